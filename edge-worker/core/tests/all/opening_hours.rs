//! Opening hours on the days on which Chicago changes its clocks, as calls come in.

use call_router::flow::Schedule;
use dni_core::time::Millis;
use jiff::Timestamp;
use serde_json::json;

/// The branch of the tested flow that a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Branch {
    Day,
    Night,
    Closed,
}

use Branch::{Closed, Day, Night};

/// An instant, what the clock on the wall shows then, and the branch that a call takes.
type Instant<'a> = (&'a str, &'a str, Branch);

#[test]
fn the_day_before_springs_change() {
    check(&[
        ("2027-03-13T14:59:30Z", "08:59 CST", Closed),
        ("2027-03-13T15:00:30Z", "09:00 CST", Day),
        ("2027-03-13T22:59:30Z", "16:59 CST", Day),
        ("2027-03-13T23:00:30Z", "17:00 CST", Closed),
    ]);
}

#[test]
fn an_hour_does_not_come() {
    check(&[
        ("2027-03-14T07:29:30Z", "01:29 CST", Closed),
        ("2027-03-14T07:30:30Z", "01:30 CST", Night),
        ("2027-03-14T07:59:30Z", "01:59 CST", Night),
        ("2027-03-14T08:00:30Z", "03:00 CDT", Closed),
    ]);
}

#[test]
fn the_day_of_springs_change_opens_an_hour_earlier_by_greenwich() {
    check(&[
        ("2027-03-14T13:59:30Z", "08:59 CDT", Closed),
        ("2027-03-14T14:00:30Z", "09:00 CDT", Day),
        ("2027-03-14T21:59:30Z", "16:59 CDT", Day),
        ("2027-03-14T22:00:30Z", "17:00 CDT", Closed),
    ]);
}

#[test]
fn the_day_before_autumns_change() {
    check(&[("2027-11-06T13:59:30Z", "08:59 CDT", Closed), ("2027-11-06T14:00:30Z", "09:00 CDT", Day)]);
}

#[test]
fn an_hour_comes_twice() {
    check(&[
        ("2027-11-07T06:29:30Z", "01:29 CDT", Closed),
        ("2027-11-07T06:30:30Z", "01:30 CDT", Night),
        ("2027-11-07T06:59:30Z", "01:59 CDT", Night),
        ("2027-11-07T07:00:30Z", "01:00 CST", Closed),
        ("2027-11-07T07:29:30Z", "01:29 CST", Closed),
        ("2027-11-07T07:30:30Z", "01:30 CST", Night),
        ("2027-11-07T08:29:30Z", "02:29 CST", Night),
        ("2027-11-07T08:30:30Z", "02:30 CST", Closed),
    ]);
}

#[test]
fn the_day_of_autumns_change_opens_an_hour_later_by_greenwich() {
    check(&[
        ("2027-11-07T14:00:30Z", "08:00 CST", Closed),
        ("2027-11-07T14:59:30Z", "08:59 CST", Closed),
        ("2027-11-07T15:00:30Z", "09:00 CST", Day),
        ("2027-11-07T22:59:30Z", "16:59 CST", Day),
        ("2027-11-07T23:00:30Z", "17:00 CST", Closed),
    ]);
}

fn check(instants: &[Instant]) {
    let (day, night) = (open_at_weekends("09:00-17:00"), open_at_weekends("01:30-02:30"));
    for &(instant, wall, expected) in instants {
        let at: Timestamp = instant.parse().unwrap();
        let shown = at.in_tz("America/Chicago").unwrap().strftime("%H:%M %Z").to_string();
        assert_eq!(shown, wall, "{instant}");
        let at = Millis::from_unix_ms(u64::try_from(at.as_millisecond()).unwrap());
        let branch = match (day.is_open(at), night.is_open(at)) {
            (true, _) => Day,
            (false, true) => Night,
            (false, false) => Closed,
        };
        assert_eq!(branch, expected, "{instant}, {wall}");
    }
}

fn open_at_weekends(span: &str) -> Schedule {
    let hours = json!({ "sat": [span], "sun": [span] });
    serde_json::from_value(json!({ "time_zone": "America/Chicago", "hours": hours, "next": {} })).unwrap()
}

/// Noon of Wednesday, 12 August 2026 in zones west and east of Greenwich, with and without whole hours.
#[test]
fn hours_and_holidays_are_those_of_the_zone() {
    let table = [
        ("America/Chicago", "2026-08-12T17:00:00Z"),
        ("Asia/Kolkata", "2026-08-12T06:30:00Z"),
        ("Pacific/Auckland", "2026-08-12T00:00:00Z"),
        ("America/St_Johns", "2026-08-12T14:30:00Z"),
        ("UTC", "2026-08-12T12:00:00Z"),
    ];
    let around = json!({ "wed": ["11:30-12:30"] });
    let later = json!({ "wed": ["12:32-22:00"] });
    let schedules = [
        ("open now", around.clone(), json!([]), true),
        ("open at another time of the day", later.clone(), json!([]), false),
        ("a holiday", around.clone(), json!([{ "date": "2026-08-12" }]), false),
        ("a holiday of every year", around.clone(), json!([{ "date": "08-12" }]), false),
        ("a holiday with hours of its own", later, json!([{ "date": "2026-08-12", "hours": ["11:30-12:30"] }]), true),
        ("another day", json!({ "mon": ["00:00-24:00"] }), json!([{ "date": "2020-01-01" }]), false),
    ];
    for (zone, instant) in table {
        let at: Timestamp = instant.parse().unwrap();
        let at = Millis::from_unix_ms(u64::try_from(at.as_millisecond()).unwrap());
        for (what, hours, holidays, expected) in &schedules {
            let schedule = json!({ "time_zone": zone, "hours": hours, "holidays": holidays, "next": {} });
            let schedule: Schedule = serde_json::from_value(schedule).unwrap();
            assert_eq!(schedule.is_open(at), *expected, "{what} in {zone}");
        }
    }
}
