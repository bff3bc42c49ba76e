//! The stores. All SQL of the worker stands in here, always with bound parameters.

pub mod books;
pub mod call_log;
pub mod caller_secret;
pub mod events;
pub mod leases;
pub mod raw_events;
pub mod sites;
pub mod tasks;
pub mod watch;

use worker::{D1Type, SqlStorageValue};

/// Unix milliseconds for a column of a Durable Object. They stay far below 2^53, so a JavaScript number holds them.
#[allow(clippy::cast_precision_loss, reason = "far below 2^53 until the year 287396")]
fn ms(at: dni_core::time::Millis) -> SqlStorageValue {
    SqlStorageValue::Float(at.unix_ms() as f64)
}

/// Unix milliseconds or a count for a column of D1, whose integers are 32 bits wide on the way in.
#[allow(clippy::cast_precision_loss, reason = "far below 2^53 until the year 287396")]
const fn number(value: u64) -> D1Type<'static> {
    D1Type::Real(value as f64)
}

/// A text for a column of D1, or nothing.
fn text_or_null(value: Option<&str>) -> D1Type<'_> {
    value.map_or(D1Type::Null, D1Type::Text)
}
