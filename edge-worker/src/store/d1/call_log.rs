//! The call log, in D1.

use dni_core::time::Millis;
use serde::Deserialize;
use worker::{D1Database, D1Type, Result};

use super::{number, text_or_null};

/// A call on its way into the log.
#[derive(Clone, Debug)]
pub struct LogRow<'a> {
    /// The call's id.
    pub id: &'a str,
    /// The site whose number was called.
    pub site: Option<&'a str>,
    /// When it began.
    pub started_at: Millis,
    /// When it last changed.
    pub updated_at: Millis,
    /// The count of its changes.
    pub revision: u32,
    /// What became of it.
    pub outcome: &'static str,
    /// The number dialled.
    pub tracking_number: Option<&'a str>,
    /// The source it is attributed to.
    pub source: Option<&'a str>,
    /// The whole record, as JSON.
    pub record: &'a str,
    /// What was said in it, as JSON, which lists leave out.
    pub transcript: Option<&'a str>,
}

/// Writes a call, however often and in whatever order its versions come: the newest stays.
pub async fn write(db: &D1Database, row: &LogRow<'_>) -> Result<()> {
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
        D1Type::Text(row.id),
        text_or_null(row.site),
        number(row.started_at.unix_ms()),
        number(row.updated_at.unix_ms()),
        number(u64::from(row.revision)),
        D1Type::Text(row.outcome),
        text_or_null(row.tracking_number),
        text_or_null(row.source),
        D1Type::Text(row.record),
        text_or_null(row.transcript),
    ];
    statement.bind_refs(&values)?.run().await?;
    Ok(())
}

/// Which calls are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this site.
    pub site: Option<String>,
    /// With this outcome.
    pub outcome: Option<String>,
    /// From this source.
    pub source: Option<String>,
    /// To this number.
    pub tracking_number: Option<String>,
    /// Begun at this instant or later.
    pub started_from: Option<Millis>,
    /// Begun before this instant.
    pub started_before: Option<Millis>,
    /// Changed at this instant or later.
    pub updated_since: Option<Millis>,
    /// Behind this call in the list.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: u32,
}

/// A call's place in the list: newest first, those of one instant by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// When the call began.
    pub started_at: Millis,
    /// Its id.
    pub id: String,
}

/// A call found in the log.
#[derive(Debug, Deserialize)]
pub struct Logged {
    /// The call's id.
    pub id: String,
    /// When it began.
    pub started_at: Millis,
    /// The whole record, as JSON.
    pub record: String,
    /// What was said in it, as JSON; `None` in lists.
    #[serde(default)]
    pub transcript: Option<String>,
}

/// Lists calls, newest first.
pub async fn list(db: &D1Database, wanted: &Wanted) -> Result<Vec<Logged>> {
    let statement = db.prepare(
        "SELECT id, started_at, record FROM call
         WHERE (?1 IS NULL OR site = ?1) AND (?2 IS NULL OR outcome = ?2) AND (?3 IS NULL OR source = ?3)
           AND (?4 IS NULL OR tracking_number = ?4) AND (?5 IS NULL OR started_at >= ?5)
           AND (?6 IS NULL OR started_at < ?6) AND (?7 IS NULL OR updated_at >= ?7)
           AND (?8 IS NULL OR (started_at, id) < (?8, ?9))
         ORDER BY started_at DESC, id DESC LIMIT ?10",
    );
    let instant = |at: Option<Millis>| at.map_or(D1Type::Null, |at| number(at.unix_ms()));
    let after = wanted.after.as_ref();
    let values = [
        text_or_null(wanted.site.as_deref()),
        text_or_null(wanted.outcome.as_deref()),
        text_or_null(wanted.source.as_deref()),
        text_or_null(wanted.tracking_number.as_deref()),
        instant(wanted.started_from),
        instant(wanted.started_before),
        instant(wanted.updated_since),
        instant(after.map(|place| place.started_at)),
        text_or_null(after.map(|place| place.id.as_str())),
        number(u64::from(wanted.limit)),
    ];
    statement.bind_refs(&values)?.all().await?.results()
}

/// Reads one call.
pub async fn one(db: &D1Database, id: &str) -> Result<Option<Logged>> {
    let statement = db.prepare("SELECT id, started_at, record, transcript FROM call WHERE id = ?1");
    statement.bind_refs(&D1Type::Text(id))?.first(None).await
}
