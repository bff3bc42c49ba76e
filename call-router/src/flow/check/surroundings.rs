//! What a flow is checked against.

use dni_core::phone::E164;

use crate::flow::FlowId;

/// What a flow is checked against: the site it is part of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings<'a> {
    /// All the site's tracking numbers: forwarding to one of them would ring the same flow again.
    pub own_numbers: &'a [E164],
    /// The flows that this one can go on in.
    pub flows: &'a [FlowId],
    /// Where calls go when a flow cannot go on and names no fallback of its own.
    pub destination: Option<E164>,
}
