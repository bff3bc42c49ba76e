//! One number of a pool: its latest leases and callers, in few bytes.

use std::collections::VecDeque;

use super::CallerKey;
use super::caller::{MAX_CALLERS, NumberCaller};
use super::number_lease::{NumberLease, VisitorBits};
use crate::phone::E164;
use crate::time::Millis;

/// Most leases kept in memory for one number. Older ones stay in the store; a call can only belong to the latest ones.
const MAX_KEPT: usize = 32;

/// A number with its latest leases and callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PoolNumber {
    pub number: E164,
    latest: Option<NumberLease>,
    /// The leases before, oldest first; with the latest at most [`MAX_KEPT`]. It takes no memory before the second lease.
    earlier: VecDeque<NumberLease>,
    /// By their keys; at most [`MAX_CALLERS`].
    callers: Vec<NumberCaller>,
    /// When the last of its leases ends; zero if it has none. One that is shared may end before one that began earlier.
    busy_until: Millis,
}

impl PoolNumber {
    pub fn new(number: E164) -> Self {
        Self { number, latest: None, earlier: VecDeque::new(), callers: Vec::new(), busy_until: Millis::default() }
    }

    pub fn latest(&self) -> Option<&NumberLease> {
        self.latest.as_ref()
    }

    pub fn busy_until(&self) -> Millis {
        self.busy_until
    }

    /// Says whether anything is known that a restart would bring back.
    pub fn is_used(&self) -> bool {
        self.latest.is_some() || !self.callers.is_empty()
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &NumberLease> {
        self.latest.iter().chain(self.earlier.iter().rev())
    }

    /// Returns a visitor's newest lease.
    pub fn newest_of(&self, visitor: VisitorBits) -> Option<&NumberLease> {
        self.newest_first().find(|lease| lease.visitor == visitor)
    }

    /// Changes the lease that began at `since` and returns it as it is then with what `change` returned.
    pub fn change<T>(&mut self, since: Millis, change: impl FnOnce(&mut NumberLease) -> T) -> Option<(NumberLease, T)> {
        let mut leases = self.latest.iter_mut().chain(self.earlier.iter_mut().rev());
        let lease = leases.find(|lease| lease.since == since)?;
        let before = lease.until;
        let changed = change(lease);
        let lease = *lease;
        if lease.until >= self.busy_until {
            self.busy_until = lease.until;
        } else if before == self.busy_until {
            self.busy_until = self.last_end();
        }
        Some((lease, changed))
    }

    pub fn insert(&mut self, lease: NumberLease) {
        self.busy_until = self.busy_until.max(lease.until);
        match self.latest {
            Some(latest) if lease.since >= latest.since => {
                self.make_room();
                self.earlier.push_back(latest);
                self.latest = Some(lease);
            }
            Some(_) => {
                let place = self.earlier.partition_point(|kept| kept.since <= lease.since);
                if place > 0 || self.earlier.len() + 1 < MAX_KEPT {
                    self.earlier.insert(place, lease);
                    if self.earlier.len() + 1 > MAX_KEPT {
                        self.earlier.pop_front();
                    }
                }
                self.busy_until = self.last_end();
            }
            None => self.latest = Some(lease),
        }
    }

    fn make_room(&mut self) {
        if self.earlier.len() + 1 < MAX_KEPT {
            return;
        }
        let dropped = self.earlier.pop_front();
        if dropped.is_some_and(|dropped| dropped.until >= self.busy_until) {
            self.busy_until = self.last_end();
        }
    }

    fn last_end(&self) -> Millis {
        self.newest_first().map(|lease| lease.until).max().unwrap_or_default()
    }

    pub fn caller(&self, caller: CallerKey) -> Option<&NumberCaller> {
        let place = self.callers.binary_search_by_key(&caller, |known| known.caller).ok()?;
        self.callers.get(place)
    }

    /// Remembers a caller in place of what was known of them; of too many, the one who has been silent for longest is forgotten.
    pub fn remember(&mut self, known: NumberCaller) {
        match self.callers.binary_search_by_key(&known.caller, |known| known.caller) {
            Ok(place) => {
                if let Some(before) = self.callers.get_mut(place) {
                    *before = known;
                }
            }
            Err(place) => self.callers.insert(place, known),
        }
        if self.callers.len() > MAX_CALLERS {
            let silent = self.callers.iter().enumerate().min_by_key(|(_, known)| (known.last_at, known.caller));
            if let Some((place, _)) = silent {
                self.callers.remove(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_leases_are_kept_in_whatever_order_they_come() {
        let who = |which: u32| VisitorBits(0, which.into());
        let at = |minute: u32| Millis::from_unix_ms(60_000 * u64::from(minute));
        let lease = |which: u32| NumberLease::new(who(which), at(which), at(if which == 3 { 1000 } else { which + 1 }));
        let number = E164::parse("+13125550142").unwrap();
        let filled = |order: &mut dyn Iterator<Item = u32>| {
            let mut filled = PoolNumber::new(number);
            order.for_each(|which| filled.insert(lease(which)));
            filled
        };
        let forwards = filled(&mut (1..=40));
        assert_eq!(forwards.newest_first().count(), MAX_KEPT);
        assert_eq!(forwards.busy_until(), at(41), "the one that would have lasted longer was dropped");
        assert_eq!(filled(&mut (1..=40).rev()), forwards);
        assert_eq!(filled(&mut (1..=40).map(|which| 1 + which * 7 % 40)).newest_first().count(), MAX_KEPT);
        assert_eq!(filled(&mut (1..=40).map(|which| 1 + which * 7 % 40)), forwards);
        assert!(forwards.newest_of(who(8)).is_none() && forwards.newest_of(who(9)).is_some());
    }
}
