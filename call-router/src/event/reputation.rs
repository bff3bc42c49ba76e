//! What services that the carrier asked think of a caller's number.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::LineType;

/// What services that the carrier asked think of a caller's number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reputation {
    /// The services that take the call for a robocall.
    pub reported_by: BTreeSet<ReputationProvider>,
    /// Whether the number exists; `None` if nobody said.
    pub exists: Option<bool>,
    /// The kind of line it is; `None` if nobody said.
    pub line_type: Option<LineType>,
}

/// A service that judges callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReputationProvider {
    /// Nomorobo Spam Score.
    Nomorobo,
    /// Marchex Clean Call.
    Marchex,
    /// Whitepages Pro Phone Reputation.
    Whitepages,
}

impl Reputation {
    /// Adds another reputation of the same number, in whatever order they come. Of two that differ, the one that is kinder to the
    /// caller stands, but for reports, which add up.
    pub fn join(&mut self, other: &Self) {
        self.reported_by.extend(&other.reported_by);
        self.exists = self.exists.max(other.exists);
        self.line_type = self.line_type.max(other.line_type);
    }
}
