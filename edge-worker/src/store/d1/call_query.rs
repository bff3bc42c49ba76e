//! Questions to the call log.
//!
//! Each is put together of fixed pieces, with bound values, and has no condition that it does not need: only so can SQLite choose
//! the index that leads to the calls wanted.

use call_router::call::CallOutcome;
use dni_core::id::SiteId;
use dni_core::phone::E164;
use dni_core::time::Millis;
use edge_core::api::{Bounds, CallExport, CallFilter, CallSlice, Order, SearchWords};
use edge_core::call::edit::LeadStatus;
use edge_core::call::record::AttributionState;
use worker::{D1Database, D1PreparedStatement, D1Type, Result};

use super::call_row::COLUMNS;
use super::number;

/// Which calls of a database are wanted.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Those that whoever asks wants to see.
    pub filter: &'a CallFilter,
    /// But none of these sites: this database has but copies or remains of their calls.
    pub hidden: &'a [SiteId],
}

/// Most calls that are looked up for a page of several sites' calls, a tenth of a second's work: a hundred calls of 300 sites.
const MAX_LOOKED_UP: usize = 30_000;

/// A question with its values.
pub struct CallQuery<'a> {
    pub(super) sql: String,
    values: Vec<Bound<'a>>,
}

/// A value: of the request's own, or made of it.
enum Bound<'a> {
    Of(D1Type<'a>),
    Made(String),
}

impl Bound<'_> {
    fn value(&self) -> D1Type<'_> {
        match self {
            Self::Of(D1Type::Text(text)) => D1Type::Text(text),
            Self::Of(D1Type::Real(number)) => D1Type::Real(*number),
            Self::Of(_) => D1Type::Null,
            Self::Made(text) => D1Type::Text(text),
        }
    }
}

impl<'a> CallQuery<'a> {
    /// Asks for a part of the calls.
    pub fn list(wanted: Wanted<'a>, slice: &'a CallSlice) -> Result<Self> {
        Self::begin("SELECT id, started_at, updated_at, record FROM call").part(wanted, slice)
    }

    /// Asks for a part of the calls with what an export tells of them.
    pub fn export(wanted: Wanted<'a>, slice: &'a CallSlice, export: &'a CallExport) -> Result<Self> {
        let mut query = Self::begin(
            "SELECT id, started_at, updated_at, json_extract(record, '$.time_zone') AS time_zone, json_array(",
        );
        for (place, path) in export.places().enumerate() {
            query.sql.push_str(if place == 0 { "" } else { ", " });
            query.add("record -> ?", D1Type::Text(path));
        }
        query.sql.push_str(") AS cells FROM call");
        query.part(wanted, slice)
    }

    /// Asks how many calls there are.
    pub fn count(wanted: Wanted<'a>) -> Result<Self> {
        Self::begin("SELECT count(*) AS calls FROM call WHERE TRUE").of(wanted)
    }

    /// Asks for a part of a site's calls with all of their columns.
    pub fn rows(wanted: Wanted<'a>, slice: &'a CallSlice) -> Result<Self> {
        Self::begin(&["SELECT ", COLUMNS, " FROM call"].concat()).part(wanted, slice)
    }

    /// Makes a statement of it.
    pub fn statement(&self, db: &D1Database) -> Result<D1PreparedStatement> {
        let values: Vec<_> = self.values.iter().map(Bound::value).collect();
        db.prepare(self.sql.as_str()).bind_refs(&values)
    }

    pub(super) fn begin(sql: &str) -> Self {
        Self { sql: sql.to_owned(), values: Vec::new() }
    }

    /// Adds a piece with the value of its question mark.
    fn add(&mut self, piece: &'static str, value: D1Type<'a>) {
        self.sql.push_str(piece);
        self.values.push(Bound::Of(value));
    }

    /// Adds the conditions, for a question to which the order of calls does not matter.
    pub(super) fn of(mut self, wanted: Wanted<'a>) -> Result<Self> {
        if let Some(only) = wanted.filter.only_site() {
            self.add(" AND site = ?", D1Type::Text(only.as_str()));
        } else if let Some(sites) = wanted.filter.visible.listed() {
            self.sql.push_str(" AND site IN (SELECT value FROM json_each(?))");
            self.values.push(Bound::Made(serde_json::to_string(sites)?));
        }
        self.conditions(wanted)
    }

    /// Adds which part of the calls is wanted, by the way that leads there: of several sites the beginning of each one's own list is
    /// looked up; of more than that would be quick for, all sites' list is walked.
    fn part(mut self, wanted: Wanted<'a>, slice: &'a CallSlice) -> Result<Self> {
        let listed = wanted.filter.visible.listed().filter(|_| wanted.filter.only_site().is_none());
        let Some(sites) = listed else {
            self.sql.push_str(" WHERE TRUE");
            return Ok(self.of(wanted)?.of_slice(slice));
        };
        let text = serde_json::to_string(sites)?;
        if sites.len().saturating_mul(slice.limit as usize) > MAX_LOOKED_UP {
            // The sign keeps SQLite from collecting the calls of all these sites and sorting them.
            self.sql.push_str(" WHERE +site IN (SELECT value FROM json_each(?))");
            self.values.push(Bound::Made(text));
            return Ok(self.conditions(wanted)?.of_slice(slice));
        }
        self.sql.push_str(
            " WHERE rowid IN (SELECT found.rowid FROM json_each(?) AS visible JOIN call AS found
             ON found.rowid IN (SELECT rowid FROM call WHERE site = visible.value",
        );
        self.values.push(Bound::Made(text));
        let mut query = self.conditions(wanted)?.of_slice(slice);
        query.sql.push(')');
        query.in_order(slice.order, "found.");
        query.add(" LIMIT ?", number(u64::from(slice.limit)));
        query.sql.push(')');
        query.in_order(slice.order, "");
        Ok(query)
    }

    fn conditions(mut self, Wanted { filter, hidden }: Wanted<'a>) -> Result<Self> {
        if !hidden.is_empty() {
            self.sql.push_str(" AND (site IS NULL OR site NOT IN (SELECT value FROM json_each(?)))");
            self.values.push(Bound::Made(serde_json::to_string(hidden)?));
        }
        let texts = [
            (" AND outcome = ?", filter.outcome.map(CallOutcome::code)),
            (" AND source = ?", filter.source.as_deref()),
            (" AND medium = ?", filter.medium.as_deref()),
            (" AND channel = ?", filter.channel.as_deref()),
            (" AND campaign = ?", filter.campaign.as_deref()),
            (" AND keywords = ?", filter.keywords.as_deref()),
            (" AND landing_page = ?", filter.landing_page.as_deref()),
            (" AND tracking_number = ?", filter.tracking_number.as_ref().map(E164::as_str)),
            (" AND caller = ?", filter.caller.as_ref().map(E164::as_str)),
            (" AND attribution = ?", filter.attribution.map(AttributionState::code)),
            (" AND lead_status = ?", filter.lead_status.flatten().map(LeadStatus::code)),
            (
                " AND search_row IN (SELECT rowid FROM call_search WHERE call_search MATCH ?)",
                filter.search.as_ref().map(SearchWords::as_match),
            ),
            (
                " AND EXISTS (SELECT 1 FROM json_each(json_array(record -> '$.tags', record -> '$.ai_tags')) AS lists, json_each(lists.value) AS tag WHERE tag.value = ?)",
                filter.tag.as_deref(),
            ),
        ];
        for (piece, text) in texts {
            if let Some(text) = text {
                self.add(piece, D1Type::Text(text));
            }
        }
        // Not bound, as an index of some calls alone is used only where the question itself says that it wants those.
        self.sql.push_str(yes_or_no(filter.first_call, [" AND first_call = 0", " AND first_call = 1"]));
        self.sql.push_str(yes_or_no(filter.flagged_as_spam, [" AND flagged_as_spam = 0", " AND flagged_as_spam = 1"]));
        self.sql.push_str(yes_or_no(filter.spam, [" AND spam = 0", " AND spam = 1"]));
        if filter.lead_status == Some(None) {
            self.sql.push_str(" AND lead_status IS NULL");
        }
        self.sql.push_str(yes_or_no(filter.has_recording, [" AND has_recording = 0", " AND has_recording = 1"]));
        self.within(filter.risk_score, [" AND risk_score >= ?", " AND risk_score <= ?"]);
        self.within(filter.duration, [" AND duration >= ?", " AND duration <= ?"]);
        let instants = [
            (" AND started_at >= ?", filter.started_from),
            (" AND started_at < ?", filter.started_before),
            (" AND updated_at >= ?", filter.updated_since),
        ];
        for (piece, at) in instants {
            if let Some(at) = at {
                self.add(piece, instant(at));
            }
        }
        Ok(self)
    }

    fn of_slice(mut self, slice: &'a CallSlice) -> Self {
        let behind = match slice.order {
            Order::NewestFirst => " AND (started_at, id) < (?",
            Order::OldestFirst => " AND (started_at, id) > (?",
            Order::LastChangedFirst => " AND (updated_at, id) < (?",
            Order::FirstChangedFirst => " AND (updated_at, id) > (?",
        };
        if let Some(after) = &slice.after {
            self.add(behind, instant(after.at));
            self.add(", ?)", D1Type::Text(&after.id));
        }
        self.in_order(slice.order, "");
        self.add(" LIMIT ?", number(u64::from(slice.limit)));
        self
    }

    /// Adds the order, with the name of the table before its columns where there are several.
    fn in_order(&mut self, order: Order, table: &str) {
        let (column, direction) = match order {
            Order::NewestFirst => ("started_at", " DESC"),
            Order::OldestFirst => ("started_at", ""),
            Order::LastChangedFirst => ("updated_at", " DESC"),
            Order::FirstChangedFirst => ("updated_at", ""),
        };
        self.sql.extend([" ORDER BY ", table, column, direction, ", ", table, "id", direction]);
    }

    fn within(&mut self, bounds: Bounds, [least, most]: [&'static str; 2]) {
        for (piece, bound) in [(least, bounds.min), (most, bounds.max)] {
            if let Some(bound) = bound {
                self.add(piece, number(u64::from(bound)));
            }
        }
    }
}

const fn instant(at: Millis) -> D1Type<'static> {
    number(at.unix_ms())
}

const fn yes_or_no(wanted: Option<bool>, [no, yes]: [&'static str; 2]) -> &'static str {
    match wanted {
        Some(true) => yes,
        Some(false) => no,
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use edge_core::account::site_selection::SiteSelection;
    use edge_core::api::{ExportFormat, Query};
    use edge_core::report::{Period, ReportRequest};
    use edge_core::site::KeptKind;
    use jiff::tz::TimeZone;
    use serde_json::{Value, json};

    use super::super::overdue_calls;
    use super::*;

    /// The questions that usual requests put, for SQLite to be asked how it would answer them (tests/e2e/call-queries.test.mjs).
    const FILE: &str = "../tests/e2e/call-queries.json";

    const REQUESTS: [&str; 28] = [
        "",
        "sort=start_time",
        "sort=-updated_at",
        "sort=updated_at&updated_since=2026-11-22T00:00:00Z",
        "start_date=2026-11-22T00:00:00Z&end_date=2026-11-23T00:00:00Z",
        "site=harbor",
        "site=harbor&start_date=2026-11-22T00:00:00Z&end_date=2026-11-23T00:00:00Z",
        "outcome=missed",
        "source=google",
        "medium=cpc",
        "channel=Paid%20Search",
        "campaign=winter",
        "keywords=furnace",
        "landing_page_url=https://harbor.example/",
        "tracking_phone_number=13125550142",
        "customer_phone_number=13125550123",
        "attribution=ambiguous",
        "flagged_as_spam=true",
        "site=harbor&source=google&medium=cpc&campaign=winter",
        "site=harbor&first_call=true&has_recording=true&min_duration=60",
        "site=harbor&min_risk_score=50&max_risk_score=100&flagged_as_spam=false",
        "site=harbor&tag=urgent",
        "lead_status=good_lead",
        "site=harbor&lead_status=not_scored",
        "spam=true",
        "search=water+heater",
        "site=harbor&updated_since=2026-11-22T00:00:00Z",
        "site=harbor&sort=updated_at&updated_since=2026-11-22T00:00:00Z",
    ];

    fn value(bound: &Bound<'_>) -> Value {
        match bound.value() {
            D1Type::Text(text) => json!(text),
            D1Type::Real(number) => json!(number),
            _ => Value::Null,
        }
    }

    /// What somebody who sees some sites asks.
    const OF_SOME_SITES: [&str; 5] =
        ["", "sort=updated_at", "source=google", "site=harbor", "start_date=2026-11-22T00:00:00Z"];

    #[test]
    fn the_questions_that_sqlite_is_asked_about_are_up_to_date() {
        let mut questions = BTreeMap::new();
        let seen_by =
            |names: &[&str]| SiteSelection::Listed(names.iter().map(|name| SiteId::parse(name).unwrap()).collect());
        let agency: Vec<_> = (1..400).map(|n| format!("site-{n}")).chain(["harbor".to_owned()]).collect();
        let agency = seen_by(&agency.iter().map(String::as_str).collect::<Vec<_>>());
        let of_some = |(whose, visible): (&'static str, SiteSelection)| {
            OF_SOME_SITES.map(|request| (whose, request, visible.clone()))
        };
        let of_all = REQUESTS.map(|request| ("", request, SiteSelection::All));
        let viewers = [
            (" of one site", seen_by(&["harbor"])),
            (" of two sites", seen_by(&["harbor", "valley"])),
            (" of 400 sites", agency),
        ];
        for (whose, request, visible) in of_all.into_iter().chain(viewers.into_iter().flat_map(of_some)) {
            let query = Query::parse(request);
            let (filter, slice) =
                (CallFilter::parse(&query, None, &visible).unwrap(), CallSlice::parse(&query).unwrap());
            let export = CallExport::parse(ExportFormat::Csv, &Query::parse("columns=id,tags"), None).unwrap();
            let wanted = Wanted { filter: &filter, hidden: &[] };
            for (kind, asked) in [
                ("list", CallQuery::list(wanted, &slice)),
                ("export", CallQuery::export(wanted, &slice, &export)),
                ("count", CallQuery::count(wanted)),
            ] {
                let asked = asked.unwrap();
                let values: Vec<_> = asked.values.iter().map(value).collect();
                assert_eq!(asked.sql.matches('?').count(), values.len(), "{}", asked.sql);
                questions.insert(format!("{kind}{whose} {request}"), json!({ "sql": asked.sql, "values": values }));
            }
        }
        for request in
            ["group_by=source", "group_by=day,channel", "", "group_by=landing_page&site=harbor&outcome=missed"]
        {
            let query =
                Query::parse(&format!("{request}&start_date=2026-10-23T00:00:00Z&end_date=2026-11-22T00:00:00Z"));
            let filter = CallFilter::parse(&query, None, &SiteSelection::All).unwrap();
            let period =
                Period::of(&filter, TimeZone::get("America/Chicago").unwrap(), Millis::from_unix_ms(0)).unwrap();
            let (report, steps) = (ReportRequest::parse(&query).unwrap(), period.offsets());
            let asked = CallQuery::counted(Wanted { filter: &filter, hidden: &[] }, &report, &steps).unwrap();
            let values: Vec<_> = asked.values.iter().map(value).collect();
            questions.insert(format!("report {request}"), json!({ "sql": asked.sql, "values": values }));
        }
        for kind in KeptKind::ALL {
            if let Some(sql) = overdue_calls::sql(kind) {
                questions.insert(format!("overdue {kind:?}"), json!({ "sql": sql, "values": ["{}", 50] }));
            }
        }
        let text = serde_json::to_string_pretty(&questions).unwrap() + "\n";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(&path, &text).unwrap();
        } else {
            let known = std::fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(known, text, "write it anew: UPDATE_SNAPSHOTS=1 cargo test -p edge-worker --lib");
        }
    }
}
