//! How many visitors each pool gave a number, day by day.

use std::collections::BTreeMap;

use dni_core::id::{PoolId, SiteId};
use dni_core::time::Millis;
use edge_core::api::CallFilter;
use edge_core::report::{DAY, VisitorCounter, VisitorDay, VisitorSums, VisitorsUnknown};
use serde::Deserialize;
use worker::{D1Database, D1Type, Result, console_error};

use super::{number, sites_text};

/// Most days of pools that a report reads: two years of thirty pools.
const MAX_DAYS: usize = 25_000;
/// Most bytes that it reads: they take about a second.
const MAX_BYTES: u64 = 32_000_000;
/// Bytes that it has in memory at once, unless a single day has more.
const BYTES_AT_ONCE: u64 = 2_000_000;

/// Writes the visitors of a pool's day in place of those that stand there.
pub async fn write(db: &D1Database, site: &SiteId, pool: &PoolId, day: Millis, document: &str) -> Result<()> {
    let statement = db.prepare(
        "INSERT INTO visitor_count (site, day, pool, bytes, document) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (site, day, pool) DO UPDATE SET bytes = excluded.bytes, document = excluded.document",
    );
    let values = [
        D1Type::Text(site.as_str()),
        number(day.unix_ms()),
        D1Type::Text(pool.as_str()),
        number(u64::try_from(document.len()).unwrap_or(u64::MAX)),
        D1Type::Text(document),
    ];
    statement.bind_refs(&values)?.run().await?;
    Ok(())
}

/// Forgets some of the days that ended before their site's instant.
pub async fn forget(db: &D1Database, before: &BTreeMap<SiteId, Millis>, limit: u32) -> Result<()> {
    let statement = db.prepare(
        "DELETE FROM visitor_count WHERE id IN (
            SELECT visitor_count.id FROM json_each(?1) AS due
            CROSS JOIN visitor_count ON visitor_count.site = due.key AND visitor_count.day + ?2 <= due.value LIMIT ?3
         )",
    );
    let before = serde_json::to_string(before)?;
    let values = [D1Type::Text(&before), number(DAY), number(u64::from(limit))];
    statement.bind_refs(&values)?.run().await?;
    Ok(())
}

/// Counts the visitors that a report wants, reading a part of the days at a time.
pub async fn count(
    db: &D1Database,
    filter: &CallFilter,
    mut counter: VisitorCounter<'_>,
) -> Result<core::result::Result<VisitorSums, VisitorsUnknown>> {
    let days = wanted(db, filter, counter.days()).await?;
    if days.len() > MAX_DAYS || days.iter().map(|day| day.bytes).sum::<u64>() > MAX_BYTES {
        return Ok(Err(VisitorsUnknown::TooMuch));
    }
    for part in parts(&days) {
        for row in read(db, &part).await? {
            match VisitorDay::read(&row.document) {
                Some(visitors) => counter.add(&row.site, row.day, &visitors),
                None => console_error!("the visitors of {} in the day {} cannot be read", row.site, row.day.unix_ms()),
            }
        }
    }
    Ok(Ok(counter.sums()))
}

/// A pool's day, before it is read.
#[derive(Deserialize)]
struct WantedDay {
    id: u64,
    bytes: u64,
}

/// A pool's day.
#[derive(Deserialize)]
struct DayRow {
    site: SiteId,
    day: Millis,
    document: String,
}

/// Lists the days that begin from one instant on and before another, one more than a report may read at the most.
async fn wanted(db: &D1Database, filter: &CallFilter, (from, before): (Millis, Millis)) -> Result<Vec<WantedDay>> {
    const ALL: &str = "SELECT id, bytes FROM visitor_count WHERE day >= ?1 AND day < ?2 LIMIT ?3";
    const OF_SITES: &str = "SELECT id, bytes FROM visitor_count
         WHERE day >= ?1 AND day < ?2 AND site IN (SELECT value FROM json_each(?4)) LIMIT ?3";
    let sites = match &filter.site {
        Some(site) => Some(serde_json::to_string(&[site])?),
        None => sites_text(&filter.visible)?,
    };
    let most = u64::try_from(MAX_DAYS + 1).unwrap_or(u64::MAX);
    let mut values = vec![number(from.unix_ms()), number(before.unix_ms()), number(most)];
    let statement = sites.as_deref().map_or(ALL, |_| OF_SITES);
    values.extend(sites.as_deref().map(D1Type::Text));
    db.prepare(statement).bind_refs(&values)?.all().await?.results()
}

async fn read(db: &D1Database, ids: &[u64]) -> Result<Vec<DayRow>> {
    let ids = serde_json::to_string(ids)?;
    let statement =
        db.prepare("SELECT site, day, document FROM visitor_count WHERE id IN (SELECT value FROM json_each(?1))");
    statement.bind_refs(&D1Type::Text(&ids))?.all().await?.results()
}

/// Divides days into parts that are read at once.
fn parts(days: &[WantedDay]) -> Vec<Vec<u64>> {
    let mut parts: Vec<Vec<u64>> = Vec::new();
    let mut bytes = 0;
    for day in days {
        bytes += day.bytes;
        match parts.last_mut() {
            Some(part) if bytes <= BYTES_AT_ONCE => part.push(day.id),
            _ => {
                bytes = day.bytes;
                parts.push(vec![day.id]);
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_parts_of_a_size() {
        let parts_of = |bytes: &[u64]| {
            parts(&(0..).zip(bytes).map(|(id, bytes)| WantedDay { id, bytes: *bytes }).collect::<Vec<_>>())
        };
        assert_eq!(parts_of(&[]), Vec::<Vec<u64>>::new());
        assert_eq!(parts_of(&[BYTES_AT_ONCE + 1, 5, 5]), [vec![0], vec![1, 2]]);
        assert_eq!(parts_of(&[5, BYTES_AT_ONCE - 5, 1, 1]), [vec![0, 1], vec![2, 3]]);
    }
}
