//! A call's row, and what the search finds it by.

use dni_core::time::Millis;
use edge_core::api::{Cursor, Order, SearchedText};
use edge_core::call::part::CallPart;
use edge_core::call::record::{CallRecord, TranscriptRecord};
use serde::Deserialize;
use worker::{D1Database, D1PreparedStatement, D1Type, Result};

use super::{number, text_or_null};

/// A call's row.
#[derive(Deserialize)]
pub struct CallRow {
    /// The call's id.
    pub id: String,
    /// Its site.
    pub site: Option<String>,
    /// When it began.
    pub started_at: Millis,
    /// When it last changed.
    pub updated_at: Millis,
    /// The object's count of changes.
    pub revision: u32,
    /// What became of it, by its word.
    pub outcome: String,
    /// The number that was called.
    pub tracking_number: Option<String>,
    /// Where the visit came from.
    pub source: Option<String>,
    /// The call as the API tells it, JSON.
    pub record: String,
    /// What was said in it, JSON.
    pub transcript: Option<String>,
    /// Which share each touch has, JSON.
    pub credits: Option<String>,
    /// 1 as long as the call's object has its webhooks as they came, else 0.
    pub webhooks: u8,
}

/// The columns of a [`CallRow`].
pub(super) const COLUMNS: &str = "id, site, started_at, updated_at, revision, outcome, tracking_number, source, record, transcript, credits, webhooks";

impl CallRow {
    /// Makes the statements that write it, however often and in whatever order its versions come: the newest stays. Of a call that was
    /// deleted nothing is written.
    pub fn written(&self, db: &D1Database, found_by: &SearchedText) -> Result<[D1PreparedStatement; 2]> {
        let row = db.prepare(
            "INSERT INTO call (id, site, started_at, updated_at, revision, outcome, tracking_number, source, record, transcript, credits, webhooks, search_row)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, (SELECT coalesce(max(search_row), 0) + 1 FROM call)
             WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE call = ?1)
             ON CONFLICT (id) DO UPDATE SET
                site = excluded.site, started_at = excluded.started_at, updated_at = excluded.updated_at,
                revision = excluded.revision, outcome = excluded.outcome, tracking_number = excluded.tracking_number,
                source = excluded.source, record = excluded.record, transcript = excluded.transcript, credits = excluded.credits,
                webhooks = excluded.webhooks
             WHERE excluded.revision > revision",
        );
        let values = [
            D1Type::Text(&self.id),
            text_or_null(self.site.as_deref()),
            number(self.started_at.unix_ms()),
            number(self.updated_at.unix_ms()),
            number(u64::from(self.revision)),
            D1Type::Text(&self.outcome),
            text_or_null(self.tracking_number.as_deref()),
            text_or_null(self.source.as_deref()),
            D1Type::Text(&self.record),
            text_or_null(self.transcript.as_deref()),
            text_or_null(self.credits.as_deref()),
            number(u64::from(self.webhooks)),
        ];
        let index = db.prepare(
            "INSERT OR REPLACE INTO call_search (rowid, number, name, note, words, page)
             SELECT search_row, ?3, ?4, ?5, ?6, ?7 FROM call WHERE id = ?1 AND revision = ?2",
        );
        let texts = [
            D1Type::Text(&self.id),
            number(u64::from(self.revision)),
            D1Type::Text(&found_by.number),
            D1Type::Text(&found_by.name),
            D1Type::Text(&found_by.note),
            D1Type::Text(&found_by.words),
            D1Type::Text(&found_by.page),
        ];
        Ok([row.bind_refs(&values)?, index.bind_refs(&texts)?])
    }

    /// Leaves a part out: for a call whose object, which would write it anew without that part, knows nothing of it.
    ///
    /// # Errors
    /// The record cannot be read, which would be a fault of ours.
    pub fn without(mut self, part: CallPart) -> Result<Self> {
        self.revision += 1;
        match part {
            CallPart::Transcripts => {
                let record: CallRecord = serde_json::from_str(&self.record)?;
                self.record = serde_json::to_string(&record.without_words())?;
                self.transcript = None;
            }
            CallPart::Webhooks => self.webhooks = 0,
        }
        Ok(self)
    }

    /// Reads again what the search finds the call by. Of a record that cannot be read, which would be a fault of ours, it is nothing.
    pub fn found_by(&self) -> SearchedText {
        let words = self.transcript.as_deref().and_then(|text| serde_json::from_str::<TranscriptRecord>(text).ok());
        let record = serde_json::from_str::<CallRecord>(&self.record).ok();
        record.map_or_else(SearchedText::default, |record| SearchedText::of(&record, words.as_ref()))
    }

    /// Returns its place in a list of this order.
    pub fn cursor(&self, order: Order) -> Cursor {
        Cursor::of(order, self.started_at, self.updated_at, &self.id)
    }
}

/// Makes the statements that delete a call which was written in the wrong place, in this version or an older one.
pub fn deleted(db: &D1Database, id: &str, revision: u32) -> Result<[D1PreparedStatement; 2]> {
    let values = [D1Type::Text(id), number(u64::from(revision))];
    let index = db.prepare(
        "DELETE FROM call_search WHERE rowid IN (SELECT search_row FROM call WHERE id = ?1 AND revision <= ?2)",
    );
    let row = db.prepare("DELETE FROM call WHERE id = ?1 AND revision <= ?2");
    Ok([index.bind_refs(&values)?, row.bind_refs(&values)?])
}
