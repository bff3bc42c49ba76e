//! The pool as a state machine.

use std::collections::{BTreeMap, BTreeSet};

use super::caller::NumberCaller;
use super::index::Index;
use super::lease_context::MAX_AREAS;
use super::number::PoolNumber;
use super::number_lease::{NumberLease, VisitorBits};
use super::slot::{Slot, place};
use super::{Attribution, CallerKey, KnownCaller, Lease, LeaseContext, MatchRule, Overflow, PoolRules, resolve};
use crate::id::VisitorId;
use crate::phone::E164;
use crate::time::Millis;

/// Most numbers in service; the rest of a longer list is not used. A thousand times what products allow in a pool.
pub const MAX_NUMBERS: usize = 1_000_000;
/// Most windows open on one shared number: with more, a call would tell next to nothing.
const MAX_SHARERS: usize = 4;

/// A pool of tracking numbers.
///
/// Every method that changes a lease returns it as it is now: the shell writes that one row, and [`Pool::restore`] makes
/// the same pool from the rows again. Time never runs backwards in here: an earlier `now` counts as the latest one seen.
/// What a lease costs does not grow with the pool.
///
/// ```
/// use core::time::Duration;
/// use dni_core::id::VisitorId;
/// use dni_core::phone::E164;
/// use dni_core::pool::{Attribution, Granted, Overflow, Pool, PoolRules, LeaseContext};
/// use dni_core::time::Millis;
///
/// let number = E164::parse("+13125550151").unwrap();
/// let visitor = VisitorId::parse("0123456789abcdef0123456789abcdef").unwrap();
/// let now = Millis::from_unix_ms(1_790_000_000_000);
///
/// let mut pool = Pool::new(PoolRules::default(), &[number], Overflow::default());
/// let Granted::Leased { lease, .. } = pool.lease(&visitor, &LeaseContext::default(), now) else { panic!("the number is free") };
/// assert_eq!(lease.number, number);
///
/// let Attribution::Attributed { evidence, .. } = pool.resolve(number, now.after(Duration::from_secs(60)), None) else {
///     panic!("the visitor holds the number")
/// };
/// assert_eq!(evidence.visitor, visitor);
/// ```
#[derive(Clone, Debug)]
pub struct Pool {
    rules: PoolRules,
    overflow: Overflow,
    /// Those in service in the owner's order, then the retired ones: they are not leased any more, but keep resolving.
    numbers: Vec<PoolNumber>,
    latest: Millis,
    index: Index,
}

/// What a visitor gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granted {
    /// A number of their own.
    Leased {
        /// The lease.
        lease: Lease,
        /// Whether its row must be written: it is new, or was renewed.
        changed: bool,
    },
    /// Every number is taken: the number all such visitors, or those of their channel, share.
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

/// How a pool's numbers are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The numbers in service.
    pub numbers: usize,
    /// Those in a visitor's hand.
    pub held: usize,
    /// Those that rest.
    pub resting: usize,
    /// Those that the next visitor may get.
    pub free: usize,
}

impl Pool {
    /// Makes a pool in which no number has been leased yet.
    pub fn new(rules: PoolRules, numbers: &[E164], overflow: Overflow) -> Self {
        Self::restore(rules, numbers, overflow, Vec::new(), Vec::new())
    }

    /// Makes a pool from its configuration and the rows of its leases and callers, in any order.
    pub fn restore(
        rules: PoolRules,
        numbers: &[E164],
        overflow: Overflow,
        leases: Vec<Lease>,
        callers: Vec<KnownCaller>,
    ) -> Self {
        let mut known: BTreeMap<E164, PoolNumber> = BTreeMap::new();
        let mut latest = Millis::default();
        for lease in leases {
            latest = latest.max(lease.since);
            known.entry(lease.number).or_insert_with(|| PoolNumber::new(lease.number)).insert(NumberLease::of(&lease));
        }
        for caller in callers {
            known
                .entry(caller.number)
                .or_insert_with(|| PoolNumber::new(caller.number))
                .remember(NumberCaller::of(&caller));
        }
        let known = known.into_values().collect();
        let mut pool = Self {
            rules,
            overflow: Overflow::default(),
            numbers: known,
            latest,
            index: Index::of(&[], 0, false, latest),
        };
        pool.configure(rules, numbers, overflow);
        pool
    }

    /// Takes a new configuration. Leases live on; a number that is no longer listed is retired: it gets no new visitor,
    /// keeps its present one, and keeps resolving.
    pub fn configure(&mut self, rules: PoolRules, numbers: &[E164], overflow: Overflow) {
        self.rules = rules;
        self.overflow = overflow;
        let known = core::mem::take(&mut self.numbers).into_iter().map(|known| (known.number, known));
        let mut known: BTreeMap<_, _> = known.collect();
        let mut listed = BTreeSet::new();
        for number in numbers.iter().take(MAX_NUMBERS).filter(|number| listed.insert(**number)) {
            self.numbers.push(known.remove(number).unwrap_or_else(|| PoolNumber::new(*number)));
        }
        let in_service = self.numbers.len();
        self.numbers.extend(known.into_values().filter(PoolNumber::is_used));
        self.index = Index::of(&self.numbers, in_service, rules.prefer_local, self.latest);
    }

    /// Gives `visitor` a number: the one they hold, else the one they held last if nobody has held it since, else the one
    /// that has been unused for longest and whose last window is closed, else the overflow number.
    ///
    /// The rules may ask for more: a local number first; the last numbers only for visitors with a claim; a number shared
    /// with somebody else before the overflow number.
    pub fn lease(&mut self, visitor: &VisitorId, context: &LeaseContext, now: Millis) -> Granted {
        let now = self.advance(now);
        let rules = self.rules;
        let who = VisitorBits::of(visitor);
        if let Some((slot, since)) = self.held_by(who, now)
            && let Some((lease, changed)) = self.change(slot, since, |lease| extend(lease, &rules, now))
        {
            return Granted::Leased { lease, changed };
        }
        let slot = self.held_last_by(who, now).or_else(|| self.free_for(context, now)).or_else(|| self.shareable(now));
        match slot.and_then(|slot| self.begin(slot, who, now)) {
            Some(lease) => Granted::Leased { lease, changed: true },
            None => self.overflow.of(context.channel).map_or(Granted::Exhausted, Granted::Overflow),
        }
    }

    /// Takes a sign of life for the lease that began at `since`, so that it lives on for the hold.
    pub fn sign_of_life(&mut self, number: E164, since: Millis, visitor: &VisitorId, now: Millis) -> Renewed {
        let now = self.advance(now);
        let rules = self.rules;
        self.change_live(number, since, visitor, now, |lease| extend(lease, &rules, now))
    }

    /// Notes that the visitor tapped or copied the number: the strongest sign that a call is about to come.
    pub fn intent(&mut self, number: E164, since: Millis, visitor: &VisitorId, now: Millis) -> Renewed {
        let now = self.advance(now);
        let rules = self.rules;
        self.change_live(number, since, visitor, now, |lease| {
            lease.note_intent(now);
            extend(lease, &rules, now);
            true
        })
    }

    /// Ends the lease now. Its window stays open for the grace, and the number rests for the cooldown.
    pub fn release(&mut self, number: E164, since: Millis, visitor: &VisitorId, now: Millis) -> Renewed {
        let now = self.advance(now);
        self.change_live(number, since, visitor, now, |lease| {
            lease.until = now;
            true
        })
    }

    /// Says whom a call to `number` at `at` belongs to, with the evidence. A caller who called the number before is
    /// recognised by their key.
    pub fn resolve(&self, number: E164, at: Millis, caller: Option<CallerKey>) -> Attribution {
        match self.index.slot(number).and_then(|slot| self.numbers.get(place(slot))) {
            Some(known) => resolve::resolve(known, at, caller, &self.rules),
            None => Attribution::unknown_number(),
        }
    }

    /// Returns until when a call to `number` may still belong to one of its holders: the end of its last lease with window and
    /// look-back; `None` if nobody has held it.
    pub fn belongs_until(&self, number: E164) -> Option<Millis> {
        let known = self.index.slot(number).and_then(|slot| self.numbers.get(place(slot)))?;
        known.latest()?;
        Some(known.busy_until().after(self.rules.grace + self.rules.look_back))
    }

    /// Remembers that `caller` called `number` at `at`, so that they are recognised when they call it again, and returns the row
    /// to be written, if there is one. Noting a call twice changes nothing.
    pub fn note_call(&mut self, number: E164, at: Millis, caller: CallerKey) -> Option<KnownCaller> {
        let rules = self.rules;
        if rules.remember_callers.is_zero() {
            return None;
        }
        let slot = self.index.slot(number)?;
        let attribution = self.resolve(number, at, Some(caller));
        let known = self.numbers.get_mut(place(slot))?;
        let before = known.caller(caller).filter(|before| before.is_remembered(at, &rules)).cloned();
        let mut now = before.clone().unwrap_or(NumberCaller { caller, lease: None, first_at: at, last_at: at });
        now.first_at = now.first_at.min(at);
        now.last_at = now.last_at.max(at);
        if let Attribution::Attributed { rule, evidence } = attribution
            && rule != MatchRule::Returning
        {
            let who = VisitorBits::of(&evidence.visitor);
            now.lease =
                known.newest_first().find(|lease| lease.since == evidence.leased_at && lease.visitor == who).copied();
        }
        if before.as_ref() == Some(&now) {
            return None;
        }
        let row = now.row(number);
        known.remember(now);
        Some(row)
    }

    /// Counts the numbers by their use. It looks at each of them: a report, nothing for every visitor.
    pub fn usage(&self, now: Millis) -> Usage {
        let now = self.latest.max(now);
        let free = self.free_before(now);
        let ends = || self.numbers.iter().take(self.index.in_service()).map(PoolNumber::busy_until);
        let bound = ends().filter(|end| *end >= free).count();
        let held = ends().filter(|end| *end >= now).count().min(bound);
        let numbers = ends().count();
        Usage { numbers, held, resting: bound - held, free: numbers - bound }
    }

    fn advance(&mut self, now: Millis) -> Millis {
        self.latest = self.latest.max(now);
        self.latest
    }

    /// A number is free if it was last in use before this instant: one that was never leased is, whatever the time.
    fn free_before(&self, now: Millis) -> Millis {
        // `max`: rules are checked when they are published, yet an open window must hold whatever the rules say.
        let rest = self.rules.cooldown.max(self.rules.grace);
        now.before(rest).max(Millis::from_unix_ms(1))
    }

    fn held_by(&self, who: VisitorBits, now: Millis) -> Option<(Slot, Millis)> {
        self.index.held_by(who).find_map(|slot| {
            let lease = self.numbers.get(place(slot))?.newest_of(who).filter(|lease| lease.is_live(now))?;
            Some((slot, lease.since))
        })
    }

    /// Finds the number whose last holder was the visitor and which nobody else may still be called on; of several the
    /// one they left last.
    fn held_last_by(&self, who: VisitorBits, now: Millis) -> Option<Slot> {
        let free = self.free_before(now);
        let theirs = self.index.held_by(who).filter(|slot| self.index.is_in_service(*slot)).filter_map(|slot| {
            let number = self.numbers.get(place(slot))?;
            // A lease is named by its beginning, so two cannot begin at the same instant.
            let last = number.latest().filter(|last| last.visitor == who && last.since < now)?;
            let is_his = number.newest_first().all(|lease| lease.visitor == who || lease.until < free);
            is_his.then_some((last.until, slot))
        });
        theirs.max().map(|(_, slot)| slot)
    }

    fn free_for(&mut self, context: &LeaseContext, now: Millis) -> Option<Slot> {
        let free = self.free_before(now);
        let reserved = self.index.in_service() * usize::from(self.rules.reserve_percent) / 100;
        if !context.has_claim && reserved > 0 && self.index.count_free(free) <= reserved {
            return None;
        }
        let areas = context.areas.get(..MAX_AREAS).unwrap_or(&context.areas);
        let local = if self.rules.prefer_local { self.index.longest_unused_in(areas, free) } else { None };
        local.or_else(|| self.index.longest_unused(free))
    }

    /// Finds a number to share: the one that will be free next, unless too many share it already.
    fn shareable(&mut self, now: Millis) -> Option<Slot> {
        let free = self.free_before(now);
        if !self.rules.share_when_full {
            return None;
        }
        let slot = self.index.next_to_be_free(free)?;
        let number = self.numbers.get(place(slot))?;
        let open = number.newest_first().filter(|lease| lease.until >= free).count();
        let is_new = number.latest().is_none_or(|last| last.since < now);
        (open < MAX_SHARERS && is_new).then_some(slot)
    }

    fn begin(&mut self, slot: Slot, who: VisitorBits, now: Millis) -> Option<Lease> {
        let number = self.numbers.get_mut(place(slot))?;
        let earlier = number.latest().map(|latest| latest.visitor);
        let lease = NumberLease::new(who, now, now.after(self.rules.hold + self.rules.renew_step()));
        number.insert(lease);
        self.index.begun(slot, number, earlier, now);
        self.index.moved(slot, number);
        Some(lease.lease(number.number))
    }

    /// Applies `change` to the live lease that `visitor` holds. Asked after the lease's end it is too late, even if nobody
    /// else has the number yet: the browser then asks for a number anew and gets the same one.
    fn change_live(
        &mut self,
        number: E164,
        since: Millis,
        visitor: &VisitorId,
        now: Millis,
        change: impl FnOnce(&mut NumberLease) -> bool,
    ) -> Renewed {
        let who = VisitorBits::of(visitor);
        let slot = self.index.slot(number).filter(|slot| {
            let leases = self.numbers.get(place(*slot)).into_iter().flat_map(PoolNumber::newest_first);
            let mut named = leases.filter(|lease| lease.since == since);
            named.next().is_some_and(|lease| lease.visitor == who && lease.is_live(now))
        });
        match slot.and_then(|slot| self.change(slot, since, change)) {
            Some((lease, changed)) => Renewed::Held { lease, changed },
            None => Renewed::Gone,
        }
    }

    fn change(
        &mut self,
        slot: Slot,
        since: Millis,
        change: impl FnOnce(&mut NumberLease) -> bool,
    ) -> Option<(Lease, bool)> {
        let number = self.numbers.get_mut(place(slot))?;
        let (lease, changed) = number.change(since, change)?;
        self.index.moved(slot, number);
        Some((lease.lease(number.number), changed))
    }
}

/// Two pools are the same if they know the same: the index follows from that.
impl PartialEq for Pool {
    fn eq(&self, other: &Self) -> bool {
        let known = |pool: &Self| (pool.rules, pool.latest, pool.index.in_service());
        known(self) == known(other) && self.overflow == other.overflow && self.numbers == other.numbers
    }
}

impl Eq for Pool {}

/// Lets a lease live for the hold from now, and says whether its row must be written for that.
///
/// Each write reaches one step further than the hold, so that the signs of life within that step need none, and the
/// promise (never less than the hold after the last sign of life) is kept by what is already written.
fn extend(lease: &mut NumberLease, rules: &PoolRules, now: Millis) -> bool {
    let needed = now.after(rules.hold);
    if lease.until >= needed {
        return false;
    }
    lease.until = needed.after(rules.renew_step());
    true
}
