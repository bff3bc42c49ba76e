//! Known numbers in a page's text.

use core::ops::Range;

use super::E164;
use super::characters::{closes, is_plus, is_separator, opens};
use super::signs::Signs;
use super::written_form::{MIN_SHORT, WrittenForm, is_blank, match_form, opening};

/// Fewest digits of a national number that is looked for in any text without a prefix: shorter ones turn up by chance.
const MIN_BARE: usize = 7;
/// Fewest digits that are a number of its own beside another, with a slash between.
const MIN_BESIDE: usize = 7;
/// Most finds in one text: a text with more is a directory, not a business's page.
const MAX_FOUND: usize = 64;

/// A target as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTarget {
    /// Which of the targets it is.
    pub target: E164,
    /// Where it stands, in bytes: from its first digit, plus or bracket to its last digit, letter or bracket.
    pub range: Range<usize>,
}

/// Finds the targets in `text`, however people write them: `(312) 555-0142`, `312.555.0142`, `+1 312 555 0142`, with
/// no-break spaces, dashes and dots of any kind, line ends and characters of no width, in digits of any script, in letters
/// (`1-800-FLOWERS`), in a link (`tel:`, `sms:`, `wa.me/`, `?phone=`, with percent signs), and outside North America in
/// national form (`020 7946 0018`) or with a zero behind the country code (`+44 (0)20 7946 0018`).
///
/// A target inside a longer number is left alone: an account number, a price, `312-555-0142-7`; so is one in an address
/// such as `1-800-flowers.com`. Behind a slash another whole number may follow. An extension behind the number is not in the
/// range: it stays where it is. Of a word longer than the number all is in the range: `1-800-FLOWERS-NOW`. A range has as
/// many brackets that open as that close. Finds do not overlap and come in the order of the text, at most 64 of them.
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
    let signs = Signs::of(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < signs.len() && found.len() < MAX_FOUND {
        let hit = signs.digit(at).and_then(|_| targets.iter().find_map(|target| match_at(&signs, at, target)));
        if let Some((target, range)) = hit {
            at = range.end;
            found.push(FoundTarget { target, range: signs.place(range.start)..signs.place(range.end) });
        } else {
            at += 1;
            // A number does not begin among digits.
            while signs.digit(at - 1).and(signs.digit(at)).is_some() {
                at += 1;
            }
        }
    }
    found
}

/// Matches `target` with its first digit at `start`, in any of its forms, standing alone; returns where, in signs.
fn match_at(signs: &Signs, start: usize, target: &E164) -> Option<(E164, Range<usize>)> {
    let matched = match_form(signs, start, target)?;
    let (open, closed) = brackets(signs, start..matched.end);
    let begin = opening(signs, start, closed).0;
    let end = matched.end + usize::from(open > 0 && closes(signs.char(matched.end)));
    let stands = ends_nothing(signs, begin)
        && starts_nothing(signs, end, matched.has_letters)
        && !(matched.form != WrittenForm::International && follows_country_code(signs, begin))
        && (matched.national >= MIN_BARE
            || matched.form != WrittenForm::Bare
            || is_alone(signs, begin, end)
            || is_grouped(signs, begin..end));
    stands.then_some((*target, begin..end))
}

/// Counts the brackets that open and those that close and have no other half among some signs.
pub(super) fn brackets(signs: &Signs, among: Range<usize>) -> (usize, usize) {
    let (mut open, mut closed) = (0, 0);
    for at in among {
        let char = signs.char(at);
        if opens(char) {
            open += 1;
        } else if closes(char) {
            (open, closed) = if open > 0 { (open - 1, closed) } else { (0, closed + 1) };
        }
    }
    (open, closed)
}

/// Says whether a plus, or zeros, and digits stand before a national number: it is another country's then.
fn follows_country_code(signs: &Signs, begin: usize) -> bool {
    let mut at = begin;
    while is_separator(signs.char(at.wrapping_sub(1))) {
        at -= 1;
    }
    let end = at;
    while signs.digit(at.wrapping_sub(1)).is_some() {
        at -= 1;
    }
    let has_zeros = signs.char(at) == '0' && signs.char(at + 1) == '0' && at + 1 < end;
    has_zeros || (at < end && is_plus(signs.char(at.wrapping_sub(1))))
}

/// Says whether nothing stands beside a number but a scheme or label before it.
fn is_alone(signs: &Signs, begin: usize, end: usize) -> bool {
    matches!(signs.char(begin.wrapping_sub(1)), '\0' | ':') && end == signs.len()
}

/// Says whether a number is written in groups with blanks between, and nothing else: no day, no price, no measure is.
fn is_grouped(signs: &Signs, mut among: Range<usize>) -> bool {
    among.len() > MIN_SHORT && among.all(|at| signs.digit(at).is_some() || is_blank(signs.char(at)))
}

/// Says whether what stands before a match leaves it a number of its own.
///
/// Letters beyond ASCII do not count: signs such as `☎` and `•` stand there far more often, and telling them apart would
/// cost the browser two kilobytes of tables.
fn ends_nothing(signs: &Signs, begin: usize) -> bool {
    let last = begin.wrapping_sub(1);
    match signs.char(last) {
        '-' | '.' => signs.digit(last.wrapping_sub(1)).is_none(),
        '/' => is_whole_or_none(signs, last.wrapping_sub(1), usize::MAX),
        '=' => signs.written(begin.saturating_sub("phone=".len()), begin) == "phone=", // api.whatsapp.com/send?phone=
        char => !(is_in_word(signs, last) || matches!(char, '$' | '€' | '£' | '#' | '+' | '%')),
    }
}

/// Says whether what stands behind a match leaves it a number of its own.
fn starts_nothing(signs: &Signs, end: usize, has_letters: bool) -> bool {
    let next = signs.char(end + 1);
    match signs.char(end) {
        'x' | 'X' => !next.is_ascii_alphabetic(),       // an extension: x12
        'p' | 'P' | 'w' | 'W' => next.is_ascii_digit(), // a dialler's pause: p12
        'e' | 'E' => matches!(next, 'x' | 'X') && matches!(signs.char(end + 2), 't' | 'T'),
        // Behind letters, the rest of an address: flowers.com
        '.' if has_letters => !next.is_ascii_alphanumeric(),
        '-' | '.' => signs.digit(end + 1).is_none(),
        '/' => is_whole_or_none(signs, end + 1, 1),
        char => !(is_in_word(signs, end) || matches!(char, '=' | '%' | '@')),
    }
}

/// Says whether the digits from a sign on are a number of its own, or there are none. A step of the greatest number goes back.
fn is_whole_or_none(signs: &Signs, mut at: usize, step: usize) -> bool {
    let mut digits = 0;
    loop {
        if signs.digit(at).is_some() {
            digits += 1;
        } else if !is_separator(signs.char(at)) && !is_plus(signs.char(at)) {
            return digits == 0 || digits >= MIN_BESIDE;
        }
        at = at.wrapping_add(step);
    }
}

fn is_in_word(signs: &Signs, at: usize) -> bool {
    let char = signs.char(at);
    char.is_ascii_alphabetic() || char == '_' || signs.digit(at).is_some()
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
            "312\u{2212}555\u{2212}0142",
            "312 \u{b7} 555 \u{b7} 0142",
            "312\u{2022}555\u{2022}0142",
            "312\u{2219}555\u{22c5}0142",
            "312 | 555 | 0142",
            "312~555~0142",
            "[312] 555-0142",
            "\u{ff08}312\u{ff09}555\u{ff0d}0142",
            "\u{ff0b}1\u{3000}312\u{ff0f}555\u{ff0e}0142",
            "(312)\n      555-0142",
            "312\t555\t0142",
            "312\r\n\t\t555     0142",
            "( 312 ) 555 - 0142",
            "+ 1 312 555 0142",
            "3 1 2 5 5 5 0 1 4 2",
            "\u{ff13}\u{ff11}\u{ff12}-555-0142",
            "\u{663}\u{661}\u{662}-\u{665}\u{665}\u{665}-\u{660}\u{661}\u{664}\u{662}",
        ] {
            check(written, Some(written));
            check(&format!("\u{202a}{written}\u{202c}"), Some(written));
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
            ("tel:%28312%29555-0142", "%28312%29555-0142"),
            ("tel:%28312%29%20555-0142", "%28312%29%20555-0142"),
            ("tel:%20312-555-0142", "312-555-0142"),
            ("tel:%20%2B1%20312%20555%200142", "%2B1%20312%20555%200142"),
            ("tel:%2B1(312)555-0142", "%2B1(312)555-0142"),
            ("tel:312%E2%80%91555%E2%80%910142", "312%E2%80%91555%E2%80%910142"),
            ("tel:312%C2%A0555%c2%a00142", "312%C2%A0555%c2%a00142"),
            ("tel:%C2%A0312-555-0142", "312-555-0142"),
            ("tel:+13125550142%2C12", "+13125550142"),
            ("tel:+13125550142,12", "+13125550142"),
            ("tel:+13125550142%3Bext%3D12", "+13125550142"),
            ("tel:+13125550142p12", "+13125550142"),
            ("tel:+13125550142W12", "+13125550142"),
            ("tel:+13125550142%20", "+13125550142"),
            ("tel:%5B312%5D%2F555%7C0142", "%5B312%5D%2F555%7C0142"),
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
            "312-555-0142pm",
            "312-555-0142p",
            "312-555-0142%31",
            "312-555-0142%",
            "312---555-----0142",
            "312:555:0142",
            "312_555_0142",
            "312-555-0142xl",
            "http://example.com/?id=3125550142",
            "%3125550142",
            "312, 555, 0142",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn trunk_prefixes_behind_the_country_code() {
        for (target, text) in [
            ("+4940123456", "+49 (040) 123456"),
            ("+4940123456", "+49040123456"),
            ("+4940123456", "0049 (0) 40 123456"),
            ("+442079460018", "+44 020 7946 0018"),
            ("+442079460018", "+44 (0) 20 7946 0018"),
            ("+442079460018", "%2B44%280%2920%207946%200018"),
            ("+61293744000", "+61 (02) 9374 4000"),
            ("+390669883712", "+39 (0)6 698 83712"),
            ("+3614567890", "+36 (0)1 456 7890"),
            ("+13125550142", "+1 (0) 312 555 0142"),
        ] {
            check_for(target, text, Some(text));
        }
        check_for("+442079460018", "+49 020 7946 0018", None);
    }

    #[test]
    fn the_last_digits_apart() {
        check_for("+4930901820", "030 90182-0", Some("030 90182-0"));
        check_for("+4930901820", "030/90182\u{2013}0", Some("030/90182\u{2013}0"));
        check_for("+4930901820", "+49 30 90182 - 0", Some("+49 30 90182 - 0"));
        check_for("+4930901820", "030 90182-01", None);
    }

    #[test]
    fn digits_of_other_scripts() {
        for (target, text) in [
            (
                "+81612345678",
                "\u{ff10}\u{ff16}\u{ff0d}\u{ff11}\u{ff12}\u{ff13}\u{ff14}\u{ff0d}\u{ff15}\u{ff16}\u{ff17}\u{ff18}",
            ),
            ("+81612345678", "06\u{ff0d}1234\u{ff0d}5678"),
            ("+81612345678", "06\u{30fc}1234\u{30fc}5678"),
            ("+81612345678", "06\u{ff08}1234\u{ff09}5678"),
            ("+81612345678", "\u{ff08}06\u{ff09}1234\u{301c}5678"),
            ("+201001234567", "\u{660}\u{661}\u{660}\u{660} \u{661}\u{662}\u{663} \u{664}\u{665}\u{666}\u{667}"),
            ("+982112345678", "\u{6f0}\u{6f2}\u{6f1}-\u{6f1}\u{6f2}\u{6f3}\u{6f4}\u{6f5}\u{6f6}\u{6f7}\u{6f8}"),
            ("+9779812345678", "\u{96f}\u{96e}\u{967}\u{968}\u{969}\u{96a}\u{96b}\u{96c}\u{96d}\u{96e}"),
        ] {
            check_for(target, text, Some(text));
        }
        check_for("+81612345678", "\u{ff17}06-1234-5678", None);
        check_for("+81612345678", "06-1234-5678\u{ff19}", None);
    }

    #[test]
    fn short_national_numbers() {
        for (target, text, expected) in [
            ("+3545551234", "555 1234", Some("555 1234")),
            ("+3545551234", "S\u{ed}mi 555-1234, alla daga", Some("555-1234")),
            ("+3725551234", "5551234", Some("5551234")),
            ("+904441234", "444 1 234", Some("444 1 234")),
            ("+5072151234", "215-1234", Some("215-1234")),
            ("+61137788", "13 77 88", Some("13 77 88")),
            ("+61137788", "Call 13 77 88 now", Some("13 77 88")),
            ("+61137788", "tel:137788", Some("137788")),
            ("+61137788", "137788", Some("137788")),
            ("+61131112", "from 13/11/12 on", None),
            ("+61131112", "13-11-12, 13.11.12", None),
            ("+61137788", "order 137788 of today", None),
            ("+61137788", "5 13 77 88", Some("13 77 88")),
            ("+3545551234", "45551234", None),
            ("+3545551234", "555 12345", None),
            ("+6834000", "4000", None),
        ] {
            check_for(target, text, expected);
        }
    }

    #[test]
    fn another_number_behind_a_slash_or_comma() {
        for text in [
            "312-555-0142/312-555-0143",
            "312-555-0143/312-555-0142",
            "(312) 555-0143/(312) 555-0142",
            "312-555-0142/(312) 555-0143",
            "+1 312 555 0142/+1 312 555 0143",
            "3125550142,3125550143",
            "3125550143,3125550142",
            "312-555-0142/Fax",
            "Fax/312-555-0142",
            "312-555-0142 / 43",
            "7,312-555-0142,8",
        ] {
            let found = find_targets(text, &[target()]);
            assert_eq!(found.len(), 1, "{text:?}");
        }
        for text in ["312-555-0142/43", "7/312-555-0142", "01/24/312-555-0142", "312-555-0142/0143"] {
            check(text, None);
        }
        let targets = [target(), E164::parse("+12125550142").unwrap()];
        for text in ["312-555-0142/212-555-0142", "312-555-0142,212-555-0142", "312-555-0142|212-555-0142"] {
            let found: Vec<_> = find_targets(text, &targets).into_iter().map(|one| one.target).collect();
            assert_eq!(found, targets, "{text:?}");
        }
    }

    #[test]
    fn a_find_has_as_many_brackets_that_open_as_close() {
        for (target, text, expected) in [
            ("+18003569377", "(1-800-FLOWERS)", "1-800-FLOWERS"),
            ("+18003569377", "((800) 356-9377)", "(800) 356-9377"),
            ("+525512345678", "(55 1234 5678)", "55 1234 5678"),
            ("+525512345678", "(+52) 55 1234 5678", "(+52) 55 1234 5678"),
            ("+525512345678", "+(52) 55 1234 5678", "+(52) 55 1234 5678"),
            ("+525512345678", "(+52 55) 1234 5678", "(+52 55) 1234 5678"),
            ("+525512345678", "(+52 55 1234 5678)", "+52 55 1234 5678"),
            ("+525512345678", "[+52] (55) 1234 5678", "[+52] (55) 1234 5678"),
            ("+525512345678", "((+52) 55 1234 5678)", "(+52) 55 1234 5678"),
            ("+13125550142", "312 (555-0142)", "312 (555-0142)"),
            ("+13125550142", "312) 555-0142", "312) 555-0142"),
            ("+13125550142", "tel:%28312 555-0142%29", "312 555-0142"),
            ("+13125550142", "( 312 ) 555-0142", "( 312 ) 555-0142"),
        ] {
            check_for(target, text, Some(expected));
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
