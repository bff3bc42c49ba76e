//! Numbers as the gate before a lease looks for them: without anything that can stand between their digits.

use std::fmt::Write as _;

use super::E164;
use super::characters::written_digits;

use super::keypad::letters_on;
use super::written_form::{WrittenForm, letters_of};

/// Returns a regular expression that matches every text in which [`find_targets`](super::find_targets) finds the number, once each
/// run of what is no ASCII letter and no digit of any script is one hyphen, percent-encoded signs among that. Letters may be of
/// either case. It matches no longer number.
///
/// It is written for JavaScript's flags `iu`, and no part of it goes back.
///
/// ```
/// use dni_core::phone::{E164, page_pattern};
///
/// let pattern = page_pattern(E164::parse("+18003569377").unwrap());
/// assert!(pattern.starts_with(r"(?:^|\P{Nd}|[0"));
/// assert!(pattern.ends_with("]-?[7pqrs\u{667}\u{6f7}\u{96d}\u{9ed}\u{e57}\u{1047}\u{17e7}\u{ff17}](?!\\p{Nd})"));
/// ```
pub fn page_pattern(number: E164) -> String {
    let mut pattern = String::from(r"(?:^|\P{Nd}|[");
    // Every form has the national number at its end. What stands before is a zero, or the last digit of a prefix.
    let (code, national) = WrittenForm::International.digits(&number).unwrap_or_default();
    let trunk = WrittenForm::Trunk.digits(&number).map(|(trunk, _)| trunk);
    let last = [Some("0"), Some(code), trunk].into_iter().flatten().filter_map(|prefix| prefix.bytes().last());
    pattern.extend(last.flat_map(written_digits));
    pattern.push_str("])");
    let first_letter = national.len().saturating_sub(letters_of(&number));
    for (at, digit) in national.bytes().enumerate() {
        let letters = if at < first_letter { "" } else { letters_on(digit) };
        let mut written = written_digits(digit);
        let ascii = written.next().unwrap_or_default();
        let sign = if at == 0 { "" } else { "-?" };
        let _ = write!(pattern, "{sign}[{ascii}{letters}{}]", written.collect::<String>());
    }
    pattern.push_str(r"(?!\p{Nd})");
    pattern
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::phone::characters::{digit, is_separator};
    use crate::phone::{find_targets, seeds};

    /// Targets of countries with different trunk prefixes, lengths and scripts.
    const TARGETS: [&str; 14] = [
        "+13125550142",
        "+18003569377",
        "+442079460018",
        "+448003569377",
        "+4930901820",
        "+390669883712",
        "+33142685300",
        "+3614567890",
        "+74951234567",
        "+3545551234",
        "+61137788",
        "+81612345678",
        "+201001234567",
        "+525512345678",
    ];

    #[test]
    fn patterns() {
        for (number, text, expected) in [
            ("+13125550142", "Call (312) 555-0142", true),
            ("+13125550142", "<dt>Phone:</dt><dd>312-555-0142</dd>", true),
            ("+13125550142", "312-555-HEAT", false),
            ("+13125554328", "312-555-HEAT, 312-555-heat", true),
            ("+18003569377", "1-800-flowers", true),
            ("+18003569377", "tel:1%20800%20356%209377", true),
            ("+442079460018", "0\u{662}079460018", true),
            ("+442079460018", "020 794 OOIB", false),
            ("+13125550142", "312-555-0143 192.168.10.11", false),
            ("+13125550142", "Invoice 93125550142, order 31255501427", false),
            ("+13125550142", "9 312-555-0142 7", true),
            ("+33123456789", "Order 1234567890123", false),
            ("+74951234567", "84951234567", true),
            ("+3614567890", "0614567890", true),
            ("+61137788", "Sizes 36/38/40, 13 77 89", false),
        ] {
            assert_eq!(is_seen(text, number), expected, "{text:?}");
        }
    }

    /// What may stand between two digits: any separators, as they are or as links have them.
    fn gap() -> impl Strategy<Value = String> {
        let all: Vec<char> = (0..0x1_0000).filter_map(char::from_u32).filter(|char| is_separator(*char)).collect();
        let one = prop::sample::select(all).prop_flat_map(|char| {
            let encoded: Vec<String> = char.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop::sample::select(vec![char.to_string(), char.to_string(), encoded.concat()])
        });
        let usual = prop::sample::select(vec!["", " ", "-", ") ", "\n      "]).prop_map(str::to_owned);
        prop_oneof![4 => Just(String::new()), 2 => usual, 1 => prop::collection::vec(one, 1..4).prop_map(|gap| gap.concat())]
    }

    /// A target, and a text that has it in one of its forms, or nearly so.
    fn written() -> impl Strategy<Value = (E164, String)> {
        let target = prop::sample::select(TARGETS.to_vec()).prop_map(|number| E164::parse(number).unwrap());
        let form = prop::sample::select(vec![
            (WrittenForm::International, ""),
            (WrittenForm::International, "0"),
            (WrittenForm::Trunk, ""),
            (WrittenForm::Bare, ""),
        ]);
        let lead = prop::sample::select(vec![
            "",
            "+",
            "(",
            "(+",
            "+(",
            "00",
            "%2B",
            "tel:",
            " tel:%28",
            "Call ",
            "Phone:",
            "5",
            "312-555-0143/",
        ]);
        let tail =
            prop::sample::select(vec!["", ")", " x12", "p12", ";ext=12", "%2C12", "/43", ", ", ".", "7", "-NOW"]);
        let styles = prop::collection::vec((gap(), 0..4_usize), 20);
        (target, form, lead, tail, styles, 0..30_usize).prop_map(
            |(target, (form, zero), lead, tail, styles, script)| {
                let (prefix, national) = form.digits(&target).unwrap_or_default();
                let digits = [prefix, zero, national].concat();
                let mut text = lead.to_owned();
                for (digit, (gap, style)) in digits.bytes().zip(styles) {
                    let letters = letters_on(digit);
                    match (style, letters.chars().nth(script % 3)) {
                        (3, Some(letter)) if script < 9 => text.push(letter),
                        _ => text.extend(written_digits(digit).nth(script.saturating_sub(21))),
                    }
                    text.push_str(&gap);
                }
                (target, text.trim_end_matches(is_separator).to_owned() + tail)
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_found_is_seen((target, text) in written()) {
            if !find_targets(&text, &[target]).is_empty() {
                prop_assert!(is_seen(&text, target.as_str()), "{target} in {text:?}");
            }
        }

        #[test]
        fn whatever_is_written_in_groups_has_a_seed(
            (target, groups) in (prop::sample::select(TARGETS.to_vec()), prop::collection::vec(2..5_usize, 8)),
            form in prop::sample::select(vec![WrittenForm::International, WrittenForm::Trunk, WrittenForm::Bare]),
            last in 0..3_usize,
        ) {
            let target = E164::parse(target).unwrap();
            let (prefix, national) = form.digits(&target).unwrap_or_default();
            // An area code stands together; what follows is grouped as people like, with the last digit or two apart.
            let (area, rest) = national.split_at_checked(3).unwrap_or_default();
            let (rest, end) = rest.split_at_checked(rest.len().saturating_sub(last)).unwrap_or_default();
            let mut text = [prefix, area].concat();
            let mut from = 0;
            for size in groups {
                // No digit stands alone but the last.
                let to = if from + size + 1 >= rest.len() { rest.len() } else { from + size };
                text.push(' ');
                text.push_str(rest.get(from..to).unwrap_or_default());
                from = to;
            }
            text.push('-');
            text.push_str(end);
            let seeds = seeds(target);
            prop_assert!(national.is_empty() || seeds.split_terminator(' ').any(|seed| text.contains(seed)), "{text:?}: {seeds:?}");
        }
    }

    /// Does what `dni-wasm/js/has-number.js` does.
    fn is_seen(text: &str, number: &str) -> bool {
        let pattern = page_pattern(E164::parse(number).unwrap());
        let (before, classes) = pattern.strip_prefix(r"(?:^|\P{Nd}|[").unwrap().split_once("])[").unwrap();
        let classes: Vec<&str> = classes.strip_suffix(r"](?!\p{Nd})").unwrap().split("]-?[").collect();
        let bare: Vec<char> = bare(text).collect();
        (0..bare.len()).any(|start| {
            let mut at = start;
            let is_number = classes.iter().enumerate().all(|(place, class)| {
                at += usize::from(place > 0 && bare.get(at) == Some(&'-'));
                at += 1;
                bare.get(at - 1).is_some_and(|char| class.contains(*char))
            });
            let is_digit = |char: &char| digit(*char).is_some();
            let begins = start == 0 || !is_digit(&bare[start - 1]) || before.contains(bare[start - 1]);
            is_number && begins && !bare.get(at).is_some_and(is_digit)
        })
    }

    fn bare(text: &str) -> impl Iterator<Item = char> {
        let mut rest = text;
        let mut was_between = false;
        core::iter::from_fn(move || {
            loop {
                let char = rest.chars().next()?;
                let is_encoded =
                    char == '%' && rest.get(1..3).is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
                rest = rest.get(if is_encoded { 3 } else { char.len_utf8() }..)?;
                let is_between = !char.is_ascii_alphabetic() && digit(char).is_none();
                if !(is_between && core::mem::replace(&mut was_between, is_between)) {
                    was_between = is_between;
                    return Some(if is_between { '-' } else { char.to_ascii_lowercase() });
                }
            }
        })
    }
}
