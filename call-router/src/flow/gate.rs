//! What a caller meets before the flow: nothing, a question, or a closed door.

use serde::{Deserialize, Serialize};

use super::{Challenge, Turn};
use crate::{document::MAX_SAY, language::ENGLISH, text::Text};

/// The name of the turn before the first: steps count from 1, so that no step of a flow is ever taken for it.
const STEP: &str = "gate";

/// What a caller meets before the flow. Like all facts it is fixed for the whole call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// The call goes into the flow.
    #[default]
    Open,
    /// Who presses the key goes into the flow; who does not hears a goodbye.
    Asks(GateWords),
    /// The call is refused without being answered.
    Closed,
}

/// What is said at a gate that asks for a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct GateWords {
    /// The question, as in a challenge step; `next` stays empty, as the flow follows.
    pub challenge: Challenge,
    /// What a caller hears who did not press the key.
    pub goodbye: Text<MAX_SAY>,
}

/// What came of asking a caller for a key. The order is that of what speaks for a person, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Challenged {
    /// They pressed nothing.
    Silent,
    /// They pressed another key, as often as they were asked.
    Failed,
    /// They pressed the key.
    Passed,
}

impl Default for GateWords {
    fn default() -> Self {
        Self { challenge: Challenge::default(), goodbye: Text::cut(ENGLISH.not_connected) }
    }
}

impl Challenged {
    /// Tells what came of asking a caller who never pressed the key: another key, or none.
    pub(super) fn without_the_key(digits: Option<&str>) -> Self {
        if digits.is_some() { Self::Failed } else { Self::Silent }
    }

    /// Says whether the caller pressed the key.
    pub fn has_passed(self) -> bool {
        self == Self::Passed
    }
}

impl Turn {
    /// Returns the turn before the first step; `None` never, as its name is a good one.
    pub(super) fn at_gate() -> Option<Self> {
        Some(Self::new(0, STEP.parse().ok()?))
    }

    /// Says whether it is before the first step.
    pub fn is_at_gate(&self) -> bool {
        self.number == 0
    }
}
