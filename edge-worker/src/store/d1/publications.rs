//! How far the publication of each site is, in D1.
//!
//! One is at it at a time: whoever holds it. What they do in KV is noted here behind it, so that it is done again if nobody knows whether
//! it was done.

use dni_core::id::{PoolId, SiteId};
use dni_core::phone::E164;
use dni_core::time::Millis;
use edge_core::site::{Closing, MAX_ENTRIES, Step, Unfinished};
use serde::Deserialize;
use worker::{D1Database, D1PreparedStatement, D1Result, D1Type, Result};

use super::number;

/// How far a publication is that is not done.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Progress {
    /// The version that visitors get, if they get any.
    pub published: Option<u32>,
    /// How many numbers are left.
    pub left: u32,
}

/// A publication that is held.
pub struct Held {
    /// The site.
    pub site: SiteId,
    /// Who holds it.
    pub holder: String,
}

/// Lists the numbers of a version that was just written, and notes that it is to be published: for the batch that writes it, where
/// it does nothing if another version stands there.
pub fn begin(
    db: &D1Database,
    site: &D1Type<'_>,
    document: &D1Type<'_>,
    numbers: &D1Type<'_>,
) -> Result<Vec<D1PreparedStatement>> {
    Ok(vec![
        db.prepare(
            "INSERT INTO number (number, site, pool) SELECT key, ?1, value FROM json_each(?3)
             WHERE EXISTS (SELECT 1 FROM site WHERE id = ?1 AND document = ?2)
             ON CONFLICT (number) DO UPDATE SET
                pool = excluded.pool, state = 'listed', is_written = is_written AND pool IS excluded.pool
             WHERE site = excluded.site AND (pool IS NOT excluded.pool OR state <> 'listed')",
        )
        .bind_refs([site, document, numbers])?,
        db.prepare(
            "UPDATE number SET state = 'kept' WHERE site = ?1 AND state = 'listed'
               AND number NOT IN (SELECT key FROM json_each(?3))
               AND EXISTS (SELECT 1 FROM site WHERE id = ?1 AND document = ?2)",
        )
        .bind_refs([site, document, numbers])?,
        db.prepare(
            "INSERT INTO publication (site, version) SELECT id, version FROM site WHERE id = ?1 AND document = ?2
             ON CONFLICT (site) DO UPDATE SET version = excluded.version",
        )
        .bind_refs([site, document])?,
    ])
}

/// Notes that a site is deleted: for the batch that deletes it.
pub fn begin_deletion(db: &D1Database, site: &SiteId, closing: &Closing) -> Result<Vec<D1PreparedStatement>> {
    let pools = serde_json::to_string(&closing.pools)?;
    let (site, pools) = (D1Type::Text(site.as_str()), D1Type::Text(&pools));
    Ok(vec![
        db.prepare("UPDATE number SET state = 'leaving', is_written = 0 WHERE site = ?1").bind_refs([&site])?,
        // Of one that was deleted before, and is not at its end, the pools are closed, too.
        db.prepare(
            "INSERT INTO publication (site, version, published, closing, is_leaving)
             VALUES (?1, NULL, ?2, json_object('version', CAST(?2 AS INTEGER), 'pools', json(?3)), 1)
             ON CONFLICT (site) DO UPDATE SET version = NULL, is_leaving = 1, closing = json_object(
                'version', CAST(?2 AS INTEGER), 'pools', json((SELECT json_group_array(value) FROM (
                    SELECT value FROM json_each(?3) UNION SELECT value FROM json_each(publication.closing, '$.pools')
                ))))",
        )
        .bind_refs([&site, &number(u64::from(closing.version)), &pools])?,
    ])
}

/// Holds a publication until then, unless somebody else does, and reads what is left to do; `None` if it cannot be had. Of each kind one
/// entry more is read than a step writes, which tells whether there are more.
pub async fn hold(db: &D1Database, held: &Held, now: Millis, until: Millis) -> Result<Option<Unfinished>> {
    #[derive(Deserialize)]
    struct Row {
        version: Option<u32>,
        closing: Option<String>,
    }
    let (site, holder) = (D1Type::Text(held.site.as_str()), D1Type::Text(&held.holder));
    let (now, until, most) = (number(now.unix_ms()), number(until.unix_ms()), number(u64::from(MAX_ENTRIES) + 1));
    let read = db
        .batch(vec![
            db.prepare(
                "INSERT INTO publication (site, version, published, holder, held_until)
                 SELECT ?1, (SELECT version FROM site WHERE id = ?1), (SELECT version FROM site WHERE id = ?1), ?2, ?4
                 WHERE EXISTS (SELECT 1 FROM site WHERE id = ?1) OR EXISTS (SELECT 1 FROM publication WHERE site = ?1)
                 ON CONFLICT (site) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
                 WHERE held_until <= ?3 OR holder = excluded.holder",
            )
            .bind_refs([&site, &holder, &now, &until])?,
            db.prepare("SELECT version, closing FROM publication WHERE site = ?1 AND holder = ?2")
                .bind_refs([&site, &holder])?,
            db.prepare(
                "SELECT number, site, pool FROM number WHERE site = ?1 AND state = 'listed' AND is_written = 0 ORDER BY number LIMIT ?2",
            )
            .bind_refs([&site, &most])?,
            db.prepare("SELECT number, site, pool FROM number WHERE site = ?1 AND state = 'leaving' ORDER BY number LIMIT ?2")
                .bind_refs([&site, &most])?,
        ])
        .await?;
    let Some(row) = rows::<Row>(&read, 1)?.into_iter().next() else { return Ok(None) };
    Ok(Some(Unfinished {
        version: row.version,
        closing: row.closing.map(|text| serde_json::from_str(&text)).transpose()?,
        due: rows::<NumberRow>(&read, 2)?.into_iter().map(|row| (row.number, row.pool)).collect(),
        leaving: rows::<NumberRow>(&read, 3)?.into_iter().map(|row| row.number).collect(),
    }))
}

/// Notes that a deleted site is taken back and its pools are closed.
pub async fn note_closed(db: &D1Database, held: &Held, closed: &Closing) -> Result<()> {
    let closed = serde_json::to_string(closed)?;
    db.prepare(
        "UPDATE publication SET published = NULL, closing = CASE WHEN json(closing) = json(?3) THEN NULL ELSE closing END
         WHERE site = ?1 AND holder = ?2",
    )
    .bind_refs(&[D1Type::Text(held.site.as_str()), D1Type::Text(&held.holder), D1Type::Text(&closed)])?
    .run()
    .await?;
    Ok(())
}

/// Notes what of a step was done, lets the publication go, and tells how far it is; `None` if it is done.
pub async fn note(db: &D1Database, held: &Held, done: &Step, now: Millis) -> Result<Option<Progress>> {
    let (written, forgotten) = (serde_json::to_string(&done.writes)?, serde_json::to_string(&done.forgets)?);
    let (site, holder) = (D1Type::Text(held.site.as_str()), D1Type::Text(&held.holder));
    let (written, forgotten) = (D1Type::Text(&written), D1Type::Text(&forgotten));
    let published = done.publishes.map_or(D1Type::Null, |version| number(u64::from(version)));
    let now = number(now.unix_ms());
    let read = db
        .batch(vec![
            db.prepare(
                "UPDATE number SET is_written = 1 FROM json_each(?3) AS written
                 WHERE number.number = written.key AND number.site = ?1 AND number.state = 'listed' AND number.pool IS written.value
                   AND EXISTS (SELECT 1 FROM publication WHERE site = ?1 AND holder = ?2)",
            )
            .bind_refs([&site, &holder, &written])?,
            db.prepare(
                "DELETE FROM number WHERE site = ?1 AND state = 'leaving' AND number IN (SELECT value FROM json_each(?3))
                   AND EXISTS (SELECT 1 FROM publication WHERE site = ?1 AND holder = ?2)",
            )
            .bind_refs([&site, &holder, &forgotten])?,
            // Of several that wait, the one that was tried longest ago is taken up first.
            db.prepare(
                "UPDATE publication SET published = COALESCE(?3, published), holder = NULL, held_until = ?4,
                    is_leaving = is_leaving AND EXISTS (SELECT 1 FROM number WHERE site = ?1 AND state = 'leaving')
                 WHERE site = ?1 AND holder = ?2",
            )
            .bind_refs([&site, &holder, &published, &now])?,
            db.prepare("DELETE FROM publication WHERE site = ?1 AND version IS NULL AND closing IS NULL AND is_leaving = 0")
                .bind_refs([&site])?,
            progress_of(db, &site)?,
        ])
        .await?;
    Ok(rows(&read, 4)?.into_iter().next())
}

/// Tells how far a publication is; `None` if it is done, or there is none.
pub async fn progress(db: &D1Database, site: &SiteId) -> Result<Option<Progress>> {
    progress_of(db, &D1Type::Text(site.as_str()))?.first(None).await
}

fn progress_of(db: &D1Database, site: &D1Type<'_>) -> Result<D1PreparedStatement> {
    db.prepare(
        "SELECT published, (SELECT COUNT(*) FROM number WHERE site = ?1
            AND (state = 'leaving' OR (state = 'listed' AND is_written = 0))) AS left
         FROM publication WHERE site = ?1 AND (version IS NULL OR version IS NOT published OR is_leaving = 1)",
    )
    .bind_refs([site])
}

/// Says whether a publication is done, and nobody is at it.
pub async fn is_at_rest(db: &D1Database, site: &SiteId, now: Millis) -> Result<bool> {
    let statement = db.prepare(
        "SELECT 1 AS found FROM publication WHERE site = ?1
           AND (held_until > ?2 OR (version IS NOT NULL AND version IS NOT published))",
    );
    let values = [D1Type::Text(site.as_str()), number(now.unix_ms())];
    let found: Option<u32> = statement.bind_refs(&values)?.first(Some("found")).await?;
    Ok(found.is_none())
}

/// Notes that it is not known what KV says of a number.
pub async fn note_unwritten(db: &D1Database, tracking_number: E164) -> Result<()> {
    let statement = db.prepare("UPDATE number SET is_written = 0 WHERE number = ?1");
    statement.bind_refs(&D1Type::Text(tracking_number.as_str()))?.run().await?;
    Ok(())
}

/// Says whether the deletion of a site is at work.
pub async fn is_deleting(db: &D1Database, site: &SiteId) -> Result<bool> {
    let statement = db.prepare("SELECT 1 AS found FROM publication WHERE site = ?1 AND version IS NULL");
    let found: Option<u32> = statement.bind_refs(&D1Type::Text(site.as_str()))?.first(Some("found")).await?;
    Ok(found.is_some())
}

/// Most publications that are taken up at once.
const MAX_WAITING: &str = "5";

/// Lists sites whose publication broke off, or waits for its next step: those first that have waited longest.
pub async fn waiting(db: &D1Database, now: Millis) -> Result<Vec<SiteId>> {
    #[derive(Deserialize)]
    struct Row {
        site: SiteId,
    }
    let query = [
        "SELECT site FROM publication WHERE (version IS NULL OR version IS NOT published OR is_leaving = 1) AND held_until <= ?1
         ORDER BY held_until LIMIT ",
        MAX_WAITING,
    ];
    let statement = db.prepare(query.concat());
    let found: Vec<Row> = statement.bind_refs(&number(now.unix_ms()))?.all().await?.results()?;
    Ok(found.into_iter().map(|row| row.site).collect())
}

#[derive(Deserialize)]
struct NumberRow {
    number: E164,
    pool: Option<PoolId>,
}

fn rows<T: for<'a> Deserialize<'a>>(read: &[D1Result], at: usize) -> Result<Vec<T>> {
    read.get(at).map_or_else(|| Ok(Vec::new()), D1Result::results)
}
