//! Is a webhook really from Vonage, and what does it say?

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use dni_core::{phone::E164, pii::Pii, time::Millis};
use serde_json::Value;

use crate::{
    carrier::{
        Hook, ReadError, Secrets, VerifyError,
        callback_query::CallbackQuery,
        fields::{self, caller_or_hidden, caller_without_plus, hides_caller, number_without_plus},
        json::Json,
        profile::Webhook,
        request::{Request, body_hash, is_hmac_sha256, require_fresh},
    },
    event::{
        CallEvent, CallStatus, CallerDetails, CarrierCallId, DialFailure, DialResult, DialStatus, EventKind, HungUpBy,
        RecordingId, RecordingStatus, Unanswered,
    },
    text::Text,
};

/// The one algorithm of the scheme. A token that names another one is refused before anything is checked with it: `none`
/// would need no secret, and a public key is no secret.
const ALGORITHM: &str = "HS256";

/// Checks the token of the `Authorization` header against every signature secret given, its times, and that the body is
/// the one whose hash it signs.
pub(super) fn verify(request: &Request, secrets: &Secrets, now: Millis) -> Result<(), VerifyError> {
    let header = request.header("Authorization").ok_or(VerifyError::NoSignature)?;
    let (scheme, token) = header.split_once(' ').ok_or(VerifyError::MalformedSignature)?;
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(VerifyError::NoSignature);
    }
    let claims = signed_claims(token.trim(), secrets)?;
    require_times(&claims, now.unix_ms() / 1_000)?;
    require_payload(&claims, request)
}

/// Returns what the token says, if it is signed as it must be.
fn signed_claims(token: &str, secrets: &Secrets) -> Result<Value, VerifyError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(VerifyError::MalformedSignature)?;
    let (header, claims) = signed.split_once('.').ok_or(VerifyError::MalformedSignature)?;
    if part(header)?.get("alg").and_then(Value::as_str) != Some(ALGORITHM) {
        return Err(VerifyError::MalformedSignature);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| VerifyError::MalformedSignature)?;
    if secrets.usable().any(|secret| is_hmac_sha256(&signature, secret, &[signed.as_bytes()])) {
        part(claims)
    } else {
        Err(VerifyError::WrongSignature)
    }
}

fn part(text: &str) -> Result<Value, VerifyError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| VerifyError::MalformedSignature)?;
    serde_json::from_slice(&bytes).map_err(|_| VerifyError::MalformedSignature)
}

/// Demands that the token was issued just now. One that states its end is good until then.
fn require_times(claims: &Value, now_seconds: u64) -> Result<(), VerifyError> {
    let seconds = |name: &str| claims.get(name).and_then(Value::as_u64);
    match (seconds("iat"), seconds("exp")) {
        (_, Some(end)) if end > now_seconds => Ok(()),
        (Some(issued), None) => require_fresh(issued, now_seconds),
        _ => Err(VerifyError::Stale),
    }
}

/// Demands that the hash in the token is that of the body, or, of a GET, that of its parameters written as JSON. A token
/// without a hash covers nothing, so then nothing may have been sent.
fn require_payload(claims: &Value, request: &Request) -> Result<(), VerifyError> {
    let parameters = if request.is_post() { String::new() } else { as_json(request.query()) };
    let payload = if request.body.is_empty() { parameters.as_bytes() } else { request.body };
    match claims.get("payload_hash").and_then(Value::as_str) {
        // The hash is no secret: it stands in the token.
        Some(stated) if stated.eq_ignore_ascii_case(&body_hash(payload)) => Ok(()),
        Some(_) => Err(VerifyError::WrongBodyHash),
        None if payload.is_empty() => Ok(()),
        None => Err(VerifyError::NoBodyHash),
    }
}

/// Writes parameters as a JSON object, in their order and without white space; nothing if there are none.
fn as_json(query: &str) -> String {
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| format!("{}:{}", Value::from(name.into_owned()), Value::from(value.into_owned())))
        .collect();
    if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) }
}

/// Reads one webhook.
///
/// A call is known by the `uuid` of the caller's own leg. Legs have their own and share the conversation's, so our URLs
/// name the call. A forward's statuses all come to the hook of its result; only the last ones are that.
pub(super) fn read(webhook: &Webhook) -> Result<CallEvent, ReadError> {
    let Webhook { hook, query, body, at, is_fallback, .. } = *webhook;
    let json = if body.is_empty() { Json::of_query(query) } else { Json::read(body)? };
    let callback = CallbackQuery::read(query);
    let kind = match hook {
        Hook::Voice => EventKind::Incoming(CallerDetails::default()),
        Hook::Status if json.get("/direction") == Some("outbound") => leg_status(&json)?,
        Hook::Status => EventKind::CallStatus {
            status: call_status(&json)?,
            duration: json.number("/duration"),
            hung_up_by: json.get("/disconnected_by").and_then(HungUpBy::told),
        },
        Hook::Dial if is_fallback && json.get("/status").is_none() => {
            EventKind::AskedAgain { after: Unanswered::Forward, details: CallerDetails::default() }
        }
        Hook::Dial => dial(&json)?,
        Hook::Leg => leg_status(&json)?,
        // A message is announced by a notification without any detail; the recording comes by itself.
        Hook::Record => EventKind::RecordResult { recording: None, duration: None, hung_up: false, untold: true },
        Hook::Gather => EventKind::Gathered { digits: digits(&json), hung_up: false },
        Hook::Whisper => EventKind::LegAnswered { leg: leg(&json)?, asked: false, to: rung(&json) },
        Hook::Accept => EventKind::LegAsked { leg: leg(&json)?, digits: digits(&json) },
        Hook::Recording => recording(&json, &callback)?,
    };
    let of_leg = matches!(hook, Hook::Whisper | Hook::Accept)
        || matches!(kind, EventKind::LegStatus { .. } | EventKind::DialResult(_));
    let call = match hook {
        // A fail-open forward may not know the call. Whatever its statuses belong to then, they must not end it.
        Hook::Dial => call(&callback, json.id("/conversation_uuid"), "/conversation_uuid")?,
        _ if of_leg => callback.parent_or(None, "?call")?,
        _ => call(&callback, json.id("/uuid").or_else(|| json.id("/conversation_uuid")), "/uuid")?,
    };
    let is_hidden = hides_caller(json.texts_and_headers());
    let caller =
        json.get("/from").filter(|_| !of_leg).map(|text| caller_or_hidden(is_hidden, caller_without_plus(text)));
    let to = json.get("/to").filter(|_| !of_leg);
    let (number, dialled) = (to.and_then(number_without_plus), to.and_then(fields::national));
    Ok(CallEvent { call, at, caller: caller.map(Pii::new), number, dialled, turn: callback.turn, kind })
}

/// Returns the URL that failed, where the fallback address is asked.
pub(super) fn failed_url(webhook: &Webhook) -> Option<String> {
    let json = if webhook.body.is_empty() { Json::of_query(webhook.query) } else { Json::read(webhook.body).ok()? };
    let by_get = || json.get("/original_request[url]");
    json.get("/original_request/url").or_else(by_get).map(str::to_owned)
}

/// Finds the caller's own call: our URL's, where it names one, as recordings carry only the conversation's id.
fn call(
    callback: &CallbackQuery,
    told: Option<CarrierCallId>,
    field: &'static str,
) -> Result<CarrierCallId, ReadError> {
    callback.call.clone().or(told).ok_or(ReadError::NoCall(field))
}

fn leg(json: &Json) -> Result<CarrierCallId, ReadError> {
    json.id("/uuid").ok_or(ReadError::NoCall("/uuid"))
}

fn digits<const MAX: usize>(json: &Json) -> Option<Text<MAX>> {
    json.get("/dtmf/digits").or_else(|| json.get("/dtmf")).map(Text::cut)
}

fn call_status(json: &Json) -> Result<CallStatus, ReadError> {
    Ok(match json.get("/status").ok_or(ReadError::NoStatus("/status"))? {
        "started" => CallStatus::Initiated,
        "ringing" => CallStatus::Ringing,
        // The last two are the carrier's guess at who answered.
        "answered" | "human" | "machine" => CallStatus::InProgress,
        "completed" => CallStatus::Completed,
        "busy" | "rejected" => CallStatus::Busy,
        "cancelled" => CallStatus::Canceled,
        "failed" => CallStatus::Failed,
        "timeout" | "unanswered" => CallStatus::NoAnswer,
        _ => return Err(ReadError::UnknownStatus("/status")),
    })
}

fn leg_status(json: &Json) -> Result<EventKind, ReadError> {
    let status = call_status(json)?;
    Ok(EventKind::LegStatus {
        leg: leg(json)?,
        status,
        duration: json.number("/duration"),
        to: rung(json),
        sequence: None,
        failure: failure(json).filter(|_| status.is_failure()),
    })
}

/// Reads the number that a leg dialled.
fn rung(json: &Json) -> Option<E164> {
    json.get("/to").and_then(number_without_plus)
}

/// Reads a status of the leg that a forward dials. The last one is the forward's result.
fn dial(json: &Json) -> Result<EventKind, ReadError> {
    let status = match call_status(json)? {
        CallStatus::Completed => DialStatus::Completed,
        CallStatus::Busy => DialStatus::Busy,
        CallStatus::Canceled => DialStatus::Canceled,
        CallStatus::Failed => DialStatus::Failed,
        CallStatus::NoAnswer => DialStatus::NoAnswer,
        CallStatus::Queued | CallStatus::Initiated | CallStatus::Ringing | CallStatus::InProgress => {
            return leg_status(json);
        }
    };
    Ok(EventKind::DialResult(DialResult {
        leg: Some(leg(json)?),
        status,
        duration: json.number("/duration"),
        // Whoever answers is always connected: Vonage has no way to decline.
        bridged: Some(status == DialStatus::Completed),
        // What rang is taken back by whoever began it, and that is the caller.
        caller_gone: status == DialStatus::Canceled,
        recording: None,
        failure: failure(json).filter(|_| status.is_failure()),
    }))
}

/// Reads why a leg could not be put through: a word for the cause, SIP's answer, a sentence.
fn failure(json: &Json) -> Option<DialFailure> {
    DialFailure::told(json.get("/detail"), json.number("/sip_code"), json.get("/reason"))
}

fn recording(json: &Json, callback: &CallbackQuery) -> Result<EventKind, ReadError> {
    let id = json.get("/recording_uuid").and_then(|id| RecordingId::parse(id).ok());
    Ok(EventKind::Recording {
        id: id.ok_or(ReadError::NoRecording("/recording_uuid"))?,
        url: json.get("/recording_url").map(Text::cut),
        status: RecordingStatus::Completed,
        duration: seconds_between(json.get("/start_time"), json.get("/end_time")),
        channels: None,
        source: callback.recording.unwrap_or_default(),
    })
}

/// Returns the whole seconds between two instants.
fn seconds_between(start: Option<&str>, end: Option<&str>) -> Option<u32> {
    let instant = |text: Option<&str>| text?.parse::<jiff::Timestamp>().ok();
    u32::try_from(instant(end)?.duration_since(instant(start)?).as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::RecordingSource;

    fn read(hook: Hook, query: &str, body: &[u8], at: Millis) -> Result<CallEvent, ReadError> {
        super::read(&Webhook { hook, query, content_type: "", body, at, is_fallback: false })
    }

    #[test]
    fn statuses_of_a_forward() {
        let cases = [
            ("started", None, None),
            ("ringing", None, None),
            ("answered", None, None),
            ("human", None, None),
            ("machine", None, None),
            ("completed", Some(DialStatus::Completed), Some(true)),
            ("busy", Some(DialStatus::Busy), Some(false)),
            ("rejected", Some(DialStatus::Busy), Some(false)),
            ("timeout", Some(DialStatus::NoAnswer), Some(false)),
            ("unanswered", Some(DialStatus::NoAnswer), Some(false)),
            ("cancelled", Some(DialStatus::Canceled), Some(false)),
            ("failed", Some(DialStatus::Failed), Some(false)),
        ];
        for (word, status, bridged) in cases {
            let body = format!(
                r#"{{"uuid": "leg", "conversation_uuid": "CON-1", "to": "13125550199", "from": "13125550142", "status": "{word}", "duration": "9"}}"#
            );
            let event = read(Hook::Dial, "step=office&turn=1&call=call", body.as_bytes(), Millis::default()).unwrap();
            assert_eq!((event.call.as_str(), &event.caller, event.number), ("call", &None, None), "{word}");
            match event.kind {
                EventKind::DialResult(dial) => {
                    assert_eq!((Some(dial.status), dial.bridged), (status, bridged), "{word}");
                }
                EventKind::LegStatus { leg, .. } => assert_eq!((leg.as_str(), status), ("leg", None), "{word}"),
                other => panic!("{word}: {other:?}"),
            }
            assert_eq!(read(Hook::Dial, "", body.as_bytes(), Millis::default()).unwrap().call.as_str(), "CON-1");
        }
    }

    #[test]
    fn a_message() {
        let notified = br#"{"conversation_uuid": "CON-1", "payload": {"asks": "record"}}"#;
        let event = read(Hook::Record, "step=message&turn=2&call=c", notified, Millis::default()).unwrap();
        assert!(matches!(event.kind, EventKind::RecordResult { untold: true, .. }));
        let body = br#"{"recording_uuid": "r1", "recording_url": "https://api.nexmo.com/v1/files/r1", "conversation_uuid": "CON-1",
            "start_time": "2026-10-09T08:53:20Z", "end_time": "2026-10-09T08:54:55Z"}"#;
        let event = read(Hook::Recording, "of=voicemail&call=c", body, Millis::default()).unwrap();
        assert_eq!(event.call.as_str(), "c");
        let EventKind::Recording { id, duration, source, .. } = event.kind else { panic!("recording") };
        assert_eq!((id.as_str(), duration, source), ("r1", Some(95), RecordingSource::Voicemail));
    }

    #[test]
    fn keys() {
        for (dtmf, expected) in [
            (r#"{"digits": "2", "timed_out": false}"#, Some("2")),
            (r#"{"digits": "", "timed_out": true}"#, None),
            (r#""7""#, Some("7")),
            ("null", None),
        ] {
            let body = format!(r#"{{"uuid": "call", "dtmf": {dtmf}}}"#);
            let event = read(Hook::Gather, "step=menu&turn=1", body.as_bytes(), Millis::default()).unwrap();
            let EventKind::Gathered { digits, .. } = event.kind else { panic!("keys") };
            assert_eq!(digits.as_ref().map(Text::as_str), expected, "{dtmf}");
        }
    }

    #[test]
    fn webhooks_that_tell_nothing() {
        let cases = [
            (Hook::Voice, "{}", ReadError::NoCall("/uuid")),
            (Hook::Voice, "[]", ReadError::NoJson),
            (Hook::Voice, "{", ReadError::NoJson),
            (Hook::Status, r#"{"uuid": "c"}"#, ReadError::NoStatus("/status")),
            (Hook::Status, r#"{"uuid": "c", "status": "vanished"}"#, ReadError::UnknownStatus("/status")),
            (
                Hook::Status,
                r#"{"uuid": "l", "direction": "outbound", "status": "busy"}"#,
                ReadError::NoParentCall("?call"),
            ),
            (Hook::Whisper, r#"{"uuid": "l"}"#, ReadError::NoParentCall("?call")),
            (Hook::Recording, r#"{"uuid": "c"}"#, ReadError::NoRecording("/recording_uuid")),
        ];
        for (hook, body, expected) in cases {
            assert_eq!(read(hook, "", body.as_bytes(), Millis::default()), Err(expected), "{hook:?} {body}");
        }
    }
}
