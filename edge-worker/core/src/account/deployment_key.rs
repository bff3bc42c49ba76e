//! The key that the deployment itself has, the secret `API_KEY`: whoever brings it is the first owner.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::secret::Secret;

/// The key in force and, during a rotation, the one before it.
#[derive(Clone, Debug)]
pub struct DeploymentKeys {
    current: Secret,
    previous: Option<Secret>,
}

impl DeploymentKeys {
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
        let alone = DeploymentKeys::new(secret(NEW), None);
        let both = DeploymentKeys::new(secret(NEW), Some(secret(OLD)));
        let half = NEW.get(..16).unwrap();
        let table = [(NEW, true, true), (OLD, false, true), (half, false, false), ("", false, false)];
        for (given, is_alone, is_one_of_both) in table {
            assert_eq!((alone.allow(given), both.allow(given)), (is_alone, is_one_of_both), "{given}");
        }
        assert!(!both.allow(&[NEW, NEW].concat()));
    }
}
