//! Is a webhook really from jambonz, and what does it say?

use dni_core::{phone::E164, pii::Pii, time::Millis};

use crate::{
    carrier::{
        Hook, ReadError, Secrets, VerifyError,
        callback_query::CallbackQuery,
        fields::{self, caller_or_hidden, caller_without_plus, hides_caller, number_without_plus},
        json::Json,
        request::{Request, from_hex, is_hmac_sha256, require_fresh},
    },
    event::{
        CallEvent, CallStatus, CallerDetails, CarrierCallId, DialFailure, DialResult, DialStatus, EventKind, HungUpBy,
        Unanswered,
    },
    text::Text,
};

/// Most signatures of one header that are looked at.
const MAX_SIGNATURES: usize = 8;

/// Checks the `Jambonz-Signature` header, `t=SECONDS,v1=HEX`, against every webhook secret given. It signs the time and
/// the raw body, but not the URL.
pub(super) fn verify(request: &Request, secrets: &Secrets, now: Millis) -> Result<(), VerifyError> {
    let header = request.header("Jambonz-Signature").ok_or(VerifyError::NoSignature)?;
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let (_, time) = parts().find(|(name, _)| *name == "t").ok_or(VerifyError::MalformedSignature)?;
    let signatures: Vec<_> = parts()
        .filter(|(name, _)| *name == "v1")
        .take(MAX_SIGNATURES)
        .filter_map(|(_, signature)| from_hex(signature))
        .collect();
    if signatures.is_empty() {
        return Err(VerifyError::MalformedSignature);
    }
    require_fresh(time.parse().map_err(|_| VerifyError::MalformedSignature)?, now.unix_ms() / 1_000)?;
    let signed = [time.as_bytes(), b".", request.body];
    let genuine = |secret: &str| signatures.iter().any(|signature| is_hmac_sha256(signature, secret, &signed));
    if secrets.usable().any(genuine) { Ok(()) } else { Err(VerifyError::WrongSignature) }
}

/// SIP's answer of a line that took the call.
const SIP_OK: u16 = 200;

/// Reads one webhook: which hook it came to, the URL's query, the raw body and when it was received.
///
/// The one status hook of an application is told of the caller's call and of legs alike; legs are those that it dialled
/// out.
pub(super) fn read(hook: Hook, query: &str, body: &[u8], at: Millis) -> Result<CallEvent, ReadError> {
    let json = if body.is_empty() { Json::of_query(query) } else { Json::read(body)? };
    let callback = CallbackQuery::read(query);
    let kind = match hook {
        // A call that was answered is none that comes in: its carrier asks what to do now.
        Hook::Voice if call_status(&json) == Ok(CallStatus::InProgress) => {
            EventKind::AskedAgain { after: Unanswered::Unknown, details: caller_details(&json) }
        }
        Hook::Voice => EventKind::Incoming(caller_details(&json)),
        Hook::Status if is_of_leg(&json) => leg_status(&json)?,
        Hook::Status => EventKind::CallStatus {
            status: call_status(&json)?,
            duration: json.number("/duration"),
            hung_up_by: json.get("/call_termination_by").and_then(HungUpBy::told),
        },
        Hook::Dial => EventKind::DialResult(dial_result(&json)?),
        // jambonz has no verb that takes a message, so this is only asked where nothing was taken.
        Hook::Record => {
            EventKind::RecordResult { recording: None, duration: None, hung_up: is_over(&json), untold: false }
        }
        Hook::Gather => EventKind::Gathered { digits: json.get("/digits").map(Text::cut), hung_up: is_over(&json) },
        Hook::Whisper => EventKind::LegAnswered { leg: leg(&json)?, asked: callback.asks, to: rung(&json) },
        Hook::Accept => EventKind::LegAsked { leg: leg(&json)?, digits: json.get("/digits").map(Text::cut) },
        Hook::Leg => leg_status(&json)?,
        Hook::Recording => return Err(ReadError::NoRecording("/recording_sid")),
    };
    let of_leg = matches!(hook, Hook::Whisper | Hook::Accept) || matches!(kind, EventKind::LegStatus { .. });
    let call = if of_leg {
        callback.parent_or(json.id("/parent_call_sid"), "/parent_call_sid")?
    } else {
        callback.call_or(json.id("/call_sid"), "/call_sid")?
    };
    let is_hidden = hides_caller(json.texts_and_headers());
    let caller =
        json.get("/from").filter(|_| !of_leg).map(|text| caller_or_hidden(is_hidden, caller_without_plus(text)));
    let to = json.get("/to").filter(|_| !of_leg);
    let (number, dialled) = (to.and_then(number_without_plus), to.and_then(fields::national));
    Ok(CallEvent { call, at, caller: caller.map(Pii::new), number, dialled, turn: callback.turn, kind })
}

fn caller_details(json: &Json) -> CallerDetails {
    CallerDetails { name: json.get("/caller_name").map(|name| Pii::new(Text::cut(name))), ..CallerDetails::default() }
}

fn is_of_leg(json: &Json) -> bool {
    json.get("/parent_call_sid").is_some() || json.get("/direction") == Some("outbound")
}

fn leg(json: &Json) -> Result<CarrierCallId, ReadError> {
    json.id("/call_sid").ok_or(ReadError::NoCall("/call_sid"))
}

fn call_status(json: &Json) -> Result<CallStatus, ReadError> {
    fields::call_status(json.get("/call_status"), "/call_status")
}

fn is_over(json: &Json) -> bool {
    call_status(json).is_ok_and(CallStatus::is_final)
}

fn leg_status(json: &Json) -> Result<EventKind, ReadError> {
    let status = call_status(json)?;
    let failure = DialFailure::told(None, json.number("/sip_status"), json.get("/sip_reason"));
    Ok(EventKind::LegStatus {
        leg: leg(json)?,
        status,
        duration: json.number("/duration"),
        to: rung(json),
        sequence: None,
        failure: failure.filter(|_| status.is_failure()),
    })
}

/// Reads the number that a leg dialled.
fn rung(json: &Json) -> Option<E164> {
    json.get("/to").and_then(number_without_plus)
}

fn dial_result(json: &Json) -> Result<DialResult, ReadError> {
    // What a leg that never ended says of itself is no result: the caller left before it was one.
    let status = match json.get("/dial_call_status") {
        Some("trying" | "ringing" | "early-media" | "queued") => DialStatus::Canceled,
        Some("in-progress") => DialStatus::Answered,
        word => fields::dial_status(word, "/dial_call_status")?,
    };
    let failure = DialFailure::told(None, json.number("/dial_sip_status"), json.get("/dial_sip_reason"));
    Ok(DialResult {
        leg: json.id("/dial_call_sid"),
        // A leg is completed, too, that ended while it heard who calls. The SIP answer stands there only for the one that was
        // then connected (`_selectSingleDial` of jambonz-feature-server's lib/tasks/dial.js).
        bridged: Some(status == DialStatus::Completed && json.number::<u16>("/dial_sip_status") == Some(SIP_OK)),
        status,
        duration: None,
        caller_gone: is_over(json),
        recording: None,
        failure: failure.filter(|_| status.is_failure()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Caller;

    #[test]
    fn an_incoming_call() {
        let body = br#"{"call_sid": "df09e8d4", "direction": "inbound", "from": "+14155550123", "to": "15005550006",
            "caller_name": "JOHN DOE", "call_status": "trying", "sip": {"headers": {}}}"#;
        let event = read(Hook::Voice, "", body, Millis::default()).unwrap();
        assert_eq!((event.call.as_str(), event.number), ("df09e8d4", number_without_plus("15005550006")));
        let number = Caller::Number(number_without_plus("14155550123").unwrap());
        assert_eq!(event.caller, Some(Pii::new(number)));
        let EventKind::Incoming(details) = event.kind else { panic!("incoming") };
        assert_eq!(details.name, Some(Pii::new("JOHN DOE".into())));
    }

    #[test]
    fn statuses() {
        let cases = [
            ("trying", CallStatus::Initiated),
            ("ringing", CallStatus::Ringing),
            ("early-media", CallStatus::Ringing),
            ("in-progress", CallStatus::InProgress),
            ("completed", CallStatus::Completed),
            ("busy", CallStatus::Busy),
            ("failed", CallStatus::Failed),
            ("no-answer", CallStatus::NoAnswer),
        ];
        for (word, status) in cases {
            let body =
                format!(r#"{{"call_sid": "c", "direction": "inbound", "call_status": "{word}", "duration": 9}}"#);
            let event = read(Hook::Status, "", body.as_bytes(), Millis::default()).unwrap();
            assert_eq!(event.kind, EventKind::CallStatus { status, duration: Some(9), hung_up_by: None }, "{word}");
            let body = format!(
                r#"{{"call_sid": "l", "parent_call_sid": "c", "direction": "outbound", "call_status": "{word}"}}"#
            );
            let event = read(Hook::Status, "", body.as_bytes(), Millis::default()).unwrap();
            let leg = CarrierCallId::parse("l").unwrap();
            let told = EventKind::LegStatus { leg, status, duration: None, to: None, sequence: None, failure: None };
            assert_eq!(event.kind, told);
            assert_eq!(event.call.as_str(), "c");
        }
    }

    #[test]
    fn results_of_a_forward() {
        let cases = [
            (
                r#""dial_call_status": "completed", "dial_sip_status": 200, "dial_call_sid": "l""#,
                DialStatus::Completed,
                true,
            ),
            (r#""dial_call_status": "completed", "dial_call_sid": "l""#, DialStatus::Completed, false),
            (
                r#""dial_call_status": "in-progress", "dial_sip_status": 200, "dial_call_sid": "l""#,
                DialStatus::Answered,
                false,
            ),
            (r#""dial_call_status": "busy", "dial_call_sid": "l""#, DialStatus::Busy, false),
            (r#""dial_call_status": "no-answer""#, DialStatus::NoAnswer, false),
            (r#""dial_call_status": "failed""#, DialStatus::Failed, false),
            (r#""dial_call_status": "ringing", "dial_call_sid": "l""#, DialStatus::Canceled, false),
        ];
        for (fields, status, connected) in cases {
            let body = format!(r#"{{"call_sid": "c", "call_status": "in-progress", {fields}}}"#);
            let event = read(Hook::Dial, "step=office&turn=1", body.as_bytes(), Millis::default()).unwrap();
            let EventKind::DialResult(dial) = event.kind else { panic!("result") };
            assert_eq!((dial.status, dial.connected(), dial.caller_gone), (status, connected, false), "{fields}");
        }
    }

    #[test]
    fn webhooks_that_tell_nothing() {
        let cases = [
            (Hook::Voice, "{}", ReadError::NoCall("/call_sid")),
            (Hook::Voice, "x", ReadError::NoJson),
            (Hook::Dial, r#"{"call_sid": "c"}"#, ReadError::NoStatus("/dial_call_status")),
            (Hook::Status, r#"{"call_sid": "c", "call_status": "vanished"}"#, ReadError::UnknownStatus("/call_status")),
            (
                Hook::Status,
                r#"{"call_sid": "l", "direction": "outbound", "call_status": "busy"}"#,
                ReadError::NoParentCall("/parent_call_sid"),
            ),
            (Hook::Recording, r#"{"call_sid": "c"}"#, ReadError::NoRecording("/recording_sid")),
        ];
        for (hook, body, expected) in cases {
            assert_eq!(read(hook, "", body.as_bytes(), Millis::default()), Err(expected), "{hook:?} {body}");
        }
    }
}
