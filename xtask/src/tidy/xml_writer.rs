//! Only one file writes XML: what is escaped in one place is escaped everywhere.

use super::Finding;
use super::source::{RustFile, statement};

/// The file that carriers' renderers give their elements to.
const ALLOWED: &str = "call-router/src/carrier/xml.rs";
const WRITER_NAMES: [&str; 2] = ["Writer", "writer"];

/// Judges one Rust file.
pub fn check(file: &RustFile) -> Vec<Finding> {
    if file.path == ALLOWED {
        return Vec::new();
    }
    file.product()
        .filter(|(token, rest)| {
            token.is_word(&["quick_xml"]) && statement(rest).any(|token| token.is_word(&WRITER_NAMES))
        })
        .map(|(token, _)| Finding::new(&file.path, token.line, "only call-router/src/carrier/xml.rs writes XML"))
        .collect()
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
}
