//! Twilio's signatures: our verifier against vectors that other code signed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod conformance;

use std::{fs, path::Path};

use call_router::carrier::twilio::{SignedRequest, VerifyError, verify};
use serde_json::Value;

/// Vectors whose verdict differs from ours, and why it may.
const ALLOWED_TO_DIFFER: [(&str, &str); 1] = [(
    "twilio/special-char-query",
    "an apostrophe in the query, signed as %27: an edge receives it as %27 and then agrees; as an apostrophe it never comes",
)];

#[test]
fn vectors_signed_by_the_official_library() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/twilio.json");
    let vectors: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let vectors = vectors.as_array().unwrap();
    assert!(vectors.len() >= 20);
    for vector in vectors {
        check(vector);
    }
}

#[test]
fn conformance_vectors() {
    let Some(data) = conformance::load("signatures.json") else { return };
    let vectors: Vec<_> =
        data["vectors"].as_array().unwrap().iter().filter(|vector| vector["carrier"] == "twilio").collect();
    assert_eq!(vectors.len(), 65);
    for vector in vectors {
        check(vector);
    }
}

#[test]
fn either_secret_of_a_rotation() {
    let path = "https://calls.example.com/carrier/twilio/voice";
    // HMAC-SHA1 of the URL alone with the key "old", computed with Python's hmac module.
    let request = SignedRequest {
        method: "POST",
        url: path,
        content_type: "",
        body: b"",
        signature: Some("nN4sQh8B2onUE3/XfrINzCq+KlU="),
    };
    assert_eq!(verify(&request, &["new", "old"]), Ok(()));
    assert_eq!(verify(&request, &["old"]), Ok(()));
    assert_eq!(verify(&request, &["new"]), Err(VerifyError::WrongSignature));
    assert_eq!(verify(&request, &[]), Err(VerifyError::WrongSignature));
}

fn check(vector: &Value) {
    let id = vector["id"].as_str().unwrap();
    let body = vector["body"].as_str().map_or_else(|| form(&vector["params"]), str::to_owned);
    let url = match vector["requires"].as_str().and_then(|needed| needed.strip_prefix("public_base_url=")) {
        Some(base) => vector["url"].as_str().unwrap().replacen("http://calls.example.com", base, 1),
        None => vector["url"].as_str().unwrap().to_owned(),
    };
    let request = SignedRequest {
        method: vector["method"].as_str().unwrap(),
        url: &url,
        content_type: vector["content_type"].as_str().unwrap(),
        body: body.as_bytes(),
        signature: vector["signature"].as_str(),
    };
    let verdict = verify(&request, &[vector["key"].as_str().unwrap()]);
    let agrees = verdict.is_ok() == vector["valid"].as_bool().unwrap();
    let exception = ALLOWED_TO_DIFFER.iter().find(|(differs, _)| *differs == id);
    assert_eq!(agrees, exception.is_none(), "{id}: {verdict:?}, {exception:?}");
    if exception.is_some() {
        assert_eq!(vector["class"], "lenient", "{id}: only lenient vectors may differ");
    }
}

fn form(params: &Value) -> String {
    let pairs = params.as_array().unwrap().iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
