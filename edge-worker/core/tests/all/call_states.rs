//! A call's state: what it takes in, what it answers, what it still owes.

use core::time::Duration;

use call_router::after_call::Tasks;
use call_router::call::CallOutcome;
use edge_core::call::attribution::{CallAttribution, NumberAlone};
use edge_core::call::state::{CallState, GATHER};
use edge_core::site::{NumberRole, PublishedSite};
use serde_json::Value;

use super::harbor::{self, *};

/// Who calls in all webhooks.
const CALLER: &str = "+13125550123";

#[test]
fn a_number_alone_says_whom_a_call_belongs_to_or_which_pool_to_ask() {
    let pool = pool();
    let source = || CallAttribution::SourceNumber {
        source: "yellow-pages".to_owned(),
        medium: Some("print".to_owned()),
        campaign: None,
    };
    let table = [
        (POOL_NUMBER, Err(&pool)),
        (SOURCE_NUMBER, Ok(source())),
        (OVERFLOW_NUMBER, Ok(CallAttribution::Nothing { reason: NumberAlone::Overflow })),
        (SEARCH_OVERFLOW_NUMBER, Ok(CallAttribution::Channel { channel: dni_core::visit::Channel::PaidSearch })),
        ("+13125550100", Ok(CallAttribution::Nothing { reason: NumberAlone::Unlisted })),
    ];
    for (number, expected) in table {
        assert_eq!(CallAttribution::of_number(&dialled(number)), expected, "{number}");
    }
}

#[test]
fn a_number_that_was_taken_out_still_belongs_to_its_last_pool() {
    let site: PublishedSite = site();
    let gone = number("+13125550100");
    let dialled = edge_core::site::DialledNumber::new(&site, gone, Some(pool()));
    assert_eq!(dialled.role, NumberRole::Pool { pool: pool() });
}

#[test]
fn a_webhook_that_comes_again_changes_nothing_and_is_answered_the_same() {
    let mut state = call(POOL_NUMBER, &[RING, LEG_ANSWERS]);
    for told in [RING, LEG_ANSWERS, RING] {
        let before = state.clone();
        let mut again = webhook(POOL_NUMBER, u64::from(told != RING), told);
        // The owner has listed the caller meanwhile, which is for their next call.
        again.listed = Some(call_router::risk::Listed::Blocked);
        state.take(&again, None, None);
        let answers = [answer(&mut state, &again), answer(&mut state, &again)];
        assert_eq!(answers[0], answers[1]);
        assert_eq!(state, before, "{told:?}");
    }
}

#[test]
fn what_a_call_began_with_stays() {
    let mut state = call(POOL_NUMBER, &[RING]);
    let later = webhook(SOURCE_NUMBER, 1, LEG_ANSWERS);
    state.take(&later, Some(attributed()), None);
    assert_eq!(state.dialled.as_ref().unwrap().number, number(POOL_NUMBER));
    state.take(&later, Some(CallAttribution::Nothing { reason: NumberAlone::Unknown }), None);
    assert_eq!(state.attribution, Some(attributed()));
}

#[test]
fn without_a_flow_nothing_is_answered_and_the_event_is_kept() {
    let mut ring = webhook(POOL_NUMBER, 0, RING);
    ring.dialled = None;
    let mut state = CallState::begin("CAL1".to_owned(), &ring);
    state.take(&ring, None, None);
    assert_eq!(answer(&mut state, &ring), None);
    assert_eq!(state.call.number, Some(number(POOL_NUMBER)));
}

#[test]
fn a_replayed_answer_is_not_taken_for_carried_out() {
    // The flow ends the call once the forward is over: a call that ended so was not left by the caller.
    let mut state = call(POOL_NUMBER, &[RING]);
    let mut over = webhook(POOL_NUMBER, 1, DIAL_ENDS);
    let mut replayed = state.clone();
    over.is_replay = true;
    replayed.take(&over, None, None);
    assert!(answer(&mut replayed, &over).unwrap().contains("<Hangup"));
    over.is_replay = false;
    state.take(&over, None, None);
    answer(&mut state, &over);
    assert_eq!(replayed.progress, state.progress);
    assert_ne!(replayed.call, state.call);
}

#[test]
fn an_ending_is_told_once_the_call_is_over() {
    assert_eq!(call(POOL_NUMBER, &[RING]).ending(), None);
    let ended = call(POOL_NUMBER, &[RING, LEG_ANSWERS, DIAL_ENDS, ENDS]);
    let ending = ended.ending().unwrap();
    assert_eq!((ending.call_seconds, ending.talk_seconds), (Some(50), 40));
    assert_eq!(ended.call.outcome(), CallOutcome::Answered);
}

#[test]
fn what_failed_is_tried_again_with_waits_that_double_up_to_ten_minutes() {
    let mut state = call(POOL_NUMBER, &[RING]);
    let mut now = RINGS_AT;
    let mut waits = Vec::new();
    for _ in 0..12 {
        state.settle(false, now);
        let wait = state.retry_at.unwrap().since(now);
        waits.push(wait.as_secs());
        // Before its time another failure does not count.
        let planned = (state.failures, state.retry_at);
        state.settle(false, now.after(wait / 2));
        assert_eq!((state.failures, state.retry_at), planned);
        now = now.after(wait);
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
    state.settle(true, now);
    assert_eq!((state.failures, state.retry_at), (0, None));
}

#[test]
fn the_next_alarm_is_what_comes_first() {
    let none = Tasks::default();
    let in_seconds = |seconds| RINGS_AT.after(Duration::from_secs(seconds));
    let logged = CallState { revision: 3, logged: 3, ..call(POOL_NUMBER, &[RING]) };
    let unlogged = CallState { logged: 2, ..logged.clone() };
    let failing = CallState { failures: 1, retry_at: Some(in_seconds(8)), ..unlogged.clone() };
    let overdue = CallState { retry_at: Some(RINGS_AT.before(Duration::from_secs(9))), ..failing.clone() };
    let table = [
        ("all is done", &logged, None),
        ("the log waits", &unlogged, Some(GATHER)),
        ("the log failed", &failing, Some(Duration::from_secs(8))),
        ("long past its time", &overdue, Some(GATHER)),
    ];
    for (what, state, expected) in table {
        assert_eq!(state.next_alarm(&none, RINGS_AT), expected, "{what}");
    }
    // A call that goes on is looked after.
    let mut tasks = Tasks::default();
    tasks.plan(&logged.needs(&tasks, Duration::from_mins(15)), RINGS_AT);
    assert_eq!(logged.next_alarm(&tasks, RINGS_AT), Some(Duration::from_mins(15)));
}

#[test]
fn a_state_is_stored_under_the_names_it_always_had() {
    let state = CallState { attribution: Some(attributed()), ..call(POOL_NUMBER, &[RING]) };
    let stored = serde_json::to_value(&state).unwrap();
    let names: Vec<_> = stored.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "booked",
        "carrier",
        "facts",
        "failures",
        "heard_at",
        "id",
        "joined",
        "known",
        "line",
        "listed",
        "logged",
        "progress",
        "record",
        "retry_at",
        "revision",
        "risk",
        "to_delete",
    ];
    assert_eq!(names, expected);
    assert_eq!(stored["joined"]["by"], "pool");
    assert_eq!(stored["line"]["role"]["role"], "pool");
    assert_eq!(serde_json::from_value::<CallState>(stored).unwrap(), state);
}

#[test]
fn a_state_of_the_first_version_is_still_read() {
    let state = call(POOL_NUMBER, &[RING]);
    let mut stored = serde_json::to_value(&state).unwrap();
    for later in ["booked", "facts", "heard_at", "known", "listed", "retry_at", "risk", "to_delete"] {
        stored.as_object_mut().unwrap().remove(later);
    }
    let read: CallState = serde_json::from_value(stored).unwrap();
    assert_eq!((read.id, read.call), (state.id, state.call));
    assert_eq!(serde_json::from_value::<CallState>(Value::Null).ok(), None);
}

#[test]
fn only_what_asks_the_flow_needs_to_know_who_calls() {
    let table = [(RING, true), (DIAL_ENDS, true), (LEG_ANSWERS, false), (RECORDED, false), (ENDS, false)];
    for (told, expected) in table {
        assert_eq!(harbor::webhook(POOL_NUMBER, 0, told).asks_flow(), expected, "{told:?}");
    }
}

#[test]
fn of_a_call_that_is_forgotten_its_recordings_are_left_to_delete_and_nothing_comes_back() {
    let mut state = call(POOL_NUMBER, &[RING, LEG_ANSWERS, RECORDED, ENDS]);
    let text = |state: &CallState| serde_json::to_string(state).unwrap();
    assert!(text(&state).contains(CALLER));
    state = state.erased(RINGS_AT);
    let kinds = |state: &CallState| {
        let needs = state.needs(&Tasks::default(), Duration::from_mins(15));
        needs.iter().map(|need| (need.kind.code(), need.subject.to_string())).collect::<Vec<_>>()
    };
    let deletions = |id: &str| [("delete_recording", id.to_owned()), ("delete_at_carrier", id.to_owned())];
    assert_eq!(kinds(&state), deletions("RE1"));
    assert!(!text(&state).contains(CALLER));
    assert_eq!(state.clone().erased(RINGS_AT.after(Duration::from_secs(9))), state, "once more it changes nothing");
    for told in [RING, LEG_ANSWERS, RECORDED, ENDS] {
        let late = webhook(POOL_NUMBER, 9, told);
        state.take(&late, Some(CallAttribution::Nothing { reason: NumberAlone::Unknown }), None);
        assert_eq!(state.input(&late.event), None, "{told:?}");
    }
    assert_eq!(kinds(&state), deletions("RE1"));
    assert!(!text(&state).contains(CALLER));
    assert_eq!((&state.attribution, &state.progress, &state.facts), (&None, &None, &None));
}
