//! What speech services answer, read into one form.

mod nova;
mod whisper;

use core::fmt;

use dni_core::pii::Pii;
use serde::de::DeserializeOwned;

use super::{MAX_SEGMENT_TEXT, Segment, Speaker, Transcript};
use crate::text::Text;

pub use nova::nova;
pub use whisper::whisper;

/// Longest answer read, in bytes: that of an hour with every word's time stays below.
pub const MAX_REPLY: usize = 8 * 1024 * 1024;

/// The sound that an answer is about: its place in the recording, and who speaks where the answer cannot tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceSpan {
    /// Where in the recording the piece begins, in milliseconds.
    pub start_ms: u32,
    /// How long it is, in milliseconds.
    pub duration_ms: u32,
    /// Whose voice it holds.
    pub speaker: Speaker,
}

impl PieceSpan {
    /// Makes segments of words with their times in seconds from the piece's beginning, as services write them: one, or
    /// several of what is longer than a segment. Times outside the piece are moved to its ends. No words make no segment.
    fn segments(&self, speaker: Speaker, times: (f64, f64), text: &str, confidence: Option<f64>) -> Vec<Segment> {
        let start = self.ms(times.0);
        let span = u64::from(self.ms(times.1).saturating_sub(start));
        let text = text.trim();
        // Nobody tells when the parts of a long text were said: as if every byte took the same time.
        let at = |place: usize| {
            let share = span * wide(place) / wide(text.len()).max(1);
            self.start_ms.saturating_add(start).saturating_add(u32::try_from(share).unwrap_or(u32::MAX))
        };
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (part, behind) = split_at_space(rest);
            let place = text.len() - rest.len();
            segments.push(Segment {
                speaker,
                start_ms: at(place),
                end_ms: at(place + part.len()),
                text: Pii::new(Text::cut(part.trim_end())),
                confidence: confidence.and_then(percent),
            });
            rest = behind.trim_start();
        }
        segments
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the piece's length")]
    fn ms(&self, seconds: f64) -> u32 {
        let ms = seconds * 1000.0;
        if ms.is_finite() { ms.clamp(0.0, f64::from(self.duration_ms)) as u32 } else { 0 }
    }
}

/// Splits off what fits into a segment, at the last space in it.
fn split_at_space(text: &str) -> (&str, &str) {
    if text.len() <= MAX_SEGMENT_TEXT {
        return (text, "");
    }
    let most = text.floor_char_boundary(MAX_SEGMENT_TEXT);
    let head = text.get(..most).unwrap_or_default();
    let end = head.rfind(char::is_whitespace).filter(|end| *end > 0).unwrap_or(most);
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Why an answer holds no transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyError {
    /// Longer than [`MAX_REPLY`].
    TooLong,
    /// No JSON, or JSON of another form.
    NotATranscript,
}

impl ReplyError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "speech_reply_too_long",
            Self::NotATranscript => "speech_reply_not_a_transcript",
        }
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::TooLong => "The speech service's answer is longer than 8 MB; check that the configured model is one that transcribes.",
            Self::NotATranscript => "The speech service's answer is no transcript; check the configured address and model.",
        })
    }
}

impl core::error::Error for ReplyError {}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ReplyError> {
    if body.len() > MAX_REPLY {
        return Err(ReplyError::TooLong);
    }
    serde_json::from_slice(body).map_err(|_| ReplyError::NotATranscript)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
fn percent(probability: f64) -> Option<u8> {
    probability.is_finite().then(|| (probability.clamp(0.0, 1.0) * 100.0).round() as u8)
}

/// Makes a transcript of segments, ordered and within the limits.
fn transcript(segments: Vec<Segment>, language: Option<String>) -> Transcript {
    Transcript::join([Transcript { segments, language: language.map(Text::from), cut: false }])
}
