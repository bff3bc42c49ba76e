//! What can be wrong with a site's configuration.

use std::collections::BTreeSet;

use call_router::flow::{FlowId, Severity, Surroundings};
use dni_core::phone::E164;
use dni_core::source::{self, RuleFinding, SiteNumbers};

use super::document::{PoolDocument, SiteDocument};
use super::fault::{Fault, fault, place_of_pool};
use super::screening;

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

impl SiteDocument {
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

impl PoolDocument {
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

fn of_rule(finding: &RuleFinding) -> Fault {
    fault(finding.code.code(), finding.place.clone(), finding.to_string())
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

/// Looks the zone up in the time zone data that flows go by.
fn is_time_zone(name: &str) -> bool {
    jiff::tz::db().get(name).is_ok()
}
