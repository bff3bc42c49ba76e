//! Calls that were deleted.

use dni_core::id::SiteId;
use edge_core::account::site_selection::SiteSelection;
use edge_core::call::erasure::{ErasureFilter, ErasureRecord, StoredErasure};
use edge_core::call::state::CallState;
use worker::{D1Database, D1PreparedStatement, D1Type, Result};

use super::{number, sites_text, text_or_null};

/// Makes the statement that keeps a call from being written again, and tells what is left of it; an older word never stands above a newer
/// one.
pub fn row(db: &D1Database, state: &CallState, record: &ErasureRecord) -> Result<D1PreparedStatement> {
    let statement = db.prepare(
        "INSERT INTO erasure (call, site, erased_at, revision, carrier, carrier_call, is_done, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (call) DO UPDATE SET
            site = excluded.site, revision = excluded.revision, is_done = excluded.is_done, record = excluded.record
         WHERE excluded.revision > revision",
    );
    let text = serde_json::to_string(record)?;
    let values = [
        D1Type::Text(&record.call_id),
        text_or_null(record.site_id.as_ref().map(SiteId::as_str)),
        number(state.erased_at.unwrap_or_default().unix_ms()),
        number(u64::from(state.revision)),
        D1Type::Text(state.carrier.id()),
        D1Type::Text(state.call.id.as_str()),
        number(u64::from(record.done)),
        D1Type::Text(&text),
    ];
    statement.bind_refs(&values)
}

/// Makes the statement that forgets the webhooks of a call that could not be taken in.
pub fn without_kept_webhooks(db: &D1Database, state: &CallState) -> Result<D1PreparedStatement> {
    let statement =
        db.prepare("DELETE FROM raw_event WHERE carrier = ?1 AND (instr(body, ?2) > 0 OR instr(query, ?2) > 0)");
    statement.bind_refs(&[D1Type::Text(state.carrier.id()), D1Type::Text(state.call.id.as_str())])
}

/// Lists deleted calls, the latest first.
pub async fn list(db: &D1Database, filter: &ErasureFilter) -> Result<Vec<StoredErasure>> {
    let statement = db.prepare(
        "SELECT call, site, erased_at, carrier, carrier_call, record FROM erasure
         WHERE (?1 IS NULL OR site IN (SELECT value FROM json_each(?1))) AND (?2 IS NULL OR is_done = ?2)
           AND (?3 IS NULL OR (erased_at, call) < (?3, ?4))
         ORDER BY erased_at DESC, call DESC LIMIT ?5",
    );
    let visible = sites_text(&filter.visible)?;
    let (at, call) = filter.after.as_ref().map(|(at, call)| (at.unix_ms(), call.as_str())).unzip();
    let values = [
        text_or_null(visible.as_deref()),
        filter.done.map_or(D1Type::Null, |done| number(u64::from(done))),
        at.map_or(D1Type::Null, number),
        text_or_null(call),
        number(u64::from(filter.limit)),
    ];
    statement.bind_refs(&values)?.all().await?.results()
}

/// Finds a deleted call, if it was one of the sites that whoever asks may see.
pub async fn one(db: &D1Database, call: &str, visible: &SiteSelection) -> Result<Option<StoredErasure>> {
    let statement = db.prepare(
        "SELECT call, site, erased_at, carrier, carrier_call, record FROM erasure
         WHERE call = ?1 AND (?2 IS NULL OR site IN (SELECT value FROM json_each(?2)))",
    );
    let visible = sites_text(visible)?;
    statement.bind_refs(&[D1Type::Text(call), text_or_null(visible.as_deref())])?.first(None).await
}
