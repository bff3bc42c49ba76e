//! Requests that are sent twice and done once (draft-ietf-httpapi-idempotency-key-header).

use core::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dni_core::time::Millis;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::BadParameter;

/// How long a request is remembered: whoever tries again after a day looks first.
pub const REMEMBERED_FOR: Duration = Duration::from_hours(24);
/// How long a request may be on its way. One that is not done by then broke off, and may be tried again.
pub const DONE_WITHIN: Duration = Duration::from_mins(1);
/// Longest key, in bytes.
const MAX_KEY: usize = 255;

/// Reads the header `Idempotency-Key`; `None` if it is not there.
///
/// # Errors
/// It is too long, or has other signs than visible ones of ASCII.
pub fn idempotency_key(header: &str) -> Result<Option<&str>, BadParameter> {
    let is_key = header.len() <= MAX_KEY && header.bytes().all(|byte| byte.is_ascii_graphic());
    match header {
        "" => Ok(None),
        _ if is_key => Ok(Some(header)),
        _ => Err(BadParameter { name: "Idempotency-Key", expected: "1 to 255 visible signs of ASCII, such as a UUID" }),
    }
}

/// Names what is asked, so that another request with the same key is told from the same one.
pub fn fingerprint(method: &str, path_and_query: &str, body: &[u8]) -> String {
    let parts = [method.as_bytes(), path_and_query.as_bytes(), body];
    let hash = parts.iter().fold(Sha256::new(), |hash, part| {
        let length = u64::try_from(part.len()).unwrap_or_default();
        hash.chain_update(length.to_be_bytes()).chain_update(part)
    });
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// A request that was made with the same key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EarlierRequest {
    /// What was asked.
    pub request: String,
    /// When.
    pub at: Millis,
    /// How it was answered; `None` as long as it is being done.
    pub status: Option<u16>,
    /// With what; `None` where that is told once.
    pub answer: Option<String>,
}

/// What becomes of a request with the key of an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repeated {
    /// It is answered as the earlier one was.
    Answered(u16, String),
    /// It was done, and what it made is told once.
    ToldOnce,
    /// The earlier one is being done.
    InProgress,
    /// The earlier one was another request.
    OtherRequest,
}

impl EarlierRequest {
    /// Says what becomes of a request with the same key.
    pub fn repeated_by(self, request: &str) -> Repeated {
        match (self.status, self.answer) {
            _ if self.request != request => Repeated::OtherRequest,
            (None, _) => Repeated::InProgress,
            (Some(status), Some(answer)) => Repeated::Answered(status, answer),
            (Some(_), None) => Repeated::ToldOnce,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_any_visible_text() {
        assert_eq!(idempotency_key(""), Ok(None));
        let long = "k".repeat(255);
        for key in ["1", "8e03978e-40d5-43e8-bc93-6894a57f9324", "\"quoted\"", &long] {
            assert_eq!(idempotency_key(key), Ok(Some(key)));
        }
        for key in [" ", "a b", "ü", &"k".repeat(256), "\u{7f}"] {
            assert!(idempotency_key(key).is_err(), "{key}");
        }
    }

    #[test]
    fn requests_are_told_apart_by_all_that_is_asked() {
        let prints = [
            fingerprint("POST", "/v1/keys", b"{}"),
            fingerprint("POST", "/v1/keys", b"{ }"),
            fingerprint("POST", "/v1/keys?a=1", b"{}"),
            fingerprint("PUT", "/v1/keys", b"{}"),
            fingerprint("POST", "/v1/key", b"s{}"),
        ];
        assert_eq!(prints.iter().collect::<std::collections::BTreeSet<_>>().len(), prints.len());
        assert_eq!(prints[0], fingerprint("POST", "/v1/keys", b"{}"));
    }

    #[test]
    fn what_was_asked_before_is_answered_as_before() {
        let earlier = |status: Option<u16>, answer: Option<&str>| EarlierRequest {
            request: "a".to_owned(),
            at: Millis::from_unix_ms(0),
            status,
            answer: answer.map(str::to_owned),
        };
        let answered = earlier(Some(201), Some("{}"));
        assert_eq!(answered.clone().repeated_by("a"), Repeated::Answered(201, "{}".to_owned()));
        assert_eq!(answered.repeated_by("b"), Repeated::OtherRequest);
        assert_eq!(earlier(None, None).repeated_by("a"), Repeated::InProgress);
        assert_eq!(earlier(None, None).repeated_by("b"), Repeated::OtherRequest);
        assert_eq!(earlier(Some(201), None).repeated_by("a"), Repeated::ToldOnce);
    }
}
