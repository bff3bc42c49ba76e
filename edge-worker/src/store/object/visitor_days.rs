//! The pool object's rows of the visitors it has counted: the days that D1 has not got yet, and the day that goes on.

use dni_core::time::Millis;
use edge_core::report::{DAY, VisitorDay};
use serde::Deserialize;
use worker::{Result, SqlStorage, SqlStorageValue, console_error};

use super::ms;

/// The store of a pool's visitors. Only what counts them opens it, for which nobody waits.
pub struct VisitorStore {
    sql: SqlStorage,
}

/// A day that D1 has not got as it is.
#[derive(Deserialize)]
pub struct UnsentDay {
    /// When it began, in UTC.
    pub day: Millis,
    /// How often it has been written, for [`VisitorStore::sent`].
    pub revision: f64,
    /// Its visitors.
    pub document: String,
}

/// How far the pool's housekeeping is.
#[derive(Clone, Copy, Default, Deserialize)]
pub struct Upkeep {
    /// The visitors of leases that began before this are counted.
    pub counted_until: Millis,
    /// When what is too old was last forgotten.
    pub forgotten_at: Millis,
}

impl VisitorStore {
    /// Opens the store and lays out its tables if it is new.
    pub fn open(sql: SqlStorage) -> Result<Self> {
        for table in [
            "CREATE TABLE IF NOT EXISTS visitor_day (
                day INTEGER PRIMARY KEY, document TEXT NOT NULL, revision INTEGER NOT NULL, sent INTEGER NOT NULL
            ) STRICT",
            "CREATE TABLE IF NOT EXISTS upkeep (
                one INTEGER PRIMARY KEY CHECK (one = 1), counted_until INTEGER NOT NULL, forgotten_at INTEGER NOT NULL
            ) STRICT",
        ] {
            sql.exec(table, None)?;
        }
        Ok(Self { sql })
    }

    /// Reads how far the housekeeping is; of a new pool, and one of an earlier version, it has not begun.
    pub fn upkeep(&self) -> Result<Upkeep> {
        let rows: Vec<Upkeep> = self.sql.exec("SELECT counted_until, forgotten_at FROM upkeep", None)?.to_array()?;
        Ok(rows.into_iter().next().unwrap_or_default())
    }

    /// Writes how far it is.
    pub fn write_upkeep(&self, upkeep: Upkeep) -> Result<()> {
        self.sql.exec(
            "INSERT INTO upkeep (one, counted_until, forgotten_at) VALUES (1, ?1, ?2)
             ON CONFLICT (one) DO UPDATE SET counted_until = excluded.counted_until, forgotten_at = excluded.forgotten_at",
            vec![ms(upkeep.counted_until), ms(upkeep.forgotten_at)],
        )?;
        Ok(())
    }

    /// Reads the visitors of a day who have been counted.
    pub fn day(&self, day: Millis) -> Result<VisitorDay> {
        #[derive(Deserialize)]
        struct Row {
            document: String,
        }
        let rows: Vec<Row> =
            self.sql.exec("SELECT document FROM visitor_day WHERE day = ?1", vec![ms(day)])?.to_array()?;
        let Some(row) = rows.first() else { return Ok(VisitorDay::default()) };
        Ok(VisitorDay::read(&row.document).unwrap_or_else(|| {
            console_error!("the visitors of the day {} cannot be read and are counted anew", day.unix_ms());
            VisitorDay::default()
        }))
    }

    /// Writes the visitors of a day, for D1 to get them.
    pub fn write_day(&self, day: Millis, visitors: &VisitorDay) -> Result<()> {
        self.sql.exec(
            "INSERT INTO visitor_day (day, document, revision, sent) VALUES (?1, ?2, 1, 0)
             ON CONFLICT (day) DO UPDATE SET document = excluded.document, revision = revision + 1, sent = 0",
            vec![ms(day), visitors.write()?.into()],
        )?;
        Ok(())
    }

    /// Reads the oldest day that D1 has not got as it is.
    pub fn unsent(&self) -> Result<Option<UnsentDay>> {
        let query = "SELECT day, revision, document FROM visitor_day WHERE sent = 0 ORDER BY day LIMIT 1";
        Ok(self.sql.exec(query, None)?.to_array::<UnsentDay>()?.into_iter().next())
    }

    /// Notes that D1 has got a day, unless it has been written again meanwhile. Days that are over are then deleted.
    pub fn sent(&self, sent: &UnsentDay) -> Result<()> {
        self.sql.exec(
            "UPDATE visitor_day SET sent = 1 WHERE day = ?1 AND revision = ?2",
            vec![ms(sent.day), SqlStorageValue::Float(sent.revision)],
        )?;
        let counted = self.upkeep()?.counted_until.unix_ms();
        let goes_on = Millis::from_unix_ms(counted - counted % DAY);
        self.sql.exec("DELETE FROM visitor_day WHERE sent = 1 AND day < ?1", vec![ms(goes_on)])?;
        Ok(())
    }
}
