//! Who said what, and when.

use dni_core::pii::Pii;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// Most segments of one transcript: an hour of short sentences by two speakers stays below.
pub const MAX_SEGMENTS: usize = 4000;
/// Longest text of one segment, in bytes: about a minute of fast speech.
pub const MAX_SEGMENT_TEXT: usize = 1500;
/// Longest text of one transcript, in bytes: three hours of speech. What is stored as one row may have 2 MB.
pub const MAX_TRANSCRIPT: usize = 256 * 1024;
/// Longest name of a language, in bytes: `en-US`, or `english` as some services write it.
const MAX_LANGUAGE: usize = 32;

/// A call's words, in the order in which they were spoken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// What was said, ordered by time.
    pub segments: Vec<Segment>,
    /// The language, as the service names it; `None` if it does not say.
    #[serde(default)]
    pub language: Option<Text<MAX_LANGUAGE>>,
    /// Says whether the end is missing, because there was more than [`MAX_SEGMENTS`] or [`MAX_TRANSCRIPT`] hold.
    #[serde(default)]
    pub cut: bool,
}

/// A few words in a row by one speaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Whose words these are.
    pub speaker: Speaker,
    /// Where in the recording they begin, in milliseconds.
    pub start_ms: u32,
    /// Where they end, in milliseconds; never before `start_ms`.
    pub end_ms: u32,
    /// The words.
    pub text: Pii<Text<MAX_SEGMENT_TEXT>>,
    /// How sure the service is of them, in percent from 0 to 100; `None` if it does not say.
    #[serde(default)]
    pub confidence: Option<u8>,
}

/// Whose words a segment holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The caller.
    Caller,
    /// Whoever answered for the business.
    Business,
    /// One of the two: both voices are in one channel.
    #[default]
    Unknown,
}

impl Speaker {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Business => "business",
            Self::Unknown => "unknown",
        }
    }

    /// Says who is heard in a channel of a recording with two: carriers put the caller's own call first.
    pub const fn of_channel(channel: usize) -> Self {
        match channel {
            0 => Self::Caller,
            1 => Self::Business,
            _ => Self::Unknown,
        }
    }
}

impl Transcript {
    /// Puts the transcripts of a recording's pieces together: ordered by time, and within the limits.
    #[must_use]
    pub fn join(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut joined = Self::default();
        for part in parts {
            joined.segments.extend(part.segments);
            joined.language = joined.language.or(part.language);
            joined.cut |= part.cut;
        }
        joined.segments.sort_by_key(|segment| (segment.start_ms, segment.end_ms, segment.speaker));
        joined.limit();
        joined
    }

    /// Returns the words alone, a line for each segment; where the speaker is known, it says so before them.
    pub fn text(&self) -> Pii<String> {
        let mut text = String::new();
        for segment in &self.segments {
            if !text.is_empty() {
                text.push('\n');
            }
            if segment.speaker != Speaker::Unknown {
                text.push_str(segment.speaker.code());
                text.push_str(": ");
            }
            text.push_str(segment.text.expose().as_str());
        }
        Pii::new(text)
    }

    fn limit(&mut self) {
        let mut bytes = 0_usize;
        let fits = self
            .segments
            .iter()
            .take(MAX_SEGMENTS)
            .take_while(|segment| {
                bytes = bytes.saturating_add(segment.text.expose().as_str().len());
                bytes <= MAX_TRANSCRIPT
            })
            .count();
        self.cut |= fits < self.segments.len();
        self.segments.truncate(fits);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment(start_ms: u32, speaker: Speaker, text: &str) -> Segment {
        Segment { speaker, start_ms, end_ms: start_ms + 10, text: Pii::new(Text::cut(text)), confidence: None }
    }

    fn of(segments: Vec<Segment>) -> Transcript {
        Transcript { segments, ..Transcript::default() }
    }

    #[test]
    fn two_channels_become_a_conversation() {
        let caller = of(vec![segment(0, Speaker::Caller, "hello"), segment(40, Speaker::Caller, "a leak")]);
        let business = of(vec![segment(20, Speaker::Business, "what is it")]);
        let joined = Transcript::join([caller, business]);
        assert_eq!(*joined.text().expose(), "caller: hello\nbusiness: what is it\ncaller: a leak");
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        let many = of((0..5000).map(|at| segment(at, Speaker::Unknown, "word")).collect());
        let long = of((0..300).map(|at| segment(at, Speaker::Unknown, &"w".repeat(MAX_SEGMENT_TEXT))).collect());
        for transcript in [many, long] {
            let joined = Transcript::join([transcript]);
            assert!(joined.cut);
            assert!(joined.segments.len() <= MAX_SEGMENTS);
            assert!(joined.text().expose().len() <= MAX_TRANSCRIPT + MAX_SEGMENTS);
        }
        assert!(!Transcript::join([of(vec![segment(0, Speaker::Caller, "hi")])]).cut);
    }

    #[test]
    fn no_word_reaches_a_log() {
        let transcript = of(vec![segment(0, Speaker::Caller, "my card number")]);
        assert!(!format!("{transcript:?} {:?}", transcript.text()).contains("card"));
    }

    proptest! {
        #[test]
        fn times_never_go_back(parts in proptest::collection::vec(proptest::collection::vec(0_u32..100_000, 0..20), 0..8)) {
            let parts = parts.into_iter().map(|starts| of(starts.into_iter().map(|at| segment(at, Speaker::Caller, "x")).collect()));
            let joined = Transcript::join(parts.collect::<Vec<_>>());
            prop_assert!(joined.segments.is_sorted_by_key(|segment| segment.start_ms));
        }
    }
}
