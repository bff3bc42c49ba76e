//! Writes a document as TwiML.

use super::Dialect;
use crate::{
    carrier::xml::{self, Element},
    document::{Document, ForwardVerb, Gather, Prompt, Record, RejectReason, Verb},
    text::Text,
};

/// How long Telnyx lets a forward ring, in seconds.
const TELNYX_RING_SECONDS: (u16, u16) = (5, 120);
/// How long Telnyx lets a conversation last, in seconds.
const TELNYX_MAX_SECONDS: (u32, u32) = (60, 14_400);
/// How long Telnyx waits for a key, in seconds.
const TELNYX_WAIT_SECONDS: (u16, u16) = (1, 120);
/// How long Telnyx pauses, in seconds.
const TELNYX_PAUSE_SECONDS: (u16, u16) = (1, 180);
/// The silence that ends a message, in seconds: the default of Twilio and `SignalWire`. Telnyx's is to wait for ever.
const SILENCE_SECONDS: &str = "5";

/// Writes a document as TwiML in one of its dialects.
///
/// Text stays text whatever is in it, and characters that XML cannot carry are left out.
pub(in crate::carrier) fn render(dialect: Dialect, document: &Document) -> String {
    let verbs = document.verbs().iter().map(|verb| of_verb(dialect, verb));
    xml::write(&Element::new("Response").inside(verbs))
}

fn of_verb(dialect: Dialect, verb: &Verb) -> Element<'_> {
    match verb {
        Verb::Hear(prompt) => of_prompt(prompt),
        Verb::Gather(gather) => of_gather(dialect, gather),
        Verb::Pause { seconds } => {
            let seconds = dialect.within(*seconds, TELNYX_PAUSE_SECONDS);
            Element::new("Pause").with("length", seconds.to_string())
        }
        Verb::Forward(forward) => of_forward(dialect, forward),
        Verb::Record(record) => of_record(dialect, record),
        Verb::Redirect { url } => Element::new("Redirect").text(url),
        Verb::Hangup => Element::new("Hangup"),
        Verb::Reject { reason } => Element::new("Reject").with(
            "reason",
            match reason {
                RejectReason::Busy => "busy",
                RejectReason::Rejected => "rejected",
            },
        ),
    }
}

fn of_prompt(prompt: &Prompt) -> Element<'_> {
    match prompt {
        Prompt::Say { text, language } => {
            Element::new("Say").with_some("language", language.as_ref().map(Text::as_str)).text(text.as_str())
        }
        Prompt::Play { url } => Element::new("Play").text(url),
    }
}

fn of_gather(dialect: Dialect, gather: &Gather) -> Element<'_> {
    let wait_seconds = dialect.within(gather.wait_seconds, TELNYX_WAIT_SECONDS);
    Element::new("Gather")
        .with("input", "dtmf")
        .with("numDigits", "1")
        // Every key is one that can be meant, the one that usually ends an input too.
        .with("finishOnKey", "")
        .with("timeout", wait_seconds.to_string())
        .with("action", &gather.action)
        .inside(gather.prompt.iter().map(of_prompt))
}

fn of_forward(dialect: Dialect, forward: &ForwardVerb) -> Element<'_> {
    let is_telnyx = dialect == Dialect::Telnyx;
    // The caller hears the business's own ringing, and the call counts as answered only when the business answers.
    let dial = Element::new("Dial")
        .with_some("answerOnBridge", (!is_telnyx).then_some("true"))
        .with("timeout", dialect.within(forward.ring_seconds, TELNYX_RING_SECONDS).to_string())
        .with("timeLimit", dialect.within(forward.max_seconds, TELNYX_MAX_SECONDS).to_string())
        .with("action", &forward.action)
        .with_some("callerId", forward.caller_id.map(|number| number.to_string()));
    let dial = match &forward.recording_url {
        Some(url) if is_telnyx => {
            let recorded = dial.with("record", "record-from-answer").with("recordingChannels", "dual");
            recorded.with("recordingStatusCallback", url)
        }
        Some(url) => dial.with("record", "record-from-answer-dual").with("recordingStatusCallback", url),
        None => dial,
    };
    dial.inside(forward.to().iter().map(|number| {
        Element::new("Number")
            .with("statusCallback", &forward.leg_status_url)
            .with("statusCallbackEvent", "initiated ringing answered completed")
            .with_some("url", forward.whisper_url.as_ref())
            .text(number.as_str())
    }))
}

fn of_record(dialect: Dialect, record: &Record) -> Element<'_> {
    let element = Element::new("Record")
        .with("action", &record.action)
        .with("maxLength", record.max_seconds.to_string())
        .with("playBeep", "true")
        .with("recordingStatusCallback", &record.recording_url);
    if dialect == Dialect::Telnyx {
        return element.with("channels", "single").with("timeout", SILENCE_SECONDS);
    }
    element
}

impl Dialect {
    /// Keeps a value within what Telnyx allows; the others take all that a document can hold.
    fn within<N: Ord + Copy>(self, value: N, (least, most): (N, N)) -> N {
        if self == Self::Telnyx { value.clamp(least, most) } else { value }
    }
}

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;
    use proptest::prelude::*;
    use quick_xml::{Reader, XmlVersion, events::Event};

    use super::*;
    use crate::{
        carrier::xml::printable,
        document::{MAX_FORWARD_NUMBERS, MAX_SAY, MAX_VERBS, Party},
    };

    #[test]
    fn every_verb() {
        let mut forward = forward_to(&["+13125550199", "+13125550198"]);
        let plain = forward.clone();
        forward.caller_id = Some(number("+13125550142"));
        forward.recording_url = Some("https://h/recording".to_owned());
        let message = Record {
            max_seconds: 120,
            action: "https://h/r?a=1&b=2".to_owned(),
            recording_url: "https://h/c".to_owned(),
        };
        let leg = r#"statusCallback="https://h/leg" statusCallbackEvent="initiated ringing answered completed""#;
        let numbers = format!("<Number {leg}>+13125550199</Number><Number {leg}>+13125550198</Number>");
        let dial = r#"<Dial answerOnBridge="true" timeout="25" timeLimit="14400" action="https://h/dial""#;
        let language = Some(Text::cut("es-US"));
        let cases = [
            (Verb::say("Hello."), "<Say>Hello.</Say>".to_owned()),
            (Verb::Hear(Prompt::Say { text: Text::cut("Hola."), language }), r#"<Say language="es-US">Hola.</Say>"#.to_owned()),
            (Verb::Hear(Prompt::Play { url: "https://h/a.mp3".to_owned() }), "<Play>https://h/a.mp3</Play>".to_owned()),
            (
                Verb::Gather(menu("Press 1.", 5)),
                r#"<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="5" action="https://h/g"><Say>Press 1.</Say></Gather>"#
                    .to_owned(),
            ),
            (Verb::Pause { seconds: 2 }, r#"<Pause length="2"/>"#.to_owned()),
            (Verb::Forward(plain), format!("{dial}>{numbers}</Dial>")),
            (
                Verb::Forward(forward),
                format!(
                    r#"{dial} callerId="+13125550142" record="record-from-answer-dual" {}>{numbers}</Dial>"#,
                    r#"recordingStatusCallback="https://h/recording""#,
                ),
            ),
            (
                Verb::Record(message),
                r#"<Record action="https://h/r?a=1&amp;b=2" maxLength="120" playBeep="true" recordingStatusCallback="https://h/c"/>"#
                    .to_owned(),
            ),
            (Verb::Redirect { url: "https://h/?a&b".to_owned() }, "<Redirect>https://h/?a&amp;b</Redirect>".to_owned()),
            (Verb::Hangup, "<Hangup/>".to_owned()),
            (Verb::Reject { reason: RejectReason::Busy }, r#"<Reject reason="busy"/>"#.to_owned()),
            (Verb::Reject { reason: RejectReason::Rejected }, r#"<Reject reason="rejected"/>"#.to_owned()),
        ];
        for (verb, expected) in cases {
            let xml = render(Dialect::Twilio, &Document::from([verb]));
            assert_eq!(xml, format!(r#"<?xml version="1.0" encoding="UTF-8"?><Response>{expected}</Response>"#));
        }
        assert_eq!(
            render(Dialect::Twilio, &Document::default()),
            r#"<?xml version="1.0" encoding="UTF-8"?><Response></Response>"#
        );
    }

    #[test]
    fn what_dialects_write_otherwise() {
        let mut forward = forward_to(&["+13125550199"]);
        forward.ring_seconds = 600;
        forward.max_seconds = 20;
        forward.recording_url = Some("https://h/recording".to_owned());
        let message =
            Record { max_seconds: 9, action: "https://h/r".to_owned(), recording_url: "https://h/c".to_owned() };
        let document = Document::from([
            Verb::Pause { seconds: 200 },
            Verb::Gather(menu("Press 1.", 0)),
            Verb::Record(message),
            Verb::Forward(forward),
        ]);
        let common = |text: &str| {
            assert!(text.contains(r#"<Number statusCallback="https://h/leg""#), "{text}");
            assert!(!text.contains("actionOnEmptyResult") && !text.contains("sequential"), "{text}");
        };
        for dialect in [Dialect::Twilio, Dialect::SignalWire] {
            let xml = render(dialect, &document);
            common(&xml);
            assert!(xml.contains(r#"<Pause length="200"/>"#), "{xml}");
            assert!(xml.contains(r#"<Dial answerOnBridge="true" timeout="600" timeLimit="20""#), "{xml}");
            assert!(xml.contains(r#"record="record-from-answer-dual""#), "{xml}");
            assert!(!xml.contains("hannels"), "{xml}");
        }
        let xml = render(Dialect::Telnyx, &document);
        common(&xml);
        assert!(xml.contains(r#"<Pause length="180"/>"#), "{xml}");
        assert!(xml.contains(r#"finishOnKey="" timeout="1""#), "{xml}");
        assert!(xml.contains(r#"<Dial timeout="120" timeLimit="60""#), "{xml}");
        assert!(xml.contains(r#"record="record-from-answer" recordingChannels="dual""#), "{xml}");
        assert!(xml.contains(r#"recordingStatusCallback="https://h/c" channels="single" timeout="5"/>"#), "{xml}");
    }

    #[test]
    fn hostile_text_stays_text() {
        let long = "\u{1f389}<&\">".repeat(2_000);
        let cases = [
            "</Say><Dial>+19005550100</Dial><Say>",
            "<!--",
            "]]>",
            "<![CDATA[<Dial/>]]>",
            "&amp;&lt;&#0;&unknown;",
            "\"quoted\" 'twice'",
            "\u{0}\u{1}\u{b}\u{1f}\u{fffe}\u{ffff}\r",
            "tab\tand\nline",
            "<?php ?>",
            &long,
        ];
        for text in cases {
            check(text);
        }
    }

    #[test]
    fn the_largest_document_is_under_64_kb() {
        let mut document = Document::default();
        while document.verbs().len() < MAX_VERBS - 1 {
            document.push(Verb::say(&"\"".repeat(MAX_SAY)));
        }
        let mut forward = forward_to(&["+491234567890123"; MAX_FORWARD_NUMBERS + 1]);
        forward.leg_status_url = format!("https://{}/leg", "h".repeat(253));
        assert!(document.push(Verb::Forward(forward)));
        assert!(!document.push(Verb::Hangup));
        let size = render(Dialect::Twilio, &document).len();
        assert!(size < 64 * 1024, "{size}");
    }

    proptest! {
        #[test]
        fn any_text_stays_text(text in any::<String>()) {
            check(&text);
        }
    }

    /// Says a text, and puts it into every attribute that takes text, and reads both back.
    fn check(text: &str) {
        let language = Some(Text::cut(text));
        let document = Document::from([
            Verb::Hear(Prompt::Say { text: Text::cut(text), language: language.clone() }),
            Verb::Redirect { url: text.to_owned() },
        ]);
        let xml = render(Dialect::Twilio, &document);
        let kept = |text: &str| printable(text).into_owned();
        let said = kept(Text::<MAX_SAY>::cut(text).as_str());
        let expected = [
            ("Response".to_owned(), None, String::new()),
            ("Say".to_owned(), language.map(|language| kept(language.as_str())), said),
            ("Redirect".to_owned(), None, kept(text)),
        ];
        assert_eq!(elements(&xml), expected, "{xml}");
    }

    /// Reads a document back: each element's name, its language and the text right inside it.
    fn elements(xml: &str) -> Vec<(String, Option<String>, String)> {
        let mut reader = Reader::from_str(xml);
        let mut elements = Vec::new();
        let mut open = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    open.push(elements.len());
                    elements.push((start.name().as_ref().to_owned(), language_of(&start), String::new()));
                }
                Event::Empty(start) => {
                    elements.push((start.name().as_ref().to_owned(), language_of(&start), String::new()));
                }
                Event::Text(text) => elements[*open.last().unwrap()].2.push_str(&text),
                Event::GeneralRef(name) => {
                    let escaped = format!("&{};", &*name);
                    elements[*open.last().unwrap()].2.push_str(&quick_xml::escape::unescape(&escaped).unwrap());
                }
                Event::End(_) => drop(open.pop()),
                Event::Decl(_) => {}
                Event::Eof => return elements,
                other => panic!("{other:?} in {xml}"),
            }
        }
    }

    fn language_of(start: &quick_xml::events::BytesStart) -> Option<String> {
        let attribute =
            start.attributes().map(Result::unwrap).find(|attribute| attribute.key.as_ref() == "language")?;
        Some(attribute.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned())
    }

    fn forward_to(numbers: &[&str]) -> ForwardVerb {
        let numbers: Vec<_> = numbers.iter().map(|text| number(text)).collect();
        ForwardVerb::new(&numbers, 25, "https://h/dial".to_owned(), "https://h/leg".to_owned())
    }

    fn menu(words: &str, wait_seconds: u16) -> Gather {
        let prompt = Some(Prompt::say(words));
        Gather { who: Party::Caller, prompt, wait_seconds, action: "https://h/g".to_owned() }
    }

    fn number(text: &str) -> E164 {
        E164::parse(text).unwrap()
    }
}
