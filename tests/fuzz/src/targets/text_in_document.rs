//! Any text in a document, which must stay text: read back by a reader that shares nothing with the writer.

use call_router::carrier::{self, Carrier, MAX_DOCUMENT_BYTES, Rendered, Secrets};
use call_router::document::{Document, Gather, MAX_SAY, Party, Speaker, Verb};
use call_router::text::Text;
use serde_json::Value;

/// What every text begins with, so that none is a word of a carrier's own, such as `dtmf`.
const MARK: char = '\u{2248}';
/// A text that nobody could take for anything else.
const HARMLESS: &str = "\u{2248}x";

/// Tries one input; panics if it breaks what is promised.
pub fn try_input(data: &[u8]) {
    let text = format!("{MARK}{}", String::from_utf8_lossy(data));
    for carrier in Carrier::ALL.iter().copied() {
        let hostile = render(carrier, &text);
        assert!(hostile.body.len() <= MAX_DOCUMENT_BYTES);
        let harmless = render(carrier, HARMLESS);
        let said = Text::<MAX_SAY>::cut(&text);
        if hostile.content_type.contains("json") {
            check_json(&hostile.body, &harmless.body, said.as_str());
        } else {
            check_xml(&hostile.body, &harmless.body, &printable(said.as_str()));
        }
    }
}

fn render(carrier: Carrier, text: &str) -> Rendered {
    let menu = Gather {
        who: Party::Caller,
        prompt: Some(Speaker { language: Some(Text::cut("en-US")), voice: None }.say(text)),
        wait_seconds: 5,
        action: "https://calls.example.com/carrier/gather".to_owned(),
    };
    let document = Document::from([Verb::say(text), Verb::Gather(menu), Verb::Hangup]);
    carrier::render(carrier, &document, &Secrets::new("user:word".to_owned(), None))
}

fn check_xml(hostile: &str, harmless: &str, said: &str) {
    let (hostile, harmless) = (roxmltree::Document::parse(hostile).unwrap(), roxmltree::Document::parse(harmless).unwrap());
    assert_eq!(elements(&hostile), elements(&harmless), "text made an element, or lost one");
    let texts = hostile.descendants().filter(roxmltree::Node::is_text).filter(|text| text.text() == Some(said)).count();
    assert!(said.is_empty() || texts == 2, "{said:?} is not what is said");
}

/// The elements in their order, each with its attributes.
fn elements(document: &roxmltree::Document) -> Vec<(String, Vec<(String, String)>)> {
    let elements = document.descendants().filter(roxmltree::Node::is_element);
    elements
        .map(|element| {
            let attributes = element.attributes().map(|one| (one.name().to_owned(), one.value().to_owned())).collect();
            (element.tag_name().name().to_owned(), attributes)
        })
        .collect()
}

/// What XML 1.0 can carry (section 2.2), less the carriage return, which readers change.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|char| matches!(char, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..))
        .collect()
}

fn check_json(hostile: &str, harmless: &str, said: &str) {
    let (mut hostile, mut harmless): (Value, Value) =
        (serde_json::from_str(hostile).unwrap(), serde_json::from_str(harmless).unwrap());
    let (found, _) = (blank(&mut hostile, said), blank(&mut harmless, HARMLESS));
    assert_eq!(found, 2, "{said:?} is not what is said");
    assert_eq!(hostile, harmless, "text made something else than text");
}

/// Empties every text that is `said`, and counts them.
fn blank(value: &mut Value, said: &str) -> usize {
    match value {
        Value::String(text) if text == said => {
            text.clear();
            1
        }
        Value::Array(list) => list.iter_mut().map(|value| blank(value, said)).sum(),
        Value::Object(fields) => fields.values_mut().map(|value| blank(value, said)).sum(),
        _ => 0,
    }
}
