//! Writes XML. What is escaped here is escaped everywhere.

use std::{borrow::Cow, io};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

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

/// Writes a whole document; `None` if it cannot be written, which no text leads to.
pub(super) fn write(root: &Element) -> Option<String> {
    let mut writer = Writer::new(Vec::with_capacity(1024));
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None))).ok()?;
    // A root with nothing in it keeps its end tag, as carriers' examples write it.
    if root.inside.is_empty() {
        writer.create_element(root.name).write_text_content(BytesText::new("")).ok()?;
    } else {
        write_element(&mut writer, root).ok()?;
    }
    String::from_utf8(writer.into_inner()).ok()
}

fn write_element(writer: &mut Writer<Vec<u8>>, element: &Element) -> io::Result<()> {
    let mut open = writer.create_element(element.name);
    for (name, value) in &element.attributes {
        open = open.with_attribute((*name, printable(value).as_ref()));
    }
    if !element.inside.is_empty() {
        open.write_inner_content(|writer| element.inside.iter().try_for_each(|inner| write_element(writer, inner)))?;
    } else if element.text.is_empty() {
        open.write_empty()?;
    } else {
        open.write_text_content(BytesText::new(&printable(element.text)))?;
    }
    Ok(())
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
