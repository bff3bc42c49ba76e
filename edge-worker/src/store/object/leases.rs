//! The pool object's rows: its leases, one row each, and its configuration.

use core::time::Duration;

use dni_core::id::VisitorId;
use dni_core::phone::E164;
use dni_core::pool::{CallerKey, KnownCaller, Lease};
use dni_core::time::Millis;
use edge_core::report::Visit;
use edge_core::site::PoolConfiguration;
use serde::Deserialize;
use worker::{Error, Result, SqlStorage, SqlStorageValue};

use super::ms;

/// Leases restored for each number. `Pool` keeps as many in memory.
const RESTORED: &str = "32";

/// Callers restored for each number. `Pool` keeps as many in memory.
const CALLERS_RESTORED: &str = "128";

/// The numbers that have leases, each found by the key from the one before.
const EACH_NUMBER: &str = "WITH RECURSIVE each (number) AS (
    SELECT MIN(number) FROM lease
    UNION ALL
    SELECT (SELECT MIN(number) FROM lease WHERE number > each.number) FROM each WHERE each.number IS NOT NULL
)";

/// The pool object's store.
pub struct LeaseStore {
    sql: SqlStorage,
}

impl LeaseStore {
    /// Opens the store and lays out its tables if it is new.
    ///
    /// The key of a lease is its number and beginning, and there is no other index: writing one is one row billed, and
    /// one number's leases are still found without reading the others.
    pub fn open(sql: SqlStorage) -> Result<Self> {
        sql.exec(
            "CREATE TABLE IF NOT EXISTS lease (
                number TEXT NOT NULL, since INTEGER NOT NULL, visitor TEXT NOT NULL, until INTEGER NOT NULL,
                intent_at INTEGER, session TEXT NOT NULL, PRIMARY KEY (number, since)
            ) STRICT, WITHOUT ROWID",
            None,
        )?;
        sql.exec(
            "CREATE TABLE IF NOT EXISTS configuration (one INTEGER PRIMARY KEY CHECK (one = 1), document TEXT NOT NULL) STRICT",
            None,
        )?;
        sql.exec(
            "CREATE TABLE IF NOT EXISTS caller (
                number TEXT NOT NULL, caller TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
                since INTEGER, visitor TEXT, until INTEGER, intent_at INTEGER, PRIMARY KEY (number, caller)
            ) STRICT, WITHOUT ROWID",
            None,
        )?;
        Ok(Self { sql })
    }

    /// Reads the configuration, if one was ever given.
    pub fn configuration(&self) -> Result<Option<PoolConfiguration>> {
        #[derive(Deserialize)]
        struct Row {
            document: String,
        }
        let rows: Vec<Row> = self.sql.exec("SELECT document FROM configuration", None)?.to_array()?;
        rows.into_iter().next().map(|row| serde_json::from_str(&row.document).map_err(Error::from)).transpose()
    }

    /// Writes the configuration.
    pub fn write_configuration(&self, configuration: &PoolConfiguration) -> Result<()> {
        self.sql.exec(
            "INSERT INTO configuration (one, document) VALUES (1, ?1)
             ON CONFLICT (one) DO UPDATE SET document = excluded.document",
            vec![serde_json::to_string(configuration)?.into()],
        )?;
        Ok(())
    }

    /// Reads each number's latest leases, jumping from number to number by the key.
    pub fn latest_leases(&self) -> Result<Vec<Lease>> {
        let query = [
            EACH_NUMBER,
            " SELECT lease.number, since, visitor, until, intent_at FROM each JOIN lease ON lease.number = each.number
             WHERE since IN (SELECT since FROM lease WHERE number = each.number ORDER BY since DESC LIMIT ",
            RESTORED,
            ")",
        ];
        // Each row is read by itself: one that is broken must not take the whole pool with it, nor a large pool all of the memory.
        Ok(self.sql.exec(&query.concat(), None)?.next::<Lease>().filter_map(Result::ok).collect())
    }

    /// Writes a lease; with a session if the visit has something new to tell, else the one that stands there stays.
    pub fn write(&self, lease: &Lease, session: Option<&str>) -> Result<()> {
        self.sql.exec(
            "INSERT INTO lease (number, since, visitor, until, intent_at, session) VALUES (?1, ?2, ?3, ?4, ?5, COALESCE(?6, '{}'))
             ON CONFLICT (number, since) DO UPDATE SET
                until = excluded.until, intent_at = excluded.intent_at, session = COALESCE(?6, session)",
            vec![
                lease.number.as_str().into(),
                ms(lease.since),
                lease.visitor.as_str().into(),
                ms(lease.until),
                lease.intent_at.map_or(SqlStorageValue::Null, ms),
                session.map_or(SqlStorageValue::Null, Into::into),
            ],
        )?;
        Ok(())
    }

    /// Reads each number's latest callers.
    pub fn latest_callers(&self) -> Result<Vec<KnownCaller>> {
        let query = [
            "SELECT number, caller, first_at, last_at, since, visitor, until, intent_at FROM (
                 SELECT *, ROW_NUMBER() OVER (PARTITION BY number ORDER BY last_at DESC, caller DESC) AS place FROM caller
             ) WHERE place <= ",
            CALLERS_RESTORED,
        ];
        let rows = self.sql.exec(&query.concat(), None)?.next::<CallerRow>();
        Ok(rows.filter_map(Result::ok).map(CallerRow::known).collect())
    }

    /// Writes a caller.
    pub fn write_caller(&self, known: &KnownCaller) -> Result<()> {
        let lease = known.lease.as_ref();
        self.sql.exec(
            "INSERT INTO caller (number, caller, first_at, last_at, since, visitor, until, intent_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (number, caller) DO UPDATE SET
                first_at = excluded.first_at, last_at = excluded.last_at, since = excluded.since,
                visitor = excluded.visitor, until = excluded.until, intent_at = excluded.intent_at",
            vec![
                known.number.as_str().into(),
                known.caller.to_string().into(),
                ms(known.first_at),
                ms(known.last_at),
                lease.map_or(SqlStorageValue::Null, |lease| ms(lease.since)),
                lease.map_or(SqlStorageValue::Null, |lease| lease.visitor.as_str().into()),
                lease.map_or(SqlStorageValue::Null, |lease| ms(lease.until)),
                lease.and_then(|lease| lease.intent_at).map_or(SqlStorageValue::Null, ms),
            ],
        )?;
        Ok(())
    }

    /// Reads what a lease's visitor told of their visit.
    pub fn session(&self, number: E164, since: Millis) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct Row {
            session: String,
        }
        let found = self.sql.exec(
            "SELECT session FROM lease WHERE number = ?1 AND since = ?2",
            vec![number.as_str().into(), ms(since)],
        )?;
        Ok(found.to_array::<Row>()?.into_iter().next().map(|row| row.session))
    }

    /// Finds when the first of the leases began that began at `from` or later, jumping from number to number by the key.
    pub fn first_since(&self, from: Millis) -> Result<Option<Millis>> {
        #[derive(Deserialize)]
        struct Row {
            first: Option<Millis>,
        }
        let query = [
            EACH_NUMBER,
            " SELECT MIN((SELECT MIN(since) FROM lease WHERE number = each.number AND since >= ?1)) AS first FROM each",
        ];
        let rows: Vec<Row> = self.sql.exec(&query.concat(), vec![ms(from)])?.to_array()?;
        Ok(rows.first().and_then(|row| row.first))
    }

    /// Reads the beginnings of the leases that began at `from` or later, and before `before`.
    pub fn begun_between(&self, from: Millis, before: Millis) -> Result<Vec<Visit>> {
        let query = [
            EACH_NUMBER,
            " SELECT lease.number, since, visitor FROM each JOIN lease ON lease.number = each.number
              WHERE since >= ?1 AND since < ?2",
        ];
        let rows = self.sql.exec(&query.concat(), vec![ms(from), ms(before)])?.next::<Visit>();
        Ok(rows.filter_map(Result::ok).collect())
    }

    /// Says whether there is a lease or a caller.
    pub fn has_any(&self) -> Result<bool> {
        #[derive(Deserialize)]
        struct Row {}
        let query = "SELECT 1 AS one FROM lease UNION ALL SELECT 1 FROM caller LIMIT 1";
        Ok(!self.sql.exec(query, None)?.to_array::<Row>()?.is_empty())
    }

    /// Counts the leases that began since `from`, their mean length, and when the first of them began.
    pub fn counted_since(&self, from: Millis) -> Result<CountedLeases> {
        let rows: Vec<CountedLeases> = self
            .sql
            .exec(
                "SELECT COUNT(*) AS leases, COALESCE(AVG(until - since), 0.0) AS mean_ms, MIN(since) AS first FROM lease WHERE since >= ?1",
                vec![ms(from)],
            )?
            .to_array()?;
        Ok(rows.into_iter().next().unwrap_or_default())
    }

    /// Counts the leases that began since `from` by the hour of the day in UTC.
    pub fn by_hour_since(&self, from: Millis) -> Result<Vec<u32>> {
        #[derive(Deserialize)]
        struct Row {
            hour: usize,
            leases: u32,
        }
        let query = "SELECT since / 3600000 % 24 AS hour, COUNT(*) AS leases FROM lease WHERE since >= ?1 GROUP BY 1";
        let rows: Vec<Row> = self.sql.exec(query, vec![ms(from)])?.to_array()?;
        let mut hours = vec![0; 24];
        for row in rows {
            if let Some(leases) = hours.get_mut(row.hour) {
                *leases = row.leases;
            }
        }
        Ok(hours)
    }

    /// Counts the most numbers that were leased, or rested for so long after it, at once since `from`.
    pub fn most_at_once_since(&self, from: Millis, rest: Duration) -> Result<u32> {
        #[derive(Deserialize)]
        struct Row {
            most: Option<u32>,
        }
        let rows: Vec<Row> = self
            .sql
            .exec(
                "SELECT MAX(together) AS most FROM (
                     SELECT SUM(step) OVER (ORDER BY at, step) AS together FROM (
                         SELECT since AS at, 1 AS step FROM lease WHERE since >= ?1
                         UNION ALL SELECT until + ?2, -1 FROM lease WHERE since >= ?1
                     )
                 )",
                vec![ms(from), SqlStorageValue::Integer(i64::try_from(rest.as_millis()).unwrap_or(i64::MAX))],
            )?
            .to_array()?;
        Ok(rows.first().and_then(|row| row.most).unwrap_or_default())
    }

    /// Reads until when each number was leased the last time.
    pub fn last_ends(&self) -> Result<Vec<LastEnd>> {
        self.sql.exec("SELECT number, MAX(until) AS until FROM lease GROUP BY number", None)?.to_array()
    }

    /// Deletes the leases that ended before `ended_before`: no call can belong to them any more, but those of a caller who is
    /// remembered.
    pub fn forget(&self, ended_before: Millis) -> Result<()> {
        self.sql.exec(
            "DELETE FROM lease WHERE until < ?1 AND (number, since) NOT IN
                (SELECT number, since FROM caller WHERE since IS NOT NULL)",
            vec![ms(ended_before)],
        )?;
        Ok(())
    }

    /// Deletes all that is known of a number.
    pub fn forget_number(&self, number: E164) -> Result<()> {
        self.sql.exec("DELETE FROM lease WHERE number = ?1", vec![number.as_str().into()])?;
        self.sql.exec("DELETE FROM caller WHERE number = ?1", vec![number.as_str().into()])?;
        Ok(())
    }

    /// Puts a stranger in the place of a visitor, without what they told of their visits; says how many leases that were.
    pub fn put_stranger(&self, visitor: &VisitorId, stranger: &VisitorId) -> Result<u32> {
        let values = || vec![visitor.as_str().into(), stranger.as_str().into()];
        let leases = self
            .sql
            .exec("UPDATE lease SET visitor = ?2, session = '{}' WHERE visitor = ?1 RETURNING 1 AS one", values())?
            .to_array::<serde_json::Value>()?;
        self.sql.exec("UPDATE caller SET visitor = ?2 WHERE visitor = ?1", values())?;
        Ok(u32::try_from(leases.len()).unwrap_or(u32::MAX))
    }

    /// Deletes what a caller is known again by; says how many rows that were.
    pub fn forget_caller(&self, caller: CallerKey) -> Result<u32> {
        let query = "DELETE FROM caller WHERE caller = ?1 RETURNING 1 AS one";
        let gone = self.sql.exec(query, vec![caller.to_string().into()])?.to_array::<serde_json::Value>()?;
        Ok(u32::try_from(gone.len()).unwrap_or(u32::MAX))
    }

    /// Deletes all leases and callers.
    pub fn forget_everything(&self) -> Result<()> {
        self.sql.exec("DELETE FROM lease", None)?;
        self.sql.exec("DELETE FROM caller", None)?;
        Ok(())
    }

    /// Deletes the callers who have not called since `silent_since`.
    pub fn forget_callers(&self, silent_since: Millis) -> Result<()> {
        self.sql.exec("DELETE FROM caller WHERE last_at < ?1", vec![ms(silent_since)])?;
        Ok(())
    }
}

/// Leases of some time.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct CountedLeases {
    /// How many.
    pub leases: u32,
    /// Milliseconds that they lasted on average.
    pub mean_ms: f64,
    /// When the first began.
    pub first: Option<Millis>,
}

/// Until when a number was leased the last time.
#[derive(Clone, Debug, Deserialize)]
pub struct LastEnd {
    /// The number.
    pub number: E164,
    /// Until when.
    pub until: Millis,
}

/// A caller's row. Without a visitor the rest of the lease is nothing.
#[derive(Deserialize)]
struct CallerRow {
    number: E164,
    caller: CallerKey,
    first_at: Millis,
    last_at: Millis,
    since: Option<Millis>,
    visitor: Option<VisitorId>,
    until: Option<Millis>,
    intent_at: Option<Millis>,
}

impl CallerRow {
    fn known(self) -> KnownCaller {
        let Self { number, caller, first_at, last_at, since, visitor, until, intent_at } = self;
        let lease = match (since, visitor, until) {
            (Some(since), Some(visitor), Some(until)) => Some(Lease { number, since, visitor, until, intent_at }),
            _ => None,
        };
        KnownCaller { number, caller, lease, first_at, last_at }
    }
}
