//! What a site wants to be done after its calls.

use dni_core::pii::Pii;

use crate::{call::Call, event::Caller, lookup::LookupFields};

/// What a site wants to be done after its calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AfterCallSettings {
    /// That recordings are transcribed.
    pub transcripts: bool,
    /// And the call summarised.
    pub summary: bool,
    /// What is to be asked about the caller's number.
    pub lookup: LookupFields,
}

impl AfterCallSettings {
    /// Returns what is still to be asked about the caller's number: not what the carrier has said, and nothing of a caller
    /// who showed no number.
    pub fn lookup_of(&self, call: &Call) -> LookupFields {
        match call.caller.as_ref().map(Pii::expose) {
            Some(Caller::Number(_)) => {
                LookupFields { caller_name: self.lookup.caller_name && call.caller_name.is_none(), ..self.lookup }
            }
            _ => LookupFields::default(),
        }
    }
}
