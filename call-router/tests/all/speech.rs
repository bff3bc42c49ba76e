//! What speech services and language models answer, read from files in `fixtures/speech`.

use std::{collections::BTreeMap, fs, path::Path};

use call_router::speech::reply::{MAX_REPLY, PieceSpan, ReplyError, nova, whisper};
use call_router::speech::summary::{self, SummaryError, SummaryTag};
use call_router::speech::{Speaker, Transcript};

/// A piece that begins a minute into the recording and lasts eight seconds.
const HEARD: PieceSpan = PieceSpan { start_ms: 60_000, duration_ms: 8_000, speaker: Speaker::Caller };

type Read = fn(&[u8], &PieceSpan) -> Result<Transcript, ReplyError>;

fn files(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/speech").join(folder);
    let files = fs::read_dir(&folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())
    });
    files.collect()
}

/// Reads a file of `good` and compares times, speakers, words and confidence.
fn check(read: Read, folder: &str, name: &str, expected: &[(u32, u32, Speaker, &str, Option<u8>)]) {
    let body = &files(&format!("{folder}/good"))[name];
    let transcript = read(body, &HEARD).unwrap();
    let segments: Vec<_> = transcript
        .segments
        .iter()
        .map(|one| (one.start_ms, one.end_ms, one.speaker, one.text.expose().as_str(), one.confidence))
        .collect();
    assert_eq!(segments, expected, "{folder}/{name}");
}

#[test]
fn whisper_tells_sentences_and_times() {
    let sentences = [
        (60_400, 62_100, Speaker::Caller, "I need a plumber.", Some(82)),
        (62_600, 65_200, Speaker::Caller, "My kitchen sink is leaking.", Some(74)),
    ];
    check(whisper, "whisper", "workers-ai-turbo", &sentences);
    check(whisper, "whisper", "openai-verbose", &sentences);
    let whole = (60_000, 68_000, Speaker::Caller, "I need a plumber. My kitchen sink is leaking.", None);
    check(whisper, "whisper", "openai-json", &[whole]);
    check(whisper, "whisper", "silence", &[]);
    let moved = [(60_000, 68_000, Speaker::Caller, "one", None), (68_000, 68_000, Speaker::Caller, "two", Some(100))];
    check(whisper, "whisper", "times-gone-wrong", &moved);
    let language = |name: &str| whisper(&files("whisper/good")[name], &HEARD).unwrap().language.map(String::from);
    assert_eq!(language("workers-ai-turbo").as_deref(), Some("en"));
    assert_eq!(language("openai-verbose").as_deref(), Some("english"));
}

#[test]
fn a_long_text_without_times_is_spread_over_its_piece() {
    let words = "and so on ".repeat(500);
    let body = serde_json::json!({ "text": words }).to_string();
    let segments = whisper(body.as_bytes(), &HEARD).unwrap().segments;
    assert_eq!(segments.len(), 4);
    let said: Vec<_> = segments.iter().map(|segment| segment.text.expose().as_str()).collect();
    assert_eq!(said.join(" "), words.trim_end(), "no word is lost or torn");
    assert!(segments.windows(2).all(|pair| pair[0].end_ms <= pair[1].start_ms));
    assert_eq!((segments[0].start_ms, segments[3].end_ms), (60_000, 68_000));
    let one_word = serde_json::json!({ "text": "é".repeat(2_000) }).to_string();
    assert_eq!(whisper(one_word.as_bytes(), &HEARD).unwrap().segments.len(), 3);
}

#[test]
fn nova_tells_who_speaks() {
    let conversation = [
        (60_100, 60_500, Speaker::Caller, "Hello.", Some(90)),
        (60_900, 61_900, Speaker::Business, "harbor plumbing", Some(96)),
        (62_600, 63_700, Speaker::Caller, "My sink is leaking.", Some(90)),
    ];
    check(nova, "nova", "two-channels", &conversation);
    check(nova, "nova", "one-channel", &[(60_000, 68_000, Speaker::Caller, "call me back", Some(50))]);
    check(nova, "nova", "silence", &[]);
}

#[test]
fn broken_answers_are_errors() {
    for (folder, read) in [("whisper", whisper as Read), ("nova", nova)] {
        let bad = files(&format!("{folder}/bad"));
        assert!(bad.len() >= 5, "{folder}");
        for (name, body) in bad {
            assert_eq!(read(&body, &HEARD), Err(ReplyError::NotATranscript), "{folder}/{name}");
        }
        assert_eq!(read(&vec![b' '; MAX_REPLY + 1], &HEARD), Err(ReplyError::TooLong));
    }
}

fn tags() -> Vec<SummaryTag> {
    ["plumbing", "price"].iter().map(|tag| SummaryTag::parse(tag).unwrap()).collect()
}

#[test]
fn summaries_fit_the_form() {
    let good = files("summary/good");
    assert_eq!(good.len(), 3);
    for (name, body) in good {
        let reply = summary::read(&body, &tags());
        assert_eq!((reply.tokens.input, reply.tokens.output), (400, 60), "{name}");
        let told = reply.summary.unwrap();
        assert_eq!(told.summary.expose().as_str(), "A leak under the kitchen sink.", "{name}");
        assert_eq!(told.intent.expose().as_str(), "Wants a plumber tomorrow.", "{name}");
        let kept: Vec<_> = told.tags.iter().map(SummaryTag::as_str).collect();
        assert_eq!(kept, ["plumbing"], "{name}: a tag nobody listed is dropped");
        assert_eq!((told.sentiment.code(), told.lead_score.get()), ("neutral", 85), "{name}");
        assert!(!format!("{told:?}").contains("leak"), "{name}: nothing of it reaches a log");
    }
}

#[test]
fn everything_else_is_refused() {
    let part = |name: &'static str| SummaryError::BadPart(name);
    let expected = BTreeMap::from([
        ("another-sentiment", part("sentiment")),
        ("empty-summary", part("summary")),
        ("html", SummaryError::NotAnAnswer),
        ("no-choice", SummaryError::NotAnAnswer),
        ("no-score", part("lead_score")),
        ("prose", SummaryError::NoJson),
        ("score-as-text", part("lead_score")),
        ("score-below-zero", part("lead_score")),
        ("score-between", part("lead_score")),
        ("score-of-1000", part("lead_score")),
        ("summary-as-object", part("summary")),
        ("tags-as-text", part("tags")),
        ("upside-down", SummaryError::NoJson),
    ]);
    let bad = files("summary/bad");
    assert_eq!(bad.keys().map(String::as_str).collect::<Vec<_>>(), expected.keys().copied().collect::<Vec<_>>());
    for (name, body) in bad {
        let reply = summary::read(&body, &tags());
        assert_eq!(reply.summary, Err(expected[name.as_str()]), "{name}");
        if name != "html" {
            assert_eq!(reply.tokens.input, 400, "{name}: it is paid for all the same");
        }
    }
}

#[test]
fn a_stored_score_keeps_its_range() {
    let stored = |score: &str| serde_json::from_str::<summary::LeadScore>(score).is_ok();
    assert!(stored("0") && stored("100") && !stored("101") && !stored("-1"));
}

#[test]
fn tags_are_plain_words() {
    for (tag, good) in [
        ("price question", true),
        ("Zürich", true),
        ("a-b_c 1", true),
        ("", false),
        ("a\"b", false),
        ("<b>", false),
        ("a\nb", false),
    ] {
        assert_eq!(SummaryTag::parse(tag).is_ok(), good, "{tag}");
    }
    assert!(SummaryTag::parse(&"x".repeat(51)).is_err());
}
