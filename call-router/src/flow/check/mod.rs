//! Finds what is wrong with a flow before a caller does.

mod circles;
mod finding;
mod steps;
mod surroundings;

use std::collections::BTreeSet;

use super::{Announce, Flow, MAX_STEPS, Step, StepId, settings};
use crate::text::Text;

pub use finding::{Finding, FindingCode, Severity};
pub use surroundings::Surroundings;

impl Flow {
    /// Lists what is wrong with the flow; without errors among it, it can be published.
    ///
    /// Emergency numbers need no finding: a flow that forwards to one cannot even be read.
    pub fn check(&self, site: &Surroundings) -> Vec<Finding> {
        if self.steps.len() > MAX_STEPS {
            return vec![finding::too_many_steps(self.steps.len())];
        }
        let mut findings = Vec::new();
        if !self.steps.contains_key(&self.start) {
            findings.push(finding::start_missing(&self.start));
        }
        findings.extend(self.setting_findings(site));
        for (id, step) in &self.steps {
            findings.extend(self.exit_findings(id, step));
            findings.extend(steps::findings(id, step, site));
        }
        findings.extend(circles::find(self));
        findings.extend(self.unreachable_steps());
        findings
    }

    fn setting_findings(&self, site: &Surroundings) -> Vec<Finding> {
        let mut findings = Vec::new();
        let recording = &self.settings.recording;
        let own_announcement = self.steps.values().any(|step| self.records(step));
        if own_announcement && recording.announce == Announce::Never {
            let state = recording.state.as_ref().map(Text::as_str);
            findings.push(finding::recording_unannounced(state.is_none_or(settings::is_all_party)));
        }
        if own_announcement && recording.announce != Announce::Never && recording.say.as_str().trim().is_empty() {
            findings.push(finding::nothing_announced());
        }
        match self.settings.fallback.or(site.destination) {
            None => findings.push(finding::no_fallback()),
            Some(to) if site.own_numbers.contains(&to) => {
                findings.push(finding::forwards_to_itself(None, "settings.fallback", to));
            }
            Some(_) => {}
        }
        findings
    }

    fn exit_findings(&self, id: &StepId, step: &Step) -> Vec<Finding> {
        let judged = |(outcome, next): (String, Option<&StepId>)| match next {
            None => Some(finding::unwired_outcome(id, &outcome)),
            Some(next) if !self.steps.contains_key(next) => Some(finding::target_missing(id, &outcome, next)),
            Some(_) => None,
        };
        step.exits().into_iter().filter_map(judged).collect()
    }

    fn unreachable_steps(&self) -> Vec<Finding> {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![&self.start];
        while let Some(id) = waiting.pop() {
            if let Some(step) = self.steps.get(id).filter(|_| reached.insert(id)) {
                waiting.extend(step.exits().into_iter().filter_map(|(_, next)| next));
            }
        }
        self.steps.keys().filter(|id| !reached.contains(id)).map(finding::unreachable_step).collect()
    }
}
