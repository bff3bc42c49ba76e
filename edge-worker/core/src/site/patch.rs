//! A change of a part of a document.

use serde_json::{Map, Value};

/// Deepest place that a patch changes: no document is half as deep.
const MAX_DEPTH: usize = 64;

/// Merges a patch into a document as RFC 7396 says: what it names replaces what stood there, null removes it, and lists are replaced
/// whole.
///
/// ```
/// use edge_core::site::merge_patch;
/// use serde_json::json;
///
/// let site = json!({ "name": "Harbor", "cookie_domain": "harbor.example", "recordings": { "keep_days": 30 } });
/// let patch = json!({ "cookie_domain": null, "recordings": { "keep_days": 90 } });
/// assert_eq!(merge_patch(site, &patch), json!({ "name": "Harbor", "recordings": { "keep_days": 90 } }));
/// ```
pub fn merge_patch(document: Value, patch: &Value) -> Value {
    merge(document, patch, MAX_DEPTH)
}

fn merge(document: Value, patch: &Value, depth: usize) -> Value {
    let Value::Object(changes) = patch else { return patch.clone() };
    let mut fields = match document {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    if depth == 0 {
        return Value::Object(fields);
    }
    for (name, change) in changes {
        if change.is_null() {
            fields.remove(name);
        } else {
            let before = fields.remove(name).unwrap_or_default();
            fields.insert(name.clone(), merge(before, change, depth - 1));
        }
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_examples_of_the_rfc() {
        let table = [
            (json!({ "a": "b" }), json!({ "a": "c" }), json!({ "a": "c" })),
            (json!({ "a": "b" }), json!({ "b": "c" }), json!({ "a": "b", "b": "c" })),
            (json!({ "a": "b" }), json!({ "a": null }), json!({})),
            (json!({ "a": "b", "b": "c" }), json!({ "a": null }), json!({ "b": "c" })),
            (json!({ "a": ["b"] }), json!({ "a": "c" }), json!({ "a": "c" })),
            (json!({ "a": "c" }), json!({ "a": ["b"] }), json!({ "a": ["b"] })),
            (json!({ "a": { "b": "c" } }), json!({ "a": { "b": "d", "c": null } }), json!({ "a": { "b": "d" } })),
            (json!({ "a": [{ "b": "c" }] }), json!({ "a": [1] }), json!({ "a": [1] })),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({ "a": "b" }), json!(["c"]), json!(["c"])),
            (json!({ "a": "foo" }), json!(null), json!(null)),
            (json!({ "a": "foo" }), json!("bar"), json!("bar")),
            (json!({ "e": null }), json!({ "a": 1 }), json!({ "e": null, "a": 1 })),
            (json!([1, 2]), json!({ "a": "b", "c": null }), json!({ "a": "b" })),
            (json!({}), json!({ "a": { "bb": { "ccc": null } } }), json!({ "a": { "bb": {} } })),
        ];
        for (document, patch, expected) in table {
            assert_eq!(merge_patch(document.clone(), &patch), expected, "{document} {patch}");
        }
    }

    #[test]
    fn a_patch_has_a_depth() {
        let deep = (0..200).fold(json!(1), |inner, _| json!({ "a": inner }));
        let mut merged = merge_patch(json!({}), &deep);
        let mut depth = 0;
        while let Some(inner) = merged.get_mut("a").map(Value::take) {
            merged = inner;
            depth += 1;
        }
        assert_eq!(depth, MAX_DEPTH);
    }
}
