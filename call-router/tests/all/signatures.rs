//! Carriers' signatures: our verifiers against vectors that other code signed.

use std::{collections::BTreeMap, fs, path::Path};

use call_router::carrier::{Carrier, Request, Secrets, VerifyError, verify};
use dni_core::time::Millis;
use proptest::prelude::*;
use serde_json::Value;

/// Vectors whose verdict differs from ours, and why it may.
const ALLOWED_TO_DIFFER: &[(&str, &str)] = &[
    (
        "twilio/special-char-query",
        "an apostrophe in the query, signed as %27: an edge receives it as %27 and then agrees; as an apostrophe it never comes",
    ),
    ("plivo/v1", "version 1 is deprecated: it has no nonce and SHA-1"),
    ("plivo/v1-space", "version 1 is deprecated: it has no nonce and SHA-1"),
];
/// How many vectors of the conformance data each carrier has.
const CONFORMANCE: &[(Carrier, usize)] = &[
    (Carrier::Twilio, 65),
    (Carrier::SignalWire, 14),
    (Carrier::Telnyx, 16),
    (Carrier::Plivo, 18),
    (Carrier::Vonage, 11),
    (Carrier::Jambonz, 2),
];
/// The least number of vectors of our own each carrier has.
const OWN: &[(Carrier, usize)] = &[
    (Carrier::Twilio, 20),
    (Carrier::SignalWire, 10),
    (Carrier::Telnyx, 10),
    (Carrier::Plivo, 10),
    (Carrier::Vonage, 10),
    (Carrier::Bandwidth, 10),
    (Carrier::Jambonz, 10),
];

#[test]
fn vectors_signed_by_official_libraries() {
    for (carrier, least) in OWN {
        let vectors = own_vectors(*carrier);
        assert!(vectors.len() >= *least, "{}: {}", carrier.id(), vectors.len());
        for vector in &vectors {
            check(*carrier, vector);
        }
    }
}

#[test]
fn conformance_vectors() {
    let Some(data) = super::conformance::load("signatures.json") else { return };
    for (carrier, count) in CONFORMANCE {
        let vectors: Vec<_> =
            data["vectors"].as_array().unwrap().iter().filter(|vector| vector["carrier"] == carrier.id()).collect();
        assert_eq!(vectors.len(), *count);
        for vector in vectors {
            check(*carrier, vector);
        }
    }
}

#[test]
fn either_secret_of_a_rotation() {
    // HMAC-SHA1 of the URL alone with the key "old", computed with Python's hmac module.
    let headers = |name: &str| (name == "X-Twilio-Signature").then(|| "nN4sQh8B2onUE3/XfrINzCq+KlU=".to_owned());
    let url = "https://calls.example.com/carrier/twilio/voice";
    let request = Request { method: "POST", url, header: &headers, body: b"" };
    let check = |current: &str, previous: Option<&str>, expected| {
        let secrets = Secrets::new(current.to_owned(), previous.map(str::to_owned));
        assert_eq!(verify(Carrier::Twilio, &request, &secrets, NOW), expected, "{current:?}, {previous:?}");
    };
    check("new", Some("old"), Ok(()));
    check("old", None, Ok(()));
    check("old", Some(""), Ok(()));
    check("new", None, Err(VerifyError::WrongSignature));
    check("", None, Err(VerifyError::WrongSignature));
}

#[test]
fn every_carrier_takes_both_secrets_of_a_rotation() {
    for (carrier, _) in OWN {
        let vector = &own_vectors(*carrier)[0];
        let key = vector["key"].as_str().unwrap();
        for (current, previous, taken) in
            [(key, None, true), ("bmV3", Some(key), true), ("bmV3", None, false), ("", None, false)]
        {
            let secrets = Secrets::new(current.to_owned(), previous.map(str::to_owned));
            assert_eq!(verdict(*carrier, vector, &secrets).is_ok(), taken, "{} {current:?} {previous:?}", carrier.id());
        }
    }
}

#[test]
fn half_a_login_opens_nothing() {
    // Basic authentication with nothing in it, with a name alone, and with a password alone.
    for header in ["Basic Og==", "Basic bWU6", "Basic OnB3", "Basic "] {
        let headers = |name: &str| (name == "Authorization").then(|| header.to_owned());
        let request = Request { method: "POST", url: "https://h/p", header: &headers, body: b"{}" };
        for secret in ["", ":", "me:", ":pw", "me"] {
            let secrets = Secrets::new(secret.to_owned(), None);
            assert!(verify(Carrier::Bandwidth, &request, &secrets, NOW).is_err(), "{header} {secret}");
        }
    }
}

#[test]
fn refusals() {
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    let twilio = Carrier::Twilio;
    let cases = [
        (twilio, "POST", "https://h/p", json, "", VerifyError::NoSignature),
        (twilio, "POST", "https://h/p", json, "not base64!", VerifyError::MalformedSignature),
        (twilio, "POST", "https://h/p", json, "AAAA", VerifyError::NoBodyHash),
        (twilio, "POST", "https://h/p?bodySHA256=00", json, "AAAA", VerifyError::WrongBodyHash),
        (twilio, "POST", "https://h/p", form, "AAAA", VerifyError::WrongSignature),
        (twilio, "GET", "https://h/p", json, "AAAA", VerifyError::WrongSignature),
        (Carrier::SignalWire, "POST", "https://h/p", json, "", VerifyError::NoSignature),
        (Carrier::SignalWire, "POST", "https://h/p", json, "AAA=", VerifyError::NoBodyHash),
        (Carrier::SignalWire, "POST", "https://h/p", json, "ab", VerifyError::WrongSignature),
        (Carrier::Telnyx, "POST", "https://h/p", json, "", VerifyError::NoSignature),
        (Carrier::Telnyx, "POST", "https://h/p", json, "AAAA", VerifyError::MalformedSignature),
        (Carrier::Plivo, "POST", "https://h/p", form, "", VerifyError::NoSignature),
        (Carrier::Plivo, "POST", "https://h/p", form, "not base64!", VerifyError::MalformedSignature),
        (Carrier::Plivo, "POST", "https://h/p", form, "AAAA,BBBB", VerifyError::WrongSignature),
        (Carrier::Vonage, "POST", "https://h/p", json, "", VerifyError::NoSignature),
        (Carrier::Vonage, "POST", "https://h/p", json, "Basic AAAA", VerifyError::NoSignature),
        (Carrier::Vonage, "POST", "https://h/p", json, "Bearer a.b", VerifyError::MalformedSignature),
        (Carrier::Vonage, "POST", "https://h/p", json, "Bearer e30.e30.AAAA", VerifyError::MalformedSignature),
        (
            Carrier::Vonage,
            "POST",
            "https://h/p",
            json,
            "Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA",
            VerifyError::WrongSignature,
        ),
        (Carrier::Bandwidth, "POST", "https://h/p", json, "", VerifyError::NoSignature),
        (Carrier::Bandwidth, "POST", "https://h/p", json, "Bearer AAAA", VerifyError::NoSignature),
        (Carrier::Bandwidth, "POST", "https://h/p", json, "Basic !", VerifyError::MalformedSignature),
        (Carrier::Bandwidth, "POST", "https://h/p", json, "Basic AAAA", VerifyError::WrongSignature),
        (Carrier::Jambonz, "POST", "https://h/p", json, "", VerifyError::NoSignature),
        (Carrier::Jambonz, "POST", "https://h/p", json, "v1=00", VerifyError::MalformedSignature),
        (Carrier::Jambonz, "POST", "https://h/p", json, "t=1790000000", VerifyError::MalformedSignature),
        (Carrier::Jambonz, "POST", "https://h/p", json, "t=1790000000,v1=00", VerifyError::WrongSignature),
        (Carrier::Jambonz, "POST", "https://h/p", json, "t=1,v1=00", VerifyError::Stale),
    ];
    for (carrier, method, url, content_type, signature, expected) in cases {
        let headers = |name: &str| match name {
            "Content-Type" => Some(content_type.to_owned()),
            "telnyx-timestamp" => Some("1".to_owned()),
            _ => Some(signature.to_owned()),
        };
        let request = Request { method, url, header: &headers, body: b"{}" };
        let verdict = verify(carrier, &request, &Secrets::new("token".to_owned(), None), NOW);
        assert_eq!(verdict, Err(expected), "{} {url} {signature}", carrier.id());
        assert!(expected.to_string().ends_with('.'));
    }
}

proptest! {
    #[test]
    fn nothing_unsigned_gets_through(
        url in ".*", body in any::<Vec<u8>>(), header in ".*", secret in ".*", method in "GET|POST",
        signature in "[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=|[0-9a-f]{64}|(Bearer|Basic) [A-Za-z0-9._-]*|t=[0-9]+,v1=[0-9a-f]{64}|.*",
    ) {
        let headers = |name: &str| Some(if name == "Content-Type" { header.clone() } else { signature.clone() });
        let request = Request { method: &method, url: &url, header: &headers, body: &body };
        for carrier in Carrier::ALL.iter().copied() {
            prop_assert!(verify(carrier, &request, &Secrets::new(secret.clone(), Some(header.clone())), NOW).is_err());
        }
    }
}

const NOW: Millis = Millis::from_unix_ms(1_790_000_000_000);

fn own_vectors(carrier: Carrier) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{}.json", carrier.id()));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn verdict(carrier: Carrier, vector: &Value, secrets: &Secrets) -> Result<(), VerifyError> {
    let body = vector["body"].as_str().map_or_else(|| form(vector), str::to_owned);
    let url = match vector["requires"].as_str().and_then(|needed| needed.strip_prefix("public_base_url=")) {
        Some(base) => vector["url"].as_str().unwrap().replacen("http://calls.example.com", base, 1),
        None => url_of(vector),
    };
    let headers = headers_of(carrier, vector);
    let look_up = |name: &str| headers.get(&name.to_ascii_lowercase()).cloned();
    let request =
        Request { method: vector["method"].as_str().unwrap(), url: &url, header: &look_up, body: body.as_bytes() };
    let now = vector["now"].as_u64().map_or(NOW, |seconds| Millis::from_unix_ms(seconds * 1_000));
    verify(carrier, &request, secrets, now)
}

fn check(carrier: Carrier, vector: &Value) {
    let id = vector["id"].as_str().unwrap();
    let secrets = Secrets::new(vector["key"].as_str().unwrap().to_owned(), None);
    let verdict = verdict(carrier, vector, &secrets);
    let agrees = verdict.is_ok() == vector["valid"].as_bool().unwrap();
    let exception = ALLOWED_TO_DIFFER.iter().find(|(differs, _)| *differs == id);
    assert_eq!(agrees, exception.is_none(), "{} {id}: {verdict:?}, {exception:?}", carrier.id());
    if exception.is_some() {
        assert_eq!(vector["class"], "lenient", "{id}: only lenient vectors may differ");
    }
}

/// Puts a vector's headers together: those it names, and the signature under the name the carrier gives it.
fn headers_of(carrier: Carrier, vector: &Value) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    let mut put = |name: &str, value: &Value| {
        if let Some(value) = value.as_str() {
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
    };
    put("Content-Type", &vector["content_type"]);
    put("Authorization", &vector["authorization"]);
    if let Some(named) = vector["headers"].as_object() {
        named.iter().for_each(|(name, value)| put(name, value));
    }
    let scheme = vector["scheme"].as_str().unwrap_or_default();
    let name = match carrier {
        Carrier::Twilio => "X-Twilio-Signature",
        Carrier::SignalWire => "X-SignalWire-Signature",
        _ if scheme.starts_with("V1") => "X-Plivo-Signature",
        _ if scheme.starts_with("V2") => "X-Plivo-Signature-V2",
        _ => "X-Plivo-Signature-V3",
    };
    put(name, &vector["signature"]);
    put(&format!("{name}-Nonce"), &vector["nonce"]);
    headers
}

/// Returns the URL as it comes over the wire: some vectors name the parameters of a GET apart from it.
fn url_of(vector: &Value) -> String {
    let url = vector["url"].as_str().unwrap_or("https://calls.example.com/").to_owned();
    let apart = vector["method"] == "GET" && vector["carrier"] == "plivo";
    let params = form_of(&vector["params"]);
    match url.contains('?') {
        _ if !apart || params.is_empty() => url,
        true => format!("{url}&{params}"),
        false => format!("{url}?{params}"),
    }
}

fn form(vector: &Value) -> String {
    if vector["method"] == "GET" { String::new() } else { form_of(&vector["params"]) }
}

fn form_of(params: &Value) -> String {
    let pairs = params.as_array().into_iter().flatten();
    let pairs = pairs.map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
