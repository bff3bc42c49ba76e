//! Numbers in the order in which their last use ends.

use std::collections::{BTreeSet, VecDeque};

use super::slot::Slot;
use crate::time::Millis;

/// A number and when its last use ends.
pub(super) type UseEnd = (Millis, Slot);

/// A queue that is told the end of a number's use each time that changes, and forgets what no longer holds only when it comes
/// to the front.
///
/// Ends are nearly always later than all before, so most of it is a list to which is added at the back; what comes out of
/// order (a lease given back early, rules that became shorter) stands beside it.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    in_order: VecDeque<UseEnd>,
    others: BTreeSet<UseEnd>,
}

impl Queue {
    pub fn push(&mut self, entry: UseEnd) {
        if self.in_order.back().is_none_or(|last| *last < entry) {
            self.in_order.push_back(entry);
        } else {
            self.others.insert(entry);
        }
    }

    /// Returns the first entry that holds.
    pub fn first(&mut self, holds: impl Fn(UseEnd) -> bool) -> Option<UseEnd> {
        while self.in_order.front().is_some_and(|entry| !holds(*entry)) {
            self.in_order.pop_front();
        }
        while self.others.first().is_some_and(|entry| !holds(*entry)) {
            self.others.pop_first();
        }
        let fronts = self.in_order.front().into_iter().chain(self.others.first());
        fronts.min().copied()
    }

    /// Takes out the entry that came first.
    pub fn remove_first(&mut self, entry: UseEnd) {
        if self.in_order.front() == Some(&entry) {
            self.in_order.pop_front();
        } else {
            self.others.remove(&entry);
        }
    }

    pub fn len(&self) -> usize {
        self.in_order.len() + self.others.len()
    }

    pub fn retain(&mut self, holds: impl Fn(UseEnd) -> bool) {
        self.in_order.retain(|entry| holds(*entry));
        self.others.retain(|entry| holds(*entry));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_comes_in_its_order() {
        let mut queue = Queue::default();
        let entry = |at, slot| (Millis::from_unix_ms(at), slot);
        for (at, slot) in [(5, 1), (7, 2), (7, 1), (3, 0), (9, 1), (9, 0)] {
            queue.push(entry(at, slot));
        }
        let holds = |(at, slot): UseEnd| at.unix_ms() > 3 && slot < 2;
        let mut got = Vec::new();
        while let Some(first) = queue.first(holds) {
            queue.remove_first(first);
            got.push((first.0.unix_ms(), first.1));
        }
        assert_eq!(got, [(5, 1), (7, 1), (9, 0), (9, 1)]);
        assert_eq!(queue.len(), 0);
    }
}
