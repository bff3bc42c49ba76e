//! The step that goes by the time of the call.

use core::{fmt, str::FromStr};
use std::collections::BTreeMap;

use dni_core::time::Millis;
use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    flow::StepId,
    text::Text,
    time_zone::{self, BadTimeZone},
};

/// Longest name of a time zone, in bytes; the longest there is has 32.
const MAX_ZONE: usize = 64;
/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Goes by the time of the call: open or closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The IANA name of the time zone in which the hours are meant: `America/Chicago`.
    pub time_zone: Text<MAX_ZONE>,
    /// The hours of the week; a day that is not named is closed.
    #[cfg_attr(feature = "schema", schemars(schema_with = "week_schema"))]
    pub hours: BTreeMap<Weekday, Hours>,
    /// Days that have hours of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
    /// What follows.
    #[serde(default)]
    pub next: ScheduleNext,
}

/// What follows a schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScheduleNext {
    /// The business is open.
    pub open: Option<StepId>,
    /// It is not.
    pub closed: Option<StepId>,
}

/// The spans of one day in which the business is open.
pub type Hours = Vec<Span>;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// A day with hours of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// `2026-11-26`, or `12-25` for every year.
    pub date: Day,
    /// Its hours; closed if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Hours,
}

/// A date, of one year or of every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    year: Option<i16>,
    month: i8,
    of_month: i8,
}

/// A span of a day by the clock on the wall: `09:00-17:30`. One that ends before it begins goes on past midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    /// Minutes since midnight.
    from: u16,
    /// Minutes since midnight, 1,440 being the end of the day.
    to: u16,
}

impl Schedule {
    /// Says whether the business is open at `at`. With a time zone that nobody knows it is open: the phone then rings.
    ///
    /// Hours are read off the clock on the wall. Where it is put forward an hour is left out, where it is put back one
    /// comes twice; the business opens by the clock all the same.
    pub fn is_open(&self, at: Millis) -> bool {
        let Some(local) = self.local_time(at) else { return true };
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        let today = local.date();
        let open_today = self.hours_of(today).iter().any(|span| span.has(minute));
        let spills = |yesterday| self.hours_of(yesterday).iter().any(|span| span.spills_to(minute));
        open_today || today.yesterday().is_ok_and(spills)
    }

    /// Checks the time zone.
    ///
    /// # Errors
    /// [`BadTimeZone`] names what to write instead.
    pub fn check_zone(&self) -> Result<(), BadTimeZone> {
        time_zone::check(self.time_zone.as_str())
    }

    /// Says whether there is no hour at all in which it is open.
    pub fn never_opens(&self) -> bool {
        self.hours.values().chain(self.holidays.iter().map(|holiday| &holiday.hours)).all(Vec::is_empty)
    }

    fn zone(&self) -> Option<TimeZone> {
        jiff::tz::db().get(self.time_zone.as_str()).ok()
    }

    fn local_time(&self, at: Millis) -> Option<civil::DateTime> {
        let at = Timestamp::from_millisecond(i64::try_from(at.unix_ms()).ok()?).ok()?;
        Some(at.to_zoned(self.zone()?).datetime())
    }

    /// Returns the hours of a date: of the last holiday that names it, a date of that very year before a yearly one.
    fn hours_of(&self, date: civil::Date) -> &[Span] {
        let holidays = || self.holidays.iter().rev().filter(|holiday| holiday.date.is(date));
        let of_this_year = holidays().find(|holiday| holiday.date.year.is_some());
        if let Some(holiday) = of_this_year.or_else(|| holidays().next()) {
            return &holiday.hours;
        }
        self.hours.get(&Weekday::of(date)).map_or(&[], Vec::as_slice)
    }
}

impl Weekday {
    fn of(date: civil::Date) -> Self {
        match date.weekday() {
            civil::Weekday::Monday => Self::Mon,
            civil::Weekday::Tuesday => Self::Tue,
            civil::Weekday::Wednesday => Self::Wed,
            civil::Weekday::Thursday => Self::Thu,
            civil::Weekday::Friday => Self::Fri,
            civil::Weekday::Saturday => Self::Sat,
            civil::Weekday::Sunday => Self::Sun,
        }
    }
}

impl Span {
    fn has(self, minute: u16) -> bool {
        if self.to > self.from { (self.from..self.to).contains(&minute) } else { minute >= self.from }
    }

    fn spills_to(self, minute: u16) -> bool {
        self.to <= self.from && minute < self.to
    }
}

impl Day {
    fn is(self, date: civil::Date) -> bool {
        self.year.is_none_or(|year| year == date.year()) && (self.month, self.of_month) == (date.month(), date.day())
    }
}

impl FromStr for Span {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Self, BadTime> {
        let (from, to) = text.split_once('-').ok_or(BadTime::Span)?;
        let (from, to) = (minute_of(from).ok_or(BadTime::Span)?, minute_of(to).ok_or(BadTime::Span)?);
        if from == DAY { Err(BadTime::Span) } else { Ok(Self { from, to }) }
    }
}

/// Reads `09:30`, up to `24:00`.
fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (hour, minute) = (Some(hour).filter(|text| two_digits(text))?, Some(minute).filter(|text| two_digits(text))?);
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let all = hour * 60 + minute;
    (minute < 60 && all <= DAY).then_some(all)
}

impl TryFrom<String> for Span {
    type Error = BadTime;

    fn try_from(text: String) -> Result<Self, BadTime> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(Span { from, to }: Span) -> Self {
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        format!("{}-{}", clock(from), clock(to))
    }
}

impl TryFrom<String> for Day {
    type Error = BadTime;

    fn try_from(text: String) -> Result<Self, BadTime> {
        // A leap year stands in for every year, so that February has its 29th.
        let yearly = text.len() == "12-25".len();
        let whole = if yearly { format!("2000-{text}") } else { text };
        let date: civil::Date = whole.parse().map_err(|_| BadTime::Day)?;
        Ok(Self { year: (!yearly).then_some(date.year()), month: date.month(), of_month: date.day() })
    }
}

impl From<Day> for String {
    fn from(Day { year, month, of_month }: Day) -> Self {
        let date = format!("{month:02}-{of_month:02}");
        year.map_or(date.clone(), |year| format!("{year:04}-{date}"))
    }
}

/// A text that names no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadTime {
    /// It is no span of a day.
    Span,
    /// It is no date.
    Day,
}

impl fmt::Display for BadTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Span => {
                "bad_hours: Hours are written from-to by a clock of 24 hours, such as 09:00-17:30 or 22:00-02:00."
            }
            Self::Day => "bad_date: A date is written 2026-11-26, or 12-25 for every year.",
        })
    }
}

impl core::error::Error for BadTime {}

/// The hours of days, each by its name.
#[cfg(feature = "schema")]
fn week_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let (day, hours) = (generator.subschema_for::<Weekday>(), generator.subschema_for::<Hours>());
    schemars::json_schema!({"type": "object", "propertyNames": day, "additionalProperties": hours})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_by_the_clock_on_the_wall() {
        let office = schedule(
            r#"{"time_zone": "America/Chicago",
                "hours": {"mon": ["09:00-12:00", "13:00-17:00"], "tue": ["09:00-17:00"], "thu": ["09:00-17:00"],
                          "fri": ["20:00-02:00"], "sat": ["10:00-24:00"]},
                "holidays": [{"date": "2026-11-26"}, {"date": "12-24", "hours": ["09:00-11:00"]}, {"date": "2026-12-24"}]}"#,
        );
        let cases = [
            // A Monday in winter: Chicago is six hours behind.
            ("2026-11-23T14:59:59Z", false),
            ("2026-11-23T15:00:00Z", true),
            ("2026-11-23T18:00:00Z", false),
            ("2026-11-23T19:00:00Z", true),
            ("2026-11-23T23:00:00Z", false),
            // A Monday in summer: five hours.
            ("2026-07-06T13:59:59Z", false),
            ("2026-07-06T14:00:00Z", true),
            // Wednesday has no hours.
            ("2026-11-25T17:00:00Z", false),
            // Thanksgiving is closed, the Thursday before was not.
            ("2026-11-26T17:00:00Z", false),
            ("2026-11-19T17:00:00Z", true),
            // Christmas Eve has hours of its own every year, and none in 2026.
            ("2025-12-24T16:00:00Z", true),
            ("2025-12-24T18:00:00Z", false),
            ("2026-12-24T16:00:00Z", false),
            // Friday evening goes on into Saturday; Saturday ends at midnight.
            ("2026-11-28T01:59:59Z", false),
            ("2026-11-28T02:00:00Z", true),
            ("2026-11-28T07:59:59Z", true),
            ("2026-11-28T08:00:00Z", false),
            ("2026-11-29T05:59:59Z", true),
            ("2026-11-29T06:00:00Z", false),
        ];
        for (at, expected) in cases {
            check(&office, at, expected);
        }
    }

    #[test]
    fn both_days_on_which_the_clock_is_changed() {
        let night = schedule(r#"{"time_zone": "America/Chicago", "hours": {"sun": ["01:00-04:00"]}}"#);
        let cases = [
            // 8 March 2026: after 01:59 comes 03:00.
            ("2026-03-08T06:59:59Z", false),
            ("2026-03-08T07:00:00Z", true),
            ("2026-03-08T08:30:00Z", true),
            ("2026-03-08T08:59:59Z", true),
            ("2026-03-08T09:00:00Z", false),
            // 1 November 2026: 01:00 to 01:59 comes twice.
            ("2026-11-01T05:59:59Z", false),
            ("2026-11-01T06:00:00Z", true),
            ("2026-11-01T07:30:00Z", true),
            ("2026-11-01T09:59:59Z", true),
            ("2026-11-01T10:00:00Z", false),
        ];
        for (at, expected) in cases {
            check(&night, at, expected);
        }
    }

    #[test]
    fn a_zone_nobody_knows_is_open() {
        let nowhere = schedule(r#"{"time_zone": "Atlantis/Center", "hours": {}}"#);
        assert!(nowhere.check_zone().is_err() && nowhere.never_opens());
        check(&nowhere, "2026-11-23T15:00:00Z", true);
    }

    #[test]
    fn times_are_read_and_written() {
        for text in ["09:00-17:30", "00:00-24:00", "22:00-02:00"] {
            assert_eq!(String::from(text.parse::<Span>().unwrap()), text);
        }
        for text in
            ["", "9:00-17:00", "09:00", "09:60-10:00", "24:00-02:00", "25:00-26:00", "09:00-24:01", "+9:00-10:00"]
        {
            assert_eq!(text.parse::<Span>(), Err(BadTime::Span), "{text}");
        }
        for text in ["2026-11-26", "12-25", "02-29"] {
            assert_eq!(String::from(Day::try_from(text.to_owned()).unwrap()), text);
        }
        for text in ["", "2026-02-29", "13-01", "1-1", "12/25", "2026-11-26T09:00:00Z"] {
            assert!(Day::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    fn schedule(json: &str) -> Schedule {
        serde_json::from_str(json).unwrap()
    }

    fn check(schedule: &Schedule, at: &str, expected: bool) {
        let at: Timestamp = at.parse().unwrap();
        let at = Millis::from_unix_ms(u64::try_from(at.as_millisecond()).unwrap());
        assert_eq!(schedule.is_open(at), expected, "{at:?}");
    }
}
