//! Only one file writes XML: what is escaped in one place is escaped everywhere.
//!
//! Elsewhere neither a writer of XML is named, nor does a string hold a tag. Templates are files of their own; a dependency's
//! reader may be used anywhere.

use super::Finding;
use super::source::{RustFile, Token, statement};

/// The file that carriers' renderers give their elements to.
const ALLOWED: &str = "call-router/src/carrier/xml.rs";

/// What a language model is asked: marks around a transcript that look like a tag and that nobody parses.
const QUESTIONS: &str = "call-router/src/speech/summary/";

/// The crates whose strings could reach a carrier or a browser.
const JUDGED: [&str; 4] = ["dni-core/src/", "call-router/src/", "edge-worker/", "dni-wasm/"];

const WRITERS: [&str; 6] = ["Writer", "writer", "ElementWriter", "BytesStart", "BytesEnd", "BytesText"];

/// Judges one Rust file.
pub fn check(file: &RustFile) -> Vec<Finding> {
    if file.path == ALLOWED || file.path.starts_with(QUESTIONS) || !file.is_in(&JUDGED) {
        return Vec::new();
    }
    file.product()
        .filter(|(token, rest)| {
            let names_a_writer = token.is_word(&["quick_xml"]) && statement(rest).any(is_writer);
            names_a_writer || token.string().is_some_and(holds_a_tag)
        })
        .map(|(token, _)| Finding::new(&file.path, token.line, format!("only {ALLOWED} writes XML")))
        .collect()
}

/// Whether a token names what writes, beside the readers of the same crate.
fn is_writer(token: &Token) -> bool {
    token.is_word(&WRITERS)
}

/// Whether a text has `<Word …>`, `</Word>`, `<Word/>` or the beginning of one: `<Word `, `<Word {attributes}`.
///
/// A placeholder as in `numbers/<number>/calls` is none: after a tag's name comes what only a tag has, or its whole is closed.
fn holds_a_tag(text: &str) -> bool {
    if text.contains("<?xml") || text.contains("<!DOCTYPE") || text.contains("<![CDATA[") {
        return true;
    }
    text.match_indices('<').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        if let Some(closing) = rest.strip_prefix('/') {
            let name = name_of(closing);
            return name.is_empty() && closing.starts_with('{')
                || closing
                    .get(name.len()..)
                    .is_some_and(|rest| !name.is_empty() && rest.trim_start().starts_with('>'));
        }
        let name = name_of(rest);
        let after = rest.get(name.len()..).unwrap_or_default();
        let has_attributes =
            after.starts_with(' ') && (after.contains('=') || after.trim_start().starts_with(['{', '/', '>']));
        let is_element = after.starts_with("/>") || (after.starts_with('>') && name.starts_with(char::is_uppercase));
        !name.is_empty() && (has_attributes || is_element)
    })
}

fn name_of(text: &str) -> &str {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:".contains(c))).unwrap_or(text.len());
    if starts { text.get(..end).unwrap_or_default() } else { "" }
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    fn check_text(path: &str, text: &str, expected: &[usize]) {
        let file = RustFile::parse(path, text).unwrap();
        assert_eq!(lines(&check(&file)), expected, "{path}: {text}");
    }

    #[test]
    fn judges_writers() {
        let writers = [
            "use quick_xml::Writer;",
            "use quick_xml::{Reader, Writer};",
            "fn f() { quick_xml::writer::Writer::new(v); }",
            "use quick_xml::events::{BytesStart, Event};",
        ];
        for text in writers {
            check_text("call-router/src/flow.rs", text, &[1]);
            check_text("call-router/src/carrier/twilio/parse.rs", text, &[1]);
            check_text("call-router/src/carrier/twiml/render.rs", text, &[1]);
            check_text("edge-worker/src/carrier/xml.rs", text, &[1]);
            check_text("call-router/src/carrier/xml.rs", text, &[]);
        }
        check_text("call-router/src/flow.rs", "use quick_xml::Reader;", &[]);
        check_text("call-router/src/flow.rs", "use std::io::Writer;", &[]);
    }

    #[test]
    fn judges_strings() {
        let tags = [
            r#"fn f() -> String { format!("<Say>{text}</Say>") }"#,
            r##"const A: &str = r#"<Dial action="x">"#;"##,
            r#"const A: &str = "<Hangup/>";"#,
            r#"fn f() { out.push_str("</Response>"); }"#,
            r#"fn f() { write!(out, "<{name} {attributes}>…</{name}>"); }"#,
            r#"fn f() { out += "<Number url="; }"#,
            r#"const A: &str = "<?xml version";"#,
            r#"const A: &str = "<p class=\"x\">";"#,
        ];
        for text in tags {
            check_text("call-router/src/carrier/twiml/render.rs", text, &[1]);
            check_text("edge-worker/core/src/api/csv.rs", text, &[1]);
            check_text("edge-worker/src/carrier/webhook.rs", text, &[1]);
            check_text("call-router/src/carrier/xml.rs", text, &[]);
            check_text("call-router/tests/twiml.rs", text, &[]);
            check_text("call-router/src/flow/engine/tests.rs", text, &[]);
        }
        let others = [
            r#"const A: &str = "numbers/<number>/calls";"#,
            r#"const A: &str = "a < b and b > c";"#,
            r#"const A: &str = "Vec<u8>";"#,
            r#"const A: &str = "lease <id>";"#,
            "/// `<Say>Hello</Say>`\nfn f() -> Option<Vec<u8>> { None }",
            r#"#[cfg(test)] mod tests { const A: &str = "<Say>Hello</Say>"; }"#,
        ];
        for text in others {
            check_text("call-router/src/carrier/twiml/render.rs", text, &[]);
        }
    }
}
