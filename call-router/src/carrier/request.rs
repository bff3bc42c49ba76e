//! Is this request really from the carrier?

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::VerifyError;

/// How far a signature's time may be from ours, in seconds: what Telnyx and its libraries allow. Of the others that sign
/// a time none says what it allows.
pub(super) const MAX_SKEW_SECONDS: u64 = 300;

/// A webhook as it was received.
pub struct Request<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The configured public URL with path and query as received ([`super::Hooks::received`]).
    pub url: &'a str,
    /// Looks a header up by its name; `None` if there is none.
    pub header: &'a dyn Fn(&str) -> Option<String>,
    /// The raw body.
    pub body: &'a [u8],
}

impl Request<'_> {
    /// Returns a header that has something in it.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        (self.header)(name).filter(|value| !value.is_empty())
    }

    /// Returns the query of the URL; empty if there is none.
    pub(super) fn query(&self) -> &str {
        self.url.split_once('?').map_or("", |(_, query)| query)
    }

    pub(super) fn is_post(&self) -> bool {
        self.method.eq_ignore_ascii_case("POST")
    }

    /// Says whether the body is a form.
    pub(super) fn is_form(&self) -> bool {
        let content_type = self.header("Content-Type").unwrap_or_default();
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Request").field("method", &self.method).field("url", &self.url).finish_non_exhaustive()
    }
}

/// What a carrier's requests are checked with.
///
/// A second one is for the hours of a rotation. For Bandwidth it is the user name and the password, with a colon between
/// them; for Telnyx the public key as its portal shows it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    current: String,
    previous: Option<String>,
}

impl Secrets {
    /// Takes the secret of today, and that of yesterday as long as the carrier may still use it.
    pub fn new(current: String, previous: Option<String>) -> Self {
        Self { current, previous }
    }

    /// Returns those that say anything: an empty secret is a configuration that was forgotten, and one that anybody could
    /// sign with.
    pub(super) fn usable(&self) -> impl Iterator<Item = &str> {
        let all = [Some(self.current.as_str()), self.previous.as_deref()];
        all.into_iter().flatten().filter(|secret| !secret.is_empty())
    }

    /// Returns that of today.
    pub(super) fn current(&self) -> &str {
        &self.current
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secrets([redacted])")
    }
}

/// Says whether a signature is HMAC-SHA256 of the parts one after the other. Compares in constant time, so that the time
/// of a refusal tells nothing about the right signature.
pub(super) fn is_hmac_sha256(signature: &[u8], secret: &str, parts: &[&[u8]]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(signature).is_ok()
}

/// Writes bytes as lower-case hexadecimal digits.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Reads hexadecimal digits of either case; `None` for anything else.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

/// Returns the SHA-256 of a body in the way carriers write it.
pub(super) fn body_hash(body: &[u8]) -> String {
    to_hex(&Sha256::digest(body))
}

/// Demands that a time in Unix seconds is near enough to now.
pub(super) fn require_fresh(seconds: u64, now_seconds: u64) -> Result<(), VerifyError> {
    if seconds.abs_diff(now_seconds) <= MAX_SKEW_SECONDS { Ok(()) } else { Err(VerifyError::Stale) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits() {
        let cases =
            [("", Some(vec![])), ("00fF", Some(vec![0, 255])), ("0", None), ("0g", None), ("é", None), ("+1", None)];
        for (text, expected) in cases {
            assert_eq!(from_hex(text), expected, "{text}");
        }
        assert_eq!(to_hex(&[0, 171, 255]), "00abff");
    }

    #[test]
    fn secrets_stay_out_of_logs() {
        assert!(!format!("{:?}", Secrets::new("hidden".to_owned(), Some("old".to_owned()))).contains("hidden"));
    }

    #[test]
    fn the_window() {
        for (seconds, fresh) in [(1_000, true), (1_300, true), (700, true), (1_301, false), (699, false), (0, false)] {
            assert_eq!(require_fresh(seconds, 1_000).is_ok(), fresh, "{seconds}");
        }
    }
}
