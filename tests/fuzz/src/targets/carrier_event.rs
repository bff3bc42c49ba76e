//! Any bytes as a webhook: the first three choose carrier, hook and kind of body; the first line is the query.

use call_router::call::Call;
use call_router::carrier::{self, Carrier, Hook};
use call_router::event::CallEvent;
use dni_core::time::Millis;

const HOOKS: [&str; 9] = ["voice", "dial", "record", "gather", "whisper", "accept", "leg", "status", "recording"];
const CONTENT_TYPES: [&str; 3] = ["application/x-www-form-urlencoded", "application/json; charset=utf-8", ""];
/// Longest key of an event, in bytes: three ids of 128 and a turn.
const MAX_KEY: usize = 1_000;
/// Longest event as JSON, in bytes: each of its texts has a limit, and JSON may write a byte as six.
const MAX_EVENT: usize = 64 * 1024;

/// Tries one input; panics if it breaks what is promised.
pub fn try_input(data: &[u8]) {
    let [carrier, hook, kind, rest @ ..] = data else { return };
    let carrier = Carrier::ALL[usize::from(*carrier) % Carrier::ALL.len()];
    let hook = Hook::from_id(HOOKS[usize::from(*hook) % HOOKS.len()]).unwrap();
    let content_type = CONTENT_TYPES[usize::from(*kind) % CONTENT_TYPES.len()];
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (query, body) = rest.split_at(end);
    let (query, body) = (String::from_utf8_lossy(query), body.get(1..).unwrap_or_default());
    let read = || carrier::read(carrier, hook, &query, content_type, body, Millis::from_unix_ms(1_790_000_000_000));
    let event = read();
    assert_eq!(event, read(), "the same webhook says the same");
    match event {
        Ok(event) => check(&event, hook),
        Err(error) => assert!(error.code().starts_with("webhook_") && error.to_string().ends_with('.')),
    }
}

fn check(event: &CallEvent, hook: Hook) {
    assert!(event.key().len() < MAX_KEY && event.key().starts_with(event.call.as_str()));
    assert!(!event.kind.wants_document() || hook.wants_document(), "{hook:?} is not waited for");
    let call = Call::from_event(event);
    let mut twice = call.clone();
    twice.merge(event);
    assert_eq!(twice, call, "a webhook that comes again changes nothing");
    let json = serde_json::to_string(event).unwrap();
    assert!(json.len() < MAX_EVENT, "{} bytes", json.len());
    assert_eq!(serde_json::from_str::<CallEvent>(&json).unwrap(), *event, "as it comes back from a store");
}
