//! How finely the figures of a report are told.

/// Parts of one that are told: shares of a call add up to whole calls again.
const PARTS: f64 = 10_000.0;

/// The figure as a report tells it.
pub(super) fn rounded(number: f64) -> f64 {
    (number * PARTS).round() / PARTS
}
