//! The call object's rows: its webhooks as they came, and what is known of the call.

use dni_core::time::Millis;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use worker::{Result, SqlStorage};

use super::ms;

/// Most webhooks kept of one call. A call of 50 steps, each with four events of its leg, stays below.
const MAX_EVENTS: &str = "400";

/// A webhook of the call as it came.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StoredWebhook {
    /// When it came first, in milliseconds since 1970.
    #[schema(value_type = u64)]
    pub received_at: Millis,
    /// To which hook.
    pub hook: String,
    /// The query of its address.
    pub query: String,
    /// Its body.
    pub body: String,
}

/// What is known of the call, as it is stored.
pub enum Stored<T> {
    /// Nothing yet.
    Nothing,
    /// This.
    State(T),
    /// A text that this version of the worker cannot read.
    Unreadable(String),
}

/// The call object's store.
pub struct EventStore {
    sql: SqlStorage,
}

impl EventStore {
    /// Opens the store and lays out its tables if it is new.
    pub fn open(sql: SqlStorage) -> Result<Self> {
        sql.exec(
            "CREATE TABLE IF NOT EXISTS event (
                key TEXT PRIMARY KEY, received_at INTEGER NOT NULL, hook TEXT NOT NULL, query TEXT NOT NULL, body TEXT NOT NULL
            ) STRICT, WITHOUT ROWID",
            None,
        )?;
        sql.exec(
            "CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), document TEXT NOT NULL) STRICT",
            None,
        )?;
        Ok(Self { sql })
    }

    /// Reads what is known of the call, if anything is.
    pub fn state<T: DeserializeOwned>(&self) -> Result<Stored<T>> {
        #[derive(Deserialize)]
        struct Row {
            document: String,
        }
        let rows: Vec<Row> = self.sql.exec("SELECT document FROM state", None)?.to_array()?;
        let Some(row) = rows.into_iter().next() else { return Ok(Stored::Nothing) };
        Ok(serde_json::from_str(&row.document).map_or(Stored::Unreadable(row.document), Stored::State))
    }

    /// Reads the webhooks that are kept, the oldest first. One that cannot be read is passed over.
    pub fn all(&self) -> Result<Vec<StoredWebhook>> {
        let query = "SELECT received_at, hook, query, body FROM event ORDER BY received_at, key";
        let rows: Vec<Value> = self.sql.exec(query, None)?.to_array()?;
        Ok(rows.into_iter().filter_map(|row| serde_json::from_value(row).ok()).collect())
    }

    /// Writes what is known of the call.
    pub fn write_state<T: serde::Serialize>(&self, state: &T) -> Result<()> {
        self.sql.exec(
            "INSERT INTO state (one, document) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET document = excluded.document",
            vec![serde_json::to_string(state)?.into()],
        )?;
        Ok(())
    }

    /// Forgets all webhooks.
    pub fn forget(&self) -> Result<()> {
        self.sql.exec("DELETE FROM event", None)?;
        Ok(())
    }

    /// Forgets what the webhooks said, and no webhook: that one came is still known.
    pub fn forget_texts(&self) -> Result<()> {
        self.sql.exec("UPDATE event SET query = '', body = ''", None)?;
        Ok(())
    }

    /// Keeps a webhook as it came, and returns when it came first: the same one again changes nothing.
    pub fn keep(&self, key: &str, at: Millis, hook: &str, query: &str, body: &str) -> Result<Millis> {
        #[derive(Deserialize)]
        struct Row {
            received_at: Millis,
        }
        let known =
            self.sql.exec("SELECT received_at FROM event WHERE key = ?1", vec![key.into()])?.to_array::<Row>()?;
        if let Some(known) = known.first() {
            return Ok(known.received_at.min(at));
        }
        let statement = [
            "INSERT INTO event (key, received_at, hook, query, body) SELECT ?1, ?2, ?3, ?4, ?5
             WHERE (SELECT COUNT(*) FROM event) < ",
            MAX_EVENTS,
            " ON CONFLICT (key) DO NOTHING",
        ];
        self.sql.exec(&statement.concat(), vec![key.into(), ms(at), hook.into(), query.into(), body.into()])?;
        Ok(at)
    }
}
