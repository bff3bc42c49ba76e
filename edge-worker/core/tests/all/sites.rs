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
    for origin in ["http://localhost:8080", "https://www.harbor.example", "https://xn--mller-kva.example"] {
        check(&[("origins/-", json!(origin))], &[]);
    }
}

/// A place, another value there, the fault's code and its place.
type Case<'a> = (&'a str, Value, &'a str, &'a str);

#[test]
fn each_fault_is_found_with_its_place() {
    let many = |count: usize, one: fn(usize) -> Value| Value::Array((0..count).map(one).collect());
    let long = "x".repeat(256);
    let table: [Case; 31] = [
        ("name", json!(""), "bad_name", "name"),
        ("name", json!(long), "bad_name", "name"),
        ("time_zone", json!("Atlantis/Center"), "bad_time_zone", "time_zone"),
        ("time_zone", json!(""), "bad_time_zone", "time_zone"),
        ("origins", json!([]), "no_origin", "origins"),
        ("origins/0", json!("harbor.example"), "bad_origin", "origins.harbor.example"),
        ("origins/0", json!("https://harbor.example/"), "bad_origin", "origins.https://harbor.example/"),
        ("origins/0", json!("https://Harbor.example"), "bad_origin", "origins.https://Harbor.example"),
        ("origins/0", json!("ftp://harbor.example"), "bad_origin", "origins.ftp://harbor.example"),
        ("origins", many(51, |n| json!(format!("https://h{n}.example"))), "too_many", "origins"),
        ("targets", json!([]), "no_target", "targets"),
        ("targets/0/pool", json!("other"), "no_such_pool", "targets.+13125550142.pool"),
        ("pools/0/numbers", json!([]), "empty_pool", "pools.main.numbers"),
        ("pools/0/rules/cooldown_seconds", json!(60), "cooldown_shorter_than_grace", "pools.main.rules"),
        ("pools/0/area_codes", json!({ "illinois": ["312"] }), "bad_region", "pools.main.area_codes.illinois"),
        ("pools/0/rules/prefer_local", json!(true), "no_area_codes", "pools.main.area_codes"),
        ("pools/0/overflow", json!(POOL_NUMBER), "number_twice", "numbers.+13125550151"),
        ("source_numbers/0/number", json!(POOL_NUMBER), "number_twice", "numbers.+13125550151"),
        ("source_numbers/0/number", json!("+13125550142"), "number_twice", "numbers.+13125550142"),
        ("source_numbers/0/source", json!(""), "bad_source", "source_numbers.+13125550161.source"),
        ("source_numbers/0/source", json!(long), "bad_source", "source_numbers.+13125550161.source"),
        ("pools/0/numbers", many(501, |n| json!(format!("+1312{:07}", 6_000_000 + n))), "too_many", "pools"),
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
        let text = with(&[(place, value)]).to_string();
        let error = call_router::config_json::read::<SiteDocument>(text.as_bytes()).unwrap_err();
        assert_eq!(error.place, at, "{error}");
    }
    assert!(call_router::config_json::read::<SiteDocument>(b"{").is_err());
}
