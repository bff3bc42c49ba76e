//! The rows of a site's caller history: how many calls it had, its callers, and its calls of the last days.

use call_router::caller::{
    CallerHistory, CallerRecord, CountedCall, MAX_CALLERS, MAX_CALLS, REMEMBER_CALLERS, REMEMBER_CALLS,
};
use dni_core::pool::CallerKey;
use dni_core::time::Millis;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use worker::{Result, SqlStorage, SqlStorageValue};

use super::ms;

/// Most rows of one table deleted at once: some milliseconds, in which no call is answered.
const STEP: u32 = 1_000;

/// A site's caller history.
pub struct CallerHistoryStore {
    sql: SqlStorage,
}

impl CallerHistoryStore {
    /// Opens the history and lays out their tables if they are new. The indexes are there to forget the oldest.
    pub fn open(sql: SqlStorage) -> Result<Self> {
        for table in [
            "CREATE TABLE IF NOT EXISTS site (one INTEGER PRIMARY KEY CHECK (one = 1), calls INTEGER NOT NULL) STRICT",
            "CREATE TABLE IF NOT EXISTS caller (
                key TEXT PRIMARY KEY, last_at INTEGER NOT NULL, history TEXT NOT NULL
            ) STRICT, WITHOUT ROWID",
            "CREATE INDEX IF NOT EXISTS caller_by_last ON caller (last_at)",
            "CREATE TABLE IF NOT EXISTS call (
                id TEXT PRIMARY KEY, at INTEGER NOT NULL, mark TEXT NOT NULL
            ) STRICT, WITHOUT ROWID",
            "CREATE INDEX IF NOT EXISTS call_by_beginning ON call (at)",
        ] {
            sql.exec(table, None)?;
        }
        Ok(Self { sql })
    }

    /// Reads what a call touches.
    pub fn read(&self, call: &str, caller: Option<CallerKey>) -> Result<CallerHistory> {
        #[derive(Deserialize)]
        struct Site {
            calls: u32,
        }
        let site: Vec<Site> = self.sql.exec("SELECT calls FROM site", None)?.to_array()?;
        let caller = match caller {
            Some(key) => Some(
                self.document::<CallerRecord>(
                    "SELECT history AS document FROM caller WHERE key = ?1",
                    &key.to_string(),
                )?
                .unwrap_or_default(),
            ),
            None => None,
        };
        Ok(CallerHistory {
            site_calls: site.first().map_or(0, |site| site.calls),
            caller,
            call: self.document::<CountedCall>("SELECT mark AS document FROM call WHERE id = ?1", call)?,
        })
    }

    /// Writes what has changed.
    pub fn write(
        &self,
        call: &str,
        caller: Option<CallerKey>,
        before: &CallerHistory,
        after: &CallerHistory,
    ) -> Result<()> {
        if after.site_calls != before.site_calls {
            self.sql.exec(
                "INSERT INTO site (one, calls) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET calls = excluded.calls",
                vec![SqlStorageValue::Integer(after.site_calls.into())],
            )?;
        }
        if let (Some(key), Some(history)) = (caller, after.caller.as_ref().filter(|_| after.caller != before.caller)) {
            self.sql.exec(
                "INSERT INTO caller (key, last_at, history) VALUES (?1, ?2, ?3)
                 ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at, history = excluded.history",
                vec![
                    key.to_string().into(),
                    ms(history.last_at.unwrap_or_default()),
                    serde_json::to_string(history)?.into(),
                ],
            )?;
        }
        if let Some(mark) = after.call.filter(|_| after.call != before.call) {
            self.sql.exec(
                "INSERT INTO call (id, at, mark) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET mark = excluded.mark",
                vec![call.into(), ms(mark.at), serde_json::to_string(&mark)?.into()],
            )?;
        }
        Ok(())
    }

    /// Forgets a caller.
    pub fn forget_caller(&self, caller: CallerKey) -> Result<()> {
        self.sql.exec("DELETE FROM caller WHERE key = ?1", vec![caller.to_string().into()])?;
        Ok(())
    }

    /// Forgets all.
    pub fn forget_everything(&self) -> Result<()> {
        for statement in ["DELETE FROM site", "DELETE FROM caller", "DELETE FROM call"] {
            self.sql.exec(statement, None)?;
        }
        Ok(())
    }

    /// Forgets some of what is too old or too much, and says whether there may be more of it.
    pub fn forget(&self, now: Millis) -> Result<bool> {
        let mut deleted = 0;
        let step = SqlStorageValue::Integer(STEP.into());
        for (statement, since, most) in [
            (
                "DELETE FROM caller WHERE key IN (SELECT key FROM caller WHERE last_at < ?1
                    OR last_at <= (SELECT last_at FROM caller ORDER BY last_at DESC LIMIT 1 OFFSET ?2)
                 ORDER BY last_at LIMIT ?3) RETURNING 1",
                now.before(REMEMBER_CALLERS),
                MAX_CALLERS,
            ),
            (
                "DELETE FROM call WHERE id IN (SELECT id FROM call WHERE at < ?1
                    OR at <= (SELECT at FROM call ORDER BY at DESC LIMIT 1 OFFSET ?2)
                 ORDER BY at LIMIT ?3) RETURNING 1",
                now.before(REMEMBER_CALLS),
                MAX_CALLS,
            ),
        ] {
            let values = vec![ms(since), SqlStorageValue::Integer(most.into()), step.clone()];
            deleted += self.sql.exec(statement, values)?.to_array::<serde_json::Value>()?.len();
        }
        Ok(deleted > 0)
    }

    /// Reads a row's JSON. One that cannot be read counts as none: a broken row must not cost the calls that follow.
    fn document<T: DeserializeOwned>(&self, query: &str, key: &str) -> Result<Option<T>> {
        #[derive(Deserialize)]
        struct Row {
            document: String,
        }
        let rows: Vec<Row> = self.sql.exec(query, vec![key.into()])?.to_array()?;
        Ok(rows.into_iter().next().and_then(|row| serde_json::from_str(&row.document).ok()))
    }
}
