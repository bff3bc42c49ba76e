//! Puts the description together.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Map, Value, json};
use utoipa::openapi::path::HttpMethod;

use super::super::extract::Access;
use super::super::router::routes;
use super::super::routes::Operation;
use super::DOCUMENT;
use super::compatibility::breaks;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
/// What people's programs were written for: the description of the last release.
const RELEASED: &str = include_str!("../../../openapi.released.json");
/// The JSON Schema of a site, which a test of edge-core keeps.
const SITE: &str = include_str!("../../../../dni-wasm/npm/site.schema.json");

/// Refusals that many requests may meet, by their status.
const COMMON: [(&str, &str); 6] = [
    ("400", "The body or a parameter is not as expected"),
    ("401", "The key is missing, wrong, revoked or expired"),
    ("403", "The key does not allow this"),
    ("413", "The body is too large"),
    ("429", "Too much was asked, or too many wrong keys were sent; Retry-After says how long to wait"),
    ("503", "A store or object does not answer; try again"),
];

/// Describes the whole API.
fn assemble() -> Value {
    let routes = routes();
    let mut schemas = BTreeMap::new();
    let mut paths: Map<String, Value> = Map::new();
    for operation in routes.operations() {
        schemas.extend(operation.schemas.iter().map(|(name, schema)| (name.clone(), either(json!(schema)))));
    }
    schemas.insert("Problem".to_owned(), problem());
    for (name, schema) in site() {
        assert!(schemas.insert(name.clone(), schema).is_none(), "two schemas are called {name}");
    }
    let operations: Vec<_> = routes.operations().to_vec();
    let listed = routes.into_parts().1;
    for operation in &operations {
        for method in &operation.methods {
            let is_same = |method: &HttpMethod| operation.methods.contains(method);
            let route = listed.iter().find(|route| route.path == operation.path && is_same(&route.method)).unwrap();
            let path = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
            path[word(method)] = describe(operation, method, route.access);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "dni",
            "summary": "Call tracking with dynamic number insertion, on your own Cloudflare account",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The worker itself" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": COMMON.map(|(status, text)| (status, refusal(&json!(text)))).into_iter().collect::<BTreeMap<_, _>>(),
            "securitySchemes": {
                "key": { "type": "http", "scheme": "bearer", "description": "A key of POST /v1/keys, or the worker's secret API_KEY" },
            },
        },
    })
}

/// Lets a value fit several shapes of which it may be one: a whole call has the fields that one may choose, too.
fn either(mut schema: Value) -> Value {
    if let Some(shapes) = schema.as_object_mut().and_then(|fields| fields.remove("oneOf")) {
        schema["anyOf"] = shapes;
    }
    schema
}

/// A site, and what is in it.
fn site() -> Map<String, Value> {
    let mut site: Value = serde_json::from_str(&SITE.replace("#/$defs/", "#/components/schemas/")).unwrap();
    let Some(Value::Object(mut schemas)) = site.as_object_mut().unwrap().remove("$defs") else {
        panic!("it has parts")
    };
    site.as_object_mut().unwrap().remove("$schema");
    schemas.insert("Site".to_owned(), site);
    schemas
}

/// Describes one operation, with who may ask and what else may be answered.
fn describe(operation: &Operation, method: &HttpMethod, access: Access) -> Value {
    let mut described = json!(operation.described);
    let is_guarded = matches!(access, Access::ApiKey { .. });
    if is_guarded && *method == HttpMethod::Post {
        let key = json!({
            "in": "header", "name": "Idempotency-Key", "required": false, "schema": { "type": "string", "maxLength": 255 },
            "description": "sent again with the same one, the request is answered as before and not done again",
        });
        let parameters = described.as_object_mut().unwrap().entry("parameters").or_insert_with(|| json!([]));
        parameters.as_array_mut().unwrap().push(key);
        let responses = described["responses"].as_object_mut().unwrap();
        let refusals = [
            ("409", "A request with the same Idempotency-Key is being done, or was and is told once"),
            ("422", "The Idempotency-Key was sent with another request"),
        ];
        for (status, description) in refusals {
            responses.entry(status).or_insert_with(|| json!({ "description": description }));
        }
    }
    // Pages send theirs as plain text, which is described in docs/api.md.
    let has_body = described.get("requestBody").is_some() || access == Access::SiteOrigin;
    let has_parameters = described.get("parameters").is_some();
    let responses = described["responses"].as_object_mut().unwrap();
    for (status, response) in responses.iter_mut() {
        if status.starts_with('4') || status.starts_with('5') {
            *response = refusal(&response["description"]);
        }
    }
    for (status, _) in COMMON {
        let may_come = match status {
            "400" => has_body || has_parameters,
            "401" | "403" | "429" => is_guarded,
            "413" => has_body,
            _ => true,
        };
        if may_come {
            let named = || json!({ "$ref": format!("#/components/responses/{status}") });
            responses.entry(status).or_insert_with(named);
        }
    }
    if let Access::ApiKey { scope } = access {
        described["security"] = json!([{ "key": [scope] }]);
    }
    described
}

/// A refusal, in both of its forms.
fn refusal(description: &Value) -> Value {
    let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    json!({ "description": description, "content": { "application/json": problem, "application/problem+json": problem } })
}

/// What is answered where something is wrong: by RFC 9457, and in the form from before it.
fn problem() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let faults = json!({
        "type": "array", "items": { "$ref": "#/components/schemas/Fault" },
        "description": "The places that are wrong, where the body has any",
    });
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "error"],
        "properties": {
            "type": text("urn:dni:problem: and the code"),
            "title": text("What kind of problem it is"),
            "status": { "type": "integer", "description": "The status of the answer" },
            "detail": text("What is wrong and what to do about it"),
            "code": text("The stable code: docs/api.md lists them"),
            "errors": faults,
            "error": {
                "type": "object",
                "description": "The same as before RFC 9457",
                "required": ["code", "message"],
                "properties": { "code": text("The code"), "message": text("What is wrong and what to do about it"), "faults": faults },
            },
        },
    })
}

const fn word(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "get",
        HttpMethod::Put => "put",
        HttpMethod::Post => "post",
        HttpMethod::Delete => "delete",
        HttpMethod::Patch => "patch",
        _ => "options",
    }
}

#[test]
fn the_file_says_what_the_handlers_say() {
    let text = serde_json::to_string_pretty(&assemble()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(FILE, &text).unwrap();
    }
    let known = fs::read_to_string(FILE).unwrap_or_default();
    assert!(known == text, "write it anew: UPDATE_SNAPSHOTS=1 cargo test -p edge-worker --lib");
    assert!(DOCUMENT.len() < 350_000, "it is a part of the worker");
}

#[test]
fn whatever_is_named_is_there() {
    let document = assemble();
    let text = document.to_string();
    let named = text.split("\"#/components/").skip(1).filter_map(|rest| rest.split('"').next());
    for name in named {
        assert!(document["components"].pointer(&format!("/{name}")).is_some(), "{name}");
    }
}

#[test]
fn programs_of_the_last_release_go_on_working() {
    let released: Value = serde_json::from_str(RELEASED).unwrap();
    let broken = breaks(&released, &assemble());
    assert!(broken.is_empty(), "CONTRIBUTING.md says what to do:\n{}", broken.join("\n"));
}
