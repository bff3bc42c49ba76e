//! Any JSON as a call flow: read, checked, and played. What stands behind the first NUL is what caller and business do.

use call_router::config_json;
use call_router::carrier::{Carrier, Hooks};
use call_router::document::MAX_VERBS;
use call_router::event::DialStatus;
use call_router::flow::{Answer, Context, Facts, Flow, Flows, Input, MAX_STEPS, MAX_TURNS, Progress, Surroundings};
use dni_core::phone::{Callee, E164};
use dni_core::time::Millis;

/// Most steps of one input's way: a turn each, and one that ends.
const MAX_PATH: usize = MAX_TURNS as usize + 2;

/// Tries one input; panics if it breaks what is promised.
pub fn try_input(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (json, doings) = data.split_at(end);
    match Flow::read(json) {
        Ok(flow) => {
            check(&flow);
            play(&flow, doings.get(1..).unwrap_or_default());
        }
        Err(why) => {
            assert!(why.sentence.ends_with('.') && why.repair.ends_with('.') && !why.code.is_empty(), "{why}");
            assert!(why.to_string().len() < 100 * why.place.len() + 2_000, "{why}");
        }
    }
    let _ = config_json::read::<Flows>(json);
}

fn check(flow: &Flow) {
    let written = serde_json::to_string(flow).unwrap();
    assert_eq!(Flow::read(written.as_bytes()).unwrap(), *flow, "what was stored is read again: {written}");
    assert_eq!(serde_json::from_str::<Flow>(&written).unwrap(), *flow, "and by the store's reader");
    let findings = flow.check(&Surroundings::default());
    assert_eq!(findings, flow.check(&Surroundings::default()), "the same flow has the same faults");
    assert!(flow.steps.len() <= MAX_STEPS || findings.len() == 1);
    for finding in findings {
        assert!(!finding.place().is_empty() && finding.sentence.ends_with('.') && finding.repair.ends_with('.'), "{finding:?}");
    }
}

/// Carries a call through the flow, whatever it is: every document is bounded, and the same again for the same event.
fn play(flow: &Flow, doings: &[u8]) {
    let hooks = Hooks::new(Carrier::Twilio, "https://calls.example.com").unwrap();
    let (facts, flows) = (Facts { chance: 7, ..Facts::default() }, Flows::from([("night".parse().unwrap(), flow.clone())]));
    let destination = Callee::parse("+13125550199").ok();
    let context = Context {
        hooks: &hooks,
        number: E164::parse("+13125550142").ok(),
        caller: None,
        started_at: Millis::from_unix_ms(1_793_514_600_000),
        facts: &facts,
        flows: &flows,
        destination: destination.as_ref(),
    };
    let mut first = flow.answer(None, &Input::Start, &context);
    let mut tags = first.progress.tags.clone();
    check_answer(&first, None);
    for doing in doings {
        let input = input(*doing, &first.progress);
        let next = flow.answer(Some(&first.progress), &input, &context);
        check_answer(&next, Some(&first.progress));
        tags.extend(next.progress.tags.clone());
        let again = flow.answer(Some(&next.progress), &input, &context);
        assert_eq!(again.document, next.document, "{input:?} comes again");
        assert_eq!(again.progress.turn, next.progress.turn, "{input:?} comes again");
        first = next;
    }
    assert_eq!(first.progress.tags, tags, "no mark is lost");
}

fn check_answer(answer: &Answer, before: Option<&Progress>) {
    assert!(answer.document.verbs().len() <= MAX_VERBS && answer.path.len() <= MAX_PATH, "{answer:?}");
    assert!(answer.progress.turn.number <= MAX_TURNS + 1, "{answer:?}");
    assert!(before.is_none_or(|before| before.turn <= answer.progress.turn), "a call never goes back");
}

fn input(doing: u8, progress: &Progress) -> Input {
    let turn = progress.turn.clone();
    let key = char::from(b"0123456789*#ab"[usize::from(doing >> 4) % 14]).to_string();
    match doing % 11 {
        0 => Input::Start,
        1 => Input::DialResult { turn, status: DialStatus::Completed, connected: true },
        2 => Input::DialResult { turn, status: DialStatus::NoAnswer, connected: false },
        3 => Input::DialResult { turn, status: DialStatus::Busy, connected: false },
        4 => Input::Recorded { turn, message: true },
        5 => Input::Recorded { turn, message: false },
        6 => Input::Gathered { turn, digits: Some(key) },
        7 => Input::Gathered { turn, digits: None },
        8 => Input::LegAnswered { turn },
        9 => Input::LegTaken { turn },
        _ => Input::LegAsked { turn, digits: Some(key) },
    }
}
