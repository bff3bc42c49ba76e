//! The JSON Schema of a site. What it accepts and refuses is tested with ajv (`tests/tools/schema.test.mjs`).

use std::fs;
use std::path::Path;

use edge_core::site::schema;

/// Where the package takes the schema from, and the API's description.
const COMMITTED: &str = "../../dni-wasm/npm/site.schema.json";

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(COMMITTED);
    let text = format!("{:#}\n", schema::schema().as_value());
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "write it anew: UPDATE_SNAPSHOTS=1 cargo test -p edge-core --features schema");
}

#[test]
fn it_speaks_to_people() {
    let text = schema::schema().as_value().to_string();
    for rust in ["[`", "::", "```", "`None`"] {
        assert!(!text.contains(rust), "a description has words of Rust: {rust}");
    }
}

#[test]
fn flows_in_it_are_those_of_the_schema_of_a_flow() {
    let (site, flow) = (schema::schema(), call_router::flow::schema::schema());
    let defined = &site.as_value()["$defs"];
    assert_eq!(defined["Flow"]["properties"], flow.as_value()["properties"]);
    for (name, definition) in flow.as_value()["$defs"].as_object().unwrap() {
        assert_eq!(defined[name], *definition, "{name}");
    }
}
