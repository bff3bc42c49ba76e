//! One page view of one visitor: brings lease, page and signs of life together.

use core::cell::Cell;

use dni_core::visit::Arrival;
use js_sys::{Array, JSON, JsString};
use wasm_bindgen::JsValue;
use web_sys::Node;

use crate::beat::Told;
use crate::page::Page;
use crate::shell::{Shell, document, now, window};
use crate::visitor::{Memory, Visitor};
use crate::wire::{self, Read, Shown, get};

/// One page view.
pub struct Session {
    pub(crate) shell: Shell,
    pub(crate) memory: Memory,
    pub(crate) told: Told,
    page: Page,
    site: JsValue,
    arrival: JsValue,
    /// Off after the site took the numbers off the page (revert, release, consent denied), until it asks for them again.
    is_on: Cell<bool>,
    is_asking: Cell<bool>,
}

impl Session {
    /// Takes what the script tag knows; `is_asked` says whether it has asked for a lease, whose answer will come in.
    pub fn new(shell: Shell, site: &str, id: &str, arrival: JsValue, is_asked: bool) -> Self {
        let memory = Memory::open(site, id);
        Self {
            is_on: Cell::new(!memory.visitor().has_denied()),
            is_asking: Cell::new(is_asked),
            shell,
            memory,
            told: Told::default(),
            page: Page::default(),
            site: site.into(),
            arrival,
        }
    }

    /// Records the arrival, shows the numbers of a live lease, and keeps or renews it.
    pub fn begin(&self) {
        let arrival = Arrival::read(&self.arrival);
        let is_touch = self.memory.change(|visitor| arrival.is_some_and(|arrival| visitor.arrive(arrival)));
        self.show();
        if is_touch { self.lease() } else { self.renew() }
    }

    /// Says whether numbers may be shown and asked for.
    pub fn is_on(&self) -> bool {
        self.is_on.get()
    }

    /// Lets numbers be shown and asked for; says whether they were not before.
    pub fn turn_on(&self) -> bool {
        !self.is_on.replace(true)
    }

    /// Returns the numbers he may be shown now.
    pub fn numbers(&self) -> Vec<Shown> {
        if self.is_on() { self.memory.visitor().numbers(now()) } else { Vec::new() }
    }

    /// Asks for numbers, to be shown in place of what is shown now. The edge knows the visitor by his id: asking twice gives
    /// the same ones.
    pub fn lease(&self) {
        if !self.is_on() || self.is_asking.replace(true) {
            return;
        }
        let visitor = self.memory.visitor();
        let request = self.request(&[
            ("now", wire::ms(now())),
            ("page", current_page()),
            ("arrival", self.arrival.clone()),
            ("history", get(visitor.as_js(), "history")),
            ("consent", get(visitor.as_js(), "consent")),
        ]);
        match request {
            Some(request) => self.shell.lease(&request),
            None => self.is_asking.set(false),
        }
    }

    /// Takes in the answer. Without a good one, numbers whose time is over leave the page: they may be another's by now.
    pub fn leased(&self, text: &str) {
        self.is_asking.set(false);
        if !self.is_on() {
            return;
        }
        if let Some(reply) = wire::parse(text) {
            self.memory.change(|visitor| visitor.take(&reply, now()));
        }
        if self.show() {
            self.shell.wake(self.memory.visitor().beat_every());
        } else {
            self.page.revert();
        }
    }

    /// Shows his numbers on the whole page; says whether he has any.
    pub fn show(&self) -> bool {
        let body = document().and_then(|document| document.body());
        body.is_some_and(|body| self.show_below(&body))
    }

    /// Shows his numbers below one node, and where they were shown before; says whether he has any.
    pub fn show_below(&self, root: &Node) -> bool {
        let numbers = self.numbers();
        if numbers.is_empty() {
            return false;
        }
        self.page.show(&numbers, root);
        self.shell.emit("swap", &get(self.memory.visitor().as_js(), "numbers"));
        true
    }

    /// Puts the page's own numbers back and stays quiet until asked.
    pub fn revert(&self) {
        self.is_on.set(false);
        self.page.revert();
    }

    /// Gives the numbers back to the edge.
    pub fn release(&self) {
        self.tell("release");
        self.memory.change(Visitor::forget_numbers);
        self.revert();
        self.shell.emit("release", &JsValue::NULL);
    }

    /// Writes a sign of life; `None` if there is no lease to keep.
    pub fn sign(&self, signal: &str) -> Option<JsString> {
        let leases: Array = self.memory.visitor().leases();
        if leases.length() == 0 {
            return None;
        }
        self.request(&[("leases", leases.into()), ("signal", signal.into())])
    }

    /// Writes a request with the fields that every one has: who asks, on which site.
    fn request(&self, fields: &[(&str, JsValue)]) -> Option<JsString> {
        let request = wire::object(fields);
        wire::set(&request, "site", &self.site);
        wire::set(&request, "visitor", &get(self.memory.visitor().as_js(), "visitor"));
        JSON::stringify(&request).ok()
    }
}

fn current_page() -> JsValue {
    window().and_then(|window| window.location().href().ok()).unwrap_or_default().into()
}
