//! A report as it is told: groups with their figures, and the same of the period before.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::{CountedCalls, Key, MeasureRecord, Period, ReportRequest, ValueSum, Visitors, VisitorsUnknown};
use crate::timestamp::{WITH_OFFSET, by_clocks};

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
    /// The groups: of time in its order, others by their calls, and then by their visitors.
    pub groups: Vec<GroupRecord>,
    /// How many groups more there are.
    pub more_groups: usize,
    /// Why `visitors` are null, if they are: `filter` (only some calls are asked for, by what no visitor has) or `too_much` (more days of
    /// pools are asked for than a report reads).
    #[schema(required)]
    pub visitors_unknown: Option<&'static str>,
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

impl Counted {
    /// Adds groups up to the sum of all calls, each of which is in one of them.
    ///
    /// # Errors
    /// There may be more groups, or sums in more currencies, than were counted: the groups, whose sum has to be asked for.
    pub fn of_groups(rows: Vec<ReportRow>) -> Result<Self, Vec<ReportRow>> {
        let values: usize = rows.iter().map(|row| row.values.len()).sum();
        if rows.len().max(values) >= MAX_ROWS {
            return Err(rows);
        }
        let mut total: Option<ReportRow> = None;
        for row in rows.iter().cloned() {
            match &mut total {
                Some(total) => total.add(row),
                None => total = Some(ReportRow { key: Key::default(), ..row }),
            }
        }
        Ok(Self { rows, total })
    }
}

/// Most groups that are counted: more pages than any site has that brings calls.
pub const MAX_ROWS: usize = 5_000;

/// The calls and the visitors of one period.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The calls.
    pub calls: Counted,
    /// The visitors.
    pub visitors: Visitors,
}

impl Measured {
    /// Returns how many visitors a group had, if that is known.
    fn visitors_of(&self, key: &Key) -> Option<f64> {
        self.visitors.counted().map(|sums| sums.groups.get(key).copied().unwrap_or_default())
    }

    fn measures(&self, row: &ReportRow) -> MeasureRecord {
        MeasureRecord::of(&row.counted, &row.values, self.visitors_of(&row.key))
    }

    fn total(&self) -> MeasureRecord {
        let (none, visitors) = (CountedCalls::default(), self.visitors.counted().map(|sums| sums.total));
        self.calls.total.as_ref().map_or_else(
            || MeasureRecord::of(&none, &[], visitors),
            |row| MeasureRecord::of(&row.counted, &row.values, visitors),
        )
    }

    /// Lists the groups of calls, and those that had visitors and no call: an ad that nobody calls about is one of them. Where there
    /// are more groups of calls than are counted nobody knows which those are.
    fn rows(&self) -> Vec<ReportRow> {
        let mut rows = self.calls.rows.clone();
        if rows.len() < MAX_ROWS {
            let called: BTreeSet<&Key> = self.calls.rows.iter().map(|row| &row.key).collect();
            let groups = self.visitors.counted().into_iter().flat_map(|sums| &sums.groups);
            rows.extend(
                groups.filter(|(key, _)| !called.contains(key)).map(|(key, _)| ReportRow::without_calls(key.clone())),
            );
        }
        rows
    }
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

    fn without_calls(key: Key) -> Self {
        Self { key, counted: CountedCalls::default(), values: Vec::new() }
    }
}

/// Puts a report together.
pub fn report(request: &ReportRequest, period: &Period, now: &Measured, previous: Option<&Measured>) -> ReportRecord {
    let before: BTreeMap<&Key, &ReportRow> =
        previous.iter().flat_map(|measured| &measured.calls.rows).map(|row| (&row.key, row)).collect();
    let is_of_time = request.group_by.iter().any(|dimension| dimension.is_of_time());
    let rows = in_order(now, request, period);
    let limit = if is_of_time { rows.len() } else { request.limit as usize };
    let more_groups = rows.len().saturating_sub(limit);
    let group = |row: ReportRow| {
        let names = request.group_by.iter().map(|dimension| dimension.code());
        let of_before = |previous: &Measured| {
            let known = before.get(&row.key).copied().cloned();
            previous.measures(&known.unwrap_or_else(|| ReportRow::without_calls(row.key.clone())))
        };
        GroupRecord {
            previous: previous.filter(|_| !is_of_time).map(of_before),
            measures: now.measures(&row),
            key: names.zip(row.key).collect(),
        }
    };
    let shown = |at| by_clocks(at, &period.zone, WITH_OFFSET).unwrap_or_default();
    let unknown = now.visitors.unknown().or_else(|| previous?.visitors.unknown());
    ReportRecord {
        start_date: shown(period.from),
        end_date: shown(period.before),
        time_zone: period.zone.iana_name().unwrap_or("UTC").to_owned(),
        model: request.model.code(),
        group_by: request.group_by.iter().map(|dimension| dimension.code()).collect(),
        total: now.total(),
        previous_total: previous.map(Measured::total),
        groups: rows.into_iter().take(limit).map(group).collect(),
        more_groups,
        visitors_unknown: unknown.map(VisitorsUnknown::code),
    }
}

/// Brings the groups into their order, and adds the hours and days in which nobody came.
fn in_order(measured: &Measured, request: &ReportRequest, period: &Period) -> Vec<ReportRow> {
    let mut rows = measured.rows();
    if let [dimension] = request.group_by.as_slice()
        && dimension.is_of_time()
    {
        let mut known: BTreeMap<Key, ReportRow> = rows.drain(..).map(|row| (row.key.clone(), row)).collect();
        let keys = dimension.keys(period.first().date(), period.last().date());
        let row = |key| known.remove(&key).unwrap_or_else(|| ReportRow::without_calls(key));
        return keys.into_iter().map(|key| vec![Some(key)]).map(row).collect();
    }
    let time = request.group_by.iter().position(|dimension| dimension.is_of_time());
    let of_time = |row: &ReportRow| time.and_then(|place| row.key.get(place).cloned().flatten()).map(as_number);
    let visitors = |row: &ReportRow| measured.visitors_of(&row.key).unwrap_or_default();
    rows.sort_by(|one, other| {
        let by_calls = other.counted.calls.total_cmp(&one.counted.calls);
        let by_visitors = || visitors(other).total_cmp(&visitors(one));
        of_time(one).cmp(&of_time(other)).then(by_calls).then_with(by_visitors).then_with(|| one.key.cmp(&other.key))
    });
    rows
}

/// Hours are numbers: 9 comes before 10.
fn as_number(key: String) -> String {
    if key.len() == 1 { format!("0{key}") } else { key }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use serde_json::{Value, json};

    use super::*;
    use crate::account::site_selection::SiteSelection;
    use crate::api::{CallFilter, Query};
    use crate::report::VisitorSums;
    use crate::timestamp::parse;

    fn row(key: &[Option<&str>], calls: f64) -> ReportRow {
        let counted = CountedCalls { calls, ..CountedCalls::default() };
        ReportRow { key: key.iter().map(|part| part.map(str::to_owned)).collect(), counted, values: Vec::new() }
    }

    fn measured(rows: Vec<ReportRow>, visitors: Visitors) -> Measured {
        let calls = rows.iter().map(|row| row.counted.calls).sum();
        Measured { calls: Counted { total: Some(row(&[], calls)), rows }, visitors }
    }

    fn visitors(groups: &[(&str, f64)]) -> Visitors {
        let total = groups.iter().map(|(_, count)| count).sum();
        let groups = groups.iter().map(|(key, count)| (vec![Some((*key).to_owned())], *count)).collect();
        Visitors::Counted(VisitorSums { groups, total })
    }

    fn told(query: &str, now: Vec<ReportRow>, previous: Option<Vec<ReportRow>>) -> Value {
        let without = |rows| measured(rows, visitors(&[]));
        told_with(query, &without(now), previous.map(without).as_ref())
    }

    fn told_with(query: &str, now: &Measured, previous: Option<&Measured>) -> Value {
        let request = ReportRequest::parse(&Query::parse(query)).unwrap();
        let filter = CallFilter {
            started_from: parse("2026-11-21T06:00:00Z"),
            started_before: parse("2026-11-24T06:00:00Z"),
            ..CallFilter::all_of(SiteSelection::All)
        };
        let zone = TimeZone::get("America/Chicago").unwrap();
        let period = Period::of(&filter, zone, parse("2026-11-24T12:00:00Z").unwrap()).unwrap();
        json!(report(&request, &period, now, previous))
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
    fn groups_are_added_up_unless_there_may_be_more_of_them() {
        let worth = |currency: &str, value| ValueSum { currency: currency.to_owned(), value };
        let with = |row: ReportRow, values: Vec<ValueSum>| ReportRow { values, ..row };
        let rows = vec![
            with(row(&[Some("google")], 3.0), vec![worth("USD", 5.0)]),
            row(&[None], 2.0),
            with(row(&[Some("bing")], 1.5), vec![worth("EUR", 1.0), worth("USD", 2.0)]),
        ];
        let total = with(row(&[], 6.5), vec![worth("USD", 7.0), worth("EUR", 1.0)]);
        assert_eq!(Counted::of_groups(rows.clone()), Ok(Counted { rows, total: Some(total) }));
        assert_eq!(Counted::of_groups(Vec::new()), Ok(Counted::default()));
        let many = |count: usize| (0..count).map(|place| row(&[Some(&place.to_string())], 1.0)).collect::<Vec<_>>();
        let sum = Counted::of_groups(many(MAX_ROWS - 1)).map(|counted| counted.total.map(|total| total.counted.calls));
        assert_eq!(sum, Ok(Some(4_999.0)));
        assert_eq!(Counted::of_groups(many(MAX_ROWS)), Err(many(MAX_ROWS)));
        let currencies = vec![with(row(&[None], 1.0), vec![worth("USD", 1.0); MAX_ROWS])];
        assert_eq!(Counted::of_groups(currencies.clone()), Err(currencies));
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

    #[test]
    fn groups_that_nobody_calls_about_are_told_by_their_visitors() {
        let google = || vec![row(&[Some("google")], 3.0)];
        let now = measured(google(), visitors(&[("ad", 40.0), ("google", 12.0), ("mail", 50.0)]));
        let before = measured(Vec::new(), visitors(&[("ad", 7.0), ("gone", 9.0)]));
        let report = told_with("group_by=source&compare=true&limit=2", &now, Some(&before));
        assert_eq!(keys(&report, "source"), [(json!("google"), 3.0), (json!("mail"), 0.0)]);
        assert_eq!((&report["more_groups"], &report["visitors_unknown"]), (&json!(1), &Value::Null));
        let figures = |group: &Value| [group["visitors"].clone(), group["calls_per_visitor"].clone()];
        assert_eq!(figures(&report["total"]), [json!(102.0), json!(0.0294)]);
        assert_eq!(figures(&report["previous_total"]), [json!(16.0), json!(0.0)]);
        assert_eq!(figures(&report["groups"][0]), [json!(12.0), json!(0.25)]);
        assert_eq!(figures(&report["groups"][0]["previous"]), [json!(0.0), Value::Null]);
        let days = told_with("group_by=day", &measured(Vec::new(), visitors(&[("2026-11-22", 4.0)])), None);
        let by_day: Vec<_> = days["groups"].as_array().unwrap().iter().map(|group| group["visitors"].clone()).collect();
        assert_eq!(by_day, [json!(0.0), json!(4.0), json!(0.0)]);
    }

    #[test]
    fn where_nobody_knows_the_visitors_it_is_said_why() {
        let unknown = measured(vec![row(&[Some("google")], 3.0)], Visitors::Unknown(VisitorsUnknown::Filter));
        let report = told_with("group_by=source", &unknown, None);
        assert_eq!(report["visitors_unknown"], "filter");
        for group in [&report["total"], &report["groups"][0]] {
            assert_eq!([&group["visitors"], &group["calls_per_visitor"]], [&Value::Null, &Value::Null]);
        }
        let known = measured(Vec::new(), visitors(&[]));
        assert_eq!(told_with("compare=true", &known, Some(&unknown))["visitors_unknown"], "filter");
    }

    #[test]
    fn where_not_all_groups_of_calls_are_counted_none_is_said_to_have_none() {
        let many = (0..MAX_ROWS).map(|place| row(&[Some(&place.to_string())], 1.0)).collect();
        let report = told_with("group_by=source", &measured(many, visitors(&[("ad", 1.0)])), None);
        assert_eq!(report["more_groups"], MAX_ROWS - 100);
    }
}
