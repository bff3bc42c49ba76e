//! Which flow a call to a number goes through, and whom it rings: what the number itself says, else the pages it stands on.

use std::collections::BTreeSet;

use call_router::flow::{Destination, Flow, FlowId, Flows, Step};
use dni_core::id::{PoolId, RuleId};
use dni_core::phone::{Callee, E164};
use dni_core::source::{SourceRule, Use};

use super::document::{SiteDocument, Target};

/// The number, or the numbers, that a call can come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers<'a> {
    /// Those of a pool.
    OfPool(&'a PoolId),
    /// One that stands for a source.
    Source(E164),
}

/// What targets, pools, source numbers and source rules say about calls: a flow, a destination, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The flow's name; `None` for the site's own.
    pub flow: Option<FlowId>,
    /// Whom it rings; `None` for the site's destination.
    pub destination: Option<Callee>,
}

impl Line {
    /// Fills in what another says.
    fn or(&self, other: &Self) -> Self {
        Self {
            flow: self.flow.clone().or_else(|| other.flow.clone()),
            destination: self.destination.clone().or_else(|| other.destination.clone()),
        }
    }

    fn of_target(target: &Target) -> Self {
        Self { flow: target.flow.clone(), destination: target.destination.clone() }
    }

    fn of_rule(rule: &SourceRule) -> Self {
        let flow = rule.flow.as_ref().and_then(|name| name.parse().ok());
        Self { flow, destination: rule.destination.clone() }
    }
}

impl SiteDocument {
    /// Returns the line of some numbers: what they say themselves, and what those say that show them. Of several the first; a
    /// site that passed the check has no two.
    pub(super) fn line(&self, numbers: Numbers) -> Line {
        self.lines(numbers).into_iter().next().unwrap_or_default()
    }

    /// Lists the lines that some numbers stand for, each once: more than one is a fault, as nobody could say which is meant.
    pub(super) fn lines(&self, numbers: Numbers) -> Vec<Line> {
        let own = self.own_line(numbers);
        let mut lines = Vec::new();
        for (rule, target) in self.shown_by(numbers) {
            let of_rule = rule.map(Line::of_rule).unwrap_or_default();
            let line = own.or(&of_rule).or(&Line::of_target(target));
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        if lines.is_empty() { vec![own] } else { lines }
    }

    /// Lists the targets that some numbers stand in for, each once.
    pub(super) fn targets_of(&self, numbers: Numbers) -> Vec<E164> {
        let mut seen = BTreeSet::new();
        self.shown_by(numbers).map(|(_, target)| target.number).filter(|number| seen.insert(*number)).collect()
    }

    /// Lists the source rules by which some numbers are shown, each once.
    pub(super) fn rules_of(&self, numbers: Numbers) -> Vec<RuleId> {
        let mut seen = BTreeSet::new();
        self.shown_by(numbers).filter_map(|(rule, _)| Some(&rule?.id)).filter(|id| seen.insert(*id)).cloned().collect()
    }

    fn own_line(&self, numbers: Numbers) -> Line {
        let of_pool = |id| self.pool(id).map(|pool| (&pool.flow, &pool.destination));
        let source = |number| self.source_numbers.iter().find(|source| source.number == number);
        let own = match numbers {
            Numbers::OfPool(id) => of_pool(id),
            Numbers::Source(number) => source(number).map(|source| (&source.flow, &source.destination)),
        };
        own.map(|(flow, destination)| Line { flow: flow.clone(), destination: destination.clone() }).unwrap_or_default()
    }

    /// Lists the targets whose visitors see the numbers, each with the rule by which they do.
    fn shown_by<'a>(&'a self, numbers: Numbers<'a>) -> impl Iterator<Item = (Option<&'a SourceRule>, &'a Target)> {
        let is_of_pool = move |target: &&Target| matches!(numbers, Numbers::OfPool(pool) if target.pool == *pool);
        let direct = self.targets.iter().filter(is_of_pool).map(|target| (None, target));
        let uses = move |rule: &&SourceRule| match (&rule.uses, numbers) {
            (Use::Pool(used), Numbers::OfPool(pool)) => used == pool,
            (Use::Number(used), Numbers::Source(number)) => *used == number,
            _ => false,
        };
        let by_rule = self.source_rules.iter().filter(uses).flat_map(|rule| {
            let targets = self.targets.iter().filter(|target| rule.is_for(target.number));
            targets.map(move |target| (Some(rule), target))
        });
        direct.chain(by_rule)
    }

    /// Returns whom the site's flow rings that a line's own destination takes the place of: the site's destination, or the one
    /// whom the flow rings where it rings only one; `None` if it rings several others.
    pub(super) fn place_of_destination(&self) -> Option<Callee> {
        let reached = self.flow.reaches(&self.flows);
        let flows = self.flows.iter().filter(|(name, _)| reached.contains(name)).map(|(_, flow)| flow);
        let mut rung = BTreeSet::new();
        for flow in [&self.flow].into_iter().chain(flows) {
            rung.extend(forwards(flow).flat_map(|to| to.iter().map(|one| &one.number)));
        }
        if rung.contains(&self.destination) || rung.is_empty() {
            return Some(self.destination.clone());
        }
        let mut rung = rung.into_iter();
        rung.next().filter(|_| rung.next().is_none()).cloned()
    }
}

fn forwards(flow: &Flow) -> impl Iterator<Item = &Vec<Destination>> {
    flow.steps.values().filter_map(|step| match step {
        Step::Forward(forward) => Some(&forward.to),
        _ => None,
    })
}

/// Lets a flow, and those it can go on in, ring somebody in the place of somebody else.
pub(super) fn ring_instead(flow: &mut Flow, flows: &mut Flows, place: &Callee, to: &Callee) {
    for flow in [flow].into_iter().chain(flows.values_mut()) {
        for step in flow.steps.values_mut() {
            let Step::Forward(forward) = step else { continue };
            let mut seen = BTreeSet::new();
            for one in forward.to.iter_mut().filter(|one| one.number == *place) {
                one.number = to.clone();
            }
            forward.to.retain(|one| seen.insert(one.number.clone()));
        }
        if flow.settings.fallback.as_ref() == Some(place) {
            flow.settings.fallback = Some(to.clone());
        }
    }
}
