//! Which fields of a record are wanted.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{BadParameter, Query};

/// Most fields that `fields=` may name.
const MAX_FIELDS: usize = 100;

/// The fields that tell what was said, and that only one call by itself is told with: a list of them would be far too long.
pub(super) const WORDS: [&str; 2] = ["transcript", "conversational_transcript"];

/// The fields wanted: all, or those named and the id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<String>);

impl Fields {
    /// Reads the parameter `fields`, names with commas between; none means all.
    ///
    /// # Errors
    /// More than 100 names.
    pub fn parse(query: &Query) -> Result<Self, BadParameter> {
        let names: Vec<_> =
            query.get("fields").unwrap_or_default().split(',').map(|name| name.trim().to_owned()).collect();
        if names.len() > MAX_FIELDS {
            return Err(BadParameter { name: "fields", expected: "at most 100 names, separated by commas" });
        }
        Ok(Self(names.into_iter().filter(|name| !name.is_empty()).collect()))
    }

    /// Says whether all are wanted.
    pub fn are_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Says whether what was said in a call is wanted.
    pub fn are_words(&self) -> bool {
        self.are_all() || WORDS.iter().any(|name| self.0.iter().any(|wanted| wanted == name))
    }

    /// Leaves only what is wanted in a record; its values are not looked into.
    pub fn choose(&self, record: &mut BTreeMap<String, Box<RawValue>>) {
        if !self.are_all() {
            record.retain(|name, _| name == "id" || self.0.contains(name));
        }
    }
}
