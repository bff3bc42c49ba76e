//! The JSON Schema of call flows, against a validator that shares nothing with the project.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::{fs, path::Path};

use call_router::flow::schema;
use jsonschema::Validator;
use serde_json::Value;

/// Where the package takes the schema from.
const COMMITTED: &str = "../dni-wasm/npm/flow.schema.json";
/// The bad flows whose fault is one of shape, which is what a schema can see.
const OF_SHAPE: [&str; 31] = [
    "condition_beyond_a_hundred",
    "condition_on_something_unknown",
    "day_that_is_none",
    "emergency_number",
    "emergency_number_abroad",
    "emergency_number_with_country_code",
    "geo_without_areas",
    "hours_written_otherwise",
    "menu_key_of_two",
    "menu_tries_and_wait",
    "message_too_long",
    "no_steps",
    "nobody_to_ring",
    "number_with_letters",
    "number_without_country_code",
    "rings_too_long",
    "rings_too_short",
    "sound_file_in_the_clear",
    "step_name_with_space",
    "strategy_unknown",
    "tag_of_nothing",
    "tag_with_a_space",
    "too_many_steps",
    "too_much_to_say",
    "unknown_field",
    "unknown_field_of_a_hangup",
    "unknown_field_of_a_step",
    "unknown_outcome",
    "unknown_setting",
    "unknown_step_type",
    "version_below_zero",
];

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(COMMITTED);
    let committed: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(
        committed == *schema::schema().as_value(),
        "write it anew: cargo run --package call-router --features schema --example flow_schema > dni-wasm/npm/flow.schema.json"
    );
}

#[test]
fn it_is_a_schema_of_its_draft() {
    let schema = schema::schema();
    assert_eq!(schema.get("$schema").unwrap(), "https://json-schema.org/draft/2020-12/schema");
    assert!(jsonschema::draft202012::meta::is_valid(schema.as_value()));
    let text = schema.as_value().to_string();
    for rust in ["[`", "::", "```"] {
        assert!(!text.contains(rust), "a description has words of Rust: {rust}");
    }
}

#[test]
fn good_flows_pass() {
    let validator = validator();
    for (name, flow) in fixtures("good") {
        let errors: Vec<_> =
            validator.iter_errors(&flow).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn bad_flows_of_another_shape_do_not() {
    let validator = validator();
    let refused: Vec<_> = fixtures("bad")
        .into_iter()
        .filter(|(_, fixture)| !validator.is_valid(fixture.get("flow").unwrap()))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(refused, OF_SHAPE);
}

fn validator() -> Validator {
    jsonschema::draft202012::new(schema::schema().as_value()).unwrap()
}

/// The fixtures by their names, in order.
fn fixtures(folder: &str) -> Vec<(String, Value)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/flow").join(folder);
    let mut fixtures: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap())
        })
        .collect();
    fixtures.sort_by(|(one, _), (other, _)| one.cmp(other));
    fixtures
}
