//! The rows of the Durable Objects, each with a SQLite of its own.

pub mod call_events;
pub mod caller_activity;
pub mod caller_history;
pub mod caller_secret;
pub mod leases;
pub mod tasks;
pub mod visitor_days;

use worker::SqlStorageValue;

/// Unix milliseconds for a column of a Durable Object. They stay far below 2^53, so a JavaScript number holds them.
#[allow(clippy::cast_precision_loss, reason = "far below 2^53 until the year 287396")]
fn ms(at: dni_core::time::Millis) -> SqlStorageValue {
    SqlStorageValue::Float(at.unix_ms() as f64)
}
