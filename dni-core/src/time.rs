//! Instants, given from outside.

use core::time::Duration;

use serde::{Deserialize, Serialize};

/// An instant as Unix time in milliseconds.
///
/// The core has no clock: whoever calls it says what time it is.
///
/// ```
/// use core::time::Duration;
/// use dni_core::time::Millis;
///
/// let leased = Millis::from_unix_ms(1_790_000_000_000);
/// let later = leased.after(Duration::from_secs(60));
/// assert_eq!(later.since(leased), Duration::from_secs(60));
/// assert_eq!(leased.since(later), Duration::ZERO, "a clock that went back gives no negative span");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(u64);

impl Millis {
    /// Takes Unix time in milliseconds.
    pub const fn from_unix_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// Returns Unix time in milliseconds.
    pub const fn unix_ms(self) -> u64 {
        self.0
    }

    /// Returns the instant `span` later; stops at the end of the range instead of wrapping.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(whole_ms(span)))
    }

    /// Returns the instant `span` earlier; stops at 1970 instead of wrapping.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(whole_ms(span)))
    }

    /// Returns the span from `earlier` to here, or zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// `Duration::as_millis` is 128 bits wide, which costs the browser build a kilobyte of arithmetic.
fn whole_ms(span: Duration) -> u64 {
    span.as_secs().saturating_mul(1000).saturating_add(u64::from(span.subsec_millis()))
}
