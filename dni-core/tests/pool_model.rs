//! The pool against a simple model of what it promises, over random histories.
//!
//! The model keeps every lease ever given and answers each question by looking at all of them. After every step the
//! pool must agree with it. At every restart and at the end of every history it must be the same pool when it is made
//! again from the rows it had written.
//!
//! Every run takes other histories. It prints its seed, which is shown with a failure (`--nocapture` shows it always), and
//! `PROPTEST_RNG_SEED=<seed> cargo test -p dni-core --test pool_model` replays that run.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

use core::time::Duration;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use dni_core::id::VisitorId;
use dni_core::phone::E164;
use dni_core::pool::{Attribution, Granted, Lease, MatchRule, Pool, PoolRules, Renewed, Unattributed};
use dni_core::time::Millis;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const START: Millis = Millis::from_unix_ms(1_790_000_000_000);
const NUMBERS: usize = 4;
const VISITORS: u8 = 9;
/// Steps of the longest history; the mean is half of it.
const STEPS: usize = 250;
/// Histories of a run: 1,050,000 steps on average, from which chance strays by 30,000 at most.
const HISTORIES: u32 = 8400;

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

/// Reads a step from a random number: a strategy of its own for every step would take three quarters of the test's time.
fn step(random: u32) -> Step {
    let (kind, value) = (random % 21, random / 21);
    let who = u8::try_from(value % u32::from(VISITORS)).unwrap();
    match kind {
        0..8 => Step::Lease(who),
        8..12 => Step::SignOfLife(who),
        12 => Step::Intent(who),
        13 => Step::Release(who),
        14..18 => Step::Pass(u64::from(1 + value % 899)),
        18 => Step::ClockBack(u64::from(1 + value % 99)),
        19 => Step::InService(1 + value as usize % NUMBERS),
        _ => Step::Restart,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_pool_keeps_its_promises(rules in rules(), steps in proptest::collection::vec(any::<u32>(), 1..STEPS)) {
        let mut world = World::new(rules);
        for step in steps.into_iter().map(step) {
            world.take(&step);
        }
        world.check_restored();
    }
}

fn config() -> ProptestConfig {
    let given = ProptestConfig::default().rng_seed;
    let seed = match given {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().hash_one(START),
    };
    eprintln!("PROPTEST_RNG_SEED={seed}");
    ProptestConfig { cases: HISTORIES, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Default::default() }
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
                self.check_restored();
                let rows = self.rows.values().rev().cloned().collect();
                self.pool = Pool::restore(self.rules, &numbers()[..self.in_service], Some(overflow()), rows);
                self.latest = self.rows.values().map(|row| row.since).max().unwrap_or_default();
            }
        }
        self.check_resolve();
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
        let latest = |number: &E164| self.last(*number);
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
        self.check_windows(key);
    }

    /// No number in two visitors' open windows: the row just written may only touch those beside it.
    fn check_windows(&self, (number, since): (E164, Millis)) {
        let before = self.rows.range((number, Millis::default())..(number, since)).next_back();
        let beside: Vec<_> = before.into_iter().chain(self.rows.range((number, since)..).take(2)).collect();
        for pair in beside.windows(2).filter(|pair| pair[0].1.number == pair[1].1.number) {
            let (one, next) = (pair[0].1, pair[1].1);
            let closed = one.until.after(self.rules.grace) < next.since;
            assert!(one.visitor == next.visitor || closed, "{pair:?}");
        }
    }

    /// The number's last row.
    fn last(&self, number: E164) -> Option<&Lease> {
        let rows = (number, Millis::default())..=(number, Millis::from_unix_ms(u64::MAX));
        self.rows.range(rows).next_back().map(|(_, row)| row)
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
            let last = self.last(number);
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
    static IDS: LazyLock<Vec<VisitorId>> =
        LazyLock::new(|| (0..=VISITORS).map(|which| VisitorId::parse(&format!("{which:032x}")).unwrap()).collect());
    IDS[usize::from(which)].clone()
}

fn numbers() -> [E164; NUMBERS] {
    static NUMBERS_IN_ORDER: LazyLock<[E164; NUMBERS]> = LazyLock::new(|| {
        ["+13125550151", "+13125550152", "+13125550153", "+13125550154"].map(|text| E164::parse(text).unwrap())
    });
    *NUMBERS_IN_ORDER
}

fn overflow() -> E164 {
    static OVERFLOW: LazyLock<E164> = LazyLock::new(|| E164::parse("+13125550171").unwrap());
    *OVERFLOW
}
