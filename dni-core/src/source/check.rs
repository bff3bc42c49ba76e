//! Finds what is wrong with a list of rules before a visitor does.

use std::collections::BTreeSet;

use super::page::is_at_or_below;
use super::{MAX_TEXT, PageMatch, ParameterMatch, RuleFault, RuleFinding, SourceRule, Use, When, reach};
use crate::id::PoolId;
use crate::phone::E164;

/// Most rules of one site. Every lease request reads them all.
pub const MAX_RULES: usize = 100;

/// The numbers, pools and hosts of a site, which its rules may name.
#[derive(Clone, Copy, Debug, Default)]
pub struct SiteNumbers<'a> {
    /// The business's own numbers on its pages.
    pub targets: &'a [E164],
    /// The numbers that stand for a source.
    pub source_numbers: &'a [E164],
    /// The names of the pools.
    pub pools: &'a [PoolId],
    /// The hosts of its pages, with ports.
    pub hosts: &'a [String],
}

/// Lists what is wrong with the rules, in their order; without a finding of an error they can be published.
///
/// ```
/// use dni_core::source::{RuleFault, SiteNumbers, SourceRule, check};
///
/// let json = r#"[
///     { "id": "ads", "when": { "group": "paid" }, "use": "no_swap" },
///     { "id": "google", "when": { "group": "google_ads" }, "use": "no_swap" }
/// ]"#;
/// let rules: Vec<SourceRule> = serde_json::from_str(json).unwrap();
/// let findings = check(&rules, &SiteNumbers::default());
/// assert_eq!(findings[0].code, RuleFault::UnreachableRule);
/// assert_eq!(findings[0].place, "source_rules.google");
/// ```
pub fn check(rules: &[SourceRule], site: &SiteNumbers<'_>) -> Vec<RuleFinding> {
    if rules.len() > MAX_RULES {
        let sentence = format!("There are {} rules; {MAX_RULES} is the limit.", rules.len());
        let place = "source_rules".to_owned();
        return vec![RuleFinding {
            code: RuleFault::TooManyRules,
            place,
            sentence,
            repair: "Remove rules.".to_owned(),
        }];
    }
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, rule) in rules.iter().enumerate() {
        let mut judged = Judged { rule, site, findings: &mut findings };
        if !seen.insert(&rule.id) {
            judged.add(RuleFault::RuleTwice, "id", "Two rules have this id.", "Rename one.");
        }
        judged.name();
        judged.when();
        judged.targets();
        judged.uses();
        findings.extend(reach::finding(rules, at, site.targets));
    }
    findings
}

/// A rule under judgement.
struct Judged<'a> {
    rule: &'a SourceRule,
    site: &'a SiteNumbers<'a>,
    findings: &'a mut Vec<RuleFinding>,
}

impl Judged<'_> {
    fn add(&mut self, code: RuleFault, field: &str, sentence: impl Into<String>, repair: &str) {
        let place = format!("source_rules.{}.{field}", self.rule.id);
        self.findings.push(RuleFinding { code, place, sentence: sentence.into(), repair: repair.to_owned() });
    }

    fn name(&mut self) {
        self.text("name", self.rule.name.as_deref());
    }

    fn when(&mut self) {
        match &self.rule.when {
            When::LandingParameter(parameter) => self.parameter(parameter),
            When::LandingPage(page) => self.landing(page),
            When::Referrer(page) => self.referrer(page),
            When::Group(_) | When::Channel(_) | When::Always => {}
        }
    }

    fn parameter(&mut self, parameter: &ParameterMatch) {
        self.text("when.name", Some(&parameter.name));
        if parameter.name.chars().any(|char| char.is_whitespace() || char.is_control() || "?&=#%+".contains(char)) {
            let sentence = format!("No address has a parameter of the name '{}'.", shown(&parameter.name));
            let repair = "Write the name alone, such as promo; the value has a field of its own.";
            self.add(RuleFault::BadParameterName, "when.name", sentence, repair);
        }
        self.text("when.value", parameter.value.as_deref());
        self.text("when.starts_with", parameter.starts_with.as_deref());
        if parameter.value.is_some() && parameter.starts_with.is_some() {
            let repair = "Keep one of them.";
            self.add(RuleFault::SaidTwice, "when", "Both 'value' and 'starts_with' say what the value is.", repair);
        }
    }

    fn landing(&mut self, page: &PageMatch) {
        self.page(page);
        if page.asks_nothing() {
            let repair = "Name a path, or write \"when\": \"always\".";
            self.add(RuleFault::MatchesEverything, "when", "Every page is meant.", repair);
        }
        let Some(host) = &page.host else { return };
        let mut own = self.site.hosts.iter().map(|own| without_port(own));
        if !self.site.hosts.is_empty() && !own.any(|own| is_at_or_below(own, host) || is_below_wildcard(host, own)) {
            let sentence = format!("The site has no page at '{}'.", shown(host));
            let repair = "Name the host of one of its origins, or leave it out.";
            self.add(RuleFault::HostElsewhere, "when.host", sentence, repair);
        }
    }

    fn referrer(&mut self, page: &PageMatch) {
        self.page(page);
        let Some(host) = &page.host else {
            let repair = "Name the host, such as chamber.example.";
            return self.add(RuleFault::BadHost, "when.host", "A referrer needs a host.", repair);
        };
        let mut own = self.site.hosts.iter().map(|own| without_port(own));
        if own.any(|own| own == host || is_below_wildcard(host, own)) {
            let sentence = format!("'{}' is the site's own: whoever comes from there did not arrive.", shown(host));
            self.add(RuleFault::OwnReferrer, "when.host", sentence, "Name another site, or use landing_page.");
        }
        if page.path.is_some() || page.under.is_some() {
            let sentence =
                "Most browsers tell other sites the host of the page before, not its path: the rule will match few.";
            let repair = "Leave the path out, if the host is enough.";
            self.add(RuleFault::ReferrerPath, "when", sentence, repair);
        }
    }

    fn page(&mut self, page: &PageMatch) {
        self.text("when.host", page.host.as_deref());
        if let Some(host) = page.host.as_ref().filter(|host| !host.is_empty() && !is_host(host)) {
            let sentence = format!("'{}' is no host.", shown(host));
            let repair = "Write the host alone and in lower case, such as yelp.com: no https:// and no path.";
            self.add(RuleFault::BadHost, "when.host", sentence, repair);
        }
        for (field, path) in [("when.path", &page.path), ("when.under", &page.under)] {
            self.text(field, path.as_deref());
            if let Some(path) = path.as_ref().filter(|path| !path.is_empty() && !is_path(path)) {
                let sentence = format!("'{}' is no path as browsers write it.", shown(path));
                let repair = "Copy it from the address bar: from the first / to before any ? or #, such as /spring.";
                self.add(RuleFault::BadPath, field, sentence, repair);
            }
        }
        if page.path.is_some() && page.under.is_some() {
            self.add(RuleFault::SaidTwice, "when", "Both 'path' and 'under' say which pages.", "Keep one of them.");
        }
    }

    fn targets(&mut self) {
        let mut seen = BTreeSet::new();
        for target in &self.rule.targets {
            if !seen.insert(target) {
                let sentence = format!("The target {target} is listed twice.");
                self.add(RuleFault::TargetTwice, "targets", sentence, "Remove one.");
            } else if !self.site.targets.contains(target) {
                let sentence = format!("The site has no target {target}.");
                self.add(RuleFault::NoSuchTarget, "targets", sentence, "Add it to 'targets', or name another.");
            }
        }
    }

    fn uses(&mut self) {
        match &self.rule.uses {
            Use::Number(number) if !self.site.source_numbers.contains(number) => {
                let sentence =
                    format!("{number} is none of the site's source numbers: calls to it would have no source.");
                let repair = "Add it to 'source_numbers', or name one that is there.";
                self.add(RuleFault::NoSuchSourceNumber, "use.number", sentence, repair);
            }
            Use::Pool(pool) if !self.site.pools.contains(pool) => {
                let sentence = format!("There is no pool '{pool}'.");
                self.add(RuleFault::NoSuchPool, "use.pool", sentence, "Add it to 'pools', or name another.");
            }
            Use::Number(_) | Use::Pool(_) | Use::NoSwap => {}
        }
    }

    fn text(&mut self, field: &str, text: Option<&str>) {
        match text.map(str::len) {
            Some(0) => self.add(RuleFault::EmptyText, field, "The text is empty.", "Write it, or leave the field out."),
            Some(len) if len > MAX_TEXT => {
                let sentence = format!("The text has {len} bytes; {MAX_TEXT} is the limit.");
                self.add(RuleFault::TextTooLong, field, sentence, "Shorten it.");
            }
            _ => {}
        }
    }
}

/// Says whether the text is a host as browsers write it, an Android app's name among them.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    };
    text.split('.').all(is_label)
}

fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\"<>`{}".contains(&byte))
}

/// Says whether `own` is `*.harbor.example` and the host one that it stands for.
fn is_below_wildcard(host: &str, own: &str) -> bool {
    own.strip_prefix("*.").is_some_and(|top| is_at_or_below(host, top))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Cuts a text to what a sentence can show.
fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}
