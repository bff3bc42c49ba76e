//! Questions of reports to the call log.

use core::fmt::Write as _;

use edge_core::api::CallFilter;
use edge_core::report::{
    CountedCalls, CreditModel, Dimension, Key, OffsetStep, Period, ReportRequest, ReportRow, ValueSum,
};
use serde::Deserialize;
use worker::{D1Database, Result};

use super::call_query::CallQuery;

/// Most groups that are counted: more pages than any site has that brings calls.
const MAX_ROWS: usize = 5_000;
/// Milliseconds of an hour and of a day.
const HOUR: u32 = 3_600_000;
const DAY: u32 = 86_400_000;

/// Counts the calls of a period by groups, and those that none of the groups told has.
pub async fn count(
    db: &D1Database,
    filter: &CallFilter,
    period: &Period,
    request: &ReportRequest,
) -> Result<Vec<ReportRow>> {
    let filter = CallFilter { started_from: Some(period.from), started_before: Some(period.before), ..filter.clone() };
    let steps = period.offsets();
    let counted = CallQuery::counted(&filter, request, &steps)?.statement(db)?;
    let valued = CallQuery::valued(&filter, request, &steps)?.statement(db)?;
    let mut answers = db.batch(vec![counted, valued]).await?.into_iter();
    let rows: Vec<CountedRow> = answers.next().map_or_else(|| Ok(Vec::new()), |answer| answer.results())?;
    let values: Vec<ValueRow> = answers.next().map_or_else(|| Ok(Vec::new()), |answer| answer.results())?;
    let mut rows: Vec<ReportRow> = rows.into_iter().map(|row| row.into_row(request)).collect();
    for value in values {
        let key = key_of(request, value.first, value.second);
        if let Some(row) = rows.iter_mut().find(|row| row.key == key) {
            row.values.push(value.sum);
        }
    }
    Ok(rows)
}

#[derive(Deserialize)]
struct CountedRow {
    first: Option<String>,
    second: Option<String>,
    #[serde(flatten)]
    counted: CountedCalls,
}

impl CountedRow {
    fn into_row(self, request: &ReportRequest) -> ReportRow {
        ReportRow { key: key_of(request, self.first, self.second), counted: self.counted, values: Vec::new() }
    }
}

#[derive(Deserialize)]
struct ValueRow {
    first: Option<String>,
    second: Option<String>,
    #[serde(flatten)]
    sum: ValueSum,
}

fn key_of(request: &ReportRequest, first: Option<String>, second: Option<String>) -> Key {
    [first, second].into_iter().take(request.group_by.len()).collect()
}

impl<'a> CallQuery<'a> {
    /// Asks how many calls each group has, those with the most first.
    pub fn counted(filter: &'a CallFilter, request: &ReportRequest, steps: &[OffsetStep]) -> Result<Self> {
        let share = share(request.model);
        let sum = |condition: &str| format!("coalesce(sum(CASE WHEN {condition} THEN {share} END), 0.0)");
        let sql = format!(
            "SELECT {keys}, total({share}) AS calls, {answered} AS answered, {missed} AS missed, {voicemail} AS voicemail, \
             {abandoned} AS abandoned, {first} AS first_time_callers, total(duration * {share}) AS seconds, {timed} AS timed, \
             {leads} AS leads, {spam} AS spam, {flagged} AS flagged, {unattributed} AS unattributed FROM {calls} WHERE TRUE",
            keys = keys(request, steps),
            answered = sum("outcome = 'answered'"),
            missed = sum("outcome = 'missed'"),
            voicemail = sum("outcome = 'voicemail'"),
            abandoned = sum("outcome = 'abandoned'"),
            first = sum("first_call = 1"),
            timed = sum("duration IS NOT NULL"),
            leads = sum("lead_status = 'good_lead'"),
            spam = sum("spam = 1"),
            flagged = sum("flagged_as_spam = 1"),
            unattributed = sum("attribution = 'unattributed'"),
            calls = calls(request.model),
        );
        let mut query = Self::begin(&sql).of_filter(filter)?;
        let _ = write!(query.sql, " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {MAX_ROWS}");
        Ok(query)
    }

    /// Asks what the calls of each group were worth.
    pub fn valued(filter: &'a CallFilter, request: &ReportRequest, steps: &[OffsetStep]) -> Result<Self> {
        let sql = format!(
            "SELECT {keys}, call.currency, total(call.value * {share}) AS value FROM {calls} WHERE call.value IS NOT NULL",
            keys = keys(request, steps),
            share = share(request.model),
            calls = calls(request.model),
        );
        let mut query = Self::begin(&sql).of_filter(filter)?;
        let _ = write!(query.sql, " GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT {MAX_ROWS}");
        Ok(query)
    }
}

/// The calls, each once; by a model that shares them, once for each of their touches. The index that the first reads alone has not got
/// the shares.
const fn calls(model: CreditModel) -> &'static str {
    match model {
        CreditModel::LastNonDirect => "call INDEXED BY call_report",
        _ => "call LEFT JOIN json_each(call.credits) AS credit",
    }
}

/// A call's share: without touches it has the whole of itself.
fn share(model: CreditModel) -> String {
    match model {
        CreditModel::LastNonDirect => "1.0".to_owned(),
        model => format!("coalesce(credit.value ->> '$.{}', 1.0)", model.code()),
    }
}

fn keys(request: &ReportRequest, steps: &[OffsetStep]) -> String {
    let key = |place: usize| {
        request.group_by.get(place).map_or_else(|| "NULL".to_owned(), |one| expression(*one, request.model, steps))
    };
    format!("{} AS first, {} AS second", key(0), key(1))
}

fn expression(dimension: Dimension, model: CreditModel, steps: &[OffsetStep]) -> String {
    let of_touch = |column: &str| match model {
        CreditModel::LastNonDirect => column.to_owned(),
        _ => format!("CASE WHEN credit.value IS NULL THEN call.{column} ELSE credit.value ->> '$.{column}' END"),
    };
    let local = local(steps);
    match dimension {
        Dimension::Source | Dimension::Medium | Dimension::Channel | Dimension::Campaign | Dimension::Keywords => {
            of_touch(dimension.code())
        }
        Dimension::LandingPage => of_touch("landing_page"),
        Dimension::TrackingNumber => "tracking_number".to_owned(),
        Dimension::Site => "site".to_owned(),
        Dimension::Hour => format!("CAST({local} / {HOUR} % 24 AS TEXT)"),
        // The first of January 1970 was a Thursday.
        Dimension::Weekday => format!("CAST(({local} / {DAY} + 3) % 7 + 1 AS TEXT)"),
        Dimension::Day => format!("date({local} / 1000, 'unixepoch')"),
        Dimension::Week => format!("date(({local} / {DAY} - ({local} / {DAY} + 3) % 7) * 86400, 'unixepoch')"),
        Dimension::Month => format!("strftime('%Y-%m', {local} / 1000, 'unixepoch')"),
    }
}

/// When a call began by the zone's clocks, in milliseconds. The numbers are the zone's own and nobody's input.
fn local(steps: &[OffsetStep]) -> String {
    match steps {
        [only] => format!("(started_at + {})", only.offset),
        [before @ .., last] => {
            let mut sql = "(started_at + CASE".to_owned();
            for step in before {
                let _ = write!(sql, " WHEN started_at < {} THEN {}", step.until.unix_ms(), step.offset);
            }
            let _ = write!(sql, " ELSE {} END)", last.offset);
            sql
        }
        [] => "started_at".to_owned(),
    }
}
