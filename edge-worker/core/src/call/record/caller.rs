//! How risky a call is, as the log tells it.

use call_router::flow::Challenged;
use call_router::risk::{Action, Reason, Risk, Signal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Code;
use crate::call::state::CallState;

/// One sign that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RiskReason {
    /// The stable code.
    #[schema(value_type = String)]
    pub code: Code,
    /// What it is worth; below zero if it speaks for the caller.
    pub points: i16,
    /// The same for people.
    pub sentence: String,
}

impl RiskReason {
    pub(super) fn of(reason: Reason) -> Self {
        Self { code: reason.signal.code().into(), points: reason.points, sentence: reason.signal.to_string() }
    }
}

/// Returns the risk with what was seen of the caller during the call.
pub(super) fn risk_at_last(state: &CallState) -> Option<Risk> {
    let risk = state.risk.clone()?;
    Some(if state.challenged() == Some(Challenged::Silent) { risk.with(Signal::Silent) } else { risk })
}

/// Says whether the owner wants a call of this risk marked.
pub(super) fn is_flagged(state: &CallState, risk: &Risk) -> bool {
    let screening = state.dialled.as_ref().map(|dialled| &dialled.screening);
    screening.is_some_and(|screening| screening.action(Some(risk)) >= Action::Flag)
}
