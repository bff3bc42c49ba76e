//! What does a webhook in the fields of TwiML say?

use dni_core::{pii::Pii, time::Millis};

use super::add_ons::reputation;
use crate::{
    carrier::{
        Hook, ReadError,
        callback_query::CallbackQuery,
        fields::{self, attestation, attestation_level, caller, caller_or_hidden, hides_caller, number},
        form::Form,
        json::Json,
        profile::Webhook,
    },
    event::{
        Attestation, CallEvent, CallStatus, CallerDetails, CallerPlace, CarrierCallId, DialFailure, DialResult,
        EventKind, HungUpBy, MAX_DIGITS, RecordingId, RecordingRef, RecordingSource, RecordingStatus, Unanswered,
    },
    text::Text,
};

/// What stands for the keys when the caller ended a message or a menu by hanging up.
const HUNG_UP: &str = "hangup";

/// Returns the URL that failed, where the fallback address is asked.
pub(in crate::carrier) fn failed_url(webhook: &Webhook) -> Option<String> {
    let form = if is_json(webhook) {
        Form::from_fields(Json::read(webhook.body).ok()?.into_fields())
    } else {
        Form::read(webhook.query, webhook.body)
    };
    form.get("ErrorUrl").map(str::to_owned)
}

/// Reads one webhook whose raw body is a form.
///
/// Unknown fields are ignored, as carriers add some without notice. A field that is there but makes no sense counts as
/// absent, unless the event would mean nothing without it.
pub(in crate::carrier) fn read(webhook: Webhook) -> Result<CallEvent, ReadError> {
    event(&webhook, &Form::read(webhook.query, webhook.body))
}

/// Reads one webhook whose fields come as a form or as a JSON object.
pub(in crate::carrier) fn read_either(webhook: Webhook) -> Result<CallEvent, ReadError> {
    if is_json(&webhook) {
        return event(&webhook, &Form::from_fields(Json::read(webhook.body)?.into_fields()));
    }
    read(webhook)
}

fn is_json(webhook: &Webhook) -> bool {
    let kind = webhook.content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn event(webhook: &Webhook, form: &Form) -> Result<CallEvent, ReadError> {
    let Webhook { hook, query, at, is_fallback, .. } = *webhook;
    let callback = CallbackQuery::read(query);
    let event = match hook {
        // A call that was answered is none that comes in: its carrier asks what to do now.
        Hook::Voice if call_status(form) == Ok(CallStatus::InProgress) => {
            of_call(form, at, EventKind::AskedAgain { after: Unanswered::Unknown, details: caller_details(form) })
        }
        Hook::Voice => of_call(form, at, EventKind::Incoming(caller_details(form))),
        Hook::Dial if is_fallback && form.get("DialCallStatus").is_none() => {
            let details = CallerDetails::default();
            of_call(form, at, EventKind::AskedAgain { after: Unanswered::Forward, details })
        }
        Hook::Dial => of_call(form, at, EventKind::DialResult(dial_result(form)?)),
        Hook::Record => of_call(form, at, record_result(form, is_fallback)),
        Hook::Gather => of_call(form, at, gathered(form)),
        // Which key was pressed is not told again: it is asked for again.
        Hook::Accept if is_fallback && digits(form).is_none() => {
            of_parent(form, &callback, at, leg_answered(form, true)?)
        }
        Hook::Whisper => of_parent(form, &callback, at, leg_answered(form, callback.asks)?),
        Hook::Accept => of_parent(form, &callback, at, EventKind::LegAsked { leg: leg(form)?, digits: digits(form) }),
        Hook::Recording => of_call(form, at, recording(form, &callback)?),
        // Carriers call one URL for both if the owner configured it so; the parent's id tells them apart.
        Hook::Leg | Hook::Status if form.get("ParentCallSid").is_some() => of_leg(form, &callback, at),
        Hook::Leg => of_leg(form, &callback, at),
        Hook::Status => {
            let kind = EventKind::CallStatus {
                status: call_status(form)?,
                duration: form.number("CallDuration"),
                hung_up_by: hung_up_by(form),
            };
            of_call(form, at, kind)
        }
    }?;
    Ok(CallEvent { turn: callback.turn, ..event })
}

fn of_call(form: &Form, at: Millis, kind: EventKind) -> Result<CallEvent, ReadError> {
    let is_hidden = hides_caller(form.all());
    Ok(CallEvent {
        call: form.id("CallSid").ok_or(ReadError::NoCall("CallSid"))?,
        at,
        caller: form.either("From", "Caller").map(|text| Pii::new(caller_or_hidden(is_hidden, caller(text)))),
        number: form.either("To", "Called").and_then(number),
        dialled: form.either("To", "Called").and_then(fields::national),
        turn: None,
        kind,
    })
}

fn of_leg(form: &Form, callback: &CallbackQuery, at: Millis) -> Result<CallEvent, ReadError> {
    let status = call_status(form)?;
    let kind = EventKind::LegStatus {
        leg: leg(form)?,
        status,
        duration: form.number("CallDuration"),
        to: form.either("To", "Called").and_then(number),
        sequence: form.number("SequenceNumber"),
        failure: failure(form).filter(|_| status.is_failure()),
    };
    of_parent(form, callback, at, kind)
}

/// Reads what a leg tells. Its From and To are the leg's own and say nothing about caller and tracking number.
fn of_parent(form: &Form, callback: &CallbackQuery, at: Millis, kind: EventKind) -> Result<CallEvent, ReadError> {
    let call = callback.parent_or(form.id("ParentCallSid"), "ParentCallSid")?;
    Ok(CallEvent { call, at, caller: None, number: None, dialled: None, turn: None, kind })
}

fn leg(form: &Form) -> Result<CarrierCallId, ReadError> {
    form.id("CallSid").ok_or(ReadError::NoCall("CallSid"))
}

fn caller_details(form: &Form) -> CallerDetails {
    let place = |name, legacy| form.either(name, legacy).map(Text::cut);
    CallerDetails {
        // Telnyx calls the name CallerId.
        name: form.either("CallerName", "CallerId").map(|name| Pii::new(Text::cut(name))),
        place: Pii::new(CallerPlace {
            city: place("FromCity", "CallerCity"),
            state: place("FromState", "CallerState"),
            zip: place("FromZip", "CallerZip"),
            country: place("FromCountry", "CallerCountry"),
        }),
        attestation: form.get("StirVerstat").and_then(attestation).or_else(|| attestation_apart(form)),
        forwarded_from: form.get("ForwardedFrom").map(|text| Pii::new(caller(text))),
        reputation: form.get("AddOns").map(reputation).unwrap_or_default(),
    }
}

/// Reads the attestation as Telnyx writes it: the level, and whether the signature held. A level without that word is
/// one that nobody checked.
fn attestation_apart(form: &Form) -> Option<Attestation> {
    let passed = form.get("ShakenStirValidated")?.parse().ok()?;
    let level = form.get("ShakenStirAttestation").and_then(attestation_level);
    (passed || level.is_some()).then_some(Attestation { level, passed, diverted: false })
}

fn call_status(form: &Form) -> Result<CallStatus, ReadError> {
    fields::call_status(form.get("CallStatus"), "CallStatus")
}

fn dial_result(form: &Form) -> Result<DialResult, ReadError> {
    let status = fields::dial_status(form.get("DialCallStatus"), "DialCallStatus")?;
    Ok(DialResult {
        leg: form.id("DialCallSid"),
        status,
        duration: form.number("DialCallDuration"),
        bridged: form.get("DialBridged").and_then(|word| word.parse().ok()),
        caller_gone: call_status(form).is_ok_and(CallStatus::is_final),
        recording: recording_ref(form),
        failure: failure(form).filter(|_| status.is_failure()),
    })
}

/// Reads that whoever was rung has answered.
fn leg_answered(form: &Form, asked: bool) -> Result<EventKind, ReadError> {
    Ok(EventKind::LegAnswered { leg: leg(form)?, asked, to: form.either("To", "Called").and_then(number) })
}

/// Reads why a leg could not be put through: Twilio's code, SIP's answer, Telnyx's cause.
fn failure(form: &Form) -> Option<DialFailure> {
    let first = |names: &[&str]| names.iter().find_map(|name| form.get(name));
    let code = first(&["DialErrorCode", "ErrorCode"]).filter(|code| *code != "0");
    let cause = || fields::unusual_cause(first(&["DialHangupCause", "HangupCause"]));
    let sip = first(&["DialSipResponseCode", "SipResponseCode", "SipResultCode", "SipHangupCause"]);
    let message = first(&["DialErrorMessage", "ErrorMessage", "SipHangupReason"]);
    DialFailure::told(code.or_else(cause), sip.and_then(|sip| sip.parse().ok()), message)
}

/// Reads who ended a call: Telnyx has a word for them, `SignalWire` names their number.
fn hung_up_by(form: &Form) -> Option<HungUpBy> {
    if let Some(word) = form.get("HangupSource") {
        return HungUpBy::told(word);
    }
    let number = form.get("HangupBy")?;
    let by_number =
        || if Some(number) == form.either("From", "Caller") { HungUpBy::Caller } else { HungUpBy::Business };
    HungUpBy::told(number).or_else(|| number.contains(|char: char| char.is_ascii_digit()).then(by_number))
}

fn record_result(form: &Form, is_fallback: bool) -> EventKind {
    let recording = recording_ref(form);
    EventKind::RecordResult {
        // There is a message, of which a later webhook tells the id; or which the fallback address is not told of.
        untold: recording.is_none() && (is_fallback || form.get("RecordingUrl").is_some()),
        recording,
        duration: form.number("RecordingDuration"),
        hung_up: hung_up(form),
    }
}

fn gathered(form: &Form) -> EventKind {
    EventKind::Gathered { digits: digits(form), hung_up: hung_up(form) }
}

fn digits(form: &Form) -> Option<Text<MAX_DIGITS>> {
    form.get("Digits").filter(|digits| *digits != HUNG_UP).map(Text::cut)
}

fn hung_up(form: &Form) -> bool {
    form.get("Digits") == Some(HUNG_UP) || call_status(form).is_ok_and(CallStatus::is_final)
}

/// Reads the recording a result mentions. Dial results name only its URL; where it is the address of a recording in the
/// interface of Twilio's kind it tells the id. A file anywhere else is told of again, with its id, by a webhook of its own: were
/// it named after the file here, one recording would be two.
fn recording_ref(form: &Form) -> Option<RecordingRef> {
    let url = form.get("RecordingUrl");
    let id = form.get("RecordingSid").or_else(|| id_in_address(url?))?;
    Some(RecordingRef { id: RecordingId::parse(id).ok()?, url: url.map(Text::cut) })
}

fn id_in_address(url: &str) -> Option<&str> {
    let path = url.split(['?', '#']).next()?;
    let (_, last) = path.rsplit_once("/Recordings/")?;
    last.split('.').next().filter(|id| !id.is_empty() && !id.contains('/'))
}

fn recording(form: &Form, callback: &CallbackQuery) -> Result<EventKind, ReadError> {
    let id = form.get("RecordingSid").and_then(|id| RecordingId::parse(id).ok());
    let status = match form.get("RecordingStatus").ok_or(ReadError::NoStatus("RecordingStatus"))? {
        "in-progress" => RecordingStatus::InProgress,
        "completed" => RecordingStatus::Completed,
        "absent" => RecordingStatus::Absent,
        "failed" => RecordingStatus::Failed,
        _ => return Err(ReadError::UnknownStatus("RecordingStatus")),
    };
    Ok(EventKind::Recording {
        id: id.ok_or(ReadError::NoRecording("RecordingSid"))?,
        url: form.get("RecordingUrl").map(Text::cut),
        status,
        duration: form.number("RecordingDuration"),
        channels: form.number("RecordingChannels"),
        source: match form.get("RecordingSource") {
            Some("DialVerb") => RecordingSource::Forward,
            Some("RecordVerb") => RecordingSource::Voicemail,
            _ => callback.recording.unwrap_or_default(),
        },
    })
}

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;
    use proptest::prelude::*;

    use super::*;
    use crate::{event::AttestationLevel, flow::Turn};

    #[test]
    fn webhooks_that_tell_nothing() {
        let cases = [
            (Hook::Voice, "", ReadError::NoCall("CallSid")),
            (Hook::Voice, "CallSid=", ReadError::NoCall("CallSid")),
            (Hook::Voice, "CallSid=has%20space", ReadError::NoCall("CallSid")),
            (Hook::Dial, "CallSid=CA1", ReadError::NoStatus("DialCallStatus")),
            (Hook::Dial, "CallSid=CA1&DialCallStatus=vanished", ReadError::UnknownStatus("DialCallStatus")),
            (Hook::Dial, "DialCallStatus=busy", ReadError::NoCall("CallSid")),
            (Hook::Leg, "CallSid=CA1&CallStatus=ringing", ReadError::NoParentCall("ParentCallSid")),
            (Hook::Leg, "CallSid=CA2&ParentCallSid=CA1", ReadError::NoStatus("CallStatus")),
            (Hook::Leg, "ParentCallSid=CA1&CallStatus=ringing", ReadError::NoCall("CallSid")),
            (Hook::Status, "CallSid=CA1", ReadError::NoStatus("CallStatus")),
            (Hook::Status, "CallSid=CA1&CallStatus=vanished", ReadError::UnknownStatus("CallStatus")),
            (Hook::Recording, "CallSid=CA1&RecordingStatus=completed", ReadError::NoRecording("RecordingSid")),
            (Hook::Recording, "CallSid=CA1&RecordingSid=RE1", ReadError::NoStatus("RecordingStatus")),
            (Hook::Record, "RecordingSid=RE1", ReadError::NoCall("CallSid")),
        ];
        for (hook, body, expected) in cases {
            assert_eq!(read(hook, "", body.as_bytes(), NOW), Err(expected), "{hook:?} {body}");
            assert!(expected.to_string().ends_with('.'));
        }
    }

    #[test]
    fn names_that_twilio_used_first() {
        let body = b"CallSid=CA1&Caller=%2B13125550123&Called=%2B13125550142&CallerCity=CHICAGO";
        let event = read(Hook::Voice, "", body, NOW).unwrap();
        assert_eq!(event.caller, Some(Pii::new(caller("+13125550123"))));
        assert_eq!(event.number, E164::parse("+13125550142").ok());
        let EventKind::Incoming(details) = event.kind else { panic!("incoming") };
        assert_eq!(details.place.expose().city, Some("CHICAGO".into()));
    }

    #[test]
    fn a_webhook_by_get() {
        let event = read(Hook::Voice, "CallSid=CA1&To=%2B13125550142", b"", NOW).unwrap();
        assert_eq!(event.number, E164::parse("+13125550142").ok());
    }

    #[test]
    fn the_turn_comes_from_the_url_alone() {
        let turn_of = |query, body: &str| read(Hook::Dial, query, body.as_bytes(), NOW).unwrap().turn;
        let body = "CallSid=CA1&DialCallStatus=busy";
        assert_eq!(turn_of("step=office&turn=3", body), Some(Turn::new(3, "office".parse().unwrap())));
        assert_eq!(turn_of("", &format!("{body}&step=office")), None);
    }

    #[test]
    fn legs_that_do_not_name_their_call() {
        let body = b"CallSid=leg&CallStatus=ringing&Digits=1";
        for hook in [Hook::Leg, Hook::Whisper, Hook::Accept] {
            assert_eq!(read(hook, "call=CA1", body, NOW).unwrap().call.as_str(), "CA1");
            assert_eq!(read(hook, "", body, NOW), Err(ReadError::NoParentCall("ParentCallSid")));
        }
    }

    fn status<'a>(content_type: &'a str, body: &'a [u8]) -> Webhook<'a> {
        Webhook { hook: Hook::Status, query: "", content_type, body, at: NOW, is_fallback: false }
    }

    #[test]
    fn fields_in_a_json_object() {
        let body = br#"{"CallSid": "1-2", "From": "+13125550123", "CallStatus": "completed", "CallDuration": 94, "x": {"y": []}}"#;
        let event = read_either(status("application/json; charset=utf-8", body)).unwrap();
        assert_eq!(
            event.kind,
            EventKind::CallStatus { status: CallStatus::Completed, duration: Some(94), hung_up_by: None }
        );
        for body in ["", "[]", "{", "1"] {
            let read = read_either(status("application/json", body.as_bytes()));
            assert_eq!(read, Err(ReadError::NoJson), "{body}");
        }
    }

    #[test]
    fn attestations_in_two_fields() {
        let some = |level, passed| Some(Attestation { level, passed, diverted: false });
        let cases = [
            ("ShakenStirAttestation=A&ShakenStirValidated=true", some(Some(AttestationLevel::A), true)),
            ("ShakenStirAttestation=C&ShakenStirValidated=false", some(Some(AttestationLevel::C), false)),
            ("ShakenStirValidated=false", None),
            ("ShakenStirAttestation=A", None),
            ("ShakenStirAttestation=&ShakenStirValidated=", None),
        ];
        for (fields, expected) in cases {
            let event = read(Hook::Voice, "", format!("CallSid=CA1&{fields}").as_bytes(), NOW).unwrap();
            let EventKind::Incoming(details) = event.kind else { panic!("incoming") };
            assert_eq!(details.attestation, expected, "{fields}");
        }
    }

    #[test]
    fn logs_carry_no_caller() {
        let body = b"CallSid=CA1&From=%2B13125550123&CallerName=DOE&FromCity=CHICAGO&ForwardedFrom=%2B13125550124";
        let debug = format!("{:?}", read(Hook::Voice, "", body, NOW).unwrap());
        for personal in ["3125550123", "DOE", "CHICAGO", "3125550124"] {
            assert!(!debug.contains(personal), "{debug}");
        }
    }

    fn read(hook: Hook, query: &str, body: &[u8], at: Millis) -> Result<CallEvent, ReadError> {
        super::read(Webhook { hook, query, content_type: "", body, at, is_fallback: false })
    }

    const NOW: Millis = Millis::from_unix_ms(1_790_000_000_000);
    const HOOKS: [Hook; 6] = [Hook::Voice, Hook::Dial, Hook::Record, Hook::Leg, Hook::Status, Hook::Recording];

    proptest! {
        #[test]
        fn any_bytes(query in ".*", body in any::<Vec<u8>>()) {
            for hook in HOOKS {
                let _ = read(hook, &query, &body, NOW);
            }
        }

        #[test]
        fn any_values(call in ".*", word in ".*", from in ".*", id in ".*", seconds in ".*") {
            let fields = [
                ("CallSid", call.as_str()), ("ParentCallSid", &call), ("CallStatus", &word), ("DialCallStatus", "busy"),
                ("From", &from), ("To", &from), ("RecordingUrl", &id), ("RecordingStatus", "absent"), ("CallDuration", &seconds),
                ("StirVerstat", &word), ("DialBridged", &word), ("SequenceNumber", &seconds),
            ];
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            for hook in HOOKS {
                if let Ok(event) = read(hook, "", body.as_bytes(), NOW) {
                    prop_assert!(event.key().len() < 1000);
                }
            }
        }
    }
}
