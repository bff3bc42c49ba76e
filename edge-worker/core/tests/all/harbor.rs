//! The invented business that the tests are about, and calls to it.

use call_router::carrier::{self, Carrier, Hook, Hooks, Secrets};
use dni_core::id::{PoolId, SiteId, VisitorId};
use dni_core::phone::E164;
use dni_core::pool::{Attribution, Evidence, MatchRule};
use dni_core::time::Millis;
use dni_core::visit::{Arrival, History, PageUrl};
use edge_core::call::attribution::CallAttribution;
use edge_core::call::state::CallState;
use edge_core::call::visit::{PoolVisit, VisitorSession};
use edge_core::call::webhook::CallWebhook;
use edge_core::site::{DialledNumber, PublishedSite, SiteDocument};
use serde_json::Value;

/// When the first webhook comes: 2026-11-22T21:00:00Z.
pub const RINGS_AT: Millis = Millis::from_unix_ms(1_795_381_200_000);
/// How far apart webhooks come, in milliseconds.
const APART: u64 = 5_000;
/// A number of the pool.
pub const POOL_NUMBER: &str = "+13125550151";
pub const SOURCE_NUMBER: &str = "+13125550161";
pub const OVERFLOW_NUMBER: &str = "+13125550171";
pub const SEARCH_OVERFLOW_NUMBER: &str = "+13125550172";

pub fn document() -> Value {
    serde_json::from_str(include_str!("../fixtures/site/good/harbor.json")).unwrap()
}

pub fn site() -> PublishedSite {
    let document: SiteDocument = serde_json::from_value(document()).unwrap();
    assert_eq!(document.check(), []);
    PublishedSite::new(SiteId::parse("harbor").unwrap(), 1, document)
}

pub fn number(text: &str) -> E164 {
    E164::parse(text).unwrap()
}

pub fn dialled(text: &str) -> DialledNumber {
    DialledNumber::new(&site(), number(text), None)
}

/// The n-th webhook of a call to a number, as Twilio sends it.
pub fn webhook(to: &str, n: u64, (hook, query, body): (Hook, &str, &str)) -> CallWebhook {
    let at = RINGS_AT.after(core::time::Duration::from_millis(n * APART));
    let body = format!("CallSid=CA1&From=%2B13125550123&To=%2B{}&{body}", to.trim_start_matches('+'));
    let kind = "application/x-www-form-urlencoded";
    let event = carrier::read(Carrier::Twilio, hook, query, kind, body.as_bytes(), at).unwrap();
    CallWebhook {
        carrier: Carrier::Twilio,
        hook: hook.id().to_owned(),
        query: query.to_owned(),
        body,
        event,
        dialled: Some(dialled(to)),
        listed: None,
        is_replay: false,
    }
}

pub const RING: (Hook, &str, &str) = (Hook::Voice, "", "CallStatus=ringing");
pub const LEG_ANSWERS: (Hook, &str, &str) =
    (Hook::Leg, "", "ParentCallSid=CA1&CallSid=CA2&CallStatus=in-progress&SequenceNumber=2");
pub const DIAL_ENDS: (Hook, &str, &str) = (
    Hook::Dial,
    "step=office&turn=1",
    "CallStatus=in-progress&DialCallStatus=completed&DialCallSid=CA2&DialCallDuration=40&DialBridged=true",
);
pub const NOBODY_ANSWERS: (Hook, &str, &str) =
    (Hook::Dial, "step=office&turn=1", "CallStatus=in-progress&DialCallStatus=no-answer&DialCallSid=CA2");
pub const RECORDED: (Hook, &str, &str) = (
    Hook::Recording,
    "of=forward",
    "RecordingSid=RE1&RecordingStatus=completed&RecordingDuration=40&RecordingChannels=2",
);
pub const ENDS: (Hook, &str, &str) = (Hook::Status, "", "CallStatus=completed&CallDuration=50");

/// A call that took these webhooks in, each answered as the worker answers it.
pub fn call(to: &str, webhooks: &[(Hook, &str, &str)]) -> CallState {
    let attribution = CallAttribution::of_number(&dialled(to)).ok();
    let mut state: Option<CallState> = None;
    for (n, told) in webhooks.iter().enumerate() {
        let webhook = webhook(to, u64::try_from(n).unwrap(), *told);
        let state = state.get_or_insert_with(|| CallState::begin("CAL1".to_owned(), &webhook));
        state.take(&webhook, attribution.clone(), None);
        answer(state, &webhook);
    }
    state.unwrap()
}

/// What the worker answers to a webhook that was taken in; `None` if it asks for nothing.
pub fn answer(state: &mut CallState, webhook: &CallWebhook) -> Option<String> {
    let input = state.input(&webhook.event)?;
    let hooks = Hooks::new(Carrier::Twilio, "https://calls.example.com").unwrap().of_call(&webhook.event.call);
    let secrets = Secrets::new("token".to_owned(), None);
    state.answer(webhook, &input, (&hooks, &secrets), 7).map(|document| document.body)
}

/// The visitor whom the pool gave its first number, with the ad that brought them.
pub fn attributed() -> CallAttribution {
    let url = "https://harbor.example/furnaces?utm_source=google&utm_medium=cpc&utm_campaign=winter&utm_term=furnace%20repair&gclid=Cj0K";
    let arrived = RINGS_AT.before(core::time::Duration::from_mins(4));
    let arrival = Arrival {
        at: arrived,
        url: PageUrl::from_serialized(url),
        referrer: PageUrl::from_serialized("https://www.google.com/"),
    };
    let history = History { touches: vec![arrival], seen_at: arrived };
    let visitor = VisitorId::parse("0123456789abcdef0123456789abcdef").unwrap();
    let session = VisitorSession { history, page: PageUrl::from_serialized("https://harbor.example/contact") };
    let until = |minutes| arrived.after(core::time::Duration::from_mins(minutes));
    let evidence = Evidence {
        number: number(POOL_NUMBER),
        visitor: visitor.clone(),
        leased_at: arrived,
        lease_until: until(30),
        window_until: until(60),
        intent_at: Some(until(3)),
        called_at: RINGS_AT,
        late_by_seconds: 0,
        called_before_at: None,
    };
    let attribution = Attribution::Attributed { rule: MatchRule::Intent, evidence };
    CallAttribution::Pool { attribution, visits: vec![PoolVisit { visitor, session }] }
}

pub fn pool() -> PoolId {
    PoolId::parse("main").unwrap()
}
