//! Deepgram's form, which Workers AI answers for `@cf/deepgram/nova-3`: words with their times, channel by channel.

use serde::Deserialize;

use super::{PieceSpan, ReplyError, read, transcript};
use crate::speech::{MAX_SEGMENT_TEXT, Segment, Speaker, Transcript};

/// The silence that ends a segment, in seconds.
const PAUSE: f64 = 1.0;
/// Most words read; what is beyond [`crate::speech::MAX_TRANSCRIPT`] is cut anyway.
const MAX_WORDS: usize = 200_000;

/// Reads the answer. Of several channels the first is the caller's and the second the business's; of one, it is whoever
/// `heard` says.
///
/// # Errors
/// [`ReplyError`], if it is no such answer.
pub fn nova(body: &[u8], heard: &PieceSpan) -> Result<Transcript, ReplyError> {
    let reply: NovaReply = read(body)?;
    let channels = reply.results.channels;
    let language = channels.iter().find_map(|channel| channel.detected_language.clone());
    let several = channels.len() > 1;
    let mut words = Vec::new();
    let mut segments = Vec::new();
    for (index, channel) in channels.into_iter().enumerate() {
        let speaker = if several { Speaker::of_channel(index) } else { heard.speaker };
        let Some(best) = channel.alternatives.into_iter().next() else { continue };
        if best.words.is_empty() {
            let times = (0.0, f64::from(heard.duration_ms) / 1000.0);
            segments.extend(heard.segments(speaker, times, &best.transcript, best.confidence));
        }
        words.extend(best.words.into_iter().map(|word| Said { speaker, word }));
    }
    words.truncate(MAX_WORDS);
    words.sort_by(|one, other| one.word.start.total_cmp(&other.word.start));
    segments.extend(turns(words).iter().flat_map(|turn| turn.segments(heard)));
    Ok(transcript(segments, language))
}

#[derive(Deserialize)]
struct NovaReply {
    results: Results,
}

#[derive(Deserialize)]
struct Results {
    channels: Vec<NovaChannel>,
}

#[derive(Deserialize)]
struct NovaChannel {
    alternatives: Vec<Alternative>,
    detected_language: Option<String>,
}

#[derive(Deserialize)]
struct Alternative {
    transcript: String,
    confidence: Option<f64>,
    #[serde(default)]
    words: Vec<NovaWord>,
}

#[derive(Deserialize)]
struct NovaWord {
    #[serde(rename = "word")]
    plain: String,
    #[serde(rename = "punctuated_word")]
    written: Option<String>,
    start: f64,
    end: f64,
    confidence: Option<f64>,
}

struct Said {
    speaker: Speaker,
    word: NovaWord,
}

/// Words in a row by one speaker.
struct SpokenTurn {
    speaker: Speaker,
    times: (f64, f64),
    text: String,
    /// The sum of what is known of its words' confidence, and of how many words that is.
    confidence: (f64, f64),
}

impl SpokenTurn {
    fn new(said: &Said) -> Self {
        Self {
            speaker: said.speaker,
            times: (said.word.start, said.word.end),
            text: String::new(),
            confidence: (0.0, 0.0),
        }
    }

    fn takes(&self, said: &Said) -> bool {
        self.speaker == said.speaker
            && said.word.start - self.times.1 < PAUSE
            && self.text.len() + said.written().len() < MAX_SEGMENT_TEXT
    }

    fn add(&mut self, said: &Said) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(said.written());
        self.times.1 = self.times.1.max(said.word.end);
        if let Some(confidence) = said.word.confidence {
            self.confidence = (self.confidence.0 + confidence, self.confidence.1 + 1.0);
        }
    }

    fn segments(&self, heard: &PieceSpan) -> Vec<Segment> {
        let confidence = (self.confidence.1 > 0.0).then(|| self.confidence.0 / self.confidence.1);
        heard.segments(self.speaker, self.times, &self.text, confidence)
    }
}

impl Said {
    fn written(&self) -> &str {
        self.word.written.as_deref().unwrap_or(&self.word.plain)
    }
}

fn turns(words: Vec<Said>) -> Vec<SpokenTurn> {
    let mut turns: Vec<SpokenTurn> = Vec::new();
    for said in words {
        match turns.last_mut() {
            Some(turn) if turn.takes(&said) => turn.add(&said),
            _ => {
                let mut turn = SpokenTurn::new(&said);
                turn.add(&said);
                turns.push(turn);
            }
        }
    }
    turns
}
