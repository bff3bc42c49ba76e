//! How a number is written.

use super::e164::{E164, NANP_DIGITS};

/// Writes `number` the way `example` is written: same separators byte for byte, country code only if the example has one.
///
/// The example must be a number of as many digits (with or without the country code); otherwise, and for an example
/// with letters, the answer is the [`national`] form: a readable number, never a wrong one.
///
/// ```
/// use dni_core::phone::{E164, format_like};
///
/// let number = E164::parse("+13125550151").unwrap();
/// assert_eq!(format_like(number, "312.555.0142"), "312.555.0151");
/// assert_eq!(format_like(number, "+1 (312) 555-0142"), "+1 (312) 555-0151");
/// ```
pub fn format_like(number: E164, example: &str) -> String {
    let places = example.bytes().filter(u8::is_ascii_digit).count();
    let letters = example.bytes().any(|byte| byte.is_ascii_alphabetic());
    let digits = match (places, number.nanp_digits()) {
        (NANP_DIGITS, Some(national)) => national,
        (places, _) if places == number.digits().len() => number.digits(),
        _ => "",
    };
    if digits.is_empty() || letters {
        return national(number);
    }
    let mut digits = digits.chars();
    example.chars().map(|char| if char.is_ascii_digit() { digits.next().unwrap_or(char) } else { char }).collect()
}

/// Writes `number` as people of its own country read it: `(312) 555-0151`; for countries outside the North American plan
/// the international form.
///
/// ```
/// use dni_core::phone::{E164, national};
///
/// assert_eq!(national(E164::parse("+13125550151").unwrap()), "(312) 555-0151");
/// assert_eq!(national(E164::parse("+442079460018").unwrap()), "+442079460018");
/// ```
pub fn national(number: E164) -> String {
    let parts = number.nanp_digits().and_then(|digits| {
        let (area, rest) = digits.split_at_checked(3)?;
        let (exchange, line) = rest.split_at_checked(3)?;
        let mut text = String::from("(");
        for part in [area, ") ", exchange, "-", line] {
            text.push_str(part);
        }
        Some(text)
    });
    parts.unwrap_or_else(|| number.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_kept_byte_for_byte() {
        let cases = [
            ("(312) 555-0142", "(847) 555-0151"),
            ("312-555-0142", "847-555-0151"),
            ("3125550142", "8475550151"),
            ("+13125550142", "+18475550151"),
            ("1-312-555-0142", "1-847-555-0151"),
            ("+1\u{a0}(312)\u{a0}555\u{2011}0142", "+1\u{a0}(847)\u{a0}555\u{2011}0151"),
            ("312\u{200b}555\u{200d}0142", "847\u{200b}555\u{200d}0151"),
        ];
        for (example, expected) in cases {
            check("+18475550151", example, expected);
        }
    }

    #[test]
    fn an_example_that_does_not_fit_gives_the_national_form() {
        let cases = [
            ("+18475550151", "1-800-FLOWERS", "(847) 555-0151"),
            ("+18475550151", "", "(847) 555-0151"),
            ("+18475550151", "555-0142", "(847) 555-0151"),
            ("+442079460018", "(312) 555-0142", "+442079460018"),
            ("+442079460018", "+44 20 7946 0000", "+44 20 7946 0018"),
        ];
        for (number, example, expected) in cases {
            check(number, example, expected);
        }
    }

    fn check(number: &str, example: &str, expected: &str) {
        assert_eq!(format_like(E164::parse(number).unwrap(), example), expected, "{number} like {example:?}");
    }
}
