//! What a carrier asks about again.

use serde::{Deserialize, Serialize};

/// What a carrier could not have an answer to, and asks about again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unanswered {
    /// Nobody says.
    Unknown,
    /// How a forward step ended.
    Forward,
}

impl Unanswered {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Forward => "forward",
        }
    }
}
