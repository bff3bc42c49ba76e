//! Who gets which number: the pool, and what others do instead.

use super::chance::{Chance, mixed};
use crate::id::VisitorId;
use crate::phone::E164;
use crate::pool::{Attribution, CallerKey, Granted, LeaseContext, Overflow, Pool, PoolRules};
use crate::time::Millis;

/// Which number the next visitor gets.
///
/// The pool knows a caller again by their number, as a keyed hash. The policies of others are named after what is done, as
/// their makers document it or as is reported of them. They give a number out again as soon as its hold is over. So that
/// nothing but this differs, all of them attribute a call as the pool does, to the last holder as far back as the look-back
/// reaches; with a look-back of zero a call counts within hold and grace only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Policy {
    /// The pool of this crate.
    Pool,
    /// A random free number, else the overflow number (documented by `CallScaler`).
    RandomFree,
    /// The free number that was given out longest ago; if none is free, one that is still on a visitor's page (reported
    /// of CallRail).
    OldestRecycled,
    /// The first free number in the order of the table, else the overflow number.
    FirstFree,
}

impl Policy {
    /// All policies.
    pub const ALL: [Self; 4] = [Self::Pool, Self::RandomFree, Self::OldestRecycled, Self::FirstFree];

    /// Returns the name for machines and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pool => "pool",
            Self::RandomFree => "random_free",
            Self::OldestRecycled => "oldest_recycled",
            Self::FirstFree => "first_free",
        }
    }
}

/// How an attribution compares with the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Correctness {
    Right,
    Wrong,
    Unsure,
    Unattributed,
}

/// Where numbers are given out under a policy.
pub(super) enum Desk {
    Pool { pool: Box<Pool>, numbers: Vec<E164> },
    Other(Table),
}

/// The numbers of another product.
pub(super) struct Table {
    policy: Policy,
    rules: PoolRules,
    chance: Chance,
    rows: Vec<Row>,
}

/// Who holds a number, or held it last.
#[derive(Clone, Copy, Default)]
struct Row {
    visitor: Option<u32>,
    since: Millis,
    until: Millis,
}

impl Desk {
    pub fn new(policy: Policy, count: u32, rules: PoolRules, chance: Chance) -> Self {
        if policy != Policy::Pool {
            let rows = (0..count).map(|_| Row::default()).collect();
            return Self::Other(Table { policy, rules, chance, rows });
        }
        // No country has the code 999, so these are nobody's numbers. They ascend: a place is found by halving.
        let numbers: Vec<_> = (0..count).filter_map(|place| E164::parse(&format!("+9990{place:06}")).ok()).collect();
        let overflow = E164::parse("+9991000000").ok();
        Self::Pool { pool: Box::new(Pool::new(rules, &numbers, Overflow::from(overflow))), numbers }
    }

    /// Gives a visitor a number and returns its place, or `None` for the overflow number.
    pub fn give(&mut self, visitor: u32, has_claim: bool, now: Millis) -> Option<usize> {
        match self {
            Self::Pool { pool, numbers } => {
                match pool.lease(&id(visitor), &LeaseContext { has_claim, ..LeaseContext::default() }, now) {
                    Granted::Leased { lease, .. } => numbers.binary_search(&lease.number).ok(),
                    Granted::Overflow(_) | Granted::Exhausted => None,
                }
            }
            Self::Other(table) => table.give(visitor, now),
        }
    }

    pub fn sign_of_life(&mut self, place: usize, visitor: u32, since: Millis, now: Millis) {
        match self {
            Self::Pool { pool, numbers } => {
                if let Some(number) = numbers.get(place) {
                    pool.sign_of_life(*number, since, &id(visitor), now);
                }
            }
            Self::Other(table) => table.sign_of_life(place, visitor, now),
        }
    }

    /// Attributes a call to the number at `place` and compares the answer with `caller`.
    pub fn judge(&mut self, place: usize, caller: u32, at: Millis) -> Correctness {
        match self {
            Self::Pool { pool, numbers } => {
                let key = CallerKey::from_bits(mixed(u64::from(caller)));
                let answer = numbers.get(place).map(|number| {
                    let answer = pool.resolve(*number, at, Some(key));
                    pool.note_call(*number, at, key);
                    answer
                });
                match answer {
                    Some(Attribution::Attributed { evidence, .. }) => named(id(caller) == evidence.visitor),
                    Some(Attribution::Ambiguous { .. }) => Correctness::Unsure,
                    Some(Attribution::Unattributed { .. }) | None => Correctness::Unattributed,
                }
            }
            Self::Other(table) => table.judge(place, caller, at),
        }
    }
}

impl Table {
    fn give(&mut self, visitor: u32, now: Millis) -> Option<usize> {
        let place = self.choose(now)?;
        let until = now.after(self.rules.hold);
        *self.rows.get_mut(place)? = Row { visitor: Some(visitor), since: now, until };
        Some(place)
    }

    fn choose(&mut self, now: Millis) -> Option<usize> {
        let rows = || self.rows.iter().enumerate();
        let mut free = rows().filter(|(_, row)| row.visitor.is_none() || row.until < now);
        match self.policy {
            Policy::RandomFree => {
                let free: Vec<_> = free.map(|(place, _)| place).collect();
                free.get(self.chance.one_of(free.len())?).copied()
            }
            Policy::OldestRecycled => {
                let oldest = free.min_by_key(|(_, row)| row.since).or_else(|| rows().min_by_key(|(_, row)| row.since));
                oldest.map(|(place, _)| place)
            }
            Policy::FirstFree | Policy::Pool => free.next().map(|(place, _)| place),
        }
    }

    fn sign_of_life(&mut self, place: usize, visitor: u32, now: Millis) {
        let row = self.rows.get_mut(place).filter(|row| row.visitor == Some(visitor) && row.until >= now);
        if let Some(row) = row {
            row.until = now.after(self.rules.hold);
        }
    }

    fn judge(&self, place: usize, caller: u32, at: Millis) -> Correctness {
        let known_until = |row: &&Row| at <= row.until.after(self.rules.grace).after(self.rules.look_back);
        let row = self.rows.get(place).filter(known_until);
        row.and_then(|row| row.visitor).map_or(Correctness::Unattributed, |visitor| named(visitor == caller))
    }
}

fn named(is_caller: bool) -> Correctness {
    if is_caller { Correctness::Right } else { Correctness::Wrong }
}

/// Makes the id of a simulated visitor.
fn id(visitor: u32) -> VisitorId {
    VisitorId::from_bits(u128::from(visitor))
}
