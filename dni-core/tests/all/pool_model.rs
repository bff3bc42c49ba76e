//! The pool against a simple model of what it promises, over random histories.
//!
//! The model keeps every lease ever given and every caller ever noted, and answers each question by looking at all of them.
//! After every step the pool must agree with it. At every restart and at the end of every history it must be the same pool
//! when it is made again from the rows it had written.
//!
//! Every run takes other histories. It prints its seed, which is shown with a failure (`--nocapture` shows it always), and
//! `PROPTEST_RNG_SEED=<seed> cargo test -p dni-core --test all pool_model` replays that run.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use dni_core::id::VisitorId;
use dni_core::phone::E164;
use dni_core::pool::{
    AreaCode, Attribution, CallerKey, Evidence, Granted, KnownCaller, Lease, LeaseContext, MatchRule, Overflow, Pool,
    PoolRules, Renewed, UnattributedReason, Usage,
};
use dni_core::time::Millis;
use dni_core::visit::Channel;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const START: Millis = Millis::from_unix_ms(1_790_000_000_000);
const NUMBERS: usize = 4;
const VISITORS: u8 = 9;
/// Steps of the longest history; the mean is half of it.
const STEPS: usize = 250;
/// Histories of a run: 1,050,000 steps on average, from which chance strays by 30,000 at most.
const HISTORIES: u32 = 8400;
/// Leases of one number that the pool keeps in memory.
const KEPT: usize = 32;
/// Most windows open on a shared number.
const SHARERS: usize = 4;
/// How long an intent tells sharers apart.
const INTENT_DECIDES: Duration = Duration::from_mins(10);

#[derive(Clone, Debug)]
enum Step {
    Lease(u8, LeaseContext),
    SignOfLife(u8),
    Intent(u8),
    Release(u8),
    Call(usize, CallerKey),
    Pass(u64),
    ClockBack(u64),
    InService(usize),
    Restart,
}

/// Reads a step from a random number: a strategy of its own for every step would take three quarters of the test's time.
fn step(random: u32) -> Step {
    let (kind, value) = (random % 25, random / 25);
    let who = u8::try_from(value % u32::from(VISITORS)).unwrap();
    let rest = value / u32::from(VISITORS);
    match kind {
        0..8 => Step::Lease(who, context(rest)),
        8..12 => Step::SignOfLife(who),
        12 => Step::Intent(who),
        13 => Step::Release(who),
        14..18 => Step::Pass(u64::from(1 + value % 899)),
        18 => Step::ClockBack(u64::from(1 + value % 99)),
        19 => Step::InService(1 + value as usize % NUMBERS),
        20..24 => Step::Call(rest as usize % NUMBERS, CallerKey::from_bits(u64::from(who % 3))),
        _ => Step::Restart,
    }
}

fn context(random: u32) -> LeaseContext {
    static AREAS: LazyLock<[AreaCode; 3]> =
        LazyLock::new(|| ["312", "847", "212"].map(|code| AreaCode::parse(code).unwrap()));
    let areas = AREAS.iter().enumerate().filter(|(bit, _)| random >> bit & 1 == 1).map(|(_, area)| *area).collect();
    let channel = [None, Some(Channel::Direct), Some(Channel::PaidSearch)][random as usize / 16 % 3];
    LeaseContext { areas, has_claim: random >> 3 & 1 == 1, channel }
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
    let spans = (120..1200_u64, 0..900_u64, 0..900_u64, 1..24_u64, 0..4_u64);
    let choices = (any::<bool>(), 0..4_u8, any::<bool>());
    (spans, choices).prop_map(|((hold, grace, more, look_back, remember), (prefer_local, reserve, share_when_full))| {
        PoolRules {
            hold: Duration::from_secs(hold),
            grace: Duration::from_secs(grace),
            cooldown: Duration::from_secs(grace + more),
            look_back: Duration::from_hours(look_back),
            remember_callers: Duration::from_hours(remember * 2),
            prefer_local,
            reserve_percent: 25 * reserve,
            share_when_full,
        }
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
    callers: BTreeMap<(E164, CallerKey), KnownCaller>,
}

impl World {
    fn new(rules: PoolRules) -> Self {
        Self {
            pool: Pool::new(rules, &numbers()[..NUMBERS], overflow()),
            rules,
            in_service: NUMBERS,
            clock: START,
            latest: Millis::default(),
            rows: BTreeMap::new(),
            callers: BTreeMap::new(),
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Lease(who, context) => self.lease(&visitor(*who), context),
            Step::SignOfLife(who) => self.on_their_lease(*who, Pool::sign_of_life, true),
            Step::Intent(who) => self.on_their_lease(*who, Pool::intent, true),
            Step::Release(who) => self.on_their_lease(*who, Pool::release, false),
            Step::Call(number, caller) => self.call(numbers()[*number], *caller),
            Step::Pass(seconds) => self.clock = self.clock.after(Duration::from_secs(*seconds)),
            Step::ClockBack(seconds) => self.clock = self.clock.before(Duration::from_secs(*seconds)),
            Step::InService(count) => {
                self.in_service = *count;
                self.pool.configure(self.rules, &numbers()[..*count], overflow());
            }
            Step::Restart => {
                self.check_restored();
                self.pool = self.restored();
                self.latest = self.rows.values().map(|row| row.since).max().unwrap_or_default();
            }
        }
        self.check_resolve();
    }

    fn restored(&self) -> Pool {
        let rows = self.rows.values().rev().cloned().collect();
        let callers = self.callers.values().rev().cloned().collect();
        Pool::restore(self.rules, &numbers()[..self.in_service], overflow(), rows, callers)
    }

    fn lease(&mut self, who: &VisitorId, context: &LeaseContext) {
        self.latest = self.latest.max(self.clock);
        let expected = self.expected_number(who, context);
        match self.pool.lease(who, context, self.clock) {
            Granted::Leased { lease, changed } => {
                assert_eq!(Some(lease.number), expected, "held, else held last, else by the rules");
                self.write(lease, changed, true);
            }
            Granted::Overflow(number) => {
                assert_eq!(
                    (number, expected),
                    (overflow().of(context.channel).unwrap(), None),
                    "a number was kept back"
                );
            }
            Granted::Exhausted => panic!("the pool has an overflow number"),
        }
        self.check_usage();
    }

    /// What the rules say in one sentence each, over all rows.
    fn expected_number(&self, who: &VisitorId, context: &LeaseContext) -> Option<E164> {
        let now = self.latest;
        let held = self.rows.values().find(|row| row.visitor == *who && self.is_held(row));
        if let Some(held) = held {
            return Some(held.number);
        }
        let usable = || numbers().into_iter().take(self.in_service).enumerate();
        let is_past = |row: &Lease| row.until.after(self.rules.cooldown) < now;
        let their_last = usable().filter_map(|(at, number)| {
            let last = self.last(number)?;
            let is_his = self.kept(number).all(|row| row.visitor == *who || is_past(row));
            (last.visitor == *who && last.since < now && is_his).then_some((last.until, at, number))
        });
        if let Some((.., number)) = their_last.max() {
            return Some(number);
        }
        let by_use = |(at, number)| (self.kept(number).map(|row| row.until).max().unwrap_or_default(), at, number);
        let (free, busy): (Vec<_>, Vec<_>) = usable().partition(|(_, number)| self.kept(*number).all(is_past));
        let longest_unused = free.iter().copied().map(by_use).min();
        let is_local = |(_, number): &(usize, E164)| {
            self.rules.prefer_local && context.areas.iter().any(|code| code.is_of(*number))
        };
        let local = free.iter().copied().filter(is_local).map(by_use).min();
        let reserved = self.in_service * usize::from(self.rules.reserve_percent) / 100;
        let granted =
            if context.has_claim || reserved == 0 || free.len() > reserved { local.or(longest_unused) } else { None };
        if let Some((.., number)) = granted {
            return Some(number);
        }
        let next = busy.into_iter().map(by_use).min().filter(|_| self.rules.share_when_full);
        next.map(|(.., number)| number).filter(|number| {
            self.kept(*number).filter(|row| !is_past(row)).count() < SHARERS && self.last(*number).unwrap().since < now
        })
    }

    fn on_their_lease(
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
        let is_held = self.is_held(&row);
        match act(&mut self.pool, row.number, row.since, &who, self.clock) {
            Renewed::Held { lease, changed } => {
                assert!(is_held, "a lease that ended was revived");
                self.write(lease, changed, extends);
            }
            Renewed::Gone => assert!(!is_held, "a live lease was refused"),
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
        let who = lease.visitor.clone();
        self.rows.insert(key, lease);
        if self.rules.share_when_full {
            let open = |row: &&Lease| row.visitor != who && row.until.after(self.rules.grace) >= self.latest;
            assert!(self.kept(key.0).filter(open).count() < SHARERS, "a number has four sharers at most");
        } else {
            self.check_windows(key);
        }
        if extends {
            self.check_answered(key.0, &who);
        }
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

    /// A call by whoever was just answered finds them.
    fn check_answered(&self, number: E164, who: &VisitorId) {
        match self.pool.resolve(number, self.latest, None) {
            Attribution::Attributed { rule: MatchRule::Intent, .. } if self.rules.share_when_full => {}
            Attribution::Attributed { evidence, .. } => assert_eq!(evidence.visitor, *who),
            Attribution::Ambiguous { candidates } => {
                assert!(candidates.iter().any(|candidate| candidate.evidence.visitor == *who));
            }
            Attribution::Unattributed { reason } => panic!("{reason:?}"),
        }
    }

    fn check_usage(&mut self) {
        let ended = |number: E164| self.kept(number).map(|row| row.until).max();
        let usable: Vec<_> = numbers().into_iter().take(self.in_service).map(ended).collect();
        let held = usable.iter().flatten().filter(|until| **until >= self.latest).count();
        let bound = usable.iter().flatten().filter(|until| until.after(self.rules.cooldown) >= self.latest).count();
        let expected = Usage { numbers: usable.len(), held, resting: bound - held, free: usable.len() - bound };
        assert_eq!(self.pool.usage(self.clock), expected);
    }

    /// The number's rows that are in memory, the newest first.
    fn kept(&self, number: E164) -> impl Iterator<Item = &Lease> + Clone {
        let rows = (number, Millis::default())..=(number, Millis::from_unix_ms(u64::MAX));
        self.rows.range(rows).rev().map(|(_, row)| row).take(KEPT)
    }

    fn last(&self, number: E164) -> Option<&Lease> {
        self.kept(number).next()
    }

    fn is_held(&self, row: &Lease) -> bool {
        row.until >= self.latest && self.kept(row.number).any(|kept| kept == row)
    }

    /// The rows written so far make the same pool again.
    fn check_restored(&self) {
        let now = self.clock.max(self.latest);
        let mut restored = self.restored();
        let mut pool = self.pool.clone();
        let ask = |pool: &mut Pool| pool.lease(&visitor(0), &LeaseContext::default(), now);
        assert_eq!(ask(&mut restored), ask(&mut pool));
        assert_eq!(restored.usage(now), pool.usage(now));
        assert_eq!(restored, pool);
    }

    /// Every number resolves now by the rule that fits.
    fn check_resolve(&self) {
        let now = self.clock.max(self.latest);
        for number in numbers() {
            self.check_among(number, now, now, &self.pool.resolve(number, now, None));
        }
    }

    /// Checks an answer that rests on the leases that had begun by `begun_by` alone.
    fn check_among(&self, number: E164, begun_by: Millis, now: Millis, got: &Attribution) {
        let begun = || self.kept(number).filter(|row| row.since <= begun_by);
        let mut open: Vec<&Lease> = begun().filter(|row| self.is_open(row, now)).collect();
        let mut seen = BTreeSet::new();
        open.retain(|row| seen.insert(row.visitor.clone()));
        match got {
            Attribution::Attributed { rule: rule @ (MatchRule::Exact | MatchRule::Intent), evidence } => {
                let has_intent = evidence.intent_at.is_some();
                assert_eq!(*rule == MatchRule::Intent, has_intent);
                let fresh: Vec<_> = open.iter().filter(|row| is_fresh(row, now)).collect();
                let expected = if let [one] = open.as_slice() { one } else { *fresh[0] };
                assert!(open.len() == 1 || fresh.len() == 1);
                check_evidence(evidence, expected);
            }
            Attribution::Attributed { rule: MatchRule::Late, evidence } => {
                assert!(open.is_empty() && evidence.late_by_seconds <= self.rules.look_back.as_secs());
                check_evidence(evidence, begun().next().unwrap());
            }
            Attribution::Ambiguous { candidates } => {
                assert!(self.rules.share_when_full, "two windows are open on one number");
                assert!(open.iter().filter(|row| is_fresh(row, now)).count() != 1, "one intent decides");
                let named: BTreeSet<_> = candidates.iter().map(|one| one.evidence.visitor.clone()).collect();
                assert_eq!((named, candidates.len()), (seen, open.len()));
                let weights: Vec<_> = candidates.iter().map(|one| one.weight).collect();
                assert!(
                    (weights.iter().sum::<f64>() - 1.0).abs() < 1e-9 && weights.is_sorted_by(|one, next| one >= next)
                );
                assert!(weights.iter().all(|weight| *weight > 0.0));
            }
            Attribution::Unattributed { reason: UnattributedReason::BeyondLookBack } => {
                assert!(open.is_empty());
                let last = begun().next().unwrap();
                assert!(now > last.until.after(self.rules.grace + self.rules.look_back));
            }
            Attribution::Unattributed { reason: UnattributedReason::BeforeFirstLease } => {
                assert!(begun().next().is_none() && self.last(number).is_some());
            }
            Attribution::Unattributed { reason } => {
                assert!(self.last(number).is_none());
                let is_known = numbers().iter().take(self.in_service).any(|one| *one == number)
                    || self.callers.keys().any(|(called, _)| *called == number);
                let expected =
                    if is_known { UnattributedReason::NeverLeased } else { UnattributedReason::UnknownNumber };
                assert_eq!(*reason, expected);
            }
            Attribution::Attributed { .. } => panic!("{got:?}"),
        }
        assert!(got.sentence().ends_with('.'));
    }

    fn is_open(&self, row: &Lease, at: Millis) -> bool {
        row.since <= at && at <= row.until.after(self.rules.grace)
    }

    /// A call now: whoever called the number before is recognised.
    fn call(&mut self, number: E164, caller: CallerKey) {
        let now = self.clock.max(self.latest);
        let key = (number, caller);
        let remember = self.rules.remember_callers;
        let is_remembered = |known: &&KnownCaller| !remember.is_zero() && now.since(known.last_at) <= remember;
        let before = self.callers.get(&key).filter(is_remembered).cloned();
        let got = self.pool.resolve(number, now, Some(caller));
        match before.as_ref().filter(|known| known.first_at < now) {
            None => self.check_among(number, now, now, &got),
            Some(KnownCaller { lease: Some(lease), first_at, .. }) => {
                let open = self.kept(number).find(|row| row.visitor == lease.visitor && self.is_open(row, now));
                let Attribution::Attributed { rule, evidence } = &got else { panic!("{got:?}") };
                assert_eq!(evidence.visitor, lease.visitor);
                assert_eq!(*rule == MatchRule::Returning, open.is_none());
                assert_eq!(evidence.called_before_at, open.is_none().then_some(*first_at));
                assert_eq!(evidence.leased_at, open.map_or(lease.since, |open| open.since));
            }
            Some(KnownCaller { lease: None, first_at, .. }) => match &got {
                Attribution::Unattributed { reason: UnattributedReason::SavedNumber } => {
                    let began_before = |row: &&Lease| row.since <= *first_at && self.is_open(row, now);
                    assert_eq!(self.kept(number).find(began_before), None);
                    assert!(self.last(number).is_some());
                }
                Attribution::Attributed { evidence, .. } if evidence.leased_at > *first_at => {
                    let mut theirs = self.kept(number).filter(|row| row.visitor == evidence.visitor);
                    check_evidence(evidence, theirs.clone().find(|row| self.is_open(row, now)).unwrap());
                    assert!(theirs.any(|row| row.since <= *first_at), "they had the number before the first call");
                }
                got => self.check_among(number, *first_at, now, got),
            },
        }
        self.note(key, now, before.as_ref(), &got);
    }

    fn note(&mut self, key: (E164, CallerKey), now: Millis, before: Option<&KnownCaller>, got: &Attribution) {
        let (number, caller) = key;
        let their_before = before.and_then(|known| known.lease.clone());
        let lease = match got {
            Attribution::Attributed { rule, evidence } if *rule != MatchRule::Returning => {
                self.rows.get(&(number, evidence.leased_at)).cloned()
            }
            _ => their_before,
        };
        let first_at = before.map_or(now, |known| known.first_at.min(now));
        let last_at = before.map_or(now, |known| known.last_at.max(now));
        let expected = KnownCaller { number, caller, lease, first_at, last_at };
        let is_noted = !self.rules.remember_callers.is_zero()
            && *got != Attribution::unknown_number()
            && before != Some(&expected);
        let row = self.pool.note_call(number, now, caller);
        assert_eq!(row, is_noted.then_some(expected));
        if let Some(row) = row {
            self.callers.insert(key, row);
        }
        assert_eq!(self.pool.note_call(number, now, caller), None, "noting a call twice changes nothing");
        // Once noted it belongs to the same visitor; where it was what told whose the caller is, by that now.
        match (self.pool.resolve(number, now, Some(caller)), got) {
            (Attribution::Attributed { evidence: again, .. }, Attribution::Attributed { evidence, .. }) => {
                assert_eq!((again.visitor, again.leased_at), (evidence.visitor.clone(), evidence.leased_at));
            }
            (again, got) => assert_eq!(again, *got),
        }
    }
}

fn is_fresh(row: &Lease, now: Millis) -> bool {
    row.intent_at.is_some_and(|at| at <= now && now.since(at) <= INTENT_DECIDES)
}

fn check_evidence(evidence: &Evidence, row: &Lease) {
    assert_eq!((&evidence.visitor, evidence.leased_at, evidence.lease_until), (&row.visitor, row.since, row.until));
    assert_eq!(evidence.called_before_at, None);
}

fn visitor(which: u8) -> VisitorId {
    static IDS: LazyLock<Vec<VisitorId>> =
        LazyLock::new(|| (0..=VISITORS).map(|which| VisitorId::from_bits(u128::from(which))).collect());
    IDS[usize::from(which)].clone()
}

fn numbers() -> [E164; NUMBERS] {
    static NUMBERS_IN_ORDER: LazyLock<[E164; NUMBERS]> = LazyLock::new(|| {
        ["+13125550151", "+17735550152", "+13125550153", "+18475550154"].map(|text| E164::parse(text).unwrap())
    });
    *NUMBERS_IN_ORDER
}

fn overflow() -> Overflow {
    static OVERFLOW: LazyLock<[E164; 2]> =
        LazyLock::new(|| ["+13125550171", "+13125550172"].map(|text| E164::parse(text).unwrap()));
    Overflow { any: Some(OVERFLOW[0]), by_channel: BTreeMap::from([(Channel::PaidSearch, OVERFLOW[1])]) }
}
