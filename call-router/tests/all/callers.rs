//! What is remembered of callers, held against a list of all calls that is looked through each time.

use std::collections::{BTreeMap, BTreeSet};

use call_router::{
    caller::{
        CallEnding, CallerHistory, CallerRecord, Conversation, CountedCall, EarlierCalls, MAX_RECENT, REMEMBER_CALLERS,
        RecentCalls,
    },
    flow::Challenged,
};
use core::time::Duration;
use dni_core::{phone::E164, time::Millis};
use proptest::prelude::*;

/// What happens to a site: a call begins, or its end is told.
#[derive(Clone, Debug)]
struct Step {
    call: u8,
    /// `None`: it begins.
    ended: Option<CallEnding>,
}

/// Who calls with which call, of few enough that they meet; `None` shows no number.
fn caller_of(call: u8) -> Option<u8> {
    Some(call % 4).filter(|caller| *caller != 3)
}

/// The site as its object keeps it: one row for each caller, one for each call.
#[derive(Default)]
struct Store {
    site_calls: u32,
    callers: BTreeMap<u8, CallerRecord>,
    calls: BTreeMap<u8, CountedCall>,
}

impl Store {
    fn apply(&mut self, step: &Step, at: Millis) -> Option<EarlierCalls> {
        let caller = caller_of(step.call);
        let mut history = CallerHistory {
            site_calls: self.site_calls,
            caller: caller.map(|caller| self.callers.get(&caller).cloned().unwrap_or_default()),
            call: self.calls.get(&step.call).copied(),
        };
        let before = match &step.ended {
            None => Some(history.begin(at)),
            Some(ended) => {
                history.over(at, ended);
                None
            }
        };
        self.site_calls = history.site_calls;
        self.callers.extend(caller.zip(history.caller));
        self.calls.extend(history.call.map(|call| (step.call, call)));
        before
    }
}

/// Every call in the order in which it was first heard of, with all that was told of its end.
#[derive(Default)]
struct Model(Vec<(u8, Millis, Vec<CallEnding>)>);

impl Model {
    fn apply(&mut self, step: &Step, at: Millis) {
        if !self.0.iter().any(|(call, ..)| *call == step.call) {
            self.0.push((step.call, at, Vec::new()));
        }
        let known = self.0.iter_mut().find(|(call, ..)| *call == step.call).unwrap();
        known.2.extend(step.ended.clone());
    }

    fn before(&self, call: u8) -> EarlierCalls {
        let place = self.0.iter().position(|(known, ..)| *known == call).unwrap();
        let earlier = self.0[..place].iter().filter(|(known, ..)| caller_of(*known) == caller_of(call)).count();
        let history =
            caller_of(call).map(|caller| CallerRecord { calls: earlier.try_into().unwrap(), ..self.history(caller) });
        EarlierCalls { site_calls: place.try_into().unwrap(), caller: history }
    }

    fn history(&self, caller: u8) -> CallerRecord {
        let calls: Vec<_> = self.0.iter().filter(|(call, ..)| caller_of(*call) == Some(caller)).collect();
        let told = || calls.iter().flat_map(|(_, at, ends)| ends.iter().map(move |ended| (*at, ended)));
        let last =
            |challenged| told().filter(|(_, ended)| ended.challenged == Some(challenged)).map(|(at, _)| at).max();
        CallerRecord {
            calls: calls.len().try_into().unwrap(),
            ended: calls
                .iter()
                .filter(|(.., ends)| ends.iter().any(|ended| ended.call_seconds.is_some()))
                .count()
                .try_into()
                .unwrap(),
            first_at: calls.iter().map(|(_, at, _)| *at).min(),
            last_at: calls.iter().map(|(_, at, _)| *at).max(),
            longest_call_seconds: told().filter_map(|(_, ended)| ended.call_seconds).max().unwrap_or(0),
            longest_talk_seconds: told().map(|(_, ended)| ended.talk_seconds).max().unwrap_or(0),
            spoke: told().filter_map(|(at, ended)| ended.spoke_with.map(|with| Conversation { at, with })).max(),
            passed_at: last(Challenged::Passed),
            silent_at: last(Challenged::Silent),
        }
    }
}

proptest! {
    #[test]
    fn books_are_what_a_list_of_all_calls_says(steps in proptest::collection::vec((step(), 0..9_000_u64), 1..60)) {
        let (mut store, mut model) = (Store::default(), Model::default());
        for (step, at) in &steps {
            let at = Millis::from_unix_ms(NOW + at);
            let before = store.apply(step, at);
            model.apply(step, at);
            if let Some(before) = before {
                prop_assert_eq!(before, model.before(step.call));
            }
        }
        prop_assert_eq!(store.site_calls as usize, model.0.len());
        for (caller, history) in &store.callers {
            prop_assert_eq!(history, &model.history(*caller));
        }
    }

    #[test]
    fn recent_calls_are_what_a_list_of_all_calls_says(
        calls in proptest::collection::vec((0..40_u8, 0..5_u8, 0..8_000_u64), 1..30)
    ) {
        let mut recent = RecentCalls::default();
        let mut all: Vec<(u8, E164, Millis)> = Vec::new();
        let mut at = NOW;
        for (id, last_digit, seconds) in calls {
            at += seconds * 100;
            let known = all.iter().find(|(known, ..)| *known == id).copied();
            // A call that is heard of again after its hour is over has long been forgotten.
            if known.is_some_and(|(.., began)| Millis::from_unix_ms(at).since(began) > WATCH_FOR) {
                continue;
            }
            let call = known.unwrap_or((id, number(last_digit), Millis::from_unix_ms(at)));
            if known.is_none() {
                all.push(call);
            }
            let velocity = recent.take(&format!("CA{id}"), number(last_digit), Millis::from_unix_ms(at));
            let up_to = |span: Duration| {
                all.iter().filter(move |(.., began)| *began <= call.2 && call.2.since(*began) <= span)
            };
            let numbers: BTreeSet<_> = up_to(Duration::from_mins(10)).map(|(_, number, _)| *number).collect();
            prop_assert_eq!(velocity.numbers_in_ten_minutes as usize, numbers.len());
            prop_assert_eq!(velocity.calls_in_an_hour as usize, up_to(WATCH_FOR).count());
        }
    }
}

#[test]
fn a_caller_who_was_away_for_too_long_is_new() {
    let mut store = Store::default();
    let call = |call| Step { call, ended: None };
    let now = Millis::from_unix_ms(NOW);
    store.apply(&call(0), now);
    let in_time = now.after(REMEMBER_CALLERS);
    assert_eq!(store.apply(&call(4), in_time).unwrap().caller.unwrap().calls, 1);
    let too_late = in_time.after(REMEMBER_CALLERS + Duration::from_secs(1));
    let before = store.apply(&call(8), too_late).unwrap();
    assert_eq!(
        before,
        EarlierCalls { site_calls: 2, caller: Some(CallerRecord { calls: 0, ..store.callers[&0].clone() }) }
    );
    assert_eq!(store.callers[&0].first_at, Some(too_late));
}

#[test]
fn the_key_that_was_last_asked_for_counts() {
    let at = |day: u64| Some(Millis::from_unix_ms(NOW + day));
    let cases = [
        (None, None, false, false),
        (at(1), None, true, false),
        (None, at(1), false, true),
        (at(2), at(1), true, false),
        (at(1), at(2), false, true),
    ];
    for (passed_at, silent_at, has_passed, was_silent) in cases {
        let history = CallerRecord { passed_at, silent_at, ..CallerRecord::default() };
        assert_eq!((history.has_passed(), history.was_silent()), (has_passed, was_silent), "{history:?}");
    }
}

#[test]
fn the_velocity_is_bounded() {
    let mut recent = RecentCalls::default();
    for call in 0..200 {
        let at = Millis::from_unix_ms(NOW + call);
        let velocity = recent.take(&format!("CA{call}"), number(u8::try_from(call % 9).unwrap()), at);
        assert!(velocity.calls_in_an_hour as usize <= MAX_RECENT + 1);
    }
    assert!(serde_json::to_string(&recent).unwrap().len() < 200 * MAX_RECENT);
}

/// How long a call counts.
const WATCH_FOR: Duration = Duration::from_hours(1);
const NOW: u64 = 1_790_000_000_000;

fn step() -> impl Strategy<Value = Step> {
    let challenged = prop_oneof![
        Just(None),
        proptest::sample::select(vec![Challenged::Silent, Challenged::Failed, Challenged::Passed]).prop_map(Some)
    ];
    let ended = (proptest::option::of(0..90_u32), 0..90_u32, proptest::option::of(0..3_u8), challenged).prop_map(
        |(call_seconds, talk_seconds, spoke_with, challenged)| CallEnding {
            call_seconds,
            talk_seconds,
            spoke_with: spoke_with.map(number),
            challenged,
        },
    );
    (0..12_u8, proptest::option::of(ended)).prop_map(|(call, ended)| Step { call, ended })
}

fn number(last_digit: u8) -> E164 {
    E164::parse(&format!("+1312555019{last_digit}")).unwrap()
}
