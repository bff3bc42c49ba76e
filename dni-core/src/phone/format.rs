//! How a number is written.

use super::E164;
use super::characters::{closes, is_plus, is_separator};
use super::find_known::brackets;
use super::signs::Signs;
use super::written_form::{Matched, WrittenForm, match_form};

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
    let signs = Signs::of(written);
    let start = (0..signs.len()).find(|at| signs.digit(*at).is_some()).unwrap_or_default();
    let mut shown = String::with_capacity(written.len());
    let Some(matched) = match_form(&signs, start, &target) else { return national(number) };
    let mut end = matched.end;
    if let Some((prefix, national)) = digits_like(&number, &target, &matched, &signs) {
        shown.push_str(signs.written(0, matched.first));
        push_digits(&mut shown, &signs, &matched, prefix.bytes().chain(national.bytes()));
    } else {
        let is_abroad = matched.has_plus || country(&number) != country(&target);
        shown.push_str(&if is_abroad { number.as_str().to_owned() } else { national(number) });
        // What opens among the digits is replaced with them; so is what closes it.
        end += usize::from(brackets(&signs, matched.first..end).0 > 0 && closes(signs.char(end)));
    }
    shown.push_str(signs.written(end, signs.len()));
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
    let signs = Signs::of(example);
    let mut number = String::with_capacity(example.len());
    let mut at = 0;
    while at < signs.len() {
        let char = signs.char(at);
        if signs.written(at, at + 3) == "(0)" {
            at += 2;
        } else if let Some(digit) = signs.digit(at) {
            number.push(char::from(digit));
        } else if is_plus(char) {
            number.push('+');
        } else if !is_separator(char) {
            break;
        }
        at += 1;
    }
    E164::parse_in_nanp(&number).ok()
}

/// Returns the number's digits in the target's form, if they can stand in its places.
fn digits_like<'n>(number: &'n E164, target: &E164, matched: &Matched, signs: &Signs) -> Option<(&'n str, &'n str)> {
    let (new, old) = (matched.form.digits(number)?, matched.form.digits(target)?);
    let is_bare = matched.form == WrittenForm::International
        && matched.zero.is_none()
        && (matched.first..matched.end).all(|at| signs.char(at).is_ascii_digit());
    let fits = !matched.has_letters && country(number) == country(target) && new.1.len() == old.1.len();
    (is_bare || fits).then_some(new)
}

fn country(number: &E164) -> Option<&str> {
    WrittenForm::International.digits(number).map(|(code, _)| code)
}

/// Writes digits in the places of those of a match, in their script, and what stands between as it is: a zero behind the
/// country code too. More digits than places come last.
fn push_digits(shown: &mut String, signs: &Signs, matched: &Matched, mut digits: impl Iterator<Item = u8>) {
    let mut place = 0;
    for at in matched.first..matched.end {
        match signs.digit(at) {
            Some(old) if matched.zero != Some(place) => {
                let script = u32::from(signs.char(at)) - u32::from(old);
                shown.extend(digits.next().and_then(|new| char::from_u32(script + u32::from(new))));
                place += 1;
            }
            old => {
                shown.push_str(signs.written(at, at + 1));
                place += usize::from(old.is_some());
            }
        }
    }
    shown.extend(digits.map(char::from));
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

    #[test]
    fn what_stands_between_the_digits_stays_whatever_it_is() {
        let cases = [
            ("+4940123477", "+4940123456", "+49 (040) 123456", "+49 (040) 123477"),
            ("+4940123477", "+4940123456", "+49040123456", "+49040123477"),
            ("+13125550151", "+13125550142", "+1 (0) 312 555 0142", "+1 (0) 312 555 0151"),
            ("+498912341", "+498912340", "089 1234-0", "089 1234-1"),
            ("+16475550199", "+14165550123", "416\u{2212}555\u{2212}0123", "647\u{2212}555\u{2212}0199"),
            ("+16475550199", "+14165550123", "416 | 555 | 0123", "647 | 555 | 0199"),
            ("+16475550199", "+14165550123", "[416]\n\t 555 \u{b7} 0123", "[647]\n\t 555 \u{b7} 0199"),
            ("+16475550199", "+14165550123", "%28416%29%20555-0123", "%28647%29%20555-0199"),
            ("+16475550199", "+14165550123", "416%E2%80%91555%C2%A00123", "647%E2%80%91555%C2%A00199"),
            (
                "+81612345699",
                "+81612345678",
                "\u{ff10}\u{ff16}\u{ff0d}1234\u{ff0d}\u{ff15}\u{ff16}\u{ff17}\u{ff18}",
                "\u{ff10}\u{ff16}\u{ff0d}1234\u{ff0d}\u{ff15}\u{ff16}\u{ff19}\u{ff19}",
            ),
            (
                "+201001234599",
                "+201001234567",
                "\u{660}\u{661}\u{660}\u{660} 123 45\u{666}\u{667}",
                "\u{660}\u{661}\u{660}\u{660} 123 45\u{669}\u{669}",
            ),
            ("+61137799", "+61137788", "13 77 88", "13 77 99"),
        ];
        for (number, target, written, expected) in cases {
            check_as(number, target, written, expected);
        }
    }

    #[test]
    fn another_form_has_its_own_brackets() {
        let cases = [
            ("+18885551004", "+18003569377", "Call toll-free (1-800-FLOWERS)", "Call toll-free ((888) 555-1004)"),
            ("+12125561003", "+525512345678", "(55 1234 5678)", "(+12125561003)"),
            ("+12125561003", "+525512345678", "(+52) 55 1234 5678", "+12125561003"),
            ("+12125561003", "+525512345678", "+52 (55 1234 5678)", "+12125561003"),
            ("+12125561003", "+525512345678", "+52 (55 1234 5678) x12", "+12125561003 x12"),
            ("+12125561003", "+525512345678", "((+52) 55 1234 5678)", "(+12125561003)"),
            ("+12125561003", "+442079460018", "(020) 7946 0018", "+12125561003"),
            ("+12125561003", "+442079460018", "[+44 (0)20] 7946 0018", "+12125561003"),
        ];
        for (number, target, text, expected) in cases {
            let [number, target] = [number, target].map(|number| E164::parse(number).unwrap());
            let found = find_targets(text, &[target]).remove(0).range;
            let mut shown = text.to_owned();
            let written = format_as(number, target, text.get(found.clone()).unwrap());
            shown.replace_range(found, &written);
            assert_eq!(shown, expected, "{text:?}");
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
