//! The rows of D1.

pub mod call_log;
mod call_query;
pub mod followed_links;
pub mod raw_events;
pub mod sites;

use worker::D1Type;

/// Unix milliseconds or a count for a column of D1, whose integers are 32 bits wide on the way in.
#[allow(clippy::cast_precision_loss, reason = "far below 2^53 until the year 287396")]
const fn number(value: u64) -> D1Type<'static> {
    D1Type::Real(value as f64)
}

/// A text for a column of D1, or nothing.
fn text_or_null(value: Option<&str>) -> D1Type<'_> {
    value.map_or(D1Type::Null, D1Type::Text)
}
