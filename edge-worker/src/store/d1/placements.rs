//! In which database the calls of each site are: the directory, in the first database.

use dni_core::id::SiteId;
use edge_core::api::Cursor;
use edge_core::placement::{DatabaseName, Moving, Placement};
use serde::Deserialize;
use worker::{D1Database, D1PreparedStatement, D1Type, Error, Result};

use super::{number, returns_row};

#[derive(Deserialize)]
struct Row {
    database: u8,
    moving_to: Option<u8>,
    is_clearing: u8,
    change: u32,
}

impl Row {
    fn placement(&self) -> Result<Placement> {
        let moving_to = self.moving_to.map(name).transpose()?;
        let clearing = (self.is_clearing == 1).then_some(Moving::Clearing);
        Ok(Placement {
            database: name(self.database)?,
            moving: moving_to.map(Moving::To).or(clearing),
            change: self.change,
        })
    }
}

fn name(number: u8) -> Result<DatabaseName> {
    DatabaseName::from_number(number).ok_or_else(|| Error::from("the directory names a database that there cannot be"))
}

/// Finds where the calls of a site are.
pub async fn of_site(db: &D1Database, site: &str) -> Result<Placement> {
    let statement = db.prepare("SELECT database, moving_to, is_clearing, change FROM site_database WHERE site = ?1");
    let found: Option<Row> = statement.bind_refs(&D1Type::Text(site))?.first(None).await?;
    found.map_or_else(|| Ok(Placement::default()), |row| row.placement())
}

/// A site of which more than one database may have calls.
#[derive(Debug, Deserialize)]
pub struct MovingSite {
    /// The site.
    pub site: SiteId,
    database: u8,
}

impl MovingSite {
    /// Says whether this database's calls of it are not to be seen.
    pub const fn is_hidden_in(&self, database: DatabaseName) -> bool {
        self.database != database.number()
    }
}

/// Finds the sites that are on the move.
pub async fn moving(db: &D1Database) -> Result<Vec<MovingSite>> {
    db.prepare("SELECT site, database FROM site_database WHERE moving_to IS NOT NULL OR is_clearing = 1")
        .all()
        .await?
        .results()
}

/// How many sites the directory lists for a database.
#[derive(Debug, Deserialize)]
pub struct SitesOfDatabase {
    /// The database's number.
    pub database: u8,
    /// Sites whose calls are in it.
    pub sites: u32,
}

/// Counts the sites whose calls are in each database. Those that were deleted count as long as they have not been moved.
pub async fn counted(db: &D1Database) -> Result<Vec<SitesOfDatabase>> {
    let query = "SELECT coalesce(database, 0) AS database, count(*) AS sites
                 FROM site LEFT JOIN site_database ON site_database.site = site.id GROUP BY 1";
    db.prepare(query).all().await?.results()
}

/// Makes the row of a new site, for the batch that writes it. A site of the name of one that was deleted has its calls where that
/// one's are.
pub fn row_of_new_site(db: &D1Database, site: &SiteId, database: DatabaseName) -> Result<D1PreparedStatement> {
    let statement = db.prepare(
        "INSERT INTO site_database (site, database) SELECT ?1, ?2
         WHERE EXISTS (SELECT 1 FROM site WHERE id = ?1 AND version = 1) ON CONFLICT (site) DO NOTHING",
    );
    statement.bind_refs(&[D1Type::Text(site.as_str()), number(u64::from(database.number()))])
}

/// Changes where the calls of a site are, if that is still as it was, and says whether it was. Copying begins anew then.
pub async fn change(db: &D1Database, site: &SiteId, before: &Placement, after: &Placement) -> Result<bool> {
    let moving_to = match after.moving {
        Some(Moving::To(name)) => number(u64::from(name.number())),
        Some(Moving::Clearing) | None => D1Type::Null,
    };
    let values = [
        D1Type::Text(site.as_str()),
        number(u64::from(after.database.number())),
        moving_to,
        number(u64::from(after.moving == Some(Moving::Clearing))),
        number(u64::from(after.change)),
        number(u64::from(before.change)),
    ];
    returns_row(
        db,
        "INSERT INTO site_database (site, database, moving_to, is_clearing, change)
         SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?6 = 0 OR EXISTS (SELECT 1 FROM site_database WHERE site = ?1)
         ON CONFLICT (site) DO UPDATE SET
            database = excluded.database, moving_to = excluded.moving_to, is_clearing = excluded.is_clearing,
            change = excluded.change, copied_to = NULL
         WHERE change = ?6
         RETURNING site",
        &values,
    )
    .await
}

/// Returns the last call that was copied; `None` if none was.
pub async fn copied_to(db: &D1Database, site: &SiteId, placement: &Placement) -> Result<Option<Cursor>> {
    let statement = db.prepare("SELECT copied_to FROM site_database WHERE site = ?1 AND change = ?2");
    let values = [D1Type::Text(site.as_str()), number(u64::from(placement.change))];
    let found: Option<Option<String>> = statement.bind_refs(&values)?.first(Some("copied_to")).await?;
    Ok(found.flatten().and_then(|text| Cursor::parse(&text).ok()))
}

/// Notes the last call that was copied, if the move is still the one that copied it, and says whether it is.
pub async fn note_copied(db: &D1Database, site: &SiteId, placement: &Placement, last: &Cursor) -> Result<bool> {
    let encoded = last.encode();
    let values = [D1Type::Text(site.as_str()), number(u64::from(placement.change)), D1Type::Text(&encoded)];
    returns_row(db, "UPDATE site_database SET copied_to = ?3 WHERE site = ?1 AND change = ?2 RETURNING site", &values)
        .await
}
