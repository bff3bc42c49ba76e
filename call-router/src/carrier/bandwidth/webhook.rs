//! Is a webhook really from Bandwidth, and what does it say?

use base64::{Engine, engine::general_purpose::STANDARD};
use dni_core::{pii::Pii, time::Millis};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    carrier::{
        Hook, ReadError, Secrets, VerifyError,
        callback_query::CallbackQuery,
        fields::{self, attestation, attestation_level, caller, caller_or_hidden, hides_caller, number},
        json::Json,
        request::Request,
    },
    event::{
        Attestation, CallEvent, CallStatus, CallerDetails, CarrierCallId, DialFailure, DialResult, DialStatus,
        EventKind, RecordingId, RecordingRef, RecordingStatus, Unanswered,
    },
    text::Text,
};

/// Checks user name and password of the `Authorization` header against every pair given. Bandwidth signs nothing, so
/// whoever learns them can send whatever they like: they must go over TLS only.
pub(super) fn verify(request: &Request, secrets: &Secrets) -> Result<(), VerifyError> {
    let header = request.header("Authorization").ok_or(VerifyError::NoSignature)?;
    let (scheme, login) = header.split_once(' ').ok_or(VerifyError::MalformedSignature)?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(VerifyError::NoSignature);
    }
    let login = STANDARD.decode(login.trim()).map_err(|_| VerifyError::MalformedSignature)?;
    if secrets.usable().filter(|secret| is_login(secret)).any(|secret| is_same(&login, secret.as_bytes())) {
        Ok(())
    } else {
        Err(VerifyError::WrongSignature)
    }
}

/// Says whether there is both a user name and a password: half of them is a configuration that was forgotten.
fn is_login(secret: &str) -> bool {
    secret.split_once(':').is_some_and(|(name, password)| !name.is_empty() && !password.is_empty())
}

/// Compares in constant time. Their hashes are compared, so that not even the length shows.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    Sha256::digest(one).as_slice().ct_eq(Sha256::digest(other).as_slice()).into()
}

/// Reads one webhook: which hook it came to, the URL's query, the raw body and when it was received.
pub(super) fn read(hook: Hook, query: &str, body: &[u8], at: Millis) -> Result<CallEvent, ReadError> {
    let json = if body.is_empty() { Json::of_query(query) } else { Json::read(body)? };
    let callback = CallbackQuery::read(query);
    let hook = if hook == Hook::Voice { hook_of_event(&json) } else { hook };
    let kind = match hook {
        Hook::Voice if json.get("/eventType").is_some_and(|event| event != "initiate") => {
            EventKind::AskedAgain { after: Unanswered::Unknown, details: caller_details(&json) }
        }
        Hook::Voice => EventKind::Incoming(caller_details(&json)),
        Hook::Status if json.get("/parentCallId").is_some() => leg_status(&json)?,
        Hook::Status => {
            EventKind::CallStatus { status: call_status(&json)?, duration: duration(&json), hung_up_by: None }
        }
        Hook::Dial => EventKind::DialResult(dial_result(&json)?),
        Hook::Record => EventKind::RecordResult {
            recording: recording_ref(&json),
            duration: recording_seconds(&json),
            hung_up: false,
            untold: false,
        },
        Hook::Gather => EventKind::Gathered { digits: json.get("/digits").map(Text::cut), hung_up: false },
        Hook::Whisper => {
            EventKind::LegAnswered { leg: leg(&json)?, asked: callback.asks, to: json.get("/to").and_then(number) }
        }
        Hook::Accept if callback.taken => EventKind::LegTaken { leg: leg(&json)? },
        Hook::Accept => EventKind::LegAsked { leg: leg(&json)?, digits: json.get("/digits").map(Text::cut) },
        Hook::Leg => leg_status(&json)?,
        Hook::Recording => recording(&json, &callback)?,
    };
    let of_leg = matches!(hook, Hook::Whisper | Hook::Accept) || matches!(kind, EventKind::LegStatus { .. });
    let call = if of_leg {
        callback.parent_or(json.id("/parentCallId"), "/parentCallId")?
    } else {
        callback.call_or(json.id("/callId"), "/callId")?
    };
    let is_hidden = hides_caller(json.texts_and_headers());
    let caller = json.get("/from").filter(|_| !of_leg).map(|text| caller_or_hidden(is_hidden, caller(text)));
    let to = json.get("/to").filter(|_| !of_leg);
    let (number, dialled) = (to.and_then(fields::number), to.and_then(fields::national));
    Ok(CallEvent { call, at, caller: caller.map(Pii::new), number, dialled, turn: callback.turn, kind })
}

/// Returns the hook that an event is for which came to the first address: the owner may have named that as the fallback of others.
fn hook_of_event(json: &Json) -> Hook {
    match json.get("/eventType") {
        Some("transferComplete") => Hook::Dial,
        Some("recordComplete") => Hook::Record,
        Some("gather") => Hook::Gather,
        Some("transferAnswer") => Hook::Whisper,
        Some("transferDisconnect") => Hook::Leg,
        Some("disconnect" | "answer") => Hook::Status,
        Some("recordingAvailable" | "recordingComplete") => Hook::Recording,
        _ => Hook::Voice,
    }
}

fn leg(json: &Json) -> Result<CarrierCallId, ReadError> {
    json.id("/callId").ok_or(ReadError::NoCall("/callId"))
}

fn caller_details(json: &Json) -> CallerDetails {
    CallerDetails {
        attestation: attestation_apart(json),
        forwarded_from: json.get("/diversion/origTo").map(|text| Pii::new(caller(text))),
        ..CallerDetails::default()
    }
}

/// Reads the attestation, of which Bandwidth writes the level apart.
fn attestation_apart(json: &Json) -> Option<Attestation> {
    let read = attestation(json.get("/stirShaken/verstat")?)?;
    let level = json.get("/stirShaken/attestationIndicator").and_then(attestation_level);
    Some(Attestation { level: read.level.or(level), ..read })
}

/// Reads why something ended. The list is open: what is not known is a failure.
fn status_of_cause(cause: &str) -> CallStatus {
    match cause {
        "hangup" => CallStatus::Completed,
        "busy" | "rejected" => CallStatus::Busy,
        "timeout" => CallStatus::NoAnswer,
        "cancel" => CallStatus::Canceled,
        _ => CallStatus::Failed,
    }
}

fn call_status(json: &Json) -> Result<CallStatus, ReadError> {
    match (json.get("/eventType"), json.get("/cause")) {
        (Some("answer" | "transferAnswer"), _) => Ok(CallStatus::InProgress),
        (_, Some(cause)) => Ok(status_of_cause(cause)),
        (Some("initiate"), None) => Ok(CallStatus::Ringing),
        (_, None) => Err(ReadError::NoStatus("/cause")),
    }
}

fn leg_status(json: &Json) -> Result<EventKind, ReadError> {
    let to = json.get("/to").and_then(number);
    let status = match call_status(json)? {
        // A leg that is cut off while it rings, as another was answered or the caller left, ends by a hangup, too.
        CallStatus::Completed if json.get("/answerTime").is_none() => CallStatus::Canceled,
        status => status,
    };
    let failure = failure(json).filter(|_| status.is_failure());
    Ok(EventKind::LegStatus { leg: leg(json)?, status, duration: duration(json), to, sequence: None, failure })
}

/// Reads why a leg could not be put through.
fn failure(json: &Json) -> Option<DialFailure> {
    DialFailure::told(fields::unusual_cause(json.get("/cause")), None, json.get("/errorMessage"))
}

fn dial_result(json: &Json) -> Result<DialResult, ReadError> {
    let status = match status_of_cause(json.get("/cause").ok_or(ReadError::NoStatus("/cause"))?) {
        CallStatus::Completed => DialStatus::Completed,
        CallStatus::Busy => DialStatus::Busy,
        CallStatus::NoAnswer => DialStatus::NoAnswer,
        CallStatus::Canceled => DialStatus::Canceled,
        _ => DialStatus::Failed,
    };
    Ok(DialResult {
        leg: None,
        status,
        duration: None,
        // There is no other word for it: a transfer ends by a hangup if somebody answered.
        bridged: Some(status == DialStatus::Completed),
        // What rang is taken back by whoever began it, and that is the caller.
        caller_gone: status == DialStatus::Canceled,
        recording: None,
        failure: failure(json).filter(|_| status.is_failure()),
    })
}

fn recording_ref(json: &Json) -> Option<RecordingRef> {
    let id = RecordingId::parse(json.get("/recordingId")?).ok()?;
    Some(RecordingRef { id, url: json.get("/mediaUrl").map(Text::cut) })
}

fn recording(json: &Json, callback: &CallbackQuery) -> Result<EventKind, ReadError> {
    let RecordingRef { id, url } = recording_ref(json).ok_or(ReadError::NoRecording("/recordingId"))?;
    Ok(EventKind::Recording {
        id,
        url,
        status: match json.get("/status") {
            Some("error" | "failed") => RecordingStatus::Failed,
            _ => RecordingStatus::Completed,
        },
        duration: recording_seconds(json),
        channels: json.number("/channels"),
        source: callback.recording.unwrap_or_default(),
    })
}

/// Returns the length of a recording in whole seconds. It is written as an ISO 8601 duration, `PT13.67S`.
fn recording_seconds(json: &Json) -> Option<u32> {
    let duration: jiff::SignedDuration = json.get("/duration")?.parse().ok()?;
    u32::try_from((duration.as_millis() + 500) / 1_000).ok()
}

/// Returns how long a call or leg lasted after it was answered, in whole seconds.
fn duration(json: &Json) -> Option<u32> {
    let instant = |pointer| json.get(pointer)?.parse::<jiff::Timestamp>().ok();
    u32::try_from(instant("/endTime")?.duration_since(instant("/answerTime")?).as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;

    use super::*;
    use crate::event::{AttestationLevel, RecordingSource};

    #[test]
    fn legs() {
        let cases = [
            (
                r#""eventType": "transferAnswer", "answerTime": "2026-10-09T08:53:20.000Z""#,
                CallStatus::InProgress,
                None,
            ),
            (
                r#""eventType": "transferDisconnect", "cause": "hangup", "answerTime": "2026-10-09T08:53:20.000Z",
                    "endTime": "2026-10-09T08:54:55.900Z""#,
                CallStatus::Completed,
                Some(95),
            ),
            (
                r#""eventType": "transferDisconnect", "cause": "hangup", "endTime": "2026-10-09T08:53:20.000Z""#,
                CallStatus::Canceled,
                None,
            ),
            (r#""eventType": "transferDisconnect", "cause": "timeout""#, CallStatus::NoAnswer, None),
            (r#""eventType": "transferDisconnect", "cause": "cancel""#, CallStatus::Canceled, None),
            (r#""eventType": "transferDisconnect", "cause": "brand-new""#, CallStatus::Failed, None),
        ];
        for (fields, status, duration) in cases {
            let body = format!(
                r#"{{"callId": "leg", "parentCallId": "call", "from": "+13125550123", "to": "+13125550199", {fields}}}"#
            );
            for hook in [Hook::Leg, Hook::Status] {
                let event = read(hook, "", body.as_bytes(), Millis::default()).unwrap();
                let leg = CarrierCallId::parse("leg").unwrap();
                let to = E164::parse("+13125550199").ok();
                let EventKind::LegStatus { failure, .. } = &event.kind else { panic!("{fields}") };
                assert_eq!(failure.is_some(), status.is_failure(), "{fields}");
                let failure = failure.clone();
                let told = EventKind::LegStatus { leg, status, duration, to, sequence: None, failure };
                assert_eq!(event.kind, told, "{fields}");
                assert_eq!((event.call.as_str(), event.caller, event.number), ("call", None, None), "{fields}");
            }
        }
    }

    #[test]
    fn attestations() {
        let some = |level, passed| Some(Attestation { level, passed, diverted: false });
        let cases = [
            (
                r#"{"verstat": "TN-Validation-Passed", "attestationIndicator": "A"}"#,
                some(Some(AttestationLevel::A), true),
            ),
            (
                r#"{"verstat": "TN-Validation-Failed", "attestationIndicator": "C"}"#,
                some(Some(AttestationLevel::C), false),
            ),
            (r#"{"verstat": "TN-Validation-Passed"}"#, some(None, true)),
            (r#"{"verstat": "No-TN-Validation", "attestationIndicator": "A"}"#, None),
            (r#"{"attestationIndicator": "A"}"#, None),
            ("null", None),
        ];
        for (stir_shaken, expected) in cases {
            let body = format!(r#"{{"callId": "c", "stirShaken": {stir_shaken}}}"#);
            let event = read(Hook::Voice, "", body.as_bytes(), Millis::default()).unwrap();
            let EventKind::Incoming(details) = event.kind else { panic!("incoming") };
            assert_eq!(details.attestation, expected, "{stir_shaken}");
        }
    }

    #[test]
    fn a_message() {
        let body =
            br#"{"callId": "c", "eventType": "recordComplete", "recordingId": "r-1", "mediaUrl": "https://h/r-1/media",
            "duration": "PT1M13.67S", "channels": 1}"#;
        let event = read(Hook::Record, "step=message&turn=2", body, Millis::default()).unwrap();
        assert!(matches!(event.kind, EventKind::RecordResult { recording: Some(_), duration: Some(74), .. }));
        let event = read(Hook::Recording, "of=voicemail", body, Millis::default()).unwrap();
        assert!(matches!(
            event.kind,
            EventKind::Recording { source: RecordingSource::Voicemail, channels: Some(1), .. }
        ));
        let nothing = br#"{"callId": "c", "eventType": "redirect"}"#;
        let event = read(Hook::Record, "step=message&turn=2", nothing, Millis::default()).unwrap();
        assert!(matches!(event.kind, EventKind::RecordResult { recording: None, untold: false, .. }));
    }

    #[test]
    fn webhooks_that_tell_nothing() {
        let cases = [
            (Hook::Voice, "{}", ReadError::NoCall("/callId")),
            (Hook::Voice, "null", ReadError::NoJson),
            (Hook::Dial, r#"{"callId": "c"}"#, ReadError::NoStatus("/cause")),
            (Hook::Status, r#"{"callId": "c"}"#, ReadError::NoStatus("/cause")),
            (Hook::Whisper, r#"{"callId": "l"}"#, ReadError::NoParentCall("/parentCallId")),
            (Hook::Recording, r#"{"callId": "c"}"#, ReadError::NoRecording("/recordingId")),
        ];
        for (hook, body, expected) in cases {
            assert_eq!(read(hook, "", body.as_bytes(), Millis::default()), Err(expected), "{hook:?} {body}");
        }
    }
}
