//! What carriers' webhooks tell in the same words: who calls, what the network vouches for, and why one tells nothing.

use core::fmt;

use dni_core::phone::E164;

use crate::{
    event::{Attestation, AttestationLevel, CallStatus, Caller, DialStatus},
    text::Text,
};

/// Numbers by which the network says that the caller's is withheld. They spell words on a keypad, in this order:
/// ANONYMOUS, RESTRICTED, UNAVAILABLE, BLOCKED, and UNKNOWN as it is really sent. Some of them would pass for numbers
/// of small countries.
const WITHHELD_NUMBERS: [&str; 5] = ["266696687", "7378742833", "86282452253", "2562533", "8656696"];
/// Words by which the network says that the caller's number is withheld.
const WITHHELD_WORDS: [&str; 7] =
    ["anonymous", "blocked", "private", "restricted", "unavailable", "unknown", "withheld"];
/// The length of a number written without its plus: what E.164 allows, less what could be a short code.
const DIGITS_WITHOUT_PLUS: core::ops::RangeInclusive<usize> = 8..=15;

/// Reads who calls.
pub(super) fn caller(text: &str) -> Caller {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let withheld =
        WITHHELD_NUMBERS.contains(&digits) || WITHHELD_WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    if withheld {
        return Caller::Withheld;
    }
    E164::parse(text).map_or_else(|_| Caller::Other(Text::cut(text)), Caller::Number)
}

/// Reads who calls where the carrier writes numbers without their plus.
pub(super) fn caller_without_plus(text: &str) -> Caller {
    match (caller(text), number_without_plus(text)) {
        (Caller::Other(_), Some(number)) => Caller::Number(number),
        (other, _) => other,
    }
}

/// Reads a number that the carrier writes without its plus, or with it.
pub(super) fn number_without_plus(text: &str) -> Option<E164> {
    let bare = DIGITS_WITHOUT_PLUS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if bare { E164::parse(&format!("+{text}")).ok() } else { E164::parse(text).ok() }
}

/// Reads `TN-Validation-{Passed,Failed}[-{A,B,C}][-Diverted]`. Anything else says nothing, which is not a failure.
pub(super) fn attestation(text: &str) -> Option<Attestation> {
    let mut words = text.strip_prefix("TN-Validation-")?.split('-');
    let passed = match words.next()? {
        "Passed" => true,
        "Failed" => false,
        _ => return None,
    };
    let mut attestation = Attestation { level: None, passed, diverted: false };
    for word in words {
        match word {
            "Diverted" => attestation.diverted = true,
            _ => attestation.level = attestation.level.or_else(|| attestation_level(word)),
        }
    }
    Some(attestation)
}

/// Reads a level of attestation.
pub(super) fn attestation_level(text: &str) -> Option<AttestationLevel> {
    match text {
        "A" => Some(AttestationLevel::A),
        "B" => Some(AttestationLevel::B),
        "C" => Some(AttestationLevel::C),
        _ => None,
    }
}

/// Reads a status in the words that Twilio, its dialects and jambonz use.
pub(super) fn call_status(text: Option<&str>, field: &'static str) -> Result<CallStatus, ReadError> {
    Ok(match text.ok_or(ReadError::NoStatus(field))? {
        "queued" => CallStatus::Queued,
        "initiated" | "trying" => CallStatus::Initiated,
        "ringing" | "early-media" => CallStatus::Ringing,
        "in-progress" | "answered" => CallStatus::InProgress,
        "completed" => CallStatus::Completed,
        "busy" => CallStatus::Busy,
        "failed" => CallStatus::Failed,
        "no-answer" | "timeout" => CallStatus::NoAnswer,
        "canceled" | "cancel" => CallStatus::Canceled,
        _ => return Err(ReadError::UnknownStatus(field)),
    })
}

/// Reads the end of a dialled leg in the words that Twilio, its dialects, Plivo and jambonz use.
pub(super) fn dial_status(text: Option<&str>, field: &'static str) -> Result<DialStatus, ReadError> {
    Ok(match text.ok_or(ReadError::NoStatus(field))? {
        "completed" => DialStatus::Completed,
        "answered" => DialStatus::Answered,
        "busy" => DialStatus::Busy,
        "no-answer" | "timeout" => DialStatus::NoAnswer,
        "failed" => DialStatus::Failed,
        "canceled" | "cancel" => DialStatus::Canceled,
        _ => return Err(ReadError::UnknownStatus(field)),
    })
}

/// Why a webhook tells no event, and by which of its fields: a form's name, a pointer into its JSON, or `?call` of our own URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// It is larger than any webhook.
    TooLarge,
    /// Its body is not the JSON object that the carrier sends.
    NoJson,
    /// It does not say which call it is about.
    NoCall(&'static str),
    /// It is about a leg and does not say of which call.
    NoParentCall(&'static str),
    /// It does not say which recording it is about.
    NoRecording(&'static str),
    /// It does not say what status was reached.
    NoStatus(&'static str),
    /// Its status is none of the known ones.
    UnknownStatus(&'static str),
}

impl ReadError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "webhook_too_large",
            Self::NoJson => "webhook_no_json",
            Self::NoCall(_) => "webhook_call_missing",
            Self::NoParentCall(_) => "webhook_parent_call_missing",
            Self::NoRecording(_) => "webhook_recording_missing",
            Self::NoStatus(_) => "webhook_status_missing",
            Self::UnknownStatus(_) => "webhook_status_unknown",
        }
    }

    /// Returns the field that is missing or not understood; `None` if it is the webhook as a whole.
    pub const fn field(self) -> Option<&'static str> {
        match self {
            Self::TooLarge | Self::NoJson => None,
            Self::NoCall(field)
            | Self::NoParentCall(field)
            | Self::NoRecording(field)
            | Self::NoStatus(field)
            | Self::UnknownStatus(field) => Some(field),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => out.write_str("The webhook is larger than 64 KB; check what is sent to this URL."),
            Self::NoJson => out.write_str("The webhook is no JSON object; check what is sent to this URL."),
            Self::NoCall(field) => {
                write!(out, "The webhook's {field} is no usable id of a call; check what is sent to this URL.")
            }
            Self::NoParentCall(field) => {
                write!(
                    out,
                    "The webhook's {field} does not say which call the leg belongs to; only dialled legs may report here."
                )
            }
            Self::NoRecording(field) => {
                write!(out, "The webhook's {field} is no usable id of a recording; only recordings may report here.")
            }
            Self::NoStatus(field) => {
                write!(out, "The webhook has no status in {field}; check which URL is set for which callback.")
            }
            Self::UnknownStatus(field) => {
                write!(
                    out,
                    "The webhook's {field} is a status that is not known; keep it and report it to the project."
                )
            }
        }
    }
}

impl core::error::Error for ReadError {}

#[cfg(test)]
mod tests {
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
    fn numbers_without_their_plus() {
        let number = |text| Caller::Number(E164::parse(text).unwrap());
        let cases = [
            ("13125550123", number("+13125550123")),
            ("+13125550123", number("+13125550123")),
            ("442079460018", number("+442079460018")),
            ("266696687", Caller::Withheld),
            ("Anonymous", Caller::Withheld),
            ("12345", Caller::Other("12345".into())),
            ("1234567890123456", Caller::Other("1234567890123456".into())),
            ("sip:alice@example.com", Caller::Other("sip:alice@example.com".into())),
        ];
        for (text, expected) in cases {
            assert_eq!(caller_without_plus(text), expected, "{text}");
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
}
