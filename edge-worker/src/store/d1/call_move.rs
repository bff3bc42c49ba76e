//! A site's calls on their way from one database into another, a step at a time.

use dni_core::id::SiteId;
use edge_core::account::site_selection::SiteSelection;
use edge_core::api::{CallFilter, CallSlice, Order};
use edge_core::placement::{DatabaseName, MoveRecord, MoveStep, Placement};
use serde::Deserialize;
use worker::{D1Database, D1Result, D1Type, Result};

use super::call_query::{CallQuery, Wanted};
use super::call_row::CallRow;
use super::databases::Databases;
use super::{number, placements};

/// Calls that are copied with one batch of two statements each.
const COPIED_AT_ONCE: u32 = 50;
/// Calls that are deleted with one batch.
const DELETED_AT_ONCE: u32 = 500;
/// Batches of one request: with four of them it puts some 420 of the thousand questions that D1 allows it.
const MAX_BATCHES: u32 = 4;
/// Changes of the placement in one request: a move has three, and one more takes another move back.
const MAX_CHANGES: u32 = 8;

/// Brings the calls of a site nearer to a database. Whoever wants them there asks until it is done; each request does a bounded part,
/// and the next goes on where this one ended, also after one that broke off.
///
/// # Errors
/// A database does not answer. What was done so far stays.
pub async fn go_on(databases: &Databases, site: &SiteId, wanted: DatabaseName) -> Result<MoveRecord> {
    let first = databases.first()?;
    let (mut copied, mut deleted, mut batches, mut changes) = (0, 0, 0, 0);
    let mut placement = placements::of_site(first, site.as_str()).await?;
    let mut done = false;
    while !done && batches < MAX_BATCHES && changes < MAX_CHANGES {
        let next = match placement.step_to(wanted) {
            MoveStep::Change(next) => Some(next),
            MoveStep::Copy(to, next) => {
                batches += 1;
                match copy(databases, site, &placement, to).await? {
                    Copied::Nothing => Some(next),
                    Copied::Some(calls) => {
                        copied += calls;
                        None
                    }
                    Copied::TooLate => Some(placements::of_site(first, site.as_str()).await?.cleared_anew()),
                }
            }
            MoveStep::Clear(next) => {
                batches += 1;
                let gone = clear(databases, site, &placement).await?;
                deleted += gone;
                (gone == 0).then_some(next)
            }
            // Copies that came too late to be deleted with the others.
            MoveStep::Done => {
                done = !remains(databases, site, &placement).await?;
                (!done).then(|| placement.cleared_anew())
            }
        };
        if let Some(next) = next {
            changes += 1;
            let before = Placement { change: next.change.saturating_sub(1), ..placement };
            placements::change(first, site, &before, &next).await?;
            placement = placements::of_site(first, site.as_str()).await?;
        }
    }
    Ok(MoveRecord { site_id: site.to_string(), database: placement.database.to_string(), done, copied, deleted })
}

enum Copied {
    Nothing,
    Some(u64),
    /// The placement changed meanwhile: these copies may be where nobody looks for them.
    TooLate,
}

async fn copy(databases: &Databases, site: &SiteId, placement: &Placement, to: DatabaseName) -> Result<Copied> {
    let (first, from, to) = (databases.first()?, databases.get(placement.database)?, databases.get(to)?);
    let filter = CallFilter { site: Some(site.clone()), ..CallFilter::all_of(SiteSelection::All) };
    let after = placements::copied_to(first, site, placement).await?;
    let slice = CallSlice { order: Order::OldestFirst, after, limit: COPIED_AT_ONCE };
    let wanted = Wanted { filter: &filter, hidden: &[] };
    let rows: Vec<CallRow> = CallQuery::rows(wanted, &slice)?.statement(from)?.all().await?.results()?;
    let Some(last) = rows.last() else { return Ok(Copied::Nothing) };
    let statements: Vec<_> = rows
        .iter()
        .map(|row| row.written(to, &row.found_by()))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    to.batch(statements).await?;
    let is_in_time = placements::note_copied(first, site, placement, &last.cursor(Order::OldestFirst)).await?;
    Ok(if is_in_time { Copied::Some(to_count(rows.len())) } else { Copied::TooLate })
}

/// Deletes some of what other databases have of a site's calls, and says how many those were.
async fn clear(databases: &Databases, site: &SiteId, placement: &Placement) -> Result<u64> {
    for (_, db) in others(databases, placement) {
        let (site, limit) = (D1Type::Text(site.as_str()), number(u64::from(DELETED_AT_ONCE)));
        let index = db.prepare(
            "DELETE FROM call_search WHERE rowid IN
                (SELECT search_row FROM call WHERE site = ?1 ORDER BY started_at DESC, id DESC LIMIT ?2)",
        );
        let rows = db.prepare(
            "DELETE FROM call WHERE id IN
                (SELECT id FROM call WHERE site = ?1 ORDER BY started_at DESC, id DESC LIMIT ?2) RETURNING id",
        );
        let values = [site, limit];
        let answers = db.batch(vec![index.bind_refs(&values)?, rows.bind_refs(&values)?]).await?;
        let gone: Vec<DeletedCall> = answers.last().map_or_else(|| Ok(Vec::new()), D1Result::results)?;
        if !gone.is_empty() {
            return Ok(to_count(gone.len()));
        }
    }
    Ok(0)
}

#[derive(Deserialize)]
struct DeletedCall {}

/// Says whether another database has calls of a site.
async fn remains(databases: &Databases, site: &SiteId, placement: &Placement) -> Result<bool> {
    for (_, db) in others(databases, placement) {
        let statement = db.prepare("SELECT 1 AS found FROM call WHERE site = ?1 LIMIT 1");
        let found: Option<u32> = statement.bind_refs(&D1Type::Text(site.as_str()))?.first(Some("found")).await?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn others<'a>(databases: &'a Databases, placement: &Placement) -> impl Iterator<Item = (DatabaseName, &'a D1Database)> {
    let home = placement.database;
    databases.all().filter(move |(name, _)| *name != home)
}

fn to_count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
