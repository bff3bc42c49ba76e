//! Signs of life: what keeps a lease, and what tells that a call is about to come.

use core::time::Duration;

use dni_core::phone::{E164, find_targets};
use wasm_bindgen::JsValue;

use crate::page_view::PageView;
use crate::shell::{is_hidden, now};
use crate::visitor::Visitor;
use crate::wire::field;

/// Shortest time between two signs of intent: a double tap is one.
const INTENT_GAP: Duration = Duration::from_secs(2);
/// Longest text in which a number is looked for, in bytes: who copies a whole page does not mean the number.
const MAX_COPIED: usize = 1000;

impl PageView {
    /// Sends a sign of life, or asks anew if the numbers' time is over. Comes around while the page is visible and has some.
    pub fn renew(&self) {
        if !self.is_on() || is_hidden() {
            return;
        }
        self.last_signs.hidden.set(false);
        if !self.numbers().is_empty() {
            self.shell.wake(self.memory.visitor().beat_every());
            self.sign("visible");
        } else if self.memory.visitor().had_numbers() {
            self.lease();
        }
    }

    /// Takes in the answer to a sign of life. One that is lost is followed by the next, long before the lease ends.
    pub fn renewed(&self, reply: &JsValue) {
        let gone: Vec<String> = field(reply, "gone").unwrap_or_default();
        if !gone.is_empty() {
            self.memory.change(Visitor::forget_numbers);
            self.lease();
        } else if let Some(seconds) = field(reply, "expires_in") {
            self.memory.change(|visitor| visitor.renew(now(), seconds));
        }
    }

    /// Tells that the page is hidden. A page that is left is hidden too; one sign is enough.
    pub fn hidden(&self) {
        if !self.last_signs.hidden.replace(true) {
            self.sign("hidden");
        }
    }

    /// Tells that the visitor tapped, copied or selected one of their numbers, if `text` has one in it.
    pub fn intent(&self, text: &str) {
        if text.len() > MAX_COPIED || now().since(self.last_signs.intent_at.get()) < INTENT_GAP {
            return;
        }
        let numbers: Vec<E164> = self.numbers().iter().map(|one| one.number.number).collect();
        if !find_targets(text, &numbers).is_empty() {
            self.last_signs.intent_at.set(now());
            self.sign("intent");
        }
    }
}
