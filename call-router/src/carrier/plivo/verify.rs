//! Is this request really from Plivo?

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::carrier::{
    Secrets, VerifyError,
    request::{Request, is_hmac_sha256},
};

/// Most signatures of one header that are looked at: Plivo sends one for the main account and one for the subaccount.
const MAX_SIGNATURES: usize = 8;

/// Checks the `X-Plivo-Signature-V3` header against every auth token given.
///
/// Version 2 signs neither query nor body, so it is taken only where there is neither. Version 1 is not taken at all.
pub(in crate::carrier) fn verify(request: &Request, secrets: &Secrets) -> Result<(), VerifyError> {
    if let Some(signatures) = request.header("X-Plivo-Signature-V3") {
        let nonce = request.header("X-Plivo-Signature-V3-Nonce").ok_or(VerifyError::NoSignature)?;
        let signed = signed_text(request);
        return demand_one_of(&signatures, secrets, &[signed.as_bytes(), b".", nonce.as_bytes()]);
    }
    let signatures = request.header("X-Plivo-Signature-V2").ok_or(VerifyError::NoSignature)?;
    let nonce = request.header("X-Plivo-Signature-V2-Nonce").ok_or(VerifyError::NoSignature)?;
    if request.url.contains('?') || !request.body.is_empty() {
        return Err(VerifyError::NoBodyHash);
    }
    demand_one_of(&signatures, secrets, &[request.url.as_bytes(), nonce.as_bytes()])
}

fn demand_one_of(signatures: &str, secrets: &Secrets, signed: &[&[u8]]) -> Result<(), VerifyError> {
    let decoded: Vec<_> =
        signatures.split(',').take(MAX_SIGNATURES).filter_map(|text| STANDARD.decode(text.trim()).ok()).collect();
    if decoded.is_empty() {
        return Err(VerifyError::MalformedSignature);
    }
    let genuine = |secret: &str| decoded.iter().any(|signature| is_hmac_sha256(signature, secret, signed));
    if secrets.usable().any(genuine) { Ok(()) } else { Err(VerifyError::WrongSignature) }
}

/// Returns what version 3 signs in front of the nonce: the URL with its query put in order, and behind it, after a dot,
/// the fields of the form.
fn signed_text(request: &Request) -> String {
    let (before, query) = request.url.split_once('?').unwrap_or((request.url, ""));
    let query = in_order(query.as_bytes());
    let fields = if request.is_post() { in_order(request.body) } else { Vec::new() };
    let mut text = before.to_owned();
    if !query.is_empty() || !fields.is_empty() {
        text.push('?');
    }
    let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    text.push_str(&pairs.join("&"));
    if !query.is_empty() && !fields.is_empty() {
        text.push('.');
    }
    for (name, value) in fields {
        text.push_str(&name);
        text.push_str(&value);
    }
    text
}

/// Decodes fields and puts them in byte order, by name and then by value.
fn in_order(form: &[u8]) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    let mut fields: Vec<_> = form_urlencoded::parse(form).collect();
    fields.sort();
    fields
}
