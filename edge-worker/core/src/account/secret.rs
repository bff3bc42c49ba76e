//! A secret as its owner set it, and how long it must be.

use core::fmt;

/// Shortest secret taken, in characters: 128 bits if they are hexadecimal digits, which nobody finds by trying. What a key signs
/// is public, so that a shorter one could be guessed without asking the worker even once.
pub const MIN_LENGTH: usize = 32;

/// A secret that is long enough.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// The secret of this name is shorter than [`MIN_LENGTH`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooShort(pub &'static str);

impl Secret {
    /// Takes a secret by the name under which it is set.
    ///
    /// # Errors
    /// [`TooShort`], with that name.
    pub fn new(name: &'static str, text: &str) -> Result<Self, TooShort> {
        if text.chars().count() < MIN_LENGTH { Err(TooShort(name)) } else { Ok(Self(text.to_owned())) }
    }

    /// Returns the secret's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for TooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name) = self;
        write!(
            f,
            "The worker's {name} is shorter than {MIN_LENGTH} characters, so that it could be guessed; make one with 'openssl \
             rand -hex 32' and set it with 'wrangler secret put {name}'."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_secret_is_refused_by_its_name() {
        for text in ["", "secret", &"k".repeat(31)] {
            assert_eq!(Secret::new("API_KEY", text), Err(TooShort("API_KEY")));
        }
        assert!(Secret::new("API_KEY", &"k".repeat(32)).is_ok());
        assert!(Secret::new("API_KEY", &"ü".repeat(31)).is_err(), "characters count, not bytes");
    }

    #[test]
    fn the_refusal_says_what_to_do() {
        assert_eq!(
            TooShort("SIGNING_KEY").to_string(),
            "The worker's SIGNING_KEY is shorter than 32 characters, so that it could be guessed; make one with 'openssl rand \
             -hex 32' and set it with 'wrangler secret put SIGNING_KEY'."
        );
    }

    #[test]
    fn a_secret_shows_nowhere() {
        let secret = Secret::new("API_KEY", "0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(format!("{secret:?}"), "[redacted]");
    }
}
