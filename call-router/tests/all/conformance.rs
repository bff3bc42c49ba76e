//! The shared conformance data, where it stands beside the checkout.

use std::path::Path;

use serde_json::Value;

/// Reads one file of it; `None`, and a line that says so, where the folder is not there.
pub fn load(file: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no conformance data at {}", path.display());
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}
