//! Any text as a page's: the first byte chooses the region.

use core::ops::Range;

use dni_core::phone::{E164, Region, find_numbers, find_targets};

const REGIONS: [&str; 4] = ["US", "CA", "GB", "DE"];

/// Tries one input; panics if it breaks what is promised.
pub fn try_input(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let region = Region::parse(REGIONS[usize::from(*first) % REGIONS.len()]).unwrap();

    let found = find_numbers(&text, region);
    check_places(&text, found.iter().map(|one| &one.range));
    for one in &found {
        let written = &text[one.range.clone()];
        assert!(written.chars().any(char::is_numeric), "{written:?} has no digit");
        assert_eq!(E164::parse(one.number.as_str()), Ok(one.number));
        assert!(one.extension.is_none_or(|extension| !extension.as_str().is_empty()));
    }

    let targets: Vec<E164> = found.iter().map(|one| one.number).take(8).collect();
    let swapped = find_targets(&text, &targets);
    check_places(&text, swapped.iter().map(|one| &one.range));
    for one in &swapped {
        assert!(targets.contains(&one.target));
        let digits: String = text[one.range.clone()].chars().filter_map(|char| char.to_digit(10)).map(|digit| digit.to_string()).collect();
        // A vanity number has fewer digits, and none of them stands for another; so have encoded signs and other scripts.
        if text[one.range.clone()].chars().all(|char| !char.is_ascii_alphabetic() && !matches!(char, '%' | '\u{80}'..)) {
            // Before the last six digits stands what is dialled in the country, from abroad, or both. A whole number of a country may have
            // fewer: Hamburg's 040 794 is +49 40 794.
            let (own, dialled) = (one.target.digits(), digits.trim_start_matches('0'));
            let is_whole = dialled.len() < 6 && own.ends_with(dialled);
            assert!(is_whole || digits.ends_with(&own[own.len() - 6..]), "{digits} for {}", one.target);
        }
    }
}

/// Places lie in the text, on the borders of characters, in order and apart.
fn check_places<'a>(text: &str, places: impl Iterator<Item = &'a Range<usize>>) {
    let mut end = 0;
    for place in places {
        assert!(place.start >= end && place.start < place.end, "{place:?} after {end}");
        assert!(text.get(place.clone()).is_some(), "{place:?} of {text:?}");
        end = place.end;
    }
}
