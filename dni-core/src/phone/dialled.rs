//! From written digits to the number they dial.

use super::characters::{self, digit};
use super::extension::{self, Extension};
use super::keypad::keypad;
use super::{E164, Region};

/// Most digits that any number is written with: a prefix for calls abroad, country code and national number.
const MAX_DIGITS: usize = 24;
/// What is dialled in North America before another country's code.
const ABROAD: &[u8] = b"011";
/// Fewest digits before an extension; bare two do as well.
const MIN_BEFORE_EXTENSION: usize = 3;
/// Fewest digits before the first letter.
const MIN_BEFORE_LETTERS: usize = 3;
/// Fewest letters that are a word to dial: fewer are slips, or an extension's x.
const MIN_LETTERS: usize = 3;

/// What written digits are.
pub(super) enum Digits {
    /// A number of the form of the North American plan.
    Nanp(E164),
    /// Country code and national number of another country.
    Abroad(Written),
    /// A national form that is not of the North American plan.
    National,
}

/// The digits of one written number.
#[derive(Clone, Copy)]
pub(super) struct Written {
    digits: [u8; MAX_DIGITS],
    len: usize,
}

/// Says whether `text` has so many letters that they stand for digits.
pub(super) fn is_word(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_alphabetic).count() >= MIN_LETTERS
}

/// Collects the digits of `text`, those that letters stand for if `has_word`; `None` if there are too many, or a sign that
/// `is_skipped` does not allow.
pub(super) fn digits_of(text: &str, has_word: bool, is_skipped: impl Fn(char) -> bool) -> Option<Written> {
    let mut written = Written { digits: [0; MAX_DIGITS], len: 0 };
    for char in text.chars() {
        if written.len < MIN_BEFORE_LETTERS && char.is_ascii_alphabetic() && !matches!(char, 'x' | 'X') {
            return None;
        }
        match digit(char).or_else(|| keypad(char).filter(|_| has_word)) {
            Some(digit) => written.push(digit)?,
            None if is_skipped(char) => {}
            None => return None,
        }
    }
    Some(written)
}

impl Written {
    pub(super) fn push(&mut self, digit: u8) -> Option<()> {
        *self.digits.get_mut(self.len)? = digit;
        self.len += 1;
        Some(())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.digits.get(..self.len).unwrap_or_default()
    }

    pub(super) fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Says what the digits dial in `region`, behind a plus or not.
    pub(super) fn dialled(&self, has_plus: bool, region: Region) -> Digits {
        let digits = self.as_bytes();
        let abroad = match digits {
            [b'1'..=b'9', ..] if has_plus => Some(digits),
            _ if region.is_nanp() => digits.strip_prefix(ABROAD).filter(|rest| rest.first() != Some(&b'0')),
            _ => None,
        };
        let national = match abroad {
            Some([b'1', national @ ..]) => without_ones(national, 1),
            Some(other) => {
                let mut written = Self { digits: [0; MAX_DIGITS], len: other.len() };
                written.digits.iter_mut().zip(other).for_each(|(place, digit)| *place = *digit);
                return Digits::Abroad(written);
            }
            // One to dial before an area code, and the country code, are the same digit, and some write both.
            None if region.is_nanp() && !has_plus => without_ones(digits, 3),
            None => return Digits::National,
        };
        E164::from_nanp_digits(national).map_or(Digits::National, Digits::Nanp)
    }
}

/// Takes off at most so many ones that ten digits remain.
fn without_ones(digits: &[u8], most: usize) -> &[u8] {
    let surplus = digits.len().saturating_sub(10).min(most);
    match digits.split_at_checked(surplus) {
        Some((ones, national)) if ones.iter().all(|one| *one == b'1') => national,
        _ => digits,
    }
}

/// Splits a number from the extension behind it: `x12`, `ext. 12`, `#12`, `;ext=12`, `,,12` and their like.
///
/// With nothing of a number before it, it is no extension, and all is returned as the number.
pub(super) fn split_extension(text: &str) -> (&str, Option<Extension>) {
    let split = || {
        let (head, extension) = find_extension(text)?;
        let count = head.chars().filter_map(digit).count();
        let has_number = count >= MIN_BEFORE_EXTENSION || (count == 2 && head.chars().count() == 2);
        has_number.then_some((head, Some(extension)))
    };
    split().unwrap_or((text, None))
}

fn find_extension(text: &str) -> Option<(&str, Extension)> {
    let unhashed = text.strip_suffix('#').unwrap_or(text);
    let head = unhashed.trim_end_matches(|char| digit(char).is_some());
    let digits = unhashed.get(head.len()..)?;
    let count = digits.chars().take(extension::MAX_DIGITS + 1).count();
    if !(1..=extension::MAX_DIGITS).contains(&count) {
        return None;
    }
    let extension = Extension::from_digits(digits.chars().filter_map(digit))?;
    let is_gap = |char| matches!(char, ' ' | '\u{a0}' | '\t' | ',');
    let label = head.trim_end_matches(|char| is_gap(char) || char == '-');
    let label = label.strip_suffix([':', '.', '\u{ff0e}']).unwrap_or(label);
    if let Some((before, most)) = characters::before_label(label) {
        return (count <= most).then(|| (before.trim_end_matches(is_gap), extension));
    }
    if let Some(before) = head.strip_suffix(";ext=").or_else(|| head.strip_suffix(";EXT=")) {
        return Some((before, extension));
    }
    let pause = head.trim_end_matches([' ', '\u{a0}', '\t', '-']);
    let pause = pause.strip_suffix([':', '.']).unwrap_or(pause);
    let before = pause.trim_end_matches([',', ';', ' ']);
    let most = if pause.get(before.len()..)? == "," { characters::MAX_SHORT } else { characters::MAX_PAUSED };
    if pause.ends_with([',', ';']) && count <= most {
        return Some((before, extension));
    }
    let before = head.trim_end_matches(['-', ' ']);
    let is_hashed = unhashed.len() < text.len() && before.len() < head.len() && count <= characters::MAX_HASHED;
    is_hashed.then_some((before, extension))
}
