//! Flows played with a scripted caller: what an owner would try before publishing.

use call_router::flow::{Ending, Flow, Flows, Script, SimulatedCall, simulate};
use serde_json::{Value, json};

/// A business with an IVR, office hours and a voicemail.
fn business() -> Flow {
    serde_json::from_value(json!({
        "version": 4, "start": "hours",
        "settings": {"recording": {"on": true}},
        "steps": {
            "hours": {"type": "schedule", "time_zone": "America/Chicago",
                "hours": {"mon": ["09:00-17:00"], "sun": ["01:00-03:30"]},
                "next": {"open": "risk", "closed": "message"}},
            "risk": {"type": "condition", "if": {"risk_at_least": 70}, "next": {"yes": "gate", "no": "menu"}},
            "gate": {"type": "challenge", "key": "5", "next": {"passed": "menu", "failed": "end"}},
            "menu": {"type": "menu", "say": "For sales press 1.", "tries": 2, "next": {
                "1": "sales", "no_input": "office", "invalid": "end"}},
            "sales": {"type": "forward", "to": ["+13125550197", "+13125550198"], "strategy": "sequential",
                "whisper": "Sales, from [source].", "accept": true, "next": {
                "answered": "end", "no_answer": "message", "busy": "message", "failed": "message", "canceled": "end"}},
            "office": {"type": "forward", "to": "+13125550199", "record": false, "next": {
                "answered": "end", "no_answer": "message", "busy": "message", "failed": "message", "canceled": "end"}},
            "message": {"type": "voicemail", "say": "Leave a message.", "next": {"recorded": "end", "nothing": "end"}},
            "end": {"type": "hangup"}
        }
    }))
    .unwrap()
}

/// A Monday at 10:00 in Chicago, and the nights on which the clock is put forward and back.
const MONDAY: u64 = 1_795_449_600_000;
const SPRING: u64 = 1_772_953_200_000;
const AUTUMN: u64 = 1_793_514_600_000;

#[test]
fn calls_take_the_way_the_owner_meant() {
    let cases = [
        (
            "who answers is told and asked",
            json!({"at": MONDAY, "facts": {"source": "google"}, "replies": [{"press": "1"}, "answer"]}),
            "hours.open risk.no menu.1 sales.answered",
            Ending::HungUp,
        ),
        (
            "a mobile's own voicemail does not take the call",
            json!({"at": MONDAY, "replies": [{"press": "1"}, "decline", "decline", "message"]}),
            "hours.open risk.no menu.1 sales.no_answer sales.no_answer message.recorded",
            Ending::HungUp,
        ),
        (
            "the second number answers",
            json!({"at": MONDAY, "replies": [{"press": "1"}, "busy", "answer"]}),
            "hours.open risk.no menu.1 sales.busy sales.answered",
            Ending::HungUp,
        ),
        (
            "nothing pressed twice",
            json!({"at": MONDAY, "replies": ["silence", "silence", "no_answer", "no_message"]}),
            "hours.open risk.no menu.no_input menu.no_input office.no_answer message.nothing",
            Ending::HungUp,
        ),
        (
            "wrong keys twice",
            json!({"at": MONDAY, "replies": [{"press": "9"}, {"press": "8"}]}),
            "hours.open risk.no menu.invalid menu.invalid",
            Ending::HungUp,
        ),
        (
            "a robot at the gate",
            json!({"at": MONDAY, "facts": {"risk": 80}, "replies": ["silence", "silence"]}),
            "hours.open risk.yes gate.failed gate.failed",
            Ending::HungUp,
        ),
        (
            "a person at the gate",
            json!({"at": MONDAY, "facts": {"risk": 80}, "replies": [{"press": "5"}, "hang_up"]}),
            "hours.open risk.yes gate.passed",
            Ending::CallerLeft,
        ),
        (
            "at night",
            json!({"at": MONDAY + 12 * 3_600_000, "replies": ["message"]}),
            "hours.closed message.recorded",
            Ending::HungUp,
        ),
        ("the script is too short", json!({"at": MONDAY, "replies": []}), "hours.open risk.no", Ending::Waiting),
        (
            "the reply does not fit",
            json!({"at": MONDAY, "replies": ["message"]}),
            "hours.open risk.no",
            Ending::Waiting,
        ),
    ];
    for (name, script, path, ending) in cases {
        let walk = walk(script);
        assert_eq!(steps(&walk), path, "{name}");
        assert_eq!(walk.ending, ending, "{name}");
    }
}

#[test]
fn the_clock_is_changed_at_night() {
    let half_an_hour = 1_800_000;
    // From 01:00: in spring 02:00 to 02:59 is left out, in autumn 01:00 to 01:59 comes twice.
    let spring = [(0, true), (1, true), (2, true), (3, false)];
    let autumn = [(0, true), (1, true), (4, true), (6, true), (7, false)];
    for (start, cases) in [(SPRING, spring.as_slice()), (AUTUMN - half_an_hour, autumn.as_slice())] {
        for (steps_on, open) in cases {
            let at = start + steps_on * half_an_hour;
            let expected = if *open { "hours.open risk.no" } else { "hours.closed" };
            assert_eq!(steps(&walk(json!({"at": at, "replies": []}))), expected, "{at}");
        }
    }
}

/// The same nights, told as people tell the time.
#[test]
fn times_are_written_in_three_ways() {
    let hour = 3_600_000;
    let cases = [
        (json!(MONDAY), Some(MONDAY)),
        (json!("2026-11-23T10:00:00-06:00"), Some(MONDAY)),
        (json!("2026-11-23T16:00:00Z"), Some(MONDAY)),
        (json!("2026-11-23T10:00[America/Chicago]"), Some(MONDAY)),
        // On 8 March 01:00 is followed by 03:00; a time between them is read as the hour after.
        (json!("2026-03-08T01:00[America/Chicago]"), Some(SPRING)),
        (json!("2026-03-08T03:00[America/Chicago]"), Some(SPRING + hour)),
        (json!("2026-03-08T02:30[America/Chicago]"), Some(SPRING + hour + hour / 2)),
        // On 1 November 01:30 comes twice, an hour apart.
        (json!("2026-11-01T01:30[America/Chicago]"), Some(AUTUMN)),
        (json!("2026-11-01T01:30-05:00[America/Chicago]"), Some(AUTUMN)),
        (json!("2026-11-01T01:30-06:00[America/Chicago]"), Some(AUTUMN + hour)),
        (json!("2026-11-01T01:30"), None),
        (json!("2026-11-01T01:30[Atlantis/Center]"), None),
        (json!("1969-12-31T23:59:59Z"), None),
        (json!("yesterday"), None),
        (json!(-1), None),
        (json!(null), None),
    ];
    for (at, expected) in cases {
        let script = serde_json::from_value::<Script>(json!({"at": at}));
        assert_eq!(script.ok().map(|script| script.at.unix_ms()), expected, "{at}");
    }
}

#[test]
fn what_is_heard() {
    let heard = walk(json!({"at": MONDAY, "facts": {"source": "google"}, "replies": [{"press": "1"}, "answer"]})).heard;
    let expected = json!([
        {"what": "said", "text": "This call may be recorded."},
        {"what": "said", "text": "For sales press 1."},
        {"what": "asked", "wait_seconds": 5},
        {"what": "rang", "to": ["+13125550197"], "seconds": 30, "recorded": true},
        {"what": "whispered", "text": "Sales, from google. Press 1 to take it."},
    ]);
    assert_eq!(serde_json::to_value(heard).unwrap(), expected);
}

#[test]
fn what_is_no_script_says_so() {
    for (script, part) in [
        (json!({"replies": ["shout"]}), "unknown variant `shout`"),
        (json!({"time": 1}), "unknown field `time`"),
        (json!({"number": "555"}), "country code"),
    ] {
        let why = serde_json::from_value::<Script>(script).unwrap_err().to_string();
        assert!(why.contains(part), "{why}");
    }
}

fn walk(script: Value) -> SimulatedCall {
    simulate(&business(), &Flows::new(), &serde_json::from_value(script).unwrap())
}

/// Writes the steps that were done with, each with its outcome.
fn steps(walk: &SimulatedCall) -> String {
    let done = walk.path.iter().filter_map(|visit| Some(format!("{}.{}", visit.turn.step, visit.outcome.as_ref()?)));
    done.collect::<Vec<_>>().join(" ")
}
