//! The number to dial once the call is answered.

use core::fmt;

/// Most digits of an extension that anybody writes out (the longest that libphonenumber reads).
pub(super) const MAX_DIGITS: usize = 20;

/// An extension: the one to twenty digits to dial once a company's line has answered. Leading zeros count.
///
/// ```
/// use dni_core::phone::Extension;
///
/// assert_eq!(Extension::parse("012").unwrap().as_str(), "012");
/// assert_eq!(Extension::parse("x12"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Extension {
    digits: [u8; MAX_DIGITS],
    len: u8,
}

impl Extension {
    /// Reads bare digits; `None` if there are none, too many, or anything else.
    pub fn parse(text: &str) -> Option<Self> {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| Self::from_digits(text.bytes()))?
    }

    pub(super) fn from_digits(digits: impl Iterator<Item = u8>) -> Option<Self> {
        let mut read = Self { digits: [0; MAX_DIGITS], len: 0 };
        for digit in digits {
            *read.digits.get_mut(usize::from(read.len))? = digit;
            read.len += 1;
        }
        (read.len > 0).then_some(read)
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        let used = self.digits.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(used).unwrap_or_default()
    }
}

impl fmt::Display for Extension {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for Extension {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_twenty_digits() {
        let cases = [
            ("1", true),
            ("007", true),
            (&"9".repeat(20), true),
            (&"9".repeat(21), false),
            ("", false),
            ("1 2", false),
            ("١", false),
        ];
        for (text, is_one) in cases {
            let read = Extension::parse(text);
            assert_eq!(read.as_ref().map(Extension::as_str), is_one.then_some(text), "{text:?}");
        }
    }
}
