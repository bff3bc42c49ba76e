//! What Cloudflare Access says of who stands before the console: a JSON Web Token, of which the signature is checked by the shell.
//!
//! Access sets the header `Cf-Access-Jwt-Assertion` on each request that it lets through. It is RS256 by a key of the team, which
//! changes every six weeks; the audience is the application, so that a token for another application of the team opens nothing.

use core::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dni_core::time::Millis;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Longest token that is looked at, in bytes. Those of Access have about a thousand.
const MAX_LENGTH: usize = 8_192;
/// The only algorithm that is taken: what a token says of itself is no reason to check less.
const ALGORITHM: &str = "RS256";
/// How far the clocks of Access and of the worker may be apart.
const CLOCK_SKEW: Duration = Duration::from_mins(1);

/// A token whose parts have been read, and whose signature has not been looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken<'a> {
    /// The name of the key that signed it.
    pub key_id: String,
    /// What is signed.
    pub signed: &'a str,
    /// The signature.
    pub signature: Vec<u8>,
    claims: Claims,
}

/// For whom tokens must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessApplication {
    /// The team's address, `https://team.cloudflareaccess.com`, without a slash at its end.
    pub issuer: String,
    /// The application's audience tag.
    pub audience: String,
}

/// Why a token lets nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadAccessToken {
    /// It is no token.
    Malformed,
    /// It is signed by another algorithm, or by none.
    WrongAlgorithm,
    /// The team has no key of that name.
    UnknownKey,
    /// The signature is not that of the key.
    WrongSignature,
    /// Another team made it.
    WrongIssuer,
    /// It is for another application.
    WrongAudience,
    /// Its time is over, or has not come.
    NotNow,
    /// It is that of a program: it has no e-mail address.
    Nobody,
}

impl BadAccessToken {
    /// Returns the stable code, for the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::WrongAlgorithm => "wrong_algorithm",
            Self::UnknownKey => "unknown_key",
            Self::WrongSignature => "wrong_signature",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongAudience => "wrong_audience",
            Self::NotNow => "not_now",
            Self::Nobody => "nobody",
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    /// Unix seconds.
    exp: u64,
    /// Unix seconds.
    #[serde(default)]
    nbf: Option<u64>,
    #[serde(default)]
    email: Option<String>,
}

/// One audience or several (RFC 7519, section 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl<'a> AccessToken<'a> {
    /// Reads a token.
    ///
    /// # Errors
    /// [`BadAccessToken`] if it is none, or not signed by the algorithm that is taken.
    pub fn parse(token: &'a str) -> Result<Self, BadAccessToken> {
        let malformed = || BadAccessToken::Malformed;
        if token.len() > MAX_LENGTH {
            return Err(malformed());
        }
        let (signed, signature) = token.rsplit_once('.').ok_or_else(malformed)?;
        let (header, claims) = signed.split_once('.').ok_or_else(malformed)?;
        let header: Header = read(header).ok_or_else(malformed)?;
        if header.alg != ALGORITHM {
            return Err(BadAccessToken::WrongAlgorithm);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| malformed())?;
        Ok(Self { key_id: header.kid, signed, signature, claims: read(claims).ok_or_else(malformed)? })
    }

    /// Returns the e-mail address of whoever it is for, in lower case, once its signature has been found to be right.
    ///
    /// # Errors
    /// [`BadAccessToken`] if it is not for this application, or not for now.
    pub fn email(&self, application: &AccessApplication, now: Millis) -> Result<String, BadAccessToken> {
        let Claims { iss, aud, exp, nbf, email } = &self.claims;
        if *iss != application.issuer {
            return Err(BadAccessToken::WrongIssuer);
        }
        let is_for_us = match aud {
            Audience::One(one) => *one == application.audience,
            Audience::Several(several) => several.contains(&application.audience),
        };
        if !is_for_us {
            return Err(BadAccessToken::WrongAudience);
        }
        let instant = |seconds: u64| Millis::from_unix_ms(seconds.saturating_mul(1_000));
        let is_over = now >= instant(*exp).after(CLOCK_SKEW);
        let is_to_come = nbf.is_some_and(|from| now.after(CLOCK_SKEW) < instant(from));
        if is_over || is_to_come {
            return Err(BadAccessToken::NotNow);
        }
        email.as_deref().filter(|email| !email.is_empty()).map(str::to_lowercase).ok_or(BadAccessToken::Nobody)
    }
}

fn read<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: u64 = 1_795_381_200;

    fn application() -> AccessApplication {
        AccessApplication { issuer: "https://team.cloudflareaccess.com".to_owned(), audience: "a1b2".to_owned() }
    }

    fn token(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        [part(header), part(claims), URL_SAFE_NO_PAD.encode("signature")].join(".")
    }

    fn header() -> Value {
        json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" })
    }

    fn claims(changed: &Value) -> Value {
        let mut claims = json!({
            "iss": "https://team.cloudflareaccess.com", "aud": ["a1b2"], "email": "Ann@Example.com", "exp": NOW + 60, "iat": NOW,
            "nbf": NOW, "sub": "u1", "type": "app",
        });
        for (name, value) in changed.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    fn check(changed: &Value, expected: Result<&str, BadAccessToken>) {
        let text = token(&header(), &claims(changed));
        let read = AccessToken::parse(&text);
        let found = read.and_then(|token| token.email(&application(), Millis::from_unix_ms(NOW * 1_000)));
        assert_eq!(found, expected.map(str::to_owned), "{changed}");
    }

    #[test]
    fn a_token_names_somebody_if_it_is_for_this_application_and_for_now() {
        use BadAccessToken::{Malformed, Nobody, NotNow, WrongAudience, WrongIssuer};
        let ann = Ok("ann@example.com");
        check(&json!({}), ann);
        check(&json!({ "aud": "a1b2" }), ann);
        check(&json!({ "aud": ["c3d4", "a1b2"] }), ann);
        check(&json!({ "aud": "c3d4" }), Err(WrongAudience));
        check(&json!({ "aud": [] }), Err(WrongAudience));
        check(&json!({ "aud": null }), Err(Malformed));
        check(&json!({ "iss": "https://other.cloudflareaccess.com" }), Err(WrongIssuer));
        check(&json!({ "iss": "https://team.cloudflareaccess.com/" }), Err(WrongIssuer));
        check(&json!({ "exp": NOW - 59 }), ann);
        check(&json!({ "exp": NOW - 60 }), Err(NotNow));
        check(&json!({ "exp": 0 }), Err(NotNow));
        check(&json!({ "exp": u64::MAX }), ann);
        check(&json!({ "exp": "soon" }), Err(Malformed));
        check(&json!({ "exp": null }), Err(Malformed));
        check(&json!({ "nbf": NOW + 60 }), ann);
        check(&json!({ "nbf": NOW + 61 }), Err(NotNow));
        check(&json!({ "nbf": null }), ann);
        check(&json!({ "email": null, "common_name": "robot" }), Err(Nobody));
        check(&json!({ "email": "" }), Err(Nobody));
    }

    #[test]
    fn another_algorithm_is_refused_whatever_it_is() {
        for algorithm in ["none", "None", "HS256", "ES256", "RS512", "rs256", ""] {
            let text = token(&json!({ "alg": algorithm, "kid": "k1" }), &claims(&json!({})));
            assert_eq!(AccessToken::parse(&text), Err(BadAccessToken::WrongAlgorithm), "{algorithm}");
        }
    }

    #[test]
    fn what_is_no_token_is_none() {
        let good = token(&header(), &claims(&json!({})));
        let parts: Vec<_> = good.split('.').collect();
        let [head, body, signature] = parts.as_slice() else { panic!() };
        let table = [
            String::new(),
            ".".to_owned(),
            "..".to_owned(),
            format!("{head}.{body}"),
            format!("{head}.{body}.{signature}="),
            format!("{head}.{body}.{signature}.{signature}"),
            format!("{head}..{signature}"),
            format!(".{body}.{signature}"),
            format!("{body}.{head}.{signature}"),
            format!("{good}{}", "A".repeat(MAX_LENGTH)),
        ];
        for text in table {
            assert_eq!(AccessToken::parse(&text), Err(BadAccessToken::Malformed), "{text}");
        }
        let read = AccessToken::parse(&good).unwrap();
        assert_eq!((read.key_id.as_str(), read.signature.as_slice()), ("k1", b"signature".as_slice()));
        assert_eq!(read.signed, format!("{head}.{body}"));
    }
}
