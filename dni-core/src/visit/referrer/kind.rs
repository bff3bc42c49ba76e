//! The kinds of place that link to a site.

use serde::{Deserialize, Serialize};

/// What kind of place links here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReferrerKind {
    /// A search engine.
    Search,
    /// A social network.
    Social,
    /// A video site.
    Video,
    /// A shopping site.
    Shopping,
    /// A webmail service, or what a mail tool puts before the links of its mailings.
    Email,
    /// An AI assistant.
    Assistant,
    /// A server of ads.
    Paid,
    /// A page for paying or signing in: visitors who come from it were here before, so it is no source.
    Return,
    /// Any other page.
    Other,
}

impl ReferrerKind {
    /// Returns the medium that a visit from such a place has when nothing else names one.
    pub const fn medium(self) -> &'static str {
        match self {
            Self::Search => "organic",
            Self::Social => "social",
            Self::Email => "email",
            Self::Assistant => "ai-assistant",
            Self::Paid => "paid",
            // What analytics products write; the site, not the medium, tells the channel.
            Self::Video | Self::Shopping | Self::Return | Self::Other => "referral",
        }
    }
}
