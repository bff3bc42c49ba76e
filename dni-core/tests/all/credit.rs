//! What every attribution model promises of any list of touches.

use core::time::Duration;

use dni_core::time::Millis;
use dni_core::visit::{Arrival, Model, PageUrl, Touch, credit};
use proptest::prelude::*;

/// The call: touches lie on both sides of it.
const CALL: u64 = 1_790_000_000_000;
/// Touches lie up to this long before the call: forty years, far more than any half-life drawn.
const PAST_MS: u64 = 40 * 365 * 24 * 3600 * 1000;
const FUTURE_MS: u64 = 1_000_000;
const QUERIES: [&str; 6] =
    ["", "?gclid=a", "?fbclid=b", "?utm_source=n&utm_medium=email", "?utm_medium=cpm", "?utm_campaign=x"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn shares_are_bounded_and_sum_to_one(model in model(), touches in touches()) {
        let shares = credit(&model, &touches, call());
        prop_assert_eq!(shares.len(), touches.len());
        prop_assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{shares:?}");
        let in_time = touches.iter().any(|touch| touch.at <= call());
        let total: f64 = shares.iter().sum();
        prop_assert!((total - if in_time { 1.0 } else { 0.0 }).abs() < 1e-9, "{shares:?}");
    }

    #[test]
    fn what_comes_after_the_call_changes_nothing(model in model(), touches in touches()) {
        let shares = credit(&model, &touches, call());
        let (before, shares): (Vec<_>, Vec<_>) = touches.into_iter().zip(shares).filter(|(touch, _)| touch.at <= call()).unzip();
        prop_assert_eq!(credit(&model, &before, call()), shares);
    }

    #[test]
    fn a_touch_keeps_its_share_wherever_it_stands_in_the_list(
        model in model(),
        (touches, shuffled) in touches().prop_map(of_distinct_times).prop_flat_map(|touches| {
            let places: Vec<usize> = (0..touches.len()).collect();
            (Just(touches), Just(places).prop_shuffle())
        }),
    ) {
        let shares = credit(&model, &touches, call());
        let moved: Vec<_> = shuffled.iter().map(|place| touches[*place].clone()).collect();
        let expected: Vec<_> = shuffled.iter().map(|place| shares[*place]).collect();
        prop_assert_eq!(credit(&model, &moved, call()), expected);
    }

    #[test]
    fn the_time_of_the_call_matters_only_to_what_comes_after_it(model in model(), touches in touches(), later in 0..PAST_MS) {
        let end = Millis::from_unix_ms(CALL + FUTURE_MS);
        let shares = credit(&model, &touches, end);
        prop_assert_eq!(credit(&model, &touches, end.after(Duration::from_millis(later))), shares);
    }

    #[test]
    fn decay_never_favours_the_older(seconds in 0..10_000_000_u64, touches in touches()) {
        let model = Model::TimeDecay { half_life: Duration::from_secs(seconds) };
        let shares = credit(&model, &touches, call());
        let mut dated: Vec<_> = touches.iter().zip(&shares).filter(|(touch, _)| touch.at <= call()).collect();
        dated.sort_by_key(|(touch, _)| touch.at);
        prop_assert!(dated.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{shares:?}");
    }
}

fn call() -> Millis {
    Millis::from_unix_ms(CALL)
}

fn touches() -> impl Strategy<Value = Vec<Touch>> {
    proptest::collection::vec((CALL - PAST_MS..CALL + FUTURE_MS, near(), 0..QUERIES.len()), 0..24).prop_map(|drawn| {
        drawn.into_iter().map(|(far, near, query)| touch(near.unwrap_or(far), QUERIES[query])).collect()
    })
}

/// Of touches at the same time the list's order decides, so that they may not change places.
fn of_distinct_times(mut touches: Vec<Touch>) -> Vec<Touch> {
    touches.sort_by_key(|touch| touch.at);
    touches.dedup_by_key(|touch| touch.at);
    touches
}

/// Half of the touches lie close to the call, where some come after it and some at the same time.
fn near() -> impl Strategy<Value = Option<u64>> {
    proptest::option::of(CALL - 20..CALL + 20)
}

fn touch(at: u64, query: &str) -> Touch {
    let url = PageUrl::from_serialized(&format!("https://harbor.example/{query}"));
    Touch::read(&Arrival { at: Millis::from_unix_ms(at), url, referrer: PageUrl::default() }, &[])
}

fn model() -> impl Strategy<Value = Model> {
    let plain = prop_oneof![
        Just(Model::First),
        Just(Model::Last),
        Just(Model::LastNonDirect),
        Just(Model::Linear),
        Just(Model::Position),
        (0..10_000_000_u64).prop_map(|seconds| Model::TimeDecay { half_life: Duration::from_secs(seconds) }),
    ];
    plain.prop_recursive(2, 4, 1, |inner| inner.prop_map(|model| Model::PaidOverride { otherwise: Box::new(model) }))
}
