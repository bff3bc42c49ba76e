//! Any bytes as what a speech service or a language model answers, and as a recording: the first two bytes choose how it was cut.

use call_router::speech::audio::{Audio, Channels, PieceLimit};
use call_router::speech::reply::{PieceSpan, ReplyError, nova, whisper};
use call_router::speech::summary::{SummaryRequest, MAX_SENTENCE, MAX_SUMMARY, Summary, SummaryError, SummaryTag, read};
use call_router::speech::{MAX_SEGMENT_TEXT, MAX_SEGMENTS, MAX_TRANSCRIPT, Speaker, Transcript};

/// Bytes of a WAV's header, which every piece of one has.
const HEADER: usize = 44;
/// Longest frame of an MP3, in bytes: 320 kbit/s at 32 kHz and a byte of padding, or 160 at 8.
const LONGEST_FRAME: usize = 1441;
/// Longest sound of one sample or frame, in milliseconds: one sample a second.
const LONGEST_MS: u32 = 1000;

/// Tries one input; panics if it breaks what is promised.
pub fn try_input(data: &[u8]) {
    let [bytes, ms, rest @ ..] = data else { return };
    let heard = PieceSpan { start_ms: u32::from(*bytes) * 1000, duration_ms: u32::from(*ms) * 1000, speaker: Speaker::Caller };
    for read in [whisper, nova] {
        check_reply(rest, &heard, read);
    }
    check_summary(rest);
    check_audio(rest, PieceLimit { bytes: HEADER + usize::from(*bytes) * 16, ms: u32::from(*ms) * 16 });
}

fn check_reply(body: &[u8], heard: &PieceSpan, read: fn(&[u8], &PieceSpan) -> Result<Transcript, ReplyError>) {
    let told = read(body, heard);
    assert_eq!(told, read(body, heard), "the same answer says the same");
    match told {
        Ok(transcript) => check_transcript(&transcript, heard),
        Err(error) => assert!(error.code().starts_with("speech_reply_") && error.to_string().ends_with('.')),
    }
}

fn check_transcript(transcript: &Transcript, heard: &PieceSpan) {
    let mut bytes = 0;
    let mut before = 0;
    assert!(transcript.segments.len() <= MAX_SEGMENTS);
    for segment in &transcript.segments {
        let text = segment.text.expose().as_str();
        assert!(!text.is_empty() && text.len() <= MAX_SEGMENT_TEXT, "{text:?}");
        assert!(segment.start_ms >= heard.start_ms.max(before), "in order, and not before the piece");
        assert!(segment.start_ms <= segment.end_ms && segment.end_ms <= heard.start_ms + heard.duration_ms);
        assert!(segment.confidence.is_none_or(|percent| percent <= 100));
        (before, bytes) = (segment.start_ms, bytes + text.len());
    }
    assert!(bytes <= MAX_TRANSCRIPT);
    assert_eq!(Transcript::join([transcript.clone()]), *transcript, "what was put together stays as it is");
    let json = serde_json::to_string(transcript).unwrap();
    assert_eq!(serde_json::from_str::<Transcript>(&json).unwrap(), *transcript, "as it comes back from a store");
    check_question(transcript);
}

/// What was said stands between the marks, and is nothing but lines.
fn check_question(transcript: &Transcript) {
    let ask = SummaryRequest::new(transcript, &tags()).workers_ai();
    let said = ask.pointer("/messages/1/content").and_then(serde_json::Value::as_str).unwrap();
    let data = said.strip_prefix("<transcript>\n").and_then(|said| said.strip_suffix("\n</transcript>")).unwrap();
    assert!(!data.contains(['<', '>']), "{data:?}");
    assert!(transcript.segments.is_empty() || data.lines().count() <= transcript.segments.len() + 1, "{data:?}");
}

fn check_summary(body: &[u8]) {
    let reply = read(body, &tags());
    assert_eq!(reply, read(body, &tags()), "the same answer says the same");
    match reply.summary {
        Ok(summary) => check_form(&summary),
        Err(error) => check_error(error),
    }
}

fn check_form(summary: &Summary) {
    let texts = [
        (summary.summary.expose().as_str(), MAX_SUMMARY),
        (summary.intent.expose().as_str(), MAX_SENTENCE),
        (summary.lead_score_explanation.expose().as_str(), MAX_SENTENCE),
    ];
    for (text, most) in texts {
        assert!(!text.is_empty() && text.len() <= most && !text.contains(char::is_control), "{text:?}");
    }
    assert!(summary.lead_score.get() <= 100);
    assert!(summary.tags.iter().all(|tag| tags().contains(tag)), "no tag but the owner's");
    let json = serde_json::to_string(summary).unwrap();
    assert_eq!(serde_json::from_str::<Summary>(&json).unwrap(), *summary, "as it comes back from a store");
}

fn check_error(error: SummaryError) {
    assert!(error.code().starts_with("summary_") && error.to_string().ends_with('.'), "{error}");
}

fn tags() -> Vec<SummaryTag> {
    ["plumbing", "new customer"].map(|tag| SummaryTag::parse(tag).unwrap()).to_vec()
}

fn check_audio(file: &[u8], limit: PieceLimit) {
    let audio = match Audio::read(file) {
        Ok(audio) => audio,
        Err(error) => {
            assert!(error.code().contains("audio") && error.to_string().ends_with('.'), "{error}");
            return;
        }
    };
    assert!((1..=2).contains(&audio.channels()) && audio.content_type().starts_with("audio/"));
    for channels in [Channels::Kept, Channels::Split] {
        let mut ends = [0; 2];
        let mut bytes = 0;
        for piece in audio.pieces(limit, channels) {
            let end = ends.get_mut(piece.channel.unwrap_or_default()).expect("a channel is one of two");
            assert_eq!(piece.start_ms, *end, "pieces follow each other");
            *end += piece.duration_ms;
            assert!(piece.duration_ms <= limit.ms + LONGEST_MS, "{} ms", piece.duration_ms);
            assert!(piece.bytes.len() <= limit.bytes.max(LONGEST_FRAME), "{} bytes", piece.bytes.len());
            bytes += piece.bytes.len();
            assert!(bytes <= file.len() * (HEADER + 1), "more than there is");
        }
        assert_eq!(ends[0], audio.duration_ms(), "nothing is left over");
        assert!(ends[1] == 0 || ends[1] == ends[0], "both channels are as long");
    }
}
