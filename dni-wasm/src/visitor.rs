//! What the browser keeps of a visitor.

use core::cell::{Cell, RefCell};
use core::time::Duration;

use dni_core::phone::E164;
use dni_core::time::Millis;
use dni_core::visit::{Arrival, History};
use gloo_storage::{LocalStorage, Storage as _};
use js_sys::{Array, JSON};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Storage;

use crate::shell::window;
use crate::wire::{self, Shown, field, get, set};

/// Shortest time between signs of life, in seconds, whatever the edge asks for: a slip there must not flood it.
const MIN_BEAT: u32 = 5;

/// A visitor, in the shape that is stored and that the script tag reads too:
/// `{visitor, history, hosts, numbers, choices, expires_at, beat_every, consent}`, of which only `visitor`, their id, is always there.
pub struct Visitor(JsValue);

impl Visitor {
    /// Records a page view and says whether it is a new touch.
    pub fn arrive(&self, arrival: Arrival) -> bool {
        let mut history: History = field(&self.0, "history").unwrap_or_default();
        let hosts: Vec<String> = field(&self.0, "hosts").unwrap_or_default();
        let is_touch = history.arrive(arrival, &hosts);
        set(&self.0, "history", &wire::history(&history));
        is_touch
    }

    /// Takes in an answer to a lease request; `None`, and nothing is taken, if it is garbage or another visitor's.
    pub fn take(&self, reply: &JsValue, now: Millis) -> Option<()> {
        let is_theirs = field::<String>(reply, "visitor")? == field::<String>(&self.0, "visitor")?;
        let (seconds, _): (u32, Vec<Shown>) = (field(reply, "expires_in")?, field(reply, "numbers")?);
        let (_, _): (History, Vec<String>) = (field(reply, "history")?, field(reply, "hosts")?);
        if !is_theirs {
            return None;
        }
        for name in ["history", "hosts", "numbers", "choices", "beat_every"] {
            set(&self.0, name, &get(reply, name));
        }
        self.renew(now, seconds);
        Some(())
    }

    /// Moves the end of their numbers.
    pub fn renew(&self, now: Millis, seconds: u32) {
        set(&self.0, "expires_at", &wire::ms(now.after(Duration::from_secs(seconds.into()))));
    }

    /// Forgets their numbers.
    pub fn forget_numbers(&self) {
        set(&self.0, "numbers", &Array::new());
    }

    /// Returns the numbers they may be shown now.
    ///
    /// A number that is itself one of the targets is left out: it would put one of the site's own in another's place.
    pub fn numbers(&self, now: Millis) -> Vec<Shown> {
        let expires_at: Millis = field(&self.0, "expires_at").unwrap_or_default();
        if now >= expires_at {
            return Vec::new();
        }
        let mut numbers: Vec<Shown> = field(&self.0, "numbers").unwrap_or_default();
        let targets: Vec<E164> = numbers.iter().map(|one| one.target.number).collect();
        numbers.retain(|one| !targets.contains(&one.number.number));
        numbers
    }

    /// Says whether they had numbers, be their time over or not.
    pub fn had_numbers(&self) -> bool {
        get(&self.0, "numbers").dyn_ref::<Array>().is_some_and(|numbers| numbers.length() > 0)
    }

    /// Returns how often to send a sign of life, in seconds.
    pub fn beat_every(&self) -> u32 {
        field(&self.0, "beat_every").unwrap_or(MIN_BEAT).max(MIN_BEAT)
    }

    /// Returns the value as it is stored.
    pub fn as_js(&self) -> &JsValue {
        &self.0
    }
}

/// The place a visitor is kept: `localStorage`, which all tabs of the origin share, or this page view's memory where the
/// browser denies it, or the visitor has not agreed.
pub struct Memory {
    key: String,
    held: RefCell<JsValue>,
    is_kept: Cell<bool>,
}

impl Memory {
    /// Makes the place, for what is stored under `key`.
    pub fn new(key: String) -> Self {
        Self { key, held: RefCell::default(), is_kept: Cell::default() }
    }

    /// Opens the place for a visitor; with `is_kept`, they are stored.
    pub fn open(&self, visitor: JsValue, is_kept: bool) {
        self.is_kept.set(is_kept);
        self.held.replace(visitor);
    }

    /// Forgets the visitor.
    pub fn close(&self) {
        self.open(JsValue::NULL, false);
    }

    /// Returns the visitor as they are now, another tab's changes included.
    pub fn visitor(&self) -> Visitor {
        self.stored().unwrap_or_else(|| Visitor(self.held.borrow().clone()))
    }

    /// Changes the visitor and keeps them.
    pub fn change<T>(&self, change: impl FnOnce(&Visitor) -> T) -> T {
        let visitor = self.visitor();
        let changed = change(&visitor);
        if self.is_kept.get() && !self.store(&visitor) {
            // Over quota. This page remembers; the next one starts with what was stored before.
            self.open(visitor.0, false);
        }
        changed
    }

    fn store(&self, visitor: &Visitor) -> bool {
        let text = JSON::stringify(&visitor.0).ok().map(String::from);
        let stored = storage().zip(text).map(|(storage, text)| storage.set_item(&self.key, &text).is_ok());
        stored.unwrap_or_default()
    }

    fn stored(&self) -> Option<Visitor> {
        if !self.is_kept.get() {
            return None;
        }
        let visitor = JSON::parse(&storage()?.get_item(&self.key).ok()??).ok()?;
        field::<String>(&visitor, "visitor")?;
        Some(Visitor(visitor))
    }
}

/// Returns the storage if the browser allows it; `gloo_storage` would stop the whole library on a refusal.
fn storage() -> Option<Storage> {
    window()?.local_storage().ok()??;
    Some(LocalStorage::raw())
}
