//! The JSON Schema of call flows. What it accepts and refuses is tested with ajv (`tests/tools/schema.test.mjs`).

use std::{fs, path::Path};

use call_router::flow::schema;
use serde_json::Value;

/// Where the package takes the schema from.
const COMMITTED: &str = "../dni-wasm/npm/flow.schema.json";
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
fn it_speaks_to_people() {
    let schema = schema::schema();
    assert_eq!(schema.get("$schema").unwrap(), "https://json-schema.org/draft/2020-12/schema");
    let text = schema.as_value().to_string();
    for rust in ["[`", "::", "```"] {
        assert!(!text.contains(rust), "a description has words of Rust: {rust}");
    }
}
