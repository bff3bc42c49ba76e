//! The page: which of its texts show which number. `js/page` finds the texts and is the only place that writes them.
//!
//! A walk over the page from in here would copy every text into the wasm; so only those that may have a target in them come
//! in, as [`Numbers::shown`] and [`Numbers::original`].

use dni_core::phone::{E164, NumberTexts, find_targets, format_with, seeds};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::shell::Shell;
use crate::wire::Shown;

/// Most numbers remembered of those that were shown before on this page: a script may have copied a text with one.
const MAX_EARLIER: usize = 32;

#[wasm_bindgen]
extern "C" {
    /// Shows the numbers below a node (null for the whole page), and wherever they are shown or will have to be. One of the
    /// `seeds` is in every text that has to do with them: runs of digits, with a space behind each.
    #[wasm_bindgen(method)]
    pub fn show(this: &Shell, root: &JsValue, seeds: &str);

    /// Puts the page's own numbers back, byte for byte, and leaves the page alone.
    #[wasm_bindgen(method)]
    pub fn revert(this: &Shell);
}

/// The numbers that the page shows or has shown.
#[derive(Default)]
pub struct Numbers {
    now: Vec<Shown>,
    earlier: Vec<Shown>,
    /// What is looked for: all targets, and all numbers of ours.
    wanted: Vec<E164>,
}

/// What the markup around a text asks for.
struct NumberSelector<'a> {
    destination: Option<E164>,
    pool: &'a str,
}

impl Numbers {
    /// Takes the numbers of now, and returns their seeds; those of before are remembered, once each, because each costs time in
    /// every text.
    pub fn replace(&mut self, now: Vec<Shown>) -> String {
        for one in core::mem::replace(&mut self.now, now) {
            let (target, number) = (one.target.number, one.number.number);
            let is_known =
                self.earlier.iter().any(|other| other.target.number == target && other.number.number == number);
            if !is_known && self.earlier.len() < MAX_EARLIER {
                self.earlier.push(one);
            }
        }
        self.wanted.clear();
        self.wanted.extend(self.now.iter().chain(&self.earlier).flat_map(|one| [one.target.number, one.number.number]));
        self.wanted.iter().map(|number| seeds(*number)).collect()
    }

    /// Returns the text with the numbers to show in it; `None` if there is none. `place` as the markup has it.
    pub fn shown(&self, text: &str, place: &str) -> Option<String> {
        // Who names a destination that is none of the site's names nothing: it is no pool's name either.
        let destination = find_targets(place, &self.wanted).first().map(|found| found.target);
        let pool = if destination.is_some() { "" } else { place };
        self.rewrite(text, Some(&NumberSelector { destination, pool }))
    }

    /// Returns the text with the targets in place of the numbers of ours that stand there; `None` if there is none.
    pub fn original(&self, text: &str) -> Option<String> {
        self.rewrite(text, None)
    }

    /// Replaces what is found of targets and numbers in a text: by what a place shows, or without one by the targets.
    fn rewrite(&self, text: &str, place: Option<&NumberSelector>) -> Option<String> {
        let mut written = String::with_capacity(text.len());
        let mut rest = 0;
        for found in find_targets(text, &self.wanted) {
            let stands_for = self.target_of(found.target);
            let target = stands_for.map_or(found.target, |target| target.number);
            let number = match place {
                Some(place) => self.number_at(place, target),
                None => stands_for,
            };
            let parts = (number, text.get(rest..found.range.start), text.get(found.range.clone()));
            if let (Some(number), Some(before), Some(example)) = parts {
                let same_form = self.has_form(found.target, target) && self.has_form(number.number, target);
                written.push_str(before);
                written.push_str(&format_with(number, found.target, same_form, example));
                rest = found.range.end;
            }
        }
        if rest == 0 {
            return None;
        }
        written.push_str(text.get(rest..).unwrap_or_default());
        Some(written)
    }

    fn number_at(&self, place: &NumberSelector, target: E164) -> Option<&NumberTexts> {
        let target = place.destination.unwrap_or(target);
        self.now.iter().find(|one| one.target.number == target && one.pool == place.pool).map(|one| &one.number)
    }

    /// Returns the target that a number of ours stands for, unless it stands for several.
    fn target_of(&self, number: E164) -> Option<&NumberTexts> {
        let mut targets = self.all().filter(|one| one.number.number == number).map(|one| &one.target);
        let target = targets.next()?;
        targets.all(|other| other.number == target.number).then_some(target)
    }

    /// Says whether a number can stand in the places of a target's digits.
    fn has_form(&self, number: E164, target: E164) -> bool {
        number == target
            || self.all().any(|one| one.same_form && one.target.number == target && one.number.number == number)
    }

    fn all(&self) -> impl Iterator<Item = &Shown> {
        self.now.iter().chain(&self.earlier)
    }
}
