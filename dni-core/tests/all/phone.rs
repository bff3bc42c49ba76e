//! Numbers in texts, against what libphonenumber finds in them.

use std::collections::BTreeMap;
use std::path::Path;

use dni_core::phone::{E164, FoundNumber, Region, find_numbers, is_valid, page_pattern};
use serde_json::Value;

const FIXTURE: &str = include_str!("../fixtures/phone/find_numbers.json");

#[test]
fn nanp_texts_agree_with_libphonenumber() {
    assert!(check("nanp") > 500);
}

#[cfg(feature = "international")]
#[test]
fn international_texts_agree_with_libphonenumber() {
    assert!(check("international") > 50);
}

/// What the browser tests' stand-in for the edge answers, as the worker would.
#[test]
fn the_patterns_of_the_browser_tests_are_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/browser/targets.json");
    let known = std::fs::read_to_string(&path).unwrap();
    let numbers: BTreeMap<E164, String> = serde_json::from_str(&known).unwrap();
    let patterns: BTreeMap<E164, String> = numbers.into_keys().map(|number| (number, page_pattern(number))).collect();
    let text = serde_json::to_string_pretty(&patterns).unwrap() + "\n";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &text).unwrap();
    } else {
        assert_eq!(known, text, "write it anew: UPDATE_SNAPSHOTS=1 cargo test -p dni-core");
    }
}

/// The shared conformance data, where it stands beside the checkout.
#[test]
fn verdicts_agree_with_libphonenumber() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance/nanp.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no conformance data at {}", path.display());
        return;
    };
    let data: Value = serde_json::from_str(&text).unwrap();
    for case in data["numbers"].as_array().unwrap() {
        let number = E164::parse(case["input"].as_str().unwrap());
        let expected = case["valid"].as_bool().unwrap_or_default();
        match number.map(is_valid) {
            Ok(Some(valid)) => assert_eq!(valid, expected, "{case}"),
            Ok(None) => {} // another country's, without the feature
            Err(_) => assert!(!expected, "{case}"),
        }
    }
}

/// Checks every text of a kind; returns how many there are.
fn check(kind: &str) -> usize {
    let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
    let cases = fixture[kind].as_array().unwrap();
    let wrong: Vec<String> = cases.iter().filter_map(difference).collect();
    assert!(wrong.is_empty(), "{} of {} texts:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    cases.len()
}

fn difference(case: &Value) -> Option<String> {
    let text = case["text"].as_str().unwrap();
    let region = Region::parse(case["region"].as_str().unwrap()).unwrap();
    let found = find_numbers(text, region);
    let got: Vec<Value> = found.iter().map(as_json).collect();
    (Value::from(got.clone()) != case["found"]).then(|| format!("{text:?}: {got:?}, not {}", case["found"]))
}

fn as_json(found: &FoundNumber) -> Value {
    serde_json::json!({
        "number": found.number.as_str(),
        "extension": found.extension.map(|extension| extension.to_string()),
        "start": found.range.start,
        "end": found.range.end,
    })
}
