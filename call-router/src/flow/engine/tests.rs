//! What the engine answers.

mod words;

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::{
    carrier::{self, Carrier, Hooks, Secrets, twilio},
    event::Caller,
    flow::{Challenge, FlowSettings, Gate, GateWords, Key},
};

const BASE: &str = "https://calls.example.com/carrier/twilio";

#[test]
fn a_call_through_the_whole_flow() {
    let flow = office();
    let forward = format!(
        r#"<Say>Hello.</Say><Dial answerOnBridge="true" timeout="25" timeLimit="14400" action="{BASE}/dial?step=office&amp;turn=2""#
    );
    let message =
        format!(r#"<Say>Leave a message.</Say><Record action="{BASE}/record?step=message&amp;turn=3" maxLength="120""#);
    let redirect = format!("<Redirect>{BASE}/record?step=message&amp;turn=3</Redirect>");
    let hang_up = "<Response><Hangup/></Response>";
    let cases = [
        (Input::Start, "2.office", forward.as_str()),
        (dialled("office", 2, DialStatus::Completed, true), "3.end", hang_up),
        (dialled("office", 2, DialStatus::NoAnswer, false), "3.message", &message),
        (dialled("office", 2, DialStatus::NoAnswer, false), "3.message", &redirect),
        (dialled("office", 2, DialStatus::Busy, false), "4.message", "<Say>The line is busy.</Say>"),
        (dialled("office", 2, DialStatus::Failed, false), "3.message", &message),
        (dialled("office", 2, DialStatus::Canceled, false), "3.message", &message),
        // Answered by somebody who would not take the call.
        (dialled("office", 2, DialStatus::Completed, false), "3.message", &message),
        (recorded("message", 3, true), "4.end", hang_up),
        (recorded("message", 3, false), "4.end", hang_up),
    ];
    for (input, turn, expected) in cases {
        let Answer { progress, document, .. } = flow.answer(None, &input, &context(&hooks(), None));
        let xml = twilio::render(&document);
        assert!(xml.contains(expected), "{input:?}: {xml}");
        assert_eq!((progress.version, progress.turn.to_string()), (7, turn.to_owned()), "{input:?}");
    }
}

#[test]
fn the_same_webhook_gets_the_same_document_later() {
    let (flow, hooks) = (office(), hooks());
    let context = context(&hooks, None);
    let inputs = [Input::Start, dialled("office", 2, DialStatus::Busy, false), recorded("message", 4, true)];
    let mut progress = None;
    let mut first = Vec::new();
    for input in &inputs {
        let Answer { progress: reached, document, .. } = flow.answer(progress.as_ref(), input, &context);
        progress = Some(reached);
        first.push(document);
    }
    for (input, document) in inputs.iter().zip(first) {
        let Answer { progress: reached, document: again, .. } = flow.answer(progress.as_ref(), input, &context);
        assert_eq!(again, document);
        assert_eq!(Some(reached), progress, "a webhook that comes again moves nothing");
    }
}

#[test]
fn what_the_owner_forgot_is_never_silence() {
    let flow = flow(
        r#"{"version": 7, "start": "hello", "steps": {
            "hello": {"type": "greeting", "say": "Hello."},
            "office": {"type": "forward", "to": "+13125550199"},
            "message": {"type": "voicemail", "say": "Leave a message."},
            "lost": {"type": "greeting", "say": "Hello.", "next": {"done": "nowhere"}}}}"#,
    );
    let cases = [
        (Input::Start, "<Say>Hello.</Say><Hangup/>"),
        (dialled("office", 1, DialStatus::Busy, false), "<Record "),
        (dialled("office", 1, DialStatus::Completed, true), "<Response><Hangup/>"),
        (dialled("gone", 1, DialStatus::NoAnswer, false), "<Record "),
        (recorded("message", 1, true), "<Say>Thank you. Goodbye.</Say>"),
        (recorded("gone", 1, false), "<Say>Thank you. Goodbye.</Say>"),
    ];
    for (input, expected) in cases {
        check(&flow, &input, None, expected);
    }
    let lost = Flow { start: "lost".parse().unwrap(), ..flow.clone() };
    check(&lost, &Input::Start, None, "<Say>Sorry, we cannot take your call right now.");
    let gone = Flow { start: "gone".parse().unwrap(), ..flow };
    check(&gone, &Input::Start, None, "<Say>Sorry, we cannot take your call right now.");
}

#[test]
fn circles_end() {
    let circle = flow(
        r#"{"version": 1, "start": "a", "steps": {
            "a": {"type": "greeting", "say": "A", "next": {"done": "b"}},
            "b": {"type": "greeting", "say": "B", "next": {"done": "a"}}}}"#,
    );
    check(&circle, &Input::Start, None, "<Say>Sorry, we cannot take your call right now.");
    let again = flow(
        r#"{"version": 1, "start": "office", "steps": {
            "office": {"type": "forward", "to": "+13125550199", "next": {"no_answer": "office"}}}}"#,
    );
    check(&again, &dialled("office", MAX_TURNS - 1, DialStatus::NoAnswer, false), None, "<Dial ");
    check(&again, &dialled("office", MAX_TURNS, DialStatus::NoAnswer, false), None, "<Say>Sorry");
    check(&again, &dialled("office", u16::MAX, DialStatus::NoAnswer, false), None, "<Say>Sorry");
}

#[test]
fn a_long_speech_still_connects() {
    let greeting = |turn: u32| {
        let next = if turn == 20 { "message".to_owned() } else { format!("s{}", turn + 1) };
        format!(r#""s{turn}": {{"type": "greeting", "say": "S{turn}", "next": {{"done": "{next}"}}}},"#)
    };
    let steps: String = (1..=20).map(greeting).collect::<Vec<_>>().concat();
    let message = r#""message": {"type": "voicemail", "say": "Leave a message."}"#;
    let flow = flow(&format!(r#"{{"version": 1, "start": "s1", "steps": {{{steps} {message}}}}}"#));
    check(&flow, &Input::Start, None, "<Say>S4</Say><Say>Leave a message.</Say><Record ");
    check(&flow, &Input::Start, None, "</Redirect></Response>");
}

#[test]
fn the_business_sees_a_number_that_exists() {
    let (plain, set) = (
        office(),
        flow(
            r#"{"version": 1, "start": "office", "steps": {
            "office": {"type": "forward", "to": "+13125550199", "caller_id": "+13125550177"}}}"#,
        ),
    );
    let number = Caller::Number(E164::parse("+13125550123").unwrap());
    let tracking = r#"callerId="+13125550142""#;
    check(&plain, &Input::Start, Some(&Caller::Withheld), tracking);
    check(&plain, &Input::Start, Some(&Caller::Other("sip:alice@example.com".into())), tracking);
    check(&plain, &Input::Start, Some(&number), r#"dial?step=office&amp;turn=2"><Number"#);
    check(&set, &Input::Start, Some(&number), r#"callerId="+13125550177""#);
}

#[test]
fn refusing_is_for_calls_not_answered_yet() {
    let first = flow(r#"{"version": 1, "start": "no", "steps": {"no": {"type": "reject", "busy": true}}}"#);
    check(&first, &Input::Start, None, r#"<Reject reason="busy"/>"#);
    let later = flow(
        r#"{"version": 1, "start": "a", "steps": {
            "a": {"type": "greeting", "say": "A", "next": {"done": "no"}}, "no": {"type": "reject"}}}"#,
    );
    check(&later, &Input::Start, None, "<Say>A</Say><Hangup/>");
}

#[test]
fn which_events_ask_something() {
    let body = b"CallSid=CA1&CallStatus=completed&DialCallStatus=busy&RecordingSid=RE1&RecordingStatus=completed";
    let input = |hook, query| {
        let event = twilio::read(hook, query, body, dni_core::time::Millis::default()).unwrap();
        Input::from_event(&event)
    };
    assert_eq!(input(Hook::Voice, ""), Some(Input::Start));
    assert_eq!(input(Hook::Dial, "step=a&turn=2"), Some(dialled("a", 2, DialStatus::Busy, false)));
    assert_eq!(input(Hook::Record, "step=a&turn=2"), Some(recorded("a", 2, true)));
    assert_eq!(input(Hook::Dial, "fail_open=1"), None);
    assert_eq!(input(Hook::Record, "fail_open=1"), None);
    assert_eq!(input(Hook::Status, ""), None);
    assert_eq!(input(Hook::Recording, ""), None);
}

#[test]
fn a_menu_is_said_again_and_then_gives_up() {
    let flow = flow(
        r#"{"version": 1, "start": "menu", "steps": {
            "menu": {"type": "menu", "say": "Press 1.", "tries": 2, "wait_seconds": 4, "next": {"1": "office", "no_input": "message",
                "invalid": "end"}},
            "office": {"type": "forward", "to": "+13125550199"},
            "message": {"type": "voicemail", "say": "Leave a message."},
            "end": {"type": "hangup"}}}"#,
    );
    let asked = |again: &str| {
        let url = format!("{BASE}/gather?step=menu&amp;turn=1{again}");
        format!(
            r#"<Response><Gather input="dtmf" numDigits="1" finishOnKey="" timeout="4" action="{url}"><Say>Press 1.</Say></Gather><Redirect>{url}</Redirect></Response>"#
        )
    };
    let (first, second) = (asked(""), asked("&amp;try=1"));
    let cases = [
        (Input::Start, first.as_str()),
        (gathered("menu", 1, 0, Some("1")), "<Dial "),
        (gathered("menu", 1, 0, None), &second),
        (gathered("menu", 1, 0, Some("7")), &second),
        (gathered("menu", 1, 0, Some("12")), &second),
        (gathered("menu", 1, 1, Some("1")), "<Dial "),
        (gathered("menu", 1, 1, None), "<Record "),
        (gathered("menu", 1, 1, Some("7")), "<Response><Hangup/>"),
        (gathered("menu", 1, 200, None), "<Record "),
        (gathered("gone", 1, 0, Some("1")), "<Say>Sorry, we cannot take your call right now."),
    ];
    for (input, expected) in cases {
        check(&flow, &input, None, expected);
    }
}

#[test]
fn several_numbers_are_rung_in_turn() {
    let flow = flow(
        r#"{"version": 1, "start": "office", "steps": {
            "office": {"type": "forward", "to": ["+13125550197", "+13125550198"], "strategy": "sequential",
                "next": {"no_answer": "end", "answered": "end"}},
            "end": {"type": "hangup"}}}"#,
    );
    let tried = |attempt| Input::DialResult {
        turn: Turn { attempt, ..turn("office", 1) },
        status: DialStatus::NoAnswer,
        connected: false,
    };
    check(&flow, &Input::Start, None, ">+13125550197</Number></Dial></Response>");
    check(&flow, &tried(0), None, ">+13125550198</Number></Dial></Response>");
    check(&flow, &tried(0), None, "dial?step=office&amp;turn=1&amp;try=1");
    check(&flow, &tried(1), None, "<Response><Hangup/>");
    check(&flow, &dialled("office", 1, DialStatus::Completed, true), None, "<Response><Hangup/>");
}

#[test]
fn the_business_hears_what_the_call_is_about() {
    let flow = flow(
        r#"{"version": 1, "start": "told", "steps": {
            "told": {"type": "forward", "to": "+13125550199", "whisper": "From [source]."},
            "asked": {"type": "forward", "to": "+13125550199", "accept": true},
            "plain": {"type": "forward", "to": "+13125550199"}}}"#,
    );
    let whisper = format!(r#"url="{BASE}/whisper?step=told&amp;turn=1""#);
    let accept = format!(r#"action="{BASE}/accept?step=asked&amp;turn=1""#);
    let cases = [
        (Input::Start, whisper.as_str()),
        (Input::LegAnswered { turn: turn("told", 1) }, "<Response><Say>From unknown.</Say></Response>"),
        (Input::LegAnswered { turn: turn("asked", 1) }, &accept),
        (Input::LegAnswered { turn: turn("asked", 1) }, "Press 1 to take it.</Say></Gather><Hangup/></Response>"),
        (Input::LegAnswered { turn: turn("gone", 1) }, "<Response></Response>"),
        (Input::LegAsked { turn: turn("asked", 1), digits: Some("1".to_owned()) }, "<Response></Response>"),
        (Input::LegAsked { turn: turn("asked", 1), digits: Some("2".to_owned()) }, "<Response><Hangup/></Response>"),
        (Input::LegAsked { turn: turn("asked", 1), digits: None }, "<Response><Hangup/></Response>"),
    ];
    for (input, expected) in cases {
        check(&flow, &input, None, expected);
    }
    let plain = Flow { start: "plain".parse().unwrap(), ..flow };
    let Answer { document, .. } = plain.answer(None, &Input::Start, &context(&hooks(), None));
    assert!(!twilio::render(&document).contains("whisper"));
}

#[test]
fn recording_begins_after_everybody_was_told() {
    let office = |settings: &str, start: &str| {
        flow(&format!(
            r#"{{"version": 1, "start": "{start}", "settings": {{"recording": {settings}}}, "steps": {{
                "hello": {{"type": "greeting", "say": "Hello.", "next": {{"done": "office"}}}},
                "office": {{"type": "forward", "to": "+13125550199", "next": {{"no_answer": "office"}}}},
                "other": {{"type": "forward", "to": "+13125550198", "record": true}},
                "ad": {{"type": "condition", "if": {{"source": ["spam"]}}, "next": {{"yes": "office", "no": "no"}}}},
                "no": {{"type": "reject"}}}}}}"#
        ))
    };
    let told = "<Response><Say>This call may be recorded.</Say>";
    let on = office(r#"{"on": true}"#, "hello");
    check(&on, &Input::Start, None, &format!("{told}<Say>Hello.</Say><Dial "));
    check(&on, &Input::Start, None, r#"record="record-from-answer-dual""#);
    check(&on, &dialled("office", 2, DialStatus::NoAnswer, false), None, "<Response><Dial ");
    check(&office(r#"{"on": false}"#, "hello"), &Input::Start, None, told);
    check(&office(r#"{"on": true, "announce": "never"}"#, "hello"), &Input::Start, None, "<Response><Say>Hello.</Say>");
    check(&office(r#"{"on": true}"#, "ad"), &Input::Start, None, "<Response><Reject ");
}

#[test]
fn no_carrier_is_told_to_record_before_the_announcement() {
    let flow = flow(
        r#"{"version": 1, "start": "hello", "settings": {"recording": {"on": true}}, "steps": {
            "hello": {"type": "greeting", "say": "Hello.", "next": {"done": "office"}},
            "office": {"type": "forward", "to": "+13125550199"}}}"#,
    );
    let cases = [
        (Carrier::Twilio, "record-from-answer"),
        (Carrier::SignalWire, "record-from-answer"),
        (Carrier::Telnyx, "record-from-answer"),
        (Carrier::Plivo, "<Record "),
        (Carrier::Bandwidth, "<StartRecording "),
        (Carrier::Vonage, r#""record""#),
    ];
    for (carrier, word) in cases {
        let hooks = Hooks::new(carrier, "https://h").unwrap();
        let Answer { document, .. } = flow.answer(None, &Input::Start, &context(&hooks, None));
        let body = carrier::render(carrier, &document, &Secrets::default()).body;
        let (told, recorded) = (body.find("This call may be recorded."), body.find(word));
        assert!(told.is_some() && recorded.is_some() && told < recorded, "{carrier:?}: {body}");
        assert_eq!(body.matches(word).count(), 1, "{carrier:?}: {body}");
    }
}

#[test]
fn a_challenge_lets_people_through() {
    let flow = flow(
        r#"{"version": 1, "start": "gate", "steps": {
            "gate": {"type": "challenge", "next": {"passed": "office", "failed": "end"}},
            "office": {"type": "forward", "to": "+13125550199"},
            "end": {"type": "hangup"}}}"#,
    );
    let hooks = hooks();
    for chance in 0..50 {
        let facts = Facts { chance, ..Facts::default() };
        let context = Context { facts: &facts, ..context(&hooks, None) };
        let xml = |input: &Input| twilio::render(&flow.answer(None, input, &context).document);
        let asked = xml(&Input::Start);
        let key = asked.split("please press ").nth(1).and_then(|rest| rest.get(..1)).unwrap().to_owned();
        assert!(xml(&gathered("gate", 1, 0, Some(&key))).contains("<Dial "), "{asked}");
        let wrong = if key == "1" { "2" } else { "1" };
        assert!(xml(&gathered("gate", 1, 0, Some(wrong))).contains("try=1"));
        assert!(xml(&gathered("gate", 1, 1, Some(&key))).contains("<Dial "), "the key stays the same");
        assert!(xml(&gathered("gate", 1, 1, None)).contains("<Response><Hangup/>"));
    }
}

#[test]
fn a_call_goes_on_in_another_flow_and_stays_there() {
    let day = flow(r#"{"version": 1, "start": "night", "steps": {"night": {"type": "go_to", "flow": "night"}}}"#);
    let night = flow(
        r#"{"version": 3, "start": "menu", "steps": {
            "menu": {"type": "menu", "say": "Press 1.", "next": {"1": "office"}},
            "office": {"type": "forward", "to": "+13125550199"}}}"#,
    );
    let hooks = hooks();
    let flows = Flows::from([("night".parse().unwrap(), night)]);
    let context = Context { flows: &flows, ..context(&hooks, None) };
    let started = day.answer(None, &Input::Start, &context);
    assert_eq!(started.progress.turn.to_string(), "2.night.menu");
    assert!(twilio::render(&started.document).contains("gather?step=menu&amp;turn=2&amp;flow=night"));
    let turn = started.progress.turn.clone();
    let rung = day.answer(Some(&started.progress), &Input::Gathered { turn, digits: Some("1".to_owned()) }, &context);
    assert_eq!(rung.progress.turn.to_string(), "3.night.office");
    check(&day, &Input::Start, None, "<Say>Sorry, we cannot take your call right now.");
}

#[test]
fn a_flow_that_cannot_go_on_rings_the_business() {
    let lost = flow(
        r#"{"version": 1, "start": "menu", "settings": {"fallback": "+13125550188"}, "steps": {
            "menu": {"type": "menu", "say": "Press 1.", "tries": 1, "next": {"1": "gone"}}}}"#,
    );
    for digits in [None, Some("1"), Some("2")] {
        check(&lost, &gathered("menu", 1, 0, digits), None, ">+13125550188</Number>");
    }
    let hooks = hooks();
    let destination = Callee::parse("+13125550199").unwrap();
    let context = Context { destination: Some(&destination), ..context(&hooks, None) };
    let without = Flow { settings: FlowSettings::default(), ..lost };
    let document = without.answer(None, &gathered("menu", 1, 0, None), &context).document;
    assert!(twilio::render(&document).contains(">+13125550199</Number>"));
}

#[test]
fn a_tag_decides_what_comes_after_it_and_nothing_before() {
    let flow = flow(
        r#"{"version": 1, "start": "before", "steps": {
            "before": {"type": "condition", "if": {"tag": ["vip"]}, "next": {"yes": "end", "no": "menu"}},
            "menu": {"type": "menu", "say": "Press 1.", "next": {"1": "mark"}},
            "mark": {"type": "tag", "add": ["vip"], "next": {"done": "after"}},
            "after": {"type": "condition", "if": {"tag": ["vip"]}, "next": {"yes": "office", "no": "end"}},
            "office": {"type": "forward", "to": "+13125550199"},
            "end": {"type": "hangup"}}}"#,
    );
    let hooks = hooks();
    let context = context(&hooks, None);
    let started = flow.answer(None, &Input::Start, &context);
    let pressed = flow.answer(Some(&started.progress), &gathered("menu", 2, 0, Some("1")), &context);
    assert!(twilio::render(&pressed.document).contains("<Dial "));
    assert_eq!(pressed.progress.tags.keys().map(TagName::as_str).collect::<Vec<_>>(), ["vip"]);
    let outcomes: Vec<_> = pressed.path.iter().map(|visit| visit.outcome.as_deref().unwrap_or("-")).collect();
    assert_eq!(outcomes, ["1", "done", "yes", "-"]);
    let again = flow.answer(Some(&pressed.progress), &Input::Start, &context);
    assert_eq!(again.document, started.document, "a webhook that comes again is answered the same");
    assert_eq!(again.progress, pressed.progress);
}

proptest! {
    /// Whatever the flow, every answer ends the call, refuses it, or hands it on.
    #[test]
    fn no_answer_leaves_the_caller_hanging(
        kinds in proptest::collection::vec((0..11_u8, 0..8_usize), 1..8), from in 0..8_usize, number in any::<u16>(),
        attempt in 0..6_u8, connected: bool, digits in proptest::option::of("[0-9*#]{1,2}")
    ) {
        let name = |index: usize| format!("s{index}");
        let steps: Vec<_> = kinds.iter().enumerate().map(|(index, (kind, next))| {
            format!(r#""{}": {}"#, name(index), step_of(*kind, &name(*next)))
        }).collect();
        let flow = flow(&format!(r#"{{"version": 1, "start": "s0", "steps": {{{}}}}}"#, steps.join(",")));
        let inputs = [
            Input::Start,
            dialled(&name(from), number, DialStatus::NoAnswer, connected),
            recorded(&name(from), number, false),
            gathered(&name(from), number, attempt, digits.as_deref()),
        ];
        for input in inputs {
            let Answer { document, .. } = flow.answer(None, &input, &context(&hooks(), None));
            let ends = matches!(
                document.verbs().last(),
                Some(Verb::Hangup | Verb::Reject { .. } | Verb::Forward(_) | Verb::Redirect { .. })
            );
            prop_assert!(ends, "{:?}", document);
        }
    }
}

fn step_of(kind: u8, next: &str) -> String {
    match kind {
        0 => format!(r#"{{"type": "greeting", "say": "Hi", "next": {{"done": "{next}"}}}}"#),
        1 => format!(r#"{{"type": "forward", "to": "+13125550199", "next": {{"no_answer": "{next}"}}}}"#),
        2 => format!(r#"{{"type": "voicemail", "say": "Hi", "next": {{"nothing": "{next}"}}}}"#),
        3 => format!(r#"{{"type": "menu", "say": "Hi", "next": {{"1": "{next}", "invalid": "{next}"}}}}"#),
        4 => format!(r#"{{"type": "challenge", "next": {{"failed": "{next}"}}}}"#),
        5 => format!(r#"{{"type": "schedule", "time_zone": "UTC", "hours": {{}}, "next": {{"closed": "{next}"}}}}"#),
        6 => format!(r#"{{"type": "geo", "areas": [], "next": {{"otherwise": "{next}"}}}}"#),
        7 => format!(r#"{{"type": "condition", "if": {{"percent": 50}}, "next": {{"yes": "{next}"}}}}"#),
        8 => format!(r#"{{"type": "tag", "add": ["t"], "next": {{"done": "{next}"}}}}"#),
        9 => r#"{"type": "go_to", "flow": "nowhere"}"#.to_owned(),
        _ => r#"{"type": "reject"}"#.to_owned(),
    }
}

#[test]
fn who_presses_the_key_is_let_in() {
    let flow = Flow { settings: recording(), ..office() };
    let hooks = hooks();
    let words = GateWords {
        challenge: Challenge { key: Key::parse("7").ok(), ..Challenge::default() },
        ..GateWords::default()
    };
    let facts = Facts { gate: Gate::Asks(words), ..Facts::default() };
    let context = Context { facts: &facts, ..context(&hooks, None) };
    let question = format!(
        r#"<Response><Gather input="dtmf" numDigits="1" finishOnKey="" timeout="5" action="{BASE}/gather?step=gate&amp;turn=0"><Say>To be connected, please press 7.</Say></Gather>"#
    );
    let again = format!(r#"action="{BASE}/gather?step=gate&amp;turn=0&amp;try=1""#);
    let office = "<Response><Say>This call may be recorded.</Say><Say>Hello.</Say><Dial ";
    let goodbye = "<Response><Say>Sorry, we cannot connect your call. Goodbye.</Say><Hangup/></Response>";
    let (silent, failed, passed) = (Some(Challenged::Silent), Some(Challenged::Failed), Some(Challenged::Passed));
    let cases = [
        (Input::Start, "0.gate", None, question.as_str()),
        (gathered("gate", 0, 0, None), "0.gate.1", None, &again),
        (gathered("gate", 0, 0, Some("8")), "0.gate.1", None, &again),
        (gathered("gate", 0, 0, Some("7")), "2.office", passed, office),
        (gathered("gate", 0, 1, Some("7")), "2.office", passed, office),
        (gathered("gate", 0, 1, Some("8")), "0.gate.2", failed, goodbye),
        (gathered("gate", 0, 1, None), "0.gate.2", silent, goodbye),
    ];
    for (input, turn, challenged, expected) in cases {
        let first = flow.answer(None, &input, &context);
        let xml = twilio::render(&first.document);
        assert!(xml.contains(expected), "{input:?}: {xml}");
        assert_eq!(
            (first.progress.turn.to_string(), first.progress.challenged),
            (turn.to_owned(), challenged),
            "{input:?}"
        );
        let again = flow.answer(Some(&first.progress), &input, &context);
        assert_eq!((again.document, again.progress), (first.document, first.progress), "the same webhook again");
    }
}

#[test]
fn a_closed_gate_and_one_that_does_not_ask() {
    let (flow, hooks) = (office(), hooks());
    let closed = Facts { gate: Gate::Closed, ..Facts::default() };
    let refused = flow.answer(None, &Input::Start, &Context { facts: &closed, ..context(&hooks, None) });
    assert_eq!(
        twilio::render(&refused.document),
        twilio::render(&Document::from([Verb::Reject { reason: RejectReason::Rejected }]))
    );
    check(&flow, &gathered("gate", 0, 0, None), None, "<Say>Hello.</Say><Dial ");
    // A step of the same name is no gate, and a call that was answered at the gate cannot be refused any more.
    let gate = flow_that_refuses();
    check(&gate, &Input::Start, None, "<Reject ");
    let asks = Facts { gate: Gate::Asks(GateWords::default()), ..Facts::default() };
    let context = Context { facts: &asks, ..context(&hooks, None) };
    let key = (b'1'..=b'9').map(|key| char::from(key).to_string());
    let let_in = key.map(|key| gate.answer(None, &gathered("gate", 0, 0, Some(&key)), &context));
    let documents: Vec<_> = let_in
        .filter(|answer| answer.progress.challenged.is_some())
        .map(|answer| twilio::render(&answer.document))
        .collect();
    assert_eq!(documents.len(), 1, "one key is drawn");
    assert!(documents[0].contains("<Response><Hangup/></Response>"), "{documents:?}");
}

#[test]
fn challenges_of_a_flow_are_told_too() {
    let flow = flow(
        r#"{"version": 1, "start": "person", "steps": {
            "person": {"type": "challenge", "key": "7", "tries": 1, "next": {"passed": "end", "failed": "end"}},
            "end": {"type": "hangup"}}}"#,
    );
    let hooks = hooks();
    let cases = [(Some("7"), Challenged::Passed), (Some("8"), Challenged::Failed), (None, Challenged::Silent)];
    for (digits, expected) in cases {
        let answer = flow.answer(None, &gathered("person", 1, 0, digits), &context(&hooks, None));
        assert_eq!(answer.progress.challenged, Some(expected));
    }
}

fn flow_that_refuses() -> Flow {
    flow(r#"{"version": 1, "start": "gate", "steps": {"gate": {"type": "reject"}}}"#)
}

fn recording() -> FlowSettings {
    serde_json::from_str(r#"{"recording": {"on": true}}"#).unwrap()
}

fn check(flow: &Flow, input: &Input, caller: Option<&Caller>, expected: &str) {
    let Answer { document, .. } = flow.answer(None, input, &context(&hooks(), caller));
    let xml = twilio::render(&document);
    assert!(xml.contains(expected), "{input:?}: {xml}");
}

fn office() -> Flow {
    flow(
        r#"{"version": 7, "start": "hello", "steps": {
            "hello": {"type": "greeting", "say": "Hello.", "next": {"done": "office"}},
            "office": {"type": "forward", "to": "+13125550199", "ring_seconds": 25, "next": {"no_answer": "message",
                "busy": "busy", "failed": "message", "canceled": "message", "answered": "end"}},
            "busy": {"type": "greeting", "say": "The line is busy.", "next": {"done": "message"}},
            "message": {"type": "voicemail", "say": "Leave a message.", "next": {"recorded": "end", "nothing": "end"}},
            "end": {"type": "hangup"}}}"#,
    )
}

fn flow(json: &str) -> Flow {
    serde_json::from_str(json).unwrap()
}

fn dialled(step: &str, number: u16, status: DialStatus, connected: bool) -> Input {
    Input::DialResult { turn: turn(step, number), status, connected }
}

fn gathered(step: &str, number: u16, attempt: u8, digits: Option<&str>) -> Input {
    Input::Gathered { turn: Turn { attempt, ..turn(step, number) }, digits: digits.map(str::to_owned) }
}

fn turn(step: &str, number: u16) -> Turn {
    Turn::new(number, step.parse().unwrap())
}

fn recorded(step: &str, number: u16, message: bool) -> Input {
    Input::Recorded { turn: turn(step, number), message }
}

#[test]
fn where_nothing_tells_who_was_connected_whoever_heard_all_asks_to_be() {
    let flow = flow(
        r#"{"version": 1, "start": "told", "steps": {
            "told": {"type": "forward", "to": "+13125550199", "whisper": "From [source]."}}}"#,
    );
    let bandwidth = Hooks::new(Carrier::Bandwidth, "https://h").unwrap();
    let document = |input| flow.answer(None, &input, &context(&bandwidth, None)).document;
    let ring = document(Input::Start);
    let [Verb::Forward(forward)] = ring.verbs() else { panic!("{ring:?}") };
    let whisper_url = "https://h/carrier/bandwidth/whisper?step=told&turn=1&asks=1";
    assert_eq!(forward.whisper_url.as_deref(), Some(whisper_url));
    let taking = Verb::Redirect { url: "https://h/carrier/bandwidth/accept?step=told&turn=1&taken=1".to_owned() };
    let whisper = document(Input::LegAnswered { turn: turn("told", 1) });
    assert_eq!(whisper, Document::from([Verb::say("From unknown."), taking]));
    assert_eq!(document(Input::LegTaken { turn: turn("told", 1) }), Document::default());
}

fn hooks() -> Hooks {
    Hooks::new(Carrier::Twilio, "https://calls.example.com").unwrap()
}

fn context<'a>(hooks: &'a Hooks, caller: Option<&'a Caller>) -> Context<'a> {
    static FACTS: LazyLock<Facts> = LazyLock::new(Facts::default);
    Context {
        hooks,
        number: E164::parse("+13125550142").ok(),
        caller,
        started_at: Millis::from_unix_ms(1_790_000_000_000),
        facts: &FACTS,
        flows: &NO_FLOWS,
        destination: None,
    }
}

static NO_FLOWS: Flows = Flows::new();
