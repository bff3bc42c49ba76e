//! Places in a text as JavaScript counts them: in UTF-16 code units.

use core::ops::Range;

/// Translates byte ranges, one after the other in the order of the text.
pub struct Utf16Places<'a> {
    text: &'a str,
    bytes: usize,
    units: usize,
}

impl<'a> Utf16Places<'a> {
    /// Begins at the start of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { text, bytes: 0, units: 0 }
    }

    /// Translates a range that begins no earlier than the last one ended.
    pub fn range(&mut self, range: &Range<usize>) -> Range<usize> {
        let start = self.go_to(range.start);
        start..self.go_to(range.end)
    }

    fn go_to(&mut self, bytes: usize) -> usize {
        let passed = self.text.as_bytes().get(self.bytes..bytes).unwrap_or_default();
        // A character is one unit, and one of four bytes is two; the bytes within a character begin with the bits 10.
        self.units +=
            passed.iter().map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0)).sum::<usize>();
        self.bytes = bytes.max(self.bytes);
        self.units
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_javascript_does() {
        for text in ["plain", "é ß", "日本語 123", "☎️ 312 📞🏽 555 👩‍👩‍👧", "\u{10ffff}\u{ffff}x", ""]
        {
            let mut places = Utf16Places::new(text);
            let mut before = 0;
            for (at, char) in text.char_indices() {
                let range = at..at + char.len_utf8();
                assert_eq!(places.range(&range), before..before + char.len_utf16(), "{text:?} at {range:?}");
                before += char.len_utf16();
            }
        }
    }
}
