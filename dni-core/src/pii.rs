//! Personal data, kept out of logs.

use core::fmt;

use serde::{Deserialize, Serialize};

/// A value that belongs to a person: a caller's number, a name, a transcript.
///
/// `Debug` prints a placeholder, so that no log line can carry it by accident. Serialised it is the plain value:
/// stores and replies need it.
///
/// ```
/// use dni_core::pii::Pii;
///
/// let caller = Pii::new("+13125550123");
/// assert_eq!(format!("{caller:?}"), "[redacted]");
/// assert_eq!(*caller.expose(), "+13125550123");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Wraps a person's value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Gives the value to code that must have it: a store, a reply, a carrier's document.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Unwraps the value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[redacted]")
    }
}
