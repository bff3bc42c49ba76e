//! What happens to a call, as the owner wrote it down.

mod check;
mod engine;
mod facts;
mod gate;
#[cfg(feature = "schema")]
pub mod schema;
mod settings;
mod simulate;
mod step;
mod turn;
pub mod whisper;

use core::{fmt, str::FromStr};
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    config_json::{self, ConfigError},
    event::MAX_URL,
    text::Text,
};

pub use check::{Finding, FindingCode, MAX_STEPS, Severity, Surroundings};
pub use engine::{Answer, Context, Input, MAX_TURNS, Progress};
pub use facts::Facts;
pub use gate::{Challenged, Gate, GateWords};
pub use settings::{Announce, FlowSettings, RecordingSettings};
pub use simulate::{Ending, Script, ScriptedReply, SimulatedCall, SimulatedEvent, simulate};
pub use step::*;
pub use turn::{PathStep, Turn};

/// Longest name of a step, flow or tag, in bytes.
pub const MAX_NAME: usize = 40;

/// A call flow: named steps, each of which says what follows by its outcome.
///
/// ```
/// use call_router::flow::{Flow, Surroundings};
/// use dni_core::phone::E164;
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
/// let site = Surroundings { destination: E164::parse("+13125550199").ok(), ..Surroundings::default() };
/// assert_eq!(flow.check(&site), []);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Where this format's JSON Schema is: editors go by it. It means nothing to a call.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Text<MAX_URL>>,
    /// The owner's count of versions. A call keeps the version it began with.
    pub version: u32,
    /// The first step.
    pub start: StepId,
    /// What holds for the whole flow.
    #[serde(default, skip_serializing_if = "FlowSettings::is_default")]
    pub settings: FlowSettings,
    /// The steps by name.
    #[cfg_attr(feature = "schema", schemars(extend("minProperties" = 1, "maxProperties" = MAX_STEPS)))]
    pub steps: BTreeMap<StepId, Step>,
}

impl Flow {
    /// Reads a flow that an owner or developer wrote.
    ///
    /// # Errors
    /// [`ConfigError`] names the first place that is not as expected.
    ///
    /// ```
    /// use call_router::flow::Flow;
    ///
    /// let json = br#"{"version": 1, "start": "office", "steps": {
    ///     "office": {"to": "+13125550199", "ring_seconds": "25", "type": "forward"}}}"#;
    /// assert_eq!(Flow::read(json).unwrap_err().place, "steps.office.ring_seconds");
    /// ```
    pub fn read(json: &[u8]) -> Result<Self, ConfigError> {
        config_json::read(json)
    }
}

/// Reads the flows that a flow can go on in, by their names.
///
/// # Errors
/// [`ConfigError`] names the first place that is not as expected.
pub fn read_flows(json: &[u8]) -> Result<Flows, ConfigError> {
    config_json::read(json)
}

/// The flows of a site that its other flows can go on in.
pub type Flows = BTreeMap<FlowId, Flow>;

/// Declares a name: 1 to 40 characters of `a-z`, `0-9`, `_` and `-`, which every URL takes as they are.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadName;

            fn from_str(text: &str) -> Result<Self, BadName> {
                Self::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;

            fn try_from(text: String) -> Result<Self, BadName> {
                let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
                let fits = (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(plain);
                if fits { Ok(Self(text)) } else { Err(BadName) }
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

name! {
    /// The name of a step within its flow: 1 to 40 characters of `a-z`, `0-9`, `_` and `-`.
    StepId
}

name! {
    /// The name of a flow within its site: 1 to 40 characters of `a-z`, `0-9`, `_` and `-`.
    FlowId
}

name! {
    /// A mark on a call: 1 to 40 characters of `a-z`, `0-9`, `_` and `-`.
    TagName
}

/// A text that can name no step, flow or tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadName;

impl BadName {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        "bad_name"
    }
}

impl fmt::Display for BadName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "The name of a step, flow or tag has 1 to {MAX_NAME} characters of a-z, 0-9, _ and -; rename it, for example \
             \"office\"."
        )
    }
}

impl core::error::Error for BadName {}
