//! Carriers' webhooks: what our readers make of payloads that others wrote down.

use call_router::{
    carrier::{self, Carrier, Hook, MAX_WEBHOOK_BYTES, ReadError},
    event::{CallEvent, Caller, EventKind, ReputationProvider},
};
use dni_core::{phone::E164, pii::Pii, time::Millis};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Payloads of webhooks that no step asks for yet, by the start of their id.
const NOT_ASKED_FOR: &[(&str, &str)] = &[
    ("twilio/transcription", "the carrier is not asked to transcribe"),
    ("telnyx/cc-", "Call Control is steered by REST commands, not by documents; Telnyx is used through TeXML"),
];
/// What is expected of a payload and not read out of it, and why.
const NOT_READ: &[(&str, &str)] = &[
    ("finished_on_key", "no key ends an input: one is asked for"),
    ("speech", "keys are asked for, not words"),
    ("confidence", "keys are asked for, not words"),
    ("language", "keys are asked for, not words"),
    ("account_id", "one account is configured; its secret already tells it"),
    ("direction", "told by the hook"),
    ("error_code", "why the first request failed changes nothing about its answer"),
    ("error_url", "a fallback is read as what was asked first, see the test of fallbacks"),
    ("session_id", "the call is known by its first leg; the conversation's id only tells what our URL tells already"),
    ("cause", "told by the status it means"),
];
/// What else is not read of a status of the caller's own call, and why.
const NOT_READ_OF_STATUS: &[(&str, &str)] = &[
    ("sequence", "statuses are put in order by their rank"),
    ("attestation", "told with the first webhook, see the test of attestations"),
    ("attestation_verified", "told with the first webhook, see the test of attestations"),
    ("dial_status", "told to the hook of the dial"),
    ("dial_duration", "told to the hook of the dial"),
];
/// How many payloads of the conformance data each carrier has that are asked for.
const CONFORMANCE: &[(Carrier, usize)] = &[
    (Carrier::Twilio, 30),
    (Carrier::SignalWire, 3),
    (Carrier::Telnyx, 4),
    (Carrier::Plivo, 4),
    (Carrier::Vonage, 14),
    (Carrier::Bandwidth, 14),
];

#[test]
fn conformance_payloads() {
    let Some(data) = super::conformance::load("webhooks.json") else { return };
    for (carrier, count) in CONFORMANCE {
        let payloads = data["payloads"].as_array().unwrap().iter().filter(|one| one["carrier"] == carrier.id());
        let mut checked = 0;
        for payload in payloads {
            let id = payload["id"].as_str().unwrap();
            if let Some((_, why)) = NOT_ASKED_FOR.iter().find(|(start, _)| id.starts_with(start)) {
                eprintln!("skipped: {id}: {why}");
                continue;
            }
            check(*carrier, id, payload);
            checked += 1;
        }
        assert_eq!(checked, *count, "{}", carrier.id());
    }
}

#[test]
fn attestations() {
    let Some(data) = super::conformance::load("verstat.json") else { return };
    for case in data["values"].as_array().unwrap() {
        let value = case["value"].as_str().unwrap_or_default();
        let body = format!("CallSid=CA1&StirVerstat={value}");
        let event = read(Carrier::Twilio, Hook::Voice, FORM, &body);
        let read = facts(&event);
        assert_eq!(read["attestation"], case["attestation"], "{value}");
        assert_eq!(read["attestation_verified"], case["verified"], "{value}");
        assert_eq!(read["attestation_diverted"], case["diverted"], "{value}");
    }
}

#[test]
fn attestations_of_other_carriers() {
    let Some(data) = super::conformance::load("webhooks.json") else { return };
    for id in ["telnyx/texml-initiated", "bandwidth/initiate"] {
        let payload = data["payloads"].as_array().unwrap().iter().find(|payload| payload["id"] == id).unwrap();
        let carrier = Carrier::from_id(payload["carrier"].as_str().unwrap()).unwrap();
        let content_type = payload["content_type"].as_str().unwrap();
        let read = facts(&read(carrier, Hook::Voice, content_type, payload["body"].as_str().unwrap()));
        assert_eq!((&read["attestation"], &read["attestation_verified"]), (&json!("A"), &json!(true)), "{id}");
    }
}

/// The fields that readers look at, of every carrier.
const FIELDS: &[&str] = &[
    "CallSid",
    "ParentCallSid",
    "CallStatus",
    "DialCallStatus",
    "From",
    "To",
    "RecordingSid",
    "RecordingUrl",
    "RecordingStatus",
    "CallDuration",
    "StirVerstat",
    "AddOns",
    "DialBridged",
    "Digits",
    "CallUUID",
    "DialALegUUID",
    "DialBLegUUID",
    "DialAction",
    "DialStatus",
    "RecordingID",
    "RecordingDuration",
    "uuid",
    "conversation_uuid",
    "status",
    "direction",
    "dtmf",
    "duration",
    "recording_uuid",
    "start_time",
    "end_time",
    "callId",
    "parentCallId",
    "eventType",
    "cause",
    "digits",
    "recordingId",
    "answerTime",
    "endTime",
    "stirShaken",
    "diversion",
    "call_sid",
    "parent_call_sid",
    "call_status",
    "dial_call_status",
    "from",
    "to",
];

proptest! {
    #[test]
    fn any_bytes(query in ".*", body in any::<Vec<u8>>(), content_type in "application/json|.*") {
        read_everywhere(&query, &content_type, &body);
    }

    #[test]
    fn any_values(values in proptest::collection::vec("[a-z-]{0,12}|.*", FIELDS.len()), query in "(call|step|turn|of)=.*") {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(FIELDS.iter().zip(&values)).finish();
        read_everywhere(&query, FORM, form.as_bytes());
        read_everywhere(&form, "", b"");
        let object: serde_json::Map<_, _> = FIELDS.iter().zip(&values).map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        read_everywhere(&query, "application/json", Value::from(object).to_string().as_bytes());
    }

    #[test]
    fn any_json(depth in 0_usize..300, number in any::<f64>(), field in 0..FIELDS.len()) {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for value in [nested, json!(number).to_string(), "{\"digits\": {}}".to_owned(), "null".to_owned()] {
            let body = format!("{{\"callId\": \"c\", \"uuid\": \"c\", \"{}\": {value}}}", FIELDS[field]);
            read_everywhere("call=c", "application/json", body.as_bytes());
        }
    }
}

/// Reads a webhook as every carrier's and at every hook. Whatever is made of it has to stay small.
fn read_everywhere(query: &str, content_type: &str, body: &[u8]) {
    for carrier in Carrier::ALL.iter().copied() {
        for hook in HOOKS {
            if let Ok(event) = carrier::read(carrier, hook, query, content_type, body, Millis::from_unix_ms(0)) {
                assert!(event.key().len() < 1_000);
            }
        }
    }
}

#[test]
fn webhooks_that_are_too_large() {
    let large = vec![b'a'; MAX_WEBHOOK_BYTES + 1];
    for carrier in Carrier::ALL.iter().copied() {
        let too_large = Err(ReadError::TooLarge);
        let now = Millis::from_unix_ms(0);
        assert_eq!(carrier::read(carrier, Hook::Voice, "", "", &large, now), too_large);
        assert_eq!(carrier::read(carrier, Hook::Voice, &"a".repeat(large.len()), "", b"", now), too_large);
    }
}

const HOOKS: [Hook; 9] = [
    Hook::Voice,
    Hook::Dial,
    Hook::Record,
    Hook::Gather,
    Hook::Whisper,
    Hook::Accept,
    Hook::Leg,
    Hook::Status,
    Hook::Recording,
];
const FORM: &str = "application/x-www-form-urlencoded";

fn read(carrier: Carrier, hook: Hook, content_type: &str, body: &str) -> CallEvent {
    carrier::read(carrier, hook, "", content_type, body.as_bytes(), Millis::from_unix_ms(0)).unwrap()
}

fn check(carrier: Carrier, id: &str, payload: &Value) {
    let hook = match payload["expect"]["event"].as_str().unwrap() {
        "incoming" => Hook::Voice,
        "dial_result" => Hook::Dial,
        "record_result" => Hook::Record,
        "recording" => Hook::Recording,
        "gather" => Hook::Gather,
        "status" if id.contains("/leg-") => Hook::Leg,
        "status" => Hook::Status,
        other => panic!("{id}: no hook for {other}"),
    };
    let body = payload["body"].as_str().unwrap_or_default();
    let query = payload["query"].as_str().unwrap_or_default();
    let content_type = payload["content_type"].as_str().unwrap();
    let at = Millis::from_unix_ms(0);
    let event = carrier::read(carrier, hook, query, content_type, body.as_bytes(), at).expect(id);
    let read = facts(&event);
    let of_status = if matches!(event.kind, EventKind::CallStatus { .. }) { NOT_READ_OF_STATUS } else { &[] };
    for (name, expected) in payload["expect"].as_object().unwrap() {
        if !NOT_READ.iter().chain(of_status).any(|(skipped, _)| skipped == name) {
            let (name, expected) = in_our_words(name, expected, &payload["expect"]);
            assert_eq!(read[name], expected, "{id}: {name}");
        }
    }
}

/// Returns by what name, and how, we keep what is expected.
fn in_our_words<'a>(name: &'a str, expected: &Value, all: &Value) -> (&'a str, Value) {
    let is_dial = all["event"] == "dial_result";
    match name {
        // The carrier's own word; what it means is suggested.
        "status" if all.get("suggested_status").is_some() => ("status", all["suggested_status"].clone()),
        "status" if all["event"] == "recording" => ("recording_status", json!("completed")),
        "suggested_status" => (if is_dial { "dial_status" } else { "status" }, expected.clone()),
        // The conversation is the call only where no leg is named.
        "session_id" => ("call_id", all.get("call_id").unwrap_or(expected).clone()),
        // Whole seconds are kept.
        "recording_duration" => (name, expected.as_f64().map_or(Value::Null, |seconds| json!(seconds.round() as u32))),
        // A field with nothing in it is no field.
        _ if expected == "" => (name, Value::Null),
        _ => (name, expected.clone()),
    }
}

/// Writes an event down in the words of the conformance data.
fn facts(event: &CallEvent) -> Value {
    let caller = event.caller.as_ref().map(Pii::expose);
    let mut facts = json!({
        "call_id": event.call.as_str(),
        "from_": caller.map(address),
        "caller_is_anonymous": caller == Some(&Caller::Withheld),
        "to": event.number.as_ref().map(E164::as_str),
    });
    let more = match &event.kind {
        EventKind::Incoming(details) => {
            let place = details.place.expose();
            json!({
                "event": "incoming",
                "status": "ringing",
                "parent_call_id": null,
                "caller_name": details.name,
                "caller_city": place.city,
                "caller_state": place.state,
                "caller_zip": place.zip,
                "caller_country": place.country,
                "attestation": details.attestation.and_then(|attestation| attestation.level),
                "attestation_verified": details.attestation.map(|attestation| attestation.passed),
                "attestation_diverted": details.attestation.is_some_and(|attestation| attestation.diverted),
                "forwarded_from": details.forwarded_from.as_ref().map(|from| address(from.expose())),
                "spam_flags": details.reputation.reported_by.iter().copied().map(add_on).collect::<Vec<_>>(),
            })
        }
        EventKind::AskedAgain { after, .. } => json!({"event": "again", "after": after.code()}),
        EventKind::CallStatus { status, duration, .. } => {
            json!({"event": "status", "status": word(status.code()), "duration": duration})
        }
        EventKind::LegStatus { leg, status, duration, sequence, .. } => json!({
            "event": "status",
            "call_id": leg.as_str(),
            "parent_call_id": event.call.as_str(),
            "status": word(status.code()),
            "sequence": sequence,
            "duration": duration,
        }),
        EventKind::DialResult(dial) => json!({
            "event": "dial_result",
            "call_status": dial.caller_gone.then_some("completed"),
            "dial_status": word(dial.status.code()),
            "dial_call_id": dial.leg,
            "dial_duration": dial.duration.unwrap_or(0),
            "bridged": dial.bridged,
            "recording_url": dial.recording.as_ref().and_then(|recording| recording.url.as_ref()),
        }),
        EventKind::RecordResult { recording, duration, hung_up, .. } => json!({
            "event": "record_result",
            "recording_url": recording.as_ref().and_then(|recording| recording.url.as_ref()),
            "recording_duration": duration,
            "digits": hung_up.then_some("hangup"),
        }),
        EventKind::Gathered { digits, .. } => json!({"event": "gather", "digits": digits}),
        EventKind::LegAnswered { leg, .. } => json!({"event": "whisper", "call_id": leg.as_str()}),
        EventKind::LegAsked { leg, digits } => json!({"event": "accept", "call_id": leg.as_str(), "digits": digits}),
        EventKind::LegTaken { leg } => json!({"event": "taken", "call_id": leg.as_str()}),
        EventKind::Recording { id, url, status, duration, channels, source } => json!({
            "event": "recording",
            "recording_id": id,
            "recording_url": url,
            "recording_status": word(status.code()),
            "recording_duration": duration,
            "channels": channels,
            "source": match source {
                call_router::event::RecordingSource::Forward => "DialVerb",
                call_router::event::RecordingSource::Voicemail => "RecordVerb",
                call_router::event::RecordingSource::Other => "other",
            },
        }),
    };
    for (name, value) in more.as_object().unwrap() {
        facts[name] = value.clone();
    }
    facts
}

fn address(caller: &Caller) -> &str {
    match caller {
        Caller::Withheld => "anonymous",
        Caller::Other(text) => text.as_str(),
        Caller::Number(number) => number.as_str(),
    }
}

/// The name under which Twilio answers for a service.
fn add_on(service: ReputationProvider) -> &'static str {
    match service {
        ReputationProvider::Nomorobo => "nomorobo_spamscore",
        ReputationProvider::Marchex => "marchex_cleancall",
        ReputationProvider::Whitepages => "whitepages_pro_phone_rep",
        _ => "unknown",
    }
}

fn word(code: &str) -> String {
    code.replace('_', "-")
}
