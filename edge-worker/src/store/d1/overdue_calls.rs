//! Calls of which something is kept longer than their site wants.

use std::collections::BTreeMap;

use dni_core::id::SiteId;
use dni_core::time::Millis;
use edge_core::site::KeptKind;
use serde::Deserialize;
use worker::{D1Database, D1Type, Result};

use super::number;

/// A call of which something is to be forgotten.
#[derive(Debug, Deserialize)]
pub struct OverdueCall {
    /// Its id.
    pub id: String,
    /// The carrier.
    pub carrier: String,
    /// The carrier's id of it.
    pub carrier_call: String,
}

/// Lists calls that began before their site's instant and still have what is wanted of them.
pub async fn list(
    db: &D1Database,
    kind: KeptKind,
    before: &BTreeMap<SiteId, Millis>,
    limit: u32,
) -> Result<Vec<OverdueCall>> {
    let Some(sql) = sql(kind) else { return Ok(Vec::new()) };
    let before = serde_json::to_string(before)?;
    let values = [D1Type::Text(&before), number(u64::from(limit))];
    db.prepare(sql).bind_refs(&values)?.all().await?.results()
}

macro_rules! calls_begun_before {
    ($index:literal, $which:literal) => {
        concat!(
            "SELECT call.id, json_extract(record, '$.carrier') AS carrier, json_extract(record, '$.carrier_call_id') AS carrier_call
             FROM json_each(?1) AS due CROSS JOIN call INDEXED BY ",
            $index,
            " ON call.site = due.key AND call.started_at < due.value",
            $which,
            " LIMIT ?2"
        )
    };
}

/// Returns the question for calls; `None` where the kind is none of calls.
pub(super) const fn sql(kind: KeptKind) -> Option<&'static str> {
    match kind {
        KeptKind::Calls => Some(calls_begun_before!("call_by_site", "")),
        KeptKind::Transcripts => Some(calls_begun_before!("call_with_transcript", " AND transcript IS NOT NULL")),
        KeptKind::Webhooks => Some(calls_begun_before!("call_with_webhooks", " AND webhooks = 1")),
        KeptKind::Visits => None,
    }
}
