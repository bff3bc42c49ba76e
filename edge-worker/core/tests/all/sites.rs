//! What a site's document may say.

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

/// A place, another value there, the fault's code and its place.
type Case<'a> = (&'a str, Value, &'a str, &'a str);

#[test]
fn each_fault_is_found_with_its_place() {
    let many = |count: usize, one: fn(usize) -> Value| Value::Array((0..count).map(one).collect());
    let long = "x".repeat(256);
    let table: [Case; 35] = [
        ("name", json!(""), "bad_name", "name"),
        ("name", json!(long), "bad_name", "name"),
        ("time_zone", json!("Atlantis/Center"), "bad_time_zone", "time_zone"),
        ("time_zone", json!(""), "bad_time_zone", "time_zone"),
        ("origins", json!([]), "no_origin", "origins"),
        ("origins/0", json!("harbor.example"), "bad_origin", "origins.harbor.example"),
        ("origins/0", json!("https://harbor.example/"), "bad_origin", "origins.https://harbor.example/"),
        ("origins/0", json!("https://Harbor.example"), "bad_origin", "origins.https://Harbor.example"),
        ("origins/0", json!("ftp://harbor.example"), "bad_origin", "origins.ftp://harbor.example"),
        ("origins/0", json!("https://*.example"), "bad_origin", "origins.https://*.example"),
        ("origins/0", json!("https://shop*.harbor.example"), "bad_origin", "origins.https://shop*.harbor.example"),
        ("origins/0", json!("*"), "bad_origin", "origins.*"),
        ("origins", many(51, |n| json!(format!("https://h{n}.example"))), "too_many", "origins"),
        ("targets", json!([]), "no_target", "targets"),
        ("targets/0/pool", json!("other"), "no_such_pool", "targets.+13125550142.pool"),
        ("pools/0/numbers", json!([]), "empty_pool", "pools.main.numbers"),
        ("pools/0/rules/cooldown_seconds", json!(60), "cooldown_shorter_than_grace", "pools.main.rules"),
        ("pools/0/area_codes", json!({ "illinois": ["312"] }), "bad_region", "pools.main.area_codes.illinois"),
        ("pools/0/rules/prefer_local", json!(true), "no_area_codes", "pools.main.area_codes"),
        ("pools/0/area_codes", json!({ "IL": ["31"] }), "bad_area_code", "pools.main.area_codes.IL.31"),
        ("pools/0/overflow", json!(POOL_NUMBER), "number_twice", "numbers.+13125550151"),
        ("source_numbers/0/number", json!(POOL_NUMBER), "number_twice", "numbers.+13125550151"),
        ("source_numbers/0/number", json!("+13125550142"), "number_twice", "numbers.+13125550142"),
        ("source_numbers/0/source", json!(""), "bad_source", "source_numbers.+13125550161.source"),
        ("source_numbers/0/source", json!(long), "bad_source", "source_numbers.+13125550161.source"),
        (
            "pools/0/numbers",
            many(5_001, |n| json!(format!("+1312{:07}", 6_000_000 + n))),
            "too_many",
            "pools.main.numbers",
        ),
        ("recordings", json!({ "keep_days": 0 }), "bad_keep_days", "recordings.keep_days"),
        ("transcription", json!({ "summary": true }), "summary_without_transcript", "transcription.summary"),
        ("transcription", json!({ "enabled": true, "language": "EN" }), "bad_language", "transcription.language"),
        ("transcription", json!({ "enabled": true, "tags": ["a", "a"] }), "tag_twice", "transcription.tags"),
        (
            "screening",
            json!({ "block": ["+19005550100", "+19005550100"] }),
            "listed_twice",
            "screening.block.+19005550100",
        ),
        (
            "screening",
            json!({ "block": ["+19005550100"], "allow": ["+19005550100"] }),
            "listed_both_ways",
            "screening.block.+19005550100",
        ),
        ("flow/start", json!("nowhere"), "start_missing", "flow.start"),
        ("flow/steps/office/next/busy", json!("nowhere"), "target_missing", "flow.steps.office.next.busy"),
        ("flow/steps/office/to", json!(POOL_NUMBER), "forwards_to_itself", "flow.steps.office.to"),
    ];
    for (place, value, code, at) in table {
        check(&[(place, value)], &[(code, at)]);
    }
    check(
        &[("destination", json!(POOL_NUMBER)), ("flow/steps/office/to", json!("+13125550198"))],
        &[("forwards_to_itself", "destination"), ("forwards_to_itself", "flow.settings.fallback")],
    );
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
fn all_faults_are_told_at_once() {
    let changes = [
        ("name", json!("")),
        ("time_zone", json!("Nowhere")),
        ("targets/0/pool", json!("other")),
        ("flow/steps/office/next/busy", json!("nowhere")),
    ];
    check(
        &changes,
        &[
            ("bad_name", "name"),
            ("bad_time_zone", "time_zone"),
            ("no_such_pool", "targets.+13125550142.pool"),
            ("target_missing", "flow.steps.office.next.busy"),
        ],
    );
}

#[test]
fn a_document_of_another_shape_is_refused_at_its_place() {
    let table = [
        ("nam", json!("Harbor"), "nam"),
        ("consent", json!("perhaps"), "consent"),
        ("destination", json!("555-0199"), "destination"),
        ("pools/0/numbers/0", json!("call us"), "pools[0].numbers[0]"),
        ("pools/0/rules/hold_seconds", json!("long"), "pools[0].rules.hold_seconds"),
        ("flow/steps/office/ring_seconds", json!("long"), "flow.steps.office.ring_seconds"),
    ];
    for (place, value, at) in table {
        let error = refused(&with(&[(place, value)]));
        assert_eq!(error.place, at, "{error}");
    }
    assert!(call_router::config_json::read::<SiteDocument>(b"{").is_err());
}

#[test]
fn each_shape_is_refused_with_its_code() {
    let hello = json!({ "version": 1, "start": "hello", "steps": { "hello": {} } });
    let two = json!(["+13125550199", { "number": "911" }]);
    let menu = json!({ "type": "menu", "say": "Hi.", "next": { "A": "end", "no_input": "end", "invalid": "end" } });
    let sound = json!({ "type": "greeting", "play": "http://h.example/a.mp3", "next": { "done": "end" } });
    let hours = json!({ "type": "schedule", "time_zone": "America/Chicago", "hours": { "mon": ["09:00-25:00"] },
                        "next": { "open": "end", "closed": "end" } });
    let table: [Case; 15] = [
        ("flow/steps/office/rings", json!(4), "unknown_field", "flow.steps.office.rings"),
        ("flow/steps/office/ring_seconds", json!("25"), "wrong_type", "flow.steps.office.ring_seconds"),
        ("flow/steps/office/to", two, "emergency_number", "flow.steps.office.to[1].number"),
        ("flow/steps/office/type", json!("teleport"), "unknown_word", "flow.steps.office.type"),
        ("flows", json!({ "night": hello }), "missing_field", "flows.night.steps.hello.type"),
        ("pools/0/rules/hold", json!(60), "unknown_field", "pools[0].rules.hold"),
        ("targets/0/number", json!("HELP"), "bad_value", "targets[0].number"),
        (
            "source_rules",
            json!([{ "id": "van", "when": "always", "uses": "no_swap" }]),
            "unknown_field",
            "source_rules[0].uses",
        ),
        ("flow/steps/office/to", json!("911"), "emergency_number", "flow.steps.office.to"),
        ("flow/steps/office/to", json!("office"), "bad_value", "flow.steps.office.to"),
        ("flow/steps/office", json!({ "type": "sing" }), "unknown_word", "flow.steps.office.type"),
        ("flow/steps/office/volume", json!(11), "unknown_field", "flow.steps.office.volume"),
        ("flow/steps/office", menu, "no_such_outcome", "flow.steps.office.next.A"),
        ("flow/steps/office", sound, "bad_audio_url", "flow.steps.office.play"),
        ("flow/steps/office", hours, "bad_hours", "flow.steps.office.hours.mon[0]"),
    ];
    for (place, value, code, at) in table {
        let error = refused(&with(&[(place, value)]));
        assert_eq!((&*error.code, &*error.place), (code, at), "{error}");
        assert!(error.to_string().ends_with('.'), "{error}");
    }
    let mut lacking = document();
    lacking.as_object_mut().unwrap().remove("destination");
    let error = refused(&lacking);
    assert_eq!((&*error.code, &*error.place), ("missing_field", "destination"), "{error}");
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

fn refused(document: &Value) -> call_router::config_json::ConfigError {
    call_router::config_json::read::<SiteDocument>(document.to_string().as_bytes()).unwrap_err()
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
