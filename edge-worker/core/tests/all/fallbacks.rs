//! A carrier that asks its fallback address: the call goes on where it was, and does not begin again.

use call_router::carrier::{self, Carrier, Hook, Hooks, Secrets};
use call_router::event::{EventKind, Unanswered};
use dni_core::id::SiteId;
use edge_core::call::state::CallState;
use edge_core::call::webhook::CallWebhook;
use edge_core::site::{DialledNumber, PublishedSite, SiteDocument};
use serde_json::json;

use super::harbor::{RINGS_AT, SOURCE_NUMBER, document, number};

/// A webhook: its hook, its query and its body.
type Told<'a> = (Hook, &'a str, &'a str);

/// What happened, what was told of the leg, where the fallback was asked, what the answer has and what it lacks.
type Case<'a> = (&'a str, Vec<Told<'a>>, Told<'a>, &'a [&'a str], &'a [&'a str]);

/// A site that greets, lets choose, rings, and takes a message.
fn site() -> PublishedSite {
    let mut site = document();
    let next =
        json!({ "answered": "end", "no_answer": "message", "busy": "message", "failed": "message", "canceled": "end" });
    site["flow"] = json!({ "version": 1, "start": "hello", "steps": {
        "hello": { "type": "greeting", "say": "Welcome.", "next": { "done": "menu" } },
        "menu": { "type": "menu", "say": "Press 1.", "next": { "1": "office", "no_input": "office", "invalid": "office" } },
        "office": { "type": "forward", "to": "+13125550199", "next": next },
        "message": { "type": "voicemail", "say": "Please leave a message.", "next": { "recorded": "bye", "nothing": "office" } },
        "bye": { "type": "greeting", "say": "Thanks.", "next": { "done": "end" } },
        "end": { "type": "hangup" },
    } });
    let document: SiteDocument = serde_json::from_value(site).unwrap();
    assert_eq!(document.check(), []);
    PublishedSite::new(SiteId::parse("harbor").unwrap(), 1, document)
}

/// Returns what the last of some webhooks is answered with, each taken in and answered in turn.
fn last_answer(carrier: Carrier, webhooks: &[Told]) -> Option<String> {
    let dialled = DialledNumber::new(&site(), number(SOURCE_NUMBER), None);
    let hooks = Hooks::new(carrier, "https://calls.example.com").unwrap();
    let secrets = Secrets::new("user:password".to_owned(), None);
    let mut state: Option<CallState> = None;
    let mut last = None;
    for (hook, query, body) in webhooks {
        let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
        let event = carrier::read(carrier, *hook, query, kind, body.as_bytes(), RINGS_AT)
            .unwrap_or_else(|why| panic!("{carrier:?} {hook:?} {body}: {why}"));
        let webhook = CallWebhook {
            carrier,
            hook: hook.id().to_owned(),
            query: (*query).to_owned(),
            body: (*body).to_owned(),
            event,
            dialled: Some(dialled.clone()),
            listed: None,
            is_replay: false,
        };
        let state = state.get_or_insert_with(|| CallState::begin("CAL1".to_owned(), &webhook));
        state.take(&webhook, None, None);
        let hooks = hooks.clone().of_call(&webhook.event.call);
        last = state.input(&webhook.event).and_then(|input| {
            let first = state.answer(&webhook, &input, (&hooks, &secrets), 7).map(|document| document.body);
            // The same webhook again is answered the same.
            let again =
                state.input(&webhook.event).and_then(|input| state.answer(&webhook, &input, (&hooks, &secrets), 7));
            // Where nobody says what could not be answered, it is what comes next.
            let is_told = !matches!(webhook.event.kind, EventKind::AskedAgain { after: Unanswered::Unknown, .. });
            assert!(!is_told || again.map(|document| document.body) == first, "{hook:?} {body}");
            first
        });
    }
    last
}

const CALL: &str = "CallSid=CA1&From=%2B17735550123&To=%2B13125550161";
const FAILED: &str = "ErrorCode=11200&ErrorUrl=https%3A%2F%2Fcalls.example.com%2Fcarrier%2F";

fn twilio(more: &str) -> String {
    format!("{CALL}&{more}")
}

/// What a fallback must be answered with, and what not.
fn check(what: &str, carrier: Carrier, webhooks: &[Told], has: &[&str], lacks: &[&str]) {
    let answered = last_answer(carrier, webhooks).unwrap_or_default();
    for text in has {
        assert!(answered.contains(text), "{what}: no {text} in {answered}");
    }
    for text in lacks.iter().chain(&["Welcome."]) {
        assert!(!answered.contains(text), "{what}: {text} in {answered}");
    }
}

#[test]
fn who_has_spoken_is_not_put_through_again() {
    let ring = twilio("CallStatus=ringing");
    let key = twilio("CallStatus=in-progress&Digits=1");
    let spoken = "ParentCallSid=CA1&CallSid=CA2&CallStatus=completed&CallDuration=95&To=%2B13125550199";
    let speaking = "ParentCallSid=CA1&CallSid=CA2&CallStatus=in-progress&To=%2B13125550199";
    let unanswered = "ParentCallSid=CA1&CallSid=CA2&CallStatus=no-answer&CallDuration=0&To=%2B13125550199";
    let again = |carrier: &str, hook: &str, more: &str| {
        twilio(&format!("CallStatus=in-progress&{FAILED}{carrier}%2F{hook}%3Fstep%3Doffice%26turn%3D3{more}"))
    };
    let begun: Vec<Told> = vec![(Hook::Voice, "", &ring), (Hook::Gather, "step=menu&turn=2", &key)];
    for (carrier, name) in
        [(Carrier::Twilio, "twilio"), (Carrier::SignalWire, "signalwire"), (Carrier::Telnyx, "telnyx")]
    {
        let dial = again(name, "dial", "");
        let fallback: Told = (Hook::Voice, "", &dial);
        let told =
            again(name, "dial", "&DialCallStatus=completed&DialCallSid=CA2&DialCallDuration=95&DialBridged=true");
        let not_told = again(name, "dial", "&DialCallStatus=no-answer&DialCallSid=CA2");
        let cases: [Case; 6] = [
            ("the leg ended", vec![(Hook::Leg, "", spoken)], fallback, &["<Hangup"], &["<Dial", "<Record"]),
            (
                "the leg's end was lost too",
                vec![(Hook::Leg, "", speaking)],
                fallback,
                &["<Hangup"],
                &["<Dial", "<Record"],
            ),
            ("nobody answered", vec![(Hook::Leg, "", unanswered)], fallback, &["<Record"], &["<Dial"]),
            ("no leg is known", vec![], fallback, &["<Record"], &["<Dial"]),
            ("the result is told again", vec![], (Hook::Voice, "", &told), &["<Hangup"], &["<Dial", "<Record"]),
            ("and it was none", vec![], (Hook::Voice, "", &not_told), &["<Record"], &["<Dial"]),
        ];
        for (what, legs, fallback, has, lacks) in cases {
            let webhooks: Vec<Told> = begun.iter().copied().chain(legs).chain([fallback]).collect();
            check(&format!("{name}: {what}"), carrier, &webhooks, has, lacks);
        }
    }
}

#[test]
fn every_step_goes_on_where_it_was() {
    let ring = twilio("CallStatus=ringing");
    let failed = |hook: &str, step: &str, more: &str| {
        twilio(&format!("CallStatus=in-progress&{FAILED}twilio%2F{hook}%3F{step}{more}"))
    };
    let menu = failed("gather", "step%3Dmenu%26turn%3D2", "");
    let pressed = failed("gather", "step%3Dmenu%26turn%3D2", "&Digits=1");
    let message = failed("record", "step%3Dmessage%26turn%3D4", "");
    let whisper = "ParentCallSid=CA1&CallSid=CA2&ErrorUrl=https%3A%2F%2Fcalls.example.com%2Fcarrier%2Ftwilio%2Fwhisper%3Fstep%3Doffice%26turn%3D3%26asks%3D1";
    let first = twilio(&format!("CallStatus=ringing&{FAILED}twilio%2Fvoice"));
    let begun: Told = (Hook::Voice, "", &ring);
    check(
        "a menu without its key",
        Carrier::Twilio,
        &[begun, (Hook::Voice, "", &menu)],
        &["<Gather", "Press 1."],
        &["<Dial"],
    );
    check("a menu with its key", Carrier::Twilio, &[begun, (Hook::Voice, "", &pressed)], &["<Dial"], &["<Gather"]);
    check("a message", Carrier::Twilio, &[begun, (Hook::Voice, "", &message)], &["Thanks."], &["<Dial", "<Record"]);
    let whispered = last_answer(Carrier::Twilio, &[begun, (Hook::Voice, "", whisper)]).unwrap();
    assert!(!whispered.contains("<Dial"), "{whispered}");
    // Nothing has happened yet: the call begins.
    let begins = last_answer(Carrier::Twilio, &[(Hook::Voice, "", &first)]).unwrap();
    assert!(begins.contains("Welcome."), "{begins}");
}

#[test]
fn a_call_that_was_answered_goes_on_although_nobody_says_where() {
    let ring = twilio("CallStatus=ringing");
    let key = twilio("CallStatus=in-progress&Digits=1");
    let busy = twilio("CallStatus=in-progress&DialCallStatus=busy&DialCallSid=CA2");
    let message =
        "CallSid=CA1&RecordingSid=RE1&RecordingStatus=completed&RecordingDuration=9&RecordingSource=RecordVerb";
    let spoken = "ParentCallSid=CA1&CallSid=CA2&CallStatus=completed&CallDuration=95";
    let again = twilio("CallStatus=in-progress");
    let (begun, chosen, again): (Told, Told, Told) =
        ((Hook::Voice, "", &ring), (Hook::Gather, "step=menu&turn=2", &key), (Hook::Voice, "", &again));
    let turned_away: Told = (Hook::Dial, "step=office&turn=3", &busy);
    check("in the menu", Carrier::Twilio, &[begun, again], &["Press 1."], &["<Dial"]);
    check("before it rang", Carrier::Twilio, &[begun, chosen, again], &["<Dial"], &["Press 1."]);
    check(
        "after they spoke",
        Carrier::Twilio,
        &[begun, chosen, (Hook::Leg, "", spoken), again],
        &["<Hangup"],
        &["<Dial"],
    );
    check("before the tone", Carrier::Twilio, &[begun, chosen, turned_away, again], &["<Record"], &["<Dial"]);
    check(
        "after the message",
        Carrier::Twilio,
        &[begun, chosen, turned_away, (Hook::Recording, "", message), again],
        &["Thanks."],
        &["<Record", "<Dial"],
    );
    // A call that another document of the owner's answered, and sent here, begins here.
    let sent_here = last_answer(Carrier::Twilio, &[again]).unwrap();
    assert!(sent_here.contains("Welcome."), "{sent_here}");
    // One that is sent again while it rings is no fallback.
    let twice = last_answer(Carrier::Twilio, &[begun, begun]).unwrap();
    assert!(twice.contains("Welcome."), "{twice}");
}

#[test]
fn plivo_jambonz_and_bandwidth_go_on_too() {
    let plivo = "CallUUID=c&From=17735550123&To=13125550161&CallStatus=ringing&Event=StartApp";
    let plivo_again = "CallUUID=c&From=17735550123&To=13125550161&CallStatus=in-progress";
    let plivo_leg =
        "DialALegUUID=c&DialBLegUUID=l&DialAction=hangup&DialBLegDuration=95&DialBLegHangupCause=NORMAL_CLEARING";
    let plivo_key = "CallUUID=c&CallStatus=in-progress&Digits=1";
    let begun: [Told; 2] = [(Hook::Voice, "", plivo), (Hook::Gather, "step=menu&turn=2&call=c", plivo_key)];
    let spoke: Told = (Hook::Leg, "call=c", plivo_leg);
    check(
        "plivo",
        Carrier::Plivo,
        &[begun[0], begun[1], spoke, (Hook::Voice, "", plivo_again)],
        &["<Hangup"],
        &["<Dial"],
    );

    let jambonz = r#"{"call_sid": "c", "direction": "inbound", "from": "+17735550123", "to": "+13125550161", "call_status": "trying"}"#;
    let key = r#"{"call_sid": "c", "call_status": "in-progress", "digits": "1"}"#;
    let leg = r#"{"call_sid": "l", "parent_call_sid": "c", "direction": "outbound", "call_status": "completed", "duration": 95}"#;
    let again = r#"{"call_sid": "c", "direction": "inbound", "from": "+17735550123", "to": "+13125550161", "call_status": "in-progress"}"#;
    let webhooks: [Told; 4] = [
        (Hook::Voice, "", jambonz),
        (Hook::Gather, "step=menu&turn=2&call=c", key),
        (Hook::Status, "", leg),
        (Hook::Voice, "", again),
    ];
    check("jambonz", Carrier::Jambonz, &webhooks, &["hangup"], &["\"dial\""]);

    let first = r#"{"callId": "c", "eventType": "initiate", "from": "+17735550123", "to": "+13125550161"}"#;
    let key = r#"{"callId": "c", "eventType": "gather", "digits": "1"}"#;
    let leg = r#"{"callId": "l", "parentCallId": "c", "eventType": "transferDisconnect", "cause": "hangup",
        "answerTime": "2026-10-09T08:53:20Z", "endTime": "2026-10-09T08:54:55Z"}"#;
    let redirect = r#"{"callId": "c", "eventType": "redirect", "from": "+17735550123", "to": "+13125550161"}"#;
    let begun: [Told; 2] = [(Hook::Voice, "", first), (Hook::Gather, "step=menu&turn=2&call=c", key)];
    let webhooks = [begun[0], begun[1], (Hook::Leg, "call=c", leg), (Hook::Voice, "", redirect)];
    check("bandwidth", Carrier::Bandwidth, &webhooks, &["<Hangup"], &["<Transfer"]);
    // The result of a forward that comes to the first address is the result of a forward, of no step that is known.
    let ended = r#"{"callId": "c", "eventType": "transferComplete", "cause": "hangup"}"#;
    assert_eq!(last_answer(Carrier::Bandwidth, &[begun[0], begun[1], (Hook::Voice, "", ended)]), None);
}

#[test]
fn vonage_names_the_request_that_failed() {
    let first = r#"{"uuid": "c", "conversation_uuid": "CON", "from": "17735550123", "to": "13125550161"}"#;
    let key = r#"{"uuid": "c", "dtmf": {"digits": "1"}}"#;
    let begun: [Told; 2] = [(Hook::Voice, "", first), (Hook::Gather, "step=menu&turn=2&call=c", key)];
    let again = |fields: &str, hook: &str, query: &str| {
        format!(
            r#"{{{fields} "reason": "Connection closed.", "original_request":
                {{"url": "https://calls.example.com/carrier/vonage/{hook}?{query}", "type": "event"}}}}"#
        )
    };
    let dial = "step=office&turn=3&call=c";
    let timeout = again(r#""uuid": "l", "status": "timeout","#, "dial", dial);
    let spoken = again(r#""uuid": "l", "status": "completed", "duration": "95","#, "dial", dial);
    let nothing = again("", "dial", dial);
    let status = again(r#""uuid": "c", "conversation_uuid": "CON", "status": "answered","#, "status", "");
    let answer = again(r#""uuid": "c", "from": "17735550123", "to": "13125550161","#, "voice", "");
    let leg = r#"{"uuid": "l", "conversation_uuid": "CON", "to": "13125550199", "status": "answered", "direction": "outbound"}"#;
    let spoke: Told = (Hook::Dial, "step=office&turn=3&call=c", leg);
    check(
        "nobody answered",
        Carrier::Vonage,
        &[begun[0], begun[1], (Hook::Voice, "", &timeout)],
        &["record"],
        &["connect"],
    );
    check("they spoke", Carrier::Vonage, &[begun[0], begun[1], (Hook::Voice, "", &spoken)], &["[]"], &["connect"]);
    check(
        "nothing but the leg is known",
        Carrier::Vonage,
        &[begun[0], begun[1], spoke, (Hook::Voice, "", &nothing)],
        &["[]"],
        &["connect"],
    );
    assert_eq!(
        last_answer(Carrier::Vonage, &[begun[0], begun[1], (Hook::Voice, "", &status)]),
        None,
        "a status asks for nothing"
    );
    let begins = last_answer(Carrier::Vonage, &[(Hook::Voice, "", &answer)]).unwrap();
    assert!(begins.contains("Welcome."), "{begins}");
}
