//! Text with a limit.

use core::fmt;

use serde::{Deserialize, Serialize};

/// A text of at most `MAX` bytes; what is longer is cut at a character's end.
///
/// Everything a carrier or an owner writes passes through here before it is kept, so that no record can grow without
/// limit. Cutting the same text twice gives the same text, which the merge of a call's events relies on.
///
/// ```
/// use call_router::text::Text;
///
/// assert_eq!(Text::<8>::cut("WIRELESS CALLER").as_str(), "WIRELESS");
/// assert_eq!(Text::<4>::cut("Zoë☎").as_str(), "Zoë");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// Keeps as many whole characters of `text` as fit.
    pub fn cut(text: &str) -> Self {
        let end = text.floor_char_boundary(MAX);
        Self(text.get(..end).unwrap_or_default().to_owned())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> From<String> for Text<MAX> {
    fn from(text: String) -> Self {
        Self::cut(&text)
    }
}

impl<const MAX: usize> From<&str> for Text<MAX> {
    fn from(text: &str) -> Self {
        Self::cut(text)
    }
}

impl<const MAX: usize> From<Text<MAX>> for String {
    fn from(text: Text<MAX>) -> Self {
        text.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_for_stored_text_too() {
        let text: Text<5> = serde_json::from_str("\"more than five\"").unwrap();
        assert_eq!(text.as_str(), "more ");
    }
}
