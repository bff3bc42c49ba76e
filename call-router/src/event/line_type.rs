//! What kind of line a number is.

use serde::{Deserialize, Serialize};

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
    /// A line over the internet; where it belongs is not known.
    Voip,
    /// A number whose owner pays for calls to it.
    TollFree,
    /// A number whose callers pay its owner.
    Premium,
    /// Any other kind, such as a pager or a voicemail.
    Other,
}

impl LineType {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Landline => "landline",
            Self::Mobile => "mobile",
            Self::FixedVoip => "fixed_voip",
            Self::NonFixedVoip => "non_fixed_voip",
            Self::Voip => "voip",
            Self::TollFree => "toll_free",
            Self::Premium => "premium",
            Self::Other => "other",
        }
    }
}
