//! Webhooks that have no call object to go to, kept in D1.

use dni_core::time::Millis;
use edge_core::call::kept_webhook::{KeptWebhook, OBJECT_UNAVAILABLE, Try, kept_error};
use worker::{D1Database, D1Type, Result};

use super::{number, returns_row, text_or_null};

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
        text_or_null(event.field),
        D1Type::Text(&event.query),
        D1Type::Text(&event.body),
    ];
    statement.bind_refs(&values)?.run().await?;
    Ok(())
}

/// Most webhooks read at once: what one run of the worker can hand on, one object each.
const MAX_WAITING: &str = "50";

/// Reads the oldest webhooks that only found no object to take them, and whose next try is due.
pub async fn waiting(db: &D1Database, now: Millis) -> Result<Vec<KeptWebhook>> {
    let query = [
        "SELECT * FROM raw_event WHERE reason = ?1 AND set_aside_at IS NULL AND (next_try_at IS NULL OR next_try_at <= ?2)
         ORDER BY id LIMIT ",
        MAX_WAITING,
    ];
    db.prepare(query.concat())
        .bind_refs(&[D1Type::Text(OBJECT_UNAVAILABLE), number(now.unix_ms())])?
        .all()
        .await?
        .results()
}

/// Notes that a try begins.
pub async fn begin_try(db: &D1Database, id: u32, begun: Try, now: Millis) -> Result<()> {
    let statement = db.prepare("UPDATE raw_event SET tries = ?2, next_try_at = ?3, set_aside_at = ?4 WHERE id = ?1");
    let values = [
        number(u64::from(id)),
        number(u64::from(begun.tries)),
        number(begun.next_try_at.unix_ms()),
        if begun.is_last { number(now.unix_ms()) } else { D1Type::Null },
    ];
    statement.bind_refs(&values)?.run().await?;
    Ok(())
}

/// Notes why a try failed.
pub async fn note_error(db: &D1Database, id: u32, error: &str) -> Result<()> {
    let statement = db.prepare("UPDATE raw_event SET error = ?2 WHERE id = ?1");
    statement.bind_refs(&[number(u64::from(id)), D1Type::Text(kept_error(error))])?.run().await?;
    Ok(())
}

/// Sets a webhook aside that is not understood.
pub async fn set_aside(db: &D1Database, id: u32, reason: &str, field: Option<&str>, now: Millis) -> Result<()> {
    let statement = db.prepare("UPDATE raw_event SET reason = ?2, field = ?3, set_aside_at = ?4 WHERE id = ?1");
    let values = [number(u64::from(id)), D1Type::Text(reason), text_or_null(field), number(now.unix_ms())];
    statement.bind_refs(&values)?.run().await?;
    Ok(())
}

/// Forgets a webhook, and says whether it was there.
pub async fn forget(db: &D1Database, id: u32) -> Result<bool> {
    returns_row(db, "DELETE FROM raw_event WHERE id = ?1 RETURNING id", &[number(u64::from(id))]).await
}

/// Lets a webhook be tried again with the next run, as if it had just come, and says whether it was there.
pub async fn restart(db: &D1Database, id: u32) -> Result<bool> {
    let statement = "UPDATE raw_event SET reason = ?2, field = NULL, tries = 0, next_try_at = NULL, set_aside_at = NULL, error = NULL
         WHERE id = ?1 RETURNING id";
    returns_row(db, statement, &[number(u64::from(id)), D1Type::Text(OBJECT_UNAVAILABLE)]).await
}

/// Lists webhooks, the newest first, those before the row `before` if it is given.
pub async fn list(db: &D1Database, before: Option<u32>, limit: u32) -> Result<Vec<KeptWebhook>> {
    let statement = db.prepare(
        "SELECT id, received_at, carrier, hook, reason, field, tries, next_try_at, set_aside_at, error FROM raw_event
         WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2",
    );
    let before = before.map_or(D1Type::Null, |id| number(u64::from(id)));
    statement.bind_refs(&[before, number(u64::from(limit))])?.all().await?.results()
}

/// Reads one webhook with what it says.
pub async fn one(db: &D1Database, id: u32) -> Result<Option<KeptWebhook>> {
    db.prepare("SELECT * FROM raw_event WHERE id = ?1").bind_refs(&number(u64::from(id)))?.first(None).await
}
