//! Writes XML. What is escaped here is escaped everywhere.

use std::borrow::Cow;

use quick_xml::escape::escape;

/// The `Content-Type` of XML documents: Twilio refuses others (its error 12300).
pub(super) const CONTENT_TYPE: &str = "text/xml; charset=utf-8";
/// The size that most documents keep below, in bytes.
const USUAL_BYTES: usize = 1024;

/// An element with its attributes, and with either text or other elements in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Element<'a> {
    name: &'static str,
    attributes: Vec<(&'static str, Cow<'a, str>)>,
    text: &'a str,
    inside: Vec<Self>,
}

impl<'a> Element<'a> {
    /// Makes an empty element.
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::with_capacity(8), ..Self::default() }
    }

    /// Adds an attribute.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Cow<'a, str>>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// Adds attributes that are always the same.
    #[must_use]
    pub(super) fn with_all(mut self, attributes: &[(&'static str, &'static str)]) -> Self {
        self.attributes.extend(attributes.iter().map(|(name, value)| (*name, Cow::Borrowed(*value))));
        self
    }

    /// Adds an attribute if there is a value for it.
    #[must_use]
    pub(super) fn with_some(self, name: &'static str, value: Option<impl Into<Cow<'a, str>>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Puts text in.
    #[must_use]
    pub(super) fn text(mut self, text: &'a str) -> Self {
        self.text = text;
        self
    }

    /// Puts elements in.
    #[must_use]
    pub(super) fn inside(mut self, elements: impl IntoIterator<Item = Self>) -> Self {
        self.inside.extend(elements);
        self
    }
}

/// Writes a whole document.
pub(super) fn write(root: &Element) -> String {
    let mut out = String::with_capacity(USUAL_BYTES);
    out.push_str(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
    // A root with nothing in it keeps its end tag, as carriers' examples write it.
    write_element(&mut out, root, true);
    out
}

fn write_element(out: &mut String, element: &Element, keeps_end: bool) {
    out.push('<');
    out.push_str(element.name);
    for (name, value) in &element.attributes {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        push_value(out, value);
        out.push('"');
    }
    if element.text.is_empty() && element.inside.is_empty() && !keeps_end {
        out.push_str("/>");
        return;
    }
    out.push('>');
    out.push_str(&escape(printable(element.text)));
    for inner in &element.inside {
        write_element(out, inner, false);
    }
    out.push_str("</");
    out.push_str(element.name);
    out.push('>');
}

/// Writes an attribute's value, in which readers take a tab or line feed for a space unless it is escaped (section 3.3.3).
fn push_value(out: &mut String, value: &str) {
    let escaped = escape(printable(value));
    if escaped.contains(['\t', '\n']) {
        out.push_str(&escaped.replace('\t', "&#9;").replace('\n', "&#10;"));
    } else {
        out.push_str(&escaped);
    }
}

/// Leaves out what XML 1.0 cannot carry, not even escaped (section 2.2), and the carriage return, which readers
/// change into a line feed.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let cannot_be_carried = |char| matches!(char, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    // Nearly every text is as it should be; U+FFFE and U+FFFF begin with the byte EF.
    let may_hold_one = |byte: u8| matches!(byte, 0..=8 | 0xb..=0x1f | 0xef);
    if text.bytes().any(may_hold_one) && text.contains(cannot_be_carried) {
        Cow::Owned(text.chars().filter(|char| !cannot_be_carried(*char)).collect())
    } else {
        Cow::Borrowed(text)
    }
}
