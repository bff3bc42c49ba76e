//! Calls of which something is kept longer than their site wants.

use std::collections::BTreeMap;

use dni_core::id::SiteId;
use dni_core::time::Millis;
use edge_core::site::KeptKind;
use worker::{D1Database, D1Type, Result};

use super::call_object::{COLUMNS, LoggedObject};
use super::number;

/// Lists calls that began before their site's instant and still have what is wanted of them.
pub async fn list(
    db: &D1Database,
    kind: KeptKind,
    before: &BTreeMap<SiteId, Millis>,
    limit: u32,
) -> Result<Vec<LoggedObject>> {
    let Some(sql) = sql(kind) else { return Ok(Vec::new()) };
    let before = serde_json::to_string(before)?;
    let values = [D1Type::Text(&before), number(u64::from(limit))];
    db.prepare(sql).bind_refs(&values)?.all().await?.results()
}

/// Returns the question for calls; `None` where the kind is none of calls.
pub(super) fn sql(kind: KeptKind) -> Option<String> {
    let (index, which) = match kind {
        KeptKind::Calls => ("call_by_site", ""),
        KeptKind::Transcripts => ("call_with_transcript", " AND transcript IS NOT NULL"),
        KeptKind::Webhooks => ("call_with_webhooks", " AND webhooks = 1"),
        KeptKind::Visits => return None,
    };
    let question = [
        "SELECT ",
        COLUMNS,
        " FROM json_each(?1) AS due CROSS JOIN call INDEXED BY ",
        index,
        "
         ON call.site = due.key AND call.started_at < due.value",
        which,
        " LIMIT ?2",
    ];
    Some(question.concat())
}
