//! Area codes of the North American plan.

use core::fmt;
use core::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use crate::phone::E164;

/// An area code of the North American plan: three digits, 200 to 999.
///
/// ```
/// use dni_core::phone::E164;
/// use dni_core::pool::AreaCode;
///
/// let code = AreaCode::parse("312").unwrap();
/// assert_eq!(AreaCode::of(E164::parse("+13125550142").unwrap()), Some(code));
/// assert_eq!(code.to_string(), "312");
/// assert_eq!(AreaCode::parse("12"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaCode(NonZeroU16);

impl AreaCode {
    /// Takes three digits, the first of them 2 to 9.
    pub fn parse(text: &str) -> Option<Self> {
        let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        let code = text.parse().ok().filter(|code| is_code && (200..=999).contains(code))?;
        NonZeroU16::new(code).map(Self)
    }

    /// Returns the area code of a number of the North American plan, `None` for any other country.
    pub fn of(number: E164) -> Option<Self> {
        number.nanp_digits()?.get(..3).and_then(Self::parse)
    }
}

impl TryFrom<String> for AreaCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("an area code is three digits, the first of them 2 to 9, such as 312")
    }
}

impl From<AreaCode> for String {
    fn from(code: AreaCode) -> Self {
        code.to_string()
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_codes_are_three_digits() {
        for (text, expected) in
            [("312", true), ("999", true), ("199", false), ("", false), ("3125", false), ("+12", false)]
        {
            assert_eq!(AreaCode::parse(text).is_some(), expected, "{text}");
            assert_eq!(serde_json::from_str::<AreaCode>(&format!("\"{text}\"")).is_ok(), expected, "{text}");
        }
        assert_eq!(AreaCode::of(E164::parse("+442079460018").unwrap()), None);
    }
}
