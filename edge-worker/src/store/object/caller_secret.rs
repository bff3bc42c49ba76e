//! The secret that an object makes callers' keys with.

use serde::Deserialize;
use worker::{Result, SqlStorage};

/// Reads an object's secret; there is one from the first time on.
pub fn read_or_make(sql: &SqlStorage, make: impl FnOnce() -> Result<String>) -> Result<String> {
    #[derive(Deserialize)]
    struct Row {
        secret: String,
    }
    sql.exec(
        "CREATE TABLE IF NOT EXISTS secret (one INTEGER PRIMARY KEY CHECK (one = 1), secret TEXT NOT NULL) STRICT",
        None,
    )?;
    let rows: Vec<Row> = sql.exec("SELECT secret FROM secret", None)?.to_array()?;
    if let Some(row) = rows.into_iter().next() {
        return Ok(row.secret);
    }
    let secret = make()?;
    sql.exec("INSERT INTO secret (one, secret) VALUES (1, ?1)", vec![secret.as_str().into()])?;
    Ok(secret)
}
