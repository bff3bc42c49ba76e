//! A report as it is told: groups with their figures, and the same of the period before.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;
use utoipa::ToSchema;

use super::{CountedCalls, MeasureRecord, Period, ReportRequest, ValueSum};
use crate::timestamp::{WITH_OFFSET, by_clocks};

/// What a group's calls have in common, in the order of the dimensions; `None` where they have nothing there.
pub type Key = Vec<Option<String>>;

/// A group of calls.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportRow {
    /// What they have in common.
    pub key: Key,
    /// How many there are.
    pub counted: CountedCalls,
    /// What they were worth.
    pub values: Vec<ValueSum>,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ReportRecord {
    /// From when.
    pub start_date: String,
    /// Until when.
    pub end_date: String,
    /// By whose clocks.
    pub time_zone: String,
    /// By which model touches have the credit.
    pub model: &'static str,
    /// What calls are put together by.
    pub group_by: Vec<&'static str>,
    /// All calls.
    pub total: MeasureRecord,
    /// All calls of the period before; not there unless it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub previous_total: Option<MeasureRecord>,
    /// The groups: of time in its order, others by their calls.
    pub groups: Vec<GroupRecord>,
    /// How many groups more there are.
    pub more_groups: usize,
}

/// A group of a report.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GroupRecord {
    /// What its calls have in common, by the names of the dimensions; null where they have nothing there.
    pub key: BTreeMap<&'static str, Option<String>>,
    /// Its figures.
    #[serde(flatten)]
    pub measures: MeasureRecord,
    /// The same of the period before; not there unless it was asked for, or where time is a part of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub previous: Option<MeasureRecord>,
}

/// The groups and the sum of one period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// The groups.
    pub rows: Vec<ReportRow>,
    /// All calls.
    pub total: Option<ReportRow>,
}

/// Makes one list of the groups of several databases, those with the most calls first.
pub fn merged_rows(mut lists: Vec<Vec<ReportRow>>) -> Vec<ReportRow> {
    if lists.len() == 1 {
        return lists.swap_remove(0);
    }
    let mut merged: BTreeMap<Key, ReportRow> = BTreeMap::new();
    for row in lists.into_iter().flatten() {
        match merged.entry(row.key.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(row);
            }
            Entry::Occupied(mut entry) => entry.get_mut().add(row),
        }
    }
    let mut rows: Vec<_> = merged.into_values().collect();
    rows.sort_by(|one, other| other.counted.calls.total_cmp(&one.counted.calls));
    rows
}

impl ReportRow {
    fn add(&mut self, other: Self) {
        self.counted.add(&other.counted);
        for sum in other.values {
            match self.values.iter_mut().find(|known| known.currency == sum.currency) {
                Some(known) => known.value += sum.value,
                None => self.values.push(sum),
            }
        }
    }
}

/// Puts a report together.
pub fn report(request: &ReportRequest, period: &Period, now: &Counted, previous: Option<&Counted>) -> ReportRecord {
    let before: BTreeMap<&Key, &ReportRow> =
        previous.iter().flat_map(|counted| &counted.rows).map(|row| (&row.key, row)).collect();
    let is_of_time = request.group_by.iter().any(|dimension| dimension.is_of_time());
    let mut rows = now.rows.clone();
    fill_in(&mut rows, request, period);
    let limit = if is_of_time { rows.len() } else { request.limit as usize };
    let more_groups = rows.len().saturating_sub(limit);
    let group = |row: ReportRow| {
        let names = request.group_by.iter().map(|dimension| dimension.code());
        let nothing = || MeasureRecord::of(&CountedCalls::default(), &[]);
        let compares = previous.is_some() && !is_of_time;
        let measures = measures(&row);
        GroupRecord {
            previous: compares.then(|| before.get(&row.key).map_or_else(nothing, |row| self::measures(row))),
            key: names.zip(row.key).collect(),
            measures,
        }
    };
    let total = |counted: &Counted| {
        let none = || MeasureRecord::of(&CountedCalls::default(), &[]);
        counted.total.as_ref().map_or_else(none, measures)
    };
    let shown = |at| by_clocks(at, &period.zone, WITH_OFFSET).unwrap_or_default();
    ReportRecord {
        start_date: shown(period.from),
        end_date: shown(period.before),
        time_zone: period.zone.iana_name().unwrap_or("UTC").to_owned(),
        model: request.model.code(),
        group_by: request.group_by.iter().map(|dimension| dimension.code()).collect(),
        total: total(now),
        previous_total: previous.map(total),
        groups: rows.into_iter().take(limit).map(group).collect(),
        more_groups,
    }
}

/// Brings the groups into their order, and adds the hours and days in which nobody called.
fn fill_in(rows: &mut Vec<ReportRow>, request: &ReportRequest, period: &Period) {
    if let [dimension] = request.group_by.as_slice()
        && dimension.is_of_time()
    {
        let mut known: BTreeMap<Key, ReportRow> = rows.drain(..).map(|row| (row.key.clone(), row)).collect();
        let keys = dimension.keys(period.first().date(), period.last().date());
        rows.extend(keys.into_iter().map(|key| {
            let key = vec![Some(key)];
            let nothing = || ReportRow { key: key.clone(), counted: CountedCalls::default(), values: Vec::new() };
            known.remove(&key).unwrap_or_else(nothing)
        }));
        return;
    }
    let time = request.group_by.iter().position(|dimension| dimension.is_of_time());
    let of_time = |row: &ReportRow| time.and_then(|place| row.key.get(place).cloned().flatten()).map(in_order);
    rows.sort_by(|one, other| {
        let by_calls = other.counted.calls.total_cmp(&one.counted.calls);
        of_time(one).cmp(&of_time(other)).then(by_calls).then_with(|| one.key.cmp(&other.key))
    });
}

/// Hours are numbers: 9 comes before 10.
fn in_order(key: String) -> String {
    if key.len() == 1 { format!("0{key}") } else { key }
}

fn measures(row: &ReportRow) -> MeasureRecord {
    MeasureRecord::of(&row.counted, &row.values)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use serde_json::{Value, json};

    use super::*;
    use crate::account::site_selection::SiteSelection;
    use crate::api::{CallFilter, Query};
    use crate::timestamp::parse;

    fn row(key: &[Option<&str>], calls: f64) -> ReportRow {
        let counted = CountedCalls { calls, ..CountedCalls::default() };
        ReportRow { key: key.iter().map(|part| part.map(str::to_owned)).collect(), counted, values: Vec::new() }
    }

    fn counted(rows: Vec<ReportRow>) -> Counted {
        let calls = rows.iter().map(|row| row.counted.calls).sum();
        Counted { total: Some(row(&[], calls)), rows }
    }

    fn told(query: &str, now: Vec<ReportRow>, previous: Option<Vec<ReportRow>>) -> Value {
        let request = ReportRequest::parse(&Query::parse(query)).unwrap();
        let filter = CallFilter {
            started_from: parse("2026-11-21T06:00:00Z"),
            started_before: parse("2026-11-24T06:00:00Z"),
            ..CallFilter::all_of(SiteSelection::All)
        };
        let zone = TimeZone::get("America/Chicago").unwrap();
        let period = Period::of(&filter, zone, parse("2026-11-24T12:00:00Z").unwrap()).unwrap();
        json!(report(&request, &period, &counted(now), previous.map(counted).as_ref()))
    }

    fn keys(told: &Value, name: &str) -> Vec<(Value, f64)> {
        let groups = told["groups"].as_array().unwrap().iter();
        groups.map(|group| (group["key"][name].clone(), group["calls"].as_f64().unwrap())).collect()
    }

    #[test]
    fn groups_stand_by_their_calls_and_the_rest_is_counted() {
        let rows =
            vec![row(&[Some("bing")], 2.0), row(&[None], 5.0), row(&[Some("google")], 9.0), row(&[Some("mail")], 2.0)];
        let report = told("group_by=source&limit=3", rows, None);
        assert_eq!(keys(&report, "source"), [(json!("google"), 9.0), (Value::Null, 5.0), (json!("bing"), 2.0)]);
        assert_eq!((&report["more_groups"], &report["total"]["calls"]), (&json!(1), &json!(18.0)));
        assert_eq!(
            (&report["start_date"], &report["time_zone"]),
            (&json!("2026-11-21T00:00:00.000-06:00"), &json!("America/Chicago"))
        );
        assert!(report.get("previous_total").is_none() && report["groups"][0].get("previous").is_none());
    }

    #[test]
    fn groups_of_several_databases_are_put_together() {
        let worth = |currency: &str, value| ValueSum { currency: currency.to_owned(), value };
        let with = |row: ReportRow, values: Vec<ValueSum>| ReportRow { values, ..row };
        let here = vec![with(row(&[Some("google")], 3.0), vec![worth("USD", 5.0)]), row(&[None], 2.0)];
        let there = vec![
            row(&[Some("bing")], 4.0),
            with(row(&[Some("google")], 1.5), vec![worth("EUR", 1.0), worth("USD", 2.0)]),
        ];
        let merged = merged_rows(vec![here.clone(), Vec::new(), there]);
        let expected = [
            with(row(&[Some("google")], 4.5), vec![worth("USD", 7.0), worth("EUR", 1.0)]),
            row(&[Some("bing")], 4.0),
            row(&[None], 2.0),
        ];
        assert_eq!(merged, expected);
        assert_eq!(merged_rows(vec![here.clone()]), here);
        assert_eq!(merged_rows(Vec::new()), []);
    }

    #[test]
    fn days_without_calls_are_told_too() {
        let report = told("group_by=day", vec![row(&[Some("2026-11-22")], 4.0)], None);
        assert_eq!(
            keys(&report, "day"),
            [(json!("2026-11-21"), 0.0), (json!("2026-11-22"), 4.0), (json!("2026-11-23"), 0.0)]
        );
        assert_eq!(told("group_by=hour&limit=1", Vec::new(), None)["groups"].as_array().unwrap().len(), 24);
        let both =
            told("group_by=hour,source", vec![row(&[Some("10"), None], 9.0), row(&[Some("9"), None], 1.0)], None);
        assert_eq!(keys(&both, "hour"), [(json!("9"), 1.0), (json!("10"), 9.0)]);
    }

    #[test]
    fn the_period_before_stands_beside_each_group() {
        let report = told(
            "group_by=source&compare=true",
            vec![row(&[Some("google")], 9.0), row(&[Some("new")], 1.0)],
            Some(vec![row(&[Some("google")], 6.0)]),
        );
        assert_eq!(
            (&report["previous_total"]["calls"], &report["groups"][0]["previous"]["calls"]),
            (&json!(6.0), &json!(6.0))
        );
        assert_eq!(report["groups"][1]["previous"]["calls"], json!(0.0));
        let by_day = told("group_by=day&compare=true", Vec::new(), Some(Vec::new()));
        assert!(by_day["groups"][0].get("previous").is_none() && by_day.get("previous_total").is_some());
    }
}
