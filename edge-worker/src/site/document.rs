//! A site's configuration as its owner writes it, and what can be wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use call_router::flow::{Flow, FlowId, Flows, Severity, Surroundings};
use call_router::lookup::Wanted;
use call_router::recording::RecordingRules;
use call_router::risk::Screening;
use dni_core::id::PoolId;
use dni_core::phone::E164;
use dni_core::pool::{AreaCode, PoolRules};
use dni_core::source::{self, RuleFinding, SiteNumbers, SourceRule};
use dni_core::visit::{Channel, PageUrl};
use serde::{Deserialize, Serialize};
use worker::js_sys;

use super::screening;
use super::transcription::TranscriptionRule;
use crate::http::problem::{Fault, place_of_pool};

/// Most numbers of one site. Publishing writes one key for each, and a request may write 1,000.
const MAX_NUMBERS: usize = 500;
/// Most origins, targets, pools or source numbers of one site.
const MAX_LISTED: usize = 50;
/// Most regions of one pool: the states, provinces and territories of the North American plan.
const MAX_REGIONS: usize = 100;
/// Most area codes of one region: as many as a pool looks at.
const MAX_AREA_CODES: usize = 64;
/// Longest name, source, medium or campaign, in bytes: what the large analytics products report.
const MAX_NAME: usize = 255;

/// A site: whose pages lease numbers, which numbers, and what happens when one is called.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteDocument {
    /// What people call it.
    pub name: String,
    /// The origins of its pages, such as `https://harbor.example`.
    pub origins: Vec<String>,
    /// The IANA time zone in which its owner reads the log.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// Where calls go when everything else fails.
    pub destination: E164,
    /// The business's own numbers on its pages.
    pub targets: Vec<Target>,
    /// The pools.
    #[serde(default)]
    pub pools: Vec<PoolDocument>,
    /// Numbers that stand for a source: on a van, in a newspaper.
    #[serde(default)]
    pub source_numbers: Vec<SourceNumber>,
    /// Which visitors see which number, by how they arrived; whom none of them means gets one of the target's pool.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_rules: Vec<SourceRule>,
    /// Whether a visitor must agree before he gets a number.
    #[serde(default)]
    pub consent: ConsentRule,
    /// What is done about risky callers.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub screening: Screening,
    /// What happens when a number is called.
    pub flow: Flow,
    /// Flows that it can go on in.
    #[serde(default, skip_serializing_if = "Flows::is_empty")]
    pub flows: Flows,
    /// How long recordings are kept, and where.
    #[serde(default)]
    pub recordings: RecordingRules,
    /// Whether calls are transcribed and summarised.
    #[serde(default)]
    pub transcription: TranscriptionRule,
    /// What is asked about a caller's number.
    #[serde(default)]
    pub lookup: Wanted,
}

/// One of the business's own numbers, and the pool that stands in for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The number on the page.
    pub number: E164,
    /// The pool its visitors' numbers come from.
    pub pool: PoolId,
}

/// A pool of tracking numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolDocument {
    /// Its name.
    pub id: PoolId,
    /// Its numbers.
    pub numbers: Vec<E164>,
    /// The number that all visitors share who get none of their own.
    #[serde(default)]
    pub overflow: Option<E164>,
    /// The numbers of visitors who get none of their own, by the channel they came by; `overflow` is for all others.
    #[serde(default)]
    pub overflow_by_channel: BTreeMap<Channel, E164>,
    /// The area codes that are local to a region, by its ISO 3166-2 code without the country: `IL`.
    #[serde(default)]
    pub area_codes: BTreeMap<String, Vec<AreaCode>>,
    /// How long things last, and who gets what.
    #[serde(default)]
    pub rules: PoolRules,
}

/// A number that stands for a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceNumber {
    /// The number.
    pub number: E164,
    /// The source: `yellow-pages`.
    pub source: String,
    /// The medium: `print`.
    #[serde(default)]
    pub medium: Option<String>,
    /// The campaign.
    #[serde(default)]
    pub campaign: Option<String>,
}

/// Whether a visitor must agree before he gets a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentRule {
    /// He gets one unless he refused.
    #[default]
    NotRequired,
    /// He gets one only after he agreed.
    Required,
}

impl PoolDocument {
    /// Returns its numbers and its overflow numbers.
    pub fn all_numbers(&self) -> impl Iterator<Item = E164> {
        self.numbers.iter().chain(&self.overflow).chain(self.overflow_by_channel.values()).copied()
    }

    fn check_area_codes(&self, faults: &mut Vec<Fault>) {
        let place = |field: &str| place_of_pool(&self.id, field);
        if self.rules.prefer_local && self.area_codes.is_empty() {
            let sentence =
                "The pool prefers local numbers, but no region has area codes; add them, such as \"IL\": [\"312\"].";
            faults.push(fault("no_area_codes", place("area_codes"), sentence));
        }
        for (region, codes) in &self.area_codes {
            if !is_region(region) {
                let sentence =
                    "A region is its ISO 3166-2 code without the country, in capital letters: IL for Illinois.";
                faults.push(fault("bad_region", place(&format!("area_codes.{region}")), sentence));
            }
            if codes.len() > MAX_AREA_CODES {
                let sentence = "A region has at most 64 area codes; leave out those the pool has no numbers of.";
                faults.push(fault("too_many", place(&format!("area_codes.{region}")), sentence));
            }
        }
        if self.area_codes.len() > MAX_REGIONS {
            faults.push(fault("too_many", place("area_codes"), "At most 100 regions can be listed."));
        }
    }
}

impl SiteDocument {
    /// Returns every tracking number: those of the pools, their overflow numbers, and the source numbers.
    pub fn tracking_numbers(&self) -> impl Iterator<Item = E164> {
        let pools = self.pools.iter().flat_map(PoolDocument::all_numbers);
        pools.chain(self.source_numbers.iter().map(|source| source.number))
    }

    /// Returns hosts, with their ports, of the site's pages: an arrival from one of them is no touch.
    pub fn hosts(&self) -> Vec<String> {
        self.origins.iter().map(|origin| PageUrl::from_serialized(origin).host().to_owned()).collect()
    }

    /// Returns the pool of that name.
    pub fn pool(&self, id: &PoolId) -> Option<&PoolDocument> {
        self.pools.iter().find(|pool| pool.id == *id)
    }

    /// Finds everything that is wrong.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.check_names(&mut faults);
        self.check_targets(&mut faults);
        self.check_pools(&mut faults);
        self.check_numbers(&mut faults);
        faults.extend(self.rule_findings().filter(|finding| finding.code.is_error()).map(|finding| of_rule(&finding)));
        self.check_flow(&mut faults);
        faults.extend(screening::faults(&self.screening));
        let bad_days = self.recordings.check().err();
        faults.extend(bad_days.map(|error| fault(error.code(), "recordings.keep_days", error.to_string())));
        self.transcription.check(&mut faults);
        faults
    }

    /// Finds what works, but may not be what the owner means.
    pub fn warnings(&self) -> Vec<Fault> {
        self.rule_findings().filter(|finding| !finding.code.is_error()).map(|finding| of_rule(&finding)).collect()
    }

    fn rule_findings(&self) -> impl Iterator<Item = RuleFinding> {
        let targets: Vec<_> = self.targets.iter().map(|target| target.number).collect();
        let source_numbers: Vec<_> = self.source_numbers.iter().map(|source| source.number).collect();
        let pools: Vec<_> = self.pools.iter().map(|pool| pool.id.clone()).collect();
        let hosts = self.hosts();
        let site = SiteNumbers { targets: &targets, source_numbers: &source_numbers, pools: &pools, hosts: &hosts };
        source::check(&self.source_rules, &site).into_iter()
    }

    fn check_names(&self, faults: &mut Vec<Fault>) {
        if self.name.is_empty() || self.name.len() > MAX_NAME {
            faults.push(fault("bad_name", "name", "The name must have 1 to 255 bytes."));
        }
        for source in
            self.source_numbers.iter().filter(|source| source.source.is_empty() || source.source.len() > MAX_NAME)
        {
            let place = format!("source_numbers.{}.source", source.number);
            faults.push(fault("bad_source", place, "The source must have 1 to 255 bytes, such as yellow-pages."));
        }
        if !is_time_zone(&self.time_zone) {
            faults.push(fault(
                "bad_time_zone",
                "time_zone",
                "The time zone is unknown; write an IANA name such as America/Chicago.",
            ));
        }
        if self.origins.is_empty() {
            faults.push(fault(
                "no_origin",
                "origins",
                "No origin is listed; add the site's, such as https://harbor.example.",
            ));
        }
        for origin in self.origins.iter().filter(|origin| !is_origin(origin)) {
            let sentence =
                "An origin is scheme, host and port with nothing behind, in lower case: https://harbor.example.";
            faults.push(fault("bad_origin", format!("origins.{origin}"), sentence));
        }
        let lists = [
            ("origins", self.origins.len()),
            ("targets", self.targets.len()),
            ("pools", self.pools.len()),
            ("source_numbers", self.source_numbers.len()),
            ("flows", self.flows.len()),
        ];
        for (place, _) in lists.into_iter().filter(|(_, len)| *len > MAX_LISTED) {
            faults.push(fault("too_many", place, "At most 50 can be listed; split the site."));
        }
    }

    fn check_targets(&self, faults: &mut Vec<Fault>) {
        if self.targets.is_empty() {
            faults.push(fault("no_target", "targets", "No target is listed; add the number that stands on the pages."));
        }
        for target in self.targets.iter().filter(|target| self.pool(&target.pool).is_none()) {
            let message = format!("There is no pool '{}'; add it to 'pools' or name another.", target.pool);
            faults.push(fault("no_such_pool", format!("targets.{}.pool", target.number), message));
        }
    }

    fn check_pools(&self, faults: &mut Vec<Fault>) {
        let mut seen = BTreeSet::new();
        for pool in &self.pools {
            if let Err(error) = pool.rules.check() {
                faults.push(fault(error.code(), place_of_pool(&pool.id, "rules"), error.to_string()));
            }
            pool.check_area_codes(faults);
            if pool.numbers.is_empty() {
                faults.push(fault(
                    "empty_pool",
                    place_of_pool(&pool.id, "numbers"),
                    "The pool has no number; add one or more.",
                ));
            }
            if !seen.insert(&pool.id) {
                faults.push(fault(
                    "pool_twice",
                    place_of_pool(&pool.id, "id"),
                    "Two pools have this name; rename one.",
                ));
            }
        }
    }

    /// A number has one role, or nobody could say what a call to it means.
    fn check_numbers(&self, faults: &mut Vec<Fault>) {
        let mut seen: BTreeSet<E164> = self.targets.iter().map(|target| target.number).collect();
        for number in self.tracking_numbers().filter(|number| !seen.insert(*number)) {
            let sentence = "The number is listed twice, or is a target as well; a tracking number has one place only.";
            faults.push(fault("number_twice", format!("numbers.{number}"), sentence));
        }
        if self.tracking_numbers().count() > MAX_NUMBERS {
            faults.push(fault("too_many", "pools", "A site has 500 tracking numbers at most; split it."));
        }
        if self.tracking_numbers().any(|number| number == self.destination) {
            let sentence = "The destination is one of the site's tracking numbers: calls would go round in circles. Name the business's own line.";
            faults.push(fault("forwards_to_itself", "destination", sentence));
        }
    }

    fn check_flow(&self, faults: &mut Vec<Fault>) {
        let own_numbers: Vec<_> = self.tracking_numbers().collect();
        let names: Vec<FlowId> = self.flows.keys().cloned().collect();
        let site = Surroundings { own_numbers: &own_numbers, flows: &names, destination: Some(self.destination) };
        let others = self.flows.iter().map(|(name, flow)| (format!("flows.{name}"), flow));
        for (place, flow) in [("flow".to_owned(), &self.flow)].into_iter().chain(others) {
            for finding in flow.check(&site).into_iter().filter(|finding| finding.severity == Severity::Error) {
                let place = format!("{place}.{}", finding.place());
                faults.push(fault(finding.code.code(), place, finding.to_string()));
            }
        }
    }
}

fn of_rule(finding: &RuleFinding) -> Fault {
    fault(finding.code.code(), finding.place.clone(), finding.to_string())
}

pub(super) fn fault(code: &'static str, place: impl Into<String>, message: impl Into<String>) -> Fault {
    Fault { code: code.into(), place: place.into(), message: message.into() }
}

/// Says whether the text can be a region's code: one to three capital letters or digits.
fn is_region(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Says whether the text is an origin as browsers write it in their `Origin` header.
fn is_origin(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.origin().ascii_serialization() == text)
}

/// Asks the platform's own time zone data, which is always newer than any we could ship.
fn is_time_zone(name: &str) -> bool {
    let options = js_sys::Object::new();
    let set = js_sys::Reflect::set(&options, &"timeZone".into(), &name.into());
    let arguments = js_sys::Array::of2(&"en".into(), &options);
    let global = js_sys::global();
    let format = js_sys::Reflect::get(&global, &"Intl".into())
        .and_then(|intl| js_sys::Reflect::get(&intl, &"DateTimeFormat".into()))
        .map(js_sys::Function::from)
        .and_then(|constructor| js_sys::Reflect::construct(&constructor, &arguments));
    set.is_ok() && format.is_ok()
}

fn is_unset(screening: &Screening) -> bool {
    *screening == Screening::default()
}

fn utc() -> String {
    "UTC".to_owned()
}
