//! Finds what is wrong with a flow before a caller does.

mod callee;
mod carrier;
mod circles;
mod country;
mod finding;
mod steps;
mod surroundings;

use std::collections::BTreeSet;

use super::{Announce, Flow, FlowId, Flows, MAX_STEPS, Step, StepId, settings};
use crate::text::Text;

pub use callee::CalleeFault;
pub use country::{BadCountry, Country};
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
        let place = "settings.fallback";
        match (&self.settings.fallback, site.destination) {
            (None, None) => findings.push(finding::no_fallback()),
            (Some(to), _) => findings.extend(steps::of_callee(None, place, to, site)),
            // What else may be wrong with the site's destination is told there.
            (None, Some(to)) => {
                let faults = CalleeFault::all_of(to, site).into_iter();
                let own = faults.filter(|fault| matches!(fault, CalleeFault::OwnNumber(_)));
                findings.extend(own.map(|fault| finding::of_callee(None, place, &fault)));
            }
        }
        let tags =
            [("settings.language", &self.settings.language), ("settings.recording.language", &recording.language)];
        findings.extend(tags.into_iter().filter_map(|(field, tag)| steps::of_language(None, field, tag.as_ref()?)));
        findings.extend(steps::of_voice(None, "settings.voice", self.settings.voice.as_ref()));
        findings
    }

    /// Lists the flows that a call can come to from this one, by however many of them.
    pub fn reaches<'a>(&'a self, flows: &'a Flows) -> BTreeSet<&'a FlowId> {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![self];
        while let Some(flow) = waiting.pop() {
            for step in flow.steps.values() {
                let Step::GoTo(go_to) = step else { continue };
                let Some((name, flow)) = flows.get_key_value(&go_to.flow) else { continue };
                if reached.insert(name) {
                    waiting.push(flow);
                }
            }
        }
        reached
    }

    /// Finds circles that go through several flows and in which nobody is rung or listened to. `name` is this flow's, if it has one.
    pub fn circles_through_flows(&self, name: Option<&FlowId>, flows: &Flows) -> Vec<Finding> {
        circles::through_flows(self, name, flows)
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
