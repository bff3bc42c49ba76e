//! What the databases have of one person.

use dni_core::id::{PoolId, SiteId, VisitorId};
use edge_core::account::site_selection::SiteSelection;
use edge_core::call::kept_webhook::KeptWebhook;
use edge_core::call::person::Person;
use serde::Deserialize;
use worker::{D1Database, D1Type, Result};

use super::call_object::{COLUMNS, LoggedObject};
use super::{number, sites_text, text_or_null};

/// Lists a person's calls, so many at the most.
pub async fn calls(db: &D1Database, person: &Person, visible: &SiteSelection, limit: u32) -> Result<Vec<LoggedObject>> {
    match person {
        Person::Caller(number) => find(db, "caller = ?1", number.expose().as_str(), visible, limit).await,
        Person::Visitor(visitor) => find(db, "visitor = ?1", visitor.as_str(), visible, limit).await,
    }
}

/// Lists calls of others that a visitor may have made.
pub async fn candidate_of(
    db: &D1Database,
    visitor: &VisitorId,
    visible: &SiteSelection,
    limit: u32,
) -> Result<Vec<LoggedObject>> {
    find(db, "attribution = 'ambiguous' AND instr(record, ?1) > 0", visitor.as_str(), visible, limit).await
}

async fn find(
    db: &D1Database,
    which: &str,
    value: &str,
    visible: &SiteSelection,
    limit: u32,
) -> Result<Vec<LoggedObject>> {
    let visible = sites_text(visible)?;
    let values = [D1Type::Text(value), text_or_null(visible.as_deref()), number(u64::from(limit))];
    let question = [
        "SELECT ",
        COLUMNS,
        " FROM call WHERE (?2 IS NULL OR site IN (SELECT value FROM json_each(?2))) AND ",
        which,
        " LIMIT ?3",
    ];
    db.prepare(question.concat()).bind_refs(&values)?.all().await?.results()
}

/// Lists sites, so many at the most.
pub async fn sites(db: &D1Database, visible: &SiteSelection, limit: u32) -> Result<Vec<SiteId>> {
    #[derive(Deserialize)]
    struct Row {
        id: SiteId,
    }
    let visible = sites_text(visible)?;
    let statement = db.prepare(
        "SELECT id FROM site WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1)) ORDER BY id LIMIT ?2",
    );
    let values = [text_or_null(visible.as_deref()), number(u64::from(limit))];
    let rows: Vec<Row> = statement.bind_refs(&values)?.all().await?.results()?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// A pool of a site.
#[derive(Debug, Deserialize)]
pub struct PoolOfSite {
    /// The site.
    pub site: SiteId,
    /// The pool.
    pub pool: PoolId,
}

/// Lists the pools that have numbers, so many at the most.
pub async fn pools(db: &D1Database, visible: &SiteSelection, limit: u32) -> Result<Vec<PoolOfSite>> {
    let visible = sites_text(visible)?;
    let statement = db.prepare(
        "SELECT DISTINCT site, pool FROM number
         WHERE pool IS NOT NULL AND (?1 IS NULL OR site IN (SELECT value FROM json_each(?1))) ORDER BY 1, 2 LIMIT ?2",
    );
    let values = [text_or_null(visible.as_deref()), number(u64::from(limit))];
    statement.bind_refs(&values)?.all().await?.results()
}

/// Counts the kept webhooks that have a text in them.
pub async fn kept_webhooks_with(db: &D1Database, text: &str) -> Result<u32> {
    let statement =
        db.prepare("SELECT count(*) AS found FROM raw_event WHERE instr(body, ?1) > 0 OR instr(query, ?1) > 0");
    Ok(statement.bind_refs(&D1Type::Text(text))?.first::<u32>(Some("found")).await?.unwrap_or_default())
}

/// Lists the kept webhooks that have a text in them, so many at the most.
pub async fn list_kept_webhooks_with(db: &D1Database, text: &str, limit: u32) -> Result<Vec<KeptWebhook>> {
    let statement =
        db.prepare("SELECT * FROM raw_event WHERE instr(body, ?1) > 0 OR instr(query, ?1) > 0 ORDER BY id LIMIT ?2");
    statement.bind_refs(&[D1Type::Text(text), number(u64::from(limit))])?.all().await?.results()
}

/// Deletes kept webhooks that have a text in them; says how many those were.
pub async fn delete_kept_webhooks_with(db: &D1Database, text: &str) -> Result<u32> {
    deleted(db, "DELETE FROM raw_event WHERE instr(body, ?1) > 0 OR instr(query, ?1) > 0 RETURNING 1", text).await
}

/// Deletes answers kept for requests that are sent again; says how many those were.
pub async fn delete_answers_with(db: &D1Database, text: &str) -> Result<u32> {
    deleted(db, "DELETE FROM idempotent_request WHERE instr(answer, ?1) > 0 RETURNING 1", text).await
}

async fn deleted(db: &D1Database, statement: &str, text: &str) -> Result<u32> {
    let gone = db.prepare(statement).bind_refs(&D1Type::Text(text))?.all().await?.results::<serde_json::Value>()?;
    Ok(u32::try_from(gone.len()).unwrap_or(u32::MAX))
}
