//! Each rule of a pool by an example.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use dni_core::id::VisitorId;
use dni_core::phone::E164;
use dni_core::pool::{
    AreaCode, Attribution, CallerKey, Granted, Lease, LeaseContext, MatchRule, Overflow, Pool, PoolRules, Renewed,
    UnattributedReason, Usage,
};
use dni_core::time::Millis;
use dni_core::visit::Channel;

const START: Millis = Millis::from_unix_ms(1_790_000_000_000);

#[test]
fn five_thousand_numbers_are_leased_once_each() {
    let numbers: Vec<_> = (0..5000).map(|at| number(&format!("+1312555{at:04}"))).collect();
    let mut pool = Pool::new(PoolRules::default(), &numbers, Overflow::default());
    let mut given = BTreeSet::new();
    for at in 0..5000 {
        assert!(given.insert(lease(&mut pool, at, 0).number));
    }
    assert_eq!(pool.lease(&visitor(5000), &LeaseContext::default(), minutes(0)), Granted::Exhausted);
    let usage = |numbers, held, resting, free| Usage { numbers, held, resting, free };
    assert_eq!(pool.usage(minutes(0)), usage(5000, 5000, 0, 0));
    assert_eq!(pool.usage(minutes(36)), usage(5000, 0, 5000, 0));
    assert_eq!(pool.usage(minutes(66)), usage(5000, 0, 0, 5000));
}

#[test]
fn a_call_finds_its_visitor_by_the_rule_that_fits() {
    let rules = PoolRules { look_back: Duration::from_hours(24), ..PoolRules::default() };
    let mut pool = one_number(rules);
    let first = lease(&mut pool, 1, 10);
    assert_eq!(first.until, minutes(45), "30 minutes of hold and one step of 5");
    let cases = [
        (minutes(9), Err(UnattributedReason::BeforeFirstLease)),
        (minutes(10), Ok(MatchRule::Exact)),
        (minutes(45), Ok(MatchRule::Exact)),
        (minutes(75), Ok(MatchRule::Exact)), // 30 minutes of grace
        (minutes(76), Ok(MatchRule::Late)),
        (minutes(75 + 24 * 60), Ok(MatchRule::Late)),
        (minutes(76 + 24 * 60), Err(UnattributedReason::BeyondLookBack)),
    ];
    for (at, expected) in cases {
        assert_eq!(rule(&pool, at, None), expected, "{at:?}");
    }
    pool.intent(first.number, first.since, &visitor(1), minutes(20));
    assert_eq!(rule(&pool, minutes(19), None), Ok(MatchRule::Exact), "the intent had not come yet");
    assert_eq!(rule(&pool, minutes(21), None), Ok(MatchRule::Intent));
}

#[test]
fn a_caller_who_saved_the_number_is_no_visitor_of_today() {
    let mut pool = one_number(PoolRules::default());
    let day = 24 * 60;
    lease(&mut pool, 1, 0);
    pool.note_call(the_number(), minutes(5), caller(7)).unwrap();
    let weeks_later = 21 * day;
    let second = lease(&mut pool, 2, weeks_later);
    pool.intent(second.number, second.since, &visitor(2), minutes(weeks_later));

    let at = minutes(weeks_later + 1);
    assert_eq!(whose(&pool, at, Some(caller(8))), Ok((MatchRule::Intent, visitor(2))), "an unknown caller is theirs");
    assert_eq!(whose(&pool, at, None), Ok((MatchRule::Intent, visitor(2))), "one who withheld their number too");
    let answer = pool.resolve(the_number(), at, Some(caller(7)));
    let Attribution::Attributed { rule: MatchRule::Returning, evidence } = &answer else { panic!("{answer:?}") };
    assert_eq!((&evidence.visitor, evidence.leased_at), (&visitor(1), minutes(0)));
    assert_eq!(evidence.called_before_at, Some(minutes(5)));
    assert_eq!(
        answer.sentence(),
        "The caller had called the number 20 days 23 h before, when it was this visitor's, who was shown it 21 days \
         before this call: the number was saved, whoever has it now."
    );
    assert_eq!(
        pool.resolve(the_number(), minutes(5), Some(caller(7))),
        {
            pool.note_call(the_number(), minutes(5), caller(7));
            pool.resolve(the_number(), minutes(5), None)
        },
        "the first call itself is resolved as before"
    );
}

#[test]
fn the_number_goes_back_to_the_one_who_called_it() {
    let mut pool = one_number(PoolRules::default());
    lease(&mut pool, 1, 0);
    pool.note_call(the_number(), minutes(5), caller(7)).unwrap();
    let again = lease(&mut pool, 1, 3000);
    assert_eq!(rule(&pool, minutes(3001), Some(caller(7))), Ok(MatchRule::Exact), "their own window is open");
    let row = pool.note_call(the_number(), minutes(3001), caller(7)).unwrap();
    assert_eq!((row.lease.unwrap().since, row.first_at, row.last_at), (again.since, minutes(5), minutes(3001)));
}

#[test]
fn one_whose_first_call_was_nobodys_is_not_the_next_visitors() {
    let mut pool = one_number(PoolRules::default());
    pool.note_call(the_number(), minutes(0), caller(7)).unwrap();
    assert_eq!(rule(&pool, minutes(1), Some(caller(7))), Err(UnattributedReason::NeverLeased));
    lease(&mut pool, 1, 2);
    assert_eq!(rule(&pool, minutes(3), Some(caller(7))), Err(UnattributedReason::SavedNumber));
    assert_eq!(rule(&pool, minutes(3), Some(caller(8))), Ok(MatchRule::Exact));
}

#[test]
fn callers_are_forgotten_when_the_owner_says_and_when_there_are_too_many() {
    let rules = PoolRules { remember_callers: Duration::from_hours(24), ..PoolRules::default() };
    let mut pool = one_number(rules);
    lease(&mut pool, 1, 0);
    pool.note_call(the_number(), minutes(5), caller(7)).unwrap();
    lease(&mut pool, 2, 1000);
    assert_eq!(whose(&pool, minutes(1001), Some(caller(7))), Ok((MatchRule::Returning, visitor(1))));
    lease(&mut pool, 3, 2000);
    assert_eq!(whose(&pool, minutes(2001), Some(caller(7))), Ok((MatchRule::Exact, visitor(3))), "a day has passed");
    for other in 100..228 {
        pool.note_call(the_number(), minutes(1002), caller(other)).unwrap();
    }
    assert_eq!(
        whose(&pool, minutes(1001), Some(caller(7))),
        Ok((MatchRule::Exact, visitor(2))),
        "128 others called since"
    );

    let mut pool = one_number(PoolRules { remember_callers: Duration::ZERO, ..rules });
    lease(&mut pool, 1, 0);
    assert_eq!(pool.note_call(the_number(), minutes(5), caller(7)), None);
    assert_eq!(pool.note_call(number("+13125550199"), minutes(5), caller(7)), None, "a number that is not in the pool");
}

#[test]
fn sharers_are_candidates_by_when_they_were_seen() {
    let lease = |who, from, until, intent_at| Lease {
        number: the_number(),
        since: minutes(from),
        visitor: visitor(who),
        until: minutes(until),
        intent_at,
    };
    let check = |rows: Vec<Lease>, expected: &[(u32, f64)]| {
        let pool = Pool::restore(PoolRules::default(), &[the_number()], Overflow::default(), rows, Vec::new());
        let answer = pool.resolve(the_number(), minutes(50), None);
        let Attribution::Ambiguous { candidates } = &answer else { panic!("two windows are open: {answer:?}") };
        assert_eq!(candidates.len(), expected.len());
        for (got, (who, weight)) in candidates.iter().zip(expected) {
            assert_eq!(got.evidence.visitor, visitor(*who));
            assert!((got.weight - weight).abs() < 1e-9, "{candidates:?}");
        }
        answer.sentence()
    };
    // Seen 50 and 0 minutes before the call: 10/60 against 1.
    let sentence = check(vec![lease(1, 0, 30, None), lease(2, 40, 80, None)], &[(2, 6.0 / 7.0), (1, 1.0 / 7.0)]);
    let expected = "The windows of 2 visitors were open on the number, which they shared: one shown it 10 min before the \
                    call (86 %), one shown it 50 min before the call (14 %).";
    assert_eq!(sentence, expected);
    // The first one tapped it 20 minutes before the call: 10/60 times 1 + 9 times 10/30.
    let old_tap = vec![lease(1, 0, 30, Some(minutes(30))), lease(2, 40, 80, None)];
    check(old_tap, &[(2, 6.0 / 10.0), (1, 4.0 / 10.0)]);

    let new_tap = vec![lease(1, 0, 30, Some(minutes(40))), lease(2, 40, 80, None)];
    let pool = Pool::restore(PoolRules::default(), &[the_number()], Overflow::default(), new_tap, Vec::new());
    assert_eq!(whose(&pool, minutes(50), None), Ok((MatchRule::Intent, visitor(1))), "one fresh intent decides");
    assert_eq!(whose(&pool, minutes(20), None), Ok((MatchRule::Exact, visitor(1))), "before the second one came");
}

#[test]
fn a_number_is_shared_only_if_the_owner_wants_that() {
    let rules = PoolRules { share_when_full: true, ..PoolRules::default() };
    let mut pool = one_number(rules);
    let leases: Vec<_> = (1..=4).map(|who| lease(&mut pool, who, u64::from(who))).collect();
    assert!(leases.iter().all(|lease| lease.number == the_number()));
    assert_eq!(
        pool.lease(&visitor(5), &LeaseContext::default(), minutes(5)),
        Granted::Exhausted,
        "four sharers are enough"
    );
    for (who, lease) in (1..).zip(&leases) {
        let granted = pool.lease(&visitor(who), &LeaseContext::default(), minutes(6));
        assert!(
            matches!(granted, Granted::Leased { lease: again, .. } if again.since == lease.since),
            "each keeps their own"
        );
    }
    let Attribution::Ambiguous { candidates } = pool.resolve(the_number(), minutes(6), None) else {
        panic!("four share")
    };
    assert_eq!(candidates.len(), 4);
    pool.note_call(the_number(), minutes(6), caller(1)).unwrap();
    pool.configure(PoolRules::default(), &[the_number()], Overflow::default());
    let fresh = pool.lease(&visitor(6), &LeaseContext::default(), minutes(6));
    assert_eq!(fresh, Granted::Exhausted, "no more sharing");
}

#[test]
fn a_local_number_is_preferred_if_the_owner_wants_that() {
    let numbers = ["+13125550151", "+17735550152", "+442079460018", "+13125550153", "+12125550154"].map(number);
    let context = |codes: &[&str]| LeaseContext {
        areas: codes.iter().map(|code| AreaCode::parse(code).unwrap()).collect(),
        ..LeaseContext::default()
    };
    let local = PoolRules { prefer_local: true, ..PoolRules::default() };
    let steps = [
        (context(&["212"]), 4),
        (context(&["312", "773"]), 0),
        (context(&["312", "773"]), 1),
        (context(&["212"]), 2),
        (context(&[]), 3),
    ];
    let mut pool = Pool::new(local, &numbers, Overflow::default());
    let mut plain = Pool::new(PoolRules::default(), &numbers, Overflow::default());
    for (who, (context, place)) in (0..).zip(steps) {
        let get = |pool: &mut Pool| match pool.lease(&visitor(who), &context, START) {
            Granted::Leased { lease, .. } => lease.number,
            other => panic!("{other:?}"),
        };
        assert_eq!(get(&mut pool), numbers[place], "{context:?}");
        assert_eq!(get(&mut plain), numbers[who as usize], "in their order without the rule");
    }
}

#[test]
fn a_local_number_is_one_of_any_area_code() {
    let numbers = ["+442079460018", "+441214960018", "+441204123456", "+442079460019", "+493012345678"].map(number);
    let local = PoolRules { prefer_local: true, ..PoolRules::default() };
    let mut pool = Pool::new(local, &numbers, Overflow::default());
    let steps: [(&[&str], usize); 5] =
        [(&["01204"], 2), (&["20"], 0), (&["0121", "020"], 1), (&["020"], 3), (&["030"], 4)];
    for (who, (codes, place)) in (0..).zip(steps) {
        let areas = codes.iter().map(|code| AreaCode::parse(code).unwrap()).collect();
        let context = LeaseContext { areas, ..LeaseContext::default() };
        let Granted::Leased { lease, .. } = pool.lease(&visitor(who), &context, START) else { panic!("{codes:?}") };
        assert_eq!(lease.number, numbers[place], "{codes:?}");
    }
}

#[test]
fn the_last_numbers_are_for_visitors_with_a_claim() {
    let numbers: Vec<_> = (0..10).map(|at| number(&format!("+131255501{at:02}"))).collect();
    let [common, paid] = ["+13125550171", "+13125550172"].map(number);
    let overflow = Overflow { any: Some(common), by_channel: BTreeMap::from([(Channel::PaidSearch, paid)]) };
    let mut pool = Pool::new(PoolRules { reserve_percent: 20, ..PoolRules::default() }, &numbers, overflow);
    let claim = LeaseContext { has_claim: true, ..LeaseContext::default() };
    (0..8).for_each(|who| drop(lease(&mut pool, who, 0)));
    let refused = |pool: &mut Pool, channel| {
        pool.lease(&visitor(20), &LeaseContext { channel, ..LeaseContext::default() }, minutes(1))
    };
    assert_eq!(refused(&mut pool, None), Granted::Overflow(common));
    assert_eq!(refused(&mut pool, Some(Channel::PaidSearch)), Granted::Overflow(paid));
    for who in [30, 31] {
        assert!(matches!(pool.lease(&visitor(who), &claim, minutes(1)), Granted::Leased { .. }));
    }
    assert_eq!(pool.lease(&visitor(32), &claim, minutes(1)), Granted::Overflow(common), "there is no more");
    assert!(
        matches!(pool.lease(&visitor(3), &LeaseContext::default(), minutes(40)), Granted::Leased { .. }),
        "their own is still theirs"
    );
}

#[test]
fn numbers_come_and_go_while_they_are_leased() {
    let [one, two] = ["+13125550151", "+13125550152"].map(number);
    let mut pool = Pool::new(PoolRules::default(), &[one], Overflow::default());
    let held = lease(&mut pool, 1, 0);
    pool.configure(PoolRules::default(), &[two, two], Overflow::default());
    assert_eq!(lease(&mut pool, 1, 1).number, one, "who holds a retired number keeps it");
    assert_eq!(lease(&mut pool, 2, 1).number, two);
    assert_eq!(
        pool.lease(&visitor(3), &LeaseContext::default(), minutes(200)),
        Granted::Leased {
            lease: Lease {
                number: two,
                since: minutes(200),
                visitor: visitor(3),
                until: minutes(235),
                intent_at: None
            },
            changed: true
        },
        "a number listed twice is one, and a retired one is not leased"
    );
    assert!(
        matches!(pool.resolve(one, minutes(200), None), Attribution::Attributed { evidence, .. } if evidence.leased_at == held.since)
    );
    pool.configure(PoolRules::default(), &[two, one], Overflow::default());
    assert_eq!(lease(&mut pool, 4, 200).number, one, "back in service");
}

#[test]
fn calls_belong_to_somebody_until_window_and_look_back_of_the_last_lease_are_over() {
    let mut pool = one_number(PoolRules::default());
    let week = 7 * 24 * 60;
    assert_eq!(pool.belongs_until(the_number()), None, "nobody has held it");
    let first = lease(&mut pool, 1, 0);
    assert_eq!(pool.belongs_until(the_number()), Some(first.until.after(Duration::from_mins(30 + week))));
    pool.release(the_number(), first.since, &visitor(1), minutes(5));
    assert_eq!(pool.belongs_until(the_number()), Some(minutes(5 + 30 + week)), "a lease that was given back");
    let second = lease(&mut pool, 2, 100);
    let rules = PoolRules { look_back: Duration::ZERO, ..PoolRules::default() };
    pool.configure(rules, &[], Overflow::default());
    let until = second.until.after(Duration::from_mins(30));
    assert_eq!(pool.belongs_until(the_number()), Some(until), "a number that is listed no longer");
    assert!(rule(&pool, until, None).is_ok() && rule(&pool, until.after(Duration::from_mins(1)), None).is_err());
    assert_eq!(pool.belongs_until(number("+13125550152")), None, "a number of nobody");
}

#[test]
fn a_lease_is_its_visitors_alone() {
    type Change = fn(&mut Pool, E164, Millis, &VisitorId, Millis) -> Renewed;
    let cases: [(&str, Change); 3] =
        [("a sign of life", Pool::sign_of_life), ("intent", Pool::intent), ("a release", Pool::release)];
    for (what, change) in cases {
        let mut pool = one_number(PoolRules::default());
        let held = lease(&mut pool, 1, 0);
        let before = pool.clone();
        let by = |pool: &mut Pool, who| change(pool, held.number, held.since, &visitor(who), minutes(0));
        assert_eq!(by(&mut pool, 2), Renewed::Gone, "{what} of somebody else");
        assert!(pool == before, "{what} of somebody else changes nothing");
        assert!(matches!(by(&mut pool, 1), Renewed::Held { .. }), "{what} of the visitor");
    }
}

#[test]
fn a_thousand_visitors_get_each_number_once_and_else_the_overflow_number() {
    let numbers: Vec<E164> = (0..50).map(|which| number(&format!("+131255501{which:02}"))).collect();
    let overflow = number("+13125550200");
    let mut pool = Pool::new(PoolRules::default(), &numbers, Overflow::from(Some(overflow)));
    let mut leased = BTreeSet::new();
    for who in 0..1000 {
        match pool.lease(&visitor(who), &LeaseContext::default(), minutes(0)) {
            Granted::Leased { lease, .. } => assert!(leased.insert(lease.number), "{} is given twice", lease.number),
            Granted::Overflow(number) => assert_eq!(number, overflow),
            Granted::Exhausted => panic!("there is an overflow number"),
        }
    }
    assert_eq!(leased, numbers.into_iter().collect());
}

fn minutes(minutes: u64) -> Millis {
    START.after(Duration::from_mins(minutes))
}

fn number(text: &str) -> E164 {
    E164::parse(text).unwrap()
}

fn the_number() -> E164 {
    number("+13125550151")
}

fn one_number(rules: PoolRules) -> Pool {
    Pool::new(rules, &[the_number()], Overflow::default())
}

fn visitor(which: u32) -> VisitorId {
    VisitorId::from_bits(u128::from(which))
}

fn caller(which: u64) -> CallerKey {
    CallerKey::from_bits(which)
}

fn lease(pool: &mut Pool, who: u32, minute: u64) -> Lease {
    match pool.lease(&visitor(who), &LeaseContext::default(), minutes(minute)) {
        Granted::Leased { lease, .. } => lease,
        other => panic!("{other:?}"),
    }
}

fn rule(pool: &Pool, at: Millis, caller: Option<CallerKey>) -> Result<MatchRule, UnattributedReason> {
    whose(pool, at, caller).map(|(rule, _)| rule)
}

fn whose(pool: &Pool, at: Millis, caller: Option<CallerKey>) -> Result<(MatchRule, VisitorId), UnattributedReason> {
    match pool.resolve(the_number(), at, caller) {
        Attribution::Attributed { rule, evidence } => Ok((rule, evidence.visitor)),
        Attribution::Unattributed { reason } => Err(reason),
        Attribution::Ambiguous { candidates } => panic!("{candidates:?}"),
    }
}
