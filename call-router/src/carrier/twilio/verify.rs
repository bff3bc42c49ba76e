//! Is this request really from Twilio?

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// What Twilio signed, as it was received.
#[derive(Clone, Copy, Debug)]
pub struct SignedRequest<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The configured public URL with path and query as received (`Hooks::received`).
    pub url: &'a str,
    /// The `Content-Type` header; empty if there is none.
    pub content_type: &'a str,
    /// The raw body.
    pub body: &'a [u8],
    /// The `X-Twilio-Signature` header.
    pub signature: Option<&'a str>,
}

/// Checks a request's signature against every secret given.
///
/// Two secrets are for the hours of a rotation: the account's old and new auth token.
///
/// The scheme has no time and no nonce, so a request that was once signed stays valid: events are told apart by
/// [`crate::event::CallEvent::key`], not here. Nor does it put anything between a field's name and its value:
/// `Digits=12` and `Digits1=2` sign alike, so an unknown field must never mean anything.
///
/// # Errors
/// [`VerifyError`] says what is missing or wrong; nothing of the request may then be used.
///
/// ```
/// use call_router::carrier::twilio::{SignedRequest, VerifyError, verify};
///
/// let request = SignedRequest {
///     method: "POST",
///     url: "https://calls.example.com/carrier/twilio/voice",
///     content_type: "application/x-www-form-urlencoded",
///     body: b"CallSid=CA1",
///     signature: None,
/// };
/// assert_eq!(verify(&request, &["token"]), Err(VerifyError::NoSignature));
/// ```
pub fn verify(request: &SignedRequest, secrets: &[&str]) -> Result<(), VerifyError> {
    let signature = request.signature.filter(|text| !text.is_empty()).ok_or(VerifyError::NoSignature)?;
    let signature = STANDARD.decode(signature).map_err(|_| VerifyError::MalformedSignature)?;
    let fields = signed_fields(request)?;
    let genuine = port_variants(request.url)
        .iter()
        .any(|url| secrets.iter().any(|secret| is_signature(&signature, secret, url, &fields)));
    if genuine { Ok(()) } else { Err(VerifyError::WrongSignature) }
}

/// Returns what is signed after the URL.
fn signed_fields(request: &SignedRequest) -> Result<String, VerifyError> {
    if !request.method.eq_ignore_ascii_case("POST") {
        return Ok(String::new());
    }
    if is_form(request.content_type) || request.body.is_empty() {
        return Ok(joined_fields(request.body));
    }
    check_body_hash(request)?;
    Ok(String::new())
}

fn is_form(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Joins the decoded form: by name in byte order, the values of one name in byte order and each once.
fn joined_fields(body: &[u8]) -> String {
    let mut fields = BTreeMap::<_, BTreeSet<_>>::new();
    for (name, value) in form_urlencoded::parse(body) {
        fields.entry(name).or_default().insert(value);
    }
    let mut joined = String::with_capacity(body.len());
    for (name, values) in &fields {
        for value in values {
            joined.push_str(name);
            joined.push_str(value);
        }
    }
    joined
}

/// Checks a body that is no form: the signed URL carries its hash.
fn check_body_hash(request: &SignedRequest) -> Result<(), VerifyError> {
    let query = request.url.split_once('?').map_or("", |(_, query)| query);
    let stated = form_urlencoded::parse(query.as_bytes())
        .find_map(|(name, value)| (name == "bodySHA256").then_some(value))
        .ok_or(VerifyError::NoBodyHash)?;
    let actual = Sha256::digest(request.body).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    // The hash is no secret: it stands in the URL.
    if stated == actual { Ok(()) } else { Err(VerifyError::WrongBodyHash) }
}

/// Returns the URL as given, and with the port left out or the usual one written out.
///
/// Twilio's own libraries try all of these, because its signer is not consistent about them.
fn port_variants(url: &str) -> Vec<String> {
    let mut variants = vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else { return variants };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
    let user = if user.is_empty() { String::new() } else { format!("{user}@") };
    let usual = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
    // The colons inside an IPv6 address, `[::1]`, are no port's.
    variants.push(match host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((name, _)) => format!("{scheme}://{user}{name}{path}"),
        None => format!("{scheme}://{user}{host}:{usual}{path}"),
    });
    variants
}

/// Compares in constant time, so that the time of a refusal tells nothing about the right signature.
fn is_signature(signature: &[u8], secret: &str, url: &str, fields: &str) -> bool {
    // An empty secret is a configuration that was forgotten, and one that anybody could sign with.
    if secret.is_empty() {
        return false;
    }
    Hmac::<Sha1>::new_from_slice(secret.as_bytes())
        .is_ok_and(|mac| mac.chain_update(url).chain_update(fields).verify_slice(signature).is_ok())
}

/// Why a request is not taken as Twilio's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is no signature.
    NoSignature,
    /// The signature is no base64.
    MalformedSignature,
    /// The signature belongs to another request, URL or secret.
    WrongSignature,
    /// The body is no form and the URL has no hash of it.
    NoBodyHash,
    /// The body is not the one whose hash is in the URL.
    WrongBodyHash,
}

impl VerifyError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoSignature => "signature_missing",
            Self::MalformedSignature => "signature_malformed",
            Self::WrongSignature => "signature_wrong",
            Self::NoBodyHash => "body_hash_missing",
            Self::WrongBodyHash => "body_hash_wrong",
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoSignature => "The request has no X-Twilio-Signature header; only Twilio may call this URL.",
            Self::MalformedSignature => "The X-Twilio-Signature header is no base64; pass it on unchanged.",
            Self::WrongSignature => {
                "The X-Twilio-Signature header does not fit; check that the public URL is exactly the one set at \
                 Twilio and that the auth token is the account's."
            }
            Self::NoBodyHash => "The body is no form, so the URL must carry bodySHA256; send a form instead.",
            Self::WrongBodyHash => {
                "The body does not have the hash that the URL's bodySHA256 states; pass it on unchanged."
            }
        })
    }
}

impl core::error::Error for VerifyError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ports() {
        let cases = [
            ("https://h/p?q", "https://h:443/p?q"),
            ("http://h/p", "http://h:80/p"),
            ("https://h:443/p", "https://h/p"),
            ("https://h:8443/p", "https://h/p"),
            ("https://h", "https://h:443"),
            ("https://h?q=a:1", "https://h:443?q=a:1"),
            ("https://u:p@h/p", "https://u:p@h:443/p"),
            ("https://u:p@h:1/p", "https://u:p@h/p"),
            ("http://[::1]/p", "http://[::1]:80/p"),
            ("http://[::1]:8700/p", "http://[::1]/p"),
        ];
        for (url, other) in cases {
            assert_eq!(port_variants(url), [url, other]);
        }
        assert_eq!(port_variants("no url"), ["no url"]);
    }

    #[test]
    fn refusals() {
        let genuine = SignedRequest {
            method: "POST",
            url: "https://h/p",
            content_type: "application/json",
            body: b"{}",
            signature: Some("AAAA"),
        };
        check(SignedRequest { signature: None, ..genuine }, VerifyError::NoSignature);
        check(SignedRequest { signature: Some(""), ..genuine }, VerifyError::NoSignature);
        check(SignedRequest { signature: Some("not base64!"), ..genuine }, VerifyError::MalformedSignature);
        check(genuine, VerifyError::NoBodyHash);
        check(SignedRequest { url: "https://h/p?bodySHA256=00", ..genuine }, VerifyError::WrongBodyHash);
        check(
            SignedRequest { content_type: "application/x-www-form-urlencoded", ..genuine },
            VerifyError::WrongSignature,
        );
        check(SignedRequest { method: "GET", ..genuine }, VerifyError::WrongSignature);
    }

    fn check(request: SignedRequest, expected: VerifyError) {
        assert_eq!(verify(&request, &["token"]), Err(expected), "{request:?}");
        assert!(expected.to_string().ends_with('.'));
    }

    proptest! {
        #[test]
        fn nothing_unsigned_gets_through(
            url in ".*", body in any::<Vec<u8>>(), content_type in ".*", signature in "[A-Za-z0-9+/]{27}=", secret in ".*"
        ) {
            let request = SignedRequest {
                method: "POST", url: &url, content_type: &content_type, body: &body, signature: Some(&signature),
            };
            prop_assert!(verify(&request, &[&secret]).is_err());
        }
    }
}
