//! What can be wrong within one step.

use std::collections::BTreeSet;

use dni_core::phone::E164;

use super::{Finding, Step, StepId, Surroundings, finding};
use crate::flow::{
    Challenge, Condition, Destination, Forward, Geo, GoTo, MAX_MESSAGE_SECONDS, MAX_RING_SECONDS, MAX_TRIES,
    MAX_WAIT_SECONDS, MIN_MESSAGE_SECONDS, MIN_RING_SECONDS, Menu, Schedule, Strategy, Tag, Turn, Voicemail,
    engine::KEY, whisper::unknown_placeholders,
};

/// How premium numbers begin, which the owner of the forwarding line pays for by the minute: North America's area code,
/// the international premium service, and the countries whose plans name a range for them.
const PREMIUM_PREFIXES: [&str; 12] =
    ["+1900", "+979", "+449", "+4487", "+49900", "+3389", "+34803", "+34806", "+34807", "+39899", "+6119", "+4190"];
/// The exchange of North America's older premium numbers, in any area code.
const PREMIUM_EXCHANGE: &str = "976";
/// Most tags of one step, areas of one step, values of one list.
const MAX_LISTED: usize = 50;

impl Challenge {
    /// Lists what is wrong with the question of a challenge that stands in no flow.
    pub fn findings(&self) -> Vec<Finding> {
        let step = Step::Challenge(self.clone());
        Turn::at_gate().map(|turn| findings(&turn.step, &step, &Surroundings::default())).unwrap_or_default()
    }
}

pub(super) fn findings(id: &StepId, step: &Step, site: &Surroundings) -> Vec<Finding> {
    let mut findings = match step {
        Step::Forward(forward) => of_forward(id, forward, site),
        Step::Voicemail(Voicemail { max_seconds, .. }) => {
            between(id, "max_seconds", *max_seconds, MIN_MESSAGE_SECONDS, MAX_MESSAGE_SECONDS)
        }
        Step::Menu(menu) => of_menu(id, menu),
        Step::Challenge(challenge) => of_challenge(id, challenge),
        Step::Schedule(schedule) => of_schedule(id, schedule),
        Step::Geo(geo) => of_geo(id, geo),
        Step::Condition(Condition { test, .. }) => {
            let nothing = test.is_empty().then(|| finding::nothing_asked(id, "if"));
            let beyond = [("if.percent", test.percent), ("if.risk_at_least", test.risk_at_least)];
            let beyond =
                beyond.into_iter().flat_map(|(field, value)| between(id, field, value.unwrap_or(0).into(), 0, 100));
            nothing.into_iter().chain(beyond).collect()
        }
        Step::Tag(Tag { add, .. }) => match add.len() {
            0 => vec![finding::nothing_asked(id, "add")],
            1..=MAX_LISTED => Vec::new(),
            _ => vec![finding::too_many(id, "add", MAX_LISTED)],
        },
        Step::GoTo(GoTo { flow }) if !site.flows.contains(flow) => vec![finding::flow_missing(id, flow)],
        Step::Greeting(_) | Step::GoTo(_) | Step::Hangup(_) | Step::Reject(_) => Vec::new(),
    };
    findings.extend(of_message(id, step));
    findings
}

fn of_message(id: &StepId, step: &Step) -> Option<Finding> {
    let message = step.message()?;
    match (message.prompt(), message.say, message.play) {
        (None, ..) => Some(finding::nothing_to_say(id)),
        (_, Some(_), Some(_)) => Some(finding::says_and_plays(id)),
        _ => None,
    }
}

fn of_forward(id: &StepId, step: &Forward, site: &Surroundings) -> Vec<Finding> {
    let mut findings = between(id, "ring_seconds", step.ring_seconds, MIN_RING_SECONDS, MAX_RING_SECONDS);
    if step.to.is_empty() {
        findings.push(finding::nothing_asked(id, "to"));
    }
    let mut seen = BTreeSet::new();
    for Destination { number, .. } in &step.to {
        if site.own_numbers.contains(number) {
            findings.push(finding::forwards_to_itself(Some(id), "to", *number));
        }
        if is_premium(*number) {
            findings.push(finding::premium_number(id, *number));
        }
        if !seen.insert(number) {
            findings.push(finding::number_twice(id, *number));
        }
    }
    if step.strategy == Strategy::Weighted && step.to.iter().all(|one| one.weight == 0) && !step.to.is_empty() {
        findings.push(finding::no_weight(id));
    }
    let whisper = step.whisper.as_ref().map_or("", |words| words.as_str());
    findings.extend(unknown_placeholders(whisper).into_iter().map(|name| finding::unknown_placeholder(id, name)));
    if step.whisper.is_some() && whisper.trim().is_empty() {
        findings.push(finding::nothing_asked(id, "whisper"));
    }
    findings
}

fn is_premium(number: E164) -> bool {
    let exchange = number.nanp_digits().and_then(|digits| digits.get(3..6));
    exchange == Some(PREMIUM_EXCHANGE) || PREMIUM_PREFIXES.iter().any(|prefix| number.as_str().starts_with(prefix))
}

fn of_menu(id: &StepId, menu: &Menu) -> Vec<Finding> {
    let mut findings = between(id, "tries", menu.tries.into(), 1, MAX_TRIES.into());
    findings.extend(between(id, "wait_seconds", menu.wait_seconds, 1, MAX_WAIT_SECONDS));
    if menu.next.keys.is_empty() {
        findings.push(finding::nothing_asked(id, "next"));
    }
    findings
}

fn of_challenge(id: &StepId, challenge: &Challenge) -> Vec<Finding> {
    let mut findings = between(id, "tries", challenge.tries.into(), 1, MAX_TRIES.into());
    findings.extend(between(id, "wait_seconds", challenge.wait_seconds, 1, MAX_WAIT_SECONDS));
    let names_key = challenge.say.as_ref().is_some_and(|words| words.as_str().contains(KEY));
    if challenge.key.is_none() && !names_key {
        findings.push(finding::key_not_named(id));
    }
    findings
}

fn of_schedule(id: &StepId, schedule: &Schedule) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !schedule.has_known_zone() {
        findings.push(finding::unknown_time_zone(id, schedule.time_zone.as_str()));
    }
    if schedule.never_opens() {
        findings.push(finding::never_opens(id));
    }
    findings
}

fn of_geo(id: &StepId, geo: &Geo) -> Vec<Finding> {
    let mut findings: Vec<_> = geo.strange_outcomes().map(|name| finding::unknown_outcome(id, name)).collect();
    match geo.areas.len() {
        0 => findings.push(finding::nothing_asked(id, "areas")),
        1..=MAX_LISTED => {}
        _ => findings.push(finding::too_many(id, "areas", MAX_LISTED)),
    }
    let mut seen = BTreeSet::new();
    for area in &geo.areas {
        if area.is_nowhere() {
            findings.push(finding::nothing_asked(id, &format!("areas.{}", area.name)));
        }
        if !seen.insert(&area.name) {
            findings.push(finding::area_twice(id, &area.name));
        }
    }
    findings
}

fn between(id: &StepId, field: &str, value: u16, least: u16, most: u16) -> Vec<Finding> {
    if (least..=most).contains(&value) { Vec::new() } else { vec![finding::out_of_range(id, field, least, most)] }
}
