//! The pool against a simple model of what it promises, over random histories.
//!
//! The model keeps every lease ever given and answers each question by looking at all of them. After every step the
//! pool must agree with it, and must be the same pool when it is made again from the rows it had written.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

use core::time::Duration;
use std::collections::BTreeMap;

use dni_core::id::VisitorId;
use dni_core::phone::E164;
use dni_core::pool::{Attribution, Granted, Lease, MatchRule, Pool, PoolRules, Renewed, Unattributed};
use dni_core::time::Millis;
use proptest::prelude::*;

const START: Millis = Millis::from_unix_ms(1_790_000_000_000);
const NUMBERS: usize = 4;
const VISITORS: u8 = 9;

#[derive(Clone, Debug)]
enum Step {
    Lease(u8),
    SignOfLife(u8),
    Intent(u8),
    Release(u8),
    Pass(u64),
    ClockBack(u64),
    InService(usize),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..VISITORS).prop_map(Step::Lease),
        4 => (0..VISITORS).prop_map(Step::SignOfLife),
        1 => (0..VISITORS).prop_map(Step::Intent),
        1 => (0..VISITORS).prop_map(Step::Release),
        4 => (1..900_u64).prop_map(Step::Pass),
        1 => (1..100_u64).prop_map(Step::ClockBack),
        1 => (1..=NUMBERS).prop_map(Step::InService),
        1 => Just(Step::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_pool_keeps_its_promises(rules in rules(), steps in proptest::collection::vec(step(), 1..250)) {
        let mut world = World::new(rules);
        for step in steps {
            world.take(&step);
        }
    }
}

fn rules() -> impl Strategy<Value = PoolRules> {
    (120..1200_u64, 0..900_u64, 0..900_u64).prop_map(|(hold, grace, more)| PoolRules {
        hold: Duration::from_secs(hold),
        grace: Duration::from_secs(grace),
        cooldown: Duration::from_secs(grace + more),
        look_back: Duration::from_hours(24),
    })
}

/// The pool, the rows it had written, and the model.
struct World {
    pool: Pool,
    rules: PoolRules,
    in_service: usize,
    clock: Millis,
    /// The latest time the pool was told: for it time never runs backwards, but it forgets that in a restart.
    latest: Millis,
    rows: BTreeMap<(E164, Millis), Lease>,
}

impl World {
    fn new(rules: PoolRules) -> Self {
        Self {
            pool: Pool::new(rules, &numbers()[..NUMBERS], Some(overflow())),
            rules,
            in_service: NUMBERS,
            clock: START,
            latest: Millis::default(),
            rows: BTreeMap::new(),
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Lease(who) => self.lease(&visitor(*who)),
            Step::SignOfLife(who) => self.on_his_lease(*who, Pool::sign_of_life, true),
            Step::Intent(who) => self.on_his_lease(*who, Pool::intent, true),
            Step::Release(who) => self.on_his_lease(*who, Pool::release, false),
            Step::Pass(seconds) => self.clock = self.clock.after(Duration::from_secs(*seconds)),
            Step::ClockBack(seconds) => self.clock = self.clock.before(Duration::from_secs(*seconds)),
            Step::InService(count) => {
                self.in_service = *count;
                self.pool.configure(self.rules, &numbers()[..*count], Some(overflow()));
            }
            Step::Restart => {
                let rows = self.rows.values().rev().cloned().collect();
                self.pool = Pool::restore(self.rules, &numbers()[..self.in_service], Some(overflow()), rows);
                self.latest = self.rows.values().map(|row| row.since).max().unwrap_or_default();
            }
        }
        self.check_windows();
        self.check_resolve();
        self.check_restored();
    }

    fn lease(&mut self, who: &VisitorId) {
        self.latest = self.latest.max(self.clock);
        let expected = self.expected_number(who);
        match self.pool.lease(who, self.clock) {
            Granted::Leased { lease, changed } => {
                assert_eq!(Some(lease.number), expected, "held, else held last, else longest unused");
                self.write(lease, changed, true);
            }
            Granted::Overflow(number) => {
                assert_eq!((number, expected), (overflow(), None), "a free number was kept back");
            }
            Granted::Exhausted => panic!("the pool has an overflow number"),
        }
    }

    /// What the rules say in one sentence each, over all rows.
    fn expected_number(&self, who: &VisitorId) -> Option<E164> {
        let now = self.latest;
        let latest = |number: &E164| self.rows.values().rfind(|row| row.number == *number);
        let held = self
            .rows
            .values()
            .find(|row| row.visitor == *who && row.until >= now && latest(&row.number) == Some(*row).as_ref().copied());
        if let Some(held) = held {
            return Some(held.number);
        }
        let usable = || numbers().into_iter().take(self.in_service).enumerate();
        let his_last = usable().filter_map(|(at, number)| {
            let last = latest(&number)?;
            (last.visitor == *who && last.since < now).then_some((last.until, at, number))
        });
        let unused = usable().filter_map(|(at, number)| match latest(&number) {
            None => Some((Millis::default(), at, number)),
            Some(last) => (now > last.until.after(self.rules.cooldown)).then_some((last.until, at, number)),
        });
        his_last.max().or_else(|| unused.min()).map(|(_, _, number)| number)
    }

    fn on_his_lease(
        &mut self,
        who: u8,
        act: fn(&mut Pool, E164, Millis, &VisitorId, Millis) -> Renewed,
        extends: bool,
    ) {
        let who = visitor(who);
        let Some(row) = self.rows.values().filter(|row| row.visitor == who).max_by_key(|row| row.since).cloned() else {
            return;
        };
        self.latest = self.latest.max(self.clock);
        match act(&mut self.pool, row.number, row.since, &who, self.clock) {
            Renewed::Held { lease, changed } => {
                assert!(row.until >= self.latest, "a lease that ended was revived");
                self.write(lease, changed, extends);
            }
            Renewed::Gone => assert!(row.until < self.latest, "a live lease was refused"),
        }
        let somebody_else = visitor(VISITORS);
        assert_eq!(act(&mut self.pool, row.number, row.since, &somebody_else, self.clock), Renewed::Gone);
    }

    fn write(&mut self, lease: Lease, changed: bool, extends: bool) {
        let key = (lease.number, lease.since);
        assert!(changed || self.rows.get(&key) == Some(&lease), "a change was not reported");
        if extends {
            assert!(
                lease.until >= self.latest.after(self.rules.hold),
                "a lease lives for the hold after a sign of life"
            );
            let most = self.latest.after(self.rules.hold + self.rules.renew_step());
            let before = self.rows.get(&key).map_or(most, |row| row.until);
            assert!(lease.until <= most.max(before), "and for one step more at most");
        }
        self.rows.insert(key, lease);
    }

    /// No number in two visitors' open windows.
    fn check_windows(&self) {
        let rows: Vec<_> = self.rows.values().collect();
        for pair in rows.windows(2).filter(|pair| pair[0].number == pair[1].number) {
            let same_visitor = pair[0].visitor == pair[1].visitor;
            let closed = pair[0].until.after(self.rules.grace) < pair[1].since;
            assert!(same_visitor || closed, "{pair:?}");
        }
    }

    /// The rows written so far make the same pool again.
    fn check_restored(&self) {
        let now = self.clock.max(self.latest);
        let rows = self.rows.values().cloned().collect();
        let mut restored = Pool::restore(self.rules, &numbers()[..self.in_service], Some(overflow()), rows);
        let mut pool = self.pool.clone();
        assert_eq!(restored.lease(&visitor(0), now), pool.lease(&visitor(0), now));
        assert_eq!(restored, pool);
    }

    /// Every number resolves now to whoever held it last, by the rule that fits.
    fn check_resolve(&self) {
        let now = self.clock.max(self.latest);
        for number in numbers() {
            let last = self.rows.values().rfind(|row| row.number == number);
            match (self.pool.resolve(number, now), last) {
                (Attribution::Attributed { rule, evidence }, Some(last)) => {
                    assert_eq!(evidence.visitor, last.visitor);
                    assert_eq!(evidence.leased_at, last.since);
                    let in_window = now <= last.until.after(self.rules.grace);
                    assert_eq!(rule == MatchRule::Late, !in_window);
                    assert_eq!(rule == MatchRule::Intent, in_window && evidence.intent_at.is_some());
                }
                (Attribution::Unattributed { reason }, None) => {
                    let listed = numbers().iter().take(self.in_service).any(|one| *one == number);
                    let expected = if listed { Unattributed::NeverLeased } else { Unattributed::UnknownNumber };
                    assert_eq!(reason, expected);
                }
                (Attribution::Unattributed { reason: Unattributed::BeyondLookBack }, Some(last)) => {
                    assert!(now > last.until.after(self.rules.grace + self.rules.look_back));
                }
                (got, last) => panic!("{got:?} for {last:?}"),
            }
        }
    }
}

#[test]
fn five_thousand_numbers_are_leased_once_each() {
    let numbers: Vec<_> = (0..5000).map(|at| E164::parse(&format!("+1312555{at:04}")).unwrap()).collect();
    let mut pool = Pool::new(PoolRules::default(), &numbers, None);
    let mut given = std::collections::BTreeSet::new();
    for at in 0..5000_u32 {
        let who = VisitorId::parse(&format!("{at:032x}")).unwrap();
        let Granted::Leased { lease, .. } = pool.lease(&who, START) else { panic!("a number is free") };
        assert!(given.insert(lease.number));
    }
    let one_more = VisitorId::parse(&"f".repeat(32)).unwrap();
    assert_eq!(pool.lease(&one_more, START), Granted::Exhausted);
    assert_eq!(pool.usage(START), (5000, 5000));
}

#[test]
fn a_call_finds_its_visitor_by_the_rule_that_fits() {
    let [number, ..] = numbers();
    let rules = PoolRules { look_back: Duration::from_hours(24), ..PoolRules::default() };
    let mut pool = Pool::new(rules, &[number], None);
    let minutes = |minutes| START.after(Duration::from_mins(minutes));
    let Granted::Leased { lease, .. } = pool.lease(&visitor(1), minutes(10)) else { panic!("the number is free") };
    assert_eq!(lease.until, minutes(45), "30 minutes of hold and one step of 5");

    let rule_at = |pool: &Pool, at| match pool.resolve(number, at) {
        Attribution::Attributed { rule, .. } => Ok(rule),
        Attribution::Unattributed { reason } => Err(reason),
        Attribution::Ambiguous { candidates } => panic!("{candidates:?}"),
    };
    let cases = [
        (minutes(9), Err(Unattributed::BeforeFirstLease)),
        (minutes(10), Ok(MatchRule::Exact)),
        (minutes(45), Ok(MatchRule::Exact)),
        (minutes(75), Ok(MatchRule::Exact)), // 30 minutes of grace
        (minutes(76), Ok(MatchRule::Late)),
        (minutes(75 + 24 * 60), Ok(MatchRule::Late)),
        (minutes(76 + 24 * 60), Err(Unattributed::BeyondLookBack)),
    ];
    for (at, expected) in cases {
        assert_eq!(rule_at(&pool, at), expected, "{at:?}");
    }
    pool.intent(number, lease.since, &visitor(1), minutes(20));
    assert_eq!(rule_at(&pool, minutes(19)), Ok(MatchRule::Exact), "the intent had not come yet");
    assert_eq!(rule_at(&pool, minutes(21)), Ok(MatchRule::Intent));
}

#[test]
fn windows_that_overlap_make_a_call_ambiguous() {
    let [number, ..] = numbers();
    let lease = |who, from, until| Lease {
        number,
        since: START.after(Duration::from_mins(from)),
        visitor: visitor(who),
        until: START.after(Duration::from_mins(until)),
        intent_at: None,
    };
    let at = START.after(Duration::from_mins(50));
    let rows = vec![lease(1, 0, 30), lease(2, 40, 70)];
    let pool = Pool::restore(PoolRules::default(), &[number], None, rows.clone());
    let Attribution::Ambiguous { candidates } = pool.resolve(number, at) else { panic!("two windows are open") };
    let visitors: Vec<_> = candidates.iter().map(|one| (one.evidence.visitor.clone(), one.weight)).collect();
    assert_eq!(visitors, [(visitor(2), 0.5), (visitor(1), 0.5)]);

    let with_intent = vec![Lease { intent_at: Some(START), ..rows[0].clone() }, rows[1].clone()];
    let pool = Pool::restore(PoolRules::default(), &[number], None, with_intent);
    let Attribution::Attributed { rule, evidence } = pool.resolve(number, at) else { panic!("one intent decides") };
    assert_eq!((rule, evidence.visitor), (MatchRule::Intent, visitor(1)));
}

fn visitor(which: u8) -> VisitorId {
    VisitorId::parse(&format!("{which:032x}")).unwrap()
}

fn numbers() -> [E164; NUMBERS] {
    ["+13125550151", "+13125550152", "+13125550153", "+13125550154"].map(|text| E164::parse(text).unwrap())
}

fn overflow() -> E164 {
    E164::parse("+13125550171").unwrap()
}
