//! The simulated pool against theory, and against what others do.

use core::time::Duration;

use dni_core::pool::{
    Arrivals, Demand, Policy, PoolRules, RulesError, Scenario, ScenarioError, SimulationResult, erlang_b, poisson_tail,
    simulate, size_pool,
};

/// How many standard errors a mean may lie off: beyond four once in 16,000 runs, and these runs never change.
const SIGMAS: f64 = 4.0;

/// The model's pool: a number is free again as soon as its hold is over, which is the shortest there is.
fn bare_rules() -> PoolRules {
    PoolRules { hold: Duration::from_mins(2), grace: Duration::ZERO, cooldown: Duration::ZERO, ..PoolRules::default() }
}

/// Runs 16 seeds. Visitors of one run are not independent of each other (a taken number stays taken for a while), runs
/// are: so the error is taken from how they differ. Returns the mean and its standard error.
fn over_seeds(scenario: &Scenario, measure: fn(&SimulationResult) -> f64) -> (f64, f64) {
    let runs = 16.0;
    let of_seed = |seed| measure(&simulate(&Scenario { seed, ..scenario.clone() }, Policy::Pool).unwrap());
    let values: Vec<f64> = (1..=16).map(of_seed).collect();
    let mean = values.iter().sum::<f64>() / runs;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (runs - 1.0);
    (mean, (variance / runs).sqrt())
}

#[test]
fn overflow_is_erlang_b() {
    // A new lease lives for the hold of 120 s and one renewal step of 30 s: all that a bot needs. Of a person the sign of
    // life each minute renews it to 150 s, and so does the last one if it comes over 30 s after the one before; else it
    // changes nothing. So a number is taken for visit + 150 s, less the rest of the visit over full minutes if that rest
    // is under 30 s; with visits of 180 s on average:
    let mean = 180.0_f64;
    let short_rest =
        (mean * mean - (-30.0 / mean).exp() * mean * (30.0 + mean)) / (mean * (1.0 - (-60.0 / mean).exp()));
    for (bots, taken, sizes) in [(1.0, 150.0, [12, 24]), (0.0, mean + 150.0 - short_rest, [24, 40])] {
        for (per_hour, numbers) in [240.0, 480.0].into_iter().zip(sizes) {
            let scenario = Scenario {
                visitors: 2_000,
                visitors_per_hour: per_hour,
                bots,
                visit: Duration::from_mins(3),
                numbers,
                rules: bare_rules(),
                ..Scenario::default()
            };
            let expected = erlang_b(per_hour / 3600.0 * taken, numbers);
            let (overflow, error) = over_seeds(&scenario, SimulationResult::overflow);
            // The pool begins empty: the first visitors, as many as there are erlangs, find it emptier than it will be.
            let start = expected * per_hour / 3600.0 * taken / 2_000.0;
            let off = (overflow - expected).abs();
            assert!(off <= SIGMAS * error + start, "{bots} {per_hour}: {overflow} not {expected}, {error}");
            assert!(error < expected / 8.0, "the test is too weak to tell: {overflow} {error}");
        }
    }
}

#[test]
fn reuse_within_the_window_is_the_poisson_tail() {
    for (numbers, minutes) in [(62, 60), (54, 60), (72, 70)] {
        let scenario = Scenario {
            visitors: 2_000,
            bots: 1.0,
            numbers,
            rules: bare_rules(),
            window: Duration::from_mins(minutes),
            ..Scenario::default()
        };
        let expected = poisson_tail(f64::from(u32::try_from(minutes).unwrap()), numbers);
        let (reuse, error) = over_seeds(&scenario, SimulationResult::reuse);
        assert!((reuse - expected).abs() <= SIGMAS * error, "{numbers} {minutes}: {reuse} not {expected}, {error}");
        assert!(error < expected / 8.0, "the test is too weak to tell: {reuse} {error}");
    }
}

#[test]
fn with_real_visits_the_poisson_tail_is_a_bound() {
    let rules = PoolRules { hold: Duration::from_mins(30), ..bare_rules() };
    let scenario = Scenario { visitors: 2_000, bots: 0.0, numbers: 66, rules, ..Scenario::default() };
    let (reuse, error) = over_seeds(&scenario, SimulationResult::reuse);
    let bound = poisson_tail(60.0, 66);
    assert!(reuse <= bound + SIGMAS * error && reuse > bound * 0.8, "{reuse} {bound} {error}");
}

#[test]
fn the_same_seed_is_the_same_run() {
    let scenario = Scenario { visitors: 2_000, ..Scenario::default() };
    let run = |scenario: &Scenario| Policy::ALL.map(|policy| simulate(scenario, policy).unwrap());
    let (first, again) = (run(&scenario), run(&scenario));
    assert_eq!(first, again);
    let other_seed = run(&Scenario { seed: 2, ..scenario });
    for (one, other) in first.iter().zip(&other_seed) {
        assert_ne!(one.hash, other.hash);
    }
    let hashes = first.map(|outcome| format!("{:016x}", outcome.hash));
    assert_eq!(hashes, HASHES_OF_SEED_1, "the same on every machine; changes only with the simulation or the pool");
}

/// The hashes of the run above.
const HASHES_OF_SEED_1: [&str; 4] = ["111e67ddcdeda01e", "5b901ab08440e44b", "9c2ff75b5423043f", "6b93a11dc5e738f3"];

#[test]
fn every_policy_has_the_same_visitors_and_calls() {
    let outcomes = Policy::ALL.map(|policy| simulate(&Scenario::default(), policy).unwrap());
    let calls = |outcome: &SimulationResult| [outcome.in_window, outcome.late, outcome.saved].map(|calls| calls.all());
    for outcome in &outcomes {
        assert_eq!(calls(outcome), calls(&outcomes[0]));
        assert!(calls(outcome).iter().all(|count| *count > 100), "each kind of call is there: {outcome:?}");
    }
    let wrong = outcomes.map(|outcome| outcome.calls().wrong);
    assert!(wrong[1..].iter().all(|others| wrong[0] < *others), "the pool has the fewest wrong calls: {wrong:?}");
}

#[test]
fn no_call_inside_the_window_is_wrong() {
    let floods = Scenario { bots: 0.9, visitors_per_hour: 600.0, ..Scenario::default() };
    let no_grace = Scenario { rules: bare_rules(), ..Scenario::default() };
    for scenario in [Scenario::default(), floods, no_grace] {
        for numbers in [1, 10, 72] {
            let scenario = Scenario { visitors: 3_000, numbers, calls: 0.5, ..scenario.clone() };
            let outcome = simulate(&scenario, Policy::Pool).unwrap();
            assert_eq!((outcome.in_window.wrong, outcome.in_window.unsure), (0, 0), "{scenario:?}");
            assert!(outcome.in_window.all() > 100);
        }
    }
}

#[test]
fn a_saved_number_is_its_callers() {
    let scenario = Scenario { numbers: 83, ..Scenario::default() };
    let nobody_known = PoolRules { remember_callers: Duration::ZERO, ..scenario.rules };
    let knows = simulate(&scenario, Policy::Pool).unwrap();
    let forgets = simulate(&Scenario { rules: nobody_known, ..scenario }, Policy::Pool).unwrap();
    assert_eq!((knows.in_window, knows.late), (forgets.in_window, forgets.late), "first calls are no different");
    assert!(forgets.saved.right * 10 < forgets.saved.all(), "without memory nearly all are lost: {forgets:?}");
    assert!(knows.saved.right * 10 > knows.saved.all() * 8, "with it most are right: {knows:?}");
    // What is left is wrong because the first call was: no more than that.
    let wrong_first = f64::from(knows.late.wrong) / f64::from(knows.in_window.all() + knows.late.all());
    assert!(f64::from(knows.saved.wrong) < 2.0 * wrong_first * f64::from(knows.saved.all()) + 3.0, "{knows:?}");
}

#[test]
fn a_days_rhythm_brings_the_same_visitors_in_fewer_hours() {
    let mut rhythm = vec![0.0; 24];
    rhythm[9..17].fill(1.0);
    let even = Scenario { visitors: 20_000, numbers: 120, ..Scenario::default() };
    let office_hours = Scenario { rhythm, ..even.clone() };
    let [even, office] = [even, office_hours].map(|scenario| simulate(&scenario, Policy::Pool).unwrap());
    let hours = |outcome: &SimulationResult| outcome.span.as_secs_f64() / 3600.0;
    assert!((hours(&even) - 20_000.0 / 60.0).abs() < 10.0 && (hours(&office) - 20_000.0 / 60.0).abs() < 24.0);
    assert!(office.overflow() > 0.2 && even.overflow() < 0.01, "three times as many at once: {}", office.overflow());
    assert_eq!((office.in_window.wrong, office.in_window.unsure), (0, 0));
}

#[test]
fn persons_are_the_same_with_an_attack_and_without() {
    let quiet = Scenario { visitors: 3_000, numbers: 100, ..Scenario::default() };
    let reserve = PoolRules { reserve_percent: 30, ..quiet.rules };
    let run = |attack, bots_caught, rules| {
        let outcome = simulate(&Scenario { attack, bots_caught, rules, ..quiet.clone() }, Policy::Pool).unwrap();
        assert_eq!((outcome.in_window.wrong, outcome.in_window.unsure), (0, 0), "an attack makes no call wrong");
        outcome
    };
    let calm = run(0.0, 0.0, quiet.rules);
    for attack in [1.0, 10.0, 100.0] {
        let open = run(attack, 0.0, quiet.rules);
        let (reserved, caught) = (run(attack, 0.0, reserve), run(attack, 0.99, quiet.rules));
        for outcome in [&open, &reserved, &caught] {
            assert_eq!(
                (outcome.persons, outcome.clicked, outcome.calls().all()),
                (calm.persons, calm.clicked, calm.calls().all())
            );
            let bots = f64::from(outcome.visitors) / f64::from(quiet.visitors) - 1.0;
            assert!((bots / attack - 1.0).abs() < 0.1, "{bots} {attack}");
        }
        assert!(open.overflow_of_clicks() > 0.2, "without controls the attack takes the numbers: {open:?}");
        assert_eq!(reserved.clicked_overflowed, 0, "the reserve is the clicks': {reserved:?}");
        assert!(caught.overflow_of_persons() < open.overflow_of_persons() && caught.caught > 0);
    }
}

#[test]
fn shared_numbers_make_calls_unsure_and_never_silently_wrong() {
    let rules = PoolRules { share_when_full: true, ..PoolRules::default() };
    let scenario = Scenario { visitors: 5_000, numbers: 40, calls: 0.5, rules, ..Scenario::default() };
    let shared = simulate(&scenario, Policy::Pool).unwrap();
    assert!(shared.overflow() < 0.01 && shared.in_window.unsure > 500, "{shared:?}");
    assert_eq!(shared.in_window.wrong, 0, "{shared:?}");
}

#[test]
fn the_default_is_between_the_sizes_that_are_advised() {
    let Scenario { visitors_per_hour, visit, bots, rules, numbers, .. } = Scenario::default();
    let visit = visit.mul_f64(1.0 - bots);
    let ours = Demand::under(&rules, Arrivals::PerHour(visitors_per_hour), visit);
    let no_cooldown = Demand { hold: rules.hold, cooldown: Duration::ZERO, window: rules.hold, ..ours.clone() };
    assert!(size_pool(&no_cooldown).unwrap().numbers < numbers && numbers < size_pool(&ours).unwrap().numbers);
}

#[test]
fn what_is_out_of_range_is_refused() {
    let good = Scenario::default;
    let year = Duration::from_hours(365 * 24);
    let broken = PoolRules { hold: Duration::ZERO, ..PoolRules::default() };
    let cases = [
        (Scenario { visitors: 0, ..good() }, ScenarioError::Visitors),
        (Scenario { visitors: 1_000_001, ..good() }, ScenarioError::Visitors),
        (Scenario { visitors_per_hour: 0.0, ..good() }, ScenarioError::Visitors),
        (Scenario { visitors_per_hour: f64::NAN, ..good() }, ScenarioError::Visitors),
        (Scenario { visitors_per_hour: f64::INFINITY, ..good() }, ScenarioError::Visitors),
        (Scenario { numbers: 0, ..good() }, ScenarioError::Numbers),
        (Scenario { numbers: 100_001, ..good() }, ScenarioError::Numbers),
        (Scenario { attack: -1.0, ..good() }, ScenarioError::Attack),
        (Scenario { attack: f64::NAN, ..good() }, ScenarioError::Attack),
        (Scenario { attack: 1000.0, ..good() }, ScenarioError::Attack),
        (Scenario { rhythm: vec![1.0; 23], ..good() }, ScenarioError::Rhythm),
        (Scenario { rhythm: vec![0.0; 24], ..good() }, ScenarioError::Rhythm),
        (Scenario { rhythm: vec![f64::NAN; 24], ..good() }, ScenarioError::Rhythm),
        (Scenario { clicks: 2.0, ..good() }, ScenarioError::Share),
        (Scenario { bots_caught: -0.1, ..good() }, ScenarioError::Share),
        (Scenario { bots: 1.1, ..good() }, ScenarioError::Share),
        (Scenario { calls: -0.1, ..good() }, ScenarioError::Share),
        (Scenario { saved: f64::NAN, ..good() }, ScenarioError::Share),
        (Scenario { visit: Duration::from_secs(3601), ..good() }, ScenarioError::SpanTooLong),
        (Scenario { delay: year * 2, ..good() }, ScenarioError::SpanTooLong),
        (Scenario { saved_after: Duration::MAX, ..good() }, ScenarioError::SpanTooLong),
        (Scenario { window: Duration::MAX, ..good() }, ScenarioError::SpanTooLong),
        (Scenario { rules: broken, ..good() }, ScenarioError::Rules(RulesError::HoldTooShort)),
    ];
    for (scenario, expected) in cases {
        assert_eq!(simulate(&scenario, Policy::Pool), Err(expected), "{scenario:?}");
    }
    let slowest = Scenario { visitors: 50, visitors_per_hour: 0.01, delay: year, saved_after: year, ..good() };
    assert_eq!(simulate(&slowest, Policy::Pool).unwrap().visitors, 50);
}
