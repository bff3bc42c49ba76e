//! Reports of visitors, held against each visitor counted by themselves.

use std::collections::BTreeSet;

use dni_core::id::VisitorId;
use dni_core::phone::E164;
use dni_core::visit::{Arrival, History, PageUrl};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::account::site_selection::SiteSelection;
use crate::api::Query;
use crate::call::source::CallSource;
use crate::call::visit::VisitorSession;
use crate::report::credits::{CreditedTouch, credits};
use crate::report::{Visit, day_begins, visits_to_count};
use crate::timestamp::parse;

/// Over the days on which clocks are changed in Berlin, Chicago, Lord Howe (by half an hour) and Santiago.
const START: &str = "2026-08-31T00:00:00Z";
const MINUTES: u32 = 80 * 24 * 60;
const ZONES: [&str; 7] = [
    "UTC",
    "America/Chicago",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Santiago",
];
const QUERIES: [&str; 6] = [
    "?gclid=a",
    "",
    "?utm_source=mail&utm_medium=email&utm_campaign=w",
    "a?utm_source=mail&utm_term=b",
    "a",
    "?fbclid=1",
];
const GROUPS: [&str; 16] = [
    "",
    "source",
    "medium",
    "campaign",
    "keywords",
    "channel",
    "landing_page",
    "tracking_phone_number",
    "site",
    "hour",
    "weekday",
    "day",
    "week",
    "month",
    "source,day",
    "weekday,hour",
];
const FILTERS: [&str; 8] = [
    "",
    "site=harbor",
    "source=mail",
    "medium=email",
    "channel=Direct",
    "campaign=w&keywords=b",
    "landing_page_url=https://h.example/a",
    "tracking_phone_number=13125550151",
];

/// A lease as a test has it: when, of which site, number and visitor, with touches so many minutes before.
#[derive(Clone, Debug)]
struct Leased {
    at: Millis,
    site: usize,
    number: E164,
    visitor: VisitorId,
    session: VisitorSession,
}

fn leased() -> impl Strategy<Value = Leased> {
    let touches = prop::collection::vec((0..20_000_u64, 0..QUERIES.len()), 0..4);
    (0..MINUTES, 0..2_usize, 1..4_u32, 0..6_u32, touches).prop_map(|(minute, site, number, visitor, mut touches)| {
        let at = Millis::from_unix_ms(parse(START).unwrap().unix_ms() + u64::from(minute) * 60_000);
        touches.sort_by_key(|(before, _)| core::cmp::Reverse(*before));
        let arrival = |(before, query): (u64, usize)| Arrival {
            at: Millis::from_unix_ms(at.unix_ms() - before * 60_000),
            url: PageUrl::from_serialized(&format!("https://h.example/{}", QUERIES[query])),
            referrer: PageUrl::default(),
        };
        let history = History { touches: touches.into_iter().map(arrival).collect(), seen_at: at };
        let number = E164::parse(&format!("+1312555015{number}")).unwrap();
        let visitor = VisitorId::parse(&format!("{visitor:032x}")).unwrap();
        Leased { at, site, number, visitor, session: VisitorSession { history, ..VisitorSession::default() } }
    })
}

fn sites() -> [SiteId; 2] {
    ["harbor", "valley"].map(|site| SiteId::parse(site).unwrap())
}

/// The visitors of each site and day, as the pools' objects count them: some leases at a time.
fn days(leases: &[Leased], site_zone: &TimeZone, cut: usize) -> BTreeMap<(usize, Millis), VisitorDay> {
    let mut days: BTreeMap<(usize, Millis), VisitorDay> = BTreeMap::new();
    for site in 0..2 {
        let mut own: Vec<&Leased> = leases.iter().filter(|lease| lease.site == site).collect();
        own.sort_by_key(|lease| (lease.at, lease.number));
        let cut = own.get(cut).map_or(Millis::from_unix_ms(u64::MAX), |lease| lease.at);
        for (from, before) in [(Millis::default(), cut), (cut, Millis::from_unix_ms(u64::MAX))] {
            let known = |lease: &&&Leased| lease.at >= day_begins(from, site_zone) && lease.at < before;
            let visits = own.iter().filter(known).map(|lease| Visit {
                number: lease.number,
                since: lease.at,
                visitor: lease.visitor.clone(),
            });
            for visit in visits_to_count(visits.collect(), from, site_zone) {
                let lease = own.iter().find(|lease| (lease.number, lease.at) == (visit.number, visit.since)).unwrap();
                let day = Millis::from_unix_ms(lease.at.unix_ms() / DAY * DAY);
                // Written and read between any two visitors, too.
                let known = days.entry((site, day)).or_default();
                *known = VisitorDay::read(&known.write().unwrap()).unwrap();
                known.add(&lease.session, &[], lease.number, lease.at);
            }
        }
    }
    days
}

/// The words of a visitor's touch, as those of a call of theirs.
fn words(touch: &CreditedTouch) -> [Option<String>; 6] {
    let text = |text: &str| Some(text.to_owned());
    [
        text(&touch.source),
        text(&touch.medium),
        text(touch.channel),
        touch.campaign.clone(),
        touch.keywords.clone(),
        text(&touch.landing_page),
    ]
}

fn own_words(found: &CallSource) -> [Option<String>; 6] {
    let page = found.touch().map(|touch| touch.landing.as_str().split('?').next().unwrap().to_owned());
    let channel = found.channel.map(|channel| channel.name().to_owned());
    [found.source.clone(), found.medium.clone(), channel, found.campaign.clone(), found.keyword.clone(), page]
}

/// Counts each visitor by themselves, by the clocks as jiff shows them.
fn naive(
    leases: &[Leased],
    site_zone: &TimeZone,
    filter: &CallFilter,
    period: &Period,
    request: &ReportRequest,
) -> BTreeMap<Key, f64> {
    let mut sorted = leases.to_vec();
    sorted.sort_by_key(|lease| (lease.at, lease.number));
    let mut known = BTreeSet::new();
    let mut groups: BTreeMap<Key, f64> = BTreeMap::new();
    for Leased { at, site, number, visitor, session } in sorted {
        let zoned = |zone: &TimeZone, ms: u64| {
            Timestamp::from_millisecond(i64::try_from(ms).unwrap()).unwrap().to_zoned(zone.clone())
        };
        let quarter = at.unix_ms() / 900_000 * 900_000;
        let is_first = known.insert((site, visitor, zoned(site_zone, at.unix_ms()).date()));
        if !is_first || quarter < period.from.unix_ms() || quarter >= period.before.unix_ms() {
            continue;
        }
        let touches = session.history.read(at, &[]);
        let found = CallSource::of_touches(touches.clone());
        let own = own_words(&found);
        let wanted =
            [&filter.source, &filter.medium, &filter.channel, &filter.campaign, &filter.keywords, &filter.landing_page];
        let is_wanted = wanted.iter().zip(&own).all(|(wanted, own)| wanted.is_none() || *wanted == own)
            && filter.tracking_number.is_none_or(|wanted| wanted == number)
            && filter.site.as_ref().is_none_or(|wanted| *wanted == sites()[site]);
        if !is_wanted {
            continue;
        }
        let place = CreditModel::ALL.iter().position(|model| *model == request.model).unwrap();
        let shares = match credits(&touches, at) {
            Some(credited) if place > 0 => {
                credited.iter().map(|touch| (words(touch), touch.shares()[place - 1])).collect()
            }
            _ => vec![(own, 1.0)],
        };
        let local = zoned(&period.zone, quarter);
        for (words, share) in shares {
            let key = request.group_by.iter().map(|dimension| match dimension {
                Dimension::TrackingNumber => Some(number.to_string()),
                Dimension::Site => Some(sites()[site].to_string()),
                Dimension::Hour => Some(local.hour().to_string()),
                Dimension::Weekday => Some(local.weekday().to_monday_one_offset().to_string()),
                Dimension::Day => Some(local.date().to_string()),
                Dimension::Week => Some(monday_of(local.date()).to_string()),
                Dimension::Month => Some(local.strftime("%Y-%m").to_string()),
                Dimension::Source => words[0].clone(),
                Dimension::Medium => words[1].clone(),
                Dimension::Channel => words[2].clone(),
                Dimension::Campaign => words[3].clone(),
                Dimension::Keywords => words[4].clone(),
                Dimension::LandingPage => words[5].clone(),
            });
            *groups.entry(key.collect()).or_default() += share;
        }
    }
    groups.retain(|_, count| *count > 1e-9);
    groups
}

fn counted(
    days: &BTreeMap<(usize, Millis), VisitorDay>,
    filter: &CallFilter,
    period: &Period,
    request: &ReportRequest,
) -> VisitorSums {
    let mut counter = VisitorCounter::new(filter, period, request).unwrap();
    let (from, before) = counter.days();
    for ((site, day), visitors) in days.iter().filter(|((_, day), _)| *day >= from && *day < before) {
        counter.add(&sites()[*site], *day, visitors);
    }
    counter.sums()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_report_counts_the_visitors_one_by_one(
        mut leases in prop::collection::vec(leased(), 0..60),
        zone in prop::sample::select(&ZONES[..]),
        site_zone in prop::sample::select(&ZONES[..]),
        filter in prop::sample::select(&FILTERS[..]),
        model in prop::sample::select(&CreditModel::ALL[..]),
        cut in 0..60_usize,
        (first, length) in (0..60_i64, 1..40_i64),
    ) {
        // A pool gives a number to one visitor at a time.
        let mut taken = BTreeSet::new();
        leases.retain(|lease| taken.insert((lease.site, lease.number, lease.at)));
        let (zone, site_zone) = (TimeZone::get(zone).unwrap(), TimeZone::get(site_zone).unwrap());
        let day = |days: i64| civil::date(2026, 8, 31).checked_add(days.days()).unwrap();
        let dates = format!("{filter}&start_date={}&end_date={}", day(first), day(first + length));
        let filter = CallFilter::parse(&Query::parse(&dates), Some(&zone), &SiteSelection::All).unwrap();
        let period = Period::of(&filter, zone, Millis::default()).unwrap();
        let days = days(&leases, &site_zone, cut);
        for group_by in GROUPS {
            let request = ReportRequest { model, ..ReportRequest::parse(&Query::parse(&format!("group_by={group_by}"))).unwrap() };
            let (wanted, found) = (naive(&leases, &site_zone, &filter, &period, &request), counted(&days, &filter, &period, &request));
            let total: f64 = wanted.values().sum();
            prop_assert!((found.total - total).abs() < 1e-6, "{} {} {}", group_by, found.total, total);
            if group_by.is_empty() {
                prop_assert!(found.groups.is_empty());
                continue;
            }
            let keys = |groups: &BTreeMap<Key, f64>| groups.keys().cloned().collect::<Vec<_>>();
            prop_assert_eq!(keys(&found.groups), keys(&wanted), "{}", group_by);
            for (key, count) in &wanted {
                prop_assert!((found.groups[key] - count).abs() < 1e-4, "{:?} {} {}", key, found.groups[key], count);
            }
        }
    }
}

#[test]
fn what_only_calls_have_is_no_filter_of_visitors() {
    let period = |filter: &CallFilter| Period::of(filter, TimeZone::UTC, parse(START).unwrap()).unwrap();
    let request = ReportRequest::parse(&Query::parse("")).unwrap();
    for (query, known) in [
        ("site=harbor&source=a&medium=b&channel=c&campaign=d&keywords=e&landing_page_url=f", true),
        ("tracking_phone_number=13125550151&start_date=2026-08-01T00:00:00Z", true),
        ("outcome=missed", false),
        ("customer_phone_number=13125550151", false),
        ("first_call=true", false),
        ("flagged_as_spam=false", false),
        ("has_recording=true", false),
        ("attribution=attributed", false),
        ("tag=urgent", false),
        ("lead_status=not_scored", false),
        ("spam=false", false),
        ("search=water", false),
        ("min_risk_score=1", false),
        ("max_duration=60", false),
        ("updated_since=2026-08-01T00:00:00Z", false),
    ] {
        let filter = CallFilter::parse(&Query::parse(query), None, &SiteSelection::All).unwrap();
        let period = period(&filter);
        let refused = VisitorCounter::new(&filter, &period, &request).err();
        assert_eq!(refused, (!known).then_some(VisitorsUnknown::Filter), "{query}");
    }
}

#[test]
fn a_site_that_may_not_be_seen_has_no_visitors() {
    let [harbor, valley] = sites();
    let filter = CallFilter::all_of(SiteSelection::Listed([harbor.clone()].into()));
    let at = parse(START).unwrap();
    let period = Period::of(&filter, TimeZone::UTC, at).unwrap();
    let request = ReportRequest::parse(&Query::parse("group_by=site")).unwrap();
    let mut counter = VisitorCounter::new(&filter, &period, &request).unwrap();
    let mut day = VisitorDay::default();
    day.add(&VisitorSession::default(), &[], E164::parse("+13125550151").unwrap(), at);
    counter.add(&harbor, at, &day);
    counter.add(&valley, at, &day);
    let sums = counter.sums();
    assert_eq!(
        (sums.total, sums.groups.into_iter().collect::<Vec<_>>()),
        (1.0, vec![(vec![Some("harbor".to_owned())], 1.0)])
    );
}
