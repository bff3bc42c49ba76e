//! Parts of a call that can be forgotten, and the call itself stays.

use serde::{Deserialize, Serialize};

/// A part of a call that its site keeps for a time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallPart {
    /// What was said: transcripts, and the summary made of them.
    Transcripts,
    /// The carrier's webhooks as they came. That they came is still known, so that none counts twice.
    Webhooks,
}
