//! The kinds of line that numbers are for.

/// What a range of numbers is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LineKind {
    /// Subscribers of a place, on fixed lines or mobile ones.
    Ordinary,
    /// The called party pays.
    TollFree,
    /// The caller pays extra.
    Premium,
    /// Both pay.
    SharedCost,
    /// The number follows a person.
    Personal,
    /// Satellites, machines and other networks that are nowhere.
    Network,
}
