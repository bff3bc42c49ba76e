//! How a number is written.

use super::E164;
use super::find_known::{Matched, WrittenForm, match_form, next_digit, separator_length, skip_abroad};

/// Writes `number` the way `target` stands in `written`: same separators byte for byte, country code only if the target has
/// one there, and what stands behind the number, such as an extension, as it is.
///
/// The extension stays because the tracking number is answered where the target is: there the same extensions are dialled.
///
/// Where the digits do not fit, because the target is written in letters, or the number is of another country or length, the
/// answer is a readable number, never a wrong one: the international form if the target has a plus or another country's
/// code, else the [`national`] form. Bare digits with a country code stay bare digits: `wa.me/13125550142`.
///
/// ```
/// use dni_core::phone::{E164, format_as};
///
/// let target = E164::parse("+442079460018").unwrap();
/// let number = E164::parse("+442079460999").unwrap();
/// assert_eq!(format_as(number, target, "020 7946 0018"), "020 7946 0999");
/// assert_eq!(format_as(number, target, "+44 (0)20 7946 0018"), "+44 (0)20 7946 0999");
///
/// let american = E164::parse("+13125550151").unwrap();
/// assert_eq!(format_as(american, target, "020 7946 0018"), "+13125550151");
/// ```
pub fn format_as(number: E164, target: E164, written: &str) -> String {
    let is_encoded = written.get(..3).is_some_and(|plus| plus.eq_ignore_ascii_case("%2B"));
    let first = if is_encoded { 3 } else { next_digit(written, 0).unwrap_or_default() };
    let (start, has_code) = skip_abroad(written, first);
    let (opening, text) = written.split_at_checked(start).unwrap_or_default();
    let has_plus = is_encoded || has_code || opening.contains('+');
    let matched = match_form(text, &target, has_plus);
    let (body, behind) = matched.as_ref().and_then(|one| text.split_at_checked(one.end)).unwrap_or_default();
    let mut shown = String::with_capacity(written.len());
    match matched.and_then(|matched| digits_like(&number, &target, &matched, body)) {
        Some((prefix, national)) => {
            shown.push_str(opening);
            replace_digits(&mut shown, body, prefix.chars().chain(national.chars()));
        }
        None if has_plus || country(&number) != country(&target) => shown.push_str(number.as_str()),
        None => shown.push_str(&national(number)),
    }
    shown.push_str(behind);
    shown
}

/// Writes `number` the way `example` is written: same separators byte for byte, country code only if the example has one.
///
/// The example is a number of any country in international form, or one of the North American plan in any form, perhaps with
/// an extension, which stays. For any other example the answer is the [`national`] form. Where the example is known to be a
/// certain number, [`format_as`] does more.
///
/// ```
/// use dni_core::phone::{E164, format_like};
///
/// let number = E164::parse("+13125550151").unwrap();
/// assert_eq!(format_like(number, "312.555.0142"), "312.555.0151");
/// assert_eq!(format_like(number, "+1 (312) 555-0142"), "+1 (312) 555-0151");
/// assert_eq!(format_like(number, "312-555-0142 x12"), "312-555-0151 x12");
/// assert_eq!(format_like(number, "1-800-FLOWERS"), "(312) 555-0151");
/// ```
pub fn format_like(number: E164, example: &str) -> String {
    number_in(example).map_or_else(|| national(number), |target| format_as(number, target, example))
}

/// Reads the number that the example begins with, up to the first sign that is no separator.
fn number_in(example: &str) -> Option<E164> {
    let mut number = String::with_capacity(example.len());
    let mut rest = example;
    while let Some(char) = rest.chars().next() {
        let separator = separator_length(rest);
        if separator == 0 {
            if !matches!(char, '+' | '0'..='9') {
                break;
            }
            number.push(char);
        }
        rest = rest.get(separator.max(1)..)?;
    }
    E164::parse_in_nanp(&number).ok()
}

/// Returns the number's digits in the target's form, if they can stand in its places.
fn digits_like<'n>(number: &'n E164, target: &E164, matched: &Matched, body: &str) -> Option<(&'n str, &'n str)> {
    let (new, old) = (matched.form.digits(number)?, matched.form.digits(target)?);
    let is_bare = matched.form == WrittenForm::International && body.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !matched.has_letters && country(number) == country(target) && new.1.len() == old.1.len();
    (is_bare || fits).then_some(new)
}

fn country(number: &E164) -> Option<&str> {
    WrittenForm::International.digits(number).map(|(code, _)| code)
}

/// Writes `digits` in the places of those of `body`, and its separators as they are. More digits than places come last.
fn replace_digits(shown: &mut String, body: &str, mut digits: impl Iterator<Item = char>) {
    let mut rest = body;
    while !rest.is_empty() {
        let separator = separator_length(rest);
        let Some((head, tail)) = rest.split_at_checked(separator.max(1)) else { break };
        if separator > 0 {
            shown.push_str(head);
        } else {
            shown.extend(digits.next());
        }
        rest = tail;
    }
    shown.extend(digits);
}

/// Writes `number` as people of its own country read it: `(312) 555-0151`; for countries outside the North American plan
/// the international form, or with the feature `international` their own: `020 7946 0018`.
///
/// ```
/// use dni_core::phone::{E164, national};
///
/// assert_eq!(national(E164::parse("+13125550151").unwrap()), "(312) 555-0151");
/// ```
pub fn national(number: E164) -> String {
    #[cfg(feature = "international")]
    if number.nanp_digits().is_none() {
        return super::international::national(number).unwrap_or_else(|| number.as_str().to_owned());
    }
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
    use proptest::prelude::*;

    use super::*;
    use crate::phone::find_targets;

    #[test]
    fn separators_are_kept_byte_for_byte() {
        let cases = [
            ("(312) 555-0142", "(847) 555-0151"),
            ("312-555-0142", "847-555-0151"),
            ("3125550142", "8475550151"),
            ("+13125550142", "+18475550151"),
            ("13125550142", "18475550151"),
            ("1-312-555-0142", "1-847-555-0151"),
            ("(+1 312) 555-0142", "(+1 847) 555-0151"),
            ("+1\u{a0}(312)\u{a0}555\u{2011}0142", "+1\u{a0}(847)\u{a0}555\u{2011}0151"),
            ("312\u{200b}555\u{200d}0142", "847\u{200b}555\u{200d}0151"),
            ("312-555-0142 x12", "847-555-0151 x12"),
            ("(312) 555-0142 ext. 12", "(847) 555-0151 ext. 12"),
            ("+13125550142;ext=12", "+18475550151;ext=12"),
        ];
        for (example, expected) in cases {
            check("+18475550151", example, expected);
            check_as("+18475550151", "+13125550142", example, expected);
        }
        check("+18475550151", "(800) 555-0142", "(847) 555-0151");
        check_as("+18475550151", "+13125550142", "%2B13125550142", "%2B18475550151");
        check_as("+18475550151", "+13125550142", "+1%20(312)%20555-0142", "+1%20(847)%20555-0151");
    }

    #[test]
    fn an_example_that_does_not_fit_gives_a_readable_number() {
        let cases = [
            ("+18475550151", "1-800-FLOWERS", "(847) 555-0151"),
            ("+18475550151", "", "(847) 555-0151"),
            ("+18475550151", "555-0142", "(847) 555-0151"),
            ("+18475550151", "020 7946 0018", "(847) 555-0151"),
            ("+442079460018", "(312) 555-0142", "+442079460018"),
            ("+442079460018", "+1 312 555 0142", "+442079460018"),
            ("+442079460018", "+13125550142", "+442079460018"),
            ("+442079460018", "13125550142", "442079460018"),
            ("+33142685300", "+1 (312) 555-0142", "+33142685300"), // as many digits, but not to be grouped so
            ("+18475550151", "+44 20 7946 0000", "+18475550151"),
            ("+442079460018", "+44 20 7946 0000", "+44 20 7946 0018"),
            ("+442079460018", "+44 (0)20 7946 0000", "+44 (0)20 7946 0018"),
        ];
        for (number, example, expected) in cases {
            check(number, example, expected);
        }
    }

    #[test]
    fn a_known_target_has_national_forms() {
        let cases = [
            ("+442079460999", "+442079460018", "020 7946 0018", "020 7946 0999"),
            ("+442079460999", "+442079460018", "(020) 7946 0018", "(020) 7946 0999"),
            ("+442079460999", "+442079460018", "+44 (0)20 7946 0018", "+44 (0)20 7946 0999"),
            ("+442079460999", "+442079460018", "0044 20 7946 0018", "0044 20 7946 0999"),
            ("+13125550151", "+442079460018", "0044 20 7946 0018", "+13125550151"),
            ("+33142685301", "+33142685300", "01.42.68.53.00", "01.42.68.53.01"),
            ("+74951234568", "+74951234567", "8 (495) 123-45-67", "8 (495) 123-45-68"),
            ("+390669883713", "+390669883712", "06 698 83712", "06 698 83713"),
            ("+13125550151", "+442079460018", "020 7946 0018", "+13125550151"),
            ("+4930901820", "+442079460018", "020 7946 0018", "+4930901820"),
            ("+442079460999", "+13125550142", "(312) 555-0142", "+442079460999"),
            ("+13125550151", "+18003569377", "1-800-FLOWERS-NOW", "(312) 555-0151"),
            ("+13125550151", "+18003569377", "+1 800 FLOWERS", "+13125550151"),
            ("+13125550151", "+18003569377", "1-800-FLOWERS x12", "(312) 555-0151 x12"),
            ("+13125550151", "+13125550142", "no number", "(312) 555-0151"),
        ];
        for (number, target, written, expected) in cases {
            check_as(number, target, written, expected);
        }
    }

    #[cfg(feature = "international")]
    #[test]
    fn national_forms_of_other_countries() {
        for (number, expected) in [("+442079460018", "020 7946 0018"), ("+33142685300", "01 42 68 53 00")] {
            assert_eq!(national(E164::parse(number).unwrap()), expected);
        }
    }

    #[cfg(not(feature = "international"))]
    #[test]
    fn other_countries_stay_international() {
        assert_eq!(national(E164::parse("+442079460018").unwrap()), "+442079460018");
    }

    /// Ways to write a number: separators around its parts, with a plus or without.
    fn ways() -> impl Strategy<Value = (&'static str, [&'static str; 3])> {
        let separators =
            prop::sample::select(vec!["", " ", "-", ".", "/", "\u{a0}", "\u{2009}", "\u{200b}", " \u{2013} "]);
        (prop::sample::select(vec!["", "1", "+1"]), [separators.clone(), separators.clone(), separators])
    }

    proptest! {
        #[test]
        fn what_is_written_is_found_again((code, [first, second, third]) in ways(), old in plan(), new in plan()) {
            let write = |number: &E164| {
                let digits = number.nanp_digits().unwrap();
                let first = if code.is_empty() { "" } else { first };
                let (area, rest) = digits.split_at(3);
                let (exchange, line) = rest.split_at(3);
                [code, first, area, second, exchange, third, line].concat()
            };
            let example = write(&old);
            let shown = format_like(new, &example);
            prop_assert_eq!(&shown, &write(&new));
            prop_assert_eq!(&shown, &format_as(new, old, &example));
            let found = find_targets(&shown, &[new]);
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(found[0].range.clone(), 0..shown.len());
            prop_assert_eq!(format_as(old, new, &shown), example);
        }

        #[test]
        fn the_digits_are_always_those_of_the_number(example in "[0-9+() .x-]{0,24}", new in plan()) {
            let shown = format_like(new, &example);
            let found = find_targets(&shown, &[new]);
            prop_assert!(found.len() == 1 || shown.contains(new.nanp_digits().unwrap()), "{example:?} {shown:?}");
        }

        #[test]
        fn any_example_is_survived(example in "\\PC{0,40}", new in plan(), target in plan()) {
            format_like(new, &example);
            format_as(new, target, &example);
        }
    }

    fn plan() -> impl Strategy<Value = E164> {
        ("[2-9][0-8][02-9][2-9][0-9]{6}").prop_map(|digits| E164::parse_in_nanp(&digits).unwrap())
    }

    fn check(number: &str, example: &str, expected: &str) {
        assert_eq!(format_like(E164::parse(number).unwrap(), example), expected, "{number} like {example:?}");
    }

    fn check_as(number: &str, target: &str, written: &str, expected: &str) {
        let shown = format_as(E164::parse(number).unwrap(), E164::parse(target).unwrap(), written);
        assert_eq!(shown, expected, "{number} as {target} in {written:?}");
    }
}
