//! Which calls of the log are wanted.

use call_router::call::CallOutcome;
use dni_core::id::SiteId;
use dni_core::phone::E164;
use dni_core::time::Millis;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{BadParameter, Cursor, Query};
use crate::timestamp;

/// Calls on one page if the request does not say.
const PAGE: u32 = 100;
/// Most calls on one page, as many as the products people know allow.
pub const MAX_PAGE: u32 = 250;

/// Which calls are wanted; what is `None` does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFilter {
    /// Of this site.
    pub site: Option<SiteId>,
    /// With this outcome.
    pub outcome: Option<CallOutcome>,
    /// From this source.
    pub source: Option<String>,
    /// To this number.
    pub tracking_number: Option<E164>,
    /// Begun at this instant or later.
    pub started_from: Option<Millis>,
    /// Begun before this instant.
    pub started_before: Option<Millis>,
    /// Changed at this instant or later.
    pub updated_since: Option<Millis>,
    /// Behind this call in the list.
    pub after: Option<Cursor>,
    /// At most so many, 1 to [`MAX_PAGE`].
    pub limit: u32,
}

impl Default for CallFilter {
    fn default() -> Self {
        Self {
            site: None,
            outcome: None,
            source: None,
            tracking_number: None,
            started_from: None,
            started_before: None,
            updated_since: None,
            after: None,
            limit: PAGE,
        }
    }
}

impl CallFilter {
    /// Reads the parameters of `GET /v1/calls`. A day without a time is meant whole, in `zone`: the site's.
    ///
    /// # Errors
    /// The first parameter that makes no sense.
    pub fn parse(query: &Query, zone: Option<&TimeZone>) -> Result<Self, BadParameter> {
        Ok(Self {
            site: site(query)?,
            outcome: query.get("outcome").map(outcome).transpose()?,
            source: query.get("source").map(str::to_owned),
            tracking_number: query.get("tracking_phone_number").map(number).transpose()?,
            started_from: instant(query, "start_date", zone, Edge::Beginning)?,
            started_before: instant(query, "end_date", zone, Edge::End)?,
            updated_since: instant(query, "updated_since", zone, Edge::Beginning)?,
            after: query.get("cursor").map(Cursor::parse).transpose()?,
            limit: limit(query)?,
        })
    }

    /// Says whether the parameters name a day without a time, so that the time zone is needed.
    pub fn needs_zone(query: &Query) -> bool {
        DATES.iter().filter_map(|name| query.get(name)).any(|text| text.parse::<Date>().is_ok() && is_day(text))
    }
}

/// The parameters that are instants or days.
const DATES: [&str; 3] = ["start_date", "end_date", "updated_since"];

/// Reads the parameter `site`.
///
/// # Errors
/// It is no site's name.
pub fn site(query: &Query) -> Result<Option<SiteId>, BadParameter> {
    let read = |text: &str| SiteId::parse(text).map_err(|_| UNKNOWN_SITE);
    query.get("site").map(read).transpose()
}

/// What is answered to the name of a site that there is not.
pub const UNKNOWN_SITE: BadParameter =
    BadParameter { name: "site", expected: "the name of a site, as GET /v1/sites lists it" };

fn outcome(text: &str) -> Result<CallOutcome, BadParameter> {
    const ALL: [CallOutcome; 5] = [
        CallOutcome::InProgress,
        CallOutcome::Answered,
        CallOutcome::Missed,
        CallOutcome::Voicemail,
        CallOutcome::Abandoned,
    ];
    let expected = "in_progress, answered, missed, voicemail or abandoned";
    ALL.into_iter().find(|one| one.code() == text).ok_or(BadParameter { name: "outcome", expected })
}

/// Reads a number. A plus that was not encoded comes as a space.
fn number(text: &str) -> Result<E164, BadParameter> {
    let expected = "a number with + (written %2B) and country code, such as %2B13125550142";
    let digits = text.trim().trim_start_matches('+');
    E164::parse(&format!("+{digits}")).map_err(|_| BadParameter { name: "tracking_phone_number", expected })
}

/// Which end of a day is meant.
#[derive(Clone, Copy)]
enum Edge {
    Beginning,
    End,
}

fn instant(
    query: &Query,
    name: &'static str,
    zone: Option<&TimeZone>,
    edge: Edge,
) -> Result<Option<Millis>, BadParameter> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let day = text.parse::<Date>().ok().filter(|_| is_day(text));
    let expected = match (day, zone) {
        (Some(_), None) => {
            "an instant with its offset, or come with 'site': the sites have several time zones, and a day begins in each at another time"
        }
        _ => "a day, such as 2026-11-22, or an instant in ISO 8601 with its offset, such as 2026-11-22T21:00:00Z",
    };
    let found = match day {
        Some(day) => zone.and_then(|zone| edge_of(day, edge, zone)),
        // What stands for a plus in a form is a space here.
        None => timestamp::parse(text).or_else(|| timestamp::parse(&text.replace(' ', "+"))),
    };
    found.map(Some).ok_or(BadParameter { name, expected })
}

/// Says whether the text is a day in the usual form. A parser of dates takes more than that.
fn is_day(text: &str) -> bool {
    text.len() == "2026-11-22".len() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

fn edge_of(day: Date, edge: Edge, zone: &TimeZone) -> Option<Millis> {
    let day = match edge {
        Edge::Beginning => day,
        Edge::End => day.tomorrow().ok()?,
    };
    let begins = day.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond();
    u64::try_from(begins).ok().map(Millis::from_unix_ms)
}

/// Reads the parameter `limit`: how much stands on a page.
///
/// # Errors
/// It is no whole number from 1 to [`MAX_PAGE`].
pub fn limit(query: &Query) -> Result<u32, BadParameter> {
    let Some(text) = query.get("limit") else { return Ok(PAGE) };
    let limit = text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
    limit.ok_or(BadParameter { name: "limit", expected: "a whole number from 1 to 250" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_in(zone: Option<&str>, query: &str, expected: &Result<CallFilter, &'static str>) {
        let zone = zone.map(|name| TimeZone::get(name).unwrap());
        let parsed = CallFilter::parse(&Query::parse(query), zone.as_ref()).map_err(|bad| bad.name);
        assert_eq!(parsed, *expected, "{query} in {zone:?}");
    }

    fn check(query: &str, expected: &Result<CallFilter, &'static str>) {
        check_in(Some("America/Chicago"), query, expected);
    }

    #[test]
    fn parameters_are_read_and_bad_ones_named() {
        let all = CallFilter::default();
        let nine = Millis::from_unix_ms(1_795_381_200_000);
        check("", &Ok(all.clone()));
        check("limit=&site=", &Ok(all.clone()));
        check("limit=1", &Ok(CallFilter { limit: 1, ..all.clone() }));
        check("limit=250", &Ok(CallFilter { limit: 250, ..all.clone() }));
        let site = SiteId::parse("harbor").ok();
        check(
            "site=harbor&source=google%20ads",
            &Ok(CallFilter { site, source: Some("google ads".to_owned()), ..all.clone() }),
        );
        let tracking_number = E164::parse("+13125550142").ok();
        for written in ["%2B13125550142", "+13125550142", "13125550142"] {
            check(
                &format!("tracking_phone_number={written}&outcome=missed"),
                &Ok(CallFilter { tracking_number, outcome: Some(CallOutcome::Missed), ..all.clone() }),
            );
        }
        check("start_date=2026-11-22T21:00:00Z", &Ok(CallFilter { started_from: Some(nine), ..all.clone() }));
        check("end_date=2026-11-22T15:00:00-06:00", &Ok(CallFilter { started_before: Some(nine), ..all.clone() }));
        check("end_date=2026-11-22T23:00:00+02:00", &Ok(CallFilter { started_before: Some(nine), ..all.clone() }));
        check("updated_since=2026-11-22T21:00:00Z", &Ok(CallFilter { updated_since: Some(nine), ..all.clone() }));
        let cursor = Cursor { started_at: nine, id: "CAL1".to_owned() };
        check(&format!("cursor={}", cursor.encode()), &Ok(CallFilter { after: Some(cursor), ..all }));
        for (query, name) in [
            ("limit=0", "limit"),
            ("limit=251", "limit"),
            ("limit=-1", "limit"),
            ("limit=ten", "limit"),
            ("start_date=tomorrow", "start_date"),
            ("start_date=2026-02-30", "start_date"),
            ("start_date=20261122", "start_date"),
            ("end_date=2026-11-22T15:00", "end_date"),
            ("updated_since=2026-11-22T21:00:00", "updated_since"),
            ("cursor=!", "cursor"),
            ("cursor=bm8", "cursor"),
            ("limit=0&cursor=!", "cursor"),
            ("outcome=mised", "outcome"),
            ("outcome=Missed", "outcome"),
            ("outcome=missed,voicemail", "outcome"),
            ("outcome=hangup", "outcome"),
            ("site=Harbor%20Heating", "site"),
            ("site=h", "site"),
            ("tracking_phone_number=office", "tracking_phone_number"),
            ("tracking_phone_number=555", "tracking_phone_number"),
        ] {
            check(query, &Err(name));
        }
    }

    #[test]
    fn every_outcome_can_be_asked_for() {
        for code in ["in_progress", "answered", "missed", "voicemail", "abandoned"] {
            assert_eq!(outcome(code).map(CallOutcome::code), Ok(code));
        }
    }

    /// A day in a zone is meant whole: from its first instant to its last, however long it is there.
    #[test]
    fn days_are_the_sites() {
        let at = |text: &str| timestamp::parse(text);
        let cases = [
            ("America/Chicago", "2026-11-22", "2026-11-22T06:00:00Z", "2026-11-23T06:00:00Z"),
            ("Europe/Berlin", "2026-11-22", "2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z"),
            ("Asia/Kolkata", "2026-01-01", "2025-12-31T18:30:00Z", "2026-01-01T18:30:00Z"),
            ("Pacific/Auckland", "2026-12-31", "2026-12-30T11:00:00Z", "2026-12-31T11:00:00Z"),
            // The clocks are changed: 23 and 25 hours.
            ("America/Chicago", "2026-03-08", "2026-03-08T06:00:00Z", "2026-03-09T05:00:00Z"),
            ("America/Chicago", "2026-11-01", "2026-11-01T05:00:00Z", "2026-11-02T06:00:00Z"),
            // Where midnight itself is left out.
            ("America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"),
            ("UTC", "2028-02-29", "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"),
        ];
        for (zone, day, from, before) in cases {
            let expected = CallFilter {
                started_from: at(from),
                started_before: at(before),
                updated_since: at(from),
                ..CallFilter::default()
            };
            let query = format!("start_date={day}&end_date={day}&updated_since={day}");
            assert!(CallFilter::needs_zone(&Query::parse(&query)));
            check_in(Some(zone), &query, &Ok(expected));
        }
        check_in(None, "start_date=2026-11-22", &Err("start_date"));
        let instant = "end_date=2026-11-22T00:00:00Z";
        assert!(!CallFilter::needs_zone(&Query::parse(instant)));
        check_in(
            None,
            instant,
            &Ok(CallFilter { started_before: at("2026-11-22T00:00:00Z"), ..CallFilter::default() }),
        );
    }
}
