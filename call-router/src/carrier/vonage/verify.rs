//! Is this request really from Vonage?

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use dni_core::time::Millis;
use serde_json::Value;

use crate::carrier::{
    Secrets, VerifyError,
    request::{Request, body_hash, is_hmac_sha256, require_fresh},
};

/// The one algorithm of the scheme. A token that names another one is refused before anything is checked with it: `none`
/// would need no secret, and a public key is no secret.
const ALGORITHM: &str = "HS256";

/// Checks the token of the `Authorization` header against every signature secret given, its times, and that the body is
/// the one whose hash it signs.
pub(in crate::carrier) fn verify(request: &Request, secrets: &Secrets, now: Millis) -> Result<(), VerifyError> {
    let header = request.header("Authorization").ok_or(VerifyError::NoSignature)?;
    let (scheme, token) = header.split_once(' ').ok_or(VerifyError::MalformedSignature)?;
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(VerifyError::NoSignature);
    }
    let claims = signed_claims(token.trim(), secrets)?;
    require_times(&claims, now.unix_ms() / 1_000)?;
    require_payload(&claims, request)
}

/// Returns what the token says, if it is signed as it must be.
fn signed_claims(token: &str, secrets: &Secrets) -> Result<Value, VerifyError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(VerifyError::MalformedSignature)?;
    let (header, claims) = signed.split_once('.').ok_or(VerifyError::MalformedSignature)?;
    if part(header)?.get("alg").and_then(Value::as_str) != Some(ALGORITHM) {
        return Err(VerifyError::MalformedSignature);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| VerifyError::MalformedSignature)?;
    if secrets.usable().any(|secret| is_hmac_sha256(&signature, secret, &[signed.as_bytes()])) {
        part(claims)
    } else {
        Err(VerifyError::WrongSignature)
    }
}

fn part(text: &str) -> Result<Value, VerifyError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| VerifyError::MalformedSignature)?;
    serde_json::from_slice(&bytes).map_err(|_| VerifyError::MalformedSignature)
}

/// Demands that the token was issued just now. One that states its end is good until then.
fn require_times(claims: &Value, now_seconds: u64) -> Result<(), VerifyError> {
    let seconds = |name: &str| claims.get(name).and_then(Value::as_u64);
    match (seconds("iat"), seconds("exp")) {
        (_, Some(end)) if end > now_seconds => Ok(()),
        (Some(issued), None) => require_fresh(issued, now_seconds),
        _ => Err(VerifyError::Stale),
    }
}

/// Demands that the hash in the token is that of the body, or, of a GET, that of its parameters written as JSON. A token
/// without a hash covers nothing, so then nothing may have been sent.
fn require_payload(claims: &Value, request: &Request) -> Result<(), VerifyError> {
    let parameters = if request.is_post() { String::new() } else { as_json(request.query()) };
    let payload = if request.body.is_empty() { parameters.as_bytes() } else { request.body };
    match claims.get("payload_hash").and_then(Value::as_str) {
        // The hash is no secret: it stands in the token.
        Some(stated) if stated.eq_ignore_ascii_case(&body_hash(payload)) => Ok(()),
        Some(_) => Err(VerifyError::WrongBodyHash),
        None if payload.is_empty() => Ok(()),
        None => Err(VerifyError::NoBodyHash),
    }
}

/// Writes parameters as a JSON object, in their order and without white space; nothing if there are none.
fn as_json(query: &str) -> String {
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| format!("{}:{}", Value::from(name.into_owned()), Value::from(value.into_owned())))
        .collect();
    if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) }
}
