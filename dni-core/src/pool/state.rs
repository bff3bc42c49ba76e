//! The pool as a state machine.

use std::collections::{BTreeMap, VecDeque};

use super::{Attribution, Lease, PoolRules, resolve};
use crate::id::VisitorId;
use crate::phone::E164;
use crate::time::Millis;

/// Most leases kept in memory for one number. Older ones stay in the store; a call can only belong to the latest ones.
const MAX_KEPT: usize = 32;

/// A pool of tracking numbers.
///
/// Every method that changes a lease returns it as it is now: the shell writes that one row, and [`Pool::restore`] makes
/// the same pool from the rows again. Time never runs backwards in here: an earlier `now` counts as the latest one seen.
///
/// ```
/// use core::time::Duration;
/// use dni_core::id::VisitorId;
/// use dni_core::phone::E164;
/// use dni_core::pool::{Attribution, Granted, Pool, PoolRules};
/// use dni_core::time::Millis;
///
/// let number = E164::parse("+13125550151").unwrap();
/// let visitor = VisitorId::parse("0123456789abcdef0123456789abcdef").unwrap();
/// let now = Millis::from_unix_ms(1_790_000_000_000);
///
/// let mut pool = Pool::new(PoolRules::default(), &[number], None);
/// let Granted::Leased { lease, .. } = pool.lease(&visitor, now) else { panic!("the number is free") };
/// assert_eq!(lease.number, number);
///
/// let Attribution::Attributed { evidence, .. } = pool.resolve(number, now.after(Duration::from_secs(60))) else {
///     panic!("the visitor holds the number")
/// };
/// assert_eq!(evidence.visitor, visitor);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    rules: PoolRules,
    overflow: Option<E164>,
    numbers: BTreeMap<E164, PoolNumber>,
    latest: Millis,
}

/// One number of the pool and its latest leases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct PoolNumber {
    /// Its place in the configuration, by which equally unused numbers are ranked. A retired number has none: it is not
    /// leased any more, but keeps resolving.
    place: Option<usize>,
    /// Oldest first, at most [`MAX_KEPT`].
    leases: VecDeque<Lease>,
}

/// What a visitor gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granted {
    /// A number of his own.
    Leased {
        /// The lease.
        lease: Lease,
        /// Whether its row must be written: it is new, or was renewed.
        changed: bool,
    },
    /// Every number is taken: the number all such visitors share.
    Overflow(E164),
    /// Every number is taken and there is no overflow number.
    Exhausted,
}

/// What became of a sign of life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// The lease lives on.
    Held {
        /// The lease as it is now.
        lease: Lease,
        /// Whether its row must be written.
        changed: bool,
    },
    /// The visitor does not hold that number any more.
    Gone,
}

impl Pool {
    /// Makes a pool in which no number has been leased yet.
    pub fn new(rules: PoolRules, numbers: &[E164], overflow: Option<E164>) -> Self {
        let mut pool = Self { rules, overflow, numbers: BTreeMap::new(), latest: Millis::default() };
        pool.configure(rules, numbers, overflow);
        pool
    }

    /// Makes a pool from its configuration and the rows of its leases, in any order.
    pub fn restore(rules: PoolRules, numbers: &[E164], overflow: Option<E164>, leases: Vec<Lease>) -> Self {
        let mut pool = Self::new(rules, numbers, overflow);
        for lease in leases {
            pool.latest = pool.latest.max(lease.since);
            pool.numbers.entry(lease.number).or_default().insert(lease);
        }
        pool
    }

    /// Takes a new configuration. Leases live on; a number that is no longer listed is retired: it gets no new visitor,
    /// keeps its present one, and keeps resolving.
    pub fn configure(&mut self, rules: PoolRules, numbers: &[E164], overflow: Option<E164>) {
        self.rules = rules;
        self.overflow = overflow;
        for known in self.numbers.values_mut() {
            known.place = None;
        }
        for (place, number) in numbers.iter().enumerate() {
            self.numbers.entry(*number).or_default().place = Some(place);
        }
        self.numbers.retain(|_, number| number.place.is_some() || !number.leases.is_empty());
    }

    /// Gives `visitor` a number: the one he holds, else the one he held last if nobody has held it since, else the one
    /// that has been unused for longest and whose last window is closed, else the overflow number.
    pub fn lease(&mut self, visitor: &VisitorId, now: Millis) -> Granted {
        let now = self.advance(now);
        let rules = self.rules;
        if let Some(lease) = self.held_by(visitor, now) {
            let changed = extend(lease, &rules, now);
            return Granted::Leased { lease: lease.clone(), changed };
        }
        match self.held_last_by(visitor, now).or_else(|| self.longest_unused(now)) {
            Some(free) => self.begin(free, visitor, now),
            None => self.overflow.map_or(Granted::Exhausted, Granted::Overflow),
        }
    }

    /// Takes a sign of life for the lease that began at `since`, so that it lives on for the hold.
    pub fn sign_of_life(&mut self, number: E164, since: Millis, visitor: &VisitorId, now: Millis) -> Renewed {
        let now = self.advance(now);
        let rules = self.rules;
        self.change(number, since, visitor, now, |lease| extend(lease, &rules, now))
    }

    /// Notes that the visitor tapped or copied the number: the strongest sign that a call is about to come.
    pub fn intent(&mut self, number: E164, since: Millis, visitor: &VisitorId, now: Millis) -> Renewed {
        let now = self.advance(now);
        let rules = self.rules;
        self.change(number, since, visitor, now, |lease| {
            lease.intent_at = Some(now);
            extend(lease, &rules, now);
            true
        })
    }

    /// Ends the lease now. Its window stays open for the grace, and the number rests for the cooldown.
    pub fn release(&mut self, number: E164, since: Millis, visitor: &VisitorId, now: Millis) -> Renewed {
        let now = self.advance(now);
        self.change(number, since, visitor, now, |lease| {
            lease.until = now;
            true
        })
    }

    /// Says whom a call to `number` at `at` belongs to, with the evidence.
    pub fn resolve(&self, number: E164, at: Millis) -> Attribution {
        match self.numbers.get(&number) {
            Some(known) => resolve::resolve(&known.leases, at, &self.rules),
            None => Attribution::unknown_number(),
        }
    }

    /// Returns how many numbers may be leased and how many of them are in a visitor's hand.
    pub fn usage(&self, now: Millis) -> (usize, usize) {
        let in_service = self.numbers.values().filter(|number| number.place.is_some());
        in_service.fold((0, 0), |(all, held), number| (all + 1, held + usize::from(number.is_held(now))))
    }

    fn advance(&mut self, now: Millis) -> Millis {
        self.latest = self.latest.max(now);
        self.latest
    }

    fn held_by(&mut self, visitor: &VisitorId, now: Millis) -> Option<&mut Lease> {
        let mut latest = self.numbers.values_mut().filter_map(|number| number.leases.back_mut());
        latest.find(|lease| lease.visitor == *visitor && lease.is_live(now))
    }

    /// Finds the number whose last holder was `visitor`; of several the one he left last.
    fn held_last_by(&self, visitor: &VisitorId, now: Millis) -> Option<E164> {
        let his = self.numbers.iter().filter_map(|(number, known)| {
            let (place, last) = (known.place?, known.latest()?);
            // A lease is named by its beginning, so two cannot begin at the same instant.
            (last.visitor == *visitor && last.since < now).then_some((last.until, place, *number))
        });
        his.max().map(|(_, _, number)| number)
    }

    fn longest_unused(&self, now: Millis) -> Option<E164> {
        let free = self.numbers.iter().filter_map(|(number, known)| match known.latest() {
            None => Some((Millis::default(), known.place?, *number)),
            Some(last) => last.has_cooled(now, &self.rules).then_some((last.until, known.place?, *number)),
        });
        free.min().map(|(_, _, number)| number)
    }

    fn begin(&mut self, number: E164, visitor: &VisitorId, now: Millis) -> Granted {
        let until = now.after(self.rules.hold + self.rules.renew_step());
        let lease = Lease { number, since: now, visitor: visitor.clone(), until, intent_at: None };
        self.numbers.entry(number).or_default().insert(lease.clone());
        Granted::Leased { lease, changed: true }
    }

    /// Applies `change` to the live lease that `visitor` holds. Asked after the lease's end it is too late, even if nobody
    /// else has the number yet: the browser then asks for a number anew and gets the same one.
    fn change(
        &mut self,
        number: E164,
        since: Millis,
        visitor: &VisitorId,
        now: Millis,
        change: impl FnOnce(&mut Lease) -> bool,
    ) -> Renewed {
        let lease = self.numbers.get_mut(&number).and_then(|known| known.leases.back_mut());
        match lease.filter(|lease| lease.since == since && lease.visitor == *visitor && lease.is_live(now)) {
            Some(lease) => {
                let changed = change(lease);
                Renewed::Held { lease: lease.clone(), changed }
            }
            None => Renewed::Gone,
        }
    }
}

impl PoolNumber {
    fn latest(&self) -> Option<&Lease> {
        self.leases.back()
    }

    fn is_held(&self, now: Millis) -> bool {
        self.latest().is_some_and(|lease| lease.is_live(now))
    }

    fn insert(&mut self, lease: Lease) {
        let at = self.leases.partition_point(|kept| kept.since <= lease.since);
        self.leases.insert(at, lease);
        if self.leases.len() > MAX_KEPT {
            self.leases.pop_front();
        }
    }
}

/// Lets a lease live for the hold from now, and says whether its row must be written for that.
///
/// Each write reaches one step further than the hold, so that the signs of life within that step need none, and the
/// promise (never less than the hold after the last sign of life) is kept by what is already written.
fn extend(lease: &mut Lease, rules: &PoolRules, now: Millis) -> bool {
    let needed = now.after(rules.hold);
    if lease.until >= needed {
        return false;
    }
    lease.until = needed.after(rules.renew_step());
    true
}
