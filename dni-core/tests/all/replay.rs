//! A period can be replayed: the same log of page views gives the same touches, sessions and shares, whole or in parts.

use core::time::Duration;

use dni_core::time::Millis;
use dni_core::visit::{Arrival, Channel, History, Model, PageUrl, Touch, VisitSession, classify, credit};
use proptest::prelude::*;

const START: u64 = 1_790_000_000_000;
/// Page views of one log: few enough that no touch is forgotten.
const MOST_VIEWS: usize = 18;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_log_replayed_gives_the_same_answers(log in log()) {
        let (once, again) = (replay(&log), replay(&log));
        prop_assert_eq!(&once, &again);
        let call = log.last().unwrap().at;
        let stored: History = serde_json::from_str(&serde_json::to_string(&once).unwrap()).unwrap();
        let (touches, after_storage) = (once.read(call, &[]), stored.read(call, &[]));
        prop_assert_eq!(&touches, &after_storage);
        for model in models() {
            prop_assert_eq!(credit(&model, &touches, call), credit(&model, &after_storage, call));
        }
    }

    #[test]
    fn a_call_is_told_the_same_whenever_the_log_is_replayed(log in log(), cut in 0..MOST_VIEWS) {
        let until_then = &log[..=cut.min(log.len() - 1)];
        let call = until_then.last().unwrap().at;
        let then = replay(until_then).read(call, &[]);
        let now: Vec<Touch> = replay(&log).read(call, &[]);
        prop_assert_eq!(&then, &now);
        for model in models() {
            prop_assert_eq!(credit(&model, &then, call), credit(&model, &now, call));
        }
    }

    #[test]
    fn every_session_begins_with_a_touch(log in log()) {
        let history = replay(&log);
        for session in VisitSession::divide(&log) {
            prop_assert!(history.touches.iter().any(|touch| touch.at == session.began), "{session:?}");
        }
        let views: usize = VisitSession::divide(&log).iter().map(|session| session.page_views).sum();
        prop_assert_eq!(views, log.len());
    }

    #[test]
    fn an_arrival_is_classified_as_its_touch_is(log in log()) {
        for arrival in &log {
            let (found, touch) = (classify(arrival, &[]), Touch::read(arrival, &[]));
            prop_assert_eq!((&found.source, &found.medium, found.touch_rule), (&touch.source, &touch.medium, touch.rule));
            prop_assert_eq!((found.channel, found.channel_rule), Channel::of(&touch));
            prop_assert_eq!(found.is_paid, found.channel.is_paid());
        }
    }
}

fn replay(log: &[Arrival]) -> History {
    let mut history = History::default();
    for arrival in log {
        history.arrive(arrival.clone(), &[]);
    }
    history
}

fn log() -> impl Strategy<Value = Vec<Arrival>> {
    let query = proptest::sample::select(vec![
        "",
        "?gclid=a",
        "?gclid=b",
        "?fbclid=c",
        "?utm_source=n&utm_medium=email",
        "?mc_cid=d",
    ]);
    let referrer = proptest::sample::select(vec![
        "",
        "https://harbor.example/",
        "https://www.google.com/",
        "https://www.paypal.com/",
        "android-app://com.google.android.gm/",
    ]);
    let view = (1..6_000_000_u64, query, referrer);
    proptest::collection::vec(view, 1..MOST_VIEWS).prop_map(|views| {
        let mut at = Millis::from_unix_ms(START);
        let view = |(pause, query, referrer): (u64, &str, &str)| {
            at = at.after(Duration::from_millis(pause));
            let url = PageUrl::from_serialized(&format!("https://harbor.example/{query}"));
            Arrival { at, url, referrer: PageUrl::from_serialized(referrer) }
        };
        views.into_iter().map(view).collect()
    })
}

fn models() -> Vec<Model> {
    vec![
        Model::First,
        Model::Last,
        Model::LastNonDirect,
        Model::Linear,
        Model::Position,
        Model::time_decay(),
        Model::PaidOverride { otherwise: Box::new(Model::Linear) },
    ]
}
