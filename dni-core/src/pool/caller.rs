//! Callers who called a number before.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::number_lease::NumberLease;
use super::{Lease, PoolRules};
use crate::phone::E164;
use crate::time::Millis;

/// Most callers remembered for one number, those who called last: as many as a number of a busy pool has in weeks, and a
/// bound to its memory.
pub(super) const MAX_CALLERS: usize = 128;

/// A caller's number as a keyed hash, made outside: it tells that two calls came from one number, and not from which.
///
/// ```
/// use dni_core::pool::CallerKey;
///
/// let key = CallerKey::from_bits(0x00ff);
/// assert_eq!(key.to_string(), "00000000000000ff");
/// assert_eq!(CallerKey::parse("00000000000000ff"), Some(key));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CallerKey(u64);

impl CallerKey {
    /// Takes the first 64 bits of the hash.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Takes 16 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_key = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u64::from_str_radix(text, 16).ok().filter(|_| is_key).map(Self)
    }
}

impl TryFrom<String> for CallerKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a caller's key is 16 hexadecimal digits")
    }
}

impl From<CallerKey> for String {
    fn from(key: CallerKey) -> Self {
        key.to_string()
    }
}

impl fmt::Display for CallerKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

impl fmt::Debug for CallerKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// That a caller called a number, and whose call it was: one row in the pool's store, named by `number` and `caller`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownCaller {
    /// The number.
    pub number: E164,
    /// The caller.
    pub caller: CallerKey,
    /// The lease that the latest call of their own belonged to; `None` if their calls have belonged to nobody.
    pub lease: Option<Lease>,
    /// When they first called.
    pub first_at: Millis,
    /// When they last called.
    pub last_at: Millis,
}

/// The same without what its number says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NumberCaller {
    pub caller: CallerKey,
    pub lease: Option<NumberLease>,
    pub first_at: Millis,
    pub last_at: Millis,
}

impl NumberCaller {
    pub fn of(row: &KnownCaller) -> Self {
        let KnownCaller { caller, lease, first_at, last_at, .. } = row;
        Self { caller: *caller, lease: lease.as_ref().map(NumberLease::of), first_at: *first_at, last_at: *last_at }
    }

    pub fn row(&self, number: E164) -> KnownCaller {
        KnownCaller {
            number,
            caller: self.caller,
            lease: self.lease.as_ref().map(|lease| lease.lease(number)),
            first_at: self.first_at,
            last_at: self.last_at,
        }
    }

    /// Says whether they are still remembered at `at`.
    pub fn is_remembered(&self, at: Millis, rules: &PoolRules) -> bool {
        !rules.remember_callers.is_zero() && at.since(self.last_at) <= rules.remember_callers
    }
}
