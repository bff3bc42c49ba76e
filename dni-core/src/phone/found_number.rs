//! A number as it stands in a text.

use core::ops::Range;

use super::{E164, Extension};

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
