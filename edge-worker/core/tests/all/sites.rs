//! What a site's document may say.

use std::fs;
use std::path::Path;

use call_router::config_json::ConfigError;
use edge_core::site::SiteDocument;
use serde_json::{Value, json};

use super::harbor::{POOL_NUMBER, document};

/// The document with another value at a place: `pools/0/rules/grace_seconds`; a last part that is new is added.
fn with(changes: &[(&str, Value)]) -> Value {
    let mut document = document();
    for (place, value) in changes {
        let (parent, name) = place.rsplit_once('/').unwrap_or(("", place));
        let pointer = if parent.is_empty() { String::new() } else { format!("/{parent}") };
        match document.pointer_mut(&pointer).unwrap() {
            Value::Array(list) if name == "-" => list.push(value.clone()),
            Value::Array(list) => list[name.parse::<usize>().unwrap()] = value.clone(),
            Value::Object(fields) => drop(fields.insert((*name).to_owned(), value.clone())),
            other => panic!("{place} is in {other}"),
        }
    }
    document
}

fn check(changes: &[(&str, Value)], expected: &[(&str, &str)]) {
    let text = with(changes).to_string();
    let document: SiteDocument = call_router::config_json::read(text.as_bytes()).unwrap();
    let faults = document.check();
    let found: Vec<_> = faults.iter().map(|fault| (&*fault.code, fault.place.as_str())).collect();
    assert_eq!(found, expected, "{changes:?}");
    for fault in &faults {
        assert!(fault.message.ends_with('.'), "{}: {}", fault.code, fault.message);
    }
}

#[test]
fn a_good_site_has_no_fault() {
    check(&[], &[]);
    for zone in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata"] {
        check(&[("time_zone", json!(zone))], &[]);
    }
    for origin in [
        "http://localhost:8080",
        "https://www.harbor.example",
        "https://xn--mller-kva.example",
        "https://*.harbor.example",
        "http://*.harbor.example:8080",
    ] {
        check(&[("origins/-", json!(origin))], &[]);
    }
}

#[test]
fn an_abbreviated_zone_is_refused_with_the_zone_to_write_at_both_places() {
    let table = [
        ("CST", "America/Chicago"),
        ("PST", "America/Los_Angeles"),
        ("IST", "Asia/Kolkata"),
        ("EST", "America/New_York"),
        ("MST", "America/Phoenix"),
        ("BST", "Europe/London"),
        ("AEST", "Australia/Sydney"),
        ("Eastern Time", "America/New_York"),
    ];
    for (zone, instead) in table {
        let schedule = json!({ "type": "schedule", "time_zone": zone, "hours": { "mon": ["09:00-17:00"] },
            "next": { "open": "office", "closed": "end" } });
        let changes = [("time_zone", json!(zone)), ("flow/steps/hours", schedule), ("flow/start", json!("hours"))];
        let document: SiteDocument = serde_json::from_value(with(&changes)).unwrap();
        let faults = document.check();
        let found: Vec<_> = faults.iter().map(|fault| (&*fault.code, fault.place.as_str())).collect();
        let expected = [("bad_time_zone", "time_zone"), ("unknown_time_zone", "flow.steps.hours.time_zone")];
        assert_eq!(found, expected, "{zone}");
        assert!(faults.iter().all(|fault| fault.message.contains(instead)), "{zone}: {faults:?}");
    }
}

/// Those in `good` can be published; those in `bad` are harbor.json with changes, and say why not: where it cannot be read, the
/// one place, else all faults.
#[test]
fn the_fixtures_are_published_or_refused_as_they_say() {
    for (name, site) in fixtures("good") {
        let read: SiteDocument = call_router::config_json::read(site.to_string().as_bytes())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((read.check(), read.warnings()), (Vec::new(), Vec::new()), "{name}");
    }
    for (name, fixture) in fixtures("bad") {
        let changes: Vec<_> = fixture["changes"].as_object().unwrap().iter().collect();
        let changes: Vec<_> = changes.iter().map(|(place, value)| (place.as_str(), (*value).clone())).collect();
        let text = with(&changes).to_string();
        let found = match call_router::config_json::read::<SiteDocument>(text.as_bytes()) {
            Ok(site) => {
                site.check().iter().map(|fault| said(&name, &fault.code, &fault.place, &fault.message)).collect()
            }
            Err(error) => said(&name, &error.code, &error.place, &error.to_string()),
        };
        assert_eq!(found, fixture["expect"], "{name}");
    }
}

fn fixtures(folder: &str) -> Vec<(String, Value)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/site").join(folder);
    let files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.display().to_string(), serde_json::from_slice(&fs::read(&path).unwrap()).unwrap())).collect()
}

fn said(name: &str, code: &str, place: &str, message: &str) -> Value {
    assert!(message.ends_with('.'), "{name}: {message}");
    json!({ "code": code, "place": place })
}

#[test]
fn a_pool_has_a_number_of_numbers() {
    let many = (0..5_001).map(|n| json!(format!("+1312{:07}", 6_000_000 + n))).collect();
    check(&[("pools/0/numbers", Value::Array(many))], &[("too_many", "pools.main.numbers")]);
}

#[test]
fn rules_know_the_hosts_below_a_wildcard() {
    let below = |when: Value| {
        let rule = json!([{ "id": "rule-one", "when": when, "use": "no_swap" }]);
        [("origins", json!(["https://*.harbor.example"])), ("source_rules", rule)]
    };
    let at = "source_rules.rule-one.when.host";
    for host in ["shop.harbor.example", "harbor.example"] {
        check(&below(json!({ "landing_page": { "host": host, "path": "/spring" } })), &[]);
        check(&below(json!({ "referrer": { "host": host } })), &[("own_referrer", at)]);
    }
    for host in ["harbor.test", "evilharbor.example"] {
        check(&below(json!({ "landing_page": { "host": host, "path": "/spring" } })), &[("host_elsewhere", at)]);
        check(&below(json!({ "referrer": { "host": host } })), &[]);
    }
}

#[test]
fn what_is_missing_is_named() {
    let mut lacking = document();
    lacking.as_object_mut().unwrap().remove("destination");
    let error = refused(lacking.to_string().as_bytes());
    assert_eq!((&*error.code, &*error.place), ("missing_field", "destination"), "{error}");
    assert_eq!(refused(b"{").code, "no_json");
}

/// The faults of a flow, each with the steps that have it: its first is `office`, and `end` hangs up.
#[test]
fn each_fault_of_a_flow_is_found_with_its_place_in_the_site() {
    let forward =
        |more: &[(&str, Value)]| step(json!({ "type": "forward", "to": "+13125550199", "next": next() }), more);
    let schedule = |more: &[(&str, Value)]| {
        let hours = json!({ "mon": ["09:00-17:00"] });
        let next = json!({ "open": "end", "closed": "end" });
        step(json!({ "type": "schedule", "time_zone": "America/Chicago", "hours": hours, "next": next }), more)
    };
    let geo = |more: &[(&str, Value)]| {
        let areas = json!([{ "name": "il", "states": ["IL"] }]);
        step(json!({ "type": "geo", "areas": areas, "next": { "il": "end", "otherwise": "end" } }), more)
    };
    let greeting = |more: &[(&str, Value)]| step(json!({ "type": "greeting", "next": { "done": "end" } }), more);
    let next_with = |name: &str, value: Value| step(next(), &[(name, value)]);
    let weightless = json!([{ "number": "+13125550198", "weight": 0 }]);
    let tags: Vec<_> = (0..51).map(|n| format!("t{n}")).collect();
    let areas = json!([{ "name": "il", "states": ["IL"] }, { "name": "il", "zips": ["606"] }]);
    let elsewhere = json!({ "il": "end", "otherwise": "end", "wi": "end" });
    let table: [(&str, Value, &str); 19] = [
        ("target_missing", forward(&[("next", next_with("busy", json!("nowhere")))]), "next.busy"),
        ("flow_missing", json!({ "type": "go_to", "flow": "night" }), "flow"),
        ("unwired_outcome", forward(&[("next", next_with("canceled", Value::Null))]), "next.canceled"),
        ("unknown_outcome", geo(&[("next", elsewhere)]), "next.wi"),
        ("endless_loop", greeting(&[("say", json!("Hi.")), ("next", json!({ "done": "office" }))]), "next"),
        ("forwards_to_itself", forward(&[("to", json!(POOL_NUMBER))]), "to"),
        ("premium_number", forward(&[("to", json!("+19005550142"))]), "to"),
        ("number_twice", forward(&[("to", json!(["+13125550198", "+13125550198"]))]), "to"),
        ("no_weight", forward(&[("to", weightless), ("strategy", json!("weighted"))]), "to"),
        ("too_many", json!({ "type": "tag", "add": tags, "next": { "done": "end" } }), "add"),
        ("out_of_range", forward(&[("ring_seconds", json!(121))]), "ring_seconds"),
        ("nothing_to_say", greeting(&[("say", json!(" "))]), "say"),
        ("says_and_plays", greeting(&[("say", json!("Hi.")), ("play", json!("https://h.example/a.mp3"))]), "say"),
        ("nothing_asked", json!({ "type": "condition", "if": {}, "next": { "yes": "end", "no": "end" } }), "if"),
        (
            "key_not_named",
            json!({ "type": "challenge", "say": "Press a key.", "next": { "passed": "end", "failed": "end" } }),
            "say",
        ),
        ("unknown_placeholder", forward(&[("whisper", json!("From [sorce]."))]), "whisper"),
        ("unknown_time_zone", schedule(&[("time_zone", json!("Mars/Base"))]), "time_zone"),
        ("never_opens", schedule(&[("hours", json!({}))]), "hours"),
        ("area_twice", geo(&[("areas", areas)]), "areas"),
    ];
    for (code, office, field) in table {
        let steps = json!({ "office": office, "end": { "type": "hangup" } });
        expect_flow_fault(&[("flow/steps", steps)], code, &format!("flow.steps.office.{field}"));
    }
    let many: serde_json::Map<_, _> = (0..51).map(|n| (format!("s{n}"), json!({ "type": "hangup" }))).collect();
    expect_flow_fault(&[("flow/steps", Value::Object(many))], "too_many_steps", "flow.steps");
    let silent = json!({ "recording": { "announce": "never", "state": "CA" } });
    let recorded = [("flow/steps/office/record", json!(true)), ("flow/settings", silent)];
    expect_flow_fault(&recorded, "recording_unannounced", "flow.settings.recording.announce");
}

fn next() -> Value {
    json!({ "answered": "end", "no_answer": "end", "busy": "end", "failed": "end", "canceled": "end" })
}

fn step(mut fields: Value, more: &[(&str, Value)]) -> Value {
    for (name, value) in more {
        fields[*name] = value.clone();
    }
    fields
}

/// Checks that the fault is among those found: one mistake can lead to more.
fn expect_flow_fault(changes: &[(&str, Value)], code: &str, place: &str) {
    let text = with(changes).to_string();
    let document: SiteDocument = call_router::config_json::read(text.as_bytes()).unwrap();
    let faults = document.check();
    let fault = faults.iter().find(|fault| fault.code == code).unwrap_or_else(|| panic!("{code} in {faults:?}"));
    assert_eq!(fault.place, place, "{code}");
    let (what, repair) = fault.message.split_once(". ").unwrap();
    assert!(what.starts_with(char::is_uppercase) && repair.ends_with('.'), "{}", fault.message);
}

fn refused(text: &[u8]) -> ConfigError {
    call_router::config_json::read::<SiteDocument>(text).unwrap_err()
}

#[test]
fn what_a_carrier_cannot_do_is_a_warning() {
    use call_router::carrier::Carrier;

    let forward = json!({ "type": "forward", "to": ["+13125550197", "+13125550198"], "accept": true,
        "next": { "answered": "message", "no_answer": "message", "busy": "message", "failed": "refuse", "canceled": "end" } });
    let changes = [
        ("flow/steps/office", forward),
        ("flow/steps/refuse", json!({ "type": "reject" })),
        ("flow/settings", json!({ "recording": { "on": true } })),
    ];
    let document: SiteDocument = serde_json::from_value(with(&changes)).unwrap();
    assert_eq!(document.check(), []);
    let steps = |carriers: &[Carrier]| {
        let warnings = document.warnings_at(carriers);
        assert!(warnings.iter().all(|warning| warning.code == "carrier_cannot" && warning.message.ends_with('.')));
        warnings.into_iter().map(|warning| warning.place.replace("flow.steps.", "")).collect::<Vec<_>>()
    };
    for carrier in [Carrier::Twilio, Carrier::SignalWire, Carrier::Telnyx, Carrier::Plivo] {
        assert_eq!(steps(&[carrier]), [""; 0], "{carrier:?}");
    }
    assert_eq!(steps(&[Carrier::Bandwidth]), ["refuse"]);
    assert_eq!(steps(&[Carrier::Jambonz]), ["message", "office.record"]);
    let vonage = ["office.to", "office.accept", "office.caller_id", "office.next.answered", "refuse"];
    assert_eq!(steps(&[Carrier::Vonage]), vonage);
    assert_eq!(steps(&[]), [""; 0]);
    assert_eq!(steps(&[Carrier::Twilio, Carrier::Bandwidth, Carrier::Jambonz]).len(), 3);
}
