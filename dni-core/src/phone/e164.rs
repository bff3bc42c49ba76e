//! The number itself.

mod parse;

use core::fmt;

use arrayvec::ArrayString;
use serde::{Serialize, Serializer};

use super::characters::is_separator;

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
    /// `+` and the digits.
    text: ArrayString<{ MAX_DIGITS + 1 }>,
}

impl E164 {
    /// Reads the international form as [`E164::parse`] does, but for the prefixes that only libphonenumber's rules know.
    pub(super) fn from_international(text: &str) -> Result<Self, PhoneError> {
        let digits = WrittenDigits::read(text)?;
        if digits.plus { Self::from_digits(&digits) } else { Err(PhoneError::NoCountryCode) }
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
        let mut text = ArrayString::new();
        for byte in b"+".iter().chain(digits.as_slice()) {
            text.try_push(char::from(*byte)).map_err(|_| PhoneError::TooLong)?;
        }
        let number = Self { text };
        match number.digits().strip_prefix('1') {
            Some(national) if !is_nanp(national.as_bytes()) => Err(PhoneError::NotInPlan),
            _ => Ok(number),
        }
    }

    /// Reads a number as [`Self::as_str`] writes it, a plus and digits: as programs of ours keep and send it. It costs a page far less
    /// than reading what people write.
    ///
    /// ```
    /// use dni_core::phone::E164;
    ///
    /// let number = E164::parse("+44 (0)20 7946 0018").unwrap();
    /// assert_eq!(E164::from_canonical(number.as_str()), Some(number));
    /// assert_eq!(E164::from_canonical("+44 20 7946 0018"), None);
    /// ```
    pub fn from_canonical(text: &str) -> Option<Self> {
        let mut read = WrittenDigits { read: [0; MAX_DIGITS], len: 0, plus: true };
        for digit in text.strip_prefix('+')?.bytes() {
            if !digit.is_ascii_digit() {
                return None;
            }
            read.push(digit).ok()?;
        }
        Self::from_digits(&read).ok()
    }

    /// Returns the number with its plus: `+13125550142`.
    pub fn as_str(&self) -> &str {
        &self.text
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

impl Serialize for E164 {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
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
