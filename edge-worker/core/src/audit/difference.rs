//! What is different between two documents.

use core::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Most changes that a difference tells one by one.
const MAX_CHANGES: usize = 200;
/// Longest value that a change repeats, in bytes of JSON. A longer one is told by its length.
const MAX_VALUE: usize = 500;

/// What is different between two documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// The changes, in the order of their places.
    pub changes: Vec<Change>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: usize,
}

/// One place that is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// Where: `pools.main.numbers[2]`; a list's entries with an id are named by it.
    pub place: String,
    /// What stood there; not there if nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub before: Option<Value>,
    /// What stands there; not there if nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub after: Option<Value>,
}

impl Difference {
    /// Says whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Finds what is different between two documents.
///
/// A field that is null and one that is not there are the same, as they are to whoever reads the documents.
///
/// ```
/// use edge_core::audit::difference;
/// use serde_json::json;
///
/// let found = difference(&json!({ "name": "Harbor", "pools": [{ "id": "main", "grace": 60 }] }),
///                        &json!({ "name": "Harbor", "pools": [{ "id": "main", "grace": 90 }] }));
/// assert_eq!(json!(found), json!({ "changes": [{ "place": "pools.main.grace", "before": 60, "after": 90 }] }));
/// ```
pub fn difference(before: &Value, after: &Value) -> Difference {
    let mut found = Difference::default();
    compare(&mut found, &mut String::new(), before, after);
    found
}

fn compare(found: &mut Difference, place: &mut String, before: &Value, after: &Value) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(before), Value::Object(after)) => compare_fields(found, place, before, after),
        (Value::Array(before), Value::Array(after)) => compare_entries(found, place, before, after),
        _ if found.changes.len() == MAX_CHANGES => found.more += 1,
        _ => found.changes.push(Change { place: place.clone(), before: told(before), after: told(after) }),
    }
}

fn compare_fields(found: &mut Difference, place: &mut String, before: &Map<String, Value>, after: &Map<String, Value>) {
    let new = after.keys().filter(|name| !before.contains_key(*name));
    for name in before.keys().chain(new) {
        let dot = if place.is_empty() { "" } else { "." };
        let part = [dot, name].concat();
        at(place, &part, |place| compare(found, place, field(before, name), field(after, name)));
    }
}

/// Entries that have ids are compared by them, so that one which is put in front makes one change and not one for each behind it.
fn compare_entries(found: &mut Difference, place: &mut String, before: &[Value], after: &[Value]) {
    if let (Some(before), Some(after)) = (by_id(before), by_id(after)) {
        return compare_fields(found, place, &before, &after);
    }
    for index in 0..before.len().max(after.len()) {
        let entry = |list: &[Value]| list.get(index).cloned().unwrap_or(Value::Null);
        at(place, &format!("[{index}]"), |place| compare(found, place, &entry(before), &entry(after)));
    }
}

/// Returns a list's entries by their ids; `None` if one has none, or one that another has too.
fn by_id(list: &[Value]) -> Option<Map<String, Value>> {
    let mut entries = Map::new();
    for entry in list {
        let id = entry.get("id")?.as_str()?;
        if entries.insert(id.to_owned(), entry.clone()).is_some() {
            return None;
        }
    }
    Some(entries)
}

fn at(place: &mut String, part: &str, work: impl FnOnce(&mut String)) {
    let length = place.len();
    place.push_str(part);
    work(place);
    place.truncate(length);
}

fn field<'a>(fields: &'a Map<String, Value>, name: &str) -> &'a Value {
    fields.get(name).unwrap_or(&Value::Null)
}

/// Repeats a value, if it is there and short.
fn told(value: &Value) -> Option<Value> {
    if value.is_null() {
        return None;
    }
    let length = value.to_string().len();
    let mut shown = String::new();
    if length <= MAX_VALUE {
        return Some(value.clone());
    }
    let _ = write!(shown, "({length} bytes of JSON)");
    Some(shown.into())
}

/// A null that is there: serde would take it for nothing.
fn some<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(before: &Value, after: &Value, expected: &Value) {
        assert_eq!(json!(difference(before, after).changes), *expected, "{before} {after}");
    }

    #[test]
    fn each_change_is_told_with_its_place() {
        check(&json!({ "a": 1 }), &json!({ "a": 1 }), &json!([]));
        check(&json!({ "a": 1, "b": null }), &json!({ "a": 1 }), &json!([]));
        check(&json!({ "a": 1 }), &json!({ "a": 2 }), &json!([{ "place": "a", "before": 1, "after": 2 }]));
        check(&json!({ "a": 1 }), &json!({}), &json!([{ "place": "a", "before": 1 }]));
        check(&json!({}), &json!({ "a": { "b": 1 } }), &json!([{ "place": "a", "after": { "b": 1 } }]));
        check(
            &json!({ "a": { "b": [1, 2] } }),
            &json!({ "a": { "b": [1, 3, 4] } }),
            &json!([
                { "place": "a.b[1]", "before": 2, "after": 3 }, { "place": "a.b[2]", "after": 4 },
            ]),
        );
        check(&json!({ "a": 1 }), &json!({ "a": "1" }), &json!([{ "place": "a", "before": 1, "after": "1" }]));
        check(&json!(1), &json!(2), &json!([{ "place": "", "before": 1, "after": 2 }]));
    }

    #[test]
    fn entries_with_ids_are_told_by_them() {
        let pools = |ids: &[&str]| json!(ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>());
        check(&pools(&["main"]), &pools(&["new", "main"]), &json!([{ "place": "new", "after": { "id": "new" } }]));
        check(&pools(&["main", "old"]), &pools(&["main"]), &json!([{ "place": "old", "before": { "id": "old" } }]));
        check(&pools(&["a", "a"]), &pools(&["a", "b"]), &json!([{ "place": "[1].id", "before": "a", "after": "b" }]));
    }

    #[test]
    fn it_has_an_end() {
        let list = |from: u32| json!((from..from + 300).collect::<Vec<_>>());
        let found = difference(&list(0), &list(1_000));
        assert_eq!((found.changes.len(), found.more), (MAX_CHANGES, 100));
        let long = difference(&json!({ "a": "x".repeat(600) }), &json!({}));
        assert_eq!(json!(long.changes), json!([{ "place": "a", "before": "(602 bytes of JSON)" }]));
        let read: Difference = serde_json::from_value(json!(found)).unwrap();
        assert_eq!(read, found);
    }
}
