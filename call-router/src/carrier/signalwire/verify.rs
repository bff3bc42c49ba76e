//! Is this request really from `SignalWire`?

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::carrier::{
    Secrets, VerifyError,
    request::{Request, from_hex},
    twilio,
};

/// The usual ports, which a signer may have written and a receiver not, or the other way round.
const USUAL_PORTS: [(&str, &str); 2] = [("https", "443"), ("http", "80")];

/// Checks the `X-SignalWire-Signature` header, or its older name, against every signing key given.
///
/// There are two schemes, told apart by how the signature is written: hexadecimal digits sign the URL and the raw body,
/// base64 is Twilio's scheme, but for fields that come twice.
pub(in crate::carrier) fn verify(request: &Request, secrets: &Secrets) -> Result<(), VerifyError> {
    let signature = request
        .header("X-SignalWire-Signature")
        .or_else(|| request.header("X-Twilio-Signature"))
        .ok_or(VerifyError::NoSignature)?;
    let urls = port_variants(request.url);
    let fits = |signature: &[u8], after_url: &[u8]| {
        let genuine = |secret: &str| urls.iter().any(|url| twilio::is_signature(signature, secret, url, after_url));
        if secrets.usable().any(genuine) { Ok(()) } else { Err(VerifyError::WrongSignature) }
    };
    if let Some(signature) = from_hex(&signature) {
        return fits(&signature, request.body);
    }
    let signature = STANDARD.decode(&signature).map_err(|_| VerifyError::MalformedSignature)?;
    let fields = twilio::fields_or_body_hash(request, joined_fields)?;
    fits(&signature, fields.as_bytes())
}

/// Joins the decoded form by name in byte order. Unlike Twilio, a name that comes twice keeps both values as they came.
fn joined_fields(body: &[u8]) -> String {
    let mut fields: Vec<_> = form_urlencoded::parse(body).collect();
    fields.sort_by(|(one, _), (other, _)| one.cmp(other));
    fields.iter().fold(String::with_capacity(body.len()), |joined, (name, value)| joined + name + value)
}

/// Returns the URL as given, and with the usual port written out or left out. Other ports are signed as they are.
fn port_variants(url: &str) -> Vec<String> {
    let mut variants = vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else { return variants };
    let Some((_, port)) = USUAL_PORTS.iter().find(|(known, _)| scheme.eq_ignore_ascii_case(known)) else {
        return variants;
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    // The colons inside an IPv6 address, `[::1]`, are no port's.
    match host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((name, written)) if written == *port => variants.push(format!("{scheme}://{name}{path}")),
        Some(_) => {}
        None => variants.push(format!("{scheme}://{host}:{port}{path}")),
    }
    variants
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports() {
        let cases = [
            ("https://h/p?q", Some("https://h:443/p?q")),
            ("http://h/p", Some("http://h:80/p")),
            ("https://h:443/p", Some("https://h/p")),
            ("https://h:8443/p", None),
            ("http://[::1]/p", Some("http://[::1]:80/p")),
            ("ftp://h/p", None),
            ("no url", None),
        ];
        for (url, other) in cases {
            assert_eq!(port_variants(url), [url].into_iter().chain(other).collect::<Vec<_>>());
        }
    }
}
