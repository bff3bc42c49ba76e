//! Where on a page numbers may stand.

use dni_core::phone::E164;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Element, Node, XPathResult};

use crate::shell::document;
use crate::wire::Shown;

/// What is not for reading or not ours: code, form fields, text being edited, and what the site asked to leave alone.
const LEFT_ALONE: &str = "script,style,noscript,template,textarea,input,[contenteditable]:not([contenteditable=false]),\
                          [data-dni-noswap],[data-calltrk-noswap]";
/// Last digits by which the browser itself filters: the line number of the North American plan, which people keep together.
const LINE_DIGITS: usize = 4;
/// Longest text looked at, in UTF-16 units: an embedded data file would block the page.
const MAX_TEXT: &str = "100000";
/// Most places looked at in one search.
const MAX_FOUND: u32 = 4096;

/// Finds the texts and `tel:` links below `root` that may have a target in them.
///
/// The browser's own `XPath` engine does the search, and few strings are copied into the wasm: on a page of 12,000 texts
/// that is as fast as a walk in JavaScript that does nothing, and three times faster than a walk from here.
pub fn find(root: &Node, numbers: &[Shown]) -> Vec<Node> {
    let Some(search) = search(numbers) else { return Vec::new() };
    let found = document().and_then(|document| {
        let kind = XPathResult::UNORDERED_NODE_SNAPSHOT_TYPE;
        document.evaluate_with_opt_callback_and_type(&search, root, None, kind).ok()
    });
    let Some(found) = found else { return Vec::new() };
    let count = found.snapshot_length().unwrap_or(0).min(MAX_FOUND);
    let nodes = (0..count).filter_map(|index| found.snapshot_item(index).ok()?);
    nodes.filter(is_for_us).collect()
}

/// Says whether a node has not been taken from the page.
pub fn is_on_page(node: &Node) -> bool {
    element_of(node).is_some_and(|element| element.is_connected())
}

fn search(numbers: &[Shown]) -> Option<String> {
    let mut filter = String::new();
    for digits in numbers.iter().filter_map(|one| last_digits(&one.target)) {
        let before = if filter.is_empty() { "[(" } else { " or " };
        add(&mut filter, &[before, "contains(.,'", digits, "')"]);
    }
    if filter.is_empty() {
        return None;
    }
    add(&mut filter, &[") and string-length()<", MAX_TEXT, "]"]);
    let mut search = String::new();
    let texts = "descendant-or-self::text()";
    let links = "|descendant-or-self::a/@href[starts-with(.,'tel:')]";
    add(&mut search, &[texts, &filter, links, &filter]);
    Some(search)
}

/// Appends the parts; `concat` and `join` would be another kilobyte of wasm.
fn add(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
}

fn last_digits(number: &E164) -> Option<&str> {
    let digits = number.digits();
    digits.get(digits.len().checked_sub(LINE_DIGITS)?..)
}

fn is_for_us(node: &Node) -> bool {
    element_of(node).is_some_and(|element| matches!(element.closest(LEFT_ALONE), Ok(None)))
}

/// Returns the element a text stands in, or the link whose address it is.
fn element_of(node: &Node) -> Option<Element> {
    match node.node_type() {
        Node::ATTRIBUTE_NODE => node.unchecked_ref::<Attr>().owner_element(),
        _ => node.parent_element(),
    }
}

#[wasm_bindgen]
extern "C" {
    /// An attribute; web-sys has its type without this property.
    type Attr;

    #[wasm_bindgen(method, getter, js_name = ownerElement)]
    fn owner_element(this: &Attr) -> Option<Element>;
}
