//! What people write for a number.

use serde::{Deserialize, Serialize};

use super::E164;
use super::written_form::WrittenForm;

/// A number with what people write for it, in its own country and in any other.
///
/// The texts come from libphonenumber's rules with the feature `international`. Without it only those of the North American
/// plan are known, and the others are the number itself. Texts that are made once can be handed to whoever has no rules.
///
/// ```
/// use dni_core::phone::{E164, NumberTexts};
///
/// let texts = NumberTexts::of(E164::parse("+13125550151").unwrap());
/// assert_eq!(texts.national, "(312) 555-0151");
/// assert_eq!(texts.international, "+1 312-555-0151");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberTexts {
    /// The number.
    pub number: E164,
    /// What is dialled within its country, as it is written there: `020 7946 0018`. A number of no country, such as an
    /// international toll-free one, has its international text here too.
    pub national: String,
    /// What is dialled from anywhere: `+44 20 7946 0018`.
    pub international: String,
}

impl NumberTexts {
    /// Makes the texts of a number.
    pub fn of(number: E164) -> Self {
        let known = number.nanp_digits().and_then(of_plan);
        #[cfg(feature = "international")]
        let known = known.or_else(|| super::international::texts(number));
        let (national, international) =
            known.unwrap_or_else(|| (number.as_str().to_owned(), number.as_str().to_owned()));
        Self { number, national, international }
    }

    /// Says whether the number can stand in the places of the other's digits, however those are written: both are of one
    /// country, as long, dialled with the same prefix, and grouped alike.
    ///
    /// `020 7946 0018` and `020 7946 0999` are alike, `0121 496 0018` is not; nor is a toll-free number beside one of a city,
    /// be it as long.
    pub fn has_form_of(&self, other: &Self) -> bool {
        let is_known = self.national != self.number.as_str();
        code_and_length(&self.number) == code_and_length(&other.number)
            && groups(&self.national).eq(groups(&other.national))
            && groups(&self.international).eq(groups(&other.international))
            && (is_known || begin_alike(self.number, other.number))
    }
}

/// Writes a number of the North American plan.
fn of_plan(digits: &str) -> Option<(String, String)> {
    let (area, rest) = digits.split_at_checked(3)?;
    let (exchange, line) = rest.split_at_checked(3)?;
    Some((["(", area, ") ", exchange, "-", line].concat(), ["+1 ", area, "-", exchange, "-", line].concat()))
}

fn code_and_length(number: &E164) -> Option<(&str, usize)> {
    let (code, national) = WrittenForm::International.digits(number)?;
    Some((code, national.len()))
}

/// Returns how many digits each group of a written number has.
fn groups(text: &str) -> impl Iterator<Item = usize> {
    let groups = text.split(|char: char| !char.is_ascii_digit()).map(str::len);
    groups.filter(|length| *length > 0)
}

/// Says whether two numbers of one country begin with the same digits, which is all that tells their kind without any rules.
fn begin_alike(one: E164, other: E164) -> bool {
    /// Digits that tell a kind of number in most countries.
    const TELLING: usize = 2;
    let first = |number: &E164| {
        WrittenForm::International.digits(number).and_then(|(_, rest)| rest.get(..TELLING).map(str::to_owned))
    };
    first(&one) == first(&other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "international")]
    #[test]
    fn people_write_numbers_as_their_country_does() {
        for (number, national, international) in [
            ("+13125550151", "(312) 555-0151", "+1 312-555-0151"),
            ("+13105678", "310-5678", "+1 310-5678"),
            ("+442079460125", "020 7946 0125", "+44 20 7946 0125"),
            ("+441632960123", "01632 960123", "+44 1632 960123"),
            ("+33142685300", "01 42 68 53 00", "+33 1 42 68 53 00"),
            ("+494022334455", "040 22334455", "+49 40 22334455"),
            ("+43720116987", "0720 116987", "+43 720 116987"),
            ("+390669883712", "06 6988 3712", "+39 06 6988 3712"),
            ("+552134567890", "(21) 3456-7890", "+55 21 3456-7890"),
            ("+558005912345", "0800 591 2345", "+55 800 591 2345"),
            ("+97180034567", "800 34567", "+971 800 34567"),
            ("+966920012345", "9200 12345", "+966 9200 12345"),
            ("+611300555123", "1300 555 123", "+61 1300 555 123"),
            ("+61137788", "13 77 88", "+61 137788"),
            ("+5491123456789", "011 15-2345-6789", "+54 9 11 2345-6789"),
            ("+525512345678", "55 1234 5678", "+52 55 1234 5678"),
            ("+74951234567", "8 (495) 123-45-67", "+7 495 123-45-67"),
            ("+77172123456", "8 (7172) 12 34 56", "+7 7172 12 34 56"),
            ("+3614567890", "(06 1) 456 7890", "+36 1 456 7890"),
            ("+9118001234567", "1800 123 4567", "+91 1800 123 4567"),
            ("+2250707123456", "07 07 12 3456", "+225 07 07 12 3456"),
            ("+6561234567", "6123 4567", "+65 6123 4567"),
            ("+80012345678", "+800 1234 5678", "+800 1234 5678"), // nobody can dial it without its code
        ] {
            let texts = texts(number);
            assert_eq!((texts.national.as_str(), texts.international.as_str()), (national, international), "{number}");
        }
    }

    #[cfg(not(feature = "international"))]
    #[test]
    fn without_rules_a_number_of_another_plan_is_itself() {
        let texts = texts("+442079460125");
        assert_eq!((texts.national.as_str(), texts.international.as_str()), ("+442079460125", "+442079460125"));
    }

    #[test]
    fn numbers_of_one_kind_are_alike() {
        for (one, other, expected) in [
            ("+13125550151", "+18005550142", true),
            ("+442079460018", "+442079460999", true),
            ("+442079460018", "+441214960018", false),
            ("+442079460018", "+13125550151", false),
            ("+4940123456", "+494022334455", false),
            ("+966112345678", "+966920012345", false),
            ("+552134567890", "+558005912345", false),
            ("+61398765432", "+611300555123", false),
            ("+13125550151", "+13105678", false),
        ] {
            assert_eq!(texts(one).has_form_of(&texts(other)), expected, "{one} and {other}");
            assert_eq!(texts(other).has_form_of(&texts(one)), expected, "{other} and {one}");
        }
    }

    fn texts(number: &str) -> NumberTexts {
        NumberTexts::of(E164::parse(number).unwrap())
    }
}
