//! Area codes of the North American plan with what they stand for.

use super::LineKind;

/// Area codes that stand for the same.
#[derive(Debug)]
pub(super) struct Area {
    pub(super) kind: LineKind,
    pub(super) country: Option<&'static str>,
    /// Country and postal code: `US-IL`.
    pub(super) region: Option<&'static str>,
    pub(super) time_zones: &'static [&'static str],
    pub(super) codes: &'static [u16],
}
