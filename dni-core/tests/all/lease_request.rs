//! What a browser may send: which bodies are read, and what is made of absurd ones.

use dni_core::id::LeaseId;
use dni_core::visit::{History, Touch};
use dni_core::wire::{BeatRequest, Consent, LeaseRequest, Signal};
use serde_json::{Value, json};

const NOW: u64 = 1_790_000_000_000;
const VISITOR: &str = "0123456789abcdef0123456789abcdef";
/// Longest address that is kept, in bytes.
const MAX_ADDRESS: usize = 4_096;

#[test]
fn bodies_that_are_no_request_are_refused() {
    let deep = format!("{{\"site\":{}", "[".repeat(20_000));
    let cases = [
        ("no JSON", "{\"site\":".to_owned()),
        ("nothing", String::new()),
        ("a list", "[]".to_owned()),
        ("deep nesting", deep),
        ("no visitor", without("visitor")),
        ("no site", without("site")),
        ("no clock", without("now")),
        ("no arrival", without("arrival")),
        ("a visitor of another form", with("visitor", json!("../../etc"))),
        ("a visitor in capitals", with("visitor", json!(VISITOR.to_ascii_uppercase()))),
        ("a site of another form", with("site", json!("no/such"))),
        ("targets that are no texts", with("targets", json!([13_125_550_142_u64]))),
        ("a pool of another form", with("pools", json!(["two words"]))),
        ("a time before all time", with("now", json!(-1))),
        ("a time that is a text", with("now", json!("now"))),
        ("a consent that there is not", with("consent", json!("perhaps"))),
        ("touches that are none", with("history", json!({ "touches": [1] }))),
    ];
    for (what, body) in cases {
        assert!(serde_json::from_str::<LeaseRequest>(&body).is_err(), "{what}");
    }
    assert!(serde_json::from_slice::<LeaseRequest>(&[0xff, 0xfe, 0x00]).is_err(), "no text");
}

#[test]
fn a_request_says_as_little_as_it_likes() {
    let read: LeaseRequest = serde_json::from_value(good()).unwrap();
    assert_eq!((read.history, read.targets.len(), read.pools.len()), (None, 0, 0));
    assert_eq!((read.consent, read.link, read.test, read.page.is_empty()), (Consent::Unknown, None, false, true));
    let more = [
        ("what a later browser adds", "colour", json!("blue")),
        ("no history", "history", Value::Null),
        ("an empty history", "history", json!({})),
        ("thirty-three targets, which the edge counts", "targets", json!(vec!["+13125550142"; 33])),
        ("targets as their owner wrote them, which the edge reads", "targets", json!(["(312) 555-0142, 555-HELP"])),
        ("no targets, as older pages say it", "targets", Value::Null),
    ];
    for (what, field, value) in more {
        assert!(serde_json::from_str::<LeaseRequest>(&with(field, value)).is_ok(), "{what}");
    }
    let beat = json!({ "site": "harbor", "visitor": VISITOR, "leases": ["", "'; --"] });
    assert_eq!(serde_json::from_value::<BeatRequest>(beat).unwrap().signal, Signal::Visible);
}

#[test]
fn absurd_addresses_cost_nothing() {
    let landing = format!(
        "https://harbor.example/?utm_source={}&gclid={}&x=%ZZ&%&&&=",
        "%F0%9F%98%80".repeat(900),
        "a".repeat(9_000)
    );
    let arrival = json!({ "at": NOW, "url": landing, "referrer": "javascript:alert(1)" });
    let read: LeaseRequest = serde_json::from_str(&with("arrival", arrival)).unwrap();
    let mut history = History::default();
    assert!(history.arrive(read.arrival, &[]));
    let [kept] = history.touches.as_slice() else { panic!("{history:?}") };
    assert!(kept.url.as_str().len() <= MAX_ADDRESS);
    assert_eq!(kept.referrer.as_str(), "");
    assert!(Touch::read(kept, &[]).source.len() <= 255);
}

#[test]
fn what_is_no_lease_is_read_as_none() {
    let cases = [
        ("a lease", "main.13125550151.1790000000000", true),
        ("a lease of the beginning of time", "main.13125550151.1", true),
        ("nothing", "", false),
        ("a pool alone", "main", false),
        ("no time", "main.13125550151", false),
        ("a number that is none", "main.12.1", false),
        ("a time that is none", "main.13125550151.-1", false),
        ("something behind", "main.13125550151.1.2", false),
        ("a piece of SQL", "'; --", false),
    ];
    for (what, text, is_lease) in cases {
        assert_eq!(text.parse::<LeaseId>().is_ok(), is_lease, "{what}");
    }
    assert!("x".repeat(300).parse::<LeaseId>().is_err(), "a long text");
}

fn good() -> Value {
    let arrival = json!({ "at": NOW, "url": "https://harbor.example/", "referrer": "" });
    json!({ "site": "harbor", "visitor": VISITOR, "now": NOW, "arrival": arrival })
}

fn with(field: &str, value: Value) -> String {
    let mut body = good();
    body[field] = value;
    body.to_string()
}

fn without(field: &str) -> String {
    let mut body = good();
    body.as_object_mut().unwrap().remove(field).unwrap();
    body.to_string()
}
