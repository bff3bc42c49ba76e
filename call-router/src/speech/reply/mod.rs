//! What speech services answer, read into one form.

mod nova;
mod whisper;

use core::fmt;

use dni_core::pii::Pii;
use serde::de::DeserializeOwned;

use super::{Segment, Speaker, Transcript};
use crate::text::Text;

pub use nova::nova;
pub use whisper::whisper;

/// Longest answer read, in bytes: that of an hour with every word's time stays below.
pub const MAX_REPLY: usize = 8 * 1024 * 1024;

/// The sound that an answer is about: its place in the recording, and who speaks where the answer cannot tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Where in the recording the piece begins, in milliseconds.
    pub start_ms: u32,
    /// How long it is, in milliseconds.
    pub duration_ms: u32,
    /// Whose voice it holds.
    pub speaker: Speaker,
}

impl Heard {
    /// Makes a segment of words with their times in seconds from the piece's beginning, as services write them. Times
    /// outside the piece are moved to its ends. No words make no segment.
    fn segment(&self, speaker: Speaker, times: (f64, f64), text: &str, confidence: Option<f64>) -> Option<Segment> {
        let text = text.trim();
        let start = self.ms(times.0);
        let segment = Segment {
            speaker,
            start_ms: self.start_ms.saturating_add(start),
            end_ms: self.start_ms.saturating_add(self.ms(times.1).max(start)),
            text: Pii::new(Text::cut(text)),
            confidence: confidence.and_then(percent),
        };
        (!text.is_empty()).then_some(segment)
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the piece's length")]
    fn ms(&self, seconds: f64) -> u32 {
        let ms = seconds * 1000.0;
        if ms.is_finite() { ms.clamp(0.0, f64::from(self.duration_ms)) as u32 } else { 0 }
    }
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
