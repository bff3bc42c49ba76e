//! The session of a signed-in console: a row of the store, found by a hash of the token that the browser has.

use core::time::Duration;

use dni_core::time::Millis;

/// How long a session lasts in which nobody asks for anything: a working day.
pub const IDLE_END: Duration = Duration::from_hours(12);
/// How long a session lasts at most: who signs in on Monday does so again the next.
pub const ABSOLUTE_END: Duration = Duration::from_hours(7 * 24);
/// How far apart two notes of a session's last use are.
const NOTED_EVERY: Duration = Duration::from_mins(5);

/// When a session began and was last used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTimes {
    /// When somebody signed in.
    pub began_at: Millis,
    /// When they last asked for something, to five minutes.
    pub seen_at: Millis,
}

impl SessionTimes {
    /// Says whether it lasts.
    ///
    /// ```
    /// use core::time::Duration;
    /// use dni_core::time::Millis;
    /// use edge_core::account::session::SessionTimes;
    ///
    /// let at = Millis::from_unix_ms(1_795_000_000_000);
    /// let session = SessionTimes { began_at: at, seen_at: at };
    /// assert!(session.lasts(at.after(Duration::from_hours(11))));
    /// assert!(!session.lasts(at.after(Duration::from_hours(12))));
    /// ```
    pub fn lasts(self, now: Millis) -> bool {
        now < self.end()
    }

    /// Returns when it ends if nobody asks for anything any more.
    pub fn end(self) -> Millis {
        self.seen_at.after(IDLE_END).min(self.began_at.after(ABSOLUTE_END))
    }

    /// Says whether its use is to be noted, as the last note is old.
    pub fn is_use_noted(self, now: Millis) -> bool {
        now < self.seen_at.after(NOTED_EVERY)
    }
}

/// By what somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// The worker's secret `API_KEY`.
    DeploymentKey,
    /// The member's own sign-in key.
    SignInKey,
    /// Cloudflare Access, which knows the member.
    Access,
}

impl SignIn {
    /// Returns its word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::DeploymentKey => "deployment_key",
            Self::SignInKey => "sign_in_key",
            Self::Access => "access",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    fn check(began_hours: u64, seen_hours: u64, now: u64, expected: bool) {
        let times = SessionTimes {
            began_at: Millis::from_unix_ms(began_hours * HOUR),
            seen_at: Millis::from_unix_ms(seen_hours * HOUR),
        };
        assert_eq!(times.lasts(Millis::from_unix_ms(now)), expected, "{times:?} {now}");
    }

    #[test]
    fn a_session_ends_a_working_day_after_its_last_use_and_after_a_week_in_any_case() {
        check(100, 100, 100 * HOUR, true);
        check(100, 100, 112 * HOUR - 1, true);
        check(100, 100, 112 * HOUR, false);
        check(100, 160, 171 * HOUR, true);
        check(100, 265, 268 * HOUR - 1, true);
        check(100, 265, 268 * HOUR, false);
        // A clock that was put back ends nobody's session.
        check(100, 100, 99 * HOUR, true);
    }

    #[test]
    fn its_use_is_noted_every_five_minutes() {
        let at = Millis::from_unix_ms(HOUR);
        let times = SessionTimes { began_at: at, seen_at: at };
        assert!(times.is_use_noted(at.after(Duration::from_secs(299))));
        assert!(!times.is_use_noted(at.after(Duration::from_mins(5))));
    }
}
