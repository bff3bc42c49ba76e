//! Is a webhook really from Twilio?

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::carrier::{
    Secrets, VerifyError,
    request::{Request, body_hash},
};

/// Checks the `X-Twilio-Signature` header against every secret given.
///
/// The scheme has no time and no nonce, so a request that was once signed stays valid: events are told apart by
/// [`crate::event::CallEvent::key`], not here. Nor does it put anything between a field's name and its value:
/// `Digits=12` and `Digits1=2` sign alike, so an unknown field must never mean anything.
pub(super) fn verify(request: &Request, secrets: &Secrets) -> Result<(), VerifyError> {
    let signature = request.header("X-Twilio-Signature").ok_or(VerifyError::NoSignature)?;
    let signature = STANDARD.decode(signature).map_err(|_| VerifyError::MalformedSignature)?;
    let fields = fields_or_body_hash(request, joined_fields)?;
    let fits = |url: &str| secrets.usable().any(|secret| is_signature(&signature, secret, url, fields.as_bytes()));
    let genuine = fits(request.url) || other_port(request.url).is_some_and(|url| fits(&url));
    if genuine { Ok(()) } else { Err(VerifyError::WrongSignature) }
}

/// Returns what is signed after the URL: the joined fields of a form, or nothing where the URL carries the hash of the
/// body.
pub(in crate::carrier) fn fields_or_body_hash(
    request: &Request,
    joined: fn(&[u8]) -> String,
) -> Result<String, VerifyError> {
    if !request.is_post() {
        return Ok(String::new());
    }
    if request.is_form() || request.body.is_empty() {
        return Ok(joined(request.body));
    }
    check_body_hash(request)?;
    Ok(String::new())
}

/// Joins the decoded form: by name in byte order, the values of one name in byte order and each once.
fn joined_fields(body: &[u8]) -> String {
    let mut fields: Vec<_> = form_urlencoded::parse(body).collect();
    fields.sort_unstable();
    fields.dedup();
    let mut joined = String::with_capacity(body.len());
    for (name, value) in &fields {
        joined.push_str(name);
        joined.push_str(value);
    }
    joined
}

/// Checks a body that is no form: the signed URL carries its hash.
fn check_body_hash(request: &Request) -> Result<(), VerifyError> {
    let stated = form_urlencoded::parse(request.query().as_bytes())
        .find_map(|(name, value)| (name == "bodySHA256").then_some(value))
        .ok_or(VerifyError::NoBodyHash)?;
    // The hash is no secret: it stands in the URL.
    if stated == body_hash(request.body) { Ok(()) } else { Err(VerifyError::WrongBodyHash) }
}

/// Returns the URL with its port left out, or with the usual one written out where there is none; `None` if it is no URL.
///
/// Twilio's own libraries try this beside the URL as it is, because its signer is not consistent about ports.
fn other_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
    let user = if user.is_empty() { String::new() } else { format!("{user}@") };
    let usual = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
    // The colons inside an IPv6 address, `[::1]`, are no port's.
    Some(match host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((name, _)) => format!("{scheme}://{user}{name}{path}"),
        None => format!("{scheme}://{user}{host}:{usual}{path}"),
    })
}

/// Compares in constant time, so that the time of a refusal tells nothing about the right signature.
pub(in crate::carrier) fn is_signature(signature: &[u8], secret: &str, url: &str, after_url: &[u8]) -> bool {
    Hmac::<Sha1>::new_from_slice(secret.as_bytes())
        .is_ok_and(|mac| mac.chain_update(url).chain_update(after_url).verify_slice(signature).is_ok())
}

#[cfg(test)]
mod tests {
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
            assert_eq!(other_port(url).as_deref(), Some(other));
        }
        assert_eq!(other_port("no url"), None);
    }
}
