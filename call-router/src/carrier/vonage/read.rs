//! What does this request say?

use dni_core::{pii::Pii, time::Millis};

use crate::{
    carrier::{
        Hook, ReadError,
        callback_query::CallbackQuery,
        fields::{caller_without_plus, number_without_plus},
        json::Json,
    },
    event::{
        CallEvent, CallStatus, CallerDetails, CarrierCallId, DialResult, DialStatus, EventKind, RecordingId,
        RecordingStatus,
    },
    text::Text,
};

/// Reads one webhook: which hook it came to, the URL's query, the raw body and when it was received.
///
/// A call is known by the `uuid` of the caller's own leg. Legs have their own and share the conversation's, so our URLs
/// name the call. A forward's statuses all come to the hook of its result; only the last ones are that.
pub(in crate::carrier) fn read(hook: Hook, query: &str, body: &[u8], at: Millis) -> Result<CallEvent, ReadError> {
    let json = if body.is_empty() { Json::of_query(query) } else { Json::read(body)? };
    let callback = CallbackQuery::read(query);
    let kind = match hook {
        Hook::Voice => EventKind::Incoming(CallerDetails::default()),
        Hook::Status if json.get("/direction") == Some("outbound") => leg_status(&json)?,
        Hook::Status => EventKind::CallStatus { status: call_status(&json)?, duration: json.number("/duration") },
        Hook::Dial => dial(&json)?,
        Hook::Leg => leg_status(&json)?,
        // A message is announced by a notification without any detail; the recording comes by itself.
        Hook::Record => EventKind::RecordResult { recording: None, duration: None, hung_up: false, untold: true },
        Hook::Gather => EventKind::Gathered { digits: digits(&json), hung_up: false },
        Hook::Whisper => EventKind::LegAnswered { leg: leg(&json)?, asked: false },
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
    let caller = json.get("/from").filter(|_| !of_leg).map(|text| Pii::new(caller_without_plus(text)));
    let number = json.get("/to").filter(|_| !of_leg).and_then(number_without_plus);
    Ok(CallEvent { call, at, caller, number, turn: callback.turn, kind })
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
        "answered" => CallStatus::InProgress,
        "completed" => CallStatus::Completed,
        "busy" | "rejected" => CallStatus::Busy,
        "cancelled" => CallStatus::Canceled,
        "failed" => CallStatus::Failed,
        "timeout" | "unanswered" => CallStatus::NoAnswer,
        _ => return Err(ReadError::UnknownStatus("/status")),
    })
}

fn leg_status(json: &Json) -> Result<EventKind, ReadError> {
    Ok(EventKind::LegStatus {
        leg: leg(json)?,
        status: call_status(json)?,
        duration: json.number("/duration"),
        to: json.get("/to").and_then(number_without_plus),
        sequence: None,
    })
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
    }))
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

    #[test]
    fn statuses_of_a_forward() {
        let cases = [
            ("started", None, None),
            ("ringing", None, None),
            ("answered", None, None),
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
