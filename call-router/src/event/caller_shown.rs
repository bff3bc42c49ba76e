//! Who calls, as the network shows it: a number, an address, or that the caller keeps it to themselves.

use dni_core::phone::E164;

use super::{Caller, MAX_ADDRESS};
use crate::text::Text;

/// Numbers by which the network says that the caller's is withheld. They spell words on a keypad, in this order: ANONYMOUS,
/// RESTRICTED (right, and as Twilio lists it), UNAVAILABLE, BLOCKED, UNKNOWN (right, and as Twilio lists it), PRIVATE and
/// WITHHELD. Some of them would pass for numbers of small countries.
const WITHHELD_NUMBERS: [&str; 9] =
    ["266696687", "7378742833", "7378742883", "86282452253", "2562533", "8656696", "8566696", "7748283", "94844353"];
/// Words by which the network says that the caller's number is withheld: carriers' own, RFC 3323's, and those of the languages
/// in which networks write them.
const WITHHELD_WORDS: [&str; 20] = [
    "anonymous",
    "anonym",
    "anonyme",
    "anonimo",
    "anônimo",
    "anónimo",
    "blocked",
    "hidden",
    "no",
    "null",
    "private",
    "privado",
    "restricted",
    "secret",
    "suppressed",
    "unavailable",
    "unbekannt",
    "undefined",
    "unknown",
    "withheld",
];
/// Words that stand beside them and say nothing.
const FILLERS: [&str; 8] = ["call", "caller", "callerid", "id", "name", "number", "party", "user"];
/// Words that say it together.
const WITHHELD_PHRASES: [&str; 4] = ["not available", "not provided", "out of area", "not disclosed"];
/// What a withheld address's host ends with (RFC 3323, section 4.1.1.3): `anonymous.invalid`.
const INVALID: &str = ".invalid";
/// The least digits behind a country code that could be somebody's: fewer with a one before are an extension.
const SUBSCRIBER_DIGITS: usize = 7;
/// What the header `Privacy` holds where the caller is not to be shown (RFC 3323 and RFC 3325), and `Remote-Party-ID`'s word
/// for it.
const PRIVATE: [&str; 6] = ["id", "user", "header", "full", "uri", "true"];

impl Caller {
    /// Reads who calls out of what the network shows: a number with its plus, an address with one (`sip:+13125550123@pbx`,
    /// `tel:+13125550123`), any other address, or a word or number that says that it is withheld.
    ///
    /// ```
    /// use call_router::event::Caller;
    ///
    /// assert_eq!(Caller::shown("sip:anonymous@anonymous.invalid"), Caller::Withheld);
    /// assert_eq!(Caller::shown("sip:+13125550123@pbx.example"), Caller::shown("+13125550123"));
    /// ```
    pub fn shown(text: &str) -> Self {
        let text = text.trim();
        if is_withheld(text) {
            return Self::Withheld;
        }
        shown_number(text).map_or_else(|| Self::Other(Text::<MAX_ADDRESS>::cut(text)), Self::Number)
    }
}

/// An address in the words of SIP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SipAddress<'a> {
    /// Who: what stands before the `@`, without parameters.
    pub(crate) user: &'a str,
    /// Where: what stands behind it, without port and parameters; empty for telephone numbers.
    pub(crate) host: &'a str,
}

impl<'a> SipAddress<'a> {
    /// Reads `sip:user@host:port;parameters`, `sips:`, `tel:`, the same in `<…>` behind a name, or `user@host` alone.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let text = match text.split_once('<') {
            Some((_, rest)) => rest.split_once('>').map_or(rest, |(inside, _)| inside),
            None => text,
        };
        let text = text.trim();
        if let Some(number) = after_scheme(text, "tel:") {
            return Some(Self { user: before_any(number, &[';', '?']), host: "" });
        }
        let address = after_scheme(text, "sip:").or_else(|| after_scheme(text, "sips:"));
        let (user, host) = match (address.unwrap_or(text).rsplit_once('@'), address) {
            (Some(parts), _) => parts,
            (None, Some(host)) => ("", host),
            (None, None) => return None,
        };
        Some(Self { user: before_any(user, &[';', ':']), host: before_any(host, &[';', ':', '?']) })
    }
}

/// Returns the part of an address that may be a phone number; of what is no address, all of it.
pub(crate) fn phone_part(text: &str) -> &str {
    SipAddress::read(text).map(|address| address.user).filter(|user| !user.is_empty()).unwrap_or(text)
}

/// Reads a number that is written in international form, by itself or in an address (`sip:+13125550123@pbx.example`): behind a
/// plus, or behind what most countries dial in its place.
pub(crate) fn shown_number(text: &str) -> Option<E164> {
    let text = phone_part(text);
    let behind_zeros = text.strip_prefix("00").map(|rest| format!("+{rest}"));
    E164::parse(behind_zeros.as_deref().unwrap_or(text)).ok()
}

/// Says whether what the network shows says that the caller keeps their number to themselves.
pub(crate) fn is_withheld(text: &str) -> bool {
    let by_host = |host: &str| {
        let host = host.to_ascii_lowercase();
        host.strip_suffix(INVALID).is_some_and(|label| WITHHELD_WORDS.contains(&label))
    };
    match SipAddress::read(text) {
        Some(address) => by_host(address.host) || says_withheld(address.user),
        None => says_withheld(text),
    }
}

/// Says whether a header that tells how private the caller wants to be says that they are not to be shown.
pub(crate) fn is_private(header: &str) -> bool {
    let header = header.to_ascii_lowercase();
    let mut words = header.split([';', ',']).map(|word| word.trim().trim_start_matches("privacy=").trim_matches('"'));
    words.any(|word| PRIVATE.contains(&word))
}

fn says_withheld(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return spells_withheld(digits);
    }
    let text = text.to_lowercase();
    let words = || text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut telling = words().filter(|word| !FILLERS.contains(word)).peekable();
    let in_words = telling.peek().is_some() && telling.all(|word| WITHHELD_WORDS.contains(&word));
    in_words || WITHHELD_PHRASES.contains(&words().collect::<Vec<_>>().join(" ").as_str())
}

/// Says whether digits spell a word for it, perhaps behind a country code that some carrier put before, or are zeros alone.
fn spells_withheld(digits: &str) -> bool {
    let digits = digits.trim_start_matches('0');
    let behind_one = || digits.strip_prefix('1').filter(|_| E164::parse(&format!("+{digits}")).is_err());
    let spells = |digits: &str| WITHHELD_NUMBERS.contains(&digits);
    let zeros = |digits: &str| digits.len() >= SUBSCRIBER_DIGITS && digits.bytes().all(|byte| byte == b'0');
    digits.is_empty() || spells(digits) || behind_one().is_some_and(|rest| spells(rest) || zeros(rest))
}

fn after_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn before_any<'a>(text: &'a str, ends: &[char]) -> &'a str {
    text.split(ends).next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &Caller) {
        assert_eq!(Caller::shown(text), *expected, "{text}");
    }

    #[test]
    fn withheld_is_withheld_however_it_is_written() {
        let words = [
            "+266696687",
            "266696687",
            "+1266696687",
            "+7378742833",
            "7378742883",
            "+86282452253",
            "2562533",
            "+8656696",
            "8566696",
            "7748283",
            "0000000000",
            "+00000000",
            "0",
            "10000000000",
            "Anonymous",
            "+anonymous",
            "ANONYMOUS CALLER",
            "RESTRICTED",
            "Unknown Number",
            "Private Caller",
            "No Caller ID",
            "Caller ID Blocked",
            "number-withheld",
            "ID unavailable",
            "Out of Area",
            "not available",
            "sip:anonymous@anonymous.invalid",
            "SIP:Anonymous@10.0.0.1",
            "sips:anonymous@anonymous.invalid;transport=tls",
            "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1",
            "anonymous@anonymous.invalid",
            "sip:unavailable@unknown.invalid",
            "sip:restricted@restricted.invalid:5060",
            "sip:unknown@sbc.example",
            "sip:c8oqz84zk7z@anonymous.invalid",
            "sip:+13125550123@anonymous.invalid",
            "sip:+266696687@sbc.example",
            "sip:0000000000@sbc.example",
            "tel:+266696687",
        ];
        for text in words {
            check(text, &Caller::Withheld);
        }
    }

    #[test]
    fn what_is_shown_is_a_number_or_an_address() {
        let number = |text| Caller::Number(E164::parse(text).unwrap());
        let other = |text: &str| Caller::Other(text.into());
        let cases = [
            ("+13125550123", number("+13125550123")),
            (" +442079460018 ", number("+442079460018")),
            // The area code 737 is in use: behind a 1 the digits of RESTRICTED are a number.
            ("+17378742833", number("+17378742833")),
            ("sip:+447911123456@1.1.1.1:5060", number("+447911123456")),
            ("<sip:+447911123456@1.1.1.1;user=phone>;tag=2", number("+447911123456")),
            ("sip:+13125550123;phone-context=x@pbx.example", number("+13125550123")),
            ("tel:+49-30-901820", number("+4930901820")),
            ("sip:alice@example.com", other("sip:alice@example.com")),
            ("sip:1000@pbx.example", other("sip:1000@pbx.example")),
            ("sip:private-line@pbx.example", other("sip:private-line@pbx.example")),
            ("sip:10.0.0.1", other("sip:10.0.0.1")),
            ("client:desk", other("client:desk")),
            ("12345", other("12345")),
            ("+12345", other("+12345")),
            ("3125550123", other("3125550123")),
            ("SPAM LIKELY", other("SPAM LIKELY")),
        ];
        for (text, expected) in cases {
            check(text, &expected);
        }
    }

    #[test]
    fn how_private_a_caller_wants_to_be() {
        let cases = [
            ("id", true),
            ("ID", true),
            ("id;critical", true),
            ("header;user;id", true),
            ("user", true),
            ("<sip:+13125550123@pbx>;privacy=full;screen=yes", true),
            ("none", false),
            ("session", false),
            ("critical", false),
            ("<sip:+13125550123@pbx>;privacy=off", false),
            ("", false),
        ];
        for (header, expected) in cases {
            assert_eq!(is_private(header), expected, "{header}");
        }
    }
}
