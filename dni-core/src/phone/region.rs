//! The country whose people wrote a number.

mod of_number;

use core::fmt;

/// The regions that share the country code 1 and its rules (North American Numbering Plan).
const NANP: &[u8] = b"AGAIASBBBMBSCADMDOGDGUJMKNKYLCMPMSPRSXTCTTUSVCVGVI";

/// A country or territory as ISO 3166-1 names it in two letters: where a number without country code is from.
///
/// ```
/// use dni_core::phone::Region;
///
/// assert_eq!(Region::parse("us"), Some(Region::US));
/// assert_eq!(Region::parse("GB").map(|region| region.is_nanp()), Some(false));
/// assert_eq!(Region::parse("USA"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region([u8; 2]);

impl Region {
    /// The United States, and for the form of a number the whole North American Numbering Plan.
    pub const US: Self = Self(*b"US");

    /// Reads two letters of either case; `None` for anything else. Whether such a region exists is not looked up: a
    /// number in national form is of no region that nobody knows.
    pub fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                Some(Self([first.to_ascii_uppercase(), second.to_ascii_uppercase()]))
            }
            _ => None,
        }
    }

    /// Returns the two letters: `US`.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Says whether the region is in the North American Numbering Plan.
    pub fn is_nanp(self) -> bool {
        NANP.as_chunks::<2>().0.contains(&self.0)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_letters_are_a_region() {
        let cases = [
            ("US", Some(("US", true))),
            ("ca", Some(("CA", true))),
            ("Pr", Some(("PR", true))),
            ("GB", Some(("GB", false))),
            ("SA", Some(("SA", false))), // stands across two entries of the table
            ("", None),
            ("U", None),
            ("USA", None),
            ("U1", None),
            ("é", None),
        ];
        for (text, expected) in cases {
            let region = Region::parse(text);
            assert_eq!(region.as_ref().map(|one| (one.as_str(), one.is_nanp())), expected, "{text:?}");
        }
    }
}
