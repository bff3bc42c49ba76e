//! Finds what is wrong with a flow before a caller does.

use core::fmt;
use std::collections::BTreeSet;

use dni_core::phone::E164;
use serde::Serialize;

use super::{
    Flow, Forward, MAX_MESSAGE_SECONDS, MAX_RING_SECONDS, MIN_MESSAGE_SECONDS, MIN_RING_SECONDS, Step, StepId,
    Voicemail,
};

/// Most steps of a flow.
pub const MAX_STEPS: usize = 50;

/// One thing that is wrong with a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The kind of fault.
    pub code: FindingCode,
    /// How bad it is.
    pub severity: Severity,
    /// The step; `None` if it is about the flow as a whole.
    pub step: Option<StepId>,
    /// The field, such as `next.busy`; empty if it is about the step as a whole.
    pub field: String,
    /// What is wrong.
    pub sentence: String,
    /// What to do about it.
    pub repair: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The flow must not be published.
    Error,
    /// The flow works; it may not be what the owner means.
    Warning,
}

/// The kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingCode {
    /// The first step does not exist.
    StartMissing,
    /// A step that should follow does not exist.
    TargetMissing,
    /// No call can come to the step.
    UnreachableStep,
    /// Nothing is said to follow an outcome.
    UnwiredOutcome,
    /// The call goes round in circles with nobody to stop it.
    EndlessLoop,
    /// The call is forwarded to one of the site's own tracking numbers.
    ForwardsToItself,
    /// There are too many steps.
    TooManySteps,
    /// A number of seconds is out of its range.
    SecondsOutOfRange,
    /// A text to be said is empty.
    NothingToSay,
}

impl FindingCode {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::StartMissing => "start_missing",
            Self::TargetMissing => "target_missing",
            Self::UnreachableStep => "unreachable_step",
            Self::UnwiredOutcome => "unwired_outcome",
            Self::EndlessLoop => "endless_loop",
            Self::ForwardsToItself => "forwards_to_itself",
            Self::TooManySteps => "too_many_steps",
            Self::SecondsOutOfRange => "seconds_out_of_range",
            Self::NothingToSay => "nothing_to_say",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.sentence, self.repair)
    }
}

impl Flow {
    /// Lists what is wrong with the flow; an empty list means that it can be published.
    ///
    /// `own_numbers` are all the site's tracking numbers: forwarding to one of them would ring the same flow again.
    /// Emergency numbers need no finding: a flow that forwards to one cannot even be read.
    pub fn check(&self, own_numbers: &[E164]) -> Vec<Finding> {
        if self.steps.len() > MAX_STEPS {
            return vec![too_many_steps(self.steps.len())];
        }
        let mut findings = Vec::new();
        if !self.steps.contains_key(&self.start) {
            findings.push(start_missing(&self.start));
        }
        for (id, step) in &self.steps {
            findings.extend(self.exit_findings(id, step));
            findings.extend(field_findings(id, step, own_numbers));
        }
        findings.extend(self.endless_loops());
        findings.extend(self.unreachable_steps());
        findings
    }

    fn exit_findings(&self, id: &StepId, step: &Step) -> Vec<Finding> {
        let finding = |(outcome, next): (&str, Option<&StepId>)| match next {
            None => Some(unwired_outcome(id, outcome)),
            Some(next) if !self.steps.contains_key(next) => Some(target_missing(id, outcome, next)),
            Some(_) => None,
        };
        step.exits().into_iter().filter_map(finding).collect()
    }

    /// Finds circles of steps none of which waits for anybody. Such a step has one exit, so following it is enough.
    fn endless_loops(&self) -> Vec<Finding> {
        let mut seen = BTreeSet::new();
        let mut findings = Vec::new();
        for id in self.steps.keys() {
            let mut path = BTreeSet::new();
            let mut current = Some(id);
            while let Some(step) = current {
                if !path.insert(step) {
                    findings.push(endless_loop(step));
                    break;
                }
                if !seen.insert(step) {
                    break;
                }
                current = self.next_without_waiting(step);
            }
        }
        findings
    }

    fn next_without_waiting(&self, id: &StepId) -> Option<&StepId> {
        match self.steps.get(id)? {
            Step::Greeting(greeting) => greeting.next.done.as_ref(),
            Step::Forward(_) | Step::Voicemail(_) | Step::Hangup(_) | Step::Reject(_) => None,
        }
    }

    fn unreachable_steps(&self) -> Vec<Finding> {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![&self.start];
        while let Some(id) = waiting.pop() {
            if let Some(step) = self.steps.get(id).filter(|_| reached.insert(id)) {
                waiting.extend(step.exits().into_iter().filter_map(|(_, next)| next));
            }
        }
        self.steps.keys().filter(|id| !reached.contains(id)).map(unreachable_step).collect()
    }
}

fn field_findings(id: &StepId, step: &Step, own_numbers: &[E164]) -> Vec<Finding> {
    let mut findings = Vec::new();
    match step {
        Step::Greeting(greeting) => {
            if greeting.say.as_str().trim().is_empty() {
                findings.push(nothing_to_say(id));
            }
        }
        Step::Forward(Forward { to, ring_seconds, .. }) => {
            if own_numbers.contains(to) {
                findings.push(forwards_to_itself(id, *to));
            }
            if !(MIN_RING_SECONDS..=MAX_RING_SECONDS).contains(ring_seconds) {
                findings.push(seconds_out_of_range(id, "ring_seconds", MIN_RING_SECONDS, MAX_RING_SECONDS));
            }
        }
        Step::Voicemail(Voicemail { say, max_seconds, .. }) => {
            if say.as_str().trim().is_empty() {
                findings.push(nothing_to_say(id));
            }
            if !(MIN_MESSAGE_SECONDS..=MAX_MESSAGE_SECONDS).contains(max_seconds) {
                findings.push(seconds_out_of_range(id, "max_seconds", MIN_MESSAGE_SECONDS, MAX_MESSAGE_SECONDS));
            }
        }
        Step::Hangup(_) | Step::Reject(_) => {}
    }
    findings
}

fn too_many_steps(count: usize) -> Finding {
    Finding {
        code: FindingCode::TooManySteps,
        severity: Severity::Error,
        step: None,
        field: "steps".to_owned(),
        sentence: format!("The flow has {count} steps; {MAX_STEPS} is the limit."),
        repair: "Remove steps.".to_owned(),
    }
}

fn start_missing(start: &StepId) -> Finding {
    Finding {
        code: FindingCode::StartMissing,
        severity: Severity::Error,
        step: None,
        field: "start".to_owned(),
        sentence: format!("The flow starts with \"{start}\", and there is no such step."),
        repair: "Name an existing step as start.".to_owned(),
    }
}

fn target_missing(id: &StepId, outcome: &str, next: &StepId) -> Finding {
    Finding {
        code: FindingCode::TargetMissing,
        severity: Severity::Error,
        step: Some(id.clone()),
        field: format!("next.{outcome}"),
        sentence: format!("After \"{outcome}\" the step \"{id}\" goes on to \"{next}\", and there is no such step."),
        repair: format!("Add the step \"{next}\", or name an existing one."),
    }
}

fn unwired_outcome(id: &StepId, outcome: &str) -> Finding {
    Finding {
        code: FindingCode::UnwiredOutcome,
        severity: Severity::Error,
        step: Some(id.clone()),
        field: format!("next.{outcome}"),
        sentence: format!("The step \"{id}\" does not say what follows \"{outcome}\"."),
        repair: format!("Add \"{outcome}\" to its next, for example with a hangup step."),
    }
}

fn endless_loop(id: &StepId) -> Finding {
    Finding {
        code: FindingCode::EndlessLoop,
        severity: Severity::Error,
        step: Some(id.clone()),
        field: "next.done".to_owned(),
        sentence: format!(
            "From the step \"{id}\" the flow comes back to it, and nobody is rung or listened to on the way."
        ),
        repair: "Let one of these steps go on to a forward, voicemail or hangup.".to_owned(),
    }
}

fn unreachable_step(id: &StepId) -> Finding {
    Finding {
        code: FindingCode::UnreachableStep,
        severity: Severity::Warning,
        step: Some(id.clone()),
        field: String::new(),
        sentence: format!("No call can come to the step \"{id}\"."),
        repair: "Let another step go on to it, or remove it.".to_owned(),
    }
}

fn forwards_to_itself(id: &StepId, to: E164) -> Finding {
    Finding {
        code: FindingCode::ForwardsToItself,
        severity: Severity::Error,
        step: Some(id.clone()),
        field: "to".to_owned(),
        sentence: format!(
            "The step \"{id}\" forwards to {to}, a tracking number of this site: the call would ring here again."
        ),
        repair: "Name the business's own number.".to_owned(),
    }
}

fn seconds_out_of_range(id: &StepId, field: &str, least: u16, most: u16) -> Finding {
    Finding {
        code: FindingCode::SecondsOutOfRange,
        severity: Severity::Error,
        step: Some(id.clone()),
        field: field.to_owned(),
        sentence: format!("In the step \"{id}\" {field} is not between {least} and {most}."),
        repair: format!("Write a number from {least} to {most}."),
    }
}

fn nothing_to_say(id: &StepId) -> Finding {
    Finding {
        code: FindingCode::NothingToSay,
        severity: Severity::Error,
        step: Some(id.clone()),
        field: "say".to_owned(),
        sentence: format!("The step \"{id}\" has nothing to say."),
        repair: "Write the words the caller should hear.".to_owned(),
    }
}
