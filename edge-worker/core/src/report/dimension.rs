//! By what a report puts calls together.

use jiff::civil::{Date, DateTime};
use jiff::{ToSpan, Unit};

/// What a report puts calls together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// The source.
    Source,
    /// The medium.
    Medium,
    /// The campaign.
    Campaign,
    /// The keyword.
    Keywords,
    /// The channel, under the name of the reports.
    Channel,
    /// The page that visitors arrived on, without what stands behind its question mark.
    LandingPage,
    /// The number dialled.
    TrackingNumber,
    /// The site.
    Site,
    /// The hour of the day, 0 to 23.
    Hour,
    /// The day of the week, 1 (Monday) to 7.
    Weekday,
    /// The day: `2026-11-22`.
    Day,
    /// The week, by its Monday.
    Week,
    /// The month: `2026-11`.
    Month,
}

/// What a group of calls and visitors has in common, in the order of the dimensions; `None` where they have nothing there.
pub type Key = Vec<Option<String>>;

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 13] = [
        Self::Source,
        Self::Medium,
        Self::Campaign,
        Self::Keywords,
        Self::Channel,
        Self::LandingPage,
        Self::TrackingNumber,
        Self::Site,
        Self::Hour,
        Self::Weekday,
        Self::Day,
        Self::Week,
        Self::Month,
    ];

    /// Returns its word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Medium => "medium",
            Self::Campaign => "campaign",
            Self::Keywords => "keywords",
            Self::Channel => "channel",
            Self::LandingPage => "landing_page",
            Self::TrackingNumber => "tracking_phone_number",
            Self::Site => "site",
            Self::Hour => "hour",
            Self::Weekday => "weekday",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Reads its word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.code() == code)
    }

    /// Says whether it is one of time: such a report has each of its hours or days, those without calls too.
    pub const fn is_of_time(self) -> bool {
        matches!(self, Self::Hour | Self::Weekday | Self::Day | Self::Week | Self::Month)
    }

    /// Lists the keys that days from `first` to `last` have, in their order; none for what is not of time.
    pub fn keys(self, first: Date, last: Date) -> Vec<String> {
        match self {
            Self::Hour => (0..24).map(|hour| hour.to_string()).collect(),
            Self::Weekday => (1..=7).map(|day| day.to_string()).collect(),
            Self::Day => days(first, last, 1).map(|day| day.to_string()).collect(),
            Self::Week => days(monday_of(first), last, 7).map(|day| day.to_string()).collect(),
            Self::Month => months(first, last),
            _ => Vec::new(),
        }
    }
}

/// Most keys of one report: three years by day.
pub const MAX_KEYS: usize = 1_100;

fn days(first: Date, last: Date, step: i32) -> impl Iterator<Item = Date> {
    first.series(step.days()).take_while(move |day| *day <= last).take(MAX_KEYS)
}

pub(super) fn monday_of(day: Date) -> Date {
    let since = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(since.days()).unwrap_or(day)
}

fn months(first: Date, last: Date) -> Vec<String> {
    let from = first.first_of_month();
    let all = from.series(1.month()).take_while(|day| *day <= last).take(MAX_KEYS);
    all.map(|day| day.strftime("%Y-%m").to_string()).collect()
}

/// Returns how many days lie between two instants of a clock, the last one counted if it has begun.
pub(super) fn days_between(from: DateTime, to: DateTime) -> i64 {
    from.date().until((Unit::Day, to.date())).map_or(0, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dimension: Dimension, first: &str, last: &str, expected: &[&str]) {
        assert_eq!(
            dimension.keys(first.parse().unwrap(), last.parse().unwrap()),
            expected,
            "{dimension:?} {first} {last}"
        );
    }

    #[test]
    fn words_are_read_back() {
        for dimension in Dimension::ALL {
            assert_eq!(Dimension::from_code(dimension.code()), Some(dimension));
        }
        assert_eq!(Dimension::from_code("landing_page_url"), None);
    }

    #[test]
    fn a_period_has_each_of_its_days_weeks_and_months() {
        check(Dimension::Day, "2026-02-27", "2026-03-01", &["2026-02-27", "2026-02-28", "2026-03-01"]);
        check(Dimension::Week, "2026-11-22", "2026-11-23", &["2026-11-16", "2026-11-23"]);
        check(Dimension::Week, "2026-11-23", "2026-11-29", &["2026-11-23"]);
        check(Dimension::Month, "2026-12-31", "2027-01-01", &["2026-12", "2027-01"]);
        check(Dimension::Weekday, "2026-11-22", "2026-11-22", &["1", "2", "3", "4", "5", "6", "7"]);
        check(Dimension::Source, "2026-11-22", "2026-11-22", &[]);
        assert_eq!(Dimension::Hour.keys(Date::MIN, Date::MIN).len(), 24);
        assert_eq!(Dimension::Day.keys(Date::MIN, Date::MAX).len(), MAX_KEYS);
    }
}
