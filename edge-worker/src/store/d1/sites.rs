//! Sites as their owners wrote them, in D1.

use dni_core::id::SiteId;
use dni_core::phone::E164;
use dni_core::time::Millis;
use edge_core::account::site_selection::SiteSelection;
use edge_core::audit::AuditEntry;
use edge_core::placement::DatabaseName;
use edge_core::site::{Closing, KeepDays, OwnedNumber, PoolsOfNumbers, SiteDocument, origins_for};
use serde::Deserialize;
use worker::{D1Database, D1Type, Result};

use crate::http::problem::{Problem, broken_site};

use super::{audit, members, number, placements, publications, sites_text, text_or_null};

/// Most sites with days of their own: their names and days are a megabyte.
const MAX_KEEPING: u64 = 10_000;
/// Most versions of a site that are kept: the latest ones. Of the largest sites they are a fiftieth of what a database holds.
const MAX_VERSIONS: u64 = 100;

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

impl StoredSite {
    /// Reads what its owner wrote.
    ///
    /// # Errors
    /// Something is missing that the site cannot do without.
    pub fn read(&self) -> core::result::Result<SiteDocument, Problem> {
        SiteDocument::read_stored(&self.document).ok_or_else(|| broken_site(&self.id))
    }
}

/// Most bytes of documents on one page of sites, beside its first: far below the 128 MB that a worker has.
const MAX_PAGE_BYTES: u32 = 1_000_000;

/// Reads one site.
pub async fn one(db: &D1Database, id: &SiteId) -> Result<Option<StoredSite>> {
    let statement = db.prepare("SELECT id, version, updated_at, document FROM site WHERE id = ?1");
    statement.bind_refs(&D1Type::Text(id.as_str()))?.first(None).await
}

/// A page of sites.
pub struct SitePage {
    /// The sites.
    pub sites: Vec<StoredSite>,
    /// Whether there are more behind them.
    pub has_more: bool,
}

/// Reads the visible sites by name, those behind `after` if it is given: `limit` at most, and fewer where they are large.
pub async fn page(db: &D1Database, visible: &SiteSelection, after: Option<&SiteId>, limit: u32) -> Result<SitePage> {
    #[derive(Deserialize)]
    struct Row {
        id: SiteId,
        version: u32,
        updated_at: Millis,
        document: String,
        is_last: u8,
    }
    let visible = sites_text(visible)?;
    let statement = db.prepare(
        "WITH found AS (
            SELECT id, SUM(bytes) OVER (ORDER BY id) - bytes AS bytes_before, ROW_NUMBER() OVER (ORDER BY id) AS place,
                COUNT(*) OVER () AS found
            FROM (SELECT id, length(document) AS bytes FROM site
                  WHERE (?2 IS NULL OR id > ?2) AND (?1 IS NULL OR id IN (SELECT value FROM json_each(?1))) ORDER BY id LIMIT ?3 + 1)
         )
         SELECT site.id, version, updated_at, document, place = found AS is_last FROM found JOIN site ON site.id = found.id
         WHERE bytes_before <= ?4 AND place <= ?3 ORDER BY place",
    );
    let values = [
        text_or_null(visible.as_deref()),
        text_or_null(after.map(SiteId::as_str)),
        number(u64::from(limit)),
        number(u64::from(MAX_PAGE_BYTES)),
    ];
    let found: Vec<Row> = statement.bind_refs(&values)?.all().await?.results()?;
    let has_more = found.last().is_some_and(|last| last.is_last == 0);
    let site =
        |row: Row| StoredSite { id: row.id, version: row.version, updated_at: row.updated_at, document: row.document };
    Ok(SitePage { sites: found.into_iter().map(site).collect(), has_more })
}

/// Lists the sites that do not keep everything for good. What cannot be read, which would be a fault of ours, is kept.
pub async fn keeping_for_days(db: &D1Database) -> Result<Vec<(SiteId, KeepDays)>> {
    #[derive(Deserialize)]
    struct Row {
        id: SiteId,
        keep_days: String,
    }
    let statement = db.prepare("SELECT id, keep_days FROM site WHERE keep_days IS NOT NULL ORDER BY id LIMIT ?1");
    let rows: Vec<Row> = statement.bind_refs(&[number(MAX_KEEPING)])?.all().await?.results()?;
    Ok(rows.into_iter().filter_map(|row| Some((row.id, serde_json::from_str(&row.keep_days).ok()?))).collect())
}

/// Says whether any site lists this origin of pages, by itself or by a wildcard.
pub async fn lists_origin(db: &D1Database, origin: &str) -> Result<bool> {
    #[derive(Deserialize)]
    struct Row {}
    let written = serde_json::to_string(&origins_for(origin))?;
    let statement = db.prepare("SELECT 1 FROM site_origin WHERE origin IN (SELECT value FROM json_each(?1)) LIMIT 1");
    let found: Option<Row> = statement.bind_refs(&D1Type::Text(&written))?.first(None).await?;
    Ok(found.is_some())
}

/// Finds those of `numbers` that belong to other sites.
pub async fn numbers_of_others(
    db: &D1Database,
    id: &SiteId,
    numbers: impl IntoIterator<Item = &E164>,
) -> Result<Vec<OwnedNumber>> {
    let statement = db
        .prepare("SELECT number, site, pool FROM number WHERE number IN (SELECT value FROM json_each(?1)) AND site <> ?2 ORDER BY site, number");
    let listed = serde_json::to_string(&numbers.into_iter().collect::<Vec<_>>())?;
    statement.bind_refs(&[D1Type::Text(&listed), D1Type::Text(id.as_str())])?.all().await?.results()
}

/// Finds whose a number is.
pub async fn owner(db: &D1Database, number: E164) -> Result<Option<OwnedNumber>> {
    let statement = db.prepare("SELECT number, site, pool FROM number WHERE number = ?1");
    statement.bind_refs(&D1Type::Text(number.as_str()))?.first(None).await
}

/// Takes numbers from their site, which is known to list none of them in this version, or to be deleted, and says whether that is still
/// so: nobody else but `holder` may be at its publication.
pub async fn free(
    db: &D1Database,
    id: &SiteId,
    version: Option<u32>,
    numbers: &[E164],
    holder: Option<&str>,
    now: Millis,
) -> Result<bool> {
    let listed = serde_json::to_string(numbers)?;
    let site = D1Type::Text(id.as_str());
    let version = version.map_or(D1Type::Null, |version| number(u64::from(version)));
    let (listed, holder, now) = (D1Type::Text(&listed), text_or_null(holder), number(now.unix_ms()));
    let statement = db.prepare(
        "DELETE FROM number WHERE number IN (SELECT value FROM json_each(?3)) AND site = ?1 AND state <> 'listed'
           AND (SELECT version FROM site WHERE id = ?1) IS ?2
           AND NOT EXISTS (SELECT 1 FROM publication WHERE site = ?1 AND held_until > ?5 AND holder IS NOT ?4)",
    );
    statement.bind_refs([&site, &version, &listed, &holder, &now])?.run().await?;
    let is_owner = db.prepare(
        "SELECT 1 AS found FROM number WHERE number IN (SELECT value FROM json_each(?2)) AND site = ?1 LIMIT 1",
    );
    let left: Option<u32> = is_owner.bind_refs([&site, &listed])?.first(Some("found")).await?;
    Ok(left.is_none())
}

/// What is written of a site.
pub struct NewVersion<'a> {
    /// The site.
    pub id: &'a SiteId,
    /// What its owner wrote, as JSON.
    pub document: &'a str,
    /// The numbers in it, with their pools.
    pub numbers: &'a PoolsOfNumbers,
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
                SELECT 1 FROM number WHERE number IN (SELECT key FROM json_each(?4)) AND site <> ?1
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
    ];
    statements.push(
        db.prepare(
            "DELETE FROM site_version WHERE site = ?1 AND version <= (SELECT version FROM site WHERE id = ?1) - ?2",
        )
        .bind_refs([&site, &number(MAX_VERSIONS)])?,
    );
    statements.extend(publications::begin(db, &site, &text, &listed)?);
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

/// Deletes a site, and takes it from everybody who had it among theirs; its numbers go step by step. Of its versions only the count
/// stays, and the time zone that its calls are told in.
pub async fn delete(db: &D1Database, id: &SiteId, closing: &Closing, entry: &AuditEntry, now: Millis) -> Result<()> {
    let site = D1Type::Text(id.as_str());
    let mut statements = publications::begin_deletion(db, id, closing)?;
    statements.extend([
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
    ]);
    statements.extend(members::forget_site(db, id.as_str())?);
    statements.push(audit::row(db, entry, now)?);
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
                "SELECT DISTINCT time_zone FROM site
                 WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1)) LIMIT 2",
            )
            .bind_refs(&visible)?,
    };
    let found: Vec<Row> = statement.all().await?.results()?;
    Ok(found.into_iter().map(|row| row.time_zone.unwrap_or_default()).collect())
}
