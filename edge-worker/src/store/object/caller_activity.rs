//! The rows of the account's caller activity: recent calls by caller, and complaints by number.

use core::time::Duration;

use call_router::caller::{KEEP_RECENT, RecentCalls};
use call_router::risk::{COUNTS_FOR, Complaints};
use dni_core::phone::E164;
use dni_core::pool::CallerKey;
use dni_core::time::Millis;
use serde::{Deserialize, Serialize};
use worker::{Result, SqlStorage, SqlStorageValue};

use super::ms;
use edge_core::timestamp::day;

/// Most rows of one table deleted at once: some milliseconds, in which no call is answered.
const STEP: u32 = 1_000;
/// Most files looked at of one number: one for each day that counts, and some to spare.
const MAX_FILES: u32 = 64;
/// A file is kept a little longer than its complaints count, as they may be younger than it.
const KEEP_FILES: Duration = Duration::from_hours(2 * 24).saturating_add(COUNTS_FOR);

/// The complaints of one number in one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ComplaintRow {
    /// The number.
    pub number: E164,
    /// What the file says of it.
    #[serde(flatten)]
    pub complaints: Complaints,
}

/// The account's caller activity.
pub struct CallerActivityStore {
    sql: SqlStorage,
}

impl CallerActivityStore {
    /// Opens the store and lays out its tables if it is new. The indexes are there to forget the oldest.
    pub fn open(sql: SqlStorage) -> Result<Self> {
        for table in [
            "CREATE TABLE IF NOT EXISTS recent (
                key TEXT PRIMARY KEY, last_at INTEGER NOT NULL, calls TEXT NOT NULL
            ) STRICT, WITHOUT ROWID",
            "CREATE INDEX IF NOT EXISTS recent_by_last ON recent (last_at)",
            "CREATE TABLE IF NOT EXISTS complaint (
                number TEXT NOT NULL, file TEXT NOT NULL, stamp TEXT NOT NULL, count INTEGER NOT NULL,
                recordings INTEGER NOT NULL, last_at INTEGER, PRIMARY KEY (number, file)
            ) STRICT, WITHOUT ROWID",
            "CREATE INDEX IF NOT EXISTS complaint_by_file ON complaint (file)",
        ] {
            sql.exec(table, None)?;
        }
        Ok(Self { sql })
    }

    /// Reads a caller's recent calls.
    pub fn recent(&self, caller: CallerKey) -> Result<RecentCalls> {
        #[derive(Deserialize)]
        struct Row {
            calls: String,
        }
        let found = self.sql.exec("SELECT calls FROM recent WHERE key = ?1", vec![caller.to_string().into()])?;
        let rows: Vec<Row> = found.to_array()?;
        Ok(rows.first().and_then(|row| serde_json::from_str(&row.calls).ok()).unwrap_or_default())
    }

    /// Writes a caller's recent calls.
    pub fn write_recent(&self, caller: CallerKey, recent: &RecentCalls) -> Result<()> {
        self.sql.exec(
            "INSERT INTO recent (key, last_at, calls) VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at, calls = excluded.calls",
            vec![
                caller.to_string().into(),
                ms(recent.last_at().unwrap_or_default()),
                serde_json::to_string(recent)?.into(),
            ],
        )?;
        Ok(())
    }

    /// Forgets a caller's recent calls.
    pub fn forget_recent(&self, caller: CallerKey) -> Result<()> {
        self.sql.exec("DELETE FROM recent WHERE key = ?1", vec![caller.to_string().into()])?;
        Ok(())
    }

    /// Returns the complaints of a number that still count.
    pub fn complaints(&self, number: E164, now: Millis) -> Result<Complaints> {
        let found = self.sql.exec(
            "SELECT count, recordings, last_at FROM complaint WHERE number = ?1 ORDER BY file DESC LIMIT ?2",
            vec![number.as_str().into(), SqlStorageValue::Integer(MAX_FILES.into())],
        )?;
        let mut sum = Complaints::default();
        for complaints in found.to_array::<Complaints>()? {
            sum.join(&complaints.counting_at(now));
        }
        Ok(sum)
    }

    /// Writes a part of a file; the same part again changes nothing.
    pub fn write_complaints(&self, file: &str, stamp: &str, rows: &[ComplaintRow]) -> Result<()> {
        self.sql.exec(
            "INSERT INTO complaint (number, file, stamp, count, recordings, last_at)
             SELECT value ->> 'number', ?1, ?2, value ->> 'count', value ->> 'recordings', value ->> 'last_at'
             FROM json_each(?3) WHERE true
             ON CONFLICT (number, file) DO UPDATE SET stamp = excluded.stamp, count = excluded.count,
                recordings = excluded.recordings, last_at = excluded.last_at",
            vec![file.into(), stamp.into(), serde_json::to_string(rows)?.into()],
        )?;
        Ok(())
    }

    /// Forgets some of what an earlier form of a file said and this one does not, and says whether there may be more of it.
    pub fn forget_earlier_form(&self, file: &str, stamp: &str) -> Result<bool> {
        let deleted = self.sql.exec(
            "DELETE FROM complaint WHERE (number, file) IN
                (SELECT number, file FROM complaint WHERE file = ?1 AND stamp <> ?2 LIMIT ?3) RETURNING 1",
            vec![file.into(), stamp.into(), SqlStorageValue::Integer(STEP.into())],
        )?;
        Ok(!deleted.to_array::<serde_json::Value>()?.is_empty())
    }

    /// Forgets some of what is too old, and says whether there may be more of it.
    pub fn forget(&self, now: Millis) -> Result<bool> {
        let step = SqlStorageValue::Integer(STEP.into());
        let recent = self.sql.exec(
            "DELETE FROM recent WHERE key IN (SELECT key FROM recent WHERE last_at < ?1 LIMIT ?2) RETURNING 1",
            vec![ms(now.before(KEEP_RECENT)), step.clone()],
        )?;
        let complaints = self.sql.exec(
            "DELETE FROM complaint WHERE (number, file) IN
                (SELECT number, file FROM complaint WHERE file < ?1 LIMIT ?2) RETURNING 1",
            vec![day(now.before(KEEP_FILES)).into(), step],
        )?;
        let deleted = recent.to_array::<serde_json::Value>()?.len() + complaints.to_array::<serde_json::Value>()?.len();
        Ok(deleted > 0)
    }
}
