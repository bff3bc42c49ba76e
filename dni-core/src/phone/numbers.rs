//! Any number in a text.

use core::ops::Range;

use super::{E164, Extension, Region};

/// A number as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundNumber {
    /// The number.
    pub number: E164,
    /// Its extension, if one is written behind it.
    pub extension: Option<Extension>,
    /// Where it stands, in bytes: from its first digit, plus or bracket to its last digit, that of the extension included.
    pub range: Range<usize>,
}

/// Finds the phone numbers in `text`, those without a country code being of `region`.
pub fn find_numbers(text: &str, region: Region) -> Vec<FoundNumber> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(|char: char| char.is_ascii_digit())) {
        let rest = text.get(from + at..).unwrap_or_default();
        let length = rest.find(|char: char| !(char.is_ascii_digit() || " -.()".contains(char))).unwrap_or(rest.len());
        let written = rest.get(..length).unwrap_or_default().trim_end_matches(|char: char| !char.is_ascii_digit());
        if let (true, Ok(number)) = (region.is_nanp(), E164::parse_in_nanp(written)) {
            found.push(FoundNumber { number, extension: None, range: from + at..from + at + written.len() });
        }
        from += at + length;
    }
    found
}
