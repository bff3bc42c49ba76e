//! Source rules: lists that must pass or fail the checker, and what must hold for every list and every arrival.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use dni_core::id::{PoolId, RuleId};
use dni_core::phone::E164;
use dni_core::source::{
    Chosen, Group, PageMatch, ParameterMatch, Precedence, Reading, RuleFault, SiteNumbers, SourceRule, Use, When, check,
};
use dni_core::time::Millis;
use dni_core::visit::{Arrival, Channel, PageUrl, Touch};
use proptest::prelude::*;
use serde_json::Value;

const TARGETS: [&str; 2] = ["+13125550142", "+13125550143"];
const NUMBERS: [&str; 2] = ["+13125550161", "+13125550162"];

#[test]
fn good_lists_have_no_error() {
    for (name, fixture) in fixtures("good") {
        let rules: Vec<SourceRule> = serde_json::from_value(fixture["rules"].clone()).expect(&name);
        let codes = codes(&rules);
        assert!(codes.iter().all(|code| !code.is_error()), "{name}: {codes:?}");
        let expected: Vec<String> = serde_json::from_value(fixture["warnings"].clone()).unwrap_or_default();
        assert_eq!(codes.iter().map(|code| code.code()).collect::<Vec<_>>(), expected, "{name}");
        let again: Vec<SourceRule> = serde_json::from_str(&serde_json::to_string(&rules).unwrap()).unwrap();
        assert_eq!(again, rules, "{name} is written as it is read");
    }
}

#[test]
fn bad_lists_are_refused_for_what_is_wrong_with_them() {
    for (name, fixture) in fixtures("bad") {
        match (serde_json::from_str::<Vec<SourceRule>>(&fixture["rules"].to_string()), fixture["unreadable"].as_str()) {
            (Ok(rules), None) => {
                let errors: Vec<_> = codes(&rules).into_iter().filter(|code| code.is_error()).collect();
                let expected: Vec<String> = serde_json::from_value(fixture["codes"].clone()).expect(&name);
                assert_eq!(errors.iter().map(|code| code.code()).collect::<Vec<_>>(), expected, "{name}");
            }
            (Err(error), Some(expected)) => assert!(error.to_string().contains(expected), "{name}: {error}"),
            (read, _) => panic!("{name}: {read:?}"),
        }
    }
}

#[test]
fn findings_are_for_people() {
    for (name, fixture) in fixtures("bad") {
        let Ok(rules) = serde_json::from_value::<Vec<SourceRule>>(fixture["rules"].clone()) else { continue };
        for finding in findings(&rules) {
            assert!(finding.place.starts_with("source_rules"), "{name}: {finding:?}");
            assert!(finding.sentence.ends_with('.') && finding.repair.ends_with('.'), "{name}: {finding}");
            assert!(finding.to_string().len() < 500, "{name}: {finding}");
        }
    }
}

/// Every name, kind and relation that rules can have, out of few: so they shadow and overlap each other often.
fn rule() -> impl Strategy<Value = SourceRule> {
    let text = |texts: &'static [&'static str]| prop::sample::select(texts).prop_map(str::to_owned);
    let maybe = |texts: &'static [&'static str]| prop::option::of(prop::sample::select(texts).prop_map(str::to_owned));
    let parameter = (text(&["promo", "PROMO", "flyer"]), maybe(&["spring", "Sp", "autumn"]), maybe(&["s", "SP", "a"]));
    let parameter = parameter.prop_map(|(name, value, starts_with)| ParameterMatch {
        name,
        starts_with: starts_with.filter(|_| value.is_none()),
        value,
    });
    let page = |hosts: &'static [&'static str]| {
        let path = maybe(&["/", "/a", "/a/", "/a/b", "/c"]);
        (maybe(hosts), path.clone(), path).prop_map(|(host, path, under)| PageMatch {
            host,
            under: under.filter(|_| path.is_none()),
            path,
        })
    };
    let when = prop_oneof![
        parameter.prop_map(When::LandingParameter),
        page(&["harbor.example", "shop.harbor.example"]).prop_map(When::LandingPage),
        page(&["yelp.com", "www.yelp.com", "m.yelp.com", "google.com"]).prop_map(When::Referrer),
        prop::sample::select(Group::ALL).prop_map(When::Group),
        prop::sample::select(Channel::ALL).prop_map(When::Channel),
        Just(When::Always),
    ];
    let uses = prop_oneof![
        prop::sample::select(NUMBERS.as_slice()).prop_map(|text| Use::Number(number(text))),
        Just(Use::Pool(pool())),
        Just(Use::NoSwap),
    ];
    let targets = prop::sample::subsequence(TARGETS.as_slice(), 0..=2);
    (when, uses, targets).prop_map(|(when, uses, targets)| SourceRule {
        id: RuleId::parse("unnamed").unwrap(),
        name: None,
        when,
        targets: targets.into_iter().map(number).collect(),
        uses,
        flow: None,
        destination: None,
    })
}

fn rules() -> impl Strategy<Value = Vec<SourceRule>> {
    prop::collection::vec(rule(), 0..25).prop_map(|mut rules| {
        for (at, rule) in rules.iter_mut().enumerate() {
            rule.id = RuleId::parse(&format!("rule-{at}")).unwrap();
        }
        rules
    })
}

fn touch() -> impl Strategy<Value = Touch> {
    let one_of = |texts: &'static [&'static str]| prop::sample::select(texts);
    let landing = (
        one_of(&["harbor.example", "www.harbor.example", "shop.harbor.example"]),
        one_of(&["/", "/a", "/a/", "/a/b", "/a/b/c", "/ab", "/c/d"]),
        one_of(&["", "promo=spring", "Promo=SPRING&promo=x", "promo", "flyer=sp&promo=autumn", "promo=&flyer=z"]),
        one_of(SOURCES),
    );
    (landing, one_of(REFERRERS)).prop_map(|((host, path, own, source), referrer)| {
        touch_of(&format!("https://{host}{path}?{own}&{source}"), referrer)
    })
}

const SOURCES: &[&str] = &[
    "",
    "gclid=x",
    "msclkid=x",
    "fbclid=x",
    "ttclid=x",
    "utm_source=news&utm_medium=email",
    "utm_source=fb&utm_medium=cpc",
    "utm_source=newsletter",
    "utm_medium=banner&gclid=x",
    "utm_source=podcast&utm_medium=audio",
    "utm_campaign=shop&gclid=x",
];
const REFERRERS: &[&str] = &[
    "",
    "https://www.google.com/",
    "https://yelp.com/a/b",
    "https://m.yelp.com/",
    "https://www.yelp.com/a",
    "https://x.com/",
    "https://chatgpt.com/",
    "https://www.bing.com/",
    "https://chamber.example/c/d",
    "https://harbor.example/a",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_choice_is_that_of_the_plain_definition(rules in rules(), touches in prop::collection::vec(touch(), 0..6)) {
        let reading = Reading::of(&rules, &touches);
        for target in targets() {
            prop_assert_eq!(reading.chosen(target), by_definition(&rules, &touches, target));
        }
    }

    #[test]
    fn an_unreachable_rule_is_never_chosen(rules in rules(), touches in prop::collection::vec(touch(), 1..6)) {
        let unreachable = unreachable(&rules);
        for target in targets() {
            if let Some(rule) = Reading::of(&rules, &touches).chosen(target).rule {
                prop_assert!(!unreachable.contains(&rule.id), "{} of {:?}", rule.id, rules);
            }
        }
    }

    #[test]
    fn every_other_rule_is_chosen_for_somebody(rules in rules()) {
        // A landing rule for every page is a fault of its own: below it nothing can be reached.
        let rules: Vec<_> = rules.into_iter().filter(|rule| !is_refused(rule)).collect();
        let unreachable = unreachable(&rules);
        for rule in rules.iter().filter(|rule| !unreachable.contains(&rule.id)) {
            let reached = witnesses(rule).iter().any(|touch| {
                let reading = Reading::of(&rules, std::slice::from_ref(touch));
                targets().iter().any(|target| reading.chosen(*target).rule == Some(rule))
            });
            prop_assert!(reached, "{} of {:?}", rule.id, rules);
        }
    }
}

/// The precedence as the documentation has it, without any shortcut.
fn by_definition<'a>(rules: &'a [SourceRule], touches: &[Touch], target: E164) -> Chosen<'a> {
    let ranks = [Precedence::Landing, Precedence::Referrer, Precedence::Group, Precedence::Always];
    let first = |touch: &Touch, ranks: &[Precedence]| {
        ranks.iter().find_map(|rank| {
            rules.iter().find(|rule| {
                rule.when.precedence() == *rank
                    && (rule.targets.is_empty() || rule.targets.contains(&target))
                    && Reading::of(std::slice::from_ref(rule), std::slice::from_ref(touch))
                        .chosen(target)
                        .rule
                        .is_some()
            })
        })
    };
    let says_something = |touch: &Touch| !touch.is_direct() || first(touch, &ranks[..1]).is_some();
    let deciding = touches.iter().rposition(says_something).or(touches.len().checked_sub(1));
    let rule = deciding.and_then(|at| first(&touches[at], &ranks));
    Chosen { rule, precedence: rule.map_or(Precedence::Pool, |rule| rule.when.precedence()), touch: deciding }
}

/// Arrivals for which the rule was made, as far from other rules' as they can be.
fn witnesses(rule: &SourceRule) -> Vec<Touch> {
    let page_url = |page: &PageMatch, host: &str| {
        let host = page
            .host
            .as_deref()
            .map_or_else(|| host.to_owned(), |host| format!("fresh.{}", host.trim_start_matches("www.")));
        let below = |top: &str| format!("{}/fresh", top.trim_end_matches('/'));
        let path = page.path.clone().unwrap_or_else(|| below(page.under.as_deref().unwrap_or_default()));
        [format!("https://{host}{path}"), format!("https://{}{path}", page.host.as_deref().unwrap_or(&host))]
    };
    let fresh = "https://fresh.example/fresh";
    match &rule.when {
        When::LandingParameter(parameter) => {
            let value = parameter.value.clone();
            let value = value.or_else(|| parameter.starts_with.as_ref().map(|start| format!("{start}zz")));
            let value = value.unwrap_or_else(|| "zz".to_owned());
            vec![touch_of(&format!("{fresh}?{}={value}", parameter.name), "")]
        }
        When::LandingPage(page) => page_url(page, "fresh.example").iter().map(|url| touch_of(url, "")).collect(),
        When::Referrer(page) => page_url(page, "").iter().map(|url| touch_of(fresh, url)).collect(),
        When::Group(_) | When::Channel(_) | When::Always => every_origin(),
    }
}

/// Arrivals from everywhere, one of each kind that rules can tell apart.
fn every_origin() -> Vec<Touch> {
    static ORIGINS: LazyLock<Vec<Touch>> = LazyLock::new(|| {
        let sources = [
            "google",
            "bing",
            "fb",
            "duckduckgo",
            "instagram",
            "youtube",
            "etsy",
            "chatgpt",
            "email",
            "sms",
            "(direct)",
            "x",
        ];
        let media = [
            "cpc",
            "organic",
            "referral",
            "email",
            "affiliate",
            "audio",
            "sms",
            "push",
            "video",
            "banner",
            "social",
            "zz",
            "",
        ];
        let mut kinds = BTreeSet::new();
        let mut touches = Vec::new();
        for (source, medium) in sources.iter().flat_map(|source| media.iter().map(move |medium| (source, medium))) {
            for more in ["", "&utm_campaign=cross-network", "&utm_campaign=shop", "&gclid=x", "&msclkid=x", "&fbclid=x"]
            {
                for click in ["", "&gclid=x", "&msclkid=x", "&fbclid=x"] {
                    let query = format!("utm_source={source}&utm_medium={medium}{more}{click}");
                    let touch = touch_of(&format!("https://fresh.example/fresh?{query}"), "");
                    if kinds.insert((Channel::of(&touch).0, groups_of(&touch))) {
                        touches.push(touch);
                    }
                }
            }
        }
        touches
    });
    ORIGINS.clone()
}

fn groups_of(touch: &Touch) -> String {
    let in_group = |group: &&Group| {
        let id = RuleId::parse("group").unwrap();
        let rule = SourceRule {
            id,
            name: None,
            when: When::Group(**group),
            targets: Vec::new(),
            uses: Use::NoSwap,
            flow: None,
            destination: None,
        };
        Reading::of(&[rule], std::slice::from_ref(touch)).chosen(targets()[0]).rule.is_some()
    };
    format!("{:?}", Group::ALL.iter().filter(in_group).collect::<Vec<_>>())
}

fn is_refused(rule: &SourceRule) -> bool {
    match &rule.when {
        When::LandingPage(page) => {
            page.host.is_none() && page.path.is_none() && page.under.as_deref().is_none_or(|top| top == "/")
        }
        When::Referrer(page) => page.host.is_none(),
        _ => false,
    }
}

fn touch_of(url: &str, referrer: &str) -> Touch {
    let arrival = Arrival {
        at: Millis::from_unix_ms(1_790_000_000_000),
        url: PageUrl::from_serialized(url),
        referrer: PageUrl::from_serialized(referrer),
    };
    Touch::read(&arrival, &["harbor.example".to_owned()])
}

fn unreachable(rules: &[SourceRule]) -> Vec<RuleId> {
    let found = findings(rules).into_iter().filter(|finding| finding.code == RuleFault::UnreachableRule);
    found.map(|finding| RuleId::parse(finding.place.trim_start_matches("source_rules.")).unwrap()).collect()
}

fn codes(rules: &[SourceRule]) -> Vec<RuleFault> {
    findings(rules).into_iter().map(|finding| finding.code).collect()
}

fn findings(rules: &[SourceRule]) -> Vec<dni_core::source::RuleFinding> {
    let hosts = ["harbor.example:8701".to_owned(), "shop.harbor.example".to_owned()];
    let pools = [pool(), PoolId::parse("shop").unwrap()];
    let numbers = NUMBERS.map(number);
    check(rules, &SiteNumbers { targets: &targets(), source_numbers: &numbers, pools: &pools, hosts: &hosts })
}

fn targets() -> [E164; 2] {
    TARGETS.map(number)
}

fn number(text: &str) -> E164 {
    E164::parse(text).unwrap()
}

fn pool() -> PoolId {
    PoolId::parse("main").unwrap()
}

fn fixtures(kind: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/source").join(kind);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 5, "{kind}");
    let read = |path: std::path::PathBuf| {
        let value = serde_json::from_str(&fs::read_to_string(&path).unwrap());
        (path.display().to_string(), value.unwrap())
    };
    files.into_iter().map(read).collect()
}
