//! Whom a call belongs to.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::caller::NumberCaller;
use super::number::PoolNumber;
use super::number_lease::{NumberLease, VisitorBits};
use super::{CallerKey, PoolRules};
use crate::id::VisitorId;
use crate::phone::E164;
use crate::time::Millis;

/// An intent no older than this tells sharers of a number apart: nobody needs longer from a tap to a call.
const INTENT_DECIDES: Duration = Duration::from_mins(10);
/// A visitor last seen this long before the call weighs half of one who is on the page.
const HALF_WEIGHT: Duration = Duration::from_mins(10);
/// An intent at the moment of the call weighs this many times what none does, less the older it is.
const INTENT_WEIGHT: f64 = 10.0;

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
        reason: UnattributedReason,
    },
    /// To one of several visitors who share the number; nothing tells them apart.
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
    /// They tapped or copied the number before the call, within the lease's window.
    Intent,
    /// The call came within the lease's window.
    Exact,
    /// The call came after the window, and nobody else has held the number since.
    Late,
    /// The caller had called the number before, when it was this visitor's: they have saved it.
    Returning,
}

/// Why a call belongs to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnattributedReason {
    /// The pool does not have the number.
    UnknownNumber,
    /// Nobody has ever held the number.
    NeverLeased,
    /// The call came before the first lease we know of.
    BeforeFirstLease,
    /// The last holder's window closed longer ago than the look-back reaches.
    BeyondLookBack,
    /// The caller had called the number before the visitors who have it now got it, and whose it was then is not known.
    SavedNumber,
}

/// What an attribution rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The number that was called.
    pub number: E164,
    /// The visitor who held it.
    pub visitor: VisitorId,
    /// When their lease began.
    pub leased_at: Millis,
    /// When their lease ended, or would have ended.
    pub lease_until: Millis,
    /// The end of the window: lease plus grace.
    pub window_until: Millis,
    /// When they tapped or copied the number.
    pub intent_at: Option<Millis>,
    /// When the call came.
    pub called_at: Millis,
    /// Seconds from the window's end to the call; zero within the window.
    pub late_by_seconds: u64,
    /// When the same caller first called the number, if that is what tells whose call it is.
    #[serde(default)]
    pub called_before_at: Option<Millis>,
}

/// One of several visitors a call may belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// How likely it is, 0 to 1: by how long before the call they were last seen (half after ten minutes), and up to ten times
    /// as much if they tapped or copied the number.
    pub weight: f64,
    /// The lease it rests on.
    pub evidence: Evidence,
}

impl Attribution {
    /// Answers for a number the pool does not have.
    pub const fn unknown_number() -> Self {
        Self::Unattributed { reason: UnattributedReason::UnknownNumber }
    }
}

impl Evidence {
    fn of(number: &PoolNumber, lease: &NumberLease, at: Millis, rules: &PoolRules) -> Self {
        let window_until = lease.until.after(rules.grace);
        Self {
            number: number.number,
            visitor: lease.visitor.id(),
            leased_at: lease.since,
            lease_until: lease.until,
            window_until,
            intent_at: lease.intent_at().filter(|intent| *intent <= at),
            called_at: at,
            late_by_seconds: at.since(window_until).as_secs(),
            called_before_at: None,
        }
    }
}

/// Resolves a call at `at` to one number.
///
/// Whoever calls a number for a second time learned it before their first call: no lease that began later explains the
/// second one.
pub(super) fn resolve(number: &PoolNumber, at: Millis, caller: Option<CallerKey>, rules: &PoolRules) -> Attribution {
    let known = caller.and_then(|caller| number.caller(caller));
    let known = known.filter(|known| known.first_at < at && known.is_remembered(at, rules));
    match known.map(|known| (known, known.lease.as_ref())) {
        Some((known, Some(lease))) => returning(number, known, lease, at, rules),
        Some((known, None)) => learned(number, known.first_at, at, rules),
        None => among(number, at, at, rules),
    }
}

/// Resolves a call of one whose earlier calls belonged to nobody: they learned the number by `learned_at`.
fn learned(number: &PoolNumber, learned_at: Millis, at: Millis, rules: &PoolRules) -> Attribution {
    match among(number, at, learned_at, rules) {
        Attribution::Attributed { rule, evidence } => {
            let who = VisitorBits::of(&evidence.visitor);
            let mut theirs = number.newest_first().filter(|lease| lease.visitor == who);
            match theirs.find(|lease| is_open(lease, at, rules)) {
                Some(open) => within_window(Evidence::of(number, open, at, rules)),
                None => Attribution::Attributed { rule, evidence },
            }
        }
        Attribution::Unattributed { reason } => {
            let is_somebodys_now = !matches!(among(number, at, at, rules), Attribution::Unattributed { .. });
            let reason = if is_somebodys_now { UnattributedReason::SavedNumber } else { reason };
            Attribution::Unattributed { reason }
        }
        several @ Attribution::Ambiguous { .. } => several,
    }
}

/// Resolves a call of one whose visitor is known from an earlier call: by that visitor's own window if one is open, else by
/// the earlier call.
fn returning(
    number: &PoolNumber,
    known: &NumberCaller,
    lease: &NumberLease,
    at: Millis,
    rules: &PoolRules,
) -> Attribution {
    let theirs = || number.newest_first().filter(|kept| kept.visitor == lease.visitor);
    if let Some(open) = theirs().find(|kept| is_open(kept, at, rules)) {
        return within_window(Evidence::of(number, open, at, rules));
    }
    // The lease may have lived on after the call.
    let lease = theirs().find(|kept| kept.since == lease.since).unwrap_or(lease);
    let evidence = Evidence { called_before_at: Some(known.first_at), ..Evidence::of(number, lease, at, rules) };
    Attribution::Attributed { rule: MatchRule::Returning, evidence }
}

/// Resolves a call at `at` among the leases that had begun by `begun_by`.
fn among(number: &PoolNumber, at: Millis, begun_by: Millis, rules: &PoolRules) -> Attribution {
    let begun = || number.newest_first().filter(|lease| lease.since <= begun_by);
    let mut open: Vec<&NumberLease> = Vec::new();
    for lease in begun().filter(|lease| is_open(lease, at, rules)) {
        // One who came back to their own number is no second candidate.
        if !open.iter().any(|kept| kept.visitor == lease.visitor) {
            open.push(lease);
        }
    }
    match open.as_slice() {
        [] => late(number, begun().next(), at, rules),
        [one] => within_window(Evidence::of(number, one, at, rules)),
        several => tell_apart(several.iter().map(|lease| Evidence::of(number, lease, at, rules)).collect(), rules),
    }
}

fn is_open(lease: &NumberLease, at: Millis, rules: &PoolRules) -> bool {
    lease.since <= at && at <= lease.until.after(rules.grace)
}

fn within_window(evidence: Evidence) -> Attribution {
    let rule = if evidence.intent_at.is_some() { MatchRule::Intent } else { MatchRule::Exact };
    Attribution::Attributed { rule, evidence }
}

/// Several windows are open only where the owner lets numbers be shared, or lengthened the grace while leases lived. One
/// fresh intent decides; otherwise nobody can know, and we do not guess.
fn tell_apart(several: Vec<Evidence>, rules: &PoolRules) -> Attribution {
    let is_fresh =
        |evidence: &&Evidence| evidence.intent_at.is_some_and(|at| evidence.called_at.since(at) <= INTENT_DECIDES);
    let mut intents = several.iter().filter(is_fresh);
    if let (Some(one), None) = (intents.next(), intents.next()) {
        return Attribution::Attributed { rule: MatchRule::Intent, evidence: one.clone() };
    }
    let weigh = |evidence| Candidate { weight: weight(&evidence, rules), evidence };
    let mut candidates: Vec<_> = several.into_iter().map(weigh).collect();
    let all: f64 = candidates.iter().map(|candidate| candidate.weight).sum();
    for candidate in &mut candidates {
        candidate.weight /= all;
    }
    // A stable sort: of equals the one who came last stays first.
    candidates.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    Attribution::Ambiguous { candidates }
}

/// Nothing but the four operations, so that every machine gets the same bits.
fn weight(evidence: &Evidence, rules: &PoolRules) -> f64 {
    let fades = |span: Duration| HALF_WEIGHT.as_secs_f64() / (HALF_WEIGHT + span).as_secs_f64();
    let seen_at = evidence.lease_until.before(rules.hold).max(evidence.leased_at);
    let intent = evidence.intent_at.map_or(0.0, |at| fades(evidence.called_at.since(at)));
    fades(evidence.called_at.since(seen_at)) * (1.0 + (INTENT_WEIGHT - 1.0) * intent)
}

/// No window is open: the call belongs to the last holder, as far back as the owner wants to look.
fn late(number: &PoolNumber, last: Option<&NumberLease>, at: Millis, rules: &PoolRules) -> Attribution {
    let Some(last) = last else {
        let reason = if number.latest().is_none() {
            UnattributedReason::NeverLeased
        } else {
            UnattributedReason::BeforeFirstLease
        };
        return Attribution::Unattributed { reason };
    };
    let evidence = Evidence::of(number, last, at, rules);
    if Duration::from_secs(evidence.late_by_seconds) > rules.look_back {
        return Attribution::Unattributed { reason: UnattributedReason::BeyondLookBack };
    }
    Attribution::Attributed { rule: MatchRule::Late, evidence }
}
