//! From text to the number: the ways in that are open to everybody.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, de};

use super::{E164, NANP_DIGITS, PhoneError, WrittenDigits};
#[cfg(feature = "international")]
use crate::phone::international;

impl E164 {
    /// Parses the international form: `+`, country code, national number; spaces, dots, dashes, slashes and
    /// parentheses between the digits are skipped, and so is what is only dialled within the country: the zero of
    /// `+44 (0)20 7946 0018` and `+44 020 7946 0018`.
    ///
    /// # Errors
    /// [`PhoneError`] says what is wrong. A `+1` number must also keep the rules of the North American plan.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let number = Self::from_international(text)?;
        #[cfg(feature = "international")]
        let number = international::without_prefix(number, text);
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
}

impl FromStr for E164 {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, PhoneError> {
        Self::parse(text)
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
