//! What opens something by itself: keys, invitations, sessions.
//!
//! A token has 256 random bits, so that its plain SHA-256 can stand in a store: nobody finds the token by it. What it is for stands
//! in front, for people and for the tools that look for secrets in what was published by accident.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Random bytes of a token.
pub const RANDOM_BYTES: usize = 32;
/// Characters that the random bytes take.
const RANDOM_CHARS: usize = 43;
/// Random characters that are shown of a token, so that people can tell theirs apart: what stays secret is 234 bits.
const SHOWN_CHARS: usize = 4;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// The REST API.
    ApiKey,
    /// A member's own way into the console.
    SignInKey,
    /// To become a member.
    Invitation,
    /// A browser that is signed in.
    Session,
}

impl TokenKind {
    /// Returns what a token of this kind begins with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "dni_key_",
            Self::SignInKey => "dni_login_",
            Self::Invitation => "dni_invite_",
            Self::Session => "dni_session_",
        }
    }
}

/// A token, which nobody writes into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    kind: TokenKind,
    text: String,
}

impl Token {
    /// Makes a token of random bytes.
    pub fn make(kind: TokenKind, random: [u8; RANDOM_BYTES]) -> Self {
        Self { kind, text: [kind.prefix(), &URL_SAFE_NO_PAD.encode(random)].concat() }
    }

    /// Reads a token of a kind; `None` if it is of another form, so that no store needs to be asked.
    ///
    /// ```
    /// use edge_core::account::token::{Token, TokenKind};
    ///
    /// let token = Token::make(TokenKind::ApiKey, [7; 32]);
    /// assert_eq!(token.text(), "dni_key_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
    /// assert!(Token::parse(TokenKind::ApiKey, token.text()).is_some());
    /// assert!(Token::parse(TokenKind::Session, token.text()).is_none());
    /// ```
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        let random = text.strip_prefix(kind.prefix())?;
        let is_random = random.len() == RANDOM_CHARS
            && random.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        is_random.then(|| Self { kind, text: text.to_owned() })
    }

    /// Returns the token itself, for whoever it is made for.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the name under which a store knows it.
    pub fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.text))
    }

    /// Returns its beginning, by which people tell theirs apart.
    pub fn hint(&self) -> String {
        self.text.chars().take(self.kind.prefix().len() + SHOWN_CHARS).chain(['…']).collect()
    }
}

impl core::fmt::Debug for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.kind.prefix())?;
        f.write_str("[redacted]")
    }
}

/// Reads the key out of an `Authorization` header; `None` if it is of another scheme. The scheme's case does not matter (RFC 9110,
/// section 11.1).
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, key) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| key.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [TokenKind; 4] = [TokenKind::ApiKey, TokenKind::SignInKey, TokenKind::Invitation, TokenKind::Session];

    #[test]
    fn a_token_is_read_as_its_own_kind_alone() {
        for kind in KINDS {
            let token = Token::make(kind, [255; RANDOM_BYTES]);
            for other in KINDS {
                assert_eq!(Token::parse(other, token.text()).is_some(), other == kind, "{kind:?} {other:?}");
            }
            let text = token.text();
            let changed = [
                String::new(),
                kind.prefix().to_owned(),
                text.get(1..).unwrap().to_owned(),
                format!("{text}A"),
                format!(" {text}"),
                text.to_ascii_uppercase(),
                text.get(..text.len() - 1).unwrap().to_owned(),
                format!("{}.", text.get(..text.len() - 1).unwrap()),
            ];
            for changed in changed {
                assert_eq!(Token::parse(kind, &changed), None, "{changed}");
            }
        }
    }

    #[test]
    fn a_token_shows_its_beginning_alone() {
        let token = Token::make(TokenKind::ApiKey, [7; RANDOM_BYTES]);
        assert_eq!(token.hint(), "dni_key_BwcH…");
        assert_eq!(format!("{token:?}"), "dni_key_[redacted]");
        // printf dni_key_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc | openssl dgst -sha256 -binary | basenc --base64url
        assert_eq!(token.hash().len(), RANDOM_CHARS);
        assert_ne!(token.hash(), Token::make(TokenKind::ApiKey, [8; RANDOM_BYTES]).hash());
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        let table = [
            ("Bearer abc", Some("abc")),
            ("bearer abc", Some("abc")),
            ("BEARER abc", Some("abc")),
            ("Bearer   abc ", Some("abc")),
            ("Basic abc", None),
            ("Bearerabc", None),
            ("Bearer", None),
            ("abc", None),
            ("", None),
        ];
        for (header, key) in table {
            assert_eq!(bearer(header), key, "{header}");
        }
    }
}
