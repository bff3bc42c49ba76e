//! From when to when a report counts, and by whose clocks.

use core::time::Duration;

use dni_core::time::Millis;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::dimension::{MAX_KEYS, days_between};
use crate::api::{BadParameter, CallFilter};

/// Days of a report that names none: today and the 29 before.
const USUAL_DAYS: i64 = 30;
/// Most times that a zone's clocks are changed within a report: twice a year, four times where a month of fasting has its own, in three
/// years.
const MAX_STEPS: usize = 16;

/// From when to when a report counts.
#[derive(Clone, Debug)]
pub struct Period {
    /// The first instant.
    pub from: Millis,
    /// The first instant behind it.
    pub before: Millis,
    /// The zone whose days and hours are meant.
    pub zone: TimeZone,
}

/// How far a zone's clocks are before those of UTC until an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetStep {
    /// The first instant for which it does not hold any more.
    pub until: Millis,
    /// Milliseconds; below zero west of Greenwich.
    pub offset: i64,
}

impl Period {
    /// Takes the dates that are wanted, or the usual ones.
    ///
    /// # Errors
    /// They are too far apart, or the wrong way round.
    pub fn of(filter: &CallFilter, zone: TimeZone, now: Millis) -> Result<Self, BadParameter> {
        let today = date_time(now, &zone).date();
        let midnight = |day: Date| midnight(day, &zone);
        let tomorrow = || today.checked_add(1.day()).ok().and_then(midnight).unwrap_or(now);
        let before = filter.started_before.unwrap_or_else(tomorrow);
        let from = filter.started_from.unwrap_or_else(|| {
            let last = date_time(before.before(Duration::from_millis(1)), &zone).date();
            last.checked_sub((USUAL_DAYS - 1).days()).ok().and_then(midnight).unwrap_or(before)
        });
        let period = Self { from, before, zone };
        let days = days_between(period.first(), period.last());
        if from >= before {
            Err(BadParameter { name: "end_date", expected: "after the start_date" })
        } else if usize::try_from(days).is_ok_and(|days| days < MAX_KEYS) {
            Ok(period)
        } else {
            Err(BadParameter { name: "start_date", expected: "at most three years before the end_date" })
        }
    }

    /// Returns the first moment, as the zone's clocks show it.
    pub fn first(&self) -> DateTime {
        date_time(self.from, &self.zone)
    }

    /// Returns the last moment, as the zone's clocks show it.
    pub fn last(&self) -> DateTime {
        date_time(self.before.before(Duration::from_millis(1)), &self.zone)
    }

    /// Returns the period before it: as many days, where it is made of whole days, else as long.
    #[must_use]
    pub fn previous(&self) -> Self {
        let starts_at_midnight = |at: Millis| midnight(date_time(at, &self.zone).date(), &self.zone) == Some(at);
        let days = days_between(self.first(), date_time(self.before, &self.zone));
        let by_days = if starts_at_midnight(self.from) && starts_at_midnight(self.before) {
            self.first().date().checked_sub(days.days()).ok().and_then(|day| midnight(day, &self.zone))
        } else {
            None
        };
        let from = by_days.unwrap_or_else(|| self.from.before(self.before.since(self.from)));
        Self { from, before: self.from, zone: self.zone.clone() }
    }

    /// Lists how far the zone's clocks are before those of UTC, step by step: at least one, which holds to the end.
    pub fn offsets(&self) -> Vec<OffsetStep> {
        let start = timestamp(self.from);
        let offset = |at: Timestamp| i64::from(self.zone.to_offset(at).seconds()) * 1_000;
        let mut steps = Vec::new();
        let mut current = offset(start);
        for change in self.zone.following(start).take(MAX_STEPS) {
            let at = Millis::from_unix_ms(u64::try_from(change.timestamp().as_millisecond()).unwrap_or_default());
            if at >= self.before {
                break;
            }
            steps.push(OffsetStep { until: at, offset: current });
            current = offset(change.timestamp());
        }
        steps.push(OffsetStep { until: self.before, offset: current });
        steps
    }
}

fn timestamp(at: Millis) -> Timestamp {
    i64::try_from(at.unix_ms()).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(Timestamp::MAX)
}

pub(super) fn date_time(at: Millis, zone: &TimeZone) -> DateTime {
    timestamp(at).to_zoned(zone.clone()).datetime()
}

pub(super) fn midnight(day: Date, zone: &TimeZone) -> Option<Millis> {
    let at = day.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond();
    u64::try_from(at).ok().map(Millis::from_unix_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::site_selection::SiteSelection;
    use crate::timestamp::{iso, parse};

    const NOW: &str = "2026-11-22T21:00:00Z";

    fn period(from: Option<&str>, before: Option<&str>, zone: &str) -> Result<Period, &'static str> {
        let filter = CallFilter {
            started_from: from.map(|text| parse(text).unwrap()),
            started_before: before.map(|text| parse(text).unwrap()),
            ..CallFilter::all_of(SiteSelection::All)
        };
        Period::of(&filter, TimeZone::get(zone).unwrap(), parse(NOW).unwrap()).map_err(|bad| bad.name)
    }

    #[test]
    fn the_usual_period_is_thirty_days_with_today() {
        let usual = period(None, None, "America/Chicago").unwrap();
        assert_eq!(
            (iso(usual.from), iso(usual.before)),
            ("2026-10-24T05:00:00.000Z".into(), "2026-11-23T06:00:00.000Z".into())
        );
        let only_end = period(None, Some("2026-11-01T05:00:00Z"), "America/Chicago").unwrap();
        assert_eq!(iso(only_end.from), "2026-10-02T05:00:00.000Z");
    }

    #[test]
    fn the_period_before_has_as_many_days_whatever_the_clocks_did() {
        let usual = period(None, None, "America/Chicago").unwrap();
        let previous = usual.previous();
        assert_eq!((iso(previous.from), previous.before), ("2026-09-24T05:00:00.000Z".into(), usual.from));
        let hours = period(Some("2026-11-22T01:30:00Z"), Some("2026-11-22T03:00:00Z"), "UTC").unwrap().previous();
        assert_eq!(
            (iso(hours.from), iso(hours.before)),
            ("2026-11-22T00:00:00.000Z".into(), "2026-11-22T01:30:00.000Z".into())
        );
    }

    #[test]
    fn clocks_are_followed_step_by_step() {
        let steps = |from: &str, before: &str, zone: &str| {
            let offsets = period(Some(from), Some(before), zone).unwrap().offsets();
            offsets.iter().map(|step| (iso(step.until), step.offset / 60_000)).collect::<Vec<_>>()
        };
        assert_eq!(
            steps("2026-10-31T05:00:00Z", "2026-11-02T06:00:00Z", "America/Chicago"),
            [("2026-11-01T07:00:00.000Z".to_owned(), -300), ("2026-11-02T06:00:00.000Z".to_owned(), -360),]
        );
        assert_eq!(
            steps("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", "Asia/Kolkata"),
            [("2026-11-02T00:00:00.000Z".to_owned(), 330)]
        );
        assert_eq!(steps("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "UTC").len(), 1);
        assert_eq!(steps("2026-01-01T00:00:00Z", "2028-12-31T00:00:00Z", "Europe/Berlin").len(), 7);
    }

    #[test]
    fn what_is_no_period_is_refused() {
        assert_eq!(period(Some("2026-11-22T00:00:00Z"), Some("2026-11-22T00:00:00Z"), "UTC").unwrap_err(), "end_date");
        assert_eq!(period(Some("2027-11-22T00:00:00Z"), None, "UTC").unwrap_err(), "end_date");
        assert_eq!(period(Some("2020-01-01T00:00:00Z"), None, "UTC").unwrap_err(), "start_date");
        assert!(period(Some("2023-11-23T00:00:00Z"), None, "UTC").is_ok());
    }
}
