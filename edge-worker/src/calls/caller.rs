//! Who called, and how risky that is, as the log tells it.

use call_router::flow::Challenged;
use call_router::risk::{Measure, Reason, Risk, Sign};
use serde::Serialize;

use crate::durable_objects::CallState;
use crate::durable_objects::caller_context::challenged;

/// What the log tells of a caller beyond his number.
#[derive(Clone, Debug, Serialize)]
pub struct CallerRecord {
    /// Whether he called the site for the first time; null if that could not be found out, or he showed no number.
    pub first_call: Option<bool>,
    /// How often he called the site before.
    pub prior_calls: Option<u32>,
    /// The risk that this is a robocall, 0 to 100; null if it could not be found out.
    pub risk_score: Option<u8>,
    /// What it rests on.
    pub risk_reasons: Vec<RiskReason>,
    /// Whether the owner wants such a call marked; null if the risk could not be found out.
    pub flagged_as_spam: Option<bool>,
    /// `passed` or `failed` where he was asked for a key; null where he was not.
    pub challenge: Option<&'static str>,
    /// The marks that the flow gave the call.
    pub tags: Vec<String>,
}

/// One sign that was found.
#[derive(Clone, Debug, Serialize)]
pub struct RiskReason {
    /// The stable code.
    pub code: &'static str,
    /// What it is worth; below zero if it speaks for the caller.
    pub points: i16,
    /// The same for people.
    pub sentence: String,
}

impl CallerRecord {
    /// Tells what is known of a call's caller.
    pub fn of(state: &CallState) -> Self {
        let before = state.known.as_ref().and_then(|known| known.before.as_ref());
        let prior_calls = before.and_then(|before| before.caller.as_ref()).map(|history| history.calls);
        let challenged = challenged(state);
        let risk = risk_at_last(state, challenged);
        let screening = state.line.as_ref().map(|line| &line.screening);
        let is_marked = |risk: &Risk| screening.is_some_and(|screening| screening.measure(Some(risk)) >= Measure::Flag);
        Self {
            first_call: prior_calls.map(|calls| calls == 0),
            prior_calls,
            risk_score: risk.as_ref().map(|risk| risk.score),
            flagged_as_spam: risk.as_ref().map(is_marked),
            risk_reasons: risk.iter().flat_map(|risk| &risk.reasons).copied().map(RiskReason::of).collect(),
            challenge: challenged.map(|challenged| if challenged.has_passed() { "passed" } else { "failed" }),
            tags: state.progress.iter().flat_map(|progress| progress.tags.keys()).map(ToString::to_string).collect(),
        }
    }
}

impl RiskReason {
    fn of(reason: Reason) -> Self {
        Self { code: reason.sign.code(), points: reason.points, sentence: reason.sign.to_string() }
    }
}

/// Adds what was seen of the caller during the call.
fn risk_at_last(state: &CallState, challenged: Option<Challenged>) -> Option<Risk> {
    let risk = state.risk.clone()?;
    Some(if challenged == Some(Challenged::Silent) { risk.with(Sign::Silent) } else { risk })
}
