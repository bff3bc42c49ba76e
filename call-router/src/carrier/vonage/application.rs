//! Who asks? Vonage hands files out to an application of the owner's, which says so in a token that it signs.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use dni_core::time::Millis;
use serde_json::json;

/// How long a token is good for, in seconds. It is made for one request, which goes out at once; clocks may differ by a
/// minute or two.
const GOOD_FOR_SECONDS: u64 = 120;
/// What stands around a private key in the form that Vonage hands out (RFC 7468, PKCS #8).
const PEM: (&str, &str) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");

/// An application of the owner's, which can prove who it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Application {
    id: String,
    key: Vec<u8>,
}

impl Application {
    /// Takes an application's id and its private key as Vonage hands it out; `None` if that is no such key.
    ///
    /// Line ends of the key may have become spaces, or the two characters `\n`, on their way through a form or a file.
    pub fn new(id: String, private_key: &str) -> Option<Self> {
        let (begin, end) = PEM;
        let (_, behind) = private_key.split_once(begin)?;
        let (lines, _) = behind.split_once(end)?;
        let text: String = lines.replace("\\n", "").split_ascii_whitespace().collect();
        let key = STANDARD.decode(text).ok().filter(|key| !key.is_empty())?;
        Some(Self { id, key })
    }

    /// Returns its private key: PKCS #8 in DER.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// Writes a token for one request, up to its signature: what is to be signed by RS256, that is by the key with
    /// RSASSA-PKCS1-v1_5 and SHA-256.
    pub fn unsigned_token(&self, now: Millis, random: [u8; 16]) -> String {
        let issued = now.unix_ms() / 1_000;
        let header = json!({"alg": "RS256", "typ": "JWT"});
        let claims = json!({
            "application_id": self.id,
            "iat": issued,
            "exp": issued.saturating_add(GOOD_FOR_SECONDS),
            "jti": URL_SAFE_NO_PAD.encode(random),
        });
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(header), part(claims))
    }
}

/// Puts the signature to a token.
pub fn signed_token(unsigned: &str, signature: &[u8]) -> String {
    format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_private_key() {
        let (begin, end) = PEM;
        let cases = [
            (format!("{begin}\nAAEC\nAwQF\n{end}\n"), true),
            (format!("{begin}\r\nAAEC\r\nAwQF\r\n{end}"), true),
            (format!("{begin} AAEC AwQF {end}"), true),
            (format!("{begin}\\nAAEC\\nAwQF\\n{end}\\n"), true),
            (format!("before\n{begin}AAECAwQF{end}behind"), true),
            (String::new(), false),
            ("AAECAwQF".to_owned(), false),
            (format!("{begin}{end}"), false),
            (format!("{begin}AAECAwQF"), false),
            (format!("{begin}AAEC*wQF{end}"), false),
            ("-----BEGIN RSA PRIVATE KEY-----\nAAECAwQF\n-----END RSA PRIVATE KEY-----".to_owned(), false),
            ("-----BEGIN PUBLIC KEY-----\nAAECAwQF\n-----END PUBLIC KEY-----".to_owned(), false),
        ];
        for (text, good) in cases {
            let read = Application::new("app".to_owned(), &text);
            let expected = good.then_some([0_u8, 1, 2, 3, 4, 5].as_slice());
            assert_eq!(read.as_ref().map(Application::key), expected, "{text}");
        }
    }

    #[test]
    fn a_token_says_who_asks_and_for_how_long() {
        let (begin, end) = PEM;
        let application = Application::new("78d335fa-323d".to_owned(), &format!("{begin}AAEC{end}")).unwrap();
        let unsigned = application.unsigned_token(Millis::from_unix_ms(1_790_000_000_999), [0xff; 16]);
        let parts: Vec<_> = unsigned.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
        let [header, claims] = parts.as_slice() else { panic!("{unsigned}") };
        let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
        assert_eq!(value(header), json!({"alg": "RS256", "typ": "JWT"}));
        let expected = json!({
            "application_id": "78d335fa-323d", "iat": 1_790_000_000, "exp": 1_790_000_120, "jti": "_____________________w",
        });
        assert_eq!(value(claims), expected);
        assert_eq!(signed_token(&unsigned, &[0xfb, 0xff]), format!("{unsigned}.-_8"));
    }
}
