//! Who ended a call.

use serde::{Deserialize, Serialize};

/// Who ended a call, where the carrier says so. The order serves the merge only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HungUpBy {
    /// The carrier's own machine: by a document of ours, or because something went wrong.
    Carrier,
    /// Whoever the caller was connected to.
    Business,
    /// The caller.
    Caller,
}

impl HungUpBy {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Carrier => "carrier",
            Self::Business => "business",
            Self::Caller => "caller",
        }
    }

    /// Reads the words that carriers have for it; `None` for any other, which says nothing.
    ///
    /// Telnyx: `caller`, `callee`. Plivo: `Caller`, `Callee`, `Plivo`, `API Request`, `Answer XML`, `Error`. Vonage: `user`,
    /// `platform`. jambonz: `caller`, `jambonz`.
    pub fn told(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "caller" | "user" | "customer" => Some(Self::Caller),
            "callee" | "called" => Some(Self::Business),
            "plivo" | "platform" | "jambonz" | "api request" | "answer xml" | "error" | "carrier" => {
                Some(Self::Carrier)
            }
            _ => None,
        }
    }
}
