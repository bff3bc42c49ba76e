//! Several phones rung at once, one of which has a mailbox that picks up.

use call_router::carrier::{self, Carrier, Hook};
use dni_core::time::Millis;
use edge_core::call::state::CallState;
use edge_core::call::webhook::CallWebhook;
use serde_json::json;

use super::harbor::{self, POOL_NUMBER, RINGS_AT, dialled};

const OFFICE: &str = "%2B13125550197";
const MOBILE: &str = "%2B13125550198";
const LOBBY: &str = "%2B13125550196";

/// A call to three phones at once whose holders must press a key.
struct Crew(Option<CallState>);

impl Crew {
    /// Takes a webhook in and returns what it is answered.
    fn hears(&mut self, (hook, query, body): (Hook, &str, &str)) -> String {
        let at = Millis::from_unix_ms(RINGS_AT.unix_ms() + 5_000);
        let event =
            carrier::read(Carrier::Twilio, hook, query, "application/x-www-form-urlencoded", body.as_bytes(), at);
        let mut dialled = dialled(POOL_NUMBER);
        dialled.flow = serde_json::from_value(json!({ "version": 1, "start": "crew", "steps": {
            "crew": { "type": "forward", "to": ["+13125550197", "+13125550198", "+13125550196"], "accept": true,
                "next": { "answered": "end", "no_answer": "message", "busy": "message", "failed": "message", "canceled": "message" } },
            "message": { "type": "voicemail", "say": "Please leave a message.", "next": { "recorded": "end", "nothing": "end" } },
            "end": { "type": "hangup" },
        } }))
        .unwrap();
        let webhook = CallWebhook {
            carrier: Carrier::Twilio,
            hook: hook.id().to_owned(),
            query: query.to_owned(),
            body: body.to_owned(),
            event: event.unwrap(),
            dialled: Some(dialled),
            listed: None,
            is_replay: false,
        };
        let state = self.0.get_or_insert_with(|| CallState::begin("CAL1".to_owned(), &webhook));
        state.take(&webhook, None, None);
        harbor::answer(state, &webhook).unwrap_or_default()
    }

    fn rings() -> Self {
        let mut crew = Self(None);
        let document =
            crew.hears((Hook::Voice, "", "CallSid=CA1&From=%2B13125550123&To=%2B13125550151&CallStatus=ringing"));
        assert_eq!(numbers(&document), ["+13125550197", "+13125550198", "+13125550196"]);
        crew
    }

    /// A leg is picked up, hears the question, and no key is pressed.
    fn mailbox(&mut self, leg: &str, to: &str, turn: &str) {
        let of = format!("ParentCallSid=CA1&CallSid={leg}&To={to}");
        self.hears((Hook::Leg, "", &format!("{of}&CallStatus=in-progress")));
        assert!(self.hears((Hook::Whisper, &format!("{turn}&asks=1"), &of)).contains("<Gather"));
        assert!(self.hears((Hook::Accept, turn, &of)).contains("<Hangup"));
        self.hears((Hook::Leg, "", &format!("{of}&CallStatus=completed&CallDuration=9")));
    }

    fn ends(&mut self, leg: &str, to: &str, status: &str) {
        self.hears((Hook::Leg, "", &format!("ParentCallSid=CA1&CallSid={leg}&To={to}&CallStatus={status}")));
    }
}

/// The numbers that a document rings.
fn numbers(document: &str) -> Vec<&str> {
    document
        .split("</Number>")
        .filter_map(|part| part.rsplit_once('>'))
        .map(|(_, number)| number)
        .filter(|number| number.starts_with('+'))
        .collect()
}

const DECLINED: &str = "CallSid=CA1&CallStatus=in-progress&DialCallStatus=completed&DialCallSid=CA2&DialBridged=false";
const NOBODY: &str = "CallSid=CA1&CallStatus=in-progress&DialCallStatus=no-answer&DialBridged=false";

#[test]
fn if_a_mailbox_picks_up_the_phones_that_were_cut_off_ring_again() {
    let mut crew = Crew::rings();
    crew.mailbox("CA2", MOBILE, "step=crew&turn=1");
    crew.ends("CA3", OFFICE, "canceled");
    crew.ends("CA4", LOBBY, "canceled");
    let again = crew.hears((Hook::Dial, "step=crew&turn=1", DECLINED));
    assert_eq!(numbers(&again), ["+13125550197", "+13125550196"]);
    // A second mailbox: the last phone rings by itself, and then the call goes on.
    crew.mailbox("CA5", LOBBY, "step=crew&turn=1&try=1");
    crew.ends("CA6", OFFICE, "canceled");
    let declined = DECLINED.replace("CA2", "CA5");
    assert_eq!(numbers(&crew.hears((Hook::Dial, "step=crew&turn=1&try=1", &declined))), ["+13125550197"]);
    // What comes again is answered as it was, although more is known.
    assert_eq!(crew.hears((Hook::Dial, "step=crew&turn=1", DECLINED)), again);
    crew.ends("CA7", OFFICE, "no-answer");
    let message =
        crew.hears((Hook::Dial, "step=crew&turn=1&try=2", &NOBODY.replace("no-answer", "no-answer&DialCallSid=CA7")));
    assert!(message.contains("<Record"), "{message}");
}

#[test]
fn phones_that_rang_to_their_end_do_not_ring_again() {
    let mut crew = Crew::rings();
    crew.mailbox("CA2", MOBILE, "step=crew&turn=1");
    crew.ends("CA3", OFFICE, "no-answer");
    crew.ends("CA4", LOBBY, "busy");
    assert!(crew.hears((Hook::Dial, "step=crew&turn=1", DECLINED)).contains("<Record"));
}

#[test]
fn nobody_picked_up_and_nobody_rings_again() {
    let mut crew = Crew::rings();
    for (leg, to) in [("CA2", MOBILE), ("CA3", OFFICE), ("CA4", LOBBY)] {
        crew.ends(leg, to, "no-answer");
    }
    assert!(crew.hears((Hook::Dial, "step=crew&turn=1", NOBODY)).contains("<Record"));
}

#[test]
fn who_takes_the_call_has_it() {
    let mut crew = Crew::rings();
    let of = format!("ParentCallSid=CA1&CallSid=CA2&To={MOBILE}");
    crew.hears((Hook::Whisper, "step=crew&turn=1&asks=1", &of));
    crew.hears((Hook::Accept, "step=crew&turn=1", &format!("{of}&Digits=1")));
    let spoke = "CallSid=CA1&CallStatus=in-progress&DialCallStatus=completed&DialCallSid=CA2&DialBridged=true&DialCallDuration=40";
    assert!(crew.hears((Hook::Dial, "step=crew&turn=1", spoke)).contains("<Hangup"));
}
