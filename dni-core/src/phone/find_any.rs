//! Any number in a text.
//!
//! A candidate is a run of digits with what joins them, perhaps with an extension behind. One that is a number as a whole is
//! taken; otherwise its parts are tried, cut at each kind of sign that may stand between two numbers. What is a candidate,
//! where it is cut and what is refused are the rules of libphonenumber's matcher at its leniency VALID.

use core::ops::Range;

use super::characters::{self, binds, closes, digit, is_plus, is_space, joins, leads, opens};
use super::dialled::{Digits, digits_of, is_word, split_extension};
use super::extension::{self, Extension};
use super::{FoundNumber, PhoneNumber, Region, nanp};

/// Most finds in one text: more than the longest directory has.
const MAX_FOUND: usize = 65_535;
/// Most digits in a row and most rows of a candidate: country code and national number of the longest kind.
const MAX_RUN: usize = 20;
/// Most signs between two digits of one number.
const MAX_JOINS: usize = 4;
/// Most characters before the first digit: two plus signs or brackets, each with [`MAX_JOINS`] behind.
const MAX_LEAD: usize = 2 * (1 + MAX_JOINS);
/// Longest text that is read as one number, in characters.
const MAX_WRITTEN: usize = 250;
/// Fewest digits of a number of the North American plan.
const NANP_DIGITS: usize = 10;
/// Fewest digits of an international number.
const ABROAD_DIGITS: usize = 7;

/// Finds the phone numbers in `text`, those without a country code being of `region`.
///
/// In the North American plan only assigned numbers are found, in the forms that libphonenumber's matcher takes at its
/// leniency VALID: dates, times, prices, page references, and digits glued to a Latin letter are none. Numbers that start
/// with `+` or `011` and another country's code, and other regions' national forms, are found with the feature
/// `international`; without it they are not. Seven digits without an area code are never a number. Vanity numbers are not
/// looked for: any word may be one.
///
/// Finds do not overlap and come in the order of the text, at most 65,535 of them.
///
/// ```
/// use dni_core::phone::{Region, find_numbers};
///
/// let text = "Sales (312) 555-0142 ext. 7, open since 2012-05-14 08:00, from $312.55";
/// let found = find_numbers(text, Region::US);
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].number.as_str(), "+13125550142");
/// assert_eq!(found[0].extension.unwrap().as_str(), "7");
/// assert_eq!(&text[found[0].range.clone()], "(312) 555-0142 ext. 7");
/// ```
pub fn find_numbers(text: &str, region: Region) -> Vec<FoundNumber> {
    #[cfg(feature = "international")]
    if !region.is_nanp() {
        return super::international::find_numbers(text, region, MAX_FOUND);
    }
    let finder = Finder { text, region };
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(candidate) = finder.next_candidate(from) {
        from = candidate.range.end;
        if let Some(number) = finder.number_in(&candidate) {
            from = number.range.end;
            found.push(number);
            if found.len() == MAX_FOUND {
                break;
            }
        }
    }
    found
}

struct Finder<'t> {
    text: &'t str,
    region: Region,
}

/// A run of digits with what joins them.
struct DigitRun {
    range: Range<usize>,
    /// How many digits are in it, if not fewer: what is cut off the end has been counted.
    digits: usize,
}

impl Finder<'_> {
    fn next_candidate(&self, from: usize) -> Option<DigitRun> {
        let first = self.first_digit(from)?;
        let start = first - lead(self.text.get(from..first)?);
        let (mut end, mut digits) = self.digits_end(first);
        for _ in 0..MAX_RUN {
            let rest = self.text.get(end..)?;
            let gap = rest.chars().take(MAX_JOINS).take_while(|char| joins(*char)).map(char::len_utf8).sum::<usize>();
            let (run_end, run) = self.digits_end(end + gap);
            if run == 0 {
                break;
            }
            (end, digits) = (run_end, digits + run);
        }
        let behind = extension_length(self.text.get(end..)?);
        let candidate = start..end + behind;
        let length = second_number(self.text.get(candidate.clone())?);
        Some(DigitRun { range: start..start + length, digits: digits + behind })
    }

    /// Returns where the next digit stands, of any script.
    fn first_digit(&self, from: usize) -> Option<usize> {
        let rest = self.text.get(from..)?;
        // Byte by byte, because nearly all digits are ASCII and nearly all text has none.
        let near = rest.bytes().position(|byte| byte.is_ascii_digit() || byte >= 0x80)?;
        let rest = rest.get(near..)?;
        rest.char_indices().find(|(_, char)| digit(*char).is_some()).map(|(at, _)| from + near + at)
    }

    /// Returns the end of the digits at `from`, at most [`MAX_RUN`], and how many there are.
    fn digits_end(&self, from: usize) -> (usize, usize) {
        let rest = self.text.get(from..).unwrap_or_default();
        let run = rest.chars().take(MAX_RUN).take_while(|char| digit(*char).is_some());
        run.fold((from, 0), |(end, count), char| (end + char.len_utf8(), count + 1))
    }

    fn number_in(&self, candidate: &DigitRun) -> Option<FoundNumber> {
        let written = self.text.get(candidate.range.clone())?;
        let is_abroad =
            cfg!(feature = "international") && candidate.digits >= ABROAD_DIGITS && written.contains(is_plus);
        if candidate.digits < NANP_DIGITS && !is_abroad || has_date(written) || self.is_time(candidate) {
            return None;
        }
        self.verify(candidate.range.clone()).or_else(|| {
            let cuts = [at_slash, at_bracket, at_hyphen, at_dash, at_dot, at_space];
            cuts.into_iter().find_map(|cut| self.part(candidate.range.start, written, cut))
        })
    }

    /// Returns the first part of `written` that is a number: what stands before the first cut, then what follows each.
    fn part(&self, offset: usize, written: &str, cut: Cut) -> Option<FoundNumber> {
        let mut from = 0;
        while let Some((at, part)) = cut(written, from) {
            if from == 0 {
                let before = self.verify_part(offset, written, 0..at);
                if before.is_some() {
                    return before;
                }
            }
            let number = self.verify_part(offset, written, part);
            if number.is_some() {
                return number;
            }
            from = at + written.get(at..)?.chars().next()?.len_utf8();
        }
        None
    }

    fn verify_part(&self, offset: usize, written: &str, part: Range<usize>) -> Option<FoundNumber> {
        let length = written.get(part.clone())?.trim_end_matches(|char| !may_end(char)).len();
        self.verify(offset + part.start..offset + part.start + length)
    }

    /// Returns the number that a part of the text is, if it is one and stands alone.
    fn verify(&self, range: Range<usize>) -> Option<FoundNumber> {
        let written = self.text.get(range.clone())?;
        let dialled = self.read(written)?;
        let alone = self.stands_alone(written, &range) && brackets_close(written) && !is_page_reference(written);
        let alone = alone && self.x_is_for_extension(written, &dialled);
        alone.then_some(FoundNumber { number: dialled.number, extension: dialled.extension, range })
    }

    fn stands_alone(&self, written: &str, range: &Range<usize>) -> bool {
        let before = self.text.get(..range.start).and_then(|text| text.chars().next_back());
        let after = self.text.get(range.end..).and_then(|text| text.chars().next());
        (written.starts_with(leads) || !before.is_some_and(binds)) && !after.is_some_and(binds)
    }

    /// Reads `written` as one number; only an assigned one is any.
    fn read(&self, written: &str) -> Option<PhoneNumber> {
        if written.len() > MAX_WRITTEN && written.chars().count() > MAX_WRITTEN {
            return None;
        }
        let (main, extension) =
            split_extension(written.trim_start_matches(|char| digit(char).is_none() && !is_plus(char)));
        let body = main.trim_start_matches(is_plus);
        let has_plus = body.len() < main.len();
        let digits = digits_of(body, is_word(body), |char| joins(char) || char.is_ascii_alphabetic())?;
        let number = match digits.dialled(has_plus, self.region) {
            Digits::Nanp(national) if nanp::is_assigned(national.digits().get(1..)?) => national,
            #[cfg(feature = "international")]
            Digits::Abroad(digits) => super::international::read(digits.as_str())?,
            _ => return None,
        };
        Some(PhoneNumber { number, extension })
    }

    /// Says whether each x in `written` is the sign of its extension, or stands twice between a carrier's code and the number.
    fn x_is_for_extension(&self, written: &str, whole: &PhoneNumber) -> bool {
        let mut rest = written;
        while let Some((_, behind)) = rest.split_once(['x', 'X']) {
            if behind.is_empty() {
                return true;
            }
            if behind.starts_with(['x', 'X']) {
                if behind.contains(is_plus) || self.read(behind).as_ref() != Some(whole) {
                    return false;
                }
                rest = behind.get(1..).unwrap_or_default();
            } else {
                // Digits of another script are no extension behind an x, for libphonenumber does not know them again.
                let digits = Extension::from_digits(behind.chars().filter(char::is_ascii).filter_map(digit));
                if digits.is_none() || digits != whole.extension {
                    return false;
                }
                rest = behind;
            }
        }
        true
    }

    /// Says whether the candidate is a day and an hour, and the minutes follow.
    fn is_time(&self, candidate: &DigitRun) -> bool {
        let minutes = self.text.get(candidate.range.end..).is_some_and(|rest| match rest.as_bytes() {
            [b':', b'0'..=b'5', unit, ..] => unit.is_ascii_digit(),
            _ => false,
        });
        minutes && self.text.get(candidate.range.clone()).is_some_and(ends_with_day_and_hour)
    }
}

/// Finds the next cut in a text from a place on: where its sign begins, and the part that it cuts off.
type Cut = fn(&str, usize) -> Option<(usize, Range<usize>)>;

/// Two numbers with a slash between.
fn at_slash(written: &str, from: usize) -> Option<(usize, Range<usize>)> {
    let at = from + written.get(from..)?.find('/')?;
    let part = written.get(at..)?.trim_start_matches('/');
    Some((at, written.len() - part.len()..written.len()))
}

/// Two numbers, the second beginning with a bracket.
fn at_bracket(written: &str, from: usize) -> Option<(usize, Range<usize>)> {
    let at = from + written.get(from..)?.find('(')?;
    let end = written.get(at + 1..)?.find('(').map_or(written.len(), |next| at + 1 + next);
    Some((at, at..end))
}

/// Two numbers with a hyphen between that has a space beside it.
fn at_hyphen(written: &str, from: usize) -> Option<(usize, Range<usize>)> {
    let rest = written.get(from..)?;
    let is_cut = |(at, char): (usize, char)| {
        let next = rest.get(at + char.len_utf8()..).and_then(|rest| rest.chars().next());
        (is_space(char) && next == Some('-')) || (char == '-' && next.is_some_and(is_space))
    };
    let (at, _) = rest.char_indices().find(|place| is_cut(*place))?;
    let part = rest.get(at..)?.trim_start_matches(is_space);
    let part = part.strip_prefix('-').unwrap_or(part).trim_start_matches(is_space);
    Some((from + at, written.len() - part.len()..written.len()))
}

/// Two numbers with a wide dash between.
fn at_dash(written: &str, from: usize) -> Option<(usize, Range<usize>)> {
    let rest = written.get(from..)?;
    let is_dash = |char| matches!(char, '\u{2012}'..='\u{2015}' | '\u{ff0d}');
    let at = rest.find(is_dash)?;
    let part = rest.get(at..)?.strip_prefix(is_dash)?.trim_start_matches(is_space);
    Some((from + at, written.len() - part.len()..written.len()))
}

/// Two numbers with a full stop between.
fn at_dot(written: &str, from: usize) -> Option<(usize, Range<usize>)> {
    let at = from + written.get(from..)?.find('.')?;
    let part = written.get(at..)?.trim_start_matches('.').trim_start_matches(is_space);
    let start = written.len() - part.len();
    Some((at, start..start + part.find('.').unwrap_or(part.len())))
}

/// Two numbers with a space between.
fn at_space(written: &str, from: usize) -> Option<(usize, Range<usize>)> {
    let rest = written.get(from..)?;
    let at = rest.find(is_space)?;
    let part = rest.get(at..)?.trim_start_matches(is_space);
    let start = written.len() - part.len();
    Some((from + at, start..start + part.find(is_space).unwrap_or(part.len())))
}

/// Says whether a number may end with `char`: what is no word is cut off.
fn may_end(char: char) -> bool {
    char == '#' || char.is_alphanumeric()
}

/// Returns how many of the last bytes of `before` belong to the number that follows: a plus, a bracket, and what joins them.
fn lead(before: &str) -> usize {
    let mut signs = ['\0'; MAX_LEAD];
    let mut places = [0; MAX_LEAD];
    let (mut count, mut length, mut longest) = (0, 0, 0);
    for char in before.chars().rev().take(MAX_LEAD).take_while(|char| leads(*char) || joins(*char)) {
        length += char.len_utf8();
        if let (Some(sign), Some(place)) = (signs.get_mut(count), places.get_mut(count)) {
            (*sign, *place) = (char, length);
        }
        count += 1;
        if signs.get(..count).is_some_and(is_lead) {
            longest = length;
        }
    }
    longest
}

/// Says whether the signs, last one first, are one or two plus signs or brackets, each with a few joining signs behind.
fn is_lead(backwards: &[char]) -> bool {
    let Some((first, behind)) = backwards.split_last() else { return false };
    let all_join = |signs: &[char]| signs.len() <= MAX_JOINS && signs.iter().all(|sign| joins(*sign));
    let is_second = |(at, sign): (usize, &char)| {
        let parts = behind.split_at_checked(at + 1);
        leads(*sign) && parts.is_some_and(|(_, between)| all_join(between)) && behind.get(..at).is_some_and(all_join)
    };
    leads(*first) && (all_join(behind) || behind.iter().enumerate().any(is_second))
}

/// Returns the length of the extension that `rest` begins with, 0 if there is none.
fn extension_length(rest: &str) -> usize {
    let labelled = || {
        if let Some(start) = strip_ignoring_case(rest, ";ext=") {
            return digits_behind(start, extension::MAX_DIGITS);
        }
        let label = rest.trim_start_matches([' ', '\u{a0}', '\t', ',']);
        let (start, most) = characters::after_label(label)?;
        let start = start.strip_prefix([':', '.', '\u{ff0e}']).unwrap_or(start);
        let start = start.trim_start_matches([' ', '\u{a0}', '\t', ',', '-']);
        let end = digits_behind(start, most)?;
        Some(end.strip_prefix('#').unwrap_or(end))
    };
    let hashed = || {
        let start = rest.trim_start_matches(['-', ' ']);
        let end = digits_behind(start, characters::MAX_HASHED).filter(|_| start.len() < rest.len())?;
        end.strip_prefix('#')
    };
    labelled().or_else(hashed).map_or(0, |end| rest.len() - end.len())
}

/// Returns what follows the digits that `start` begins with, at most so many of them.
fn digits_behind(start: &str, most: usize) -> Option<&str> {
    let run = start.chars().take(most).take_while(|char| digit(*char).is_some());
    let length = run.map(char::len_utf8).sum::<usize>();
    start.get(length..).filter(|_| length > 0)
}

fn strip_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Returns where a second extension begins, or else the end: `x302/x2303` is two numbers that share all but the last.
fn second_number(candidate: &str) -> usize {
    let is_second = |(at, _): &(usize, &str)| {
        candidate.get(at + 1..).is_some_and(|rest| rest.trim_start_matches(' ').starts_with('x'))
    };
    candidate.match_indices('/').find(is_second).map_or(candidate.len(), |(at, _)| at)
}

/// Says whether there is a date with slashes in it: 3/10/2011, 31/10/96, 08/31/95.
fn has_date(written: &str) -> bool {
    let is_day = |(at, _): (usize, &str)| {
        let after_digit = written.get(..at).is_some_and(|before| before.ends_with(|char| digit(char).is_some()));
        let (first, rest) = split_digit(written.get(at + 1..)?)?;
        let rest = match (first, split_digit(rest)) {
            (b'0'..=b'3', Some((_, rest))) => rest,
            _ => rest,
        };
        let (_, rest) = split_digit(rest.strip_prefix('/')?)?;
        split_digit(rest).filter(|_| after_digit)
    };
    written.match_indices('/').any(|place| is_day(place).is_some())
}

fn split_digit(text: &str) -> Option<(u8, &str)> {
    let mut chars = text.chars();
    Some((digit(chars.next()?)?, chars.as_str()))
}

/// Says whether `written` ends like 2012-05-14 08, with or without signs between year, month and day.
fn ends_with_day_and_hour(written: &str) -> bool {
    let mut back = written.bytes().rev();
    let mut last = |ok: fn(u8) -> bool| back.next().is_some_and(ok);
    let is_hour = last(|byte| byte.is_ascii_digit()) && last(|byte| matches!(byte, b'0'..=b'2'));
    let day_end = written.len().saturating_sub(2);
    let day = written.get(..day_end).unwrap_or_default();
    let trimmed = day.trim_end_matches(' ');
    let is_sign = |byte: &u8| matches!(byte, b'-' | b'/');
    let date = match trimmed.as_bytes() {
        [head @ .., tens @ b'0'..=b'3', unit] if tens.is_ascii_digit() && unit.is_ascii_digit() => head,
        _ => return false,
    };
    let date = date.strip_suffix(b"-").or_else(|| date.strip_suffix(b"/")).unwrap_or(date);
    let [year @ .., b'0' | b'1', month] = date else { return false };
    let year = match year {
        [head @ .., sign] if is_sign(sign) => head,
        all => all,
    };
    let is_year = matches!(year, [.., b'1' | b'2', a, b, c] if [a, b, c].iter().all(|byte| byte.is_ascii_digit()));
    is_hour && trimmed.len() < day.len() && month.is_ascii_digit() && is_year
}

/// Says whether brackets stand as they do in numbers: the first group may be in them, and up to three in a row later.
fn brackets_close(written: &str) -> bool {
    let inside = |text: &str| {
        let rest = text.trim_start_matches(|char| !opens(char) && !closes(char)).len();
        (rest < text.len()).then_some(text.len() - rest)
    };
    let skip_inside = |text: &'_ str| inside(text).and_then(|length| text.get(length..).map(str::len));
    let tail = |length: usize| written.get(written.len() - length..).unwrap_or_default();
    let mut rest = written.strip_prefix(opens).unwrap_or(written);
    let Some(after) = skip_inside(rest) else { return false };
    rest = tail(after);
    if let Some(behind) = rest.strip_prefix(closes) {
        let Some(after) = skip_inside(behind) else { return false };
        rest = tail(after);
    }
    for _ in 0..3 {
        let Some(behind) = rest.strip_prefix(opens) else { break };
        let Some(after) = skip_inside(behind).and_then(|after| tail(after).strip_prefix(closes)) else { return false };
        rest = after;
    }
    !rest.contains(|char| opens(char) || closes(char))
}

/// Says whether there is a reference to pages in it, like `36-37 (2008)`: digits, a hyphen, digits, a bracket, digits.
fn is_page_reference(written: &str) -> bool {
    let is_one = |at: usize| {
        let (before, after) = written.split_at_checked(at)?;
        split_digit(after.get(1..)?)?;
        let head = before.trim_end_matches(is_space);
        let pages = head.trim_end_matches(|char| digit(char).is_some());
        let count = |text: &str, rest: &str| text.get(rest.len()..).map(|run| run.chars().count());
        let few = (1..=5).contains(&count(head, pages)?) && count(before, head)? <= 4;
        let first = pages.trim_end_matches('-');
        (few && first.len() < pages.len() && first.ends_with(|char| digit(char).is_some())).then_some(())
    };
    written.match_indices('(').any(|(at, _)| is_one(at).is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn brackets() {
        let cases = [
            ("312 555 0142", true),
            ("(312) 555 0142", true),
            ("312) 555 0142", true),
            ("(312 555 0142", true),
            ("312 (555) 0142", true),
            ("312 (555)(0142) 7", true),
            ("312 (555) (0142)", false),
            ("((312) 555 0142", false),
            ("(312)) 555 0142", false),
            ("312 555 (0142", false),
            ("()312", false),
            ("(312)", false),
            ("", false),
        ];
        for (written, expected) in cases {
            assert_eq!(brackets_close(written), expected, "{written:?}");
        }
    }

    #[test]
    fn dates_and_hours() {
        for (written, is_date, is_hour) in [
            ("3/10/2011", true, false),
            ("31/10/96", true, false),
            ("08/31/95", true, false),
            ("1/40/95", false, false),
            ("312/555/0142", false, false),
            ("2012-01-02 08", false, true),
            ("2012/01/02  08", true, true),
            ("20120102 08", false, true),
            ("12-01-02 08", false, false),
            ("2012-21-02 08", false, false),
            ("2012-01-02 38", false, false),
            ("2012-01-0208", false, false),
            ("08", false, false),
            ("", false, false),
        ] {
            assert_eq!((has_date(written), ends_with_day_and_hour(written)), (is_date, is_hour), "{written:?}");
        }
    }

    #[test]
    fn page_references() {
        for (written, expected) in [
            ("36-37 (2008)", true),
            ("12345--67890 (1", true),
            ("36-370000 (2008)", false),
            ("36 37 (2008)", false),
            ("-37 (2008)", false),
            ("312-555-0142", false),
        ] {
            assert_eq!(is_page_reference(written), expected, "{written:?}");
        }
    }

    #[test]
    fn long_texts_are_survived() {
        // Each of them makes one candidate after another as long as can be.
        for piece in [
            "1",
            "(",
            "1(",
            "1 - ",
            "1/",
            "1.",
            "x1",
            "1x/",
            "+1 ",
            "(1)",
            "1) ",
            "99-1 (1",
            "\u{663}",
            ",;ext=1",
            "1 ext. 1 ",
        ] {
            find_numbers(&piece.repeat(4_000), Region::US);
        }
        assert_eq!(find_numbers(&"312-555-0142, ".repeat(70_000), Region::US).len(), MAX_FOUND);
    }

    #[test]
    fn only_with_metadata_are_national_forms_of_other_regions_known() {
        let found = find_numbers("020 7946 0018", Region::parse("GB").unwrap());
        assert_eq!(found.len(), usize::from(cfg!(feature = "international")));
    }

    #[test]
    fn without_metadata_only_international_forms_of_the_plan_are_known() {
        let found = find_numbers("+1 312 555 0142", Region::parse("GB").unwrap());
        assert_eq!(found.len(), 1);
        let found = find_numbers("312-555-0142", Region::parse("GB").unwrap());
        assert_eq!(found, []);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,200}") {
            check_finds(&text)?;
        }

        #[test]
        fn any_signs_are_survived(text in "[0-9+()/x .,;~#\u{ff08}\u{a0}\u{2013}ext=-]{0,120}") {
            check_finds(&text)?;
        }

        #[test]
        fn a_number_alone_is_found(area in "312|800|416|876", line in "[2-9][0-9]{6}", separator in "[-. /]?") {
            let (exchange, last) = line.split_at(3);
            let text = ["(", &area, ") ", exchange, &separator, last].concat();
            if nanp::is_assigned(&[&area, line.as_str()].concat()) {
                let found = find_numbers(&text, Region::US);
                prop_assert_eq!(found.len(), 1, "{}", text);
                prop_assert_eq!(found[0].range.clone(), 0..text.len());
            }
        }
    }

    /// Finds are of the text, in its order, apart from each other, and assigned.
    fn check_finds(text: &str) -> Result<(), TestCaseError> {
        let mut end = 0;
        for found in find_numbers(text, Region::US) {
            prop_assert!(found.range.start >= end);
            prop_assert!(text.get(found.range.clone()).is_some());
            prop_assert!(crate::phone::is_valid(found.number) == Some(true));
            end = found.range.end;
        }
        Ok(())
    }
}
