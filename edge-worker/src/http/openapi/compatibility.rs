//! What breaks programs that were written for an earlier description.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Deepest schema that is compared.
const MAX_DEPTH: usize = 12;

/// Lists what of `old` does not hold in `new`: an address or method that is gone, a parameter or field that must be given now, a field
/// that is not answered any more or has another type, a word that is not taken any more.
pub(super) fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, methods) in fields(&old["paths"]) {
        for (method, before) in fields(methods) {
            let place = format!("{} {path}", method.to_uppercase());
            match new["paths"].get(path).and_then(|methods| methods.get(method)) {
                Some(after) => Comparison { old, new, found: &mut found }.operation(&place, before, after),
                None => found.push(format!("{place} is gone")),
            }
        }
    }
    found
}

struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    found: &'a mut Vec<String>,
}

/// Whether a schema is of what programs send, or of what they read.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Sent,
    Read,
}

impl Comparison<'_> {
    fn operation(&mut self, place: &str, before: &Value, after: &Value) {
        self.parameters(place, before, after);
        if scope(before) < scope(after) {
            self.found.push(format!("{place} needs a larger scope"));
        }
        let content = |operation: &Value| operation["requestBody"]["content"]["application/json"]["schema"].clone();
        let (sent_before, sent_now) = (content(before), content(after));
        if before.get("requestBody").is_none() && after["requestBody"]["required"] == true {
            self.found.push(format!("{place} needs a body"));
        }
        self.schema(&format!("{place} body"), (&sent_before, &sent_now), Way::Sent, MAX_DEPTH);
        for (status, response) in fields(&before["responses"]).filter(|(status, _)| status.starts_with('2')) {
            let Some(now) = after["responses"].get(status) else {
                self.found.push(format!("{place} is not answered {status} any more"));
                continue;
            };
            for (kind, content) in fields(&response["content"]) {
                match now["content"].get(kind) {
                    Some(now) => {
                        let schemas = (&content["schema"], &now["schema"]);
                        self.schema(&format!("{place} {status}"), schemas, Way::Read, MAX_DEPTH);
                    }
                    None => self.found.push(format!("{place} {status} is no {kind} any more")),
                }
            }
        }
    }

    fn parameters(&mut self, place: &str, before: &Value, after: &Value) {
        let list = |operation: &Value| operation["parameters"].as_array().cloned().unwrap_or_default();
        let name = |parameter: &Value| (parameter["in"].to_string(), parameter["name"].to_string());
        let (before, after) = (list(before), list(after));
        for parameter in &before {
            if !after.iter().any(|now| name(now) == name(parameter)) {
                self.found.push(format!("{place} does not take {} any more", parameter["name"]));
            }
        }
        for now in after.iter().filter(|now| now["required"] == true) {
            let was_needed = before.iter().any(|known| name(known) == name(now) && known["required"] == true);
            if !was_needed {
                self.found.push(format!("{place} needs {}", now["name"]));
            }
        }
    }

    fn schema(&mut self, place: &str, (before, after): (&Value, &Value), way: Way, depth: usize) {
        let (before, after) = (resolve(self.old, before), resolve(self.new, after));
        if depth == 0 || before == after || before.is_null() {
            return;
        }
        self.types(place, before, after, way);
        let (known, now) = (words(before), words(after));
        let gone: Vec<_> = if way == Way::Sent { known.difference(&now) } else { now.difference(&known) }.collect();
        if !known.is_empty() && !gone.is_empty() {
            self.found.push(format!("{place} has other words: {gone:?}"));
        }
        let (required, required_now) = (required(before), required(after));
        let (properties, properties_now) = (properties(self.old, before), properties(self.new, after));
        for (name, property) in &properties {
            let place = format!("{place}.{name}");
            match properties_now.get(name) {
                Some(now) => self.schema(&place, (property, now), way, depth - 1),
                None => self.found.push(format!("{place} is gone")),
            }
            if way == Way::Read
                && required.contains(name)
                && !required_now.contains(name)
                && properties_now.contains_key(name)
            {
                self.found.push(format!("{place} may be missing"));
            }
        }
        if way == Way::Sent {
            self.found.extend(required_now.difference(&required).map(|name| format!("{place}.{name} must be given")));
        }
        if let (Some(item), Some(now)) = (before.get("items"), after.get("items")) {
            self.schema(&format!("{place}[]"), (item, now), way, depth - 1);
        }
    }

    /// What is read may have fewer types than before, and what is sent more.
    fn types(&mut self, place: &str, before: &Value, after: &Value, way: Way) {
        let (known, now) = (types(before), types(after));
        let other = if way == Way::Sent { known.difference(&now).count() } else { now.difference(&known).count() };
        if !known.is_empty() && other > 0 {
            self.found.push(format!("{place} has another type: {now:?} instead of {known:?}"));
        }
    }
}

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let named = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
    named.and_then(|name| document.pointer(name)).unwrap_or(schema)
}

fn types(schema: &Value) -> BTreeSet<String> {
    match &schema["type"] {
        Value::String(one) => BTreeSet::from([one.clone()]),
        Value::Array(several) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => BTreeSet::new(),
    }
}

fn words(schema: &Value) -> BTreeSet<String> {
    schema["enum"].as_array().into_iter().flatten().map(ToString::to_string).collect()
}

fn required(schema: &Value) -> BTreeSet<String> {
    let own = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let parts = schema["allOf"].as_array().into_iter().flatten().flat_map(required);
    own.chain(parts).collect()
}

/// The fields of an object, with those that it takes over from others.
fn properties(document: &Value, schema: &Value) -> Map<String, Value> {
    let mut found = schema["properties"].as_object().cloned().unwrap_or_default();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        found.extend(properties(document, resolve(document, part)));
    }
    found
}

/// The place of an operation's scope among the scopes.
fn scope(operation: &Value) -> Option<usize> {
    let scope = operation["security"][0]["key"][0].as_str()?;
    ["read", "write", "admin"].iter().position(|known| *known == scope)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({
            "paths": { "/v1/calls": { "get": {
                "parameters": [{ "in": "query", "name": "limit", "required": false }],
                "security": [{ "key": ["read"] }],
                "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Page" } } } } },
            }, "post": {
                "requestBody": { "required": true, "content": { "application/json": { "schema": {
                    "type": "object", "required": ["name"],
                    "properties": { "name": { "type": "string" }, "role": { "type": "string", "enum": ["owner", "viewer"] } },
                } } } },
                "responses": { "201": {} },
            } } },
            "components": { "schemas": { "Page": {
                "type": "object", "required": ["calls"],
                "properties": { "calls": { "type": "array", "items": { "type": "object", "properties": { "id": { "type": "string" } } } } },
            } } },
        })
    }

    fn check(change: impl Fn(&mut Value), expected: &[&str]) {
        let mut new = document();
        change(&mut new);
        assert_eq!(breaks(&document(), &new), expected);
    }

    fn push(document: &mut Value, place: &str, added: Value) {
        document.pointer_mut(place).unwrap().as_array_mut().unwrap().push(added);
    }

    #[test]
    fn what_is_added_breaks_nothing() {
        check(|_| {}, &[]);
        check(|new| new["paths"]["/v1/new"] = json!({ "get": {} }), &[]);
        check(|new| push(new, "/paths/~1v1~1calls/get/parameters", json!({ "in": "query", "name": "sort" })), &[]);
        check(|new| new["components"]["schemas"]["Page"]["properties"]["total"] = json!({ "type": "integer" }), &[]);
        let body = "/paths/~1v1~1calls/post/requestBody/content/application~1json/schema";
        check(|new| new.pointer_mut(body).unwrap()["properties"]["sites"] = json!({ "type": "array" }), &[]);
        check(|new| push(new, &format!("{body}/properties/role/enum"), json!("editor")), &[]);
    }

    #[test]
    fn what_programs_rely_on_is_missed() {
        let get = "/paths/~1v1~1calls/get";
        let body = "/paths/~1v1~1calls/post/requestBody/content/application~1json/schema";
        check(|new| new["paths"] = json!({}), &["GET /v1/calls is gone", "POST /v1/calls is gone"]);
        check(
            |new| new.pointer_mut(get).unwrap()["parameters"] = json!([]),
            &["GET /v1/calls does not take \"limit\" any more"],
        );
        check(
            |new| new.pointer_mut(get).unwrap()["parameters"][0]["required"] = json!(true),
            &["GET /v1/calls needs \"limit\""],
        );
        check(
            |new| new.pointer_mut(get).unwrap()["security"][0]["key"][0] = json!("admin"),
            &["GET /v1/calls needs a larger scope"],
        );
        check(
            |new| new.pointer_mut(get).unwrap()["responses"] = json!({}),
            &["GET /v1/calls is not answered 200 any more"],
        );
        let page = "/components/schemas/Page";
        check(|new| new.pointer_mut(page).unwrap()["properties"] = json!({}), &["GET /v1/calls 200.calls is gone"]);
        check(
            |new| new.pointer_mut(page).unwrap()["required"] = json!([]),
            &["GET /v1/calls 200.calls may be missing"],
        );
        check(
            |new| {
                new.pointer_mut(page).unwrap()["properties"]["calls"]["items"]["properties"]["id"]["type"] =
                    json!("integer");
            },
            &["GET /v1/calls 200.calls[].id has another type: {\"integer\"} instead of {\"string\"}"],
        );
        check(|new| push(new, &format!("{body}/required"), json!("role")), &["POST /v1/calls body.role must be given"]);
        check(
            |new| new.pointer_mut(body).unwrap()["properties"]["role"]["enum"] = json!(["owner"]),
            &["POST /v1/calls body.role has other words: [\"\\\"viewer\\\"\"]"],
        );
    }
}
