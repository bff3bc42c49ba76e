//! A number with its extension, as people write it and as links carry it.

use core::fmt;
use std::borrow::Cow;

use super::characters::{digit, is_plus, is_separator, joins};
use super::dialled::{Digits, digits_of, is_word, split_extension};
use super::{E164, Extension, PhoneError, Region};

/// Longest text that is looked at, in bytes: a `tel:` link with all its parameters stays below.
const MAX_INPUT: usize = 250;
/// Digits of a North American number that is written with letters; carriers ignore those behind.
const NANP_DIGITS: usize = 10;

/// A number and the extension to dial once it is answered.
///
/// Its text form is that of a `tel:` link without the scheme: `+13125550142;ext=12`.
///
/// ```
/// use dni_core::phone::{PhoneNumber, Region};
///
/// let number = PhoneNumber::parse("(312) 555-0142 ext. 12", Region::US).unwrap();
/// assert_eq!(number.number.as_str(), "+13125550142");
/// assert_eq!(number.to_string(), "+13125550142;ext=12");
///
/// let vanity = PhoneNumber::parse("1-800-FLOWERS", Region::US).unwrap();
/// assert_eq!(vanity.to_string(), "+18003569377");
///
/// let link = PhoneNumber::parse("tel:%2B1-312-555-0142;ext=7", Region::US).unwrap();
/// assert_eq!(link.to_string(), "+13125550142;ext=7");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    /// The number to call.
    pub number: E164,
    /// The extension behind it.
    pub extension: Option<Extension>,
}

impl PhoneNumber {
    /// Parses a number as people of `region` write it, or in international form; with an extension, with letters for digits
    /// (at least three, and the area code in digits), in digits of any script, or as a `tel:`, `sms:` or `callto:` link
    /// with its parameters and percent signs (RFC 3966).
    ///
    /// Letters beyond a North American number's ten places are ignored, as carriers ignore them: `1-800-FLOWERS-NOW`.
    /// National forms of regions outside the plan need the feature `international`. Whether anybody has the number is not
    /// asked; see [`is_valid`](super::is_valid).
    ///
    /// # Errors
    /// [`PhoneError`] says what is wrong.
    pub fn parse(text: &str, region: Region) -> Result<Self, PhoneError> {
        if text.len() > MAX_INPUT {
            return Err(PhoneError::TooLong);
        }
        let text = text.trim();
        match strip_scheme(text) {
            Some(link) => parse_link(&decoded(link), region),
            None => parse_written(text, region),
        }
    }
}

impl E164 {
    /// Parses a number as people of `region` write it, or in international form: [`PhoneNumber::parse`] without an extension.
    /// National forms of regions outside the North American plan need the feature `international`.
    ///
    /// # Errors
    /// [`PhoneError`] says what is wrong.
    pub fn parse_in(text: &str, region: Region) -> Result<Self, PhoneError> {
        let read = PhoneNumber::parse(text, region)?;
        if read.extension.is_some() { Err(PhoneError::NotADigit) } else { Ok(read.number) }
    }
}

/// Returns what follows the scheme of a link that dials, without its query.
fn strip_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    let dials = ["tel", "sms", "callto"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    dials.then(|| rest.split_once('?').map_or(rest, |(number, _)| number))
}

/// Replaces `%2B` and its like. What is not valid stays as it is: it is no number then.
fn decoded(link: &str) -> String {
    percent_decode(link).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| link.to_owned())
}

fn percent_decode(link: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(link.len());
    let mut rest = link.bytes();
    while let Some(byte) = rest.next() {
        let hex = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|value| u8::try_from(value).ok());
        bytes.push(if byte == b'%' { hex(rest.next())? << 4 | hex(rest.next())? } else { byte });
    }
    Some(bytes)
}

/// Reads the number and those of its parameters that tell what to dial.
fn parse_link(link: &str, region: Region) -> Result<PhoneNumber, PhoneError> {
    let mut parts = link.trim().trim_start_matches('/').split(';');
    let subscriber = parts.next().unwrap_or_default();
    let (mut extension, mut context) = (None, None);
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        if name.eq_ignore_ascii_case("ext") {
            let digits = Extension::from_digits(value.chars().filter(|char| !is_separator(*char)).map_while(digit));
            extension = Some(digits.ok_or(PhoneError::NotADigit)?);
        } else if name.eq_ignore_ascii_case("phone-context") {
            context = value.strip_prefix('+');
        }
    }
    // A context of digits is what is missing before the number; any other is the name of a private network.
    let global = context.filter(|_| !subscriber.contains(is_plus)).map(|context| ["+", context, subscriber].concat());
    let parsed = parse_written(global.as_deref().unwrap_or(subscriber), region)?;
    Ok(PhoneNumber { extension: extension.or(parsed.extension), ..parsed })
}

fn parse_written(text: &str, region: Region) -> Result<PhoneNumber, PhoneError> {
    let (main, extension) = split_extension(text);
    let main = main.trim();
    let lead = main.trim_start_matches(|char| joins(char) || is_separator(char));
    let body = lead.strip_prefix(is_plus).unwrap_or(lead);
    let has_plus = body.len() < lead.len();
    if !main.chars().any(|char| digit(char).is_some()) {
        return Err(if main.chars().any(char::is_alphabetic) { PhoneError::NotADigit } else { PhoneError::Empty });
    }
    let international = if has_plus { without_trunk_prefix(body) } else { Cow::Borrowed(body) };
    let body = international.as_ref();
    let is_in_plan = if has_plus { body.starts_with('1') } else { region.is_nanp() };
    let cut = if is_in_plan { without_surplus(body) } else { body };
    let has_word = is_word(cut);
    let body = if has_word { cut } else { body };
    // A single x would be an extension's, and none was found.
    let is_skipped = |char| is_separator(char) || (joins(char) && !char.is_ascii_alphabetic());
    let digits = digits_of(body, has_word, is_skipped).ok_or_else(|| {
        let is_digits = body.chars().all(|char| digit(char).is_some() || is_skipped(char));
        if is_digits { PhoneError::TooLong } else { PhoneError::NotADigit }
    })?;
    let number = match digits.dialled(has_plus, region) {
        Digits::Nanp(number) => number,
        Digits::Abroad(digits) => E164::parse(&["+", digits.as_str()].concat())?,
        Digits::National => read_in(main, digits.as_str(), has_plus, region)?,
    };
    Ok(PhoneNumber { number, extension })
}

/// Reads a national form that is not of the North American plan's form.
fn read_in(written: &str, digits: &str, has_plus: bool, region: Region) -> Result<E164, PhoneError> {
    if has_plus {
        return E164::parse(&["+", digits].concat());
    }
    if region.is_nanp() {
        return E164::parse_in_nanp(digits);
    }
    #[cfg(feature = "international")]
    return super::international::read_in(written, region);
    #[cfg(not(feature = "international"))]
    {
        let _ = written;
        Err(PhoneError::NoCountryCode)
    }
}

/// Leaves the `(0)` out that is only dialled within the country. Italy's zero is part of the number.
fn without_trunk_prefix(body: &str) -> Cow<'_, str> {
    match body.split_once("(0)") {
        Some((code, rest)) if !code.starts_with("39") => Cow::Owned([code, rest].concat()),
        _ => Cow::Borrowed(body),
    }
}

/// Cuts the letters off that stand behind a North American number's last place.
fn without_surplus(body: &str) -> &str {
    let mut places = 0;
    for (at, char) in body.char_indices() {
        let is_place = digit(char).is_some() || char.is_ascii_alphabetic();
        let is_country_code = places == 0 && char == '1';
        if is_place && places == NANP_DIGITS {
            let (number, surplus) = body.split_at_checked(at).unwrap_or((body, ""));
            let are_letters = surplus.chars().all(|char| char.is_ascii_alphabetic() || joins(char));
            return if are_letters { number } else { body };
        }
        places += usize::from(is_place && !is_country_code);
    }
    body
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.number.as_str())?;
        match &self.extension {
            Some(extension) => write!(out, ";ext={extension}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn national_and_international_forms() {
        let cases = [
            ("(312) 555-0142", Ok("+13125550142")),
            ("312.555.0142", Ok("+13125550142")),
            ("1-312-555-0142", Ok("+13125550142")),
            ("+1 312 555 0142", Ok("+13125550142")),
            ("011 1 312 555 0142", Ok("+13125550142")),
            ("011 44 20 7946 0018", Ok("+442079460018")),
            ("+44 20 7946 0018", Ok("+442079460018")),
            ("(+44) 20 7946 0018", Ok("+442079460018")),
            ("+44 (0)20 7946 0018", Ok("+442079460018")),
            ("+39 (0)6 698 83712", Ok("+390669883712")),
            ("\u{ff0b}\u{ff11} 312 555 0142", Ok("+13125550142")),
            ("\u{ff13}\u{ff11}\u{ff12}-555-0142", Ok("+13125550142")),
            ("  312\u{a0}555\u{2009}0142\n", Ok("+13125550142")),
            ("415-911-1234", Ok("+14159111234")),
            ("", Err(PhoneError::Empty)),
            ("+", Err(PhoneError::Empty)),
            ("---", Err(PhoneError::Empty)),
            ("anonymous", Err(PhoneError::NotADigit)),
            ("sip:a@b.c", Err(PhoneError::NotADigit)),
            ("312-555-0142@example.com", Err(PhoneError::NotADigit)),
            ("555-0142", Err(PhoneError::TooShort)),
            ("312-155-0142", Err(PhoneError::NotInPlan)),
            ("+1 312 555 01423", Err(PhoneError::NotInPlan)),
            ("23125550142", Err(PhoneError::NoCountryCode)),
            ("+0 312 555 0142", Err(PhoneError::NoCountryCode)),
            ("12345678901234567890123456", Err(PhoneError::TooLong)),
        ];
        for (text, expected) in cases {
            check(text, expected);
        }
        check(&"1".repeat(MAX_INPUT + 1), Err(PhoneError::TooLong));
    }

    #[test]
    fn extensions() {
        for sign in [
            "x12",
            " x 12",
            " X12",
            " ext. 12",
            " ext 12",
            " Extension: 12",
            ", ext 12",
            "#12",
            " #12",
            ";ext=12",
            ",,12",
            ",12",
            " 12#",
        ] {
            check(&["312-555-0142", sign].concat(), Ok("+13125550142;ext=12"));
        }
        check("312-555-0142 ext. 007", Ok("+13125550142;ext=007"));
        check("312-555-0142 x1234567890", Err(PhoneError::NotADigit));
        check("312-555-0142 ext.", Err(PhoneError::NotADigit));
        check("x12", Err(PhoneError::TooShort));
    }

    #[test]
    fn letters() {
        let cases = [
            ("1-800-FLOWERS", Ok("+18003569377")),
            ("1-800-flowers", Ok("+18003569377")),
            ("(800) FLOWERS", Ok("+18003569377")),
            ("800FLOWERS", Ok("+18003569377")),
            ("+1 800 FLOWERS", Ok("+18003569377")),
            ("1-800-FLOWERS-NOW", Ok("+18003569377")),
            ("1 800 MATTRESS", Ok("+18006288737")),
            ("1-800-GO-FEDEX", Ok("+18004633339")),
            ("800444CARS", Ok("+18004442277")),
            ("1-800-FLOWERS x12", Ok("+18003569377;ext=12")),
            ("1-800-FLOWERS-4", Err(PhoneError::NoCountryCode)),
            ("1-800-FLOWER", Err(PhoneError::NotInPlan)),
            ("312-555-01AB", Err(PhoneError::NotADigit)),
            ("FLO-WER-SNOW", Err(PhoneError::NotADigit)),
            ("+44 800 FLOWERS", Ok("+448003569377")),
        ];
        for (text, expected) in cases {
            check(text, expected);
        }
    }

    #[test]
    fn links() {
        let cases = [
            ("tel:+13125550142", Ok("+13125550142")),
            ("TEL:+1-312-555-0142", Ok("+13125550142")),
            ("tel:+1(312)555.0142;ext=12", Ok("+13125550142;ext=12")),
            ("tel:%2B13125550142", Ok("+13125550142")),
            ("tel:+1%20(312)%20555-0142", Ok("+13125550142")),
            ("tel:312-555-0142;phone-context=+1", Ok("+13125550142")),
            ("tel:312-555-0142;phone-context=example.com", Ok("+13125550142")),
            ("tel:20-7946-0018;phone-context=+44", Ok("+442079460018")),
            ("tel:+13125550142;isub=1234;ext=5", Ok("+13125550142;ext=5")),
            ("tel:+13125550142;ext=1-2", Ok("+13125550142;ext=12")),
            ("tel://3125550142", Ok("+13125550142")),
            ("sms:+13125550142?body=Hi%203125550199", Ok("+13125550142")),
            ("tel:1-800-FLOWERS", Ok("+18003569377")),
            ("tel:", Err(PhoneError::Empty)),
            ("tel:%2", Err(PhoneError::NotADigit)),
            ("tel:%FF3125550142", Err(PhoneError::NotADigit)),
            ("tel:+13125550142;ext=abc", Err(PhoneError::NotADigit)),
            ("tel:911", Err(PhoneError::TooShort)),
        ];
        for (text, expected) in cases {
            check(text, expected);
        }
    }

    #[cfg(not(feature = "international"))]
    #[test]
    fn other_national_forms_are_unknown() {
        let got = PhoneNumber::parse("020 7946 0018", Region::parse("GB").unwrap());
        assert_eq!(got, Err(PhoneError::NoCountryCode));
    }

    #[cfg(feature = "international")]
    #[test]
    fn other_national_forms() {
        let cases = [
            ("GB", "020 7946 0018", "+442079460018"),
            ("GB", "+44 (0)20 7946 0018", "+442079460018"),
            ("GB", "020 7946 0018 ext. 3", "+442079460018;ext=3"),
            ("DE", "030 / 901820", "+4930901820"),
            ("FR", "01 42 68 53 00", "+33142685300"),
            ("IT", "06 698 83712", "+390669883712"),
            ("AU", "(02) 9374 4000", "+61293744000"),
        ];
        for (region, text, expected) in cases {
            let got = PhoneNumber::parse(text, Region::parse(region).unwrap()).unwrap();
            assert_eq!(got.to_string(), expected, "{text:?} in {region}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,60}") {
            if let Ok(number) = PhoneNumber::parse(&text, Region::US) {
                prop_assert_eq!(PhoneNumber::parse(&number.to_string(), Region::US), Ok(number));
            }
        }

        #[test]
        fn a_number_is_read_from_its_text(area in 200_u32..999, line in 2_000_000_u32..9_999_999, extension in "[0-9]{0,20}") {
            let Ok(number) = E164::parse(&format!("+1{area}{line}")) else { return Ok(()) };
            let parsed = PhoneNumber { number, extension: Extension::parse(&extension) };
            prop_assert_eq!(PhoneNumber::parse(&parsed.to_string(), Region::US), Ok(parsed));
            prop_assert_eq!(PhoneNumber::parse(&format!("tel:{parsed}"), Region::US), Ok(parsed));
        }
    }

    fn check(text: &str, expected: Result<&str, PhoneError>) {
        let got = PhoneNumber::parse(text, Region::US).map(|number| number.to_string());
        assert_eq!(got.as_deref().map_err(|error| *error), expected, "{text:?}");
    }
}
