//! How many numbers a pool needs: known figures, limits, and what must hold for any demand.

use core::time::Duration;

use dni_core::pool::{Arrivals, Demand, PoolRules, Sizing, SizingError, erlang_b, size_pool};
use proptest::prelude::*;

/// A product without a cooldown, which takes back a number `time_out` after the last sign of life.
fn without_cooldown(per_hour: f64, visit: u64, time_out: u64, window: u64) -> Demand {
    Demand {
        arrivals: Arrivals::PerHour(per_hour),
        visit: Duration::from_mins(visit),
        hold: Duration::from_mins(time_out),
        cooldown: Duration::ZERO,
        window: Duration::from_mins(window),
        overflow: 0.01,
        reuse: 0.01,
        price: 1.15,
    }
}

#[test]
fn numbers_for_one_percent_of_overflow() {
    let cases = [(5.0, 11), (10.0, 18), (20.0, 30), (33.0, 45), (50.0, 64), (100.0, 117), (200.0, 221)];
    for (offered, expected) in cases {
        let sizing = size_pool(&without_cooldown(offered, 10, 50, 0)).unwrap();
        assert!((sizing.offered - offered).abs() < 1e-9);
        assert_eq!((sizing.for_overflow, sizing.for_reuse, sizing.numbers), (expected, 1, expected), "{offered}");
        assert!(erlang_b(offered, expected) <= 0.01 && erlang_b(offered, expected - 1) > 0.01);
    }
}

#[test]
fn as_many_numbers_as_erlangs_are_too_few() {
    for (offered, numbers, expected) in [(10.0, 10, 0.21), (33.0, 33, 0.11), (100.0, 100, 0.076)] {
        let overflow = erlang_b(offered, numbers);
        assert!((overflow - expected).abs() < 0.02, "{overflow}");
    }
}

#[test]
fn numbers_by_visitors_an_hour() {
    let cases =
        [(10.0, 12, 19, 32), (30.0, 26, 44, 80), (60.0, 45, 80, 147), (120.0, 81, 147, 278), (300.0, 185, 342, 659)];
    for (per_hour, for_overflow, one_hour, two_hours) in cases {
        for (window, for_reuse) in [(60, one_hour), (120, two_hours)] {
            let sizing = size_pool(&without_cooldown(per_hour, 3, 30, window)).unwrap();
            assert_eq!((sizing.for_overflow, sizing.for_reuse), (for_overflow, for_reuse), "{per_hour} {window}");
            assert_eq!(sizing.numbers, for_reuse.max(for_overflow));
        }
    }
}

#[test]
fn a_cooldown_costs_numbers_and_keeps_the_window_free() {
    let demand = Demand { cooldown: Duration::from_mins(30), ..without_cooldown(60.0, 3, 30, 60) };
    let sizing = size_pool(&demand).unwrap();
    assert_eq!((sizing.for_overflow, sizing.for_reuse), (78, 1));
    assert!(sizing.choices.iter().all(|choice| choice.reuse == 0.0));
}

#[test]
fn the_choices_surround_the_answer() {
    let sizing = size_pool(&without_cooldown(60.0, 3, 30, 60)).unwrap();
    let numbers: Vec<_> = sizing.choices.iter().map(|choice| choice.numbers).collect();
    assert_eq!(numbers, [40, 56, 64, 72, 80, 88, 100, 120]);
    let answer = sizing.choices[4];
    assert!(answer.overflow < 1e-9 && (answer.reuse - 0.0078).abs() < 0.0001, "{answer:?}");
    let costs = sizing.choices.iter().map(|choice| choice.monthly_cost);
    assert!(
        costs.zip([46.0, 64.4, 73.6, 82.8, 92.0, 101.2, 115.0, 138.0]).all(|(got, cost)| (got - cost).abs() < 1e-9)
    );
    let nobody = size_pool(&without_cooldown(0.0, 3, 30, 60)).unwrap();
    assert_eq!((nobody.numbers, nobody.choices.len()), (1, 2));
}

#[test]
fn a_histogram_counts_its_busiest_span() {
    let flat = size_pool(&without_cooldown(60.0, 3, 30, 60)).unwrap();
    for hours in [24, 168] {
        let arrivals = Arrivals::Hourly(vec![60.0; hours]);
        let sizing = size_pool(&Demand { arrivals, ..without_cooldown(0.0, 3, 30, 60) }).unwrap();
        assert!((sizing.offered - flat.offered).abs() < 1e-9);
        assert_eq!((sizing.for_overflow, sizing.for_reuse), (flat.for_overflow, flat.for_reuse));
    }
    let mut peak = vec![0.0; 24];
    peak[9] = 60.0;
    let arrivals = Arrivals::Hourly(peak);
    let sizing = size_pool(&Demand { arrivals, ..without_cooldown(0.0, 30, 60, 120) }).unwrap();
    assert!((sizing.offered - 60.0).abs() < 1e-9, "an hour and a half sees the one full hour: {}", sizing.offered);
    assert_eq!(sizing.for_reuse, 80);
}

#[test]
fn what_is_not_usable_is_refused() {
    let good = without_cooldown(60.0, 3, 30, 60);
    let year = Duration::from_hours(365 * 24);
    let cases = [
        (Demand { arrivals: Arrivals::PerHour(-1.0), ..good.clone() }, SizingError::Arrivals),
        (Demand { arrivals: Arrivals::PerHour(f64::NAN), ..good.clone() }, SizingError::Arrivals),
        (Demand { arrivals: Arrivals::PerHour(f64::INFINITY), ..good.clone() }, SizingError::Arrivals),
        (Demand { arrivals: Arrivals::PerHour(1_000_001.0), ..good.clone() }, SizingError::Arrivals),
        (Demand { arrivals: Arrivals::Hourly(vec![f64::NAN; 24]), ..good.clone() }, SizingError::Arrivals),
        (Demand { arrivals: Arrivals::Hourly(vec![]), ..good.clone() }, SizingError::HistogramLength),
        (Demand { arrivals: Arrivals::Hourly(vec![1.0; 25]), ..good.clone() }, SizingError::HistogramLength),
        (Demand { hold: year + Duration::from_nanos(1), ..good.clone() }, SizingError::SpanTooLong),
        (Demand { window: Duration::MAX, ..good.clone() }, SizingError::SpanTooLong),
        (Demand { overflow: 0.0, ..good.clone() }, SizingError::Target),
        (Demand { overflow: 1.0, ..good.clone() }, SizingError::Target),
        (Demand { reuse: f64::NAN, ..good.clone() }, SizingError::Target),
        (Demand { reuse: -0.1, ..good.clone() }, SizingError::Target),
        (Demand { price: -1.0, ..good.clone() }, SizingError::Price),
        (Demand { price: f64::NAN, ..good.clone() }, SizingError::Price),
        (Demand { price: f64::INFINITY, ..good.clone() }, SizingError::Price),
        (Demand { hold: year, ..good.clone() }, SizingError::TooManyNumbers),
        (Demand { window: year, ..good.clone() }, SizingError::TooManyNumbers),
        (Demand { arrivals: Arrivals::PerHour(1_000_000.0), ..good.clone() }, SizingError::TooManyNumbers),
    ];
    for (demand, expected) in cases {
        assert_eq!(size_pool(&demand), Err(expected), "{demand:?}");
    }
    let at_the_limit = size_pool(&without_cooldown(98_000.0, 10, 50, 60)).unwrap();
    assert!(at_the_limit.numbers > 98_000 && at_the_limit.choices.iter().all(|choice| choice.numbers <= 100_000));
}

fn demand() -> impl Strategy<Value = Demand> {
    let arrivals = prop_oneof![
        (0.0..200.0).prop_map(Arrivals::PerHour),
        proptest::collection::vec(0.0..200.0, 24).prop_map(Arrivals::Hourly),
    ];
    (arrivals, 0..30_u64, 2..60_u64, 0..60_u64, 0..240_u64, 0.0001..0.5, 0.0001..0.5).prop_map(
        |(arrivals, visit, hold, cooldown, window, overflow, reuse)| Demand {
            arrivals,
            visit: Duration::from_mins(visit),
            hold: Duration::from_mins(hold),
            cooldown: Duration::from_mins(cooldown),
            window: Duration::from_mins(window),
            overflow,
            reuse,
            price: 2.0,
        },
    )
}

fn sized(demand: &Demand) -> Sizing {
    size_pool(demand).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_answer_meets_both_targets_and_more_numbers_are_never_worse(demand in demand()) {
        let sizing = sized(&demand);
        prop_assert_eq!(sizing.numbers, sizing.for_overflow.max(sizing.for_reuse));
        for choice in &sizing.choices {
            prop_assert!((0.0..=1.0).contains(&choice.overflow) && (0.0..=1.0).contains(&choice.reuse));
            let enough = choice.overflow <= demand.overflow && choice.reuse <= demand.reuse;
            prop_assert_eq!(enough, choice.numbers >= sizing.numbers, "{:?}", choice);
        }
        for pair in sizing.choices.windows(2) {
            prop_assert!(pair[0].numbers < pair[1].numbers && pair[0].monthly_cost < pair[1].monthly_cost);
            // Rounding may cost the last bit.
            prop_assert!(pair[0].overflow + 1e-12 >= pair[1].overflow && pair[0].reuse + 1e-12 >= pair[1].reuse);
        }
    }

    #[test]
    fn asking_for_more_never_takes_fewer_numbers(demand in demand(), minutes in 0..60_u64, factor in 1.0..3.0) {
        let sizing = sized(&demand);
        let more = Duration::from_mins(minutes);
        let longer_visit = sized(&Demand { visit: demand.visit + more, ..demand.clone() });
        let longer_hold = sized(&Demand { hold: demand.hold + more, ..demand.clone() });
        let longer_window = sized(&Demand { window: demand.window + more, ..demand.clone() });
        let stricter = sized(&Demand {
            overflow: demand.overflow / factor,
            reuse: demand.reuse / factor,
            ..demand.clone()
        });
        let more_visitors = sized(&Demand {
            arrivals: match demand.arrivals {
                Arrivals::PerHour(visitors) => Arrivals::PerHour(visitors * factor),
                Arrivals::Hourly(hours) => Arrivals::Hourly(hours.iter().map(|visitors| visitors * factor).collect()),
            },
            ..demand
        });
        prop_assert!(longer_visit.numbers >= sizing.numbers);
        prop_assert!(longer_hold.for_overflow >= sizing.for_overflow);
        prop_assert!(longer_window.for_reuse >= sizing.for_reuse);
        prop_assert!(stricter.for_overflow >= sizing.for_overflow && stricter.for_reuse >= sizing.for_reuse);
        prop_assert!(more_visitors.for_overflow >= sizing.for_overflow && more_visitors.for_reuse >= sizing.for_reuse);
    }
}

#[test]
fn the_rules_of_a_pool_can_be_asked_for() {
    let demand = Demand::under(&PoolRules::default(), Arrivals::PerHour(60.0), Duration::from_mins(3));
    let sizing = sized(&demand);
    assert!((sizing.offered - 68.0).abs() < 1e-9, "visit 3, hold 30 and one step of 5, cooldown 30");
    assert_eq!(sizing.for_reuse, 1, "the cooldown keeps the window free");
    let for_late_calls = sized(&Demand { window: Duration::from_hours(24), ..demand });
    assert!(for_late_calls.numbers > 1440 && for_late_calls.numbers < 1600);
}
