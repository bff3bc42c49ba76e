//! Circles of steps none of which waits for anybody: a call in one would never be answered.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Flow, Flows, Step, StepId, finding};
use crate::flow::FlowId;

/// Finds one step of each circle.
pub(super) fn find(flow: &Flow) -> Vec<Finding> {
    let quick = quick_exits(flow);
    let mut done = BTreeSet::new();
    let mut findings = Vec::new();
    for id in quick.keys().copied() {
        if let Some(step) = circle_from(id, &quick, &mut done) {
            findings.push(finding::endless_loop(step));
        }
    }
    findings
}

/// Finds the steps that go on in another flow and come back from there, through whatever flows, with nobody waited for. Each is
/// found in the flow that it stands in.
pub(super) fn through_flows(flow: &Flow, name: Option<&FlowId>, flows: &Flows) -> Vec<Finding> {
    let comes_back = |first: &FlowId| {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![first.clone()];
        while let Some(next) = waiting.pop() {
            if Some(&next) == name {
                return true;
            }
            if let Some(flow) = flows.get(&next).filter(|_| reached.insert(next.clone())) {
                waiting.extend(quick_go_tos(flow).into_iter().map(|(_, next)| next));
            }
        }
        false
    };
    let leaving_here = quick_go_tos(flow).into_iter();
    leaving_here.filter(|(_, next)| comes_back(next)).map(|(step, next)| finding::endless_flows(&step, &next)).collect()
}

/// Lists the steps by which a call that begins a flow comes into another with nobody waited for, and which.
fn quick_go_tos(flow: &Flow) -> Vec<(StepId, FlowId)> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![&flow.start];
    let mut found = Vec::new();
    while let Some(id) = waiting.pop() {
        let Some(step) = flow.steps.get(id).filter(|step| !step.waits() && reached.insert(id)) else { continue };
        waiting.extend(step.exits().into_iter().filter_map(|(_, next)| next));
        if let Step::GoTo(go_to) = step {
            found.push((id.clone(), go_to.flow.clone()));
        }
    }
    found
}

/// The steps that wait for nobody, with the steps of that kind that may follow them.
type QuickExits<'a> = BTreeMap<&'a StepId, Vec<&'a StepId>>;

fn quick_exits(flow: &Flow) -> QuickExits<'_> {
    let is_quick = |id: &StepId| flow.steps.get(id).is_some_and(|step| !step.waits());
    let next = |id| {
        let exits = flow.steps.get(id).map(Step::exits).unwrap_or_default();
        exits.into_iter().filter_map(|(_, next)| next).filter(|next| is_quick(next)).collect()
    };
    flow.steps.keys().filter(|id| is_quick(id)).map(|id| (id, next(id))).collect()
}

/// Walks depth first; a step that is met again while it is on the way is part of a circle. `done` are the steps that were
/// walked from, so that each is once: at most [`super::MAX_STEPS`] of them.
fn circle_from<'a>(start: &'a StepId, quick: &QuickExits<'a>, done: &mut BTreeSet<&'a StepId>) -> Option<&'a StepId> {
    let mut way: Vec<(&StepId, usize)> = vec![(start, 0)];
    let mut circle = None;
    while let Some((id, taken)) = way.pop() {
        if taken == 0 && !done.insert(id) {
            continue;
        }
        let Some(next) = quick.get(id).and_then(|exits| exits.get(taken)).copied() else { continue };
        way.push((id, taken + 1));
        if way.iter().any(|(on_the_way, _)| *on_the_way == next) {
            circle = circle.or(Some(next));
        } else {
            way.push((next, 0));
        }
    }
    circle
}
