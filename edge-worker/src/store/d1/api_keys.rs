//! Keys of the REST API, in D1: hashes, and what each allows.

use dni_core::time::Millis;
use edge_core::account::api_key::ApiKey;
use edge_core::account::scope::Scope;
use edge_core::account::token::Token;
use serde::Deserialize;
use worker::{D1Database, D1PreparedStatement, D1Type, Result};

use super::{number, sites_text, text_or_null};

/// Most keys that an account has, those that are revoked or have ended among them.
pub const MAX_KEYS: u32 = 1_000;

const COLUMNS: &str = "id, name, hint, scope, sites, created_at, expires_at, revoked_at, last_used_at";

#[derive(Deserialize)]
struct Row {
    id: String,
    name: String,
    hint: String,
    scope: Scope,
    sites: Option<String>,
    created_at: Millis,
    expires_at: Option<Millis>,
    revoked_at: Option<Millis>,
    last_used_at: Option<Millis>,
}

impl Row {
    fn into_key(self) -> Result<ApiKey> {
        let Self { id, name, hint, scope, sites, created_at, expires_at, revoked_at, last_used_at } = self;
        let sites = super::sites_of(sites.as_deref())?;
        Ok(ApiKey { id, name, hint, scope, sites, created_at, expires_at, revoked_at, last_used_at })
    }
}

/// Reads all keys, the newest first.
pub async fn all(db: &D1Database) -> Result<Vec<ApiKey>> {
    let query = ["SELECT ", COLUMNS, " FROM api_key ORDER BY created_at DESC, id LIMIT ?1"].concat();
    let rows: Vec<Row> = db.prepare(query).bind_refs(&number(u64::from(MAX_KEYS)))?.all().await?.results()?;
    rows.into_iter().map(Row::into_key).collect()
}

/// Reads one key.
pub async fn one(db: &D1Database, id: &str) -> Result<Option<ApiKey>> {
    let query = ["SELECT ", COLUMNS, " FROM api_key WHERE id = ?1"].concat();
    first(db.prepare(query).bind_refs(&D1Type::Text(id))?).await
}

/// Finds the key that somebody brings.
pub async fn find(db: &D1Database, token: &Token) -> Result<Option<ApiKey>> {
    let query = ["SELECT ", COLUMNS, " FROM api_key WHERE hash = ?1"].concat();
    first(db.prepare(query).bind_refs(&D1Type::Text(&token.hash()))?).await
}

async fn first(statement: D1PreparedStatement) -> Result<Option<ApiKey>> {
    statement.first::<Row>(None).await?.map(Row::into_key).transpose()
}

/// Adds a key, if the account is not full of keys.
pub fn add(db: &D1Database, key: &ApiKey, token: &Token) -> Result<D1PreparedStatement> {
    let (hash, sites) = (token.hash(), sites_text(&key.sites)?);
    let values = [
        D1Type::Text(&key.id),
        D1Type::Text(&hash),
        D1Type::Text(&key.hint),
        D1Type::Text(&key.name),
        D1Type::Text(key.scope.code()),
        text_or_null(sites.as_deref()),
        number(key.created_at.unix_ms()),
        key.expires_at.map_or(D1Type::Null, |at| number(at.unix_ms())),
        number(u64::from(MAX_KEYS)),
    ];
    db.prepare(
        "INSERT INTO api_key (id, hash, hint, name, scope, sites, created_at, expires_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT COUNT(*) FROM api_key) < ?9",
    )
    .bind_refs(&values)
}

/// Revokes a key; one that is revoked stays so since then.
pub fn revoke(db: &D1Database, id: &str, now: Millis) -> Result<D1PreparedStatement> {
    db.prepare("UPDATE api_key SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")
        .bind_refs(&[D1Type::Text(id), number(now.unix_ms())])
}

/// Notes that a key was used.
pub async fn note_use(db: &D1Database, id: &str, now: Millis) -> Result<()> {
    let statement = db.prepare("UPDATE api_key SET last_used_at = ?2 WHERE id = ?1");
    statement.bind_refs(&[D1Type::Text(id), number(now.unix_ms())])?.run().await?;
    Ok(())
}
