//! Webhooks that have no call object to go to, kept in D1.

use dni_core::time::Millis;
use worker::{D1Database, D1Type, Result};

use super::number;

/// A webhook as it came.
#[derive(Clone, Debug)]
pub struct RawEvent {
    /// When.
    pub at: Millis,
    /// From which carrier.
    pub carrier: &'static str,
    /// To which hook.
    pub hook: &'static str,
    /// Why it is here: a stable code.
    pub reason: &'static str,
    /// The query of its address.
    pub query: String,
    /// Its body.
    pub body: String,
}

/// Keeps a webhook.
pub async fn keep(db: &D1Database, event: &RawEvent) -> Result<()> {
    let statement = db.prepare(
        "INSERT INTO raw_event (received_at, carrier, hook, reason, query, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    );
    let values = [
        number(event.at.unix_ms()),
        D1Type::Text(event.carrier),
        D1Type::Text(event.hook),
        D1Type::Text(event.reason),
        D1Type::Text(&event.query),
        D1Type::Text(&event.body),
    ];
    statement.bind_refs(&values)?.run().await?;
    Ok(())
}
