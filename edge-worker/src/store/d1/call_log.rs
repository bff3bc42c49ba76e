//! The call log, in D1: each site's calls in one of the databases.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use dni_core::id::{SiteId, VisitorId};
use dni_core::time::Millis;
use edge_core::account::site_selection::SiteSelection;
use edge_core::api::{CallExport, CallFilter, CallSlice, ExportedCall, SearchedText, StoredCall, merged_calls};
use edge_core::call::erasure::ErasureRecord;
use edge_core::call::part::CallPart;
use edge_core::call::person::Person;
use edge_core::call::record::{CallRecord, TranscriptRecord};
use edge_core::call::source::CallSource;
use edge_core::call::state::CallState;
use edge_core::call::task_results::TaskResults;
use edge_core::placement::DatabaseName;
use edge_core::report::{Period, ReportRequest, ReportRow, credits, merged_rows};
use edge_core::site::KeptKind;
use futures_util::future::try_join_all;
use serde::Deserialize;
use worker::{D1Database, D1Type, Env, Error, Result};

use super::call_object::LoggedObject;
use super::call_query::{CallQuery, Wanted};
use super::call_row::{COLUMNS, CallRow, deleted};
use super::databases::Databases;
use super::{erasures, number, overdue_calls, persons, placements, report_query, sites_text, text_or_null};

/// How often a call is written anew because its site's calls went elsewhere meanwhile. Then the call's object tries again later.
const MAX_WRITES: u32 = 8;

/// The call log.
pub struct CallLog {
    databases: Databases,
}

/// A database that is asked, and the sites whose calls are not to be seen in it.
struct Place<'a> {
    db: &'a D1Database,
    hidden: Vec<SiteId>,
}

impl CallLog {
    /// Opens the log.
    ///
    /// # Errors
    /// The first database is not bound.
    pub fn of(env: &Env) -> Result<Self> {
        Ok(Self { databases: Databases::of(env)? })
    }

    /// Lists a part of the calls.
    pub async fn list(&self, filter: &CallFilter, slice: &CallSlice) -> Result<Vec<StoredCall>> {
        let places = self.places_of(filter).await?;
        let asked = places.iter().map(|place| async move {
            let wanted = Wanted { filter, hidden: &place.hidden };
            CallQuery::list(wanted, slice)?.statement(place.db)?.all().await?.results::<StoredCall>()
        });
        Ok(merged_calls(try_join_all(asked).await?, slice))
    }

    /// Counts the calls that are wanted.
    pub async fn count(&self, filter: &CallFilter) -> Result<u64> {
        let places = self.places_of(filter).await?;
        let asked = places.iter().map(|place| async move {
            let wanted = Wanted { filter, hidden: &place.hidden };
            let counted: Option<Counted> = CallQuery::count(wanted)?.statement(place.db)?.first(None).await?;
            Ok::<_, Error>(counted.map_or(0, |counted| counted.calls))
        });
        Ok(try_join_all(asked).await?.into_iter().sum())
    }

    /// Lists a part of the calls with what an export tells of them.
    pub async fn export(
        &self,
        filter: &CallFilter,
        slice: &CallSlice,
        export: &CallExport,
    ) -> Result<Vec<ExportedCall>> {
        let places = self.places_of(filter).await?;
        let asked = places.iter().map(|place| async move {
            let wanted = Wanted { filter, hidden: &place.hidden };
            CallQuery::export(wanted, slice, export)?.statement(place.db)?.all().await?.results::<ExportedCall>()
        });
        Ok(merged_calls(try_join_all(asked).await?, slice))
    }

    /// Counts the calls of a period by groups, and those that none of the groups told has.
    pub async fn report(
        &self,
        filter: &CallFilter,
        period: &Period,
        request: &ReportRequest,
    ) -> Result<Vec<ReportRow>> {
        let places = self.places_of(filter).await?;
        let asked = places
            .iter()
            .map(|place| report_query::count(place.db, Wanted { filter, hidden: &place.hidden }, period, request));
        Ok(merged_rows(try_join_all(asked).await?))
    }

    /// Reads one call, if it is one of the sites that whoever asks may see.
    pub async fn one(&self, id: &str, visible: &SiteSelection) -> Result<Option<StoredCall>> {
        let visible = sites_text(visible)?;
        let visible = visible.as_deref();
        let places = self.all_places().await?;
        let asked = places.iter().map(|place| async move {
            let hidden = serde_json::to_string(&place.hidden)?;
            let statement = place.db.prepare(
                "SELECT id, site, started_at, updated_at, record, transcript FROM call
                 WHERE id = ?1 AND (?2 IS NULL OR site IN (SELECT value FROM json_each(?2)))
                   AND (site IS NULL OR site NOT IN (SELECT value FROM json_each(?3)))",
            );
            let values = [D1Type::Text(id), text_or_null(visible), D1Type::Text(&hidden)];
            statement.bind_refs(&values)?.first::<StoredCall>(None).await
        });
        Ok(try_join_all(asked).await?.into_iter().flatten().next())
    }

    /// Finds the call that a carrier calls so, and that began at this instant.
    pub async fn of_carrier(&self, carrier: &str, call: &str, began_at: Millis) -> Result<Option<LoggedCall>> {
        let asked = self.databases.all().map(|(_, db)| of_carrier(db, carrier, call, began_at));
        let found = try_join_all(asked).await?.into_iter().flatten();
        Ok(found.max_by_key(|logged| logged.revision))
    }

    /// Writes a call, however often and in whatever order its versions come: the newest stays. Returns the record as it is written.
    ///
    /// It is written where its site's calls are, and then it is asked again where they are: they may have gone elsewhere meanwhile.
    pub async fn write(
        &self,
        state: &CallState,
        results: &TaskResults,
        public_url: &str,
        now: Millis,
    ) -> Result<String> {
        let (row, found_by) = row_of(state, results, public_url, now)?;
        let (Some(site), None) = (&row.site, self.databases.only()) else {
            let first = self.databases.first()?;
            first.batch(row.written(first, &found_by)?.into()).await?;
            return Ok(row.record);
        };
        let first = self.databases.first()?;
        let mut written: BTreeSet<DatabaseName> = BTreeSet::new();
        for _ in 0..MAX_WRITES {
            let placement = placements::of_site(first, site).await?;
            let wanted: BTreeSet<_> = placement.written_to().collect();
            // Before anybody knew whose call it was, it was written to the first database.
            for stray in written.union(&BTreeSet::from([DatabaseName::FIRST])).filter(|name| !wanted.contains(name)) {
                let db = self.databases.get(*stray)?;
                db.batch(deleted(db, &row.id, row.revision)?.into()).await?;
            }
            for name in &wanted {
                let db = self.databases.get(*name)?;
                db.batch(row.written(db, &found_by)?.into()).await?;
            }
            written.extend(wanted);
            if placements::of_site(first, site).await? == placement {
                return Ok(row.record);
            }
        }
        Err("the calls of the site go from database to database".into())
    }

    /// Takes a call out of all databases, and writes there that it is none any more, so that nobody who is late brings it back.
    pub async fn erase(&self, state: &CallState, record: &ErasureRecord) -> Result<()> {
        for (_, db) in self.databases.all() {
            let [index, row] = deleted(db, &state.id, u32::MAX)?;
            db.batch(vec![erasures::row(db, state, record)?, index, row]).await?;
        }
        erasures::without_kept_webhooks(self.databases.first()?, state)?.run().await?;
        Ok(())
    }

    /// Lists a person's calls, `limit` at the most of each database.
    pub async fn of_person(&self, person: &Person, visible: &SiteSelection, limit: u32) -> Result<Vec<LoggedObject>> {
        let asked = self.databases.all().map(|(_, db)| persons::calls(db, person, visible, limit));
        Ok(try_join_all(asked).await?.into_iter().flatten().collect())
    }

    /// Lists calls of others that a visitor may have made.
    pub async fn candidate_of(
        &self,
        visitor: &VisitorId,
        visible: &SiteSelection,
        limit: u32,
    ) -> Result<Vec<LoggedObject>> {
        let asked = self.databases.all().map(|(_, db)| persons::candidate_of(db, visitor, visible, limit));
        Ok(try_join_all(asked).await?.into_iter().flatten().collect())
    }

    /// Lists calls of which something is kept longer than their sites want, `limit` at the most of each database.
    pub async fn overdue(
        &self,
        kind: KeptKind,
        before: &BTreeMap<SiteId, Millis>,
        limit: u32,
    ) -> Result<Vec<LoggedObject>> {
        let asked = self.databases.all().map(|(_, db)| overdue_calls::list(db, kind, before, limit));
        Ok(try_join_all(asked).await?.into_iter().flatten().collect())
    }

    /// Takes a call out of the log whose object knows nothing of it, as where the log was brought along from another account.
    pub async fn drop_row(&self, id: &str) -> Result<()> {
        for (_, db) in self.databases.all() {
            db.batch(deleted(db, id, u32::MAX)?.into()).await?;
        }
        Ok(())
    }

    /// Forgets a part of such a call.
    pub async fn forget_part(&self, id: &str, part: CallPart) -> Result<()> {
        let sql = ["SELECT ", COLUMNS, " FROM call WHERE id = ?1"].concat();
        for (_, db) in self.databases.all() {
            let found = db.prepare(sql.as_str()).bind_refs(&D1Type::Text(id))?.first::<CallRow>(None).await?;
            if let Some(row) = found {
                let row = row.without(part)?;
                db.batch(row.written(db, &row.found_by())?.into()).await?;
            }
        }
        Ok(())
    }

    /// Finds the databases that have calls which a filter may want. Where only one is bound, the directory is not asked.
    async fn places_of(&self, filter: &CallFilter) -> Result<Vec<Place<'_>>> {
        match filter.only_site().filter(|_| self.databases.only().is_none()) {
            Some(site) => {
                let placement = placements::of_site(self.databases.first()?, site.as_str()).await?;
                Ok(vec![Place { db: self.databases.get(placement.database)?, hidden: Vec::new() }])
            }
            None => self.all_places().await,
        }
    }

    async fn all_places(&self) -> Result<Vec<Place<'_>>> {
        if let Some(db) = self.databases.only() {
            return Ok(vec![Place { db, hidden: Vec::new() }]);
        }
        let moving = placements::moving(self.databases.first()?).await?;
        let hidden = |name| moving.iter().filter(move |site| site.is_hidden_in(name)).map(|moving| moving.site.clone());
        Ok(self.databases.all().map(|(name, db)| Place { db, hidden: hidden(name).collect() }).collect())
    }
}

/// Makes a call's row, and the texts that it is found by.
fn row_of(state: &CallState, results: &TaskResults, public_url: &str, now: Millis) -> Result<(CallRow, SearchedText)> {
    let record = CallRecord::of(state, results, public_url, now);
    let words = TranscriptRecord::of(results);
    let credits = credits(&CallSource::of(state).touches, state.call.started_at);
    let found_by = SearchedText::of(&record, words.as_ref());
    let row = CallRow {
        id: state.id.clone(),
        started_at: state.call.started_at,
        updated_at: now,
        revision: state.revision,
        outcome: record.outcome.code().to_owned(),
        record: serde_json::to_string(&record)?,
        transcript: words.as_ref().map(serde_json::to_string).transpose()?,
        credits: credits.map(|shares| serde_json::to_string(&shares)).transpose()?,
        webhooks: u8::from(!state.forgotten.contains(&CallPart::Webhooks)),
        site: record.site_id,
        tracking_number: record.tracking_phone_number,
        source: record.source,
    };
    Ok((row, found_by))
}

/// What the log has of a call.
#[derive(Debug, Deserialize)]
pub struct LoggedCall {
    /// The call's id.
    pub id: String,
    /// The revision that the log has.
    pub revision: u32,
}

async fn of_carrier(db: &D1Database, carrier: &str, call: &str, began_at: Millis) -> Result<Option<LoggedCall>> {
    // Clocks of one worker agree, and the index leads to the instant.
    let statement = db.prepare(
        "SELECT id, revision FROM call WHERE started_at BETWEEN ?3 AND ?4
           AND json_extract(record, '$.carrier') = ?1 AND json_extract(record, '$.carrier_call_id') = ?2 LIMIT 1",
    );
    let values = [
        D1Type::Text(carrier),
        D1Type::Text(call),
        number(began_at.before(SAME_BEGINNING).unix_ms()),
        number(began_at.after(SAME_BEGINNING).unix_ms()),
    ];
    statement.bind_refs(&values)?.first(None).await
}

/// How far two readings of a call's beginning may be apart: its first webhooks come side by side.
const SAME_BEGINNING: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
struct Counted {
    calls: u64,
}
