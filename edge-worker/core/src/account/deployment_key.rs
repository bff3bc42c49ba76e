//! The key of the REST API: what it allows, and whether a request brings it.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::secret::Secret;

/// What a key allows. Today's one key allows everything; a handler names already what it needs.
pub trait Scope: 'static {
    /// The scope's word in documents.
    const NAME: &'static str;
}

/// To read what is there.
pub enum Read {}

/// To change what is there.
pub enum Write {}

impl Scope for Read {
    const NAME: &'static str = "read";
}

impl Scope for Write {
    const NAME: &'static str = "write";
}

/// The key in force and, during a rotation, the one before it.
#[derive(Clone, Debug)]
pub struct ApiKeys {
    current: Secret,
    previous: Option<Secret>,
}

impl ApiKeys {
    /// Takes the keys that are valid at the same time.
    pub const fn new(current: Secret, previous: Option<Secret>) -> Self {
        Self { current, previous }
    }

    /// Says whether `given` is one of the keys. Hashes are compared, and always all of them, so that neither content nor length
    /// nor which key it was shows in the time.
    pub fn allow(&self, given: &str) -> bool {
        let given = Sha256::digest(given);
        let all = [Some(&self.current), self.previous.as_ref()].into_iter().flatten();
        let is_one = all.fold(Choice::from(0), |found, key| found | given.ct_eq(&Sha256::digest(key.as_bytes())));
        bool::from(is_one)
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

    const NEW: &str = "11111111111111111111111111111111";
    const OLD: &str = "22222222222222222222222222222222";

    fn secret(text: &str) -> Secret {
        Secret::new("API_KEY", text).unwrap()
    }

    #[test]
    fn during_a_rotation_both_keys_are_valid() {
        let alone = ApiKeys::new(secret(NEW), None);
        let both = ApiKeys::new(secret(NEW), Some(secret(OLD)));
        let half = NEW.get(..16).unwrap();
        let table = [(NEW, true, true), (OLD, false, true), (half, false, false), ("", false, false)];
        for (given, is_alone, is_one_of_both) in table {
            assert_eq!((alone.allow(given), both.allow(given)), (is_alone, is_one_of_both), "{given}");
        }
        assert!(!both.allow(&[NEW, NEW].concat()));
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
