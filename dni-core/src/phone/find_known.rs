//! Known numbers in a page's text.

use core::ops::Range;

use super::e164::{E164, country_code_length, is_separator};
use super::keypad::keypad;

/// Most separators between two digits of one written number: `) ` with a character of no width on each side.
const MAX_GAP: usize = 4;
/// How many of the last digits may be letters: all but the area code.
const LETTERS: usize = 7;
/// Fewest letters that are a word to dial.
const MIN_LETTERS: usize = 3;
/// Fewest digits of a national number that is looked for without any prefix: shorter ones turn up by chance.
const MIN_BARE: usize = 8;
/// Most finds in one text: a text with more is a directory, not a business's page.
const MAX_FOUND: usize = 64;

/// A target as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTarget {
    /// Which of the targets it is.
    pub target: E164,
    /// Where it stands, in bytes: from its first digit, plus or parenthesis to its last digit or letter.
    pub range: Range<usize>,
}

/// Finds the targets in `text`, however people write them: `(312) 555-0142`, `312.555.0142`, `+1 312 555 0142`, with
/// no-break spaces, dashes of any kind and characters of no width, in letters (`1-800-FLOWERS`), in a link (`tel:`, `sms:`,
/// `wa.me/`, `?phone=`, with percent signs), and outside North America in national form (`020 7946 0018`) or with the
/// trunk prefix in brackets (`+44 (0)20 7946 0018`).
///
/// A target inside a longer number is left alone: an account number, a price, `312-555-0142-7`; so is one in an address
/// such as `1-800-flowers.com`. An extension behind the number is not in the range: it stays where it is. Of a word longer
/// than the number all is in the range: `1-800-FLOWERS-NOW`. Finds do not overlap and come in the order of the text, at
/// most 64 of them.
///
/// A number that is split over inline elements is found in their texts put together. [`format_as`](super::format_as) keeps
/// every separator, so what it writes can be cut at the same places, unless its length is another.
///
/// ```
/// use dni_core::phone::{E164, find_targets};
///
/// let target = E164::parse("+13125550142").unwrap();
/// let found = find_targets("Call (312) 555-0142 now", &[target]);
/// assert_eq!(found[0].range, 5..19);
/// assert!(find_targets("Invoice 93125550142", &[target]).is_empty());
/// ```
pub fn find_targets(text: &str, targets: &[E164]) -> Vec<FoundTarget> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = next_digit(text, from) {
        let hit = targets.iter().find_map(|target| match_at(text, start, target));
        from = match hit {
            Some(hit) => {
                let end = hit.range.end;
                found.push(hit);
                end
            }
            None => end_of_digits(text, start),
        };
        if found.len() == MAX_FOUND {
            break;
        }
    }
    found
}

pub(super) fn next_digit(text: &str, from: usize) -> Option<usize> {
    let at = text.get(from..)?.find(|char: char| char.is_ascii_digit())?;
    Some(from + at)
}

fn end_of_digits(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    // The 2 of %2B is no digit of the number behind it.
    let is_encoded = text.get(..start).is_some_and(|before| before.ends_with('%'));
    start + if is_encoded { 1 } else { rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len()) }
}

/// Matches `target` with its first digit at `start`, in any of its forms, standing alone.
fn match_at(text: &str, start: usize, target: &E164) -> Option<FoundTarget> {
    let before = opening(text, start);
    let has_plus = text.get(before..start)?.contains(['+', '%']);
    let (start, has_code) = skip_abroad(text, start);
    let matched = match_form(text.get(start..)?, target, has_plus || has_code)?;
    let head = text.get(..before)?;
    if matched.form.is_national() && follows_country_code(head) {
        return None;
    }
    let end = start + matched.end;
    let alone = ends_nothing(head) && starts_nothing(text.get(end..)?, matched.has_letters);
    alone.then_some(FoundTarget { target: *target, range: before..end })
}

/// How a text that begins with a number writes it.
pub(super) struct Matched {
    pub form: WrittenForm,
    /// Where the number ends, in bytes: behind a word's last letter.
    pub end: usize,
    pub has_letters: bool,
}

/// Which digits of a number are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WrittenForm {
    /// Country code and national number.
    International,
    /// The national number behind the country's trunk prefix.
    Trunk,
    /// The national number alone.
    Bare,
}

impl WrittenForm {
    pub(super) fn is_national(self) -> bool {
        self != Self::International
    }

    /// Returns a number's digits in this form, in two parts: what is before the national number, and the rest.
    pub(super) fn digits(self, number: &E164) -> Option<(&str, &str)> {
        let (code, national) = number.digits().split_at_checked(country_code_length(number.digits().as_bytes()))?;
        let trunk = match code {
            "1" => None, // the same digit as the country code
            "7" => Some("8"),
            "36" => Some("06"),
            _ if national.starts_with('0') => None, // Italy's, written nationally and internationally
            _ => Some("0"),
        };
        match self {
            Self::International => Some((code, national)),
            Self::Trunk => Some((trunk?, national)),
            Self::Bare => (national.len() >= MIN_BARE).then_some(("", national)),
        }
    }
}

/// Reads which form of `target` the text begins with. Behind a plus only the international one counts.
pub(super) fn match_form(text: &str, target: &E164, has_plus: bool) -> Option<Matched> {
    let forms = [WrittenForm::International, WrittenForm::Trunk, WrittenForm::Bare];
    forms.into_iter().take(if has_plus { 1 } else { 3 }).find_map(|form| {
        let (prefix, national) = form.digits(target)?;
        match_digits(text, prefix, national).map(|(end, has_letters)| Matched { form, end, has_letters })
    })
}

/// Matches digits with separators between; of the last seven, at least three may be letters, and more may follow.
fn match_digits(text: &str, prefix: &str, national: &str) -> Option<(usize, bool)> {
    let mut wanted = prefix.bytes().chain(national.bytes());
    let mut left = prefix.len() + national.len();
    let (mut at, mut gap, mut letters) = (0, 0, 0);
    let mut digit = wanted.next();
    while let Some(next) = digit {
        let rest = text.get(at..)?;
        let first = *rest.as_bytes().first()?;
        let is_letter = left <= LETTERS && keypad(char::from(first)) == Some(next);
        if first == next || is_letter {
            letters += usize::from(is_letter);
            (at, gap, left, digit) = (at + 1, 0, left - 1, wanted.next());
        } else {
            let length = separator_length(rest);
            if length == 0 || gap == MAX_GAP {
                return None;
            }
            (at, gap) = (at + length, gap + 1);
        }
    }
    match letters {
        0 => Some((at, false)),
        MIN_LETTERS.. => Some((end_of_word(text, at), true)),
        _ => None,
    }
}

/// Returns the length of the separator that `rest` begins with, 0 if there is none: a sign, one that is percent-encoded, or
/// the trunk prefix that is left out when calling from abroad.
pub(super) fn separator_length(rest: &str) -> usize {
    match rest.as_bytes() {
        [b'(', b'0', b')', ..] | [b'%', b'2', b'0' | b'8' | b'9' | b'D' | b'd' | b'E' | b'e', ..] => 3,
        _ => rest.chars().next().filter(|char| is_separator(*char)).map_or(0, char::len_utf8),
    }
}

/// Returns the end of a word that goes on behind the number's last digit: the letters, and capitals behind a hyphen.
fn end_of_word(text: &str, from: usize) -> usize {
    let mut end = from;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        let is_hyphen = byte == b'-' && text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_uppercase);
        if byte.is_ascii_alphabetic() {
            end = at + 1;
        } else if !is_hyphen {
            break;
        }
    }
    end
}

/// Returns where the written number begins: its `+` or `(` belongs to it, in either order.
fn opening(text: &str, first_digit: usize) -> usize {
    let before = text.get(..first_digit).unwrap_or_default();
    let before = before.strip_suffix('(').unwrap_or(before);
    let plus = ["+", "%2B", "%2b"].iter().find_map(|plus| before.strip_suffix(plus));
    plus.unwrap_or(before).len()
}

/// Returns where the digits begin behind what most countries dial before a country code, and whether that is there.
pub(super) fn skip_abroad(text: &str, start: usize) -> (usize, bool) {
    match text.get(start..).and_then(|rest| rest.strip_prefix("00")) {
        Some(rest) => (text.len() - rest.trim_start_matches(is_separator).len(), true),
        None => (start, false),
    }
}

/// Says whether a plus, or zeros, and digits stand before a national number: it is another country's then.
fn follows_country_code(before: &str) -> bool {
    let code = before.trim_end_matches(is_separator);
    let head = code.trim_end_matches(|char: char| char.is_ascii_digit());
    let digits = code.as_bytes().get(head.len()..).unwrap_or_default();
    digits.starts_with(b"00") || (!digits.is_empty() && head.ends_with('+'))
}

/// Says whether what stands before a match leaves it a number of its own.
///
/// Letters beyond ASCII do not count: signs such as `☎` and `•` stand there far more often, and telling them apart would
/// cost the browser two kilobytes of tables.
fn ends_nothing(before: &str) -> bool {
    let mut back = before.chars().rev();
    match back.next() {
        None => true,
        Some('-' | '.' | '/' | ',') => !back.next().is_some_and(|char| char.is_ascii_digit()),
        Some('=') => before.ends_with("phone="), // api.whatsapp.com/send?phone=
        Some(char) => !(char.is_ascii_alphanumeric() || matches!(char, '$' | '€' | '£' | '#' | '_' | '+' | '%')),
    }
}

/// Says whether what stands behind a match leaves it a number of its own.
fn starts_nothing(after: &str, has_letters: bool) -> bool {
    let mut ahead = after.chars();
    let (first, second) = (ahead.next(), ahead.next());
    match first {
        None => true,
        Some('x' | 'X') => !second.is_some_and(|char| char.is_ascii_alphabetic()), // an extension: x12
        Some('e' | 'E') => after.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("ext")),
        // Behind letters, the rest of an address: flowers.com
        Some('.') if has_letters => !second.is_some_and(|char| char.is_ascii_alphanumeric()),
        Some('-' | '.' | '/' | ',') => !second.is_some_and(|char| char.is_ascii_digit()),
        Some(char) => !(char.is_ascii_alphanumeric() || matches!(char, '_' | '=' | '%' | '@')),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_human_form_is_found() {
        for written in [
            "3125550142",
            "312-555-0142",
            "312.555.0142",
            "312 555 0142",
            "(312) 555-0142",
            "(312)555-0142",
            "312/555-0142",
            "+13125550142",
            "+1 312 555 0142",
            "+1 (312) 555-0142",
            "+1-312-555-0142",
            "1-312-555-0142",
            "1 (312) 555-0142",
            "(312)\u{a0}555\u{2011}0142",
            "312\u{2009}555\u{2009}0142",
            "312\u{200b}555\u{200d}0142",
            "312 \u{2013} 555 \u{2013} 0142",
        ] {
            check(written, Some(written));
            check(&format!("Call {written}, day or night"), Some(written));
            check(&format!("Phone:{written}."), Some(written));
            check(&format!("24/7: {written} 365 days"), Some(written));
            check(&format!("\u{260e}{written}\u{2022}"), Some(written));
        }
        check("312-555-0142 X12", Some("312-555-0142"));
        check("312-555-0142x12", Some("312-555-0142"));
        check("312-555-0142EXT 12", Some("312-555-0142"));
        check("312-555-0142 ext. 12", Some("312-555-0142"));
    }

    #[test]
    fn links() {
        for (link, written) in [
            ("tel:+13125550142", "+13125550142"),
            ("tel:+1-312-555-0142;ext=12", "+1-312-555-0142"),
            ("tel:312-555-0142;phone-context=+1", "312-555-0142"),
            ("tel:%2B13125550142", "%2B13125550142"),
            ("tel:+1%20(312)%20555-0142", "+1%20(312)%20555-0142"),
            ("sms:+13125550142?body=Hi%20there", "+13125550142"),
            ("https://wa.me/13125550142", "13125550142"),
            ("https://wa.me/13125550142?text=Hi", "13125550142"),
            ("https://api.whatsapp.com/send?phone=13125550142&text=Hi", "13125550142"),
            ("https://api.whatsapp.com/send?phone=%2B13125550142", "%2B13125550142"),
        ] {
            check(link, Some(written));
        }
    }

    #[test]
    fn letters_on_the_keys() {
        for (text, expected) in [
            ("1-800-FLOWERS", Some("1-800-FLOWERS")),
            ("Call 1-800-FLOWERS today", Some("1-800-FLOWERS")),
            ("1-800-Flowers", Some("1-800-Flowers")),
            ("1-800-flowers.", Some("1-800-flowers")),
            ("(800) FLOWERS, open", Some("(800) FLOWERS")),
            ("800.FLOWERS", Some("800.FLOWERS")),
            ("800FLOWERS", Some("800FLOWERS")),
            ("+1 800 FLOWERS", Some("+1 800 FLOWERS")),
            ("1-800-FLO-WERS", Some("1-800-FLO-WERS")),
            ("1-800-356-WERS", Some("1-800-356-WERS")),
            ("1-800-FLOWERS-NOW!", Some("1-800-FLOWERS-NOW")),
            ("1-800-FLOWERSHOP now", Some("1-800-FLOWERSHOP")),
            ("1-800-FLOWERS NOW", Some("1-800-FLOWERS")),
            ("1-800-FLOWERS-based", Some("1-800-FLOWERS")),
            ("1-800-FLOWERS x12", Some("1-800-FLOWERS")),
            ("1-800-FLOWERT", None),
            ("1-800-35693PS", None), // two letters are a slip, or a part number
            ("1-800-flowers.com", None),
            ("1-800-flowers@example.com", None),
            ("1-800-FLOWERS-2", None),
            ("FLOWERS", None),
        ] {
            check_for("+18003569377", text, expected);
        }
    }

    #[test]
    fn national_forms_of_other_countries() {
        for (target, text, expected) in [
            ("+442079460018", "020 7946 0018", Some("020 7946 0018")),
            ("+442079460018", "(020) 7946 0018", Some("(020) 7946 0018")),
            ("+442079460018", "+44 (0)20 7946 0018", Some("+44 (0)20 7946 0018")),
            ("+442079460018", "+44 20 7946 0018", Some("+44 20 7946 0018")),
            ("+442079460018", "0044 20 7946 0018", Some("0044 20 7946 0018")),
            ("+442079460018", "00 44 20 7946 0018", Some("00 44 20 7946 0018")),
            ("+442079460018", "00442079460018", Some("00442079460018")),
            ("+442079460018", "0049 20 7946 0018", None),
            ("+442079460018", "+49 20 7946 0018", None),
            ("+442079460018", "9020 7946 0018", None),
            ("+33142685300", "01 42 68 53 00", Some("01 42 68 53 00")),
            ("+33142685300", "01.42.68.53.00", Some("01.42.68.53.00")),
            ("+390669883712", "06 698 83712", Some("06 698 83712")),
            ("+34912345678", "912 345 678", Some("912 345 678")),
            ("+74951234567", "8 (495) 123-45-67", Some("8 (495) 123-45-67")),
            ("+3614567890", "06 1 456 7890", Some("06 1 456 7890")),
            ("+420212345678", "212 345 678", Some("212 345 678")),
            ("+6834000", "4000", None),
            ("+448003569377", "0800 FLOWERS", Some("0800 FLOWERS")),
        ] {
            check_for(target, text, expected);
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "",
            "no digits",
            "312-555-0143",
            "312-555-014",
            "93125550142",
            "31255501427",
            "312-555-0142-7",
            "7-312-555-0142",
            "7.312.555.0142",
            "312.555.0142.9",
            "$3125550142",
            "#3125550142",
            "id=3125550142",
            "A3125550142",
            "3125550142B",
            "+443125550142",
            "+44 312 555 0142",
            "+44 (312) 555-0142",
            "+3125550142",
            "3125550142@example.com",
            "3125550142e",
            "312-555-0142xl",
            "http://example.com/?id=3125550142",
            "%3125550142",
            "312     555     0142",
            "312, 555, 0142",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn several_targets_in_one_text() {
        let targets = [target(), E164::parse("+442079460018").unwrap()];
        let text = "US 312-555-0142, UK +44 20 7946 0018, again (312) 555-0142";
        let found: Vec<_> =
            find_targets(text, &targets).into_iter().map(|one| (one.target, text.get(one.range).unwrap())).collect();
        let expected = [(targets[0], "312-555-0142"), (targets[1], "+44 20 7946 0018"), (targets[0], "(312) 555-0142")];
        assert_eq!(found, expected);
    }

    #[test]
    fn finds_are_bounded() {
        assert_eq!(find_targets(&"3125550142 ".repeat(1000), &[target()]).len(), MAX_FOUND);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,200}") {
            for found in find_targets(&text, &[target()]) {
                prop_assert!(text.get(found.range).is_some());
            }
        }

        #[test]
        fn the_number_is_found_between_words(before in "[a-z ,.]{0,20} ", after in " [a-z ,.]{0,20}") {
            let text = format!("{before}(312) 555-0142{after}");
            prop_assert_eq!(find_targets(&text, &[target()]).len(), 1);
        }
    }

    fn target() -> E164 {
        E164::parse("+13125550142").unwrap()
    }

    fn check(text: &str, expected: Option<&str>) {
        check_for("+13125550142", text, expected);
    }

    fn check_for(target: &str, text: &str, expected: Option<&str>) {
        let found = find_targets(text, &[E164::parse(target).unwrap()]);
        let got: Vec<_> = found.iter().map(|one| text.get(one.range.clone()).unwrap()).collect();
        assert_eq!(got, expected.into_iter().collect::<Vec<_>>(), "{text:?}");
    }
}
