//! What makes a pool fast: its numbers in every order in which they are looked for.
//!
//! All of it follows from the numbers and their leases, and is made anew from them at a restart and with every
//! configuration.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::AreaCode;
use super::number::PoolNumber;
use super::number_lease::VisitorBits;
use super::queue::{Queue, UseEnd};
use super::slot::{Slot, place};
use crate::phone::E164;
use crate::time::Millis;

/// Entries of a queue for each number, and beside them, before those that no longer hold are thrown out: so that throwing out
/// costs no more than pushing did.
const ENTRIES: (usize, usize) = (4, 64);

/// The numbers by what they are looked for.
#[derive(Clone, Debug)]
pub(super) struct Index {
    by_number: HashMap<u64, Slot>,
    /// Who has the latest lease on which number, or, on a shared one, an earlier one that may be live.
    holders: HashMap<VisitorBits, Slot>,
    /// The further numbers of those who have several: retired ones and shared ones.
    more: BTreeSet<(VisitorBits, Slot)>,
    /// Numbers with more than one live lease, perhaps.
    shared: BTreeSet<Slot>,
    /// Of each number in service when its last use ends.
    ends: Vec<Millis>,
    is_free: Vec<bool>,
    free_count: usize,
    /// The numbers that are not free.
    bound: Queue,
    free: Queue,
    /// The numbers in service, and the free ones of each area code; both empty if nobody asks for them.
    with_areas: Vec<E164>,
    free_in: BTreeMap<AreaCode, Queue>,
}

impl Index {
    /// Makes the index of `numbers`, the first `in_service` of which may be leased. `now` is no later than the pool's time.
    pub fn of(numbers: &[PoolNumber], in_service: usize, has_areas: bool, now: Millis) -> Self {
        let used = || numbers.iter().take(in_service);
        let mut entries: Vec<UseEnd> = used().zip(0..).map(|(number, slot)| (number.busy_until(), slot)).collect();
        entries.sort_unstable();
        let mut bound = Queue::default();
        for entry in entries {
            bound.push(entry);
        }
        let with_areas = if has_areas { used().map(|number| number.number).collect() } else { Vec::new() };
        let mut index = Self {
            by_number: numbers.iter().zip(0..).map(|(number, slot)| (key(number.number), slot)).collect(),
            holders: HashMap::with_capacity(numbers.len()),
            more: BTreeSet::new(),
            shared: BTreeSet::new(),
            ends: used().map(PoolNumber::busy_until).collect(),
            is_free: used().map(|_| false).collect(),
            free_count: 0,
            bound,
            free: Queue::default(),
            with_areas,
            free_in: BTreeMap::new(),
        };
        for (slot, number) in (0..).zip(numbers) {
            let Some(holder) = number.latest().map(|latest| latest.visitor) else { continue };
            index.add_holder(holder, slot);
            for lease in number.newest_first().filter(|lease| lease.is_live(now) && lease.visitor != holder) {
                index.shared.insert(slot);
                index.add_holder(lease.visitor, slot);
            }
        }
        index
    }

    pub fn slot(&self, number: E164) -> Option<Slot> {
        self.by_number.get(&key(number)).copied()
    }

    pub fn is_in_service(&self, slot: Slot) -> bool {
        place(slot) < self.ends.len()
    }

    pub fn in_service(&self) -> usize {
        self.ends.len()
    }

    /// Returns the numbers on which a visitor has the latest lease, or shares one.
    pub fn held_by(&self, who: VisitorBits) -> impl Iterator<Item = Slot> {
        // Hardly anybody has more than one number.
        let more = self.holders.get(&who).map(|_| self.more.range((who, 0)..=(who, Slot::MAX)).map(|(_, slot)| *slot));
        self.holders.get(&who).copied().into_iter().chain(more.into_iter().flatten())
    }

    /// Returns how many numbers are free: last in use before `free`, which is never earlier than the last time.
    pub fn count_free(&mut self, free: Millis) -> usize {
        self.settle(free);
        self.free_count
    }

    /// Returns the free number that has been unused for longest.
    pub fn longest_unused(&mut self, free: Millis) -> Option<Slot> {
        self.settle(free);
        let (ends, is_free) = (&self.ends, &self.is_free);
        self.free.first(|entry| is_at(is_free, entry.1) && holds(ends, entry)).map(|(_, slot)| slot)
    }

    /// Does the same among the numbers of some area codes.
    pub fn longest_unused_in(&mut self, areas: &[AreaCode], free: Millis) -> Option<Slot> {
        self.settle(free);
        let (ends, is_free) = (&self.ends, &self.is_free);
        let mut longest: Option<UseEnd> = None;
        for area in areas.iter().copied().flat_map(AreaCode::as_dialled) {
            let queue = self.free_in.get_mut(&area);
            let first = queue.and_then(|queue| queue.first(|entry| is_at(is_free, entry.1) && holds(ends, entry)));
            longest = longest.into_iter().chain(first).min();
        }
        longest.map(|(_, slot)| slot)
    }

    /// Returns the number that will be free next of those that are not.
    pub fn next_to_be_free(&mut self, free: Millis) -> Option<Slot> {
        self.settle(free);
        let (ends, is_free) = (&self.ends, &self.is_free);
        self.bound.first(|entry| !is_at(is_free, entry.1) && holds(ends, entry)).map(|(_, slot)| slot)
    }

    /// Moves the numbers that have become free: each of them once for each of its leases.
    fn settle(&mut self, free: Millis) {
        for _ in 0..=self.ends.len() {
            let (ends, is_free) = (&self.ends, &self.is_free);
            let next = self.bound.first(|entry| !is_at(is_free, entry.1) && holds(ends, entry));
            let Some(entry) = next.filter(|(end, _)| *end < free) else { return };
            self.bound.remove_first(entry);
            self.free.push(entry);
            for area in self.with_areas.get(place(entry.1)).copied().into_iter().flat_map(AreaCode::all_of) {
                self.free_in.entry(area).or_default().push(entry);
            }
            self.set_free(entry.1, true);
        }
    }

    /// Notes when the last use of a number ends now.
    pub fn moved(&mut self, slot: Slot, number: &PoolNumber) {
        let end = number.busy_until();
        let Some(known) = self.ends.get_mut(place(slot)).filter(|known| **known != end) else { return };
        *known = end;
        self.set_free(slot, false);
        self.bound.push((end, slot));
        self.throw_out();
    }

    fn set_free(&mut self, slot: Slot, is_free: bool) {
        if let Some(known) = self.is_free.get_mut(place(slot)) {
            self.free_count -= usize::from(*known);
            self.free_count += usize::from(is_free);
            *known = is_free;
        }
    }

    fn throw_out(&mut self) {
        let most = self.ends.len() * ENTRIES.0 + ENTRIES.1;
        let (ends, is_free) = (&self.ends, &self.is_free);
        if self.bound.len() > most {
            self.bound.retain(|entry| !is_at(is_free, entry.1) && holds(ends, entry));
        }
        for queue in
            core::iter::once(&mut self.free).chain(self.free_in.values_mut()).filter(|queue| queue.len() > most)
        {
            queue.retain(|entry| is_at(is_free, entry.1) && holds(ends, entry));
        }
    }

    /// Notes that the latest lease of a number is new; `earlier` had the latest one before.
    pub fn begun(&mut self, slot: Slot, number: &PoolNumber, earlier: Option<VisitorBits>, now: Millis) {
        let Some(holder) = number.latest().map(|latest| latest.visitor) else { return };
        let is_live = |who| number.newest_of(who).is_some_and(|lease| lease.is_live(now));
        if let Some(earlier) = earlier.filter(|earlier| *earlier != holder) {
            if is_live(earlier) {
                self.shared.insert(slot);
            } else {
                self.remove_holder(earlier, slot);
            }
        }
        self.add_holder(holder, slot);
        if self.shared.contains(&slot) {
            let leases = number.newest_first();
            let others: BTreeSet<_> = leases.map(|lease| lease.visitor).filter(|who| *who != holder).collect();
            let (live, gone): (Vec<_>, Vec<_>) = others.into_iter().partition(|who| is_live(*who));
            for who in gone {
                self.remove_holder(who, slot);
            }
            if live.is_empty() {
                self.shared.remove(&slot);
            }
        }
    }

    fn add_holder(&mut self, who: VisitorBits, slot: Slot) {
        if *self.holders.entry(who).or_insert(slot) != slot {
            self.more.insert((who, slot));
        }
    }

    fn remove_holder(&mut self, who: VisitorBits, slot: Slot) {
        if self.holders.get(&who) != Some(&slot) {
            self.more.remove(&(who, slot));
            return;
        }
        let next = self.more.range((who, 0)..=(who, Slot::MAX)).next().copied();
        match next {
            Some((_, next)) => {
                self.more.remove(&(who, next));
                self.holders.insert(who, next);
            }
            None => {
                self.holders.remove(&who);
            }
        }
    }
}

/// Says whether an entry tells the present end of its number's use.
fn holds(ends: &[Millis], (end, slot): UseEnd) -> bool {
    ends.get(place(slot)) == Some(&end)
}

fn is_at(flags: &[bool], slot: Slot) -> bool {
    flags.get(place(slot)).copied().unwrap_or_default()
}

/// The digits as a number: no two numbers have the same, for none begins with a zero.
fn key(number: E164) -> u64 {
    number.digits().bytes().fold(0, |key, digit| key * 10 + u64::from(digit - b'0'))
}
