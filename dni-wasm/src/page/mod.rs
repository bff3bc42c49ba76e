//! The page: which of its texts show which number. `js/page` finds the texts and is the only place that writes them.
//!
//! A walk over the page from in here would copy every text into the wasm; so only those that may have a target in them come
//! in, as [`shown`] and [`original`].

use core::cell::RefCell;

use dni_core::phone::{E164, find_targets, format_as};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::shell::Shell;
use crate::wire::Shown;

/// Most numbers remembered of those that were shown before on this page: a script may have copied a text with one.
const MAX_EARLIER: usize = 32;
/// Digits of an area code, which stand together in every written form of a North American number, vanity numbers included.
const AREA_DIGITS: usize = 3;
/// Digits that stand together at the end of every written form of any other number.
const LAST_DIGITS: usize = 2;

thread_local! {
    static NUMBERS: RefCell<Numbers> = const { RefCell::new(Numbers { now: Vec::new(), earlier: Vec::new() }) };
}

struct Numbers {
    now: Vec<Shown>,
    earlier: Vec<Shown>,
}

#[wasm_bindgen]
extern "C" {
    /// Shows the numbers below a node (null for the whole page), and wherever they are shown or will have to be.
    #[wasm_bindgen(method, js_name = show)]
    fn show_on_page(this: &Shell, root: &JsValue, seeds: &str);

    /// Returns the pools that the page's markup names and that have no number yet.
    #[wasm_bindgen(method)]
    pub fn pools(this: &Shell) -> JsValue;

    /// Puts the page's own numbers back.
    #[wasm_bindgen(method, js_name = revert)]
    fn revert_page(this: &Shell);
}

/// Shows `numbers` in place of their targets below `root`, and everywhere they were shown before, from now on.
pub fn show(shell: &Shell, numbers: Vec<Shown>, root: &JsValue) {
    let mut seeds = String::new();
    for one in &numbers {
        for number in [&one.target, &one.number] {
            seeds.push_str(seed(number));
            seeds.push(' ');
        }
    }
    NUMBERS.with_borrow_mut(|known| known.replace(numbers));
    shell.show_on_page(root, &seeds);
}

/// Puts the page's own numbers back, byte for byte, and leaves the page alone.
pub fn revert(shell: &Shell) {
    shell.revert_page();
    NUMBERS.with_borrow_mut(|known| known.replace(Vec::new()));
}

/// Returns digits that every written form of a number has in one run.
fn seed(number: &E164) -> &str {
    let digits = number.digits();
    let run = match number.nanp_digits() {
        Some(national) => national.get(..AREA_DIGITS),
        None => digits.len().checked_sub(LAST_DIGITS).and_then(|from| digits.get(from..)),
    };
    run.unwrap_or_default()
}

/// Returns the text with the numbers to show in it, each in the form its target has there; `None` if there is none.
///
/// `place` is the pool, or one of the site's other targets, that the markup asks for; usually it is empty.
#[wasm_bindgen]
pub fn shown(text: &str, place: &str) -> Option<String> {
    let destination = E164::parse_in_nanp(place).ok();
    let pool = if destination.is_some() { "" } else { place };
    rewrite(text, &|known, found| {
        let target = destination.or_else(|| known.target_of(found)).unwrap_or(found);
        known.now.iter().find(|one| one.target == target && one.pool == pool).map(|one| one.number)
    })
}

/// Returns the text with the targets in place of the numbers of ours that stand there; `None` if there is none.
#[wasm_bindgen]
pub fn original(text: &str) -> Option<String> {
    rewrite(text, &|known, found| known.target_of(found))
}

/// Replaces what is found of targets and numbers in a text.
fn rewrite(text: &str, replacement: &dyn Fn(&Numbers, E164) -> Option<E164>) -> Option<String> {
    NUMBERS.with_borrow(|known| {
        let wanted: Vec<E164> = known.all().flat_map(|one| [one.target, one.number]).collect();
        let mut written = String::with_capacity(text.len());
        let mut rest = 0;
        for found in find_targets(text, &wanted) {
            let number = replacement(known, found.target);
            let parts = (number, text.get(rest..found.range.start), text.get(found.range.clone()));
            if let (Some(number), Some(before), Some(example)) = parts {
                written.push_str(before);
                written.push_str(&format_as(number, found.target, example));
                rest = found.range.end;
            }
        }
        if rest == 0 {
            return None;
        }
        written.push_str(text.get(rest..).unwrap_or_default());
        Some(written)
    })
}

impl Numbers {
    /// Takes the numbers of now; those of before are remembered, once each, because each costs time in every text.
    fn replace(&mut self, now: Vec<Shown>) {
        for one in core::mem::replace(&mut self.now, now) {
            let is_known = self.earlier.iter().any(|other| other.target == one.target && other.number == one.number);
            if !is_known && self.earlier.len() < MAX_EARLIER {
                self.earlier.push(one);
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &Shown> {
        self.now.iter().chain(&self.earlier)
    }

    /// Returns the target that a number of ours stands for, unless it stands for several.
    fn target_of(&self, number: E164) -> Option<E164> {
        let mut targets = self.all().filter(|one| one.number == number).map(|one| one.target);
        let target = targets.next()?;
        targets.all(|other| other == target).then_some(target)
    }
}
