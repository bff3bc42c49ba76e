//! Whisper and its kin: text, and mostly its sentences with their times.

use serde::Deserialize;

use super::{PieceSpan, ReplyError, read, transcript};
use crate::speech::Transcript;

/// How sure a model must be that nobody spoke for its words to be left out. Over silence such models write what they
/// have often seen, such as thanks for watching; Whisper's own programs use this threshold.
const NO_SPEECH: f64 = 0.6;
/// And how unsure of the words (mean log probability); the same programs' threshold.
const UNSURE: f64 = -1.0;

/// Reads what `@cf/openai/whisper-large-v3-turbo` answers on Workers AI, and what `POST /v1/audio/transcriptions` answers
/// in the forms `verbose_json` and `json`, the last of which has no times: its text spans the whole piece.
///
/// # Errors
/// [`ReplyError`], if it is no such answer.
pub fn whisper(body: &[u8], heard: &PieceSpan) -> Result<Transcript, ReplyError> {
    let reply: WhisperReply = read(body)?;
    let language = reply.language.or(reply.transcription_info.and_then(|info| info.language));
    let segments: Vec<_> = reply
        .segments
        .iter()
        .flatten()
        .filter(|segment| segment.is_speech())
        .flat_map(|segment| {
            let confidence = segment.avg_logprob.map(f64::exp);
            heard.segments(heard.speaker, (segment.start, segment.end), &segment.text, confidence)
        })
        .collect();
    if reply.segments.is_some_and(|segments| !segments.is_empty()) {
        return Ok(transcript(segments, language));
    }
    let whole = heard.segments(heard.speaker, (0.0, f64::from(heard.duration_ms) / 1000.0), &reply.text, None);
    Ok(transcript(whole, language))
}

#[derive(Deserialize)]
struct WhisperReply {
    text: String,
    language: Option<String>,
    transcription_info: Option<Info>,
    segments: Option<Vec<Sentence>>,
}

#[derive(Deserialize)]
struct Info {
    language: Option<String>,
}

#[derive(Deserialize)]
struct Sentence {
    start: f64,
    end: f64,
    text: String,
    avg_logprob: Option<f64>,
    no_speech_prob: Option<f64>,
}

impl Sentence {
    fn is_speech(&self) -> bool {
        let silent = self.no_speech_prob.is_some_and(|probability| probability > NO_SPEECH);
        let unsure = self.avg_logprob.is_none_or(|mean| mean < UNSURE);
        !(silent && unsure)
    }
}
