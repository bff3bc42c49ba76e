//! Writes a document as TwiML.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
    writer::ElementWriter,
};

use crate::document::{Document, Forward, Gather, Prompt, Record, RejectReason, Verb};

/// The `Content-Type` Twilio wants of a document (its error 12300 otherwise).
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// What is sent if a document cannot be written: the call ends instead of hanging in silence.
const HANG_UP: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>"#;

/// Writes a document as TwiML.
///
/// Text stays text whatever is in it, and characters that XML cannot carry are left out. The limits of
/// [`crate::document`] keep the result under 64 KB, the least that carriers of this dialect take.
///
/// ```
/// use call_router::{carrier::twilio, document::{Document, Verb}};
///
/// let document = Document::from([Verb::say("Tom & Jerry"), Verb::Hangup]);
/// assert_eq!(
///     twilio::render(&document),
///     r#"<?xml version="1.0" encoding="UTF-8"?><Response><Say>Tom &amp; Jerry</Say><Hangup/></Response>"#,
/// );
/// ```
pub fn render(document: &Document) -> String {
    let mut writer = Writer::new(Vec::new());
    write(&mut writer, document)
        .ok()
        .and_then(|()| String::from_utf8(writer.into_inner()).ok())
        .unwrap_or_else(|| HANG_UP.to_owned())
}

type Xml = Writer<Vec<u8>>;

fn write(xml: &mut Xml, document: &Document) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("Response")
        .write_inner_content(|xml| document.verbs().iter().try_for_each(|verb| write_verb(xml, verb)))?;
    Ok(())
}

fn write_verb(xml: &mut Xml, verb: &Verb) -> io::Result<()> {
    match verb {
        Verb::Hear(prompt) => write_prompt(xml, prompt),
        Verb::Gather(gather) => write_gather(xml, gather),
        Verb::Pause { seconds } => element(xml, "Pause", [("length", seconds.to_string())], ""),
        Verb::Forward(forward) => write_dial(xml, forward),
        Verb::Record(record) => write_record(xml, record),
        Verb::Redirect { url } => element(xml, "Redirect", [], url),
        Verb::Hangup => element(xml, "Hangup", [], ""),
        Verb::Reject { reason } => {
            let reason = match reason {
                RejectReason::Busy => "busy",
                RejectReason::Rejected => "rejected",
            };
            element(xml, "Reject", [("reason", reason.to_owned())], "")
        }
    }
}

fn write_prompt(xml: &mut Xml, prompt: &Prompt) -> io::Result<()> {
    match prompt {
        Prompt::Say { text, language } => {
            let language = language.as_ref().map(|language| ("language", language.as_str().to_owned()));
            element(xml, "Say", language, text.as_str())
        }
        Prompt::Play { url } => element(xml, "Play", [], url),
    }
}

fn write_gather(xml: &mut Xml, gather: &Gather) -> io::Result<()> {
    let attributes = [
        ("input", "dtmf".to_owned()),
        ("numDigits", "1".to_owned()),
        // Every key is one that can be meant, the one that usually ends an input too.
        ("finishOnKey", String::new()),
        ("timeout", gather.wait_seconds.to_string()),
        ("action", gather.action.clone()),
    ];
    with_attributes(xml.create_element("Gather"), attributes)
        .write_inner_content(|xml| gather.prompt.iter().try_for_each(|prompt| write_prompt(xml, prompt)))?;
    Ok(())
}

fn write_dial(xml: &mut Xml, forward: &Forward) -> io::Result<()> {
    let mut attributes = vec![
        // The caller hears the business's own ringing, and the call counts as answered only when the business answers.
        ("answerOnBridge", "true".to_owned()),
        ("timeout", forward.ring_seconds.to_string()),
        ("timeLimit", forward.max_seconds.to_string()),
        ("action", forward.action.clone()),
    ];
    if let Some(caller_id) = forward.caller_id {
        attributes.push(("callerId", caller_id.to_string()));
    }
    if let Some(url) = &forward.recording_url {
        attributes.push(("record", "record-from-answer-dual".to_owned()));
        attributes.push(("recordingStatusCallback", url.clone()));
    }
    let mut leg = vec![
        ("statusCallback", forward.leg_status_url.clone()),
        ("statusCallbackEvent", "initiated ringing answered completed".to_owned()),
    ];
    leg.extend(forward.whisper_url.iter().map(|url| ("url", url.clone())));
    with_attributes(xml.create_element("Dial"), attributes).write_inner_content(|xml| {
        forward.to().iter().try_for_each(|number| element(xml, "Number", leg.clone(), number.as_str()))
    })?;
    Ok(())
}

fn write_record(xml: &mut Xml, record: &Record) -> io::Result<()> {
    let attributes = [
        ("action", record.action.clone()),
        ("maxLength", record.max_seconds.to_string()),
        ("playBeep", "true".to_owned()),
        ("recordingStatusCallback", record.recording_url.clone()),
    ];
    element(xml, "Record", attributes, "")
}

fn element(
    xml: &mut Xml,
    name: &str,
    attributes: impl IntoIterator<Item = (&'static str, String)>,
    text: &str,
) -> io::Result<()> {
    let element = with_attributes(xml.create_element(name), attributes);
    if text.is_empty() {
        element.write_empty()?;
    } else {
        element.write_text_content(BytesText::new(&printable(text)))?;
    }
    Ok(())
}

fn with_attributes(
    mut element: ElementWriter<'_, Vec<u8>>,
    attributes: impl IntoIterator<Item = (&'static str, String)>,
) -> ElementWriter<'_, Vec<u8>> {
    for (name, value) in attributes {
        element = element.with_attribute((name, printable(&value).as_str()));
    }
    element
}

/// Leaves out what XML 1.0 cannot carry, not even escaped (section 2.2), and the carriage return, which readers
/// change into a line feed.
fn printable(text: &str) -> String {
    text.chars().filter(|char| !matches!(char, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')).collect()
}

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;
    use proptest::prelude::*;
    use quick_xml::{Reader, XmlVersion};

    use super::*;
    use crate::{
        document::{MAX_FORWARD_NUMBERS, MAX_SAY, MAX_VERBS},
        text::Text,
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
                Verb::Gather(Gather { prompt: Some(Prompt::say("Press 1.")), wait_seconds: 5, action: "https://h/g".to_owned() }),
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
            let xml = render(&Document::from([verb]));
            assert_eq!(xml, format!(r#"<?xml version="1.0" encoding="UTF-8"?><Response>{expected}</Response>"#));
        }
        assert_eq!(render(&Document::default()), r#"<?xml version="1.0" encoding="UTF-8"?><Response></Response>"#);
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
        let size = render(&document).len();
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
        let xml = render(&document);
        let kept = |text: &str| printable(text);
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

    fn forward_to(numbers: &[&str]) -> Forward {
        let numbers: Vec<_> = numbers.iter().map(|text| number(text)).collect();
        Forward::new(&numbers, 25, "https://h/dial".to_owned(), "https://h/leg".to_owned())
    }

    fn number(text: &str) -> E164 {
        E164::parse(text).unwrap()
    }
}
