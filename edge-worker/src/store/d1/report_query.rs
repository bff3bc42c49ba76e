//! Questions of reports to the call log.

use core::fmt::Write as _;

use edge_core::api::CallFilter;
use edge_core::report::{
    CountedCalls, CreditModel, Dimension, MAX_ROWS, OffsetStep, Period, ReportRequest, ReportRow, ValueSum,
};
use serde::Deserialize;
use worker::{D1Database, Result};

use super::call_query::{CallQuery, Wanted};

/// What is counted, and of which calls: the bits of the column `counted_as`, from the lowest.
const COUNTED: [(&str, &str); 10] = [
    ("answered", "outcome = 'answered'"),
    ("missed", "outcome = 'missed'"),
    ("voicemail", "outcome = 'voicemail'"),
    ("abandoned", "outcome = 'abandoned'"),
    ("first_time_callers", "first_call IS 1"),
    ("timed", "duration IS NOT NULL"),
    ("leads", "lead_status IS 'good_lead'"),
    ("spam", "spam IS 1"),
    ("flagged", "flagged_as_spam IS 1"),
    ("unattributed", "attribution IS 'unattributed'"),
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
    let counted = CallQuery::counted(Wanted { filter, hidden }, request, &period.offsets())?.statement(db)?;
    counted.all().await?.results::<CountedRow>()?.into_iter().map(|row| row.into_row(request)).collect()
}

#[derive(Deserialize)]
struct CountedRow {
    first: Option<String>,
    second: Option<String>,
    #[serde(flatten)]
    counted: CountedCalls,
    /// JSON: currencies with what calls were worth, one perhaps several times.
    worth: String,
}

impl CountedRow {
    fn into_row(self, request: &ReportRequest) -> Result<ReportRow> {
        let mut values: Vec<ValueSum> = Vec::new();
        for (currency, value) in serde_json::from_str::<Vec<(String, f64)>>(&self.worth)? {
            match values.iter_mut().find(|sum| sum.currency == currency) {
                Some(sum) => sum.value += value,
                None => values.push(ValueSum { currency, value }),
            }
        }
        let key = [self.first, self.second].into_iter().take(request.group_by.len()).collect();
        Ok(ReportRow { key, counted: self.counted, values })
    }
}

impl<'a> CallQuery<'a> {
    /// Asks how many calls each group has and what they were worth, those with the most first.
    ///
    /// SQLite sorts what it groups. So calls that count alike are put together first, by numbers where there are numbers, and what is
    /// counted and shown is reckoned for those few: half of the time of doing it for each call.
    pub fn counted(wanted: Wanted<'a>, request: &ReportRequest, steps: &[OffsetStep]) -> Result<Self> {
        let keys = [request.group_by.first(), request.group_by.get(1)];
        let [first, second] =
            keys.map(|key| key.map_or_else(|| "NULL".to_owned(), |one| grouped(*one, request.model, steps)));
        let [first_shown, second_shown] =
            [(keys[0], "first"), (keys[1], "second")].map(|(key, column)| shown(key, column));
        let share = share(request.model);
        let mut sql = format!("SELECT {first_shown} AS first, {second_shown} AS second, total(alike) AS calls");
        for (bit, (name, _)) in COUNTED.iter().enumerate() {
            let _ = write!(sql, ", total(alike * (counted_as >> {bit} & 1)) AS {name}");
        }
        let _ = write!(
            sql,
            ", total(seconds) AS seconds, json_group_array(json_array(currency, worth)) FILTER (WHERE worth IS NOT NULL) AS worth FROM (
             SELECT {first} AS first, {second} AS second, counted_as, currency, total({share}) AS alike,
             total(duration * {share}) AS seconds, sum(call.value * {share}) AS worth FROM {} WHERE TRUE",
            calls(request.model)
        );
        let mut query = Self::begin(&sql).of(wanted)?;
        let _ = write!(query.sql, " GROUP BY 1, 2, 3, 4) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {MAX_ROWS}");
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

/// By what calls are put together: that which is shown, or a number that it is made of.
fn grouped(dimension: Dimension, model: CreditModel, steps: &[OffsetStep]) -> String {
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
        Dimension::Hour => format!("{local} / {HOUR} % 24"),
        // The first of January 1970 was a Thursday.
        Dimension::Weekday => format!("({local} / {DAY} + 3) % 7 + 1"),
        Dimension::Day | Dimension::Month => format!("{local} / {DAY}"),
        Dimension::Week => format!("{local} / {DAY} - ({local} / {DAY} + 3) % 7"),
    }
}

/// What is shown of that by which calls were put together.
fn shown(dimension: Option<&Dimension>, grouped: &str) -> String {
    match dimension {
        Some(Dimension::Hour | Dimension::Weekday) => format!("CAST({grouped} AS TEXT)"),
        Some(Dimension::Day | Dimension::Week) => format!("date({grouped} * 86400, 'unixepoch')"),
        Some(Dimension::Month) => format!("strftime('%Y-%m', {grouped} * 86400, 'unixepoch')"),
        _ => grouped.to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: &str = include_str!("../../../migrations/0015_report_marks.sql");

    #[test]
    fn the_log_marks_calls_as_what_reports_count() {
        let marks = COUNTED.iter().enumerate().map(|(bit, (_, of_which))| format!("(({of_which}) << {bit})"));
        let marks: Vec<_> = marks.collect();
        let column = format!("counted_as INTEGER AS (\n  {}\n)", marks.join("\n  | "));
        assert!(MIGRATION.contains(&column), "{column}");
    }
}
