//! What does this request say?

use core::fmt;
use std::{borrow::Cow, collections::BTreeMap};

use dni_core::{phone::E164, pii::Pii, time::Millis};

use crate::{
    carrier::Hook,
    event::{
        Attestation, AttestationLevel, CallEvent, CallStatus, Caller, CallerDetails, CarrierCallId, DialResult,
        DialStatus, EventKind, MAX_DIGITS, Place, RecordingId, RecordingRef, RecordingSource, RecordingStatus,
    },
    flow::Turn,
    text::Text,
};

/// Largest query or form that is read, in bytes. Twilio's own stay under 4 KB, with add-ons under 20 KB.
pub const MAX_FORM_BYTES: usize = 64 * 1024;

/// Numbers by which the network says that the caller's is withheld. They spell words on a keypad, in this order:
/// ANONYMOUS, RESTRICTED, UNAVAILABLE, BLOCKED, and UNKNOWN as it is really sent. Some of them would pass for numbers
/// of small countries.
const WITHHELD_NUMBERS: [&str; 5] = ["266696687", "7378742833", "86282452253", "2562533", "8656696"];
/// What stands for the keys when the caller ended a message or a menu by hanging up.
const HUNG_UP: &str = "hangup";
/// Words by which the network says that the caller's number is withheld.
const WITHHELD_WORDS: [&str; 7] =
    ["anonymous", "blocked", "private", "restricted", "unavailable", "unknown", "withheld"];

/// Reads one webhook: which hook it came to, the URL's query, the raw body and when it was received.
///
/// Unknown fields are ignored, as Twilio adds some without notice. A field that is there but makes no sense counts as
/// absent, unless the event would mean nothing without it.
///
/// # Errors
/// [`ReadError`] if the event cannot be told. The caller's phone call must still be answered: see [`crate::fail_open`].
///
/// ```
/// use call_router::{carrier::{Hook, twilio}, event::EventKind};
/// use dni_core::time::Millis;
///
/// let body = b"CallSid=CA1&From=%2B13125550123&To=%2B13125550142&CallStatus=ringing";
/// let event = twilio::read(Hook::Voice, "", body, Millis::from_unix_ms(0)).unwrap();
/// assert_eq!(event.call.as_str(), "CA1");
/// assert!(matches!(event.kind, EventKind::Incoming(_)));
/// ```
pub fn read(hook: Hook, query: &str, body: &[u8], at: Millis) -> Result<CallEvent, ReadError> {
    if query.len() > MAX_FORM_BYTES || body.len() > MAX_FORM_BYTES {
        return Err(ReadError::TooLarge);
    }
    let form = Form::read(query, body);
    let event = match hook {
        Hook::Voice => of_call(&form, at, EventKind::Incoming(caller_details(&form))),
        Hook::Dial => of_call(&form, at, EventKind::DialResult(dial_result(&form)?)),
        Hook::Record => of_call(&form, at, record_result(&form)),
        Hook::Gather => of_call(&form, at, gathered(&form)),
        Hook::Whisper => of_parent(&form, at, EventKind::LegAnswered { leg: leg(&form)? }),
        Hook::Accept => of_parent(&form, at, EventKind::LegAsked { leg: leg(&form)?, digits: digits(&form) }),
        Hook::Recording => of_call(&form, at, recording(&form)?),
        // Twilio calls one URL for both if the owner configured it so; the parent's id tells them apart.
        Hook::Leg | Hook::Status if form.get("ParentCallSid").is_some() => of_leg(&form, at),
        Hook::Leg => Err(ReadError::NoParentCall),
        Hook::Status => {
            let kind = EventKind::CallStatus { status: call_status(&form)?, duration: form.number("CallDuration") };
            of_call(&form, at, kind)
        }
    }?;
    Ok(CallEvent { turn: turn(query), ..event })
}

fn of_call(form: &Form, at: Millis, kind: EventKind) -> Result<CallEvent, ReadError> {
    Ok(CallEvent {
        call: form.id("CallSid").ok_or(ReadError::NoCall)?,
        at,
        caller: form.either("From", "Caller").map(|text| Pii::new(caller(text))),
        number: form.either("To", "Called").and_then(|text| E164::parse(text).ok()),
        turn: None,
        kind,
    })
}

fn of_leg(form: &Form, at: Millis) -> Result<CallEvent, ReadError> {
    let kind = EventKind::LegStatus {
        leg: leg(form)?,
        status: call_status(form)?,
        duration: form.number("CallDuration"),
        to: form.either("To", "Called").and_then(|text| E164::parse(text).ok()),
        sequence: form.number("SequenceNumber"),
    };
    of_parent(form, at, kind)
}

/// Reads what a leg tells. Its From and To are the leg's own and say nothing about caller and tracking number.
fn of_parent(form: &Form, at: Millis, kind: EventKind) -> Result<CallEvent, ReadError> {
    let call = form.id("ParentCallSid").ok_or(ReadError::NoParentCall)?;
    Ok(CallEvent { call, at, caller: None, number: None, turn: None, kind })
}

fn leg(form: &Form) -> Result<CarrierCallId, ReadError> {
    form.id("CallSid").ok_or(ReadError::NoCall)
}

/// Reads the step that the URL names. Ours always carry the turn's number; a URL without it means the first turn.
/// It is read from the URL alone, which is ours; nothing in the body can name another step.
fn turn(query: &str) -> Option<Turn> {
    let form = Form::read(query, b"");
    Some(Turn {
        number: form.number("turn").unwrap_or(1),
        attempt: form.number("try").unwrap_or(0),
        flow: form.get("flow").and_then(|name| name.parse().ok()),
        step: form.get("step")?.parse().ok()?,
    })
}

fn caller(text: &str) -> Caller {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let withheld =
        WITHHELD_NUMBERS.contains(&digits) || WITHHELD_WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    if withheld {
        return Caller::Withheld;
    }
    E164::parse(text).map_or_else(|_| Caller::Other(Text::cut(text)), Caller::Number)
}

fn caller_details(form: &Form) -> CallerDetails {
    let place = |name, legacy| form.either(name, legacy).map(Text::cut);
    CallerDetails {
        name: form.get("CallerName").map(|name| Pii::new(Text::cut(name))),
        place: Pii::new(Place {
            city: place("FromCity", "CallerCity"),
            state: place("FromState", "CallerState"),
            zip: place("FromZip", "CallerZip"),
            country: place("FromCountry", "CallerCountry"),
        }),
        attestation: form.get("StirVerstat").and_then(attestation),
        forwarded_from: form.get("ForwardedFrom").map(|text| Pii::new(caller(text))),
    }
}

/// Reads `TN-Validation-{Passed,Failed}[-{A,B,C}][-Diverted]`. Anything else says nothing, which is not a failure.
fn attestation(text: &str) -> Option<Attestation> {
    let mut words = text.strip_prefix("TN-Validation-")?.split('-');
    let passed = match words.next()? {
        "Passed" => true,
        "Failed" => false,
        _ => return None,
    };
    let mut attestation = Attestation { level: None, passed, diverted: false };
    for word in words {
        match word {
            "A" => attestation.level = Some(AttestationLevel::A),
            "B" => attestation.level = Some(AttestationLevel::B),
            "C" => attestation.level = Some(AttestationLevel::C),
            "Diverted" => attestation.diverted = true,
            _ => {}
        }
    }
    Some(attestation)
}

fn call_status(form: &Form) -> Result<CallStatus, ReadError> {
    Ok(match form.get("CallStatus").ok_or(ReadError::NoStatus)? {
        "queued" => CallStatus::Queued,
        "initiated" => CallStatus::Initiated,
        "ringing" => CallStatus::Ringing,
        "in-progress" | "answered" => CallStatus::InProgress,
        "completed" => CallStatus::Completed,
        "busy" => CallStatus::Busy,
        "failed" => CallStatus::Failed,
        "no-answer" => CallStatus::NoAnswer,
        "canceled" => CallStatus::Canceled,
        _ => return Err(ReadError::UnknownStatus),
    })
}

fn dial_result(form: &Form) -> Result<DialResult, ReadError> {
    let status = match form.get("DialCallStatus").ok_or(ReadError::NoStatus)? {
        "completed" => DialStatus::Completed,
        "answered" => DialStatus::Answered,
        "busy" => DialStatus::Busy,
        "no-answer" => DialStatus::NoAnswer,
        "failed" => DialStatus::Failed,
        "canceled" => DialStatus::Canceled,
        _ => return Err(ReadError::UnknownStatus),
    };
    Ok(DialResult {
        leg: form.id("DialCallSid"),
        status,
        duration: form.number("DialCallDuration"),
        bridged: form.get("DialBridged").and_then(|word| word.parse().ok()),
        caller_gone: call_status(form).is_ok_and(CallStatus::is_final),
        recording: recording_ref(form),
    })
}

fn record_result(form: &Form) -> EventKind {
    EventKind::RecordResult {
        recording: recording_ref(form),
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

/// Reads the recording a result mentions. Dial results name only its URL, which ends with its id.
fn recording_ref(form: &Form) -> Option<RecordingRef> {
    let url = form.get("RecordingUrl");
    let last_part = url.and_then(|url| url.rsplit('/').next());
    let id = form.get("RecordingSid").or(last_part)?;
    Some(RecordingRef { id: RecordingId::parse(id).ok()?, url: url.map(Text::cut) })
}

fn recording(form: &Form) -> Result<EventKind, ReadError> {
    let id = form.get("RecordingSid").and_then(|id| RecordingId::parse(id).ok());
    let status = match form.get("RecordingStatus").ok_or(ReadError::NoStatus)? {
        "in-progress" => RecordingStatus::InProgress,
        "completed" => RecordingStatus::Completed,
        "absent" => RecordingStatus::Absent,
        "failed" => RecordingStatus::Failed,
        _ => return Err(ReadError::UnknownStatus),
    };
    Ok(EventKind::Recording {
        id: id.ok_or(ReadError::NoRecording)?,
        url: form.get("RecordingUrl").map(Text::cut),
        status,
        duration: form.number("RecordingDuration"),
        channels: form.number("RecordingChannels"),
        source: match form.get("RecordingSource") {
            Some("DialVerb") => RecordingSource::Forward,
            Some("RecordVerb") => RecordingSource::Voicemail,
            _ => RecordingSource::Other,
        },
    })
}

/// A webhook's fields: those of the body, and of the URL's query where the body has none of the name.
struct Form<'a>(BTreeMap<Cow<'a, str>, Cow<'a, str>>);

impl<'a> Form<'a> {
    fn read(query: &'a str, body: &'a [u8]) -> Self {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body).chain(form_urlencoded::parse(query.as_bytes())) {
            fields.entry(name).or_insert(value);
        }
        Self(fields)
    }

    /// Returns a field that has something in it.
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Returns a field by its name of today, else by the one Twilio used first and still sends.
    fn either(&self, name: &str, legacy: &str) -> Option<&str> {
        self.get(name).or_else(|| self.get(legacy))
    }

    fn id(&self, name: &str) -> Option<CarrierCallId> {
        CarrierCallId::parse(self.get(name)?).ok()
    }

    fn number<N: core::str::FromStr>(&self, name: &str) -> Option<N> {
        self.get(name)?.parse().ok()
    }
}

/// Why a webhook tells no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// It is larger than any webhook.
    TooLarge,
    /// It does not say which call it is about.
    NoCall,
    /// It is about a leg and does not say of which call.
    NoParentCall,
    /// It does not say which recording it is about.
    NoRecording,
    /// It does not say what status was reached.
    NoStatus,
    /// Its status is none of the known ones.
    UnknownStatus,
}

impl ReadError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "webhook_too_large",
            Self::NoCall => "webhook_call_missing",
            Self::NoParentCall => "webhook_parent_call_missing",
            Self::NoRecording => "webhook_recording_missing",
            Self::NoStatus => "webhook_status_missing",
            Self::UnknownStatus => "webhook_status_unknown",
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::TooLarge => "The webhook is larger than 64 KB; check what is sent to this URL.",
            Self::NoCall => "The webhook has no usable CallSid; check what is sent to this URL.",
            Self::NoParentCall => "The webhook has no usable ParentCallSid; only dialled legs may report here.",
            Self::NoRecording => "The webhook has no usable RecordingSid; only recordings may report here.",
            Self::NoStatus => "The webhook has no status; check which URL is set for which callback.",
            Self::UnknownStatus => "The webhook has a status that is not known; keep it and report it to the project.",
        })
    }
}

impl core::error::Error for ReadError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn callers() {
        let number = |text| Caller::Number(E164::parse(text).unwrap());
        let cases = [
            ("+13125550123", number("+13125550123")),
            ("+442079460018", number("+442079460018")),
            ("+266696687", Caller::Withheld),
            ("+7378742833", Caller::Withheld),
            ("+86282452253", Caller::Withheld),
            ("2562533", Caller::Withheld),
            ("+8656696", Caller::Withheld),
            ("Anonymous", Caller::Withheld),
            ("RESTRICTED", Caller::Withheld),
            ("sip:alice@example.com", Caller::Other("sip:alice@example.com".into())),
            ("client:desk", Caller::Other("client:desk".into())),
            ("12345", Caller::Other("12345".into())),
        ];
        for (text, expected) in cases {
            assert_eq!(caller(text), expected, "{text}");
        }
    }

    #[test]
    fn attestations() {
        let some = |level, passed, diverted| Some(Attestation { level, passed, diverted });
        let cases = [
            ("TN-Validation-Passed-A", some(Some(AttestationLevel::A), true, false)),
            ("TN-Validation-Passed-B", some(Some(AttestationLevel::B), true, false)),
            ("TN-Validation-Passed-C-Diverted", some(Some(AttestationLevel::C), true, true)),
            ("TN-Validation-Failed-A", some(Some(AttestationLevel::A), false, false)),
            ("TN-Validation-Passed-A-Passthrough", some(Some(AttestationLevel::A), true, false)),
            ("TN-Validation-Failed", some(None, false, false)),
            ("No-TN-Validation", None),
            ("NULL", None),
            ("TN-Validation-Later", None),
        ];
        for (text, expected) in cases {
            assert_eq!(attestation(text), expected, "{text}");
        }
    }

    #[test]
    fn webhooks_that_tell_nothing() {
        let cases = [
            (Hook::Voice, "", ReadError::NoCall),
            (Hook::Voice, "CallSid=", ReadError::NoCall),
            (Hook::Voice, "CallSid=has%20space", ReadError::NoCall),
            (Hook::Dial, "CallSid=CA1", ReadError::NoStatus),
            (Hook::Dial, "CallSid=CA1&DialCallStatus=vanished", ReadError::UnknownStatus),
            (Hook::Dial, "DialCallStatus=busy", ReadError::NoCall),
            (Hook::Leg, "CallSid=CA1&CallStatus=ringing", ReadError::NoParentCall),
            (Hook::Leg, "CallSid=CA2&ParentCallSid=CA1", ReadError::NoStatus),
            (Hook::Leg, "ParentCallSid=CA1&CallStatus=ringing", ReadError::NoCall),
            (Hook::Status, "CallSid=CA1", ReadError::NoStatus),
            (Hook::Status, "CallSid=CA1&CallStatus=vanished", ReadError::UnknownStatus),
            (Hook::Recording, "CallSid=CA1&RecordingStatus=completed", ReadError::NoRecording),
            (Hook::Recording, "CallSid=CA1&RecordingSid=RE1", ReadError::NoStatus),
            (Hook::Record, "RecordingSid=RE1", ReadError::NoCall),
        ];
        for (hook, body, expected) in cases {
            assert_eq!(read(hook, "", body.as_bytes(), NOW), Err(expected), "{hook:?} {body}");
            assert!(expected.to_string().ends_with('.'));
        }
        let large = vec![b'a'; MAX_FORM_BYTES + 1];
        assert_eq!(read(Hook::Voice, "", &large, NOW), Err(ReadError::TooLarge));
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
        let turn = |number| Some(Turn::new(number, "office".parse().unwrap()));
        assert_eq!(turn_of("step=office&turn=3", body), turn(3));
        assert_eq!(turn_of("step=office", body), turn(1));
        assert_eq!(turn_of("fail_open=1", body), None);
        assert_eq!(turn_of("step=No%20Step", body), None);
        assert_eq!(turn_of("", &format!("{body}&step=office")), None);
    }

    #[test]
    fn logs_carry_no_caller() {
        let body = b"CallSid=CA1&From=%2B13125550123&CallerName=DOE&FromCity=CHICAGO&ForwardedFrom=%2B13125550124";
        let debug = format!("{:?}", read(Hook::Voice, "", body, NOW).unwrap());
        for personal in ["3125550123", "DOE", "CHICAGO", "3125550124"] {
            assert!(!debug.contains(personal), "{debug}");
        }
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
