//! Which site each tracking number belongs to, in D1, page by page.

use std::collections::BTreeSet;

use dni_core::id::SiteId;
use edge_core::api::{NumberFilter, SITES_AT_ONCE};
use edge_core::site::OwnedNumber;
use serde::Deserialize;
use worker::{D1Database, D1Type, Result};

use super::sites::StoredSite;
use super::{number, sites_text, text_or_null};

/// Lists the next sites whose numbers are looked at, in their order.
pub async fn sites(db: &D1Database, filter: &NumberFilter) -> Result<Vec<SiteId>> {
    #[derive(Deserialize)]
    struct Row {
        id: SiteId,
    }
    if let Some(site) = &filter.site {
        return Ok(vec![site.clone()]);
    }
    let visible = sites_text(&filter.visible)?;
    let from = filter.after.as_ref().map(|cursor| cursor.site.as_str());
    let statement = db.prepare(
        "SELECT id FROM site WHERE (?1 IS NULL OR id IN (SELECT value FROM json_each(?1))) AND id >= ?2
         ORDER BY id LIMIT ?3",
    );
    let values =
        [text_or_null(visible.as_deref()), D1Type::Text(from.unwrap_or_default()), number(u64::from(SITES_AT_ONCE))];
    let found: Vec<Row> = statement.bind_refs(&values)?.all().await?.results()?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Lists the first numbers behind the cursor that these sites own, as many as are looked at.
pub async fn owned(db: &D1Database, sites: &[SiteId], filter: &NumberFilter) -> Result<Vec<OwnedNumber>> {
    // Each question is answered out of the index, and ends with what is wanted.
    let of_site = |site: &SiteId| {
        let statement = db
            .prepare("SELECT number, site, pool FROM number WHERE site = ?1 AND number > ?2 ORDER BY number LIMIT ?3");
        let cursor = filter.after.as_ref().filter(|cursor| cursor.site == *site);
        let behind = cursor.map_or("", |cursor| cursor.number.as_ref().map_or(BEHIND_ALL, |number| number.as_str()));
        statement.bind_refs(&[D1Type::Text(site.as_str()), D1Type::Text(behind), number(u64::from(filter.looks_at()))])
    };
    let statements = sites.iter().map(of_site).collect::<Result<Vec<_>>>()?;
    if statements.is_empty() {
        return Ok(Vec::new());
    }
    let mut owned: Vec<OwnedNumber> = Vec::new();
    for answer in db.batch(statements).await? {
        owned.extend(answer.results::<OwnedNumber>()?);
    }
    owned.truncate(usize::try_from(filter.looks_at()).unwrap_or(usize::MAX));
    Ok(owned)
}

/// What is greater than any number: they begin with a plus.
const BEHIND_ALL: &str = "~";

/// Reads the sites of some numbers.
pub async fn sites_of(db: &D1Database, owned: &[OwnedNumber]) -> Result<Vec<StoredSite>> {
    let ids = serde_json::to_string(&owned.iter().map(|owned| &owned.site).collect::<BTreeSet<_>>())?;
    let statement =
        db.prepare("SELECT id, version, updated_at, document FROM site WHERE id IN (SELECT value FROM json_each(?1))");
    statement.bind_refs(&D1Type::Text(&ids))?.all().await?.results()
}
