//! Call and visit, joined.

use dni_core::id::PoolId;
use dni_core::pool::Attribution;
use dni_core::time::Millis;
use dni_core::visit::{Channel, Touch};
use serde::{Deserialize, Serialize};

use super::visit::PoolVisit;
use crate::site::{DialledNumber, NumberRole};

/// Whom a call belongs to, and what that visit or number tells of its source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum CallAttribution {
    /// By the pool, whatever it said.
    Pool {
        /// What it said.
        attribution: Attribution,
        /// The visit, or the visit of each candidate.
        visits: Vec<PoolVisit>,
    },
    /// By the number alone, which stands for a source.
    SourceNumber {
        /// The source.
        source: String,
        /// The medium.
        medium: Option<String>,
        /// The campaign.
        campaign: Option<String>,
    },
    /// By the number alone, which all visitors of a channel share who get none of their own.
    Channel {
        /// The channel.
        channel: Channel,
    },
    /// Not at all.
    Nothing {
        /// Why: a stable code.
        reason: NumberAlone,
    },
}

/// Why a number alone says that a call belongs to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberAlone {
    /// Many visitors share the number at the same time.
    Overflow,
    /// The site does not list the number.
    Unlisted,
    /// No site has the number.
    Unknown,
}

impl CallAttribution {
    /// Says whom a call belongs to by what the dialled number is for.
    ///
    /// # Errors
    /// The pool that has to be asked.
    pub fn of_number(dialled: &DialledNumber) -> Result<Self, &PoolId> {
        Ok(match &dialled.role {
            NumberRole::Pool { pool } => return Err(pool),
            NumberRole::Overflow { channel: Some(channel), .. } => Self::Channel { channel: *channel },
            NumberRole::Overflow { channel: None, .. } => Self::Nothing { reason: NumberAlone::Overflow },
            NumberRole::Source(number) => Self::SourceNumber {
                source: number.source.clone(),
                medium: number.medium.clone(),
                campaign: number.campaign.clone(),
            },
            NumberRole::Unlisted => Self::Nothing { reason: NumberAlone::Unlisted },
        })
    }

    /// Returns the touches before the call, oldest first, if the call belongs to one visitor.
    pub fn touches(&self, at: Millis, hosts: &[String]) -> Vec<Touch> {
        match self {
            Self::Pool { attribution: Attribution::Attributed { .. }, visits } => {
                visits.first().map(|visit| visit.session.history.read(at, hosts)).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// Returns the visit, if the call belongs to exactly one.
    pub fn visit(&self) -> Option<&PoolVisit> {
        match self {
            Self::Pool { visits, .. } if visits.len() == 1 => visits.first(),
            _ => None,
        }
    }
}
