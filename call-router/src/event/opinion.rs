//! What services that the carrier asked think of a caller's number.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What services that the carrier asked think of a caller's number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Opinion {
    /// The services that take the call for a robocall.
    pub reported_by: BTreeSet<Service>,
    /// Whether the number exists; `None` if nobody said.
    pub exists: Option<bool>,
    /// The kind of line it is; `None` if nobody said.
    pub line_type: Option<LineType>,
}

/// A service that judges callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Service {
    /// Nomorobo Spam Score.
    Nomorobo,
    /// Marchex Clean Call.
    Marchex,
    /// Whitepages Pro Phone Reputation.
    Whitepages,
}

/// What kind of line a number is. The order serves the merge only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LineType {
    /// A line in a house.
    Landline,
    /// A mobile telephone.
    Mobile,
    /// A line over the internet that belongs to a place.
    FixedVoip,
    /// A line over the internet that belongs to nowhere: the cheapest to get, and to give up.
    NonFixedVoip,
    /// A number whose owner pays for calls to it.
    TollFree,
    /// A number whose callers pay its owner.
    Premium,
}

impl LineType {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Landline => "landline",
            Self::Mobile => "mobile",
            Self::FixedVoip => "fixed_voip",
            Self::NonFixedVoip => "non_fixed_voip",
            Self::TollFree => "toll_free",
            Self::Premium => "premium",
        }
    }
}

impl Opinion {
    /// Adds another opinion of the same number, in whatever order they come. Of two that differ, the one that is kinder to the
    /// caller stands, but for reports, which add up.
    pub fn join(&mut self, other: &Self) {
        self.reported_by.extend(&other.reported_by);
        self.exists = self.exists.max(other.exists);
        self.line_type = self.line_type.max(other.line_type);
    }
}
