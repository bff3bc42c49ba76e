//! What makes a pool fast: its numbers in every order in which they are looked for.
//!
//! All of it follows from the numbers and their leases, and is made anew from them at a restart and with every
//! configuration.

use std::collections::{BTreeMap, BTreeSet};

use super::AreaCode;
use super::number::{PoolNumber, Who};
use crate::phone::E164;
use crate::time::Millis;

/// The place of a number in the pool. Those in service come first, in the owner's order.
pub(super) type Slot = u32;

/// The numbers by what they are looked for.
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// How many numbers are in service: their slots are below this.
    in_service: Slot,
    by_number: BTreeMap<u64, Slot>,
    /// Who has the latest lease on which number, or, on a shared one, an earlier one that may be live.
    holders: BTreeSet<(Who, Slot)>,
    /// The numbers in service by when they were in use last, then by the owner's order.
    unused: BTreeSet<(Millis, Slot)>,
    /// The same by area code; empty if nobody asks for it.
    by_area: BTreeSet<(AreaCode, Millis, Slot)>,
    has_areas: bool,
    /// Shared numbers.
    shared: BTreeSet<Slot>,
    free: Passed,
    idle: Passed,
}

/// How many of the unused numbers lie before an instant that only moves on: counting them costs each of them one step.
#[derive(Clone, Copy, Debug, Default)]
struct Passed {
    before: Millis,
    count: usize,
}

impl Index {
    /// Makes the index of `numbers`, the first `in_service` of which may be leased. `now` is no later than the pool's time.
    pub fn of(numbers: &[PoolNumber], in_service: usize, has_areas: bool, now: Millis) -> Self {
        let in_service = Slot::try_from(in_service).unwrap_or(Slot::MAX);
        let slots = || (0..).zip(numbers);
        let mut index = Self {
            in_service,
            by_number: slots().map(|(slot, number)| (key(number.number), slot)).collect(),
            holders: BTreeSet::new(),
            unused: slots()
                .filter(|(slot, _)| *slot < in_service)
                .map(|(slot, number)| (number.busy_until(), slot))
                .collect(),
            by_area: BTreeSet::new(),
            has_areas,
            shared: BTreeSet::new(),
            free: Passed::default(),
            idle: Passed::default(),
        };
        if has_areas {
            let in_service = slots().filter(|(slot, _)| index.is_in_service(*slot));
            let with_area =
                |(slot, number): (Slot, &PoolNumber)| Some((AreaCode::of(number.number)?, number.busy_until(), slot));
            index.by_area = in_service.filter_map(with_area).collect();
        }
        for (slot, number) in slots() {
            let mut live = number.newest_first().filter(|lease| lease.is_live(now)).map(|lease| lease.visitor);
            index.holders.extend(number.latest().map(|latest| (latest.visitor, slot)));
            let others: Vec<_> =
                live.by_ref().filter(|who| number.latest().is_some_and(|latest| latest.visitor != *who)).collect();
            if !others.is_empty() {
                index.shared.insert(slot);
                index.holders.extend(others.into_iter().map(|who| (who, slot)));
            }
        }
        index
    }

    pub fn slot(&self, number: E164) -> Option<Slot> {
        self.by_number.get(&key(number)).copied()
    }

    pub fn is_in_service(&self, slot: Slot) -> bool {
        slot < self.in_service
    }

    pub fn in_service(&self) -> usize {
        self.unused.len()
    }

    /// Returns the numbers on which a visitor has the latest lease, or shares one.
    pub fn held_by(&self, who: Who) -> impl Iterator<Item = Slot> {
        self.holders.range((who, 0)..=(who, Slot::MAX)).map(|(_, slot)| *slot)
    }

    /// Returns the number that has been unused for longest if it was last in use before `free`.
    pub fn longest_unused(&self, free: Millis) -> Option<Slot> {
        self.unused.first().filter(|(until, _)| *until < free).map(|(_, slot)| *slot)
    }

    /// Does the same among the numbers of some area codes.
    pub fn longest_unused_in(&self, areas: &[AreaCode], free: Millis) -> Option<Slot> {
        let of_area = |area: &AreaCode| self.by_area.range((*area, Millis::default(), 0)..(*area, free, 0)).next();
        let longest = areas.iter().filter_map(of_area).map(|(_, until, slot)| (*until, *slot)).min();
        longest.map(|(_, slot)| slot)
    }

    /// Returns the number that will be free next of those that are not.
    pub fn next_to_be_free(&self, free: Millis) -> Option<Slot> {
        self.unused.range((free, 0)..).next().map(|(_, slot)| *slot)
    }

    /// Returns how many numbers were last in use before `free`, which never is earlier than the last time.
    pub fn count_free(&mut self, free: Millis) -> usize {
        self.free.move_on(&self.unused, free)
    }

    /// Returns how many numbers nobody holds.
    pub fn count_idle(&mut self, now: Millis) -> usize {
        self.idle.move_on(&self.unused, now)
    }

    /// Moves a number that was in use until `before` and is now until what it says.
    pub fn moved(&mut self, slot: Slot, number: &PoolNumber, before: Millis) {
        let until = number.busy_until();
        if until == before || !self.is_in_service(slot) {
            return;
        }
        self.unused.remove(&(before, slot));
        self.unused.insert((until, slot));
        for passed in [&mut self.free, &mut self.idle] {
            passed.count -= usize::from(before < passed.before);
            passed.count += usize::from(until < passed.before);
        }
        if let Some(area) = AreaCode::of(number.number).filter(|_| self.has_areas) {
            self.by_area.remove(&(area, before, slot));
            self.by_area.insert((area, until, slot));
        }
    }

    /// Notes that the latest lease of a number is new; `earlier` had the latest one before.
    pub fn begun(&mut self, slot: Slot, number: &PoolNumber, earlier: Option<Who>, now: Millis) {
        let Some(holder) = number.latest().map(|latest| latest.visitor) else { return };
        let is_live = |who| number.newest_of(who).is_some_and(|lease| lease.is_live(now));
        if let Some(earlier) = earlier.filter(|earlier| *earlier != holder) {
            if is_live(earlier) {
                self.shared.insert(slot);
            } else {
                self.holders.remove(&(earlier, slot));
            }
        }
        self.holders.insert((holder, slot));
        if self.shared.contains(&slot) {
            let others: BTreeSet<_> =
                number.newest_first().map(|lease| lease.visitor).filter(|who| *who != holder).collect();
            let (live, gone): (Vec<_>, Vec<_>) = others.into_iter().partition(|who| is_live(*who));
            for who in gone {
                self.holders.remove(&(who, slot));
            }
            if live.is_empty() {
                self.shared.remove(&slot);
            }
        }
    }
}

impl Passed {
    fn move_on(&mut self, unused: &BTreeSet<(Millis, Slot)>, to: Millis) -> usize {
        if to > self.before {
            self.count += unused.range((self.before, 0)..(to, 0)).count();
            self.before = to;
        }
        self.count
    }
}

/// The digits as a number: no two numbers have the same, for none begins with a zero.
fn key(number: E164) -> u64 {
    number.digits().bytes().fold(0, |key, digit| key * 10 + u64::from(digit - b'0'))
}
