//! Webhooks that have no call object to go to, kept in D1.

use dni_core::time::Millis;
use serde::Deserialize;
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
    /// The field that was missing or not understood, if it was one.
    pub field: Option<&'static str>,
    /// The query of its address.
    pub query: String,
    /// Its body.
    pub body: String,
}

/// Keeps a webhook.
pub async fn keep(db: &D1Database, event: &RawEvent) -> Result<()> {
    let statement = db.prepare(
        "INSERT INTO raw_event (received_at, carrier, hook, reason, field, query, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    );
    let values = [
        number(event.at.unix_ms()),
        D1Type::Text(event.carrier),
        D1Type::Text(event.hook),
        D1Type::Text(event.reason),
        event.field.map_or(D1Type::Null, D1Type::Text),
        D1Type::Text(&event.query),
        D1Type::Text(&event.body),
    ];
    statement.bind_refs(&values)?.run().await?;
    Ok(())
}

/// A webhook that was kept.
#[derive(Debug, Deserialize)]
pub struct StoredEvent {
    /// Its row.
    pub id: u32,
    /// When it came.
    pub received_at: Millis,
    /// From which carrier.
    pub carrier: String,
    /// To which hook.
    pub hook: String,
    /// The query of its address.
    pub query: String,
    /// Its body.
    pub body: String,
}

/// Most webhooks read at once: what one run of the worker can hand on, one object each.
const MAX_WAITING: &str = "50";

/// Reads the oldest webhooks kept for this reason.
pub async fn waiting(db: &D1Database, reason: &str) -> Result<Vec<StoredEvent>> {
    let query = [
        "SELECT id, received_at, carrier, hook, query, body FROM raw_event WHERE reason = ?1 ORDER BY id LIMIT ",
        MAX_WAITING,
    ];
    db.prepare(query.concat()).bind_refs(&D1Type::Text(reason))?.all().await?.results()
}

/// Forgets a webhook.
pub async fn forget(db: &D1Database, id: u32) -> Result<()> {
    db.prepare("DELETE FROM raw_event WHERE id = ?1").bind_refs(&number(u64::from(id)))?.run().await?;
    Ok(())
}
