//! Which calls of the log are wanted.

use call_router::call::CallOutcome;
use dni_core::id::SiteId;
use dni_core::phone::E164;
use dni_core::time::Millis;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{BadParameter, Query, SearchWords};
use crate::account::site_selection::SiteSelection;
use crate::call::edit::LeadStatus;
use crate::call::record::AttributionState;
use crate::timestamp;

/// Longest text that a call is found by, in bytes: no field that is compared holds more than an address.
const MAX_TEXT: usize = 4096;

/// Which calls are wanted; what is `None` does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFilter {
    /// Of these sites, the only ones that whoever asks may see.
    pub visible: SiteSelection,
    /// Of this site.
    pub site: Option<SiteId>,
    /// With this outcome.
    pub outcome: Option<CallOutcome>,
    /// From this source.
    pub source: Option<String>,
    /// By this medium.
    pub medium: Option<String>,
    /// In this channel, under the name of the reports.
    pub channel: Option<String>,
    /// With this campaign.
    pub campaign: Option<String>,
    /// With this keyword.
    pub keywords: Option<String>,
    /// Of visitors who arrived on this page, whatever its address had behind a question mark.
    pub landing_page: Option<String>,
    /// To this number.
    pub tracking_number: Option<E164>,
    /// From this number.
    pub caller: Option<E164>,
    /// Of callers who called the site for the first time, or again.
    pub first_call: Option<bool>,
    /// That reach the site's threshold of risk, or do not.
    pub flagged_as_spam: Option<bool>,
    /// With a recording that can be heard, or without.
    pub has_recording: Option<bool>,
    /// With this state of attribution.
    pub attribution: Option<AttributionState>,
    /// With this tag, be it the flow's, somebody's or the summary's.
    pub tag: Option<String>,
    /// That somebody said to be leads, or to be none; the inner `None` is of those about which nobody said anything.
    pub lead_status: Option<Option<LeadStatus>>,
    /// That somebody said to be spam, or others.
    pub spam: Option<bool>,
    /// In which these words are found.
    pub search: Option<SearchWords>,
    /// Of a risk of 0 to 100 within these bounds.
    pub risk_score: Bounds,
    /// Of so many seconds.
    pub duration: Bounds,
    /// Begun at this instant or later.
    pub started_from: Option<Millis>,
    /// Begun before this instant.
    pub started_before: Option<Millis>,
    /// Changed at this instant or later.
    pub updated_since: Option<Millis>,
}

/// The least and the most that is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The least.
    pub min: Option<u32>,
    /// The most.
    pub max: Option<u32>,
}

impl CallFilter {
    /// Wants all calls of the sites that whoever asks may see.
    pub fn all_of(visible: SiteSelection) -> Self {
        Self {
            visible,
            site: None,
            outcome: None,
            source: None,
            medium: None,
            channel: None,
            campaign: None,
            keywords: None,
            landing_page: None,
            tracking_number: None,
            caller: None,
            first_call: None,
            flagged_as_spam: None,
            has_recording: None,
            attribution: None,
            tag: None,
            lead_status: None,
            spam: None,
            search: None,
            risk_score: Bounds::default(),
            duration: Bounds::default(),
            started_from: None,
            started_before: None,
            updated_since: None,
        }
    }

    /// Returns the one site that all calls wanted are of; `None` if they may be of several.
    pub fn only_site(&self) -> Option<&SiteId> {
        match (&self.site, self.visible.listed()) {
            (Some(site), _) => Some(site),
            (None, Some(sites)) if sites.len() == 1 => sites.first(),
            _ => None,
        }
    }

    /// Reads the parameters that say which calls are wanted, of the sites that whoever asks may see. A day without a time is meant
    /// whole, in `zone`: the site's.
    ///
    /// # Errors
    /// The first parameter that makes no sense. A site that they may not see is none.
    pub fn parse(query: &Query, zone: Option<&TimeZone>, visible: &SiteSelection) -> Result<Self, BadParameter> {
        let site = site(query)?;
        if site.as_ref().is_some_and(|site| !visible.has(site)) {
            return Err(UNKNOWN_SITE);
        }
        Ok(Self {
            visible: visible.clone(),
            site,
            outcome: query.get("outcome").map(outcome).transpose()?,
            source: text(query, "source")?,
            medium: text(query, "medium")?,
            channel: text(query, "channel")?,
            campaign: text(query, "campaign")?,
            keywords: text(query, "keywords")?,
            landing_page: text(query, "landing_page_url")?.map(without_query),
            tracking_number: number(query, "tracking_phone_number")?,
            caller: number(query, "customer_phone_number")?,
            first_call: query.yes_or_no("first_call")?,
            flagged_as_spam: query.yes_or_no("flagged_as_spam")?,
            has_recording: query.yes_or_no("has_recording")?,
            attribution: query.get("attribution").map(attribution).transpose()?,
            tag: text(query, "tag")?,
            lead_status: query.get("lead_status").map(lead_status).transpose()?,
            spam: query.yes_or_no("spam")?,
            search: query.get("search").map(SearchWords::parse).transpose()?,
            risk_score: bounds(query, ["min_risk_score", "max_risk_score"])?,
            duration: bounds(query, ["min_duration", "max_duration"])?,
            started_from: instant(query, "start_date", zone, Edge::Beginning)?,
            started_before: instant(query, "end_date", zone, Edge::End)?,
            updated_since: instant(query, "updated_since", zone, Edge::Beginning)?,
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

fn lead_status(text: &str) -> Result<Option<LeadStatus>, BadParameter> {
    match text {
        "good_lead" => Ok(Some(LeadStatus::GoodLead)),
        "not_a_lead" => Ok(Some(LeadStatus::NotALead)),
        "not_scored" => Ok(None),
        _ => Err(BadParameter { name: "lead_status", expected: "good_lead, not_a_lead or not_scored" }),
    }
}

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

fn attribution(text: &str) -> Result<AttributionState, BadParameter> {
    const ALL: [AttributionState; 4] = [
        AttributionState::Attributed,
        AttributionState::Unattributed,
        AttributionState::Ambiguous,
        AttributionState::Pending,
    ];
    let expected = "attributed, unattributed, ambiguous or pending";
    ALL.into_iter().find(|state| state.code() == text).ok_or(BadParameter { name: "attribution", expected })
}

fn text(query: &Query, name: &'static str) -> Result<Option<String>, BadParameter> {
    match query.get(name) {
        Some(text) if text.len() > MAX_TEXT => Err(BadParameter { name, expected: "at most 4,096 bytes long" }),
        text => Ok(text.map(str::to_owned)),
    }
}

fn without_query(url: String) -> String {
    url.split(['?', '#']).next().map(str::to_owned).unwrap_or(url)
}

/// Reads a number. A plus that was not encoded comes as a space.
fn number(query: &Query, name: &'static str) -> Result<Option<E164>, BadParameter> {
    let expected = "a number with + (written %2B) and country code, such as %2B13125550142";
    let read = |text: &str| {
        let digits = text.trim().trim_start_matches('+');
        E164::parse(&format!("+{digits}")).map_err(|_| BadParameter { name, expected })
    };
    query.get(name).map(read).transpose()
}

fn bounds(query: &Query, [min, max]: [&'static str; 2]) -> Result<Bounds, BadParameter> {
    let read = |name| {
        let read = |text: &str| text.parse().map_err(|_| BadParameter { name, expected: "a whole number from 0 on" });
        query.get(name).map(read).transpose()
    };
    let bounds = Bounds { min: read(min)?, max: read(max)? };
    if bounds.min.zip(bounds.max).is_some_and(|(min, max)| min > max) {
        return Err(BadParameter { name: max, expected: "no less than what it begins with, or no call has it" });
    }
    Ok(bounds)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check_in(zone: Option<&str>, query: &str, expected: &Result<CallFilter, &'static str>) {
        let zone = zone.map(|name| TimeZone::get(name).unwrap());
        let parsed =
            CallFilter::parse(&Query::parse(query), zone.as_ref(), &SiteSelection::All).map_err(|bad| bad.name);
        assert_eq!(parsed, *expected, "{query} in {zone:?}");
    }

    fn check(query: &str, expected: &Result<CallFilter, &'static str>) {
        check_in(Some("America/Chicago"), query, expected);
    }

    #[test]
    fn parameters_are_read_and_bad_ones_named() {
        let all = CallFilter::all_of(SiteSelection::All);
        let nine = Millis::from_unix_ms(1_795_381_200_000);
        check("", &Ok(all.clone()));
        check("source=&site=", &Ok(all.clone()));
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
        let text = |text: &str| Some(text.to_owned());
        check("medium=cpc", &Ok(CallFilter { medium: text("cpc"), ..all.clone() }));
        check("channel=Paid+Search", &Ok(CallFilter { channel: text("Paid Search"), ..all.clone() }));
        check("campaign=%C3%BCber", &Ok(CallFilter { campaign: text("über"), ..all.clone() }));
        check("keywords=furnace%25", &Ok(CallFilter { keywords: text("furnace%"), ..all.clone() }));
        for page in [
            "https://h.example/a",
            "https://h.example/a%3Fb=1",
            "https://h.example/a%3Fb%3F%23c",
            "https://h.example/a%23c",
        ] {
            let landing_page = text("https://h.example/a");
            check(&format!("landing_page_url={page}"), &Ok(CallFilter { landing_page, ..all.clone() }));
        }
        let caller = E164::parse("+442079460018").ok();
        check("customer_phone_number=%2B442079460018", &Ok(CallFilter { caller, ..all.clone() }));
        check("first_call=true", &Ok(CallFilter { first_call: Some(true), ..all.clone() }));
        check("flagged_as_spam=false", &Ok(CallFilter { flagged_as_spam: Some(false), ..all.clone() }));
        check("has_recording=true", &Ok(CallFilter { has_recording: Some(true), ..all.clone() }));
        let attribution = Some(AttributionState::Ambiguous);
        check("attribution=ambiguous", &Ok(CallFilter { attribution, ..all.clone() }));
        check(
            "lead_status=good_lead",
            &Ok(CallFilter { lead_status: Some(Some(LeadStatus::GoodLead)), ..all.clone() }),
        );
        check("lead_status=not_scored", &Ok(CallFilter { lead_status: Some(None), ..all.clone() }));
        check("spam=true", &Ok(CallFilter { spam: Some(true), ..all.clone() }));
        let search = SearchWords::parse("furnace").ok();
        check("search=furnace", &Ok(CallFilter { search, ..all.clone() }));
        check("tag=urgent", &Ok(CallFilter { tag: text("urgent"), ..all.clone() }));
        let risk_score = Bounds { min: Some(50), max: Some(50) };
        check("min_risk_score=50&max_risk_score=50", &Ok(CallFilter { risk_score, ..all.clone() }));
        check("min_duration=0", &Ok(CallFilter { duration: Bounds { min: Some(0), max: None }, ..all }));
        for (query, name) in [
            ("start_date=tomorrow", "start_date"),
            ("start_date=2026-02-30", "start_date"),
            ("start_date=20261122", "start_date"),
            ("end_date=2026-11-22T15:00", "end_date"),
            ("updated_since=2026-11-22T21:00:00", "updated_since"),
            ("first_call=yes", "first_call"),
            ("first_call=1", "first_call"),
            ("has_recording=TRUE", "has_recording"),
            ("flagged_as_spam=null", "flagged_as_spam"),
            ("attribution=Attributed", "attribution"),
            ("min_duration=-1", "min_duration"),
            ("max_duration=1.5", "max_duration"),
            ("min_duration=10&max_duration=9", "max_duration"),
            ("max_risk_score=a", "max_risk_score"),
            ("customer_phone_number=withheld", "customer_phone_number"),
            ("lead_status=lead", "lead_status"),
            ("spam=1", "spam"),
            ("search=%20-%20", "search"),
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
    fn a_site_that_may_not_be_seen_is_none() {
        let visible = SiteSelection::Listed([SiteId::parse("harbor").unwrap()].into());
        let parse = |query: &str| CallFilter::parse(&Query::parse(query), None, &visible);
        assert_eq!(parse("site=harbor").unwrap().visible, visible);
        assert_eq!(parse("").unwrap(), CallFilter::all_of(visible.clone()));
        for site in ["valley", "harbo", "h"] {
            assert_eq!(parse(&format!("site={site}")), Err(UNKNOWN_SITE), "{site}");
        }
    }

    #[test]
    fn every_outcome_can_be_asked_for() {
        for code in ["in_progress", "answered", "missed", "voicemail", "abandoned"] {
            assert_eq!(outcome(code).map(CallOutcome::code), Ok(code));
        }
    }

    #[test]
    fn a_text_has_a_limit() {
        check(&format!("campaign={}", "x".repeat(MAX_TEXT + 1)), &Err("campaign"));
        let campaign = Some("x".repeat(MAX_TEXT));
        check(
            &format!("campaign={}", "x".repeat(MAX_TEXT)),
            &Ok(CallFilter { campaign, ..CallFilter::all_of(SiteSelection::All) }),
        );
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
                ..CallFilter::all_of(SiteSelection::All)
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
            &Ok(CallFilter { started_before: at("2026-11-22T00:00:00Z"), ..CallFilter::all_of(SiteSelection::All) }),
        );
    }
}
