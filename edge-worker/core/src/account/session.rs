//! The session of a signed-in console: a token that says until when, and nothing of the key.

use core::time::Duration;

use dni_core::time::Millis;

use super::signing::SigningKeys;

/// How long a console sign-in lasts: a working day.
pub const SIGNED_IN_FOR: Duration = Duration::from_hours(12);

/// Begins a session.
pub fn begin(keys: &SigningKeys, now: Millis) -> Option<String> {
    keys.seal(now.after(SIGNED_IN_FOR).unix_ms().to_string().as_bytes(), "")
}

/// Says whether a token is that of a session that lasts.
pub fn lasts(token: &str, keys: &SigningKeys, now: Millis) -> bool {
    let until = keys.open(token, "").and_then(|content| String::from_utf8(content).ok()?.parse::<u64>().ok());
    until.is_some_and(|until| now.unix_ms() <= until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::secret::Secret;
    use crate::account::signing::Purpose;

    #[test]
    fn a_session_lasts_a_working_day() {
        let secret = Secret::new("SIGNING_KEY", &"1".repeat(32)).unwrap();
        let keys = SigningKeys::derive(Purpose::ConsoleSession, &secret, None);
        let now = Millis::from_unix_ms(1_795_000_000_000);
        let token = begin(&keys, now).unwrap();
        assert!(lasts(&token, &keys, now));
        assert!(lasts(&token, &keys, now.after(SIGNED_IN_FOR)));
        assert!(!lasts(&token, &keys, now.after(SIGNED_IN_FOR + Duration::from_millis(1))));
        let forever = SigningKeys::derive(Purpose::Link, &secret, None).seal(b"99999999999999", "").unwrap();
        for foreign in [forever.as_str(), "", "99999999999999", "99999999999999."] {
            assert!(!lasts(foreign, &keys, now), "{foreign}");
        }
    }
}
