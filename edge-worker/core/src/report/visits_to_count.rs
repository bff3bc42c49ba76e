//! Which of a pool's leases are those of visitors who have not been counted that day.

use std::collections::BTreeSet;

use dni_core::id::VisitorId;
use dni_core::phone::E164;
use dni_core::time::Millis;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::period::{date_time, midnight};

/// A lease's beginning.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Visit {
    /// Of which number.
    pub number: E164,
    /// When.
    pub since: Millis,
    /// To whom.
    pub visitor: VisitorId,
}

/// Returns when the site's day began that an instant is in: leases since then say who has been counted.
pub fn day_begins(at: Millis, zone: &TimeZone) -> Millis {
    midnight(date_time(at, zone).date(), zone).unwrap_or_default().min(at)
}

/// Chooses the visits that began at `from` or later and are the first of their visitor in that day of the site, in the order of time.
/// `visits` are all since that of `from` [began](day_begins).
pub fn visits_to_count(mut visits: Vec<Visit>, from: Millis, zone: &TimeZone) -> Vec<Visit> {
    visits.sort_by_key(|visit| (visit.since, visit.number));
    let mut known = BTreeSet::new();
    visits.retain(|visit| {
        let is_first = known.insert((date_time(visit.since, zone).date(), visit.visitor.clone()));
        is_first && visit.since >= from
    });
    visits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::parse;

    fn visit(at: &str, number: u32, visitor: u32) -> Visit {
        Visit {
            number: E164::parse(&format!("+1312555015{number}")).unwrap(),
            since: parse(at).unwrap(),
            visitor: VisitorId::parse(&format!("{visitor:032x}")).unwrap(),
        }
    }

    fn counted(zone: &str, from: &str, visits: &[Visit]) -> Vec<Visit> {
        visits_to_count(visits.to_vec(), parse(from).unwrap(), &TimeZone::get(zone).unwrap())
    }

    #[test]
    fn a_visitor_counts_once_in_a_day_of_the_site() {
        let (morning, noon, other, next) = (
            visit("2026-11-22T15:00:00Z", 1, 1),
            visit("2026-11-22T18:00:00Z", 2, 1),
            visit("2026-11-22T18:00:00Z", 1, 2),
            // Another day in UTC, and in Berlin, but not in Chicago.
            visit("2026-11-23T00:10:00Z", 1, 1),
        );
        let all = [next.clone(), noon.clone(), other.clone(), morning.clone()];
        let day = "2026-11-22T06:00:00Z";
        assert_eq!(counted("America/Chicago", day, &all), [morning.clone(), other.clone()]);
        assert_eq!(counted("Europe/Berlin", day, &all), [morning, other.clone(), next.clone()]);
        assert_eq!(counted("America/Chicago", "2026-11-22T15:00:01Z", &all), [other], "the others were counted before");
        assert_eq!(counted("Europe/Berlin", "2026-11-22T18:00:01Z", &all), [next]);
    }

    #[test]
    fn the_sites_day_begins_at_its_midnight() {
        for (zone, at, begins) in [
            ("America/Chicago", "2026-11-23T00:10:00Z", "2026-11-22T06:00:00Z"),
            ("Asia/Kathmandu", "2026-11-22T18:20:00Z", "2026-11-22T18:15:00Z"),
            ("UTC", "1970-01-01T00:00:01Z", "1970-01-01T00:00:00Z"),
            // Where midnight itself is left out, and where the day is an hour longer.
            ("America/Santiago", "2026-09-06T12:00:00Z", "2026-09-06T04:00:00Z"),
            ("America/Chicago", "2026-11-02T05:59:59Z", "2026-11-01T05:00:00Z"),
        ] {
            assert_eq!(
                day_begins(parse(at).unwrap(), &TimeZone::get(zone).unwrap()),
                parse(begins).unwrap(),
                "{zone} {at}"
            );
        }
    }
}
