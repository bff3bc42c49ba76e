//! Call and visit, joined.

use dni_core::id::{PoolId, VisitorId};
use dni_core::pool::Attribution;
use dni_core::time::Millis;
use dni_core::visit::{Channel, Touch};
use serde::{Deserialize, Serialize};

use super::visit::{PoolVisit, VisitorSession};
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

    /// Puts a stranger in the place of a visitor among those that the call may belong to, and says whether the visitor was one of them.
    pub fn forget_candidate(&mut self, visitor: &VisitorId, stranger: &VisitorId) -> bool {
        let Self::Pool { attribution: Attribution::Ambiguous { candidates }, visits } = self else { return false };
        let mut found = false;
        for candidate in candidates.iter_mut().filter(|candidate| candidate.evidence.visitor == *visitor) {
            candidate.evidence.visitor = stranger.clone();
            found = true;
        }
        for visit in visits.iter_mut().filter(|visit| visit.visitor == *visitor) {
            *visit = PoolVisit { visitor: stranger.clone(), session: VisitorSession::default() };
            found = true;
        }
        found
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn visitor(n: u128) -> VisitorId {
        VisitorId::from_bits(n)
    }

    fn evidence(n: u128) -> serde_json::Value {
        json!({
            "number": "+13125550151", "visitor": visitor(n), "leased_at": 0, "lease_until": 10, "window_until": 20, "intent_at": null,
            "called_at": 15, "late_by_seconds": 0,
        })
    }

    fn visit(n: u128) -> serde_json::Value {
        json!({ "visitor": visitor(n), "session": { "page": "https://harbor.example/pricing" } })
    }

    #[test]
    fn one_of_several_visitors_is_forgotten_and_the_others_stay() {
        let mut ambiguous: CallAttribution = serde_json::from_value(json!({
            "by": "pool",
            "attribution": { "state": "ambiguous", "candidates": [
                { "weight": 0.5, "evidence": evidence(1) }, { "weight": 0.5, "evidence": evidence(2) },
            ] },
            "visits": [visit(1), visit(2)],
        }))
        .unwrap();
        let before = ambiguous.clone();
        assert!(!ambiguous.forget_candidate(&visitor(3), &visitor(9)));
        assert_eq!(ambiguous, before);
        assert!(ambiguous.forget_candidate(&visitor(1), &visitor(9)));
        let text = serde_json::to_string(&ambiguous).unwrap();
        assert!(!text.contains(visitor(1).as_str()) && text.contains(visitor(2).as_str()), "{text}");
        assert_eq!(text.matches("pricing").count(), 1, "{text}");
        assert!(!ambiguous.forget_candidate(&visitor(1), &visitor(9)), "once more it changes nothing");
    }
}
