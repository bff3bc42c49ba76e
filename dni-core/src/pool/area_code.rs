//! Area codes: how the numbers of a place begin.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::phone::E164;

/// Most digits of an area code: Sakhalin's in Russia and others have five.
const MAX_DIGITS: usize = 5;
/// Digits of an area code of the North American plan.
const NANP_DIGITS: usize = 3;

/// The digits that numbers of a place begin with behind their country code: `312`, `20` for London, `30` for Berlin.
///
/// It may be written with the zero that is dialled before it within the country: `020`.
///
/// ```
/// use dni_core::phone::E164;
/// use dni_core::pool::AreaCode;
///
/// let code = AreaCode::parse("312").unwrap();
/// assert!(code.is_of(E164::parse("+13125550142").unwrap()));
/// assert_eq!(code.to_string(), "312");
/// assert!(AreaCode::parse("020").unwrap().is_of(E164::parse("+442079460018").unwrap()));
/// assert_eq!(AreaCode::parse("Chicago"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaCode {
    /// The digits as bytes; the rest is zero bytes.
    digits: [u8; MAX_DIGITS],
    len: u8,
}

impl AreaCode {
    /// Takes one to five digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_code = (1..=MAX_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let mut code = Self { digits: [0; MAX_DIGITS], len: u8::try_from(text.len()).ok().filter(|_| is_code)? };
        code.digits.iter_mut().zip(text.bytes()).for_each(|(place, digit)| *place = digit);
        Some(code)
    }

    /// Lists the area codes that a number may be said to have: in the North American plan its first three digits, elsewhere one
    /// to five, because there each place has as many as it needs.
    pub fn all_of(number: E164) -> impl Iterator<Item = Self> {
        let lengths = if number.nanp_digits().is_some() { NANP_DIGITS..=NANP_DIGITS } else { 1..=MAX_DIGITS };
        lengths.filter_map(move |length| Self::parse(number.national_digits().get(..length)?))
    }

    /// Says whether a number begins with it behind its country code.
    pub fn is_of(self, number: E164) -> bool {
        self.as_dialled().any(|code| Self::all_of(number).any(|other| other == code))
    }

    /// Returns it as it stands, and without the zero that is dialled before it within the country.
    pub(super) fn as_dialled(self) -> impl Iterator<Item = Self> {
        let bare = self.as_str().strip_prefix('0').and_then(Self::parse);
        core::iter::once(self).chain(bare)
    }

    /// Says whether it can be one of the North American plan: three digits, the first of them 2 to 9.
    pub fn is_nanp(self) -> bool {
        usize::from(self.len) == NANP_DIGITS && self.as_str() >= "200"
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        let used = self.digits.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(used).unwrap_or_default()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for AreaCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AreaCode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "pattern": format!("^[0-9]{{1,{MAX_DIGITS}}}$"),
            "description": "The digits that numbers of a place begin with behind their country code.", "examples": ["312", "020"],
        })
    }
}

impl TryFrom<String> for AreaCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("an area code is one to five digits, such as 312 or 020")
    }
}

impl From<AreaCode> for String {
    fn from(code: AreaCode) -> Self {
        code.to_string()
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_codes_are_a_few_digits() {
        for (text, expected) in [
            ("312", true),
            ("020", true),
            ("2", true),
            ("01204", true),
            ("", false),
            ("012046", false),
            ("+12", false),
            ("31 2", false),
        ] {
            assert_eq!(AreaCode::parse(text).is_some(), expected, "{text}");
            let read = serde_json::from_str::<AreaCode>(&format!("\"{text}\""));
            assert_eq!(read.ok().map(|code| code.to_string()), expected.then(|| text.to_owned()), "{text}");
        }
    }

    #[test]
    fn numbers_begin_with_their_area_code() {
        for (code, number, expected) in [
            ("312", "+13125550142", true),
            ("31", "+13125550142", false), // the codes of the plan have three digits
            ("20", "+442079460018", true),
            ("020", "+442079460018", true),
            ("0121", "+441214960018", true),
            ("01", "+441214960018", true),
            ("0121", "+442079460018", false),
            ("30", "+493012345678", true),
            ("2", "+61293744000", true),
            ("02", "+61293744000", true),
            ("06", "+390669883712", true),
            ("6", "+390669883712", false), // in Italy the zero belongs to the number
            ("01204", "+441204123456", true),
            ("11", "+551134567890", true),
            ("495", "+74951234567", true),
        ] {
            let is_of = AreaCode::parse(code).unwrap().is_of(E164::parse(number).unwrap());
            assert_eq!(is_of, expected, "{code} {number}");
        }
    }

    #[test]
    fn codes_of_the_north_american_plan_have_three_digits() {
        for (code, expected) in [("312", true), ("999", true), ("199", false), ("31", false), ("3125", false)] {
            assert_eq!(AreaCode::parse(code).unwrap().is_nanp(), expected, "{code}");
        }
    }
}
