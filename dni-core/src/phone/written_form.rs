//! The forms in which people write a number that is known.

use super::characters::{is_plus, is_separator, opens};
use super::e164::{E164, country_code_length};
use super::keypad::keypad;
use super::signs::Signs;

/// Most separators between two digits of one written number: `) ` with a character of no width on each side. A run of blanks,
/// which is one blank on the screen, counts once.
const MAX_GAP: usize = 4;
/// Most signs before the first digit that may belong to the number: plus, brackets, and blanks between.
const MAX_LEAD: usize = 8;
/// How many of the last digits may be letters: all but the area code.
const LETTERS: usize = 7;
/// Fewest letters that are a word to dial.
const MIN_LETTERS: usize = 3;
/// Fewest digits of a national number that is looked for without a prefix where nothing else stands, or in groups with blanks
/// between: Australia's `13 77 88`.
pub(super) const MIN_SHORT: usize = 6;

/// How a text writes a number. Places are in signs.
pub(super) struct Matched {
    pub form: WrittenForm,
    /// The first digit, behind what is dialled before a country code.
    pub first: usize,
    /// Where the number ends: behind a word's last letter.
    pub end: usize,
    pub has_letters: bool,
    /// Whether it has a plus, or what is dialled in its place.
    pub has_plus: bool,
    /// How many digits the national number has.
    pub national: usize,
    /// Which of the digits is a zero behind the country code, if one is.
    pub zero: Option<usize>,
}

/// Which digits of a number are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WrittenForm {
    /// Country code and national number; between them perhaps the zero that is left out when calling from abroad: `+44 (0)20`.
    International,
    /// The national number behind the country's trunk prefix.
    Trunk,
    /// The national number alone.
    Bare,
}

impl WrittenForm {
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
            Self::Bare => (national.len() >= MIN_SHORT).then_some(("", national)),
        }
    }
}

/// Reads in which form `target` stands where a text's digits begin. Behind a plus, or two zeros, only the international one counts.
pub(super) fn match_form(signs: &Signs, start: usize, target: &E164) -> Option<Matched> {
    let mut first = start;
    // What most countries dial before a country code.
    if signs.char(start) == '0' && signs.char(start + 1) == '0' {
        first += 2;
        while is_separator(signs.char(first)) {
            first += 1;
        }
    }
    let has_plus = first > start || opening(signs, start, MAX_LEAD).1;
    let forms = [WrittenForm::International, WrittenForm::Trunk, WrittenForm::Bare];
    forms.iter().take(if has_plus { 1 } else { 3 }).find_map(|form| {
        let form = *form;
        let (prefix, national) = form.digits(target)?;
        let (end, has_letters, has_zero) = match_digits(signs, first, form, (prefix, national), letters_of(target))?;
        let zero = has_zero.then_some(prefix.len());
        Some(Matched { form, first, end, has_letters, has_plus, zero, national: national.len() })
    })
}

/// Returns how many of a number's last digits may be letters: outside North America only of those that are mostly free of charge.
pub(super) fn letters_of(number: &E164) -> usize {
    let national = WrittenForm::International.digits(number).map(|(_, national)| national.as_bytes());
    let is_spelled = number.nanp_digits().is_some()
        || matches!(national, Some([b'8', b'0', b'0', ..] | [b'1', b'3' | b'8', b'0', ..]));
    if is_spelled { LETTERS } else { 0 }
}

/// Matches digits with separators between; of the last ones, at least three may be letters, and more may follow.
fn match_digits(
    signs: &Signs,
    first: usize,
    form: WrittenForm,
    (prefix, national): (&str, &str),
    most_letters: usize,
) -> Option<(usize, bool, bool)> {
    let mut wanted = prefix.bytes().chain(national.bytes());
    let mut left = prefix.len() + national.len();
    let (mut at, mut gap, mut letters) = (first, 0, 0);
    let mut next = wanted.next();
    let mut has_zero = false;
    while let Some(byte) = next {
        let char = signs.char(at);
        let digit = signs.digit(at);
        let is_letter = left <= most_letters && keypad(char) == Some(byte);
        if is_letter || digit == Some(byte) {
            letters += usize::from(is_letter);
            (gap, left, next) = (0, left - 1, wanted.next());
        } else if form == WrittenForm::International && left == national.len() && digit == Some(b'0') && !has_zero {
            (gap, has_zero) = (0, true);
        } else {
            gap += usize::from(!(is_blank(char) && is_blank(signs.char(at.wrapping_sub(1)))));
            if !is_separator(char) || gap > MAX_GAP {
                return None;
            }
        }
        at += 1;
    }
    match letters {
        0 => Some((at, false, has_zero)),
        MIN_LETTERS.. => Some((end_of_word(signs, at), true, has_zero)),
        _ => None,
    }
}

/// Says whether `char` is one of those of which a page shows a run as one blank.
pub(super) fn is_blank(char: char) -> bool {
    matches!(char, '\t'..='\r' | ' ' | '\u{a0}')
}

/// Returns the end of a word that goes on behind the number's last digit: the letters, and capitals behind a hyphen.
fn end_of_word(signs: &Signs, from: usize) -> usize {
    let mut end = from;
    loop {
        let is_hyphen = signs.char(end) == '-' && signs.char(end + 1).is_ascii_uppercase();
        if !is_hyphen && !signs.char(end).is_ascii_alphabetic() {
            return end;
        }
        end += 1;
    }
}

/// Returns where the written number begins, and whether with a plus: that belongs to it, and of the brackets before its first
/// digit as many as it closes.
pub(super) fn opening(signs: &Signs, first_digit: usize, mut closed: usize) -> (usize, bool) {
    let (mut begin, mut has_plus) = (first_digit, false);
    for at in (0..first_digit).rev().take(MAX_LEAD) {
        let char = signs.char(at);
        if is_plus(char) && !has_plus {
            (begin, has_plus) = (at, true);
        } else if opens(char) && closed > 0 {
            (begin, closed) = (at, closed - 1);
        } else if !is_blank(char) || has_plus {
            break;
        }
    }
    (begin, has_plus)
}
