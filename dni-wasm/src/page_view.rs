//! One page view of one visitor: brings lease, page and signs of life together.

use core::cell::{Cell, RefCell};

use dni_core::time::Millis;
use dni_core::visit::Arrival;
use wasm_bindgen::JsValue;

use crate::page::Numbers;
use crate::shell::{Shell, now};
use crate::visitor::{Memory, Visitor};
use crate::wire::{FromJs, Shown, get};

/// One page view.
pub struct PageView {
    pub(crate) shell: Shell,
    pub(crate) memory: Memory,
    pub(crate) numbers: RefCell<Numbers>,
    pub(crate) last_signs: LastSigns,
    /// Off after the site took the numbers off the page (revert, release, consent denied), until it asks for them again.
    is_on: Cell<bool>,
    is_asking: Cell<bool>,
}

/// What the edge was told last.
#[derive(Default)]
pub struct LastSigns {
    pub(crate) hidden: Cell<bool>,
    pub(crate) intent_at: Cell<Millis>,
}

impl PageView {
    /// Takes what the script tag knows; `is_asked` says whether it has asked for a lease, whose answer will come in.
    pub fn new(shell: Shell, memory: Memory, is_asked: bool) -> Self {
        Self {
            memory,
            shell,
            numbers: RefCell::default(),
            last_signs: LastSigns::default(),
            is_on: Cell::new(true),
            is_asking: Cell::new(is_asked),
        }
    }

    /// Records the arrival, shows the numbers of a live lease, and keeps or renews it.
    pub fn begin(&self, arrival: &JsValue) {
        let arrival = Arrival::read(arrival);
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

    /// Returns the numbers they may be shown now.
    pub fn numbers(&self) -> Vec<Shown> {
        if self.is_on() { self.memory.visitor().numbers(now()) } else { Vec::new() }
    }

    /// Asks for numbers, to be shown in place of what is shown now. The edge knows the visitor by their id: asking twice gives
    /// the same ones.
    pub fn lease(&self) {
        if self.is_on() && !self.is_asking.replace(true) {
            self.shell.lease(self.memory.visitor().as_js());
        }
    }

    /// Takes in the answer. Without a good one, numbers whose time is over leave the page: they may be another's by now.
    pub fn leased(&self, reply: &JsValue) {
        self.is_asking.set(false);
        if !self.is_on() {
            return;
        }
        self.memory.change(|visitor| visitor.take(reply, now()));
        if self.show() {
            self.shell.wake(self.memory.visitor().beat_every());
        } else {
            self.take_down();
        }
    }

    /// Shows their numbers on the whole page; says whether they have any.
    pub fn show(&self) -> bool {
        self.show_below(&JsValue::NULL)
    }

    /// Shows their numbers below one node, and where they were shown before; says whether they have any.
    pub fn show_below(&self, root: &JsValue) -> bool {
        let numbers = self.numbers();
        if numbers.is_empty() {
            return false;
        }
        let seeds = self.numbers.borrow_mut().replace(numbers);
        self.shell.show(root, &seeds);
        self.shell.emit("swap", &get(self.memory.visitor().as_js(), "numbers"));
        true
    }

    /// Puts the page's own numbers back and stays quiet until asked.
    pub fn revert(&self) {
        self.is_on.set(false);
        self.take_down();
    }

    fn take_down(&self) {
        self.shell.revert();
        self.numbers.borrow_mut().replace(Vec::new());
    }

    /// Sends a sign of life.
    pub fn sign(&self, signal: &str) {
        self.shell.sign(signal, self.memory.visitor().as_js());
    }

    /// Gives the numbers back to the edge.
    pub fn release(&self) {
        self.sign("release");
        self.memory.change(Visitor::forget_numbers);
        self.revert();
        self.shell.emit("release", &JsValue::NULL);
    }
}
