//! One site's source rules as its owner writes them, and what each arrival is answered: chosen rule, rank, touch, and what to
//! show.

use core::time::Duration;

use dni_core::id::PoolId;
use dni_core::phone::E164;
use dni_core::source::{Precedence, Reading, RuleFinding, SiteNumbers, SourceRule, Use, check};
use dni_core::time::Millis;
use dni_core::visit::{Arrival, History, PageUrl};

const TARGET: &str = "+13125550142";
const SERVICE: &str = "+13125550143";
const ADS: &str = "+13125550162";
const FLYER: &str = "+13125550163";
const CHAMBER: &str = "+13125550164";
const NOW: Millis = Millis::from_unix_ms(1_790_000_000_000);

const GOOGLE: &str = "https://www.google.com/";
const MEMBERS: &str = "https://www.chamber.example/members";

const RULES: &str = r#"[
    { "id": "google-ads", "when": { "group": "google_ads" }, "use": { "number": "+13125550162" } },
    { "id": "ads", "when": { "group": "paid" }, "targets": ["+13125550143"], "use": "no_swap" },
    { "id": "assistants", "when": { "channel": "ai_assistants" }, "use": "no_swap" },
    { "id": "chamber", "when": { "referrer": { "host": "chamber.example" } }, "use": { "number": "+13125550164" } },
    { "id": "flyer", "when": { "landing_page": { "path": "/flyer" } }, "use": { "number": "+13125550163" } },
    { "id": "promo", "when": { "landing_parameter": { "name": "promo", "starts_with": "spring" } },
      "use": { "pool": "promo" } }
]"#;

/// What a target shows: a number of the site, a number of a pool, or itself.
#[derive(Debug, PartialEq)]
enum Shows {
    Number(&'static str),
    Pool(&'static str),
    Itself,
    /// No rule: the target's own pool is asked.
    OwnPool,
}

#[test]
fn how_a_visitor_arrives_chooses_the_number() {
    use Precedence::{Group, Landing, Pool, Referrer};
    let cases = [
        ("from an ad", "/?gclid=x", GOOGLE, Some("google-ads"), Group, Shows::Number(ADS)),
        ("from an ad on a page of members", "/?gclid=x", MEMBERS, Some("chamber"), Referrer, Shows::Number(CHAMBER)),
        ("by the flyer's address", "/flyer/", "", Some("flyer"), Landing, Shows::Number(FLYER)),
        ("by a promotion", "/?Promo=Spring-26&gclid=x", "", Some("promo"), Landing, Shows::Pool("promo")),
        ("from an assistant", "/", "https://chatgpt.com/", Some("assistants"), Group, Shows::Itself),
        ("from a search", "/", GOOGLE, None, Pool, Shows::OwnPool),
        ("from nowhere", "/", "", None, Pool, Shows::OwnPool),
    ];
    for (how, landing, referrer, rule, precedence, shows) in cases {
        let mut history = History::default();
        history.arrive(arrival(0, landing, referrer), &[]);
        assert_eq!(chosen(&history, TARGET), (rule.map(str::to_owned), precedence, Some(0), shows), "{how}");
    }
}

#[test]
fn each_target_has_its_own_rules() {
    let mut history = History::default();
    history.arrive(arrival(0, "/?msclkid=x", ""), &[]);
    let cases = [
        ("the first, which no rule names", TARGET, None, Precedence::Pool, Shows::OwnPool),
        ("the second, which ads do not swap", SERVICE, Some("ads"), Precedence::Group, Shows::Itself),
    ];
    for (which, target, rule, precedence, shows) in cases {
        assert_eq!(chosen(&history, target), (rule.map(str::to_owned), precedence, Some(0), shows), "{which}");
    }
}

#[test]
fn who_comes_back_by_a_bookmark_sees_the_number_of_before() {
    /// Name, earlier touches as days ago with page and referrer, this arrival; the rule, the touch that decides, how many
    /// touches there are.
    type Case<'a> = (&'a str, &'a [(u32, &'a str, &'a str)], (&'a str, &'a str), (&'a str, usize, usize));
    let cases: &[Case] = &[
        ("by a bookmark", &[(9, "/?gclid=x", GOOGLE)], ("/", ""), ("google-ads", 0, 2)),
        ("by something else", &[(9, "/?gclid=x", GOOGLE)], ("/flyer", ""), ("flyer", 1, 2)),
        ("from a page of members", &[(9, "/flyer", ""), (5, "/", "")], ("/", MEMBERS), ("chamber", 2, 3)),
    ];
    for (how, before, (landing, referrer), (rule, touch, touches)) in cases {
        let touches_before: Vec<_> =
            before.iter().map(|(days, landing, referrer)| arrival(*days, landing, referrer)).collect();
        let seen_at = touches_before.last().unwrap().at;
        let mut history = History { touches: touches_before, seen_at };
        history.arrive(arrival(0, landing, referrer), &[]);
        let (found, _, decided, _) = chosen(&history, TARGET);
        assert_eq!((found.as_deref(), decided, history.touches.len()), (Some(*rule), Some(*touch), *touches), "{how}");
    }
}

#[test]
fn the_rules_pass_with_one_warning() {
    assert_eq!(faults(&rules()), [("overlapping_rule".to_owned(), "source_rules.promo".to_owned())]);
    assert!(findings(&rules()).iter().all(|finding| !finding.code.is_error()));
}

#[test]
fn each_fault_is_named_with_its_place() {
    let cases = [
        (
            "a rule that earlier ones leave nobody for",
            r#"{ "id": "bing-ads", "when": { "group": "bing_ads" }, "targets": ["+13125550143"], "use": { "number": "+13125550162" } }"#,
            vec![("unreachable_rule", "source_rules.bing-ads")],
        ),
        (
            "a path that is none, and a number of a pool",
            r#"{ "id": "van", "when": { "landing_page": { "path": "van" } }, "use": { "number": "+13125550151" } }"#,
            vec![("bad_path", "source_rules.van.when.path"), ("no_such_source_number", "source_rules.van.use.number")],
        ),
    ];
    for (what, rule, expected) in cases {
        let mut rules = rules();
        rules.push(serde_json::from_str(rule).unwrap());
        let found = findings(&rules);
        let errors: Vec<_> = found.iter().filter(|finding| finding.code.is_error()).collect();
        let got: Vec<_> = errors.iter().map(|finding| (finding.code.code(), finding.place.as_str())).collect();
        assert_eq!(got, expected, "{what}");
    }
}

fn chosen(history: &History, target: &str) -> (Option<String>, Precedence, Option<usize>, Shows) {
    let rules = rules();
    let touches = history.read(NOW, &[]);
    let chosen = Reading::of(&rules, &touches).chosen(number(target));
    let known = |found: &E164| [ADS, FLYER, CHAMBER].into_iter().find(|known| *known == found.as_str()).unwrap();
    let shows = match chosen.uses() {
        Some(Use::Number(found)) => Shows::Number(known(found)),
        Some(Use::Pool(pool)) => {
            assert_eq!(pool.as_str(), "promo");
            Shows::Pool("promo")
        }
        Some(Use::NoSwap) => Shows::Itself,
        None => Shows::OwnPool,
    };
    (chosen.rule.map(|rule| rule.id.as_str().to_owned()), chosen.precedence, chosen.touch, shows)
}

fn faults(rules: &[SourceRule]) -> Vec<(String, String)> {
    findings(rules).into_iter().map(|finding| (finding.code.code().to_owned(), finding.place)).collect()
}

fn findings(rules: &[SourceRule]) -> Vec<RuleFinding> {
    check(
        rules,
        &SiteNumbers {
            targets: &[number(TARGET), number(SERVICE)],
            source_numbers: &[ADS, FLYER, CHAMBER].map(number),
            pools: &["main", "promo"].map(|pool| PoolId::parse(pool).unwrap()),
            hosts: &["harbor.example".to_owned()],
        },
    )
}

fn rules() -> Vec<SourceRule> {
    serde_json::from_str(RULES).unwrap()
}

fn arrival(days_ago: u32, landing: &str, referrer: &str) -> Arrival {
    Arrival {
        at: NOW.before(Duration::from_hours(24) * days_ago),
        url: PageUrl::from_serialized(&format!("https://harbor.example{landing}")),
        referrer: PageUrl::from_serialized(referrer),
    }
}

fn number(text: &str) -> E164 {
    E164::parse(text).unwrap()
}
