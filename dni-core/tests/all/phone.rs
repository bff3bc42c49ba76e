//! Numbers in texts, against what libphonenumber finds in them.

use std::collections::BTreeMap;
#[cfg(feature = "international")]
use std::collections::BTreeSet;
use std::path::Path;

use dni_core::phone::{E164, FoundNumber, Region, find_numbers, is_valid, page_pattern};
#[cfg(feature = "international")]
use dni_core::phone::{NumberTexts, format_with};
#[cfg(feature = "international")]
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType};
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

/// Of every region, every kind of number in the place of every other, however the page writes that.
#[cfg(feature = "international")]
#[test]
fn what_is_shown_dials_the_number_in_every_region() {
    let wrong: Vec<String> = PHONE_NUMBER_UTIL.get_supported_regions().flat_map(wrongly_shown).collect();
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[cfg(feature = "international")]
fn wrongly_shown(region: rlibphonenumber::Region) -> Vec<String> {
    let kinds = [
        PhoneNumberType::FixedLine,
        PhoneNumberType::Mobile,
        PhoneNumberType::TollFree,
        PhoneNumberType::PremiumRate,
        PhoneNumberType::SharedCost,
        PhoneNumberType::VoIP,
        PhoneNumberType::PersonalNumber,
        PhoneNumberType::Pager,
        PhoneNumberType::UAN,
        PhoneNumberType::VoiceMail,
    ];
    let example = |kind| PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind).ok();
    let format = |number: PhoneNumber| PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned();
    // Numbers of fewer digits than anybody calls from abroad are none to us.
    let numbers = kinds.into_iter().filter_map(example).filter_map(|number| E164::parse(&format(number)).ok());
    let texts: Vec<NumberTexts> = numbers.map(NumberTexts::of).collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for number in &texts {
        for target in &texts {
            for written in ways_to_write(target) {
                let shown = format_with(number, target.number, number.has_form_of(target), &written);
                let is_abroad = written.starts_with('+') || written.starts_with("00");
                if !seen.insert((number.number, is_abroad, shown.clone())) {
                    continue;
                }
                let expected = if is_abroad { &number.international } else { &number.national };
                let prefix = if shown.starts_with("00") { "00" } else { "" };
                let as_written = digits(&shown) == [prefix, &digits(expected)].concat();
                // What is dialled before a country code is not the same everywhere.
                let written_out = shown.strip_prefix("00").map_or_else(|| shown.clone(), |rest| ["+", rest].concat());
                let dialled = PHONE_NUMBER_UTIL.parse(&written_out, Some(region)).map(format);
                // Without a plus, country code and number stand in links to WhatsApp.
                let is_link = digits(&written) == target.number.digits() && shown == number.number.digits();
                let is_right = as_written && dialled.as_deref() == Ok(number.number.as_str());
                if !is_right && !is_link {
                    wrong.push(format!("{region}: {} for {written:?} shows {shown:?}", number.number));
                }
            }
        }
    }
    wrong
}

/// Returns the ways in which people write a number on a page.
#[cfg(feature = "international")]
fn ways_to_write(texts: &NumberTexts) -> Vec<String> {
    let NumberTexts { number, national, international } = texts;
    vec![
        national.clone(),
        international.clone(),
        number.as_str().to_owned(),
        number.digits().to_owned(),
        digits(national),
        national.replace([' ', '-'], "."),
        national.replace(['(', ')'], "").replace(' ', "\u{a0}"),
        international.replace([' ', '-'], "/"),
        ["00", &international.replace('+', "")].concat(),
    ]
}

#[cfg(feature = "international")]
fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
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
