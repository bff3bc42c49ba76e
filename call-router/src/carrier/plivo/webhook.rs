//! Is a webhook really from Plivo, and what does it say?

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use dni_core::{pii::Pii, time::Millis};

use crate::{
    carrier::{
        Hook, ReadError, Secrets, VerifyError,
        callback_query::CallbackQuery,
        fields::{self, caller_or_hidden, caller_without_plus, hides_caller, number_without_plus},
        form::Form,
        request::{Request, is_hmac_sha256},
    },
    event::{
        CallEvent, CallStatus, CallerDetails, CarrierCallId, DialFailure, DialResult, DialStatus, EventKind, HungUpBy,
        RecordingId, RecordingRef, RecordingStatus, Unanswered,
    },
    text::Text,
};

/// Most signatures of one header that are looked at: Plivo sends one for the main account and one for the subaccount.
const MAX_SIGNATURES: usize = 8;

/// Checks the `X-Plivo-Signature-V3` header against every auth token given.
///
/// Version 2 signs neither query nor body, so it is taken only where there is neither. Version 1 is not taken at all.
pub(super) fn verify(request: &Request, secrets: &Secrets) -> Result<(), VerifyError> {
    if let Some(signatures) = request.header("X-Plivo-Signature-V3") {
        let nonce = request.header("X-Plivo-Signature-V3-Nonce").ok_or(VerifyError::NoSignature)?;
        let signed = signed_text(request);
        return require_one_of(&signatures, secrets, &[signed.as_bytes(), b".", nonce.as_bytes()]);
    }
    let signatures = request.header("X-Plivo-Signature-V2").ok_or(VerifyError::NoSignature)?;
    let nonce = request.header("X-Plivo-Signature-V2-Nonce").ok_or(VerifyError::NoSignature)?;
    if request.url.contains('?') || !request.body.is_empty() {
        return Err(VerifyError::NoBodyHash);
    }
    require_one_of(&signatures, secrets, &[request.url.as_bytes(), nonce.as_bytes()])
}

fn require_one_of(signatures: &str, secrets: &Secrets, signed: &[&[u8]]) -> Result<(), VerifyError> {
    let decoded: Vec<_> =
        signatures.split(',').take(MAX_SIGNATURES).filter_map(|text| STANDARD.decode(text.trim()).ok()).collect();
    if decoded.is_empty() {
        return Err(VerifyError::MalformedSignature);
    }
    let genuine = |secret: &str| decoded.iter().any(|signature| is_hmac_sha256(signature, secret, signed));
    if secrets.usable().any(genuine) { Ok(()) } else { Err(VerifyError::WrongSignature) }
}

/// Returns what version 3 signs in front of the nonce: the URL with its query put in order, and behind it, after a dot,
/// the fields of the form.
fn signed_text(request: &Request) -> String {
    let (before, query) = request.url.split_once('?').unwrap_or((request.url, ""));
    let query = in_order(query.as_bytes());
    let fields = if request.is_post() { in_order(request.body) } else { Vec::new() };
    let mut text = before.to_owned();
    if !query.is_empty() || !fields.is_empty() {
        text.push('?');
    }
    let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    text.push_str(&pairs.join("&"));
    if !query.is_empty() && !fields.is_empty() {
        text.push('.');
    }
    for (name, value) in fields {
        text.push_str(&name);
        text.push_str(&value);
    }
    text
}

/// Decodes fields and puts them in byte order, by name and then by value.
fn in_order(form: &[u8]) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    let mut fields: Vec<_> = form_urlencoded::parse(form).collect();
    fields.sort();
    fields
}

/// Reads one webhook: which hook it came to, the URL's query, the raw body and when it was received.
///
/// Plivo writes numbers without their plus. Its callbacks of legs and recordings do not always name the caller's call, so
/// our URLs do.
pub(super) fn read(hook: Hook, query: &str, body: &[u8], at: Millis) -> Result<CallEvent, ReadError> {
    let form = Form::read(query, body);
    let callback = CallbackQuery::read(query);
    let kind = match hook {
        // A call that was answered is none that comes in: its carrier asks what to do now.
        Hook::Voice if call_status(&form) == Ok(CallStatus::InProgress) => {
            EventKind::AskedAgain { after: Unanswered::Unknown, details: caller_details(&form) }
        }
        Hook::Voice => EventKind::Incoming(caller_details(&form)),
        Hook::Status => EventKind::CallStatus {
            status: call_status(&form)?,
            duration: form.number("Duration"),
            hung_up_by: form.get("HangupSource").and_then(HungUpBy::told),
        },
        Hook::Dial => EventKind::DialResult(dial_result(&form)?),
        Hook::Record => EventKind::RecordResult {
            recording: recording_ref(&form),
            duration: form.number("RecordingDuration"),
            hung_up: is_over(&form),
            untold: false,
        },
        Hook::Gather => EventKind::Gathered { digits: form.get("Digits").map(Text::cut), hung_up: is_over(&form) },
        // Plivo asks for the key by itself and does not tell which was pressed.
        Hook::Whisper => EventKind::LegAnswered { leg: leg(&form)?, asked: false, to: None },
        Hook::Accept => EventKind::LegAsked { leg: leg(&form)?, digits: form.get("Digits").map(Text::cut) },
        Hook::Leg => leg_status(&form)?,
        Hook::Recording => recording(&form, &callback)?,
    };
    let of_leg = matches!(hook, Hook::Whisper | Hook::Accept | Hook::Leg);
    let is_hidden = hides_caller(form.all());
    let caller =
        form.get("From").filter(|_| !of_leg).map(|text| caller_or_hidden(is_hidden, caller_without_plus(text)));
    let caller = caller.map(Pii::new);
    let to = form.get("To").filter(|_| !of_leg);
    let (number, dialled) = (to.and_then(number_without_plus), to.and_then(fields::national));
    Ok(CallEvent { call: call(&form, &callback, of_leg)?, at, caller, number, dialled, turn: callback.turn, kind })
}

/// Finds the caller's own call: on a leg the id of the call is the leg's, and our URL or the dial names the caller's.
fn call(form: &Form, callback: &CallbackQuery, of_leg: bool) -> Result<CarrierCallId, ReadError> {
    if of_leg {
        return callback
            .call
            .clone()
            .or_else(|| form.id("DialALegUUID"))
            .ok_or(ReadError::NoParentCall("DialALegUUID"));
    }
    callback.call_or(form.id("CallUUID"), "CallUUID")
}

fn leg(form: &Form) -> Result<CarrierCallId, ReadError> {
    form.id("DialBLegUUID").or_else(|| form.id("CallUUID")).ok_or(ReadError::NoCall("DialBLegUUID"))
}

fn caller_details(form: &Form) -> CallerDetails {
    CallerDetails {
        name: form.get("CallerName").map(|name| Pii::new(Text::cut(name))),
        forwarded_from: form.get("ForwardedFrom").map(|text| Pii::new(caller_without_plus(text))),
        ..CallerDetails::default()
    }
}

fn call_status(form: &Form) -> Result<CallStatus, ReadError> {
    fields::call_status(form.get("CallStatus"), "CallStatus")
}

fn is_over(form: &Form) -> bool {
    call_status(form).is_ok_and(CallStatus::is_final)
}

fn dial_result(form: &Form) -> Result<DialResult, ReadError> {
    let status = fields::dial_status(form.get("DialStatus"), "DialStatus")?;
    let leg = form.id("DialBLegUUID");
    // Plivo calls a dial completed only if the two were connected; the leg that was is then named.
    let bridged = Some(status == DialStatus::Completed && leg.is_some());
    Ok(DialResult {
        leg,
        status,
        duration: form.number("DialBLegDuration"),
        bridged,
        caller_gone: is_over(form),
        recording: None,
        failure: failure(form).filter(|_| status.is_failure()),
    })
}

/// Reads what `callbackUrl` is told of a leg: what happened to it, and why it ended.
fn leg_status(form: &Form) -> Result<EventKind, ReadError> {
    let duration = form.number("DialBLegDuration");
    let status = match form.get("DialAction").ok_or(ReadError::NoStatus("DialAction"))? {
        "answer" | "connected" => CallStatus::InProgress,
        "hangup" => match form.get("DialBLegHangupCause") {
            Some("USER_BUSY" | "CALL_REJECTED") => CallStatus::Busy,
            Some("NO_ANSWER" | "NO_USER_RESPONSE" | "ALLOTTED_TIMEOUT") => CallStatus::NoAnswer,
            Some("ORIGINATOR_CANCEL" | "LOSE_RACE") => CallStatus::Canceled,
            Some("NORMAL_CLEARING") | None => CallStatus::Completed,
            Some(_) if duration.is_some_and(|seconds| seconds > 0) => CallStatus::Completed,
            Some(_) => CallStatus::Failed,
        },
        _ => return Err(ReadError::UnknownStatus("DialAction")),
    };
    let to = form.get("DialBLegTo").and_then(number_without_plus);
    let failure = failure(form).filter(|_| status.is_failure());
    Ok(EventKind::LegStatus { leg: leg(form)?, status, duration, to, sequence: None, failure })
}

/// Reads why a leg could not be put through. Plivo has a word for the cause, and a sentence.
fn failure(form: &Form) -> Option<DialFailure> {
    let cause = fields::unusual_cause(form.either("DialBLegHangupCause", "DialHangupCause"));
    DialFailure::told(cause, None, form.either("DialBLegHangupCauseName", "DialHangupCauseName"))
}

fn recording_ref(form: &Form) -> Option<RecordingRef> {
    let id = RecordingId::parse(form.get("RecordingID")?).ok()?;
    Some(RecordingRef { id, url: form.either("RecordUrl", "RecordFile").map(Text::cut) })
}

fn recording(form: &Form, callback: &CallbackQuery) -> Result<EventKind, ReadError> {
    let RecordingRef { id, url } = recording_ref(form).ok_or(ReadError::NoRecording("RecordingID"))?;
    // A recording that has only begun has a duration of -1.
    let begun = form.number::<i64>("RecordingDuration").is_some_and(|seconds| seconds < 0);
    Ok(EventKind::Recording {
        id,
        url,
        status: if begun { RecordingStatus::InProgress } else { RecordingStatus::Completed },
        duration: form.number("RecordingDuration"),
        channels: None,
        source: callback.recording.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::RecordingSource;

    #[test]
    fn legs() {
        let cases = [
            ("DialAction=answer", CallStatus::InProgress, None),
            ("DialAction=connected", CallStatus::InProgress, None),
            (
                "DialAction=hangup&DialBLegHangupCause=NORMAL_CLEARING&DialBLegDuration=9",
                CallStatus::Completed,
                Some(9),
            ),
            ("DialAction=hangup&DialBLegHangupCause=NO_ANSWER", CallStatus::NoAnswer, None),
            ("DialAction=hangup&DialBLegHangupCause=USER_BUSY", CallStatus::Busy, None),
            ("DialAction=hangup&DialBLegHangupCause=ORIGINATOR_CANCEL", CallStatus::Canceled, None),
            ("DialAction=hangup&DialBLegHangupCause=SUBSCRIBER_ABSENT", CallStatus::Failed, None),
        ];
        for (fields, status, duration) in cases {
            let body = format!("DialBLegUUID=leg&DialALegUUID=call&DialBLegTo=13125550199&{fields}");
            let event = read(Hook::Leg, "", body.as_bytes(), Millis::default()).unwrap();
            let leg = CarrierCallId::parse("leg").unwrap();
            let to = number_without_plus("+13125550199");
            let EventKind::LegStatus { failure, .. } = &event.kind else { panic!("{fields}") };
            assert_eq!(failure.is_some(), status.is_failure(), "{fields}");
            let failure = failure.clone();
            assert_eq!(
                event.kind,
                EventKind::LegStatus { leg, status, duration, to, sequence: None, failure },
                "{fields}"
            );
            assert_eq!((event.call.as_str(), event.caller), ("call", None), "{fields}");
        }
    }

    #[test]
    fn a_message() {
        let body = b"CallUUID=call&RecordUrl=https%3A%2F%2Fmedia.plivo.com%2Fr.mp3&RecordingID=r1&RecordingDuration=12";
        let event = read(Hook::Recording, "of=voicemail&call=call", body, Millis::default()).unwrap();
        let EventKind::Recording { id, status, duration, source, .. } = event.kind else { panic!("recording") };
        assert_eq!((id.as_str(), status, duration), ("r1", RecordingStatus::Completed, Some(12)));
        assert_eq!(source, RecordingSource::Voicemail);
        let event = read(Hook::Record, "step=message&turn=2", body, Millis::default()).unwrap();
        assert!(matches!(event.kind, EventKind::RecordResult { recording: Some(_), duration: Some(12), .. }));
        let begun = b"CallUUID=call&RecordingID=r1&RecordingDuration=-1";
        let event = read(Hook::Recording, "", begun, Millis::default()).unwrap();
        assert!(matches!(event.kind, EventKind::Recording { status: RecordingStatus::InProgress, duration: None, .. }));
    }

    #[test]
    fn webhooks_that_tell_nothing() {
        let cases = [
            (Hook::Voice, "From=1", ReadError::NoCall("CallUUID")),
            (Hook::Dial, "CallUUID=c", ReadError::NoStatus("DialStatus")),
            (Hook::Dial, "CallUUID=c&DialStatus=vanished", ReadError::UnknownStatus("DialStatus")),
            (Hook::Leg, "DialBLegUUID=l&DialAction=answer", ReadError::NoParentCall("DialALegUUID")),
            (Hook::Leg, "DialALegUUID=c&DialAction=digits", ReadError::UnknownStatus("DialAction")),
            (Hook::Whisper, "DialALegUUID=c", ReadError::NoCall("DialBLegUUID")),
            (Hook::Recording, "CallUUID=c", ReadError::NoRecording("RecordingID")),
        ];
        for (hook, body, expected) in cases {
            assert_eq!(read(hook, "", body.as_bytes(), Millis::default()), Err(expected), "{hook:?} {body}");
        }
    }
}
