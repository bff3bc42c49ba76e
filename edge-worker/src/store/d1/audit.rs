//! The audit, in D1: rows are added, and never changed.

use core::time::Duration;

use dni_core::id::SiteId;
use dni_core::time::Millis;
use edge_core::audit::{Action, AuditEntry, AuditFilter, StoredEntry};
use worker::{D1Database, D1PreparedStatement, D1Type, Result};

use super::{number, sites_text, text_or_null};

/// Makes the row of an entry, for the batch that does what it tells.
pub fn row(db: &D1Database, entry: &AuditEntry, now: Millis) -> Result<D1PreparedStatement> {
    insert(db, entry, now, "")
}

/// Makes the row of an entry that is only added if the batch's statement before it changed something.
pub fn row_if_changed(db: &D1Database, entry: &AuditEntry, now: Millis) -> Result<D1PreparedStatement> {
    insert(db, entry, now, " WHERE changes() > 0")
}

/// Adds an entry, before what it tells is done.
pub async fn write(db: &D1Database, entry: &AuditEntry, now: Millis) -> Result<()> {
    row(db, entry, now)?.run().await?;
    Ok(())
}

/// How long one actor's hearing of one recording counts as one: a player asks for it in parts, and again when it is moved about.
const SAME_HEARING: Duration = Duration::from_hours(1);

/// Adds an entry, unless the same actor did the same with the same thing within the hour.
pub async fn write_once(db: &D1Database, entry: &AuditEntry, now: Millis) -> Result<()> {
    let known = db.prepare(
        "SELECT 1 AS known FROM audit WHERE actor_id IS ?1 AND actor_kind = ?2 AND action = ?3 AND subject = ?4 AND at > ?5
         ORDER BY id DESC LIMIT 1",
    );
    let values = [
        text_or_null(entry.actor.id.as_deref()),
        D1Type::Text(entry.actor.kind.code()),
        D1Type::Text(entry.action.code()),
        D1Type::Text(&entry.subject),
        number(now.before(SAME_HEARING).unix_ms()),
    ];
    let found: Option<u32> = known.bind_refs(&values)?.first(Some("known")).await?;
    if found.is_some() { Ok(()) } else { write(db, entry, now).await }
}

/// Lists entries, the newest first.
pub async fn list(db: &D1Database, filter: &AuditFilter) -> Result<Vec<StoredEntry>> {
    let visible = sites_text(&filter.visible)?;
    let values = [
        text_or_null(visible.as_deref()),
        text_or_null(filter.site.as_ref().map(SiteId::as_str)),
        text_or_null(filter.actor.as_deref()),
        text_or_null(filter.action.map(Action::code)),
        filter.before.map_or(D1Type::Null, number),
        number(u64::from(filter.limit)),
    ];
    db.prepare(
        "SELECT id, at, actor_kind, actor_id, actor_name, action, site, subject, difference FROM audit
         WHERE (?1 IS NULL OR site IN (SELECT value FROM json_each(?1))) AND (?2 IS NULL OR site = ?2)
           AND (?3 IS NULL OR actor_id = ?3 OR (actor_id IS NULL AND actor_name = ?3)) AND (?4 IS NULL OR action = ?4)
           AND (?5 IS NULL OR id < ?5)
         ORDER BY id DESC LIMIT ?6",
    )
    .bind_refs(&values)?
    .all()
    .await?
    .results()
}

fn insert(db: &D1Database, entry: &AuditEntry, now: Millis, condition: &str) -> Result<D1PreparedStatement> {
    let difference = if entry.difference.is_empty() { None } else { Some(serde_json::to_string(&entry.difference)?) };
    let values = [
        number(now.unix_ms()),
        D1Type::Text(entry.actor.kind.code()),
        text_or_null(entry.actor.id.as_deref()),
        D1Type::Text(&entry.actor.name),
        D1Type::Text(entry.action.code()),
        text_or_null(entry.site.as_deref()),
        D1Type::Text(&entry.subject),
        text_or_null(difference.as_deref()),
    ];
    let query = [
        "INSERT INTO audit (at, actor_kind, actor_id, actor_name, action, site, subject, difference)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8",
        condition,
    ];
    db.prepare(query.concat()).bind_refs(&values)
}
