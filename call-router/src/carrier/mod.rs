//! The telephone companies. One module each; nothing outside knows their words.

mod hook;
pub mod twilio;

use serde::{Deserialize, Serialize};

pub use hook::{BadBase, Hook, Hooks};

/// A telephone company whose webhooks are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// Twilio Programmable Voice.
    Twilio,
}

impl Carrier {
    /// Returns the carrier's word in URLs and records.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
        }
    }

    /// Finds the carrier by its word; `None` if there is no such carrier.
    pub fn from_id(id: &str) -> Option<Self> {
        (id == Self::Twilio.id()).then_some(Self::Twilio)
    }
}
