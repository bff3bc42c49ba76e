//! How a number is written.

use std::borrow::Cow;

use super::characters::{closes, is_plus, is_separator, opens};
use super::find_known::brackets;
use super::signs::Signs;
use super::written_form::{Matched, WrittenForm, match_form};
use super::{E164, NumberTexts};

/// Writes `number` the way `target` stands in `written`: as [`format_with`] does, the texts and whether the numbers are alike
/// being found here.
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
/// assert_eq!(format_as(american, target, "020 7946 0018"), "+1 312-555-0151");
/// ```
pub fn format_as(number: E164, target: E164, written: &str) -> String {
    let number = NumberTexts::of(number);
    let same_form = number.has_form_of(&NumberTexts::of(target));
    format_with(&number, target, same_form, written)
}

/// Writes a number the way `target` stands in `written`: same separators byte for byte, country code only if the target has
/// one there, and what stands behind the number, such as an extension, as it is. `same_form` says whether it can stand in the
/// places of the target's digits ([`NumberTexts::has_form_of`]).
///
/// The extension stays because the tracking number is answered where the target is: there the same extensions are dialled.
///
/// Where the digits do not fit, because the target is written in letters, or the number is of another country, kind, length or
/// grouping, the answer is the number as people write it, and never one that nobody can dial: the international text if the
/// target has a plus or another country's code, else the national one; without separators, or with those that the target has
/// between its digits throughout. Bare digits with a country code stay bare digits: `wa.me/13125550142`.
///
/// ```
/// use dni_core::phone::{E164, NumberTexts, format_with};
///
/// let target = E164::parse("+441214960018").unwrap();
/// let number = NumberTexts {
///     number: E164::parse("+442079460123").unwrap(),
///     national: "020 7946 0123".to_owned(),
///     international: "+44 20 7946 0123".to_owned(),
/// };
/// assert_eq!(format_with(&number, target, false, "0121 496 0018"), "020 7946 0123");
/// assert_eq!(format_with(&number, target, false, "0121.496.0018"), "020.7946.0123");
/// assert_eq!(format_with(&number, target, false, "+441214960018"), "+442079460123");
/// ```
pub fn format_with(number: &NumberTexts, target: E164, same_form: bool, written: &str) -> String {
    let signs = Signs::of(written);
    let start = (0..signs.len()).find(|at| signs.digit(*at).is_some()).unwrap_or_default();
    let Some(matched) = match_form(&signs, start, &target) else {
        return known_text(number, country(&number.number) != country(&target)).to_owned();
    };
    let mut shown = String::with_capacity(written.len());
    let mut end = matched.end;
    if let Some((prefix, national)) = digits_like(&number.number, &matched, same_form, &signs) {
        shown.push_str(signs.written(0, matched.first));
        push_digits(&mut shown, &signs, &matched, prefix.bytes().chain(national.bytes()));
    } else {
        let is_abroad = matched.has_plus || country(&number.number) != country(&target);
        let known = known_text(number, is_abroad);
        // What opens among the digits is replaced with them; so is what closes it. The other half of what is left stands
        // outside of the text.
        let (mut open, closed) = brackets(&signs, 0..end);
        if open > 0 && closes(signs.char(end)) {
            (open, end) = (open - 1, end + 1);
        }
        shown.push_str(if open > 0 { "(" } else { "" });
        shown.push_str(&if matched.has_letters { Cow::Borrowed(known) } else { joined_like(known, &matched, &signs) });
        shown.push_str(if closed > 0 { ")" } else { "" });
    }
    shown.push_str(signs.written(end, signs.len()));
    shown
}

/// Returns what people write for a number; the number itself if that is not known.
fn known_text(number: &NumberTexts, is_abroad: bool) -> &str {
    let known = if is_abroad { &number.international } else { &number.national };
    if known.is_empty() { number.number.as_str() } else { known }
}

/// Writes `number` the way `example` is written: same separators byte for byte, country code only if the example has one.
///
/// The example is a number of any country in international form, or one in a form of the North American plan or, with the
/// feature `international`, of the number's own country, perhaps with an extension, which stays. For any other example the
/// answer is the [`national`] form. Where the example is known to be a certain number, [`format_as`] does more.
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
    number_in(example, number).map_or_else(|| national(number), |target| format_as(number, target, example))
}

/// Reads the number that the example begins with, up to the first sign that is no separator. Without a country code it is one
/// of the country of `number`, or else of the North American plan.
fn number_in(example: &str, number: E164) -> Option<E164> {
    let signs = Signs::of(example);
    let mut written = String::with_capacity(example.len());
    let mut at = 0;
    while at < signs.len() {
        let char = signs.char(at);
        if signs.written(at, at + 3) == "(0)" {
            // Whether this zero belongs to the number depends on the country.
            written.push_str("(0)");
            at += 2;
        } else if let Some(digit) = signs.digit(at) {
            written.push(char::from(digit));
        } else if is_plus(char) {
            written.push('+');
        } else if !is_separator(char) {
            break;
        }
        at += 1;
    }
    #[cfg(feature = "international")]
    if number.nanp_digits().is_none() {
        let of_country = super::international::region_of(number)
            .and_then(|region| super::international::read_in(&written, region).ok())
            .filter(|found| super::international::is_valid(*found));
        return of_country.or_else(|| E164::parse_in_nanp(&written).ok());
    }
    let _ = number;
    E164::parse_in_nanp(&written).ok()
}

/// Returns the number's digits in the form of the target that was matched, if they can stand in its places.
fn digits_like<'n>(number: &'n E164, matched: &Matched, same_form: bool, signs: &Signs) -> Option<(&'n str, &'n str)> {
    let is_bare = matched.form == WrittenForm::International
        && matched.zero.is_none()
        && (matched.first..matched.end).all(|at| signs.char(at).is_ascii_digit());
    if is_bare || (same_form && !matched.has_letters) { matched.form.digits(number) } else { None }
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

/// Puts the separator of a match in the place of those of `text`, unless there are blanks in it.
fn joined_like<'t>(text: &'t str, matched: &Matched, signs: &Signs) -> Cow<'t, str> {
    let body = || (matched.first..matched.end).map(|at| signs.char(at));
    // An encoded separator is taken out: a link is not read.
    let is_link = signs.written(0, matched.end).bytes().any(|byte| byte == b'%');
    if !is_link && body().any(char::is_whitespace) {
        return Cow::Borrowed(text);
    }
    let is_sign = |char: &char| is_separator(*char) && !opens(*char) && !closes(*char);
    let sign = body().find(is_sign).filter(|_| !is_link);
    let mut joined = String::with_capacity(text.len());
    let mut is_gap = false;
    for char in text.chars() {
        if char.is_ascii_digit() || char == '+' {
            joined.extend(sign.filter(|_| is_gap && !joined.is_empty()));
            joined.push(char);
        }
        is_gap = !char.is_ascii_digit() && char != '+';
    }
    Cow::Owned(joined)
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
    NumberTexts::of(number).national
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
            ("+442079460018", "+13125550142", "+442079460018"),
            ("+442079460018", "13125550142", "442079460018"),
            ("+18475550151", "+44 20 7946 0000", "+1 847-555-0151"),
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
            ("+13125550151", "+442079460018", "0044 20 7946 0018", "+1 312-555-0151"),
            ("+33142685301", "+33142685300", "01.42.68.53.00", "01.42.68.53.01"),
            ("+74951234568", "+74951234567", "8 (495) 123-45-67", "8 (495) 123-45-68"),
            ("+390669883713", "+390669883712", "06 698 83712", "06 698 83713"),
            ("+13125550151", "+442079460018", "020 7946 0018", "+1 312-555-0151"),
            ("+13125550151", "+442079460018", "020.7946.0018", "+1.312.555.0151"),
            ("+13125550151", "+442079460018", "02079460018", "+13125550151"),
            ("+13125550151", "+442079460018", "%2B44%2020%207946%200018", "+13125550151"),
            ("+13125550151", "+18003569377", "1-800-FLOWERS-NOW", "(312) 555-0151"),
            ("+13125550151", "+18003569377", "+1 800 FLOWERS", "+1 312-555-0151"),
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
            ("+12125561003", "+525512345678", "(55 1234 5678)", "(+1 212-556-1003)"),
            ("+12125561003", "+525512345678", "(+52) 55 1234 5678", "+1 212-556-1003"),
            ("+12125561003", "+525512345678", "+52 (55 1234 5678)", "+1 212-556-1003"),
            ("+12125561003", "+525512345678", "+52 (55 1234 5678) x12", "+1 212-556-1003 x12"),
            ("+12125561003", "+525512345678", "((+52) 55 1234 5678)", "(+1 212-556-1003)"),
            ("+12125561003", "+442079460018", "(020) 7946 0018", "+1 212-556-1003"),
            ("+12125561003", "+442079460018", "[+44 (0)20] 7946 0018", "+1 212-556-1003"),
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

    #[test]
    fn brackets_stay_balanced() {
        let cases = [
            ("+18885551004", "+18003569377", "(1-800-FLOWERS", "((888) 555-1004"), // the text closes it
            ("+13125550151", "+442079460018", "(020 7946 0018", "(+1 312-555-0151"),
            ("+13125550151", "+442079460018", "+44) 20 7946 0018", "+1 312-555-0151)"), // the text opens it
            ("+13125550151", "+442079460018", "(020) 7946 0018", "+1 312-555-0151"),
        ];
        for (number, target, written, expected) in cases {
            check_as(number, target, written, expected);
        }
    }

    /// How a page writes the target, and what it says for the number.
    #[cfg(feature = "international")]
    #[test]
    fn a_number_of_another_kind_is_written_as_people_dial_it() {
        let cases = [
            // Another kind.
            ("+966920012345", "+966112345678", "011 234 5678", "9200 12345"),
            ("+558005912345", "+552134567890", "(21) 3456-7890", "0800 591 2345"),
            ("+552134567890", "+558005912345", "0800 591 2345", "(21) 3456-7890"),
            ("+97180034567", "+97142345678", "04 234 5678", "800 34567"),
            ("+97180034567", "+97142345678", "+971 4 234 5678", "+971 800 34567"),
            ("+9118001234567", "+912227654321", "022 2765 4321", "1800 123 4567"),
            ("+611300555123", "+61398765432", "(03) 9876 5432", "1300 555 123"),
            ("+61137788", "+61398765432", "(03) 9876 5432", "13 77 88"),
            ("+8613123456789", "+861012345678", "010-1234-5678", "131-2345-6789"),
            ("+8215881234", "+82212345678", "02-1234-5678", "1588-1234"),
            ("+842838251234", "+841900123456", "1900 123456", "028 3825 1234"),
            ("+995555123456", "+995322123456", "032 212 34 56", "555 12 34 56"),
            ("+59821231234", "+5988001234", "0800 1234", "2123 1234"),
            ("+5491123456789", "+541123456789", "011 2345-6789", "011 15-2345-6789"),
            ("+5491123456789", "+541123456789", "+54 11 2345-6789", "+54 9 11 2345-6789"),
            ("+5491123456789", "+541123456789", "tel:+541123456789", "+5491123456789"),
            ("+80012345678", "+442079460018", "020 7946 0018", "+800 1234 5678"),
            ("+13105678", "+14165550123", "(416) 555-0123", "310-5678"),
            // Another length.
            ("+494022334455", "+4940123456", "040 123456", "040 22334455"),
            ("+494022334455", "+4940123456", "040/123456", "040/22334455"),
            ("+494022334455", "+4940123456", "0049 40 123456", "+49 40 22334455"),
            ("+4312345678", "+43720116987", "0720 116987", "01 2345678"),
            ("+39024567890", "+390669883712", "06 6988 3712", "02 456 7890"),
            // Other groups.
            ("+442079460123", "+441214960018", "0121 496 0018", "020 7946 0123"),
            ("+441632960123", "+441214960018", "0121 496 0018", "01632 960123"),
            ("+441632960123", "+441214960018", "0121-496-0018", "01632-960123"),
            ("+441632960123", "+441214960018", "+44 (0)121 496 0018", "+44 1632 960123"),
            ("+441632960123", "+441214960018", "01214960018", "01632960123"),
            ("+441632960123", "+441214960018", "+441214960018", "+441632960123"),
            ("+441632960123", "+441214960018", "441214960018", "441632960123"),
            ("+442079460123", "+441214960018", "%2B44%20121%20496%200018", "+442079460123"),
            // Alike.
            ("+552134567899", "+552134567890", "(21) 3456-7890", "(21) 3456-7899"),
            ("+573211234567", "+576012345678", "+57 601 234 5678", "+57 321 123 4567"),
            ("+74951234568", "+77172123456", "8 (7172) 12-34-56", "8 (495) 123-45-68"),
            ("+3614567891", "+3614567890", "06-1-456-7890", "06-1-456-7891"),
            ("+2250707123457", "+2250707123456", "07 07 12 34 56", "07 07 12 34 57"),
            ("+6561234569", "+6561234567", "6123-4567", "6123-4569"),
            ("+33142685301", "+33142685300", "01.42.68.53.00", "01.42.68.53.01"),
            // Another country.
            ("+442079460999", "+13125550142", "(312) 555-0142", "+44 20 7946 0999"),
            ("+4930901820", "+442079460018", "020 7946 0018", "+49 30 901820"),
            ("+33142685300", "+13125550142", "+1 (312) 555-0142", "+33 1 42 68 53 00"),
        ];
        for (number, target, written, expected) in cases {
            let written = written.strip_prefix("tel:").unwrap_or(written);
            check_as(number, target, written, expected);
        }
    }

    #[cfg(feature = "international")]
    #[test]
    fn an_example_is_read_in_the_country_of_the_number() {
        let cases = [
            ("+442079460123", "020.7946.0018", "020.7946.0123"),
            ("+442079460123", "(020) 7946 0018", "(020) 7946 0123"),
            ("+33142685377", "0142685300", "0142685377"),
            ("+4940123477", "0049 40 123456", "0049 40 123477"),
            ("+4940123477", "+49 (0) 40 / 123456", "+49 (0) 40 / 123477"),
            ("+390669883713", "06.6988.3712", "06.6988.3713"),
            ("+74951234568", "8-495-123-45-67", "8-495-123-45-68"),
            ("+552134567899", "21 3456 7890", "21 3456 7899"),
            ("+442079460018", "(312) 555-0142", "+44 20 7946 0018"),
            ("+442079460018", "+1 312 555 0142", "+44 20 7946 0018"),
            ("+442079460123", "0121 496 0018", "020 7946 0123"),
        ];
        for (number, example, expected) in cases {
            check(number, example, expected);
        }
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
