//! Any text as a page's: the first byte chooses the region.
#![no_main]

use core::ops::Range;

use dni_core::phone::{E164, Region, find_numbers, find_targets};
use libfuzzer_sys::fuzz_target;

const REGIONS: [&str; 4] = ["US", "CA", "GB", "DE"];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let region = Region::parse(REGIONS[usize::from(*first) % REGIONS.len()]).unwrap();

    let found = find_numbers(&text, region);
    check_places(&text, found.iter().map(|one| &one.range));
    for one in &found {
        let written = &text[one.range.clone()];
        assert!(written.chars().any(|char| char.is_numeric()), "{written:?} has no digit");
        assert_eq!(E164::parse(one.number.as_str()), Ok(one.number));
        assert!(one.extension.is_none_or(|extension| !extension.as_str().is_empty()));
    }

    let targets: Vec<E164> = found.iter().map(|one| one.number).take(8).collect();
    let swapped = find_targets(&text, &targets);
    check_places(&text, swapped.iter().map(|one| &one.range));
    for one in &swapped {
        assert!(targets.contains(&one.target));
        let digits: String = text[one.range.clone()].chars().filter(char::is_ascii_digit).collect();
        // A vanity number has fewer digits, and none of them stands for another.
        if !text[one.range.clone()].chars().any(|char| char.is_ascii_alphabetic()) {
            let own = one.target.digits();
            // What is dialled before another country's code: 00 in most of the world, 011 in North America.
            let forms = [own.to_owned(), format!("00{own}"), format!("011{own}")];
            let national = one.target.nanp_digits().unwrap_or(&digits);
            assert!(forms.contains(&digits) || digits == national, "{digits} for {}", one.target);
        }
    }
});

/// Places lie in the text, on the borders of characters, in order and apart.
fn check_places<'a>(text: &str, places: impl Iterator<Item = &'a Range<usize>>) {
    let mut end = 0;
    for place in places {
        assert!(place.start >= end && place.start < place.end, "{place:?} after {end}");
        assert!(text.get(place.clone()).is_some(), "{place:?} of {text:?}");
        end = place.end;
    }
}
