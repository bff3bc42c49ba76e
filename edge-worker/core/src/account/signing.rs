//! Keys by purpose: whatever is signed or named by a hash has a key of its own, derived from one secret.
//!
//! So nothing that leaves the worker was made with the secret itself, and what is signed for one purpose is worth nothing for
//! another. The derivation is HKDF-SHA-256 (RFC 5869), the signature HMAC-SHA-256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::secret::Secret;

/// Bytes of a derived key: as many as the hash has.
const KEY_BYTES: usize = 32;
/// What this project's keys are extracted with.
const SALT: &[u8] = b"dni signing key";

/// What a key is for. The word is part of stored and sent things: it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The cookie of a signed-in console.
    ConsoleSession,
    /// What a link to another of the site's domains carries.
    Link,
    /// The name under which a look-up of a caller's number is kept.
    CallerLookup,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::ConsoleSession => "dni console session",
            Self::Link => "dni link",
            Self::CallerLookup => "dni caller lookup",
        }
    }
}

/// The keys of one purpose: the first signs, all verify.
#[derive(Clone)]
pub struct SigningKeys {
    purpose: Purpose,
    keys: Vec<Hmac<Sha256>>,
}

impl SigningKeys {
    /// Derives a purpose's keys from the secret in force and, during a rotation, the one before it.
    pub fn derive(purpose: Purpose, current: &Secret, previous: Option<&Secret>) -> Self {
        let derived = [Some(current), previous].into_iter().flatten().filter_map(|secret| {
            let mut key = [0; KEY_BYTES];
            Hkdf::<Sha256>::new(Some(SALT), secret.as_bytes()).expand(purpose.label().as_bytes(), &mut key).ok()?;
            Hmac::new_from_slice(&key).ok()
        });
        Self { purpose, keys: derived.collect() }
    }

    /// Takes keys that the owner set for this purpose alone, the newest first.
    pub fn given<'a>(purpose: Purpose, keys: impl IntoIterator<Item = &'a str>) -> Self {
        let keys = keys.into_iter().filter_map(|key| Hmac::new_from_slice(key.as_bytes()).ok());
        Self { purpose, keys: keys.collect() }
    }

    /// Makes a token that carries a text, readable but not to be changed. It holds only together with `context`, which is not
    /// in it and has no line breaks.
    pub fn seal(&self, carried: &[u8], context: &str) -> Option<String> {
        let mac = self.mac(self.keys.first()?, carried, context).finalize().into_bytes();
        Some([URL_SAFE_NO_PAD.encode(carried), URL_SAFE_NO_PAD.encode(mac)].join("."))
    }

    /// Reads what a token carries; `None` if it is not of these keys, of another context, or was changed.
    pub fn open(&self, token: &str, context: &str) -> Option<Vec<u8>> {
        let (carried, mac) = token.split_once('.')?;
        let (carried, mac) = (URL_SAFE_NO_PAD.decode(carried).ok()?, URL_SAFE_NO_PAD.decode(mac).ok()?);
        let is_ours = self.keys.iter().any(|key| self.mac(key, &carried, context).verify_slice(&mac).is_ok());
        is_ours.then_some(carried)
    }

    /// Names something by a hash that only these keys can make, so that the name does not tell what it is the name of. The first
    /// is the name in force, a second one that under the key before.
    pub fn names_of(&self, what: &str) -> Vec<String> {
        let names = self.keys.iter().map(|key| self.mac(key, what.as_bytes(), "").finalize().into_bytes());
        names.map(|name| URL_SAFE_NO_PAD.encode(name)).collect()
    }

    fn mac(&self, key: &Hmac<Sha256>, carried: &[u8], context: &str) -> Hmac<Sha256> {
        let mut mac = key.clone();
        for part in [self.purpose.label().as_bytes(), b"\n", context.as_bytes(), b"\n", carried] {
            mac.update(part);
        }
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(digit: &str) -> Secret {
        Secret::new("SIGNING_KEY", &digit.repeat(32)).unwrap()
    }

    fn of(purpose: Purpose) -> SigningKeys {
        SigningKeys::derive(purpose, &secret("1"), None)
    }

    #[test]
    fn a_token_holds_for_its_purpose_and_context_only() {
        let token = of(Purpose::Link).seal(b"who", "a browser").unwrap();
        assert_eq!(of(Purpose::Link).open(&token, "a browser"), Some(b"who".to_vec()));
        assert_eq!(of(Purpose::Link).open(&token, "another"), None);
        assert_eq!(of(Purpose::ConsoleSession).open(&token, "a browser"), None);
        assert_eq!(SigningKeys::derive(Purpose::Link, &secret("2"), None).open(&token, "a browser"), None);
        // The label alone does not tell the purposes apart: the keys are others.
        let names =
            [Purpose::ConsoleSession, Purpose::Link, Purpose::CallerLookup].map(|purpose| of(purpose).names_of("x"));
        assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2]);
    }

    #[test]
    fn a_changed_token_is_none() {
        let token = of(Purpose::Link).seal(b"who", "").unwrap();
        let (carried, mac) = token.split_once('.').unwrap();
        let other = URL_SAFE_NO_PAD.encode(b"you");
        let table = [
            String::new(),
            ".".to_owned(),
            carried.to_owned(),
            format!("{carried}."),
            format!(".{mac}"),
            format!("{other}.{mac}"),
            format!("{carried}.{}", mac.get(1..).unwrap()),
            format!("{carried}.{mac}="),
            format!("{token}.{mac}"),
        ];
        for changed in table {
            assert_eq!(of(Purpose::Link).open(&changed, ""), None, "{changed}");
        }
    }

    #[test]
    fn during_a_rotation_the_old_key_verifies_and_the_new_one_signs() {
        let old = SigningKeys::derive(Purpose::Link, &secret("1"), None);
        let both = SigningKeys::derive(Purpose::Link, &secret("2"), Some(&secret("1")));
        let new = SigningKeys::derive(Purpose::Link, &secret("2"), None);
        assert!(both.open(&old.seal(b"who", "").unwrap(), "").is_some());
        let token = both.seal(b"who", "").unwrap();
        assert!(new.open(&token, "").is_some() && old.open(&token, "").is_none());
        assert_eq!(both.names_of("x"), [new.names_of("x"), old.names_of("x")].concat());
    }

    #[test]
    fn keys_of_the_owner_sign_links_as_they_always_did() {
        let keys = SigningKeys::given(Purpose::Link, ["a-key-of-links", "the-key-before"]);
        let before = SigningKeys::given(Purpose::Link, ["the-key-before"]);
        assert!(keys.open(&before.seal(b"{}", "agent").unwrap(), "agent").is_some());
        // printf 'dni link\nagent\n{}' | openssl dgst -sha256 -hmac a-key-of-links -binary | basenc --base64url
        assert_eq!(keys.seal(b"{}", "agent").unwrap(), "e30.ad4GZ-qX3FaEija_FbYUC8BXNAnuDiKK4Xs9r8YmQu4");
        assert_eq!(SigningKeys::given(Purpose::Link, []).seal(b"{}", "agent"), None);
    }

    #[test]
    fn derived_keys_never_change() {
        // Whoever is signed in stays so over a deployment, and what was looked up is found again.
        assert_eq!(of(Purpose::CallerLookup).names_of("+13125550142"), ["lDD6P-LQ5LfTNJKJPtgenDnYLSHgHa7397uOUf4InF0"]);
        assert_eq!(
            of(Purpose::ConsoleSession).seal(b"1", "").unwrap(),
            "MQ.2LXWA044mIW4pqi572ZwF88etjBg8WoDJwZJP7iavBk"
        );
    }
}
