//! What a search asks for before anything is read.

use super::E164;
use super::characters::zero_in;
use super::written_form::{WrittenForm, letters_of};

/// Digits of an area code, and of what stands in its place before letters elsewhere: they are written together.
const AREA_DIGITS: usize = 3;

/// Returns runs of digits, each followed by a space, of which every usual form of a number has one in it. A text without any is
/// not worth a look.
///
/// In North America that is the area code: the others may be letters. Elsewhere two of the last three digits stand together,
/// whether the number ends in pairs or in the `-0` of a switchboard.
///
/// ```
/// use dni_core::phone::{E164, seeds};
///
/// assert_eq!(seeds(E164::parse("+13125550142").unwrap()), "312 ");
/// assert_eq!(seeds(E164::parse("+4930901820").unwrap()), "82 20 ");
/// assert_eq!(seeds(E164::parse("+448003569377").unwrap()), "800 37 77 ");
/// assert_eq!(seeds(E164::parse("+81612345678").unwrap()), "67 78 \u{ff16}\u{ff17} \u{ff17}\u{ff18} ");
/// ```
pub fn seeds(number: E164) -> String {
    let (code, national) = WrittenForm::International.digits(&number).unwrap_or_default();
    let mut seeds = String::new();
    let mut push = |run: Option<&str>, zero: u32| {
        let digits = run.unwrap_or_default().bytes();
        seeds.extend(digits.filter_map(|digit| char::from_u32(zero + u32::from(digit) - 0x30)));
        seeds.push(' ');
    };
    if letters_of(&number) > 0 {
        push(national.get(..AREA_DIGITS), 0x30);
    }
    if code != "1" {
        let last = |from: usize| national.len().checked_sub(from).and_then(|at| national.get(at..at + 2));
        let native = zero_in(code);
        for zero in [0x30, native].into_iter().take(if native == 0x30 { 1 } else { 2 }) {
            push(last(3), zero);
            push(last(2), zero);
        }
    }
    seeds
}
