//! Whom a call belongs to, told so that a person can check it.

use dni_core::pool::{Attribution, Evidence};
use serde::Serialize;
use serde_json::{Value, json};

use super::iso;
use crate::durable_objects::CallState;
use crate::durable_objects::attribution::{Joined, Unjoined};

/// An attribution in the log: state, why, and what it rests on.
#[derive(Clone, Debug, Serialize)]
pub struct AttributionRecord {
    /// `attributed`, `unattributed`, `ambiguous`, or `pending` until the pool could be asked.
    pub state: &'static str,
    /// Why it belongs to nobody; null if it belongs to somebody.
    pub reason: Option<&'static str>,
    /// By which rule it belongs to somebody: `intent`, `exact`, `late`, `returning`, `source_number`, `overflow_channel`.
    pub rule: Option<&'static str>,
    /// The lease or number it rests on.
    pub evidence: Option<Value>,
    /// The visitors it may belong to, if nothing tells them apart.
    pub candidates: Vec<Value>,
    /// All of that in one sentence.
    pub explanation: String,
}

impl AttributionRecord {
    /// Tells whom a call belongs to.
    pub fn of(state: &CallState) -> Self {
        match &state.joined {
            Some(Joined::Pool { attribution, .. }) => by_pool(attribution),
            Some(Joined::SourceNumber { source, .. }) => Self {
                rule: Some("source_number"),
                evidence: Some(json!({ "number": state.record.number, "source": source })),
                explanation: format!("The number stands for the source '{source}'."),
                ..Self::nothing("attributed")
            },
            Some(Joined::Channel { channel }) => Self {
                rule: Some("overflow_channel"),
                evidence: Some(json!({ "number": state.record.number, "channel": channel.name() })),
                explanation: format!(
                    "Every number of the pool was taken when the visitor came; the number is the one that such visitors of \
                     the channel '{}' share.",
                    channel.name()
                ),
                ..Self::nothing("attributed")
            },
            Some(Joined::Nothing { reason }) => {
                let (code, sentence) = match reason {
                    Unjoined::Overflow => (
                        "overflow_number",
                        "Every number of the pool was taken when the visitor came, who therefore saw the number that \
                         all such visitors share.",
                    ),
                    Unjoined::Unknown => ("unknown_number", "No site has the number that was dialled."),
                    Unjoined::Unlisted => ("unlisted_number", "The site does not list the number that was dialled."),
                };
                Self { reason: Some(code), explanation: sentence.to_owned(), ..Self::nothing("unattributed") }
            }
            None => Self {
                explanation: "Whom the call belongs to could not be asked yet; it is asked again.".to_owned(),
                ..Self::nothing("pending")
            },
        }
    }

    fn nothing(state: &'static str) -> Self {
        Self { state, reason: None, rule: None, evidence: None, candidates: Vec::new(), explanation: String::new() }
    }
}

fn by_pool(attribution: &Attribution) -> AttributionRecord {
    let told = match attribution {
        Attribution::Attributed { rule, evidence } => AttributionRecord {
            rule: Some(rule.code()),
            evidence: Some(evidence_json(evidence)),
            ..AttributionRecord::nothing("attributed")
        },
        Attribution::Unattributed { reason } => {
            AttributionRecord { reason: Some(reason.code()), ..AttributionRecord::nothing("unattributed") }
        }
        Attribution::Ambiguous { candidates } => AttributionRecord {
            candidates: candidates
                .iter()
                .map(|one| json!({ "weight": one.weight, "evidence": evidence_json(&one.evidence) }))
                .collect(),
            ..AttributionRecord::nothing("ambiguous")
        },
    };
    AttributionRecord { explanation: attribution.sentence(), ..told }
}

fn evidence_json(evidence: &Evidence) -> Value {
    json!({
        "number": evidence.number,
        "visitor_id": evidence.visitor,
        "leased_at": iso(evidence.leased_at),
        "lease_until": iso(evidence.lease_until),
        "window_until": iso(evidence.window_until),
        "intent_at": evidence.intent_at.map(iso),
        "called_at": iso(evidence.called_at),
        "late_by_seconds": evidence.late_by_seconds,
        "called_before_at": evidence.called_before_at.map(iso),
    })
}
