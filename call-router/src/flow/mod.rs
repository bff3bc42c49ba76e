//! What happens to a call, as the owner wrote it down.

mod check;
mod engine;
mod step;

use core::{fmt, str::FromStr};
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use check::{Finding, FindingCode, MAX_STEPS, Severity};
pub use engine::{Context, Input, MAX_TURNS, Progress};
pub use step::{
    Forward, ForwardNext, Greeting, GreetingNext, Hangup, MAX_MESSAGE_SECONDS, MAX_RING_SECONDS, MIN_MESSAGE_SECONDS,
    MIN_RING_SECONDS, Reject, Step, Voicemail, VoicemailNext,
};

/// Longest name of a step, in bytes.
pub const MAX_STEP_ID: usize = 40;

/// A call flow: named steps, each of which says what follows by its outcome.
///
/// ```
/// use call_router::flow::Flow;
///
/// let flow: Flow = serde_json::from_str(r#"{
///     "version": 1,
///     "start": "office",
///     "steps": {
///         "office": {"type": "forward", "to": "+13125550199", "ring_seconds": 25, "next": {
///             "answered": "end", "no_answer": "message", "busy": "message", "failed": "message", "canceled": "message"}},
///         "message": {"type": "voicemail", "say": "Please leave a message.", "next": {"recorded": "end", "nothing": "end"}},
///         "end": {"type": "hangup"}
///     }
/// }"#).unwrap();
/// assert_eq!(flow.check(&[]), []);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// The owner's count of versions. A call keeps the version it began with.
    pub version: u32,
    /// The first step.
    pub start: StepId,
    /// The steps by name.
    pub steps: BTreeMap<StepId, Step>,
}

/// The name of a step: 1 to 40 characters of `a-z`, `0-9`, `_` and `-`, which every URL takes as they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StepId(String);

impl StepId {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StepId {
    type Err = BadStepId;

    fn from_str(text: &str) -> Result<Self, BadStepId> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for StepId {
    type Error = BadStepId;

    fn try_from(text: String) -> Result<Self, BadStepId> {
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        let fits = (1..=MAX_STEP_ID).contains(&text.len()) && text.bytes().all(plain);
        if fits { Ok(Self(text)) } else { Err(BadStepId) }
    }
}

impl From<StepId> for String {
    fn from(id: StepId) -> Self {
        id.0
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A text that cannot name a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadStepId;

impl BadStepId {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        "bad_step_id"
    }
}

impl fmt::Display for BadStepId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "A step's name has 1 to {MAX_STEP_ID} characters of a-z, 0-9, _ and -; rename the step, for example \"office\"."
        )
    }
}

impl core::error::Error for BadStepId {}

/// The n-th step of one call. A flow may come to a step again; the number tells the visits apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Turn {
    /// The count of steps this call has taken, the first being 1. First in the order: the later turn is the greater.
    pub number: u16,
    /// The step.
    pub step: StepId,
}

impl fmt::Display for Turn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.number, self.step)
    }
}
