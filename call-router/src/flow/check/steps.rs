//! What can be wrong within one step.

use std::collections::BTreeSet;

use dni_core::phone::Callee;

use super::{CalleeFault, Finding, Step, StepId, Surroundings, callee::carriers_without_extensions, finding};
use crate::{
    document::{MAX_LANGUAGE, MAX_VOICE, Speaker},
    flow::{
        Challenge, Condition, Destination, Forward, Geo, GoTo, MAX_MESSAGE_SECONDS, MAX_RING_SECONDS, MAX_TRIES,
        MAX_WAIT_SECONDS, MIN_MESSAGE_SECONDS, MIN_RING_SECONDS, Menu, Schedule, Strategy, Tag, Test, Turn, Voicemail,
        engine::KEY, whisper::unknown_placeholders,
    },
    language,
    text::Text,
};

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
            let unknown = of_line(id, test, site);
            let nothing = test.is_empty().then(|| finding::nothing_asked(id, "if"));
            let beyond = [("if.percent", test.percent), ("if.risk_at_least", test.risk_at_least)];
            let beyond =
                beyond.into_iter().flat_map(|(field, value)| between(id, field, value.unwrap_or(0).into(), 0, 100));
            nothing.into_iter().chain(beyond).chain(unknown).collect()
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
    let speaker = match step {
        Step::Forward(forward) => Some(forward.speaker()),
        _ => step.message().map(|message| message.speaker()),
    };
    let Speaker { language, voice } = speaker.unwrap_or_default();
    findings.extend(language.and_then(|tag| of_language(Some(id), "language", &tag)));
    findings.extend(of_voice(Some(id), "voice", voice.as_ref()));
    findings
}

pub(super) fn of_language(id: Option<&StepId>, field: &str, tag: &Text<MAX_LANGUAGE>) -> Option<Finding> {
    (!language::is_known(tag.as_str())).then(|| finding::unknown_language(id, field, tag.as_str()))
}

pub(super) fn of_voice(id: Option<&StepId>, field: &str, voice: Option<&Text<MAX_VOICE>>) -> Option<Finding> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:".contains(&byte);
    let is_name = |voice: &str| !voice.is_empty() && voice.bytes().all(plain);
    voice.filter(|voice| !is_name(voice.as_str())).map(|_| finding::bad_voice(id, field))
}

/// What a condition asks of the number dialled: the site must have it, or nobody is ever meant.
fn of_line(id: &StepId, test: &Test, site: &Surroundings) -> Vec<Finding> {
    let numbers = test.number.iter().filter(|number| !site.own_numbers.contains(number));
    let is_pool = |name: &str| site.pools.iter().any(|pool| pool.as_str().eq_ignore_ascii_case(name));
    let pools = test.pool.iter().filter(|name| !is_pool(name.as_str()));
    let targets = test.target.iter().filter(|target| !site.targets.contains(target));
    let numbers = numbers.map(|number| finding::unknown_number(id, *number));
    let pools = pools.map(|name| finding::no_such_pool(id, name.as_str()));
    numbers.chain(pools).chain(targets.map(|target| finding::no_such_target(id, *target))).collect()
}

/// What is wrong with whom a call is forwarded to.
pub(super) fn of_callee(id: Option<&StepId>, field: &str, to: &Callee, site: &Surroundings) -> Vec<Finding> {
    let faults = CalleeFault::all_of(to, site).into_iter().map(|fault| finding::of_callee(id, field, &fault));
    let unable = carriers_without_extensions(to, site.carriers);
    let never = unable.len() == site.carriers.len();
    let extension = (!unable.is_empty()).then(|| finding::extension_not_dialled(id, field, to, &unable, never));
    faults.chain(extension).collect()
}

fn of_message(id: &StepId, step: &Step) -> Option<Finding> {
    let message = step.message()?;
    match (message.prompt(&Speaker::default()), message.say, message.play) {
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
        findings.extend(of_callee(Some(id), "to", number, site));
        if !seen.insert(number) {
            findings.push(finding::number_twice(id, number));
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
    if let Err(error) = schedule.check_zone() {
        findings.push(finding::unknown_time_zone(id, schedule.time_zone.as_str(), &error));
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
