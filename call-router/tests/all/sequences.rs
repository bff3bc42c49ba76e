//! Calls put together from webhooks in any order, with repetitions.

use call_router::{
    call::Call,
    carrier::{Hook, twilio},
    event::CallEvent,
};
use dni_core::time::Millis;
use serde_json::Value;

/// Every order is tried up to this many events (7! is 5,040); of longer sequences as many drawn ones.
const MAX_ALL_ORDERS: usize = 7;
const DRAWN_ORDERS: usize = 5_040;
/// When the first webhook of a sequence is received, as Unix time in milliseconds; the others follow a second apart.
const RINGS_AT: u64 = 1_790_000_000_000;

#[test]
fn conformance_sequences() {
    let Some(data) = super::conformance::load("sequences.json") else { return };
    let sequences = data["sequences"].as_array().unwrap();
    assert_eq!(sequences.len(), 14);
    for sequence in sequences {
        check(sequence);
    }
}

fn check(sequence: &Value) {
    let id = sequence["id"].as_str().unwrap();
    let events = read(sequence["events"].as_array().unwrap());
    let from = usize::try_from(sequence["permute_from"].as_u64().unwrap_or(0)).unwrap();
    let (first, rest) = events.split_at(from);

    let expected = record(events.iter());
    expect_suggested(id, &expected, &sequence["suggested"]);
    for (count, order) in orders(rest.len()).enumerate() {
        // A webhook that is sent again comes at its own place, at the start and at the end.
        let again = &rest[count % rest.len()];
        let shuffled = order.iter().map(|&place| &rest[place]);
        let shuffled = first.iter().chain([again]).chain(shuffled).chain([again, again]);
        assert_eq!(record(shuffled), expected, "{id}: order {order:?}, repeated {}", again.key());
    }
    let stored: Call = serde_json::from_str(&serde_json::to_string(&expected).unwrap()).unwrap();
    assert_eq!(stored, expected, "{id}: as it comes back from a store");
}

/// Reads a sequence's webhooks.
fn read(events: &[Value]) -> Vec<CallEvent> {
    let mut read = Vec::new();
    for (event, second) in events.iter().zip(0..) {
        let hook = match event["kind"].as_str().unwrap() {
            "incoming" => Hook::Voice,
            "status" => Hook::Status,
            "dial_action" => Hook::Dial,
            "record_action" => Hook::Record,
            "recording" => Hook::Recording,
            "gather_action" => Hook::Gather,
            other => panic!("no hook for {other}"),
        };
        let params = event["params"].as_object().unwrap().iter().map(|(name, value)| (name, value.as_str().unwrap()));
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        let at = Millis::from_unix_ms(RINGS_AT + 1_000 * second);
        read.push(twilio::read(hook, "", body.as_bytes(), at).unwrap());
    }
    read
}

fn record<'a>(mut events: impl Iterator<Item = &'a CallEvent>) -> Call {
    let mut call = Call::from_event(events.next().unwrap());
    for event in events {
        call.merge(event);
    }
    call
}

fn expect_suggested(id: &str, call: &Call, suggested: &Value) {
    for (name, expected) in suggested.as_object().unwrap() {
        let messages = || call.recordings.values().filter_map(|recording| recording.duration).sum::<u32>();
        let actual = match name.as_str() {
            "outcome" => Value::from(call.outcome().code()),
            "talk_seconds" => call.talk_seconds().into(),
            "total_seconds" => call.total_seconds().into(),
            "recordings" => call.recordings.values().filter(|recording| recording.exists()).count().into(),
            "voicemail_seconds" => messages().into(),
            "legs" => call.legs.len().into(),
            "answered_leg" => call.dials.first().unwrap().leg.as_ref().unwrap().as_str().into(),
            // One record is made by construction; keys are answered by the flow and not kept in it.
            "calls" | "digits" => continue,
            other => panic!("{id}: nothing known of {other}"),
        };
        assert_eq!(&actual, expected, "{id}: {name}");
    }
}

/// Gives every order of `count` places, or as many as are worth the time.
fn orders(count: usize) -> Box<dyn Iterator<Item = Vec<usize>>> {
    if count <= MAX_ALL_ORDERS {
        return Box::new(permutations(&(0..count).collect::<Vec<_>>()).into_iter());
    }
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    Box::new((0..DRAWN_ORDERS).map(move |_| drawn(count, &mut seed)))
}

fn permutations(places: &[usize]) -> Vec<Vec<usize>> {
    if places.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, &first) in places.iter().enumerate() {
        let mut others = places.to_vec();
        others.remove(index);
        all.extend(permutations(&others).into_iter().map(|tail| [vec![first], tail].concat()));
    }
    all
}

/// Shuffles with a fixed seed, so that a failure comes again.
fn drawn(count: usize, seed: &mut u64) -> Vec<usize> {
    let mut places: Vec<_> = (0..count).collect();
    for last in (1..count).rev() {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        places.swap(last, usize::try_from(*seed % (last as u64 + 1)).unwrap());
    }
    places
}
