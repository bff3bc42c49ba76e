//! The page: the only place that writes to it.
//!
//! A number stands in the value of a text node or of a `tel:` link's `href`. Nothing else of the page is ever written, so a
//! framework that owns the nodes finds each one where it left it.

mod places;

use core::cell::RefCell;

use dni_core::phone::{E164, find_targets, format_like};
use web_sys::Node;

use crate::wire::Shown;

/// Most places remembered. Beyond, those that have left the page are forgotten; what is new stays as it is.
const MAX_PLACES: usize = 4096;

/// The places of this page where a number was swapped, with what stood there before.
#[derive(Default)]
pub struct Page {
    swapped: RefCell<Vec<Swapped>>,
}

/// One text or link with a number of ours in it.
struct Swapped {
    node: Node,
    original: String,
    shown: String,
}

impl Page {
    /// Shows `numbers` in place of their targets below `root`, and everywhere they were shown before.
    pub fn show(&self, numbers: &[Shown], root: &Node) {
        let Ok(mut swapped) = self.swapped.try_borrow_mut() else { return };
        swapped.retain_mut(|place| place.is_ours() && place.show(numbers));
        for node in places::find(root, numbers) {
            if swapped.len() >= MAX_PLACES {
                swapped.retain(|place| places::is_on_page(&place.node));
            }
            if let (true, Some(place)) = (swapped.len() < MAX_PLACES, Swapped::new(node, numbers)) {
                swapped.push(place);
            }
        }
    }

    /// Puts back what stood there, byte for byte.
    pub fn revert(&self) {
        let Ok(mut swapped) = self.swapped.try_borrow_mut() else { return };
        for place in swapped.drain(..) {
            if place.is_ours() {
                place.node.set_node_value(Some(&place.original));
            }
        }
    }
}

impl Swapped {
    /// Swaps the targets in a node's value; `None` if there are none.
    fn new(node: Node, numbers: &[Shown]) -> Option<Self> {
        let original = node.node_value()?;
        // Half of a surrogate pair arrives as this sign, and could not be put back as it was.
        if original.chars().any(|char| char == char::REPLACEMENT_CHARACTER) {
            return None;
        }
        let mut place = Self { node, shown: original.clone(), original };
        place.show(numbers).then_some(place)
    }

    /// Says whether the value is still the one written here: a later writer knows better.
    fn is_ours(&self) -> bool {
        self.node.node_value().as_ref() == Some(&self.shown)
    }

    /// Shows `numbers`, or what stood here before; says whether there is anything of ours to see.
    fn show(&mut self, numbers: &[Shown]) -> bool {
        let text = with_numbers(&self.original, numbers);
        if text != self.shown {
            self.node.set_node_value(Some(&text));
            self.shown = text;
        }
        self.shown != self.original
    }
}

/// Writes `numbers` in place of their targets, each in the form its target has in the text.
fn with_numbers(text: &str, numbers: &[Shown]) -> String {
    let targets: Vec<E164> = numbers.iter().map(|one| one.target).collect();
    let mut written = String::with_capacity(text.len());
    let mut rest = 0;
    for found in find_targets(text, &targets) {
        let shown = numbers.iter().find(|one| one.target == found.target);
        let parts = (shown, text.get(rest..found.range.start), text.get(found.range.clone()));
        if let (Some(shown), Some(before), Some(target)) = parts {
            written.push_str(before);
            written.push_str(&format_like(shown.number, target));
            rest = found.range.end;
        }
    }
    written.push_str(text.get(rest..).unwrap_or_default());
    written
}
