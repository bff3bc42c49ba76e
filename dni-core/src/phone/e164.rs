//! The number itself.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::characters::is_separator;
use super::{PhoneNumber, Region};

/// Most digits a number may have (ITU-T E.164, section 6.1).
const MAX_DIGITS: usize = 15;
/// Fewest digits with a country code that any country uses for ordinary subscribers.
const MIN_DIGITS: usize = 7;
/// Longest input that is looked at, in bytes: a written number with extension stays far below.
const MAX_INPUT: usize = 64;
/// Digits of a North American number without its country code (NANP: area code 3, exchange 3, line 4).
pub(super) const NANP_DIGITS: usize = 10;

/// A phone number in E.164 form: country code and national number, at most 15 digits.
///
/// The only ways in are [`E164::parse`] (international form) and [`E164::parse_in_nanp`] (as people of the North
/// American Numbering Plan write it), so a value of this type is always well-formed.
///
/// ```
/// use dni_core::phone::E164;
///
/// let number = E164::parse("+13125550142").unwrap();
/// assert_eq!(number.as_str(), "+13125550142");
/// assert_eq!(number.nanp_digits(), Some("3125550142"));
/// assert_eq!(E164::parse_in_nanp("(312) 555-0142"), Ok(number));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct E164 {
    /// `+` and the digits; the rest is zero bytes. Order by bytes is order by digits.
    text: [u8; MAX_DIGITS + 1],
    len: u8,
}

impl E164 {
    /// Parses the international form: `+`, country code, national number; spaces, dots, dashes, slashes and
    /// parentheses between the digits are skipped, and so is what is only dialled within the country: the zero of
    /// `+44 (0)20 7946 0018` and `+44 020 7946 0018`.
    ///
    /// # Errors
    /// [`PhoneError`] says what is wrong. A `+1` number must also keep the rules of the North American plan.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let digits = WrittenDigits::read(text)?;
        if !digits.plus {
            return Err(PhoneError::NoCountryCode);
        }
        let number = Self::from_digits(&digits)?;
        #[cfg(feature = "international")]
        if number.nanp_digits().is_none() && text != number.as_str() {
            // Some countries have other prefixes, such as Argentina's 15 of mobile phones.
            return Ok(super::international::read(number.digits()).unwrap_or(number));
        }
        Ok(number)
    }

    /// Parses what people of the North American Numbering Plan write: ten digits, `1` and ten digits, or any
    /// international form.
    ///
    /// # Errors
    /// [`PhoneError`] says what is wrong.
    pub fn parse_in_nanp(text: &str) -> Result<Self, PhoneError> {
        let mut digits = WrittenDigits::read(text)?;
        match (digits.len, digits.first()) {
            _ if digits.plus => return Self::parse(text),
            (NANP_DIGITS, _) => digits.prepend_one(),
            (11, Some(b'1')) => {}
            (0..NANP_DIGITS, _) => return Err(PhoneError::TooShort),
            _ => return Err(PhoneError::NoCountryCode),
        }
        Self::from_digits(&digits)
    }

    /// Parses a number as people of `region` write it, or in international form: [`PhoneNumber::parse`](super::PhoneNumber::parse)
    /// without an extension. National forms of regions outside the North American plan need the feature `international`.
    ///
    /// # Errors
    /// [`PhoneError`] says what is wrong.
    pub fn parse_in(text: &str, region: Region) -> Result<Self, PhoneError> {
        let read = PhoneNumber::parse(text, region)?;
        if read.extension.is_some() { Err(PhoneError::NotADigit) } else { Ok(read.number) }
    }

    /// Makes a number of ten digits in the form of the North American plan; `None` for any others.
    pub(super) fn from_nanp_digits(national: &[u8]) -> Option<Self> {
        if national.len() != NANP_DIGITS {
            return None;
        }
        let mut digits = WrittenDigits { read: [0; MAX_DIGITS], len: 0, plus: true };
        digits.push(b'1').ok()?;
        national.iter().try_for_each(|digit| digits.push(*digit)).ok()?;
        Self::from_digits(&digits).ok()
    }

    fn from_digits(digits: &WrittenDigits) -> Result<Self, PhoneError> {
        if digits.len < MIN_DIGITS {
            return Err(PhoneError::TooShort);
        }
        if digits.first() == Some(b'0') {
            return Err(PhoneError::NoCountryCode);
        }
        let mut text = [0; MAX_DIGITS + 1];
        for (place, byte) in text.iter_mut().zip(b"+".iter().chain(digits.as_slice())) {
            *place = *byte;
        }
        let number = Self { text, len: u8::try_from(digits.len + 1).unwrap_or(0) };
        match number.digits().strip_prefix('1') {
            Some(national) if !is_nanp(national.as_bytes()) => Err(PhoneError::NotInPlan),
            _ => Ok(number),
        }
    }

    /// Returns the number with its plus: `+13125550142`.
    pub fn as_str(&self) -> &str {
        let used = self.text.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(used).unwrap_or_default()
    }

    /// Returns the digits without the plus: `13125550142`.
    pub fn digits(&self) -> &str {
        self.as_str().strip_prefix('+').unwrap_or_default()
    }

    /// Returns the digits behind the country code: `3125550142`, `2079460018`.
    pub fn national_digits(&self) -> &str {
        let digits = self.digits();
        digits.get(country_code_length(digits.as_bytes())..).unwrap_or_default()
    }

    /// Returns the ten national digits of a number of the North American plan, `None` for any other country, and for Canada's
    /// `310-xxxx`, which have no area code.
    pub fn nanp_digits(&self) -> Option<&str> {
        self.digits().strip_prefix('1').filter(|national| national.len() == NANP_DIGITS)
    }
}

/// Returns how many of the digits are the country code (ITU-T E.164, annex D): one, two or three.
pub(super) fn country_code_length(digits: &[u8]) -> usize {
    match digits {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    }
}

/// Returns how many of the national digits of a number with that country code are only dialled within the country.
///
/// Nobody can be called by a number with them, so they are a slip, or meant to be left out. A lone zero is neither in countries
/// whose numbers may begin with one; where only special numbers do, it is when it stands in brackets.
fn trunk_prefix_length(code: &[u8], national: &[u8], is_bracketed: bool) -> usize {
    /// Digits of a Russian or Kazakh number.
    const RUSSIAN: usize = 10;
    match (code, national) {
        (b"7", [b'8', rest @ ..]) => usize::from(rest.len() == RUSSIAN),
        (b"36", [b'0', b'6', ..]) => 2,
        // Italy with San Marino and the Vatican, Ivory Coast, Burkina Faso, Niger, Benin, Gabon, Congo.
        (b"39" | b"378" | b"379" | b"225" | b"226" | b"227" | b"229" | b"241" | b"242", _) => 0,
        (
            b"47" | b"247" | b"267" | b"268" | b"501" | b"676" | b"679" | b"687" | b"853" | b"881" | b"888" | b"992",
            [b'0', ..],
        )
        | (b"250", [b'0', b'6', ..]) => usize::from(is_bracketed),
        (_, [b'0', b'1'..=b'9', ..]) => 1,
        _ => 0,
    }
}

/// Says whether digits keep the plan's form: `NXX NXX XXXX`, N being 2 to 9, and no area code of the kind N11 (service
/// codes) or N9X (reserved for the plan's own growth), or Canada's `310-xxxx`. Exchanges N11 are in use.
fn is_nanp(national: &[u8]) -> bool {
    match national {
        [_, b'1', b'1', ..] | [_, b'9', ..] => false,
        [b'3', b'1', b'0', _, _, _, _] | [b'2'..=b'9', _, _, b'2'..=b'9', _, _, _, _, _, _] => true,
        _ => false,
    }
}

/// The digits of a written number, before anything is known of its plan.
struct WrittenDigits {
    read: [u8; MAX_DIGITS],
    len: usize,
    plus: bool,
}

impl WrittenDigits {
    fn read(text: &str) -> Result<Self, PhoneError> {
        if text.len() > MAX_INPUT {
            return Err(PhoneError::TooLong);
        }
        let mut read = Self { read: [0; MAX_DIGITS], len: 0, plus: false };
        for char in text.trim_ascii().chars() {
            match char {
                '+' if read.len == 0 && !read.plus => read.plus = true,
                '0'..='9' => read.push(char as u8)?,
                _ if is_separator(char) => {}
                _ => return Err(PhoneError::NotADigit),
            }
        }
        if read.plus {
            // Bytes: the search for a text in a text costs a browser 4 KB.
            read.leave_trunk_prefix(text.as_bytes().windows(3).any(|three| three == b"(0)"));
        }
        if read.len == 0 { Err(PhoneError::Empty) } else { Ok(read) }
    }

    fn leave_trunk_prefix(&mut self, is_bracketed: bool) {
        let start = country_code_length(self.as_slice());
        while let Some((code, national)) = self.as_slice().split_at_checked(start) {
            let surplus = trunk_prefix_length(code, national, is_bracketed);
            if surplus == 0 {
                break;
            }
            self.read.copy_within(start + surplus..self.len, start);
            self.len -= surplus;
        }
    }

    fn push(&mut self, digit: u8) -> Result<(), PhoneError> {
        *self.read.get_mut(self.len).ok_or(PhoneError::TooLong)? = digit;
        self.len += 1;
        Ok(())
    }

    fn prepend_one(&mut self) {
        self.read.rotate_right(1);
        if let Some(first) = self.read.first_mut() {
            *first = b'1';
        }
        self.len = (self.len + 1).min(MAX_DIGITS);
    }

    fn first(&self) -> Option<u8> {
        self.as_slice().first().copied()
    }

    fn as_slice(&self) -> &[u8] {
        self.read.get(..self.len).unwrap_or_default()
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for E164 {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, PhoneError> {
        Self::parse(text)
    }
}

impl Serialize for E164 {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for E164 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = E164;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a phone number in international form such as +13125550142")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<E164, E> {
                E164::parse(text).map_err(E::custom)
            }
        }
        from.deserialize_str(Text)
    }
}

/// How a number may be written, as a regular expression of JSON Schema. It lets through some that [`E164::parse`] refuses, and
/// none the other way round.
#[cfg(feature = "schema")]
pub const SCHEMA_PATTERN: &str = r"^[^0-9A-Za-z]*\+([^0-9A-Za-z]*[0-9]){7,15}[^0-9A-Za-z]*$";

#[cfg(feature = "schema")]
impl schemars::JsonSchema for E164 {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PhoneNumber".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "pattern": SCHEMA_PATTERN, "description": "A phone number in international form.",
            "examples": ["+13125550142"],
        })
    }
}

/// Why a text is no phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PhoneError {
    /// There is no digit in it.
    Empty,
    /// It has a letter or a sign that no number has.
    NotADigit,
    /// It has fewer than seven digits.
    TooShort,
    /// It has more than fifteen digits.
    TooLong,
    /// It does not say which country it is in.
    NoCountryCode,
    /// It starts with +1 but breaks the rules of the North American plan.
    NotInPlan,
}

impl PhoneError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "phone_empty",
            Self::NotADigit => "phone_not_a_digit",
            Self::TooShort => "phone_too_short",
            Self::TooLong => "phone_too_long",
            Self::NoCountryCode => "phone_no_country_code",
            Self::NotInPlan => "phone_not_in_plan",
        }
    }
}

impl fmt::Display for PhoneError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Empty => "The phone number has no digits; write it like +13125550142.",
            Self::NotADigit => "The phone number has a character that is no digit; write it like +13125550142.",
            Self::TooShort => "The phone number is too short; write it with its country code, like +13125550142.",
            Self::TooLong => "The phone number is longer than 15 digits; write it like +13125550142.",
            Self::NoCountryCode => "The phone number has no country code; start it with +, like +13125550142.",
            Self::NotInPlan => {
                "The phone number starts with +1 but is not valid in North America: ten digits must follow, and area \
                 code and exchange start with 2 to 9."
            }
        })
    }
}

impl core::error::Error for PhoneError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn international_forms() {
        let cases = [
            ("+13125550142", Ok("+13125550142")),
            ("  +1 (312) 555-0142 ", Ok("+13125550142")),
            ("+1.312.555.0142", Ok("+13125550142")),
            ("+1\u{a0}312\u{2011}555\u{2009}0142", Ok("+13125550142")),
            ("+442079460018", Ok("+442079460018")),
            ("+266696687", Ok("+266696687")),
            ("", Err(PhoneError::Empty)),
            ("+", Err(PhoneError::Empty)),
            ("anonymous", Err(PhoneError::NotADigit)),
            ("+1312555014x", Err(PhoneError::NotADigit)),
            ("++13125550142", Err(PhoneError::NotADigit)),
            ("+1312", Err(PhoneError::TooShort)),
            ("+1234567890123456", Err(PhoneError::TooLong)),
            ("3125550142", Err(PhoneError::NoCountryCode)),
            ("+0312555014", Err(PhoneError::NoCountryCode)),
            ("+1312555014", Err(PhoneError::NotInPlan)),
            ("+11125550142", Err(PhoneError::NotInPlan)),
            ("+13121550142", Err(PhoneError::NotInPlan)),
            ("+19115550142", Err(PhoneError::NotInPlan)),
            ("+13129110142", Ok("+13129110142")),
            ("+13925550142", Err(PhoneError::NotInPlan)),
            ("+1 310-5678", Ok("+13105678")), // all over Canada
            ("+1 311-5678", Err(PhoneError::NotInPlan)),
            ("+1 310-567", Err(PhoneError::NotInPlan)),
        ];
        for (text, expected) in cases {
            check(text, E164::parse(text), expected);
        }
        check("long", E164::parse(&"1".repeat(65)), Err(PhoneError::TooLong));
    }

    #[test]
    fn what_is_only_dialled_within_the_country_is_left_out() {
        let cases = [
            ("+44 (0)20 7946 0018", "+442079460018"),
            ("+44 020 7946 0018", "+442079460018"),
            ("+44(0)2079460018", "+442079460018"),
            ("+44 (020) 7946 0018", "+442079460018"),
            ("+4402079460018", "+442079460018"),
            ("+49 (0)40 123456", "+4940123456"),
            ("+49 (0) 171 1234567", "+491711234567"),
            ("+33 (0)1 42 68 53 00", "+33142685300"),
            ("+61 (02) 9374 4000", "+61293744000"),
            ("+43 (0)720 116987", "+43720116987"),
            ("+971 (0)4 234 5678", "+97142345678"),
            ("+91 022 2765 4321", "+912227654321"),
            ("+55 (021) 3456-7890", "+552134567890"),
            ("+47 (0)22 12 34 56", "+4722123456"),
            ("+7 8 495 123-45-67", "+74951234567"),
            ("+7 (8) 7172 12 34 56", "+77172123456"),
            ("+36 06 1 456 7890", "+3614567890"),
            ("+36 (06-1) 456-7890", "+3614567890"),
            // Here a zero, or an eight, is part of the number.
            ("+39 06 6988 3712", "+390669883712"),
            ("+39 (0)6 6988 3712", "+390669883712"),
            ("+378 0549 882345", "+3780549882345"),
            ("+225 07 07 12 34 56", "+2250707123456"),
            ("+229 01 20 21 12 34", "+2290120211234"),
            ("+47 02000", "+4702000"),
            ("+676 0800 123", "+6760800123"),
            ("+7 800 555 35 35", "+78005553535"),
            ("+7 812 123-45-67", "+78121234567"),
            ("+36 80 123 456", "+3680123456"),
        ];
        for (text, expected) in cases {
            check(text, E164::parse(text), Ok(expected));
        }
    }

    #[test]
    fn forms_of_the_north_american_plan() {
        let cases = [
            ("(312) 555-0142", Ok("+13125550142")),
            ("1-312-555-0142", Ok("+13125550142")),
            ("312/555/0142", Ok("+13125550142")),
            ("+442079460018", Ok("+442079460018")),
            ("555-0142", Err(PhoneError::TooShort)),
            ("310-5678", Err(PhoneError::TooShort)), // in the United States some town's own
            ("23125550142", Err(PhoneError::NoCountryCode)),
            ("012 555 0142", Err(PhoneError::NotInPlan)),
        ];
        for (text, expected) in cases {
            check(text, E164::parse_in_nanp(text), expected);
        }
    }

    #[test]
    fn json_is_the_text() {
        let number: E164 = serde_json::from_str("\"+13125550142\"").unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), "\"+13125550142\"");
        assert!(serde_json::from_str::<E164>("\"555\"").is_err());
        assert!(serde_json::from_str::<E164>("13125550142").is_err());
    }

    fn check(text: &str, got: Result<E164, PhoneError>, expected: Result<&str, PhoneError>) {
        assert_eq!(got.as_ref().map(E164::as_str), expected.as_ref().map(|text| *text), "{text:?}");
    }
}
