//! Questions of reports to the call log.

use core::fmt::Write as _;

use edge_core::api::CallFilter;
use edge_core::report::{
    CountedCalls, CreditModel, Dimension, Key, MAX_ROWS, OffsetStep, Period, ReportRequest, ReportRow, ValueSum,
};
use serde::Deserialize;
use worker::{D1Database, Result};

use super::call_query::{CallQuery, Wanted};

/// What is counted, and of which calls.
const COUNTED: [(&str, &str); 10] = [
    ("answered", "outcome = 'answered'"),
    ("missed", "outcome = 'missed'"),
    ("voicemail", "outcome = 'voicemail'"),
    ("abandoned", "outcome = 'abandoned'"),
    ("first_time_callers", "first_call = 1"),
    ("timed", "duration IS NOT NULL"),
    ("leads", "lead_status = 'good_lead'"),
    ("spam", "spam = 1"),
    ("flagged", "flagged_as_spam = 1"),
    ("unattributed", "attribution = 'unattributed'"),
];
/// Milliseconds of an hour and of a day.
const HOUR: u32 = 3_600_000;
const DAY: u32 = 86_400_000;

/// Counts the calls of a period by groups, and those that none of the groups told has.
pub async fn count(
    db: &D1Database,
    Wanted { filter, hidden }: Wanted<'_>,
    period: &Period,
    request: &ReportRequest,
) -> Result<Vec<ReportRow>> {
    let filter = &CallFilter { started_from: Some(period.from), started_before: Some(period.before), ..filter.clone() };
    let steps = period.offsets();
    let counted = CallQuery::counted(Wanted { filter, hidden }, request, &steps)?.statement(db)?;
    let of_value = CallQuery::valued(Wanted { filter, hidden }, request, &steps)?.statement(db)?;
    let mut answers = db.batch(vec![counted, of_value]).await?.into_iter();
    let rows: Vec<CountedRow> = answers.next().map_or_else(|| Ok(Vec::new()), |answer| answer.results())?;
    let sums: Vec<ValueRow> = answers.next().map_or_else(|| Ok(Vec::new()), |answer| answer.results())?;
    let mut rows: Vec<ReportRow> = rows.into_iter().map(|row| row.into_row(request)).collect();
    for value in sums {
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
    pub fn counted(wanted: Wanted<'a>, request: &ReportRequest, steps: &[OffsetStep]) -> Result<Self> {
        let share = share(request.model);
        let mut sql = ["SELECT ", &keys(request, steps), ", total(", &share, ") AS calls"].concat();
        for (name, condition) in COUNTED {
            sql.extend([", total(CASE WHEN ", condition, " THEN ", &share, " END) AS ", name]);
        }
        sql.extend([", total(duration * ", &share, ") AS seconds FROM ", calls(request.model), " WHERE TRUE"]);
        let mut query = Self::begin(&sql).of(wanted)?;
        let _ = write!(query.sql, " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {MAX_ROWS}");
        Ok(query)
    }

    /// Asks what the calls of each group were worth.
    pub fn valued(wanted: Wanted<'a>, request: &ReportRequest, steps: &[OffsetStep]) -> Result<Self> {
        let sql = [
            "SELECT ",
            &keys(request, steps),
            ", call.currency, total(call.value * ",
            &share(request.model),
            ") AS value FROM ",
            calls(request.model),
            " WHERE call.value IS NOT NULL",
        ]
        .concat();
        let mut query = Self::begin(&sql).of(wanted)?;
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
