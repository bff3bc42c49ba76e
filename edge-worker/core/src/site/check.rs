//! What can be wrong with a site's configuration.

use std::collections::BTreeSet;

use call_router::carrier::Carrier;
use call_router::flow::{CalleeFault, Finding, Flow, FlowId, Severity, Surroundings};
use call_router::time_zone;
use dni_core::id::PoolId;
use dni_core::phone::{Callee, E164};
use dni_core::source::{self, RuleFinding, SiteNumbers, Use};

use super::document::{
    MAX_AREA_CODES, MAX_COUNTRIES, MAX_LISTED, MAX_NAME, MAX_POOL, MAX_REGIONS, PoolDocument, SiteDocument,
};
use super::fault::place_of_pool;
use super::line::Numbers;
use super::origin::is_origin;
use super::screening;
use crate::fault::Fault;

/// Most numbers of one site. Its document is one row, and its snapshot is read by each of Cloudflare's machines every ten seconds.
const MAX_NUMBERS: usize = 50_000;
/// Longest document, in bytes of JSON: a row of D1 has at most 2,000,000, and the document is not all of it.
pub const MAX_DOCUMENT: usize = 1_900_000;

/// Most warnings that are told at once.
const MAX_WARNINGS: usize = 100;

impl SiteDocument {
    /// Finds everything that is wrong, whatever carriers calls come from.
    pub fn check(&self) -> Vec<Fault> {
        self.check_at(&[])
    }

    /// Finds everything that is wrong where calls come from these carriers.
    pub fn check_at(&self, carriers: &[Carrier]) -> Vec<Fault> {
        let mut faults = Vec::new();
        let own = OwnNames::of(self);
        let site = own.surroundings(self, carriers);
        self.check_names(&mut faults);
        self.check_targets(&mut faults);
        self.check_pools(&mut faults);
        self.check_numbers(&mut faults);
        faults.extend(self.rule_findings().filter(|finding| finding.code.is_error()).map(|finding| of_rule(&finding)));
        self.check_lines(&site, &mut faults);
        let findings = self.flow_findings(&site).into_iter();
        faults.extend(findings.filter(|(_, found)| found.severity == Severity::Error).map(of_flow));
        faults.extend(screening::faults(&self.screening));
        let bad_days = self.recordings.check().err();
        faults.extend(bad_days.map(|error| Fault::new(error.code(), "recordings.keep_days", error.to_string())));
        self.keep_days.check(&mut faults);
        self.transcription.check(&mut faults);
        faults
    }

    /// Finds what works, but may not be what the owner means.
    pub fn warnings(&self) -> Vec<Fault> {
        self.warnings_at(&[])
    }

    /// Finds what works, but may not be what the owner means, and what cannot be done, where calls come from these carriers.
    pub fn warnings_at(&self, carriers: &[Carrier]) -> Vec<Fault> {
        let own = OwnNames::of(self);
        let site = own.surroundings(self, carriers);
        let of_rules = self.rule_findings().filter(|finding| !finding.code.is_error()).map(|finding| of_rule(&finding));
        let findings = self.flow_findings(&site).into_iter();
        let of_flows = findings.filter(|(_, found)| found.severity == Severity::Warning).map(of_flow);
        let mut warnings: Vec<_> = of_rules.chain(of_flows).collect();
        warnings.extend(self.unreachable_flows());
        warnings.extend(self.unrung_destinations());
        for (place, callee) in self.destinations() {
            let unable: Vec<_> = carriers.iter().filter(|carrier| !carrier.dials_extensions()).collect();
            if callee.keys().is_some() && !unable.is_empty() {
                let names: Vec<_> = unable.iter().map(|carrier| carrier.id()).collect();
                let message = format!(
                    "The extension of {callee} is not dialled at {}: the number alone rings. Name a number of its own, or a SIP \
                     address.",
                    names.join(", ")
                );
                warnings.push(Fault::new("extension_not_dialled", place, message));
            }
        }
        warnings.extend(self.carrier_warnings(carriers));
        warnings.truncate(MAX_WARNINGS);
        warnings
    }

    /// Finds what the flows want and the carriers cannot do.
    fn carrier_warnings(&self, carriers: &[Carrier]) -> impl Iterator<Item = Fault> {
        self.all_flows().flat_map(move |(place, _, flow)| {
            let findings = carriers.iter().flat_map(|carrier| flow.carrier_findings(*carrier));
            findings.map(|found| of_flow((place.clone(), found))).collect::<Vec<_>>()
        })
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
            faults.push(Fault::new("bad_name", "name", "The name must have 1 to 255 bytes."));
        }
        for source in
            self.source_numbers.iter().filter(|source| source.source.is_empty() || source.source.len() > MAX_NAME)
        {
            let place = format!("source_numbers.{}.source", source.number);
            faults.push(Fault::new("bad_source", place, "The source must have 1 to 255 bytes, such as yellow-pages."));
        }
        if let Err(error) = time_zone::check(&self.time_zone) {
            faults.push(Fault::new("bad_time_zone", "time_zone", error.to_string()));
        }
        if self.origins.is_empty() {
            faults.push(Fault::new(
                "no_origin",
                "origins",
                "No origin is listed; add the site's, such as https://harbor.example.",
            ));
        }
        for origin in self.origins.iter().filter(|origin| !is_origin(origin)) {
            let sentence = "An origin is scheme, host and port with nothing behind, in lower case: https://harbor.example, or https://*.harbor.example for all below it.";
            faults.push(Fault::new("bad_origin", format!("origins.{origin}"), sentence));
        }
        let lists = [
            ("origins", self.origins.len()),
            ("targets", self.targets.len()),
            ("pools", self.pools.len()),
            ("source_numbers", self.source_numbers.len()),
            ("flows", self.flows.len()),
        ];
        if self.allowed_countries.len() > MAX_COUNTRIES {
            faults.push(Fault::new("too_many", "allowed_countries", "At most 250 countries can be listed."));
        }
        for (place, _) in lists.into_iter().filter(|(_, len)| *len > MAX_LISTED) {
            faults.push(Fault::new("too_many", place, "At most 50 can be listed; split the site."));
        }
    }

    fn check_targets(&self, faults: &mut Vec<Fault>) {
        if self.targets.is_empty() {
            faults.push(Fault::new(
                "no_target",
                "targets",
                "No target is listed; add the number that stands on the pages.",
            ));
        }
        for target in self.targets.iter().filter(|target| self.pool(&target.pool).is_none()) {
            let message = format!("There is no pool '{}'; add it to 'pools' or name another.", target.pool);
            faults.push(Fault::new("no_such_pool", format!("targets.{}.pool", target.number), message));
        }
    }

    fn check_pools(&self, faults: &mut Vec<Fault>) {
        let mut seen = BTreeSet::new();
        for pool in &self.pools {
            if let Err(error) = pool.rules.check() {
                faults.push(Fault::new(error.code(), place_of_pool(&pool.id, "rules"), error.to_string()));
            }
            pool.check_area_codes(faults);
            if pool.numbers.is_empty() {
                faults.push(Fault::new(
                    "empty_pool",
                    place_of_pool(&pool.id, "numbers"),
                    "The pool has no number; add one or more.",
                ));
            }
            if pool.numbers.len() > MAX_POOL {
                let message = format!(
                    "A pool has {MAX_POOL} numbers at most; let targets or source rules have pools of their own."
                );
                faults.push(Fault::new("too_many", place_of_pool(&pool.id, "numbers"), message));
            }
            if !seen.insert(&pool.id) {
                faults.push(Fault::new(
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
            faults.push(Fault::new("number_twice", format!("numbers.{number}"), sentence));
        }
        if self.tracking_numbers().count() > MAX_NUMBERS {
            let message = format!("A site has {MAX_NUMBERS} tracking numbers at most; split it.");
            faults.push(Fault::new("too_many", "pools", message));
        }
        if self.tracking_numbers().any(|number| Some(number) == self.destination.number()) {
            let sentence = "The destination is one of the site's tracking numbers: calls would go round in circles. Name the business's own line.";
            faults.push(Fault::new("forwards_to_itself", "destination", sentence));
        }
    }

    /// Lists what is wrong with the flows, each with its flow's place.
    fn flow_findings(&self, site: &Surroundings) -> Vec<(String, Finding)> {
        let mut findings = Vec::new();
        for (place, name, flow) in self.all_flows() {
            let through_others = flow.circles_through_flows(name, &self.flows);
            let all = flow.check(site).into_iter().chain(through_others);
            findings.extend(all.map(|finding| (place.clone(), finding)));
        }
        findings
    }

    /// Lists the site's flow and those with a name.
    fn all_flows(&self) -> impl Iterator<Item = (String, Option<&FlowId>, &Flow)> {
        let others = self.flows.iter().map(|(name, flow)| (format!("flows.{name}"), Some(name), flow));
        [("flow".to_owned(), None, &self.flow)].into_iter().chain(others)
    }

    /// What targets, pools, source numbers and source rules say about calls: the flow must be there, nobody may be rung who must
    /// not, and of some numbers only one thing may be said.
    fn check_lines(&self, site: &Surroundings, faults: &mut Vec<Fault>) {
        for (place, name) in
            self.named_flows().filter(|(_, name)| !self.flows.keys().any(|flow| flow.as_str() == *name))
        {
            let message = format!("There is no flow '{name}'; add it to 'flows' or name another.");
            faults.push(Fault::new("flow_missing", place, message));
        }
        for (place, callee) in self.destinations() {
            // That the site's own destination is no tracking number is checked with the numbers.
            let told = |found: &CalleeFault| place == "destination" && matches!(found, CalleeFault::OwnNumber(_));
            for found in CalleeFault::all_of(callee, site).iter().filter(|found| !told(found)) {
                let message = format!("{} {}", found.sentence("It"), found.repair());
                faults.push(Fault { code: found.code().into(), place: place.clone(), message });
            }
        }
        for rule in self.source_rules.iter().filter(|rule| rule.uses == Use::NoSwap) {
            if rule.flow.is_some() || rule.destination.is_some() {
                let sentence = "Visitors of this rule see the target itself, and calls to that do not come here; leave 'flow' and \
                                'destination' out.";
                faults.push(Fault::new("no_swap_has_no_calls", format!("source_rules.{}", rule.id), sentence));
            }
        }
        for (place, _) in self.all_numbers().filter(|(_, numbers)| self.lines(*numbers).len() > 1) {
            let sentence = "It stands in for targets whose calls go through different flows or to different destinations, so that \
                            nobody could say which a call is for; name 'flow' and 'destination' here, or let each target have a \
                            pool or number of its own.";
            faults.push(Fault::new("two_lines", place, sentence));
        }
    }

    /// Lists the pools and source numbers with their places.
    fn all_numbers(&self) -> impl Iterator<Item = (String, Numbers<'_>)> {
        let pools = self.pools.iter().map(|pool| (format!("pools.{}", pool.id), Numbers::OfPool(&pool.id)));
        let number = |number: E164| (format!("source_numbers.{number}"), Numbers::Source(number));
        pools.chain(self.source_numbers.iter().map(move |source| number(source.number)))
    }

    /// Lists the flows that targets, pools, source numbers and source rules name, with the place of each.
    fn named_flows(&self) -> impl Iterator<Item = (String, &str)> {
        let targets = self.targets.iter().map(|target| (format!("targets.{}", target.number), target.flow.as_ref()));
        let pools = self.pools.iter().map(|pool| (format!("pools.{}", pool.id), pool.flow.as_ref()));
        let sources = self
            .source_numbers
            .iter()
            .map(|source| (format!("source_numbers.{}", source.number), source.flow.as_ref()));
        let named = targets.chain(pools).chain(sources).map(|(place, flow)| (place, flow.map(FlowId::as_str)));
        let rules = self.source_rules.iter().map(|rule| (format!("source_rules.{}", rule.id), rule.flow.as_deref()));
        named.chain(rules).filter_map(|(place, flow)| Some((format!("{place}.flow"), flow?)))
    }

    /// Lists the destinations of the site and of its lines, with the place of each.
    fn destinations(&self) -> impl Iterator<Item = (String, &Callee)> {
        let targets = self.targets.iter().map(|target| (format!("targets.{}", target.number), &target.destination));
        let pools = self.pools.iter().map(|pool| (format!("pools.{}", pool.id), &pool.destination));
        let sources =
            self.source_numbers.iter().map(|source| (format!("source_numbers.{}", source.number), &source.destination));
        let rules = self.source_rules.iter().map(|rule| (format!("source_rules.{}", rule.id), &rule.destination));
        let named = targets.chain(pools).chain(sources).chain(rules);
        let named = named.filter_map(|(place, callee)| Some((format!("{place}.destination"), callee.as_ref()?)));
        [("destination".to_owned(), &self.destination)].into_iter().chain(named)
    }

    /// Lists whom calls of the site may be forwarded to, with the place of each.
    pub fn callees(&self) -> Vec<(String, &Callee)> {
        let mut callees: Vec<_> = self.destinations().collect();
        for (place, _, flow) in self.all_flows() {
            callees.extend(flow.callees().into_iter().map(|(at, callee)| (format!("{place}.{at}"), callee)));
        }
        callees
    }

    /// Finds the flows that no call comes to.
    fn unreachable_flows(&self) -> Vec<Fault> {
        let mut reached = self.flow.reaches(&self.flows);
        for line in self.all_numbers().flat_map(|(_, numbers)| self.lines(numbers)) {
            let Some((name, flow)) = line.flow.and_then(|name| self.flows.get_key_value(&name)) else { continue };
            reached.insert(name);
            reached.extend(flow.reaches(&self.flows));
        }
        let unreached = self.flows.keys().filter(|name| !reached.contains(name));
        let sentence = "No call comes to this flow; name it at a target, pool, source number or source rule, or let another flow \
                        go on in it.";
        unreached.map(|name| Fault::new("unreachable_flow", format!("flows.{name}"), sentence)).collect()
    }

    /// Finds the lines whose own destination is rung only when everything else fails.
    fn unrung_destinations(&self) -> Vec<Fault> {
        if self.place_of_destination().is_some() {
            return Vec::new();
        }
        let lines = self.all_numbers().filter(|(_, numbers)| {
            self.lines(*numbers).iter().any(|line| line.flow.is_none() && line.destination.is_some())
        });
        let sentence = "Its destination is rung only when everything else fails, as the site's flow rings several numbers and not the \
                        site's destination; name a flow as well.";
        lines.map(|(place, _)| Fault::new("destination_not_rung", place, sentence)).collect()
    }
}

/// The names of a site that its flows are checked against.
struct OwnNames {
    numbers: Vec<E164>,
    flows: Vec<FlowId>,
    pools: Vec<PoolId>,
    targets: Vec<E164>,
}

impl OwnNames {
    fn of(site: &SiteDocument) -> Self {
        Self {
            numbers: site.tracking_numbers().collect(),
            flows: site.flows.keys().cloned().collect(),
            pools: site.pools.iter().map(|pool| pool.id.clone()).collect(),
            targets: site.targets.iter().map(|target| target.number).collect(),
        }
    }

    fn surroundings<'a>(&'a self, site: &'a SiteDocument, carriers: &'a [Carrier]) -> Surroundings<'a> {
        Surroundings {
            own_numbers: &self.numbers,
            flows: &self.flows,
            pools: &self.pools,
            targets: &self.targets,
            countries: &site.allowed_countries,
            carriers,
            destination: Some(&site.destination),
        }
    }
}

fn of_flow((place, finding): (String, Finding)) -> Fault {
    Fault::new(finding.code.code(), format!("{place}.{}", finding.place()), finding.to_string())
}

impl PoolDocument {
    fn check_area_codes(&self, faults: &mut Vec<Fault>) {
        let place = |field: &str| place_of_pool(&self.id, field);
        if self.rules.prefer_local && self.area_codes.is_empty() {
            let sentence =
                "The pool prefers local numbers, but no region has area codes; add them, such as \"IL\": [\"312\"].";
            faults.push(Fault::new("no_area_codes", place("area_codes"), sentence));
        }
        for (region, codes) in &self.area_codes {
            if !is_region(region) {
                let sentence =
                    "A region is its ISO 3166-2 code without the country, in capital letters: IL for Illinois.";
                faults.push(Fault::new("bad_region", place(&format!("area_codes.{region}")), sentence));
            }
            let is_plan = !self.numbers.is_empty() && self.numbers.iter().all(|number| number.nanp_digits().is_some());
            for code in codes.iter().filter(|code| is_plan && !code.is_nanp()) {
                let sentence =
                    "An area code of North American numbers is three digits, the first of them 2 to 9, such as 312.";
                faults.push(Fault::new("bad_area_code", place(&format!("area_codes.{region}.{code}")), sentence));
            }
            if codes.len() > MAX_AREA_CODES {
                let sentence = "A region has at most 64 area codes; leave out those the pool has no numbers of.";
                faults.push(Fault::new("too_many", place(&format!("area_codes.{region}")), sentence));
            }
        }
        if self.area_codes.len() > MAX_REGIONS {
            faults.push(Fault::new("too_many", place("area_codes"), "At most 100 regions can be listed."));
        }
    }
}

fn of_rule(finding: &RuleFinding) -> Fault {
    Fault::new(finding.code.code(), finding.place.clone(), finding.to_string())
}

/// Says whether the text can be a region's code: one to three capital letters or digits.
fn is_region(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
