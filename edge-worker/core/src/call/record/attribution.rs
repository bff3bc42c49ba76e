//! Whom a call belongs to, told so that a person can check it.

use dni_core::pool::{Attribution, Evidence};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Code;
use crate::call::attribution::{CallAttribution, NumberAlone};
use crate::call::state::CallState;
use crate::timestamp::{iso, local};

/// An attribution in the log: state, why, and what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AttributionRecord {
    /// Whether it belongs to somebody.
    pub state: AttributionState,
    /// Why it belongs to nobody; null if it belongs to somebody.
    #[schema(value_type = Option<String>)]
    pub reason: Option<Code>,
    /// By which rule it belongs to somebody: `intent`, `exact`, `late`, `returning`, `source_number`, `overflow_channel`.
    #[schema(value_type = Option<String>)]
    pub rule: Option<Code>,
    /// The lease or number it rests on.
    pub evidence: Option<EvidenceRecord>,
    /// The visitors it may belong to, if nothing tells them apart.
    pub candidates: Vec<CandidateRecord>,
    /// All of that in one sentence.
    pub explanation: String,
}

/// Whether a call belongs to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributionState {
    /// To one visitor, or to the source or channel that the number stands for.
    Attributed,
    /// To nobody.
    Unattributed,
    /// To one of several visitors.
    Ambiguous,
    /// The pool could not be asked yet.
    Pending,
}

/// What an attribution rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum EvidenceRecord {
    /// A lease.
    Lease(Box<LeaseEvidence>),
    /// A number that stands for a source.
    SourceNumber {
        /// The number dialled.
        number: Option<String>,
        /// The source.
        source: String,
    },
    /// A number that visitors of one channel share.
    ChannelNumber {
        /// The number dialled.
        number: Option<String>,
        /// The channel, under the name of the reports.
        #[schema(value_type = String)]
        channel: Code,
    },
}

/// A lease as evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LeaseEvidence {
    /// The number leased.
    pub number: String,
    /// To whom.
    pub visitor_id: String,
    /// When it was given out.
    pub leased_at: String,
    /// The same by the clocks of the site.
    #[serde(default)]
    pub leased_at_local: Option<String>,
    /// How long it lived.
    pub lease_until: String,
    /// The same by the clocks of the site.
    #[serde(default)]
    pub lease_until_local: Option<String>,
    /// Until when a call counted as theirs.
    pub window_until: String,
    /// The same by the clocks of the site.
    #[serde(default)]
    pub window_until_local: Option<String>,
    /// When they tapped or copied the number.
    pub intent_at: Option<String>,
    /// The same by the clocks of the site.
    #[serde(default)]
    pub intent_at_local: Option<String>,
    /// When the call came.
    pub called_at: String,
    /// The same by the clocks of the site.
    #[serde(default)]
    pub called_at_local: Option<String>,
    /// How long after the window.
    pub late_by_seconds: u64,
    /// When the same caller had first called the number.
    pub called_before_at: Option<String>,
    /// The same by the clocks of the site.
    #[serde(default)]
    pub called_before_at_local: Option<String>,
}

/// One of several visitors that a call may belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CandidateRecord {
    /// How likely it is theirs; the weights of all candidates add up to 1.
    pub weight: f64,
    /// Their lease.
    pub evidence: LeaseEvidence,
}

impl AttributionState {
    /// Returns its word in records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Attributed => "attributed",
            Self::Unattributed => "unattributed",
            Self::Ambiguous => "ambiguous",
            Self::Pending => "pending",
        }
    }
}

impl AttributionRecord {
    /// Tells whom a call belongs to.
    pub(super) fn of(state: &CallState) -> Self {
        let number = state.call.number.map(|number| number.to_string());
        match &state.attribution {
            Some(CallAttribution::Pool { attribution, .. }) => by_pool(attribution, state.time_zone()),
            Some(CallAttribution::SourceNumber { source, .. }) => Self {
                rule: Some("source_number".into()),
                evidence: Some(EvidenceRecord::SourceNumber { number, source: source.clone() }),
                explanation: format!("The number stands for the source '{source}'."),
                ..Self::nothing(AttributionState::Attributed)
            },
            Some(CallAttribution::Channel { channel }) => Self {
                rule: Some("overflow_channel".into()),
                evidence: Some(EvidenceRecord::ChannelNumber { number, channel: channel.name().into() }),
                explanation: format!(
                    "Every number of the pool was taken when the visitor came; the number is the one that such visitors of \
                     the channel '{}' share.",
                    channel.name()
                ),
                ..Self::nothing(AttributionState::Attributed)
            },
            Some(CallAttribution::Nothing { reason }) => {
                let (code, sentence) = match reason {
                    NumberAlone::Overflow => (
                        "overflow_number",
                        "Every number of the pool was taken when the visitor came, who therefore saw the number that \
                         all such visitors share.",
                    ),
                    NumberAlone::Unknown => ("unknown_number", "No site has the number that was dialled."),
                    NumberAlone::Unlisted => ("unlisted_number", "The site does not list the number that was dialled."),
                };
                Self {
                    reason: Some(code.into()),
                    explanation: sentence.to_owned(),
                    ..Self::nothing(AttributionState::Unattributed)
                }
            }
            None => Self {
                explanation: "Whom the call belongs to could not be asked yet; it is asked again.".to_owned(),
                ..Self::nothing(AttributionState::Pending)
            },
        }
    }

    fn nothing(state: AttributionState) -> Self {
        Self { state, reason: None, rule: None, evidence: None, candidates: Vec::new(), explanation: String::new() }
    }
}

fn by_pool(attribution: &Attribution, zone: Option<&str>) -> AttributionRecord {
    let nothing = AttributionRecord::nothing;
    let told = match attribution {
        Attribution::Attributed { rule, evidence } => AttributionRecord {
            rule: Some(rule.code().into()),
            evidence: Some(EvidenceRecord::Lease(Box::new(LeaseEvidence::of(evidence, zone)))),
            ..nothing(AttributionState::Attributed)
        },
        Attribution::Unattributed { reason } => {
            AttributionRecord { reason: Some(reason.code().into()), ..nothing(AttributionState::Unattributed) }
        }
        Attribution::Ambiguous { candidates } => AttributionRecord {
            candidates: candidates
                .iter()
                .map(|one| CandidateRecord { weight: one.weight, evidence: LeaseEvidence::of(&one.evidence, zone) })
                .collect(),
            ..nothing(AttributionState::Ambiguous)
        },
    };
    AttributionRecord { explanation: attribution.sentence(), ..told }
}

impl LeaseEvidence {
    fn of(evidence: &Evidence, zone: Option<&str>) -> Self {
        Self {
            number: evidence.number.to_string(),
            visitor_id: evidence.visitor.to_string(),
            leased_at: iso(evidence.leased_at),
            leased_at_local: local(evidence.leased_at, zone),
            lease_until: iso(evidence.lease_until),
            lease_until_local: local(evidence.lease_until, zone),
            window_until: iso(evidence.window_until),
            window_until_local: local(evidence.window_until, zone),
            intent_at: evidence.intent_at.map(iso),
            intent_at_local: evidence.intent_at.and_then(|at| local(at, zone)),
            called_at: iso(evidence.called_at),
            called_at_local: local(evidence.called_at, zone),
            late_by_seconds: evidence.late_by_seconds,
            called_before_at: evidence.called_before_at.map(iso),
            called_before_at_local: evidence.called_before_at.and_then(|at| local(at, zone)),
        }
    }
}
