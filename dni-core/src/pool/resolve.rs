//! Whom a call belongs to.

use core::time::Duration;
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Lease, PoolRules};
use crate::id::VisitorId;
use crate::phone::E164;
use crate::time::Millis;

/// Whom a call belongs to, always with what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Attribution {
    /// To one visitor.
    Attributed {
        /// By which rule.
        rule: MatchRule,
        /// The lease it rests on.
        evidence: Evidence,
    },
    /// To nobody we know.
    Unattributed {
        /// Why.
        reason: Unattributed,
    },
    /// To one of several visitors; nothing tells them apart.
    Ambiguous {
        /// The visitors, the likeliest first; their weights add up to one.
        candidates: Vec<Candidate>,
    },
}

/// The rules by which a call finds its visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MatchRule {
    /// He tapped or copied the number before the call, within the lease's window.
    Intent,
    /// The call came within the lease's window.
    Exact,
    /// The call came after the window, and nobody else has held the number since.
    Late,
}

/// Why a call belongs to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unattributed {
    /// The pool does not have the number.
    UnknownNumber,
    /// Nobody has ever held the number.
    NeverLeased,
    /// The call came before the first lease we know of.
    BeforeFirstLease,
    /// The last holder's window closed longer ago than the look-back reaches.
    BeyondLookBack,
}

/// What an attribution rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The number that was called.
    pub number: E164,
    /// The visitor who held it.
    pub visitor: VisitorId,
    /// When his lease began.
    pub leased_at: Millis,
    /// When his lease ended, or would have ended.
    pub lease_until: Millis,
    /// The end of the window: lease plus grace.
    pub window_until: Millis,
    /// When he tapped or copied the number.
    pub intent_at: Option<Millis>,
    /// When the call came.
    pub called_at: Millis,
    /// Seconds from the window's end to the call; zero within the window.
    pub late_by_seconds: u64,
}

/// One of several visitors a call may belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// How likely it is, 0 to 1.
    pub weight: f64,
    /// The lease it rests on.
    pub evidence: Evidence,
}

impl Attribution {
    /// Answers for a number the pool does not have.
    pub const fn unknown_number() -> Self {
        Self::Unattributed { reason: Unattributed::UnknownNumber }
    }
}

impl Evidence {
    fn of(lease: &Lease, at: Millis, rules: &PoolRules) -> Self {
        let window_until = lease.window_end(rules);
        Self {
            number: lease.number,
            visitor: lease.visitor.clone(),
            leased_at: lease.since,
            lease_until: lease.until,
            window_until,
            intent_at: lease.intent_at.filter(|intent| *intent <= at),
            called_at: at,
            late_by_seconds: at.since(window_until).as_secs(),
        }
    }
}

/// Resolves a call at `at` against one number's leases, oldest first.
pub(super) fn resolve(leases: &VecDeque<Lease>, at: Millis, rules: &PoolRules) -> Attribution {
    let open = leases.iter().rev().filter(|lease| lease.window_contains(at, rules));
    let open: Vec<_> = open.map(|lease| Evidence::of(lease, at, rules)).collect();
    match distinct(open) {
        Distinct::Nobody => late(leases, at, rules),
        Distinct::One(evidence) => within_window(evidence),
        Distinct::Several(several) => tell_apart(several),
    }
}

enum Distinct {
    Nobody,
    One(Evidence),
    Several(Vec<Evidence>),
}

/// Keeps each visitor's latest lease: one who came back to his own number is no second candidate.
fn distinct(open: Vec<Evidence>) -> Distinct {
    let mut several: Vec<Evidence> = Vec::new();
    for evidence in open {
        if !several.iter().any(|kept| kept.visitor == evidence.visitor) {
            several.push(evidence);
        }
    }
    match (several.len(), several.pop()) {
        (1, Some(one)) => Distinct::One(one),
        (_, Some(last)) => {
            several.push(last);
            Distinct::Several(several)
        }
        (_, None) => Distinct::Nobody,
    }
}

fn within_window(evidence: Evidence) -> Attribution {
    let rule = if evidence.intent_at.is_some() { MatchRule::Intent } else { MatchRule::Exact };
    Attribution::Attributed { rule, evidence }
}

/// Several windows can only be open where the owner shortened the rules while leases lived. One intent decides; otherwise
/// nobody can know, and we do not guess.
fn tell_apart(several: Vec<Evidence>) -> Attribution {
    let mut intents = several.iter().filter(|evidence| evidence.intent_at.is_some());
    if let (Some(one), None) = (intents.next(), intents.next()) {
        return Attribution::Attributed { rule: MatchRule::Intent, evidence: one.clone() };
    }
    #[allow(clippy::cast_precision_loss, reason = "a number has at most 32 leases in memory")]
    let weight = 1.0 / several.len() as f64;
    Attribution::Ambiguous { candidates: several.into_iter().map(|evidence| Candidate { weight, evidence }).collect() }
}

/// No window is open: the call belongs to the last holder, as far back as the owner wants to look.
fn late(leases: &VecDeque<Lease>, at: Millis, rules: &PoolRules) -> Attribution {
    let Some(last) = leases.iter().rev().find(|lease| lease.since <= at) else {
        let reason = if leases.is_empty() { Unattributed::NeverLeased } else { Unattributed::BeforeFirstLease };
        return Attribution::Unattributed { reason };
    };
    let evidence = Evidence::of(last, at, rules);
    if Duration::from_secs(evidence.late_by_seconds) > rules.look_back {
        return Attribution::Unattributed { reason: Unattributed::BeyondLookBack };
    }
    Attribution::Attributed { rule: MatchRule::Late, evidence }
}
