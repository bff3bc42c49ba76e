//! Where in a call a webhook belongs.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::{FlowId, StepId};

/// The n-th step of one call, and the try at it. A flow may come to a step again; the number tells the visits apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Turn {
    /// The count of steps this call has taken, the first being 1. First in the order: the later turn is the greater.
    pub number: u16,
    /// The tries before at the same visit to the step: a menu said again, the next number of several rung in turn.
    #[serde(default, skip_serializing_if = "is_first")]
    pub attempt: u8,
    /// The flow the step is in; `None` for the one the call began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowId>,
    /// The step.
    pub step: StepId,
}

impl Turn {
    /// Returns a visit to a step, the first try.
    pub fn new(number: u16, step: StepId) -> Self {
        Self { number, attempt: 0, flow: None, step }
    }

    /// Returns the visit to `step` of the same flow that follows this one.
    pub(super) fn then(&self, step: &StepId) -> Self {
        Self { number: self.number.saturating_add(1), attempt: 0, flow: self.flow.clone(), step: step.clone() }
    }

    /// Returns the next try at the same visit.
    pub(super) fn again(&self) -> Self {
        Self { attempt: self.attempt.saturating_add(1), ..self.clone() }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.", self.number)?;
        if let Some(flow) = &self.flow {
            write!(out, "{flow}.")?;
        }
        write!(out, "{}", self.step)?;
        if self.attempt > 0 {
            write!(out, ".{}", self.attempt)?;
        }
        Ok(())
    }
}

/// A step that a call came through, and by which outcome it went on; `None` for one that waits or ends the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathStep {
    /// Which.
    pub turn: Turn,
    /// The outcome.
    pub outcome: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_first(attempt: &u8) -> bool {
    *attempt == 0
}
