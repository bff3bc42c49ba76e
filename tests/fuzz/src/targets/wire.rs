//! Any JSON as what browser and edge say to each other.

use dni_core::time::Millis;
use dni_core::wire::{BeatReply, BeatRequest, LeaseReply, LeaseRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Most touches that a history keeps.
const MAX_TOUCHES: usize = 20;

/// Tries one input; panics if it breaks what is promised.
pub fn try_input(data: &[u8]) {
    if let Some(request) = check::<LeaseRequest>(data) {
        let now = Millis::from_unix_ms(1_790_000_000_000);
        let history = request.history.unwrap_or_default().received(request.now, now);
        assert!(history.touches.len() <= MAX_TOUCHES && history.seen_at <= now);
        assert!(history.touches.iter().all(|touch| touch.at <= now));
        let _ = history.read(now, &[]);
    }
    check::<LeaseReply>(data);
    check::<BeatRequest>(data);
    check::<BeatReply>(data);
}

/// What was read, written and read again is the same.
fn check<T: Serialize + DeserializeOwned>(data: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(data).ok()?;
    let written = serde_json::to_string(&read).unwrap();
    let again: T = serde_json::from_str(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(serde_json::to_string(&again).unwrap(), written);
    Some(read)
}
