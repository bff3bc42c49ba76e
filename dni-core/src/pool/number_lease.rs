//! A lease as a number remembers it, in few bytes.

use core::num::NonZeroU64;

use super::Lease;
use crate::id::VisitorId;
use crate::phone::E164;
use crate::time::Millis;

/// A visitor's id in two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct VisitorBits(pub(super) u64, pub(super) u64);

/// A lease without what its number says: 40 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NumberLease {
    pub since: Millis,
    pub until: Millis,
    intent_at: Option<NonZeroU64>,
    pub visitor: VisitorBits,
}

impl VisitorBits {
    pub fn of(visitor: &VisitorId) -> Self {
        #[allow(clippy::cast_possible_truncation, reason = "each half is one word")]
        let halves = |bits: u128| Self((bits >> 64) as u64, bits as u64);
        halves(visitor.bits())
    }

    pub fn id(self) -> VisitorId {
        VisitorId::from_bits(u128::from(self.0) << 64 | u128::from(self.1))
    }
}

impl NumberLease {
    pub fn new(visitor: VisitorBits, since: Millis, until: Millis) -> Self {
        Self { since, until, intent_at: None, visitor }
    }

    pub fn of(lease: &Lease) -> Self {
        let mut kept = Self::new(VisitorBits::of(&lease.visitor), lease.since, lease.until);
        if let Some(at) = lease.intent_at {
            kept.note_intent(at);
        }
        kept
    }

    pub fn lease(&self, number: E164) -> Lease {
        Lease { number, since: self.since, visitor: self.visitor.id(), until: self.until, intent_at: self.intent_at() }
    }

    pub fn intent_at(&self) -> Option<Millis> {
        self.intent_at.map(|at| Millis::from_unix_ms(at.get()))
    }

    pub fn note_intent(&mut self, at: Millis) {
        self.intent_at = NonZeroU64::new(at.unix_ms());
    }

    pub fn is_live(&self, now: Millis) -> bool {
        now <= self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_takes_forty_bytes() {
        assert_eq!(size_of::<NumberLease>(), 40);
    }
}
