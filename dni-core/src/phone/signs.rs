//! A text as the signs it stands for, those of links that are percent-encoded among them.

use super::characters::digit_on_page;

/// Characters that a percent-encoded byte is written in.
const ENCODED_LENGTH: usize = 3;

/// A text's signs. `%28` is one, a bracket. Letters and digits are never encoded by whoever writes numbers: there the percent sign
/// stands for itself.
pub(super) struct Signs<'t> {
    text: &'t str,
    signs: Vec<(usize, char)>,
}

impl<'t> Signs<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut signs = Vec::with_capacity(text.len());
        let mut place = 0;
        while let Some(rest) = text.get(place..)
            && let Some(char) = rest.chars().next()
        {
            let encoded = decoded(rest);
            signs.push((place, encoded.unwrap_or(char)));
            place += if encoded.is_some() { ENCODED_LENGTH } else { char.len_utf8() };
        }
        Self { text, signs }
    }

    pub(super) fn len(&self) -> usize {
        self.signs.len()
    }

    /// Returns a sign; NUL if there is none. It is asked for in so many places that a copy in each would cost the browser bytes.
    #[inline(never)]
    pub(super) fn char(&self, at: usize) -> char {
        self.signs.get(at).map_or('\0', |(_, char)| *char)
    }

    /// Returns the digit that a sign is, as an ASCII byte.
    #[inline(never)]
    pub(super) fn digit(&self, at: usize) -> Option<u8> {
        digit_on_page(self.char(at))
    }

    /// Returns where a sign stands in the text, in bytes.
    pub(super) fn place(&self, at: usize) -> usize {
        self.signs.get(at).map_or(self.text.len(), |(place, _)| *place)
    }

    /// Returns the text from one sign to before another, as it is written.
    pub(super) fn written(&self, from: usize, to: usize) -> &'t str {
        self.text.get(self.place(from)..self.place(to)).unwrap_or_default()
    }
}

/// Reads a percent-encoded byte. Of those of a longer sign each counts as a blank: what is encoded so is a blank or a dash.
fn decoded(text: &str) -> Option<char> {
    let mut hex = text.strip_prefix('%')?.chars().map(|char| char.to_digit(16));
    let byte = u8::try_from(hex.next()?? << 4 | hex.next()??).ok()?;
    let char = if byte.is_ascii() { char::from(byte) } else { '\u{a0}' };
    (!char.is_ascii_alphanumeric()).then_some(char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_links() {
        for (text, expected) in [
            ("", vec![]),
            ("a1", vec!["a", "1"]),
            ("%281%29", vec!["%28", "1", "%29"]),
            ("%2b%20", vec!["%2b", "%20"]),
            ("%C2%A01", vec!["%C2", "%A0", "1"]),
            ("%E2%80%91", vec!["%E2", "%80", "%91"]),
            ("%31%41", vec!["%", "3", "1", "%", "4", "1"]),
            ("%+1%2", vec!["%", "+", "1", "%", "2"]),
            ("%2\u{a0}", vec!["%", "2", "\u{a0}"]),
        ] {
            let signs = Signs::of(text);
            let got: Vec<_> = (0..signs.len()).map(|at| signs.written(at, at + 1)).collect();
            assert_eq!(got, expected, "{text:?}");
        }
        let chars: Vec<_> = (0..5).map(|at| Signs::of("%28%C2%A0\u{ff11}").char(at)).collect();
        assert_eq!(chars, ['(', '\u{a0}', '\u{a0}', '\u{ff11}', '\0']);
    }
}
