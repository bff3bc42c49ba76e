//! Is a webhook really from `SignalWire`?

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
pub(super) fn verify(request: &Request, secrets: &Secrets) -> Result<(), VerifyError> {
    let signature = request
        .header("X-SignalWire-Signature")
        .or_else(|| request.header("X-Twilio-Signature"))
        .ok_or(VerifyError::NoSignature)?;
    let fits = |signature: &[u8], after_url: &[u8]| {
        let signs = |url: &str| secrets.usable().any(|secret| twilio::is_signature(signature, secret, url, after_url));
        let fits = |url: &str| signs(url) || other_port(url).is_some_and(|url| signs(&url));
        let genuine = fits(request.url) || twilio::as_configured(request.url).iter().any(|url| fits(url));
        if genuine { Ok(()) } else { Err(VerifyError::WrongSignature) }
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

/// Returns the URL with the usual port written out or left out; `None` if it has another, which is signed as it is.
fn other_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (_, usual) = USUAL_PORTS.iter().find(|(known, _)| scheme.eq_ignore_ascii_case(known))?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    // The colons inside an IPv6 address, `[::1]`, are no port's.
    match host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((name, written)) => (written == *usual).then(|| format!("{scheme}://{name}{path}")),
        None => Some(format!("{scheme}://{host}:{usual}{path}")),
    }
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
            assert_eq!(other_port(url).as_deref(), other, "{url}");
        }
    }
}
