//! The links between a site's domains that have been followed: each counts once.

use dni_core::time::Millis;
use serde::Deserialize;
use worker::{D1Database, D1Type, Result};

use super::number;

#[derive(Deserialize)]
struct Row {}

/// Marks a link as followed and says whether it had not been before. `until` is when it ends by itself; those that have ended
/// `now` are forgotten.
pub async fn follow(db: &D1Database, name: &str, until: Millis, now: Millis) -> Result<bool> {
    let ended = db.prepare("DELETE FROM followed_link WHERE until < ?1").bind_refs(&number(now.unix_ms()))?;
    let first = db
        .prepare("INSERT INTO followed_link (name, until) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING RETURNING name")
        .bind_refs(&[D1Type::Text(name), number(until.unix_ms())])?;
    let answers = db.batch(vec![ended, first]).await?;
    let rows = answers.last().map(worker::D1Result::results::<Row>).transpose()?;
    Ok(rows.is_some_and(|rows| !rows.is_empty()))
}
