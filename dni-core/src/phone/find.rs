//! Known numbers in a page's text.

use core::ops::Range;

use super::e164::{E164, is_separator};

/// Most separators between two digits of one written number: `) ` with a character of no width on each side.
const MAX_GAP: usize = 4;
/// Most finds in one text: a text with more is a directory, not a business's page.
const MAX_FOUND: usize = 64;

/// A target as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which of the targets it is.
    pub target: E164,
    /// Where it stands, in bytes: from its first digit, plus or parenthesis to its last digit.
    pub range: Range<usize>,
}

/// Finds the targets in `text`, however people write them: `(312) 555-0142`, `312.555.0142`, `+1 312 555 0142`, with
/// no-break spaces, dashes of any kind and characters of no width.
///
/// A target inside a longer number is left alone: an account number, a price, `312-555-0142-7`. Finds do not overlap
/// and come in the order of the text, at most 64 of them.
///
/// ```
/// use dni_core::phone::{E164, find_targets};
///
/// let target = E164::parse("+13125550142").unwrap();
/// let found = find_targets("Call (312) 555-0142 now", &[target]);
/// assert_eq!(found[0].range, 5..19);
/// assert!(find_targets("Invoice 93125550142", &[target]).is_empty());
/// ```
pub fn find_targets(text: &str, targets: &[E164]) -> Vec<Found> {
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

fn next_digit(text: &str, from: usize) -> Option<usize> {
    let at = text.get(from..)?.find(|char: char| char.is_ascii_digit())?;
    Some(from + at)
}

fn end_of_digits(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start + rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len())
}

/// Matches `target` with its first digit at `start`: with its country code, or without it in the North American way.
fn match_at(text: &str, start: usize, target: &E164) -> Option<Found> {
    let forms = [Some(target.digits()), target.nanp_digits()];
    let end = forms.into_iter().flatten().find_map(|digits| end_of_match(text, start, digits))?;
    let before = opening(text, start);
    let alone = ends_nothing(text.get(..before)?) && starts_nothing(text.get(end..)?);
    alone.then_some(Found { target: *target, range: before..end })
}

fn end_of_match(text: &str, start: usize, digits: &str) -> Option<usize> {
    let mut wanted = digits.chars().peekable();
    let mut gap = 0;
    for (at, char) in text.get(start..)?.char_indices() {
        if wanted.next_if_eq(&char).is_some() {
            gap = 0;
            if wanted.peek().is_none() {
                return Some(start + at + char.len_utf8());
            }
        } else if is_separator(char) && gap < MAX_GAP {
            gap += 1;
        } else {
            return None;
        }
    }
    None
}

/// Returns where the written number begins: its `+` or `(` belongs to it, in either order.
fn opening(text: &str, first_digit: usize) -> usize {
    let before = text.get(..first_digit).unwrap_or_default();
    let before = before.strip_suffix('(').unwrap_or(before);
    before.strip_suffix('+').unwrap_or(before).len()
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
        Some(char) => !(char.is_ascii_alphanumeric() || matches!(char, '$' | '€' | '£' | '#' | '_' | '=' | '+' | '%')),
    }
}

/// Says whether what stands behind a match leaves it a number of its own.
fn starts_nothing(after: &str) -> bool {
    let mut ahead = after.chars();
    match ahead.next() {
        None | Some('x' | 'e') => true, // an extension: x12, ext. 12
        Some('-' | '.' | '/' | ',') => !ahead.next().is_some_and(|char| char.is_ascii_digit()),
        Some(char) => !(char.is_ascii_alphanumeric() || matches!(char, '_' | '=' | '%')),
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
        check("312-555-0142x12", Some("312-555-0142"));
        check("312-555-0142 ext. 12", Some("312-555-0142"));
        check("tel:+13125550142", Some("+13125550142"));
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
        let found = find_targets(text, &[target()]);
        let got: Vec<_> = found.iter().map(|one| text.get(one.range.clone()).unwrap()).collect();
        assert_eq!(got, expected.into_iter().collect::<Vec<_>>(), "{text:?}");
    }
}
