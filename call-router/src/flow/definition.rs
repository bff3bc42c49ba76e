//! A call flow, as it is written down and read.

use std::collections::BTreeMap;

use dni_core::phone::Callee;
use serde::{Deserialize, Serialize};

use super::{FlowId, FlowSettings, Step, StepId};
use crate::{
    config_json::{self, ConfigError},
    document::Speaker,
    event::MAX_URL,
    text::Text,
};

/// Most steps of a flow.
pub const MAX_STEPS: usize = 50;

/// A call flow: named steps, each of which says what follows by its outcome.
///
/// ```
/// use call_router::flow::{Flow, Surroundings};
/// use dni_core::phone::Callee;
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
/// let destination = Callee::parse("+13125550199").unwrap();
/// let site = Surroundings { destination: Some(&destination), ..Surroundings::default() };
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

impl Flow {
    /// Says whether a call in this flow may be recorded, here or in a flow that it goes on in.
    pub(super) fn may_record(&self, flows: &Flows) -> bool {
        let goes_on = self.steps.values().any(|step| matches!(step, Step::GoTo(_)));
        let all = flows.values().filter(|_| goes_on).chain([self]);
        all.into_iter().any(|flow| flow.steps.values().any(|step| flow.records(step)))
    }

    /// Lists whom the flow may ring, with the place of each: `steps.office.to`.
    pub fn callees(&self) -> Vec<(String, &Callee)> {
        let mut callees = Vec::new();
        for (id, step) in &self.steps {
            if let Step::Forward(forward) = step {
                callees.extend(forward.to.iter().map(|one| (format!("steps.{id}.to"), &one.number)));
            }
        }
        callees.extend(self.settings.fallback.iter().map(|to| ("settings.fallback".to_owned(), to)));
        callees
    }

    /// Returns who says the owner's words where a step names nobody.
    pub(super) fn speaker(&self) -> Speaker {
        Speaker { language: self.settings.language.clone(), voice: self.settings.voice.clone() }
    }

    /// Returns who says what the owner did not write: as the settings say, else as all steps say that speak to the caller.
    pub fn usual_speaker(&self) -> Speaker {
        let own = self.speaker();
        if own.language.is_some() {
            return own;
        }
        let mut speakers = self.steps.values().filter_map(Step::message).filter(|message| message.say.is_some());
        let first = speakers.next().map(|message| message.speaker()).unwrap_or_default();
        let agree = speakers.all(|message| message.language == first.language.as_ref());
        if agree { own.or(&first) } else { own }
    }

    /// Says whether the conversation of a forward step is recorded.
    pub(super) fn records(&self, step: &Step) -> bool {
        matches!(step, Step::Forward(forward) if forward.record.unwrap_or(self.settings.recording.on))
    }
}
