//! The call log, in D1.

use core::time::Duration;

use call_router::call::CallOutcome;
use dni_core::id::SiteId;
use dni_core::phone::E164;
use dni_core::time::Millis;
use edge_core::api::{CallFilter, StoredCall};
use edge_core::call::record::{CallRecord, TranscriptRecord};
use edge_core::call::state::CallState;
use edge_core::call::task_results::TaskResults;
use serde::Deserialize;
use worker::{D1Database, D1Type, Env, Result};

use super::{number, text_or_null};

/// Writes a call, however often and in whatever order its versions come: the newest stays.
pub async fn write_call(
    env: &Env,
    state: &CallState,
    results: &TaskResults,
    public_url: &str,
    now: Millis,
) -> Result<()> {
    let record = CallRecord::of(state, results, public_url, now);
    let text = serde_json::to_string(&record)?;
    let words = TranscriptRecord::of(results).map(|words| serde_json::to_string(&words)).transpose()?;
    let db = env.d1("DB")?;
    let statement = db.prepare(
        "INSERT INTO call (id, site, started_at, updated_at, revision, outcome, tracking_number, source, record, transcript)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET
            site = excluded.site, started_at = excluded.started_at, updated_at = excluded.updated_at,
            revision = excluded.revision, outcome = excluded.outcome, tracking_number = excluded.tracking_number,
            source = excluded.source, record = excluded.record, transcript = excluded.transcript
         WHERE excluded.revision > revision",
    );
    let values = [
        D1Type::Text(&state.id),
        text_or_null(record.site_id.as_deref()),
        number(state.call.started_at.unix_ms()),
        number(now.unix_ms()),
        number(u64::from(state.revision)),
        D1Type::Text(record.outcome.code()),
        text_or_null(record.tracking_phone_number.as_deref()),
        text_or_null(record.source.as_deref()),
        D1Type::Text(&text),
        text_or_null(words.as_deref()),
    ];
    statement.bind_refs(&values)?.run().await?;
    Ok(())
}

/// What the log has of a call.
#[derive(Debug, Deserialize)]
pub struct LoggedCall {
    /// The call's id.
    pub id: String,
    /// The revision that the log has.
    pub revision: u32,
}

/// Finds the call that a carrier calls so, and that began at this instant.
pub async fn of_carrier(db: &D1Database, carrier: &str, call: &str, began_at: Millis) -> Result<Option<LoggedCall>> {
    // Clocks of one worker agree, and the index leads to the instant.
    let statement = db.prepare(
        "SELECT id, revision FROM call WHERE started_at BETWEEN ?3 AND ?4
           AND json_extract(record, '$.carrier') = ?1 AND json_extract(record, '$.carrier_call_id') = ?2 LIMIT 1",
    );
    let values = [
        D1Type::Text(carrier),
        D1Type::Text(call),
        number(began_at.before(SAME_BEGINNING).unix_ms()),
        number(began_at.after(SAME_BEGINNING).unix_ms()),
    ];
    statement.bind_refs(&values)?.first(None).await
}

/// How far two readings of a call's beginning may be apart: its first webhooks come side by side.
const SAME_BEGINNING: Duration = Duration::from_mins(1);

/// Lists calls, newest first.
pub async fn list(db: &D1Database, filter: &CallFilter) -> Result<Vec<StoredCall>> {
    let statement = db.prepare(
        "SELECT id, started_at, record FROM call
         WHERE (?1 IS NULL OR site = ?1) AND (?2 IS NULL OR outcome = ?2) AND (?3 IS NULL OR source = ?3)
           AND (?4 IS NULL OR tracking_number = ?4) AND (?5 IS NULL OR started_at >= ?5)
           AND (?6 IS NULL OR started_at < ?6) AND (?7 IS NULL OR updated_at >= ?7)
           AND (?8 IS NULL OR (started_at, id) < (?8, ?9))
         ORDER BY started_at DESC, id DESC LIMIT ?10",
    );
    let instant = |at: Option<Millis>| at.map_or(D1Type::Null, |at| number(at.unix_ms()));
    let after = filter.after.as_ref();
    let values = [
        text_or_null(filter.site.as_ref().map(SiteId::as_str)),
        text_or_null(filter.outcome.map(CallOutcome::code)),
        text_or_null(filter.source.as_deref()),
        text_or_null(filter.tracking_number.as_ref().map(E164::as_str)),
        instant(filter.started_from),
        instant(filter.started_before),
        instant(filter.updated_since),
        instant(after.map(|place| place.started_at)),
        text_or_null(after.map(|place| place.id.as_str())),
        number(u64::from(filter.limit)),
    ];
    statement.bind_refs(&values)?.all().await?.results()
}

/// Reads one call.
pub async fn one(db: &D1Database, id: &str) -> Result<Option<StoredCall>> {
    let statement = db.prepare("SELECT id, started_at, record, transcript FROM call WHERE id = ?1");
    statement.bind_refs(&D1Type::Text(id))?.first(None).await
}
