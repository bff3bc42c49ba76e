//! Reading what is stored of a site, whatever version of the worker wrote it.
//!
//! An owner who goes back to an earlier version finds documents that say what that version does not know: a new kind of step, a
//! new field. It must not cost them their calls. So what is not known is left out, and the rest stands: a flow that comes to a
//! step which is not there rings the destination.

use call_router::config_json;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{PublishedSite, SiteDocument};

/// Most places that are left out of one document. What differs more is no document of a near version.
const MAX_LEFT_OUT: usize = 200;

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadStored<T> {
    /// It.
    pub value: T,
    /// The places that were left out of it.
    pub left_out: Vec<String>,
}

/// Reads a stored document; `None` if something is missing that it cannot do without.
pub fn read_stored<T: DeserializeOwned>(text: &str) -> Option<ReadStored<T>> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(ReadStored { value, left_out: Vec::new() });
    }
    let mut document: Value = serde_json::from_str(text).ok()?;
    let mut left_out = Vec::new();
    while left_out.len() < MAX_LEFT_OUT {
        match config_json::read(document.to_string().as_bytes()) {
            Ok(value) => return Some(ReadStored { value, left_out }),
            Err(error) => {
                leave_out(&mut document, &parts_of(&error.place), error.code == MISSING)?;
                left_out.push(error.place);
            }
        }
    }
    None
}

/// The code of a field that is missing.
const MISSING: &str = "missing_field";

impl SiteDocument {
    /// Reads a stored document; `None` if something is missing that it cannot do without.
    pub fn read_stored(text: &str) -> Option<Self> {
        read_stored(text).map(|read| read.value)
    }
}

impl PublishedSite {
    /// Reads a stored snapshot; `None` if something is missing that it cannot do without.
    pub fn read_stored(text: &str) -> Option<ReadStored<Self>> {
        read_stored(text)
    }
}

/// Takes the place `flow.steps.office.to[1].number` apart.
fn parts_of(place: &str) -> Vec<&str> {
    place.split(['.', '[']).map(|part| part.trim_end_matches(']')).filter(|part| !part.is_empty()).collect()
}

/// Leaves out what stands at a place, or what cannot be without it. `None` if nothing can be left out.
fn leave_out(document: &mut Value, place: &[&str], is_missing: bool) -> Option<()> {
    if let Some(at) = place.iter().position(|part| *part == "steps").filter(|at| is_flow(place.get(..*at))) {
        // A step is left out whole: half of one would do something that nobody wrote.
        if let Some(step) = place.get(..at + 2) {
            return remove(document, step);
        }
    }
    let (name, holder) = place.split_last()?;
    if *name == "consent" {
        // Whoever did not agree must not be tracked because the rule is not understood.
        *at(document, place)? = json!("required");
    } else if is_missing && is_flow(Some(holder)) {
        *at(document, holder)? = json!({ "version": 0, "start": "lost", "steps": {} });
    } else if is_missing {
        let (_, list) = holder.split_last()?;
        at(document, list)?.is_array().then_some(())?;
        remove(document, holder)?;
    } else {
        remove(document, place)?;
    }
    Some(())
}

/// Says whether the place is that of a flow: `flow`, or one of `flows`.
fn is_flow(place: Option<&[&str]>) -> bool {
    matches!(place, Some([.., "flow"] | [.., "flows", _]))
}

fn remove(document: &mut Value, place: &[&str]) -> Option<()> {
    let (name, holder) = place.split_last()?;
    match at(document, holder)? {
        Value::Object(fields) => fields.remove(*name).map(drop),
        Value::Array(entries) => {
            let index: usize = name.parse().ok().filter(|index| *index < entries.len())?;
            entries.remove(index);
            Some(())
        }
        _ => None,
    }
}

fn at<'a>(document: &'a mut Value, place: &[&str]) -> Option<&'a mut Value> {
    place.iter().try_fold(document, |value, part| match value {
        Value::Object(fields) => fields.get_mut(*part),
        Value::Array(list) => list.get_mut(part.parse::<usize>().ok()?),
        _ => None,
    })
}
