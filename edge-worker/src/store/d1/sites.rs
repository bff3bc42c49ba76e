//! Sites as their owners wrote them, in D1.

use dni_core::id::SiteId;
use dni_core::phone::E164;
use dni_core::time::Millis;
use edge_core::account::site_selection::SiteSelection;
use edge_core::audit::AuditEntry;
use edge_core::placement::DatabaseName;
use edge_core::site::origins_for;
use serde::Deserialize;
use worker::{D1Database, D1Type, Result};

use super::{audit, members, number, placements, sites_text, text_or_null};

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

/// Says whether any site lists this origin of pages, by itself or by a wildcard.
pub async fn lists_origin(db: &D1Database, origin: &str) -> Result<bool> {
    #[derive(Deserialize)]
    struct Row {}
    let written = serde_json::to_string(&origins_for(origin))?;
    let statement = db.prepare(
        "SELECT 1 FROM site, json_each(site.document, '$.origins') AS origin
         WHERE origin.value IN (SELECT value FROM json_each(?1)) LIMIT 1",
    );
    let found: Option<Row> = statement.bind_refs(&D1Type::Text(&written))?.first(None).await?;
    Ok(found.is_some())
}

/// A number with the site that owns it.
#[derive(Clone, Debug, Deserialize)]
pub struct OwnedNumber {
    /// The number.
    pub number: E164,
    /// The site.
    pub site: SiteId,
}

/// Finds those of `numbers` that belong to other sites.
pub async fn numbers_of_others(db: &D1Database, id: &SiteId, numbers: &[E164]) -> Result<Vec<OwnedNumber>> {
    let statement = db
        .prepare("SELECT number, site FROM number WHERE number IN (SELECT value FROM json_each(?1)) AND site <> ?2 ORDER BY site, number");
    let listed = serde_json::to_string(numbers)?;
    statement.bind_refs(&[D1Type::Text(&listed), D1Type::Text(id.as_str())])?.all().await?.results()
}

/// Returns the site that owns a number.
pub async fn owner(db: &D1Database, number: E164) -> Result<Option<SiteId>> {
    let statement = db.prepare("SELECT number, site FROM number WHERE number = ?1");
    let found: Option<OwnedNumber> = statement.bind_refs(&D1Type::Text(number.as_str()))?.first(None).await?;
    Ok(found.map(|owned| owned.site))
}

/// Returns the numbers that a site owns: those it lists, and those it listed and has not given up.
pub async fn numbers_of(db: &D1Database, id: &SiteId) -> Result<Vec<E164>> {
    let statement = db.prepare("SELECT number, site FROM number WHERE site = ?1");
    let found: Vec<OwnedNumber> = statement.bind_refs(&D1Type::Text(id.as_str()))?.all().await?.results()?;
    Ok(found.into_iter().map(|owned| owned.number).collect())
}

/// Takes numbers from their site, which is known to list none of them in this version, and says whether it is still that version.
pub async fn free(db: &D1Database, id: &SiteId, version: u32, numbers: &[E164]) -> Result<bool> {
    let listed = serde_json::to_string(numbers)?;
    let site = D1Type::Text(id.as_str());
    let (version, listed) = (number(u64::from(version)), D1Type::Text(&listed));
    let statement = db.prepare(
        "DELETE FROM number WHERE number IN (SELECT value FROM json_each(?3)) AND site = ?1
           AND EXISTS (SELECT 1 FROM site WHERE id = ?1 AND version = ?2)",
    );
    statement.bind_refs([&site, &version, &listed])?.run().await?;
    let is_owner = db.prepare(
        "SELECT number, site FROM number WHERE number IN (SELECT value FROM json_each(?2)) AND site = ?1 LIMIT 1",
    );
    let left: Option<OwnedNumber> = is_owner.bind_refs([&site, &listed])?.first(None).await?;
    Ok(left.is_none())
}

/// What is written of a site.
pub struct NewVersion<'a> {
    /// The site.
    pub id: &'a SiteId,
    /// What its owner wrote, as JSON.
    pub document: &'a str,
    /// The numbers in it.
    pub numbers: &'a [E164],
    /// The version that it is made of; `None` if there is none yet. Of another one nothing is written.
    pub replaces: Option<u32>,
    /// In which database its calls are going to be, where there are several and the site is new.
    pub database: Option<DatabaseName>,
    /// What the audit says.
    pub entry: &'a AuditEntry,
}

/// Writes a new version of a site and returns it. All of it lands, or nothing: `None` if one of the numbers belongs to another
/// site, or somebody else wrote a version meanwhile.
///
/// The same document again makes no new version, so a request whose reply was lost can be sent again. A site of a name that was
/// deleted goes on counting where that one ended: its pools take no older version.
pub async fn write(db: &D1Database, new: &NewVersion<'_>, now: Millis) -> Result<Option<StoredSite>> {
    let listed = serde_json::to_string(new.numbers)?;
    let site = D1Type::Text(new.id.as_str());
    let text = D1Type::Text(new.document);
    let at = number(now.unix_ms());
    let listed = D1Type::Text(&listed);
    let replaces = number(u64::from(new.replaces.unwrap_or_default()));
    let mut statements = vec![
        db.prepare(
            "INSERT INTO site (id, version, updated_at, document)
             SELECT ?1, COALESCE((SELECT MAX(version) FROM site_version WHERE site = ?1), 0) + 1, ?2, ?3
             WHERE NOT EXISTS (
                SELECT 1 FROM number WHERE number IN (SELECT value FROM json_each(?4)) AND site <> ?1
             ) AND COALESCE((SELECT version FROM site WHERE id = ?1), 0) = ?5
             ON CONFLICT (id) DO UPDATE SET version = version + 1, updated_at = excluded.updated_at, document = excluded.document
             WHERE document <> excluded.document",
        )
        .bind_refs([&site, &at, &text, &listed, &replaces])?,
        audit::row_if_changed(db, new.entry, now)?,
        db.prepare(
            "INSERT INTO site_version (site, version, created_at, document)
             SELECT id, version, updated_at, document FROM site WHERE id = ?1 ON CONFLICT (site, version) DO NOTHING",
        )
        .bind_refs([&site])?,
        db.prepare(
            "INSERT INTO number (number, site) SELECT value, ?1 FROM json_each(?2)
             WHERE EXISTS (SELECT 1 FROM site WHERE id = ?1 AND document = ?3) ON CONFLICT (number) DO NOTHING",
        )
        .bind_refs([&site, &listed, &text])?,
    ];
    if let Some(database) = new.database {
        statements.push(placements::row_of_new_site(db, new.id, database)?);
    }
    db.batch(statements).await?;
    Ok(one(db, new.id).await?.filter(|stored| stored.document == new.document))
}

/// Says whether there is a site of this name, or has been.
pub async fn has_been(db: &D1Database, id: &SiteId) -> Result<bool> {
    let statement = db.prepare("SELECT version FROM site_version WHERE site = ?1 LIMIT 1");
    let found: Option<u32> = statement.bind_refs(&D1Type::Text(id.as_str()))?.first(Some("version")).await?;
    Ok(found.is_some())
}

/// A version of a site, as the list of them has it.
#[derive(Debug, Deserialize)]
pub struct ListedVersion {
    /// Its number.
    pub version: u32,
    /// When it was published.
    pub created_at: Millis,
}

/// Lists the versions of a site, the newest first, those before `before` if it is given.
pub async fn versions(db: &D1Database, id: &SiteId, before: Option<u32>, limit: u32) -> Result<Vec<ListedVersion>> {
    let statement = db.prepare(
        "SELECT version, created_at FROM site_version WHERE site = ?1 AND (?2 IS NULL OR version < ?2)
         ORDER BY version DESC LIMIT ?3",
    );
    let before = before.map_or(D1Type::Null, |version| number(u64::from(version)));
    statement.bind_refs(&[D1Type::Text(id.as_str()), before, number(u64::from(limit))])?.all().await?.results()
}

/// Reads one version of a site.
pub async fn version(db: &D1Database, id: &SiteId, version: u32) -> Result<Option<StoredSite>> {
    let statement = db.prepare(
        "SELECT site AS id, version, created_at AS updated_at, document FROM site_version WHERE site = ?1 AND version = ?2",
    );
    statement.bind_refs(&[D1Type::Text(id.as_str()), number(u64::from(version))])?.first(None).await
}

/// Deletes a site with its numbers, and takes it from everybody who had it among theirs. Of its versions only the count stays, and
/// the time zone that its calls are told in. The audit has a line more if there is an `entry`.
pub async fn delete(db: &D1Database, id: &SiteId, entry: Option<&AuditEntry>, now: Millis) -> Result<()> {
    let site = D1Type::Text(id.as_str());
    let mut statements = vec![
        db.prepare("DELETE FROM number WHERE site = ?1").bind_refs([&site])?,
        db.prepare("DELETE FROM site WHERE id = ?1").bind_refs([&site])?,
        db.prepare(
            "DELETE FROM site_version WHERE site = ?1
               AND version < (SELECT MAX(version) FROM site_version WHERE site = ?1)",
        )
        .bind_refs([&site])?,
        db.prepare(
            "UPDATE site_version SET document = json_object('time_zone', json_extract(document, '$.time_zone')) WHERE site = ?1",
        )
        .bind_refs([&site])?,
    ];
    statements.extend(members::forget_site(db, id.as_str())?);
    if let Some(entry) = entry {
        statements.push(audit::row(db, entry, now)?);
    }
    db.batch(statements).await?;
    Ok(())
}

/// Returns the time zones of a site, be it deleted, or of all visible sites there are: at most two, which is enough to know that they
/// differ.
pub async fn time_zones(db: &D1Database, id: Option<&SiteId>, visible: &SiteSelection) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Row {
        time_zone: Option<String>,
    }
    let visible = sites_text(visible)?;
    let visible = text_or_null(visible.as_deref());
    let statement = match id {
        Some(id) => db
            .prepare(
                "SELECT json_extract(document, '$.time_zone') AS time_zone FROM site_version
                 WHERE site = ?1 AND (?2 IS NULL OR site IN (SELECT value FROM json_each(?2))) ORDER BY version DESC LIMIT 1",
            )
            .bind_refs(&[D1Type::Text(id.as_str()), visible])?,
        None => db
            .prepare(
                "SELECT DISTINCT json_extract(document, '$.time_zone') AS time_zone FROM site
                 WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1)) LIMIT 2",
            )
            .bind_refs(&visible)?,
    };
    let found: Vec<Row> = statement.all().await?.results()?;
    Ok(found.into_iter().map(|row| row.time_zone.unwrap_or_default()).collect())
}
