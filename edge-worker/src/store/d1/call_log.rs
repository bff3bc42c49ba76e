//! The call log, in D1.

use core::time::Duration;

use dni_core::time::Millis;
use edge_core::account::site_selection::SiteSelection;
use edge_core::api::{CallExport, CallFilter, CallSlice, ExportedCall, SearchedText, StoredCall};
use edge_core::call::record::{CallRecord, TranscriptRecord};
use edge_core::call::source::CallSource;
use edge_core::call::state::CallState;
use edge_core::call::task_results::TaskResults;
use edge_core::report::credits;
use serde::Deserialize;
use worker::{D1Database, D1Type, Env, Result};

use super::call_query::CallQuery;
use super::{number, sites_text, text_or_null};

/// Writes a call, however often and in whatever order its versions come: the newest stays. Returns the record as it is written.
pub async fn write_call(
    env: &Env,
    state: &CallState,
    results: &TaskResults,
    public_url: &str,
    now: Millis,
) -> Result<String> {
    let record = CallRecord::of(state, results, public_url, now);
    let text = serde_json::to_string(&record)?;
    let words = TranscriptRecord::of(results);
    let words_text = words.as_ref().map(serde_json::to_string).transpose()?;
    let credits = credits(&CallSource::of(state).touches, state.call.started_at);
    let credits = credits.map(|shares| serde_json::to_string(&shares)).transpose()?;
    let db = env.d1("DB")?;
    let row = db.prepare(
        "INSERT INTO call (id, site, started_at, updated_at, revision, outcome, tracking_number, source, record, transcript, credits, search_row)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, (SELECT coalesce(max(search_row), 0) + 1 FROM call))
         ON CONFLICT (id) DO UPDATE SET
            site = excluded.site, started_at = excluded.started_at, updated_at = excluded.updated_at,
            revision = excluded.revision, outcome = excluded.outcome, tracking_number = excluded.tracking_number,
            source = excluded.source, record = excluded.record, transcript = excluded.transcript, credits = excluded.credits
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
        text_or_null(words_text.as_deref()),
        text_or_null(credits.as_deref()),
    ];
    let found_by = SearchedText::of(&record, words.as_ref());
    let index = db.prepare(
        "INSERT OR REPLACE INTO call_search (rowid, number, name, note, words, page)
         SELECT search_row, ?3, ?4, ?5, ?6, ?7 FROM call WHERE id = ?1 AND revision = ?2",
    );
    let texts = [
        D1Type::Text(&state.id),
        number(u64::from(state.revision)),
        D1Type::Text(&found_by.number),
        D1Type::Text(&found_by.name),
        D1Type::Text(&found_by.note),
        D1Type::Text(&found_by.words),
        D1Type::Text(&found_by.page),
    ];
    db.batch(vec![row.bind_refs(&values)?, index.bind_refs(&texts)?]).await?;
    Ok(text)
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

/// Lists a part of the calls.
pub async fn list(db: &D1Database, filter: &CallFilter, slice: &CallSlice) -> Result<Vec<StoredCall>> {
    CallQuery::list(filter, slice)?.statement(db)?.all().await?.results()
}

/// Counts the calls that are wanted.
pub async fn count(db: &D1Database, filter: &CallFilter) -> Result<u64> {
    let counted: Option<Counted> = CallQuery::count(filter)?.statement(db)?.first(None).await?;
    Ok(counted.map_or(0, |counted| counted.calls))
}

#[derive(Deserialize)]
struct Counted {
    calls: u64,
}

/// Lists a part of the calls with what an export tells of them.
pub async fn export(
    db: &D1Database,
    filter: &CallFilter,
    slice: &CallSlice,
    export: &CallExport,
) -> Result<Vec<ExportedCall>> {
    CallQuery::export(filter, slice, export)?.statement(db)?.all().await?.results()
}

/// Reads one call, if it is one of the sites that whoever asks may see.
pub async fn one(db: &D1Database, id: &str, visible: &SiteSelection) -> Result<Option<StoredCall>> {
    let statement = db.prepare(
        "SELECT id, site, started_at, updated_at, record, transcript FROM call
         WHERE id = ?1 AND (?2 IS NULL OR site IN (SELECT value FROM json_each(?2)))",
    );
    let sites = sites_text(visible)?;
    statement.bind_refs(&[D1Type::Text(id), text_or_null(sites.as_deref())])?.first(None).await
}
