//! Any JSON as a pool's rules, and as a site's list of source rules, read for a visit.

use dni_core::phone::E164;
use dni_core::pool::PoolRules;
use dni_core::source::{MAX_RULES, Reading, SiteNumbers, SourceRule, check};
use dni_core::time::Millis;
use dni_core::visit::{Arrival, PageUrl, Touch};

/// Tries one input; panics if it breaks what is promised.
pub fn try_input(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    if let Ok(rules) = serde_json::from_str::<PoolRules>(text) {
        check_pool_rules(&rules);
    }
    if let Ok(rules) = serde_json::from_str::<Vec<SourceRule>>(text) {
        check_source_rules(&rules);
    }
}

fn check_pool_rules(rules: &PoolRules) {
    match rules.check() {
        Ok(()) => {
            assert!(rules.cooldown >= rules.grace, "no second visitor while the first may still call");
            let json = serde_json::to_string(rules).unwrap();
            assert_eq!(serde_json::from_str::<PoolRules>(&json).unwrap(), *rules);
        }
        Err(problem) => assert!(!problem.code().is_empty() && problem.to_string().ends_with('.')),
    }
}

fn check_source_rules(rules: &[SourceRule]) {
    let json = serde_json::to_string(rules).unwrap();
    assert_eq!(serde_json::from_str::<Vec<SourceRule>>(&json).unwrap(), rules);

    let findings = check(rules, &SiteNumbers::default());
    assert_eq!(findings, check(rules, &SiteNumbers::default()), "the same list has the same faults");
    for finding in &findings {
        assert!(finding.place.starts_with("source_rules"), "{finding:?}");
        assert!(!finding.sentence.is_empty() && !finding.repair.is_empty(), "{finding:?}");
    }
    if rules.len() > MAX_RULES {
        assert!(findings.iter().any(|finding| finding.code.is_error()), "too many rules can be published");
    }

    let target = E164::parse("+13125550142").unwrap();
    for (landing, referrer) in [
        ("https://harbor.example/", ""),
        ("https://harbor.example/heating?promo=spring&gclid=x", "https://www.google.com/"),
        ("https://harbor.example/a/b?utm_source=fb&utm_medium=cpm", "https://m.facebook.com/page"),
    ] {
        let arrival = Arrival {
            at: Millis::from_unix_ms(1_790_000_000_000),
            url: PageUrl::from_serialized(landing),
            referrer: PageUrl::from_serialized(referrer),
        };
        let touches = [Touch::read(&arrival, &[])];
        let chosen = Reading::of(rules, &touches).chosen(target);
        match chosen.rule {
            Some(rule) => assert!(rules.contains(rule) && rule.is_for(target) && rule.when.precedence() == chosen.precedence),
            None => assert!(chosen.uses().is_none()),
        }
    }
}
