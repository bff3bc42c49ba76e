//! Writes a document as TwiML.

use dni_core::phone::Callee;

use super::Dialect;
use crate::{
    carrier::xml::{self, Element},
    document::{Document, ForwardVerb, Gather, Prompt, Record, RejectReason, Verb},
    text::Text,
};

/// Writes a document as TwiML in one of its dialects.
///
/// Text stays text whatever is in it, and characters that XML cannot carry are left out.
pub(in crate::carrier) fn render(dialect: &Dialect, document: &Document) -> String {
    let verbs = document.verbs().iter().map(|verb| of_verb(dialect, verb));
    xml::write(&Element::new("Response").inside(verbs))
}

fn of_verb<'a>(dialect: &Dialect, verb: &'a Verb) -> Element<'a> {
    match verb {
        Verb::Hear(prompt) => of_prompt(prompt),
        Verb::Gather(gather) => of_gather(dialect, gather),
        Verb::Pause { seconds } => {
            let seconds = within(*seconds, dialect.pause_seconds);
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
        Prompt::Say { text, speaker } => Element::new("Say")
            .with_some("language", speaker.language.as_ref().map(Text::as_str))
            .with_some("voice", speaker.voice.as_ref().map(Text::as_str))
            .text(text.as_str()),
        Prompt::Play { url } => Element::new("Play").text(url),
    }
}

fn of_gather<'a>(dialect: &Dialect, gather: &'a Gather) -> Element<'a> {
    let wait_seconds = within(gather.wait_seconds, dialect.wait_seconds);
    Element::new("Gather")
        .with("input", "dtmf")
        .with("numDigits", "1")
        // Every key is one that can be meant, the one that usually ends an input too.
        .with("finishOnKey", "")
        .with("timeout", wait_seconds.to_string())
        .with("action", &gather.action)
        .inside(gather.prompt.iter().map(of_prompt))
}

fn of_forward<'a>(dialect: &Dialect, forward: &'a ForwardVerb) -> Element<'a> {
    let dial = Element::new("Dial")
        .with_some("answerOnBridge", dialect.answers_on_bridge.then_some("true"))
        .with("timeout", within(forward.ring_seconds, dialect.ring_seconds).to_string())
        .with("timeLimit", within(forward.max_seconds, dialect.max_seconds).to_string())
        .with("action", &forward.action)
        .with_some("callerId", forward.caller_id.map(|number| number.to_string()));
    let dial = match &forward.recording_url {
        Some(url) => dial.with_all(dialect.recorded).with("recordingStatusCallback", url),
        None => dial,
    };
    dial.inside(forward.to().iter().map(|callee| of_callee(callee, forward)))
}

fn of_callee<'a>(callee: &'a Callee, forward: &'a ForwardVerb) -> Element<'a> {
    let element = Element::new(if callee.is_sip() { "Sip" } else { "Number" })
        .with("statusCallback", &forward.leg_status_url)
        .with("statusCallbackEvent", "initiated ringing answered completed")
        .with_some("url", forward.whisper_url.as_ref());
    match callee {
        Callee::Number(number, keys) => {
            element.with_some("sendDigits", keys.as_ref().map(|keys| keys.with_half_seconds('w'))).text(number.as_str())
        }
        Callee::Sip(address) => element.text(address.as_str()),
    }
}

fn of_record<'a>(dialect: &Dialect, record: &'a Record) -> Element<'a> {
    Element::new("Record")
        .with("action", &record.action)
        .with("maxLength", record.max_seconds.to_string())
        .with("playBeep", "true")
        .with("recordingStatusCallback", &record.recording_url)
        .with_all(dialect.message)
}

fn within<N: Ord>(value: N, (least, most): (N, N)) -> N {
    value.clamp(least, most)
}

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;
    use proptest::prelude::*;
    use quick_xml::{Reader, XmlVersion, events::Event};

    use super::*;
    use crate::{
        carrier::xml::printable,
        document::{MAX_FORWARD_NUMBERS, MAX_LANGUAGE, MAX_SAY, MAX_VERBS, Party, Speaker},
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
        let spanish = Speaker { language: Some("es-US".into()), voice: Some("Polly.Lupe".into()) };
        let cases = [
            (Verb::say("Hello."), "<Say>Hello.</Say>".to_owned()),
            (Verb::Hear(spanish.say("Hola.")), r#"<Say language="es-US" voice="Polly.Lupe">Hola.</Say>"#.to_owned()),
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
            let xml = render(&Dialect::TWILIO, &Document::from([verb]));
            assert_eq!(xml, format!(r#"<?xml version="1.0" encoding="UTF-8"?><Response>{expected}</Response>"#));
        }
        assert_eq!(
            render(&Dialect::TWILIO, &Document::default()),
            r#"<?xml version="1.0" encoding="UTF-8"?><Response></Response>"#
        );
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
        let size = render(&Dialect::TWILIO, &document).len();
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
        let speaker = Speaker { language: language.clone(), voice: Some(Text::cut(text)) };
        let document = Document::from([Verb::Hear(speaker.say(text)), Verb::Redirect { url: text.to_owned() }]);
        let xml = render(&Dialect::TWILIO, &document);
        let kept = |text: &str| printable(text).into_owned();
        let said = kept(Text::<MAX_SAY>::cut(text).as_str());
        let expected = [
            ("Response".to_owned(), None, String::new()),
            ("Say".to_owned(), language.map(|language: Text<MAX_LANGUAGE>| kept(language.as_str())), said),
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
