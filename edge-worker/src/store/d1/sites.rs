//! Sites as their owners wrote them, in D1.

use dni_core::id::SiteId;
use dni_core::phone::E164;
use dni_core::time::Millis;
use serde::Deserialize;
use worker::{D1Database, D1Type, Result};

use super::number;

/// A site as it is stored.
#[derive(Debug, Deserialize)]
pub struct StoredSite {
    /// Its name.
    pub id: SiteId,
    /// The count of its versions.
    pub version: u32,
    /// When it was last changed.
    pub updated_at: Millis,
    /// What its owner wrote, as JSON.
    pub document: String,
}

/// Most sites listed at once.
const MAX_LISTED: &str = "500";

/// Reads one site.
pub async fn one(db: &D1Database, id: &SiteId) -> Result<Option<StoredSite>> {
    let statement = db.prepare("SELECT id, version, updated_at, document FROM site WHERE id = ?1");
    statement.bind_refs(&D1Type::Text(id.as_str()))?.first(None).await
}

/// Reads all sites, by name.
pub async fn all(db: &D1Database) -> Result<Vec<StoredSite>> {
    let query = ["SELECT id, version, updated_at, document FROM site ORDER BY id LIMIT ", MAX_LISTED];
    db.prepare(query.concat()).all().await?.results()
}

/// Says whether any site lists this origin of pages.
pub async fn lists_origin(db: &D1Database, origin: &str) -> Result<bool> {
    #[derive(Deserialize)]
    struct Row {}
    let statement = db
        .prepare("SELECT 1 FROM site, json_each(site.document, '$.origins') AS origin WHERE origin.value = ?1 LIMIT 1");
    let found: Option<Row> = statement.bind_refs(&D1Type::Text(origin))?.first(None).await?;
    Ok(found.is_some())
}

/// A number and the site that it belongs to.
#[derive(Debug, Deserialize)]
pub struct OwnedNumber {
    /// The number.
    pub number: E164,
    /// The site.
    pub site: SiteId,
}

/// Finds those of `numbers` that belong to other sites.
pub async fn numbers_of_others(db: &D1Database, id: &SiteId, numbers: &[E164]) -> Result<Vec<OwnedNumber>> {
    let statement =
        db.prepare("SELECT number, site FROM number WHERE number IN (SELECT value FROM json_each(?1)) AND site <> ?2");
    let listed = serde_json::to_string(numbers)?;
    statement.bind_refs(&[D1Type::Text(&listed), D1Type::Text(id.as_str())])?.all().await?.results()
}

/// Finds one of `numbers` that belongs to another site.
pub async fn number_of_another(db: &D1Database, id: &SiteId, numbers: &[E164]) -> Result<Option<E164>> {
    #[derive(Deserialize)]
    struct Row {
        number: E164,
    }
    let statement = db
        .prepare("SELECT number FROM number WHERE number IN (SELECT value FROM json_each(?1)) AND site <> ?2 LIMIT 1");
    let listed = serde_json::to_string(numbers)?;
    let found: Option<Row> =
        statement.bind_refs(&[D1Type::Text(&listed), D1Type::Text(id.as_str())])?.first(None).await?;
    Ok(found.map(|row| row.number))
}

/// Writes a new version of a site and returns its count. All of it lands, or nothing.
///
/// The same document again makes no new version, so a request whose reply was lost can be sent again.
pub async fn write(db: &D1Database, id: &SiteId, document: &str, numbers: &[E164], now: Millis) -> Result<StoredSite> {
    let listed = serde_json::to_string(numbers)?;
    let site = D1Type::Text(id.as_str());
    let text = D1Type::Text(document);
    let at = number(now.unix_ms());
    let listed = D1Type::Text(&listed);
    db.batch(vec![
        db.prepare(
            "INSERT INTO site (id, version, updated_at, document) VALUES (?1, 1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET version = version + 1, updated_at = excluded.updated_at, document = excluded.document
             WHERE document <> excluded.document",
        )
        .bind_refs([&site, &at, &text])?,
        db.prepare(
            "INSERT INTO site_version (site, version, created_at, document)
             SELECT id, version, updated_at, document FROM site WHERE id = ?1 ON CONFLICT (site, version) DO NOTHING",
        )
        .bind_refs([&site])?,
        db.prepare(
            "INSERT INTO number (number, site) SELECT value, ?1 FROM json_each(?2) WHERE true
             ON CONFLICT (number) DO NOTHING",
        )
        .bind_refs([&site, &listed])?,
    ])
    .await?;
    one(db, id).await?.ok_or_else(|| worker::Error::RustError("the site was not written".to_owned()))
}
