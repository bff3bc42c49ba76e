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
    let signs = |url: &str| secrets.usable().any(|secret| is_signature(&signature, secret, url, fields.as_bytes()));
    let fits = |url: &str| signs(url) || other_port(url).is_some_and(|url| signs(&url));
    if fits(request.url) || as_configured(request.url).iter().any(|url| fits(url)) {
        Ok(())
    } else {
        Err(VerifyError::WrongSignature)
    }
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

/// Returns the URL as the owner may have written it at the carrier, where it differs. The carrier signs that; a server sees
/// characters encoded that an address holds as they are: an apostrophe by the URL standard alone (twilio-node's issue 1183), and
/// quotation marks, angle brackets, blanks and letters beyond ASCII by whoever sent the request.
pub(in crate::carrier) fn as_configured(url: &str) -> Vec<String> {
    let Some((before, query)) = url.split_once('?') else { return without_same(vec![decoded(url, is_never_raw)], url) };
    let apostrophe = |byte| byte != b'\'';
    let urls = vec![
        format!("{before}?{}", decoded(query, apostrophe)),
        format!("{before}?{}", decoded(query, is_never_raw)),
        format!("{}?{}", decoded(before, is_never_raw), decoded(query, is_never_raw)),
    ];
    without_same(urls, url)
}

fn without_same(mut urls: Vec<String>, url: &str) -> Vec<String> {
    urls.retain(|other| other != url);
    urls.dedup();
    urls
}

/// Says whether a byte stands in an address encoded alone: whatever has a meaning there, or is a digit or letter anyway.
const fn is_never_raw(byte: u8) -> bool {
    !matches!(byte, b'\'' | b'"' | b'<' | b'>' | b' ' | b'`' | b'{' | b'}' | b'|' | b'^' | 0x80..)
}

/// Decodes the encoded bytes of an address but for those to `keep`; the address as it is if that makes no text.
fn decoded(url: &str, keep: impl Fn(u8) -> bool) -> String {
    let mut bytes = Vec::with_capacity(url.len());
    let mut rest = url.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let code = others.get(..2).filter(|_| *first == b'%').and_then(|code| core::str::from_utf8(code).ok());
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|byte| !keep(*byte)) {
            bytes.push(byte);
            rest = others.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = others;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| url.to_owned())
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
    fn an_address_is_signed_as_the_owner_wrote_it() {
        let secrets = Secrets::new("token".to_owned(), None);
        let cases = [
            ("https://h/p?name=O'Brien", "https://h/p?name=O%27Brien", true),
            ("https://h/p?name=O%27Brien", "https://h/p?name=O%27Brien", true),
            ("https://h:443/p?name=O'Brien&a=%26", "https://h/p?name=O%27Brien&a=%26", true),
            ("https://h/p?say=\"Hi there\"", "https://h/p?say=%22Hi%20there%22", true),
            ("https://h/p?city=K\u{f6}ln", "https://h/p?city=K%C3%B6ln", true),
            ("https://h/p?name=O'Brian", "https://h/p?name=O%27Brien", false),
            ("https://h/p?a=b&c=d", "https://h/p?a=b%26c=d", false),
        ];
        for (signed, received, expected) in cases {
            let mac = Hmac::<Sha1>::new_from_slice(b"token").unwrap().chain_update(signed).chain_update("CallSidCA1");
            let signature = STANDARD.encode(mac.finalize().into_bytes());
            let header = |name: &str| match name {
                "X-Twilio-Signature" => Some(signature.clone()),
                _ => Some("application/x-www-form-urlencoded".to_owned()),
            };
            let request = Request { method: "POST", url: received, header: &header, body: b"CallSid=CA1" };
            assert_eq!(verify(&request, &secrets).is_ok(), expected, "{signed} as {received}");
        }
    }

    #[test]
    fn addresses_as_owners_write_them() {
        let cases: [(&str, &[&str]); 8] = [
            ("https://h/p", &[]),
            ("https://h/p?name=OBrien", &[]),
            ("https://h/p?name=O%27Brien", &["https://h/p?name=O'Brien"]),
            ("https://h/p?a=%27%22x%22", &["https://h/p?a='%22x%22", "https://h/p?a='\"x\""]),
            ("https://h/p?a=b%20c", &["https://h/p?a=b c"]),
            (
                "https://h/Espa%C3%B1a?a=%C3%B1o",
                &["https://h/Espa%C3%B1a?a=\u{f1}o", "https://h/Espa\u{f1}a?a=\u{f1}o"],
            ),
            ("https://h/p?a=%26%3D%25%2B%23", &[]),
            ("https://h/p?a=%C3&b=%2", &[]),
        ];
        for (url, expected) in cases {
            assert_eq!(as_configured(url), expected, "{url}");
        }
    }

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
