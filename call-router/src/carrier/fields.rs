//! What carriers' webhooks say in the same words: who calls, what the network vouches for, and how far a call got.

use dni_core::phone::E164;

use super::ReadError;
use crate::{
    event::{
        Attestation, AttestationLevel, CallStatus, Caller, DialStatus, MAX_WRITTEN_NUMBER, is_private, phone_part,
    },
    text::Text,
};

pub(super) use crate::event::shown_number as number;

/// The length of a number written without its plus: what E.164 allows, less what could be a short code.
const DIGITS_WITHOUT_PLUS: core::ops::RangeInclusive<usize> = 8..=15;

/// The headers of SIP that tell how private the caller wants to be, in letters alone.
const PRIVACY_HEADERS: [&str; 2] = ["privacy", "remotepartyid"];
/// What carriers put before a header's name, in letters alone.
const HEADER_PREFIXES: [&str; 4] = ["", "sipheader", "siph", "xph"];

/// Reads who calls.
pub(super) fn caller(text: &str) -> Caller {
    Caller::shown(text)
}

/// Says whether one of a webhook's fields is a header by which the caller asks not to be shown.
pub(super) fn hides_caller<'a>(mut fields: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    fields.any(|(name, value)| {
        let letters: String = name.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
        let mut headers = HEADER_PREFIXES.iter().filter_map(|prefix| letters.strip_prefix(prefix));
        headers.any(|header| PRIVACY_HEADERS.contains(&header)) && is_private(value)
    })
}

/// Reads who calls as [`caller`] does, or that they asked not to be shown.
pub(super) fn caller_or_hidden(is_hidden: bool, caller: Caller) -> Caller {
    if is_hidden { Caller::Withheld } else { caller }
}

/// Reads who calls where the carrier writes numbers without their plus.
pub(super) fn caller_without_plus(text: &str) -> Caller {
    match (caller(text), number_without_plus(text)) {
        (Caller::Other(_), Some(number)) => Caller::Number(number),
        (other, _) => other,
    }
}

/// Reads a number that the carrier writes without its plus, or with it, by itself or in an address.
pub(super) fn number_without_plus(text: &str) -> Option<E164> {
    let text = phone_part(text);
    let bare = DIGITS_WITHOUT_PLUS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if bare { E164::parse(&format!("+{text}")).ok() } else { number(text) }
}

/// The fewest digits of a number as it is dialled within a country; fewer are an extension or a service.
const FEWEST_NATIONAL_DIGITS: usize = 4;

/// Keeps a number that may be in the form that is dialled within a country: one without a plus, or with a zero behind it.
pub(super) fn national(text: &str) -> Option<Text<MAX_WRITTEN_NUMBER>> {
    let text = phone_part(text);
    let digits = text.strip_prefix("+0").map_or(text, |_| text.strip_prefix('+').unwrap_or(text));
    let is_national = digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'(' | b')'));
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    (is_national && count >= FEWEST_NATIONAL_DIGITS).then(|| Text::cut(digits))
}

/// Causes of an end that are no failure, in small letters.
const USUAL_CAUSES: [&str; 7] =
    ["normal_clearing", "normal_unspecified", "normal", "hangup", "originator_cancel", "lose_race", "cancel"];

/// Takes a carrier's cause of an end, unless it is a usual one.
pub(super) fn unusual_cause(cause: Option<&str>) -> Option<&str> {
    cause.filter(|cause| USUAL_CAUSES.iter().all(|usual| !usual.eq_ignore_ascii_case(cause)))
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
            ("00442079460018", number("+442079460018")),
            ("01383722538", Caller::Other("01383722538".into())),
        ];
        for (text, expected) in cases {
            assert_eq!(caller(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_that_leave_their_country_open_are_kept_as_written() {
        for (text, expected) in [
            ("02033888666", Some("02033888666")),
            ("(020) 3388-8666", Some("(020) 3388-8666")),
            ("+02033888666", Some("02033888666")),
            ("3125550142", Some("3125550142")),
            ("sip:02033888666@pbx.example", Some("02033888666")),
            ("+442033888666", None),
            ("sip:100@example.com", None),
            ("", None),
        ] {
            assert_eq!(national(text).as_ref().map(Text::as_str), expected, "{text}");
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
