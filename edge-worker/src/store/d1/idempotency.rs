//! Requests that carried an Idempotency-Key, in D1.

use dni_core::time::Millis;
use edge_core::api::{DONE_WITHIN, EarlierRequest, REMEMBERED_FOR};
use serde::Deserialize;
use worker::{D1Database, D1Type, Result};

use super::{number, text_or_null};

/// Claims a key for a request that is to be done now, and forgets those of yesterday. `None` means that it is claimed; else the
/// request that has it.
pub async fn claim(
    db: &D1Database,
    actor: &str,
    key: &str,
    request: &str,
    now: Millis,
) -> Result<Option<EarlierRequest>> {
    #[derive(Deserialize)]
    struct Claimed {}
    let forgotten = number(now.before(REMEMBERED_FOR).unix_ms());
    let values = [
        D1Type::Text(actor),
        D1Type::Text(key),
        D1Type::Text(request),
        number(now.unix_ms()),
        number(now.before(DONE_WITHIN).unix_ms()),
    ];
    let answers = db
        .batch(vec![
            db.prepare("DELETE FROM idempotent_request WHERE at < ?1").bind_refs(&forgotten)?,
            // One that broke off is taken over, by the same request only.
            db.prepare(
                "INSERT INTO idempotent_request (actor, key, request, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (actor, key) DO UPDATE SET at = excluded.at
                 WHERE status IS NULL AND at < ?5 AND request = excluded.request RETURNING key",
            )
            .bind_refs(&values)?,
        ])
        .await?;
    let claimed = answers.last().map(worker::D1Result::results::<Claimed>).transpose()?.unwrap_or_default();
    if !claimed.is_empty() {
        return Ok(None);
    }
    db.prepare("SELECT request, at, status, answer FROM idempotent_request WHERE actor = ?1 AND key = ?2")
        .bind_refs(&[D1Type::Text(actor), D1Type::Text(key)])?
        .first(None)
        .await
}

/// Keeps the answer to a request; none where it is told once.
pub async fn keep(db: &D1Database, actor: &str, key: &str, status: u16, answer: Option<&str>) -> Result<()> {
    let values = [D1Type::Text(actor), D1Type::Text(key), number(u64::from(status)), text_or_null(answer)];
    db.prepare("UPDATE idempotent_request SET status = ?3, answer = ?4 WHERE actor = ?1 AND key = ?2")
        .bind_refs(&values)?
        .run()
        .await?;
    Ok(())
}

/// Gives a key up whose request was refused, and so changed nothing.
pub async fn give_up(db: &D1Database, actor: &str, key: &str) -> Result<()> {
    db.prepare("DELETE FROM idempotent_request WHERE actor = ?1 AND key = ?2 AND status IS NULL")
        .bind_refs(&[D1Type::Text(actor), D1Type::Text(key)])?
        .run()
        .await?;
    Ok(())
}
