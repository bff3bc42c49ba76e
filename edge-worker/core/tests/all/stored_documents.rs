//! What another version of the worker stored, read by this one: an owner who goes back keeps their calls.

use edge_core::call::attribution::CallAttribution;
use edge_core::call::salvage::Salvaged;
use edge_core::call::state::CallState;
use edge_core::site::{ConsentRule, DialledNumber, PublishedSite, SiteDocument, read_stored};
use serde_json::{Value, json};

use super::harbor::{self, DIAL_ENDS, ENDS, LEG_ANSWERS, POOL_NUMBER, RING, answer, number, webhook};

/// The published site with another value at a place.
fn published(changes: &[(&str, Value)]) -> Value {
    let mut site = serde_json::to_value(harbor::site()).unwrap();
    for (place, value) in changes {
        let (parent, name) = place.rsplit_once('/').unwrap();
        match site.pointer_mut(parent).unwrap() {
            Value::Array(list) if name == "-" => list.push(value.clone()),
            parent => parent[name] = value.clone(),
        }
    }
    site
}

fn check(changes: &[(&str, Value)], left_out: &[&str]) -> PublishedSite {
    let read = PublishedSite::read_stored(&published(changes).to_string());
    let read = read.unwrap_or_else(|| panic!("{changes:?} costs the site"));
    assert_eq!(read.left_out, left_out, "{changes:?}");
    read.value
}

/// What a caller hears whose call comes to a site of this version.
fn first_document(site: &PublishedSite) -> String {
    let mut ring = webhook(POOL_NUMBER, 0, RING);
    ring.dialled = Some(DialledNumber::new(site, number(POOL_NUMBER), None));
    let mut state = CallState::begin("CAL1".to_owned(), &ring);
    state.take(&ring, None, None);
    answer(&mut state, &ring).unwrap()
}

#[test]
fn a_site_of_this_version_is_read_whole() {
    let text = serde_json::to_string(&harbor::site()).unwrap();
    assert_eq!(serde_json::to_string(&check(&[], &[])).unwrap(), text);
}

#[test]
fn a_step_of_a_kind_that_is_not_known_rings_the_destination() {
    let queue = json!({ "type": "queue", "music": "https://harbor.example/wait.mp3", "next": { "answered": "end" } });
    let late = json!({ "next": {}, "type": "ask_assistant" });
    let newer = json!({ "type": "forward", "to": "+13125550198", "ring_until": "answered" });
    for (step, place) in [
        (queue, "document.flow.steps.office.type"),
        (late, "document.flow.steps.office.type"),
        (newer, "document.flow.steps.office.ring_until"),
    ] {
        let site = check(&[("/document/flow/steps/office", step)], &[place]);
        let document = first_document(&site);
        assert!(document.contains("<Dial") && document.contains("+13125550199"), "{document}");
    }
}

#[test]
fn a_step_behind_one_that_is_known_rings_the_destination_when_it_is_reached() {
    let greeting = json!({ "type": "greeting", "say": "Welcome.", "next": { "done": "office" } });
    let unknown = json!({ "type": "queue" });
    let site = check(
        &[
            ("/document/flow/steps/hello", greeting),
            ("/document/flow/start", json!("hello")),
            ("/document/flow/steps/office", unknown.clone()),
        ],
        &["document.flow.steps.office.type"],
    );
    assert!(first_document(&site).contains("+13125550199"));
    let other = json!({ "version": 1, "start": "wait", "steps": { "wait": unknown, "end": { "type": "hangup" } } });
    let go = json!({ "type": "go_to", "flow": "night" });
    let site = check(
        &[("/document/flows", json!({ "night": other })), ("/document/flow/steps/office", go)],
        &["document.flows.night.steps.wait.type"],
    );
    assert!(first_document(&site).contains("+13125550199"));
}

#[test]
fn what_else_is_not_known_costs_itself_alone() {
    let site = check(
        &[
            ("/document/wallet", json!({ "provider": "new" })),
            ("/document/targets/0/colour", json!("blue")),
            ("/document/pools/0/rules/hold_minutes", json!(30)),
            ("/document/origins/-", json!(7)),
            ("/document/flow/settings", json!({ "mood": "cheerful" })),
        ],
        &[
            "document.flow.settings.mood",
            "document.origins[1]",
            "document.pools[0].rules.hold_minutes",
            "document.targets[0].colour",
            "document.wallet",
        ],
    );
    assert_eq!(site.document.origins, ["https://harbor.example"]);
    assert_eq!(site.document.pools[0].rules, harbor::site().document.pools[0].rules);
    let rule = json!({ "id": "later", "when": { "weather": "rain" }, "use": "no_swap" });
    let good = json!({ "id": "spring", "when": { "landing_page": { "path": "/spring" } }, "use": "no_swap" });
    let read = read_stored::<PublishedSite>(&published(&[("/document/source_rules", json!([rule, good]))]).to_string())
        .unwrap();
    assert_eq!(read.value.document.source_rules.len(), 1, "{:?}", read.left_out);
}

#[test]
fn whoever_did_not_agree_is_not_tracked_because_the_rule_is_not_known() {
    let site = check(&[("/document/consent", json!("by_region"))], &["document.consent"]);
    assert_eq!(site.document.consent, ConsentRule::Required);
}

#[test]
fn a_flow_of_another_shape_rings_the_destination() {
    for flow in [json!({ "version": 2, "nodes": [] }), json!({ "version": 1, "start": "office" })] {
        let read = read_stored::<PublishedSite>(&published(&[("/document/flow", flow)]).to_string()).unwrap();
        assert!(first_document(&read.value).contains("+13125550199"), "{:?}", read.left_out);
    }
}

#[test]
fn without_what_it_cannot_do_without_a_site_is_none() {
    for text in ["", "{", "[]", "7", "{}", "{\"id\":\"harbor\",\"version\":1}"] {
        assert!(PublishedSite::read_stored(text).is_none(), "{text}");
    }
    let mut site = published(&[]);
    site["document"].as_object_mut().unwrap().remove("destination");
    assert!(PublishedSite::read_stored(&site.to_string()).is_none());
    let many: Vec<_> = (0..201).map(|n| json!(n)).collect();
    assert!(PublishedSite::read_stored(&published(&[("/document/origins", json!(many))]).to_string()).is_none());
    assert!(SiteDocument::read_stored(&harbor::document().to_string()).is_some());
}

const ID: &str = "CAL0123456789abcdef0123456789abcdef";

/// A call that has ended, stored under a real id.
fn ended() -> CallState {
    let mut state = harbor::call(POOL_NUMBER, &[RING, LEG_ANSWERS, DIAL_ENDS, ENDS]);
    ID.clone_into(&mut state.id);
    state.attribution = Some(harbor::attributed());
    (state.revision, state.logged) = (9, 9);
    state
}

/// Rebuilds the call out of what is stored and of its webhooks, as its object does.
fn rebuilt(stored: &str, revision_of_log: u32) -> CallState {
    let webhooks: Vec<_> = [RING, LEG_ANSWERS, DIAL_ENDS, ENDS]
        .into_iter()
        .zip(0..)
        .map(|(told, n)| webhook(POOL_NUMBER, n, told))
        .collect();
    let salvaged = Salvaged::of(stored);
    let mut state = salvaged.state(salvaged.id().unwrap_or_else(|| ID.to_owned()), &webhooks[0], revision_of_log);
    let tells_flow = salvaged.tells_flow(&webhooks[0]);
    for webhook in &webhooks {
        state.take(webhook, None, None);
        if !tells_flow {
            answer(&mut state, webhook);
        }
    }
    state
}

#[test]
fn a_call_whose_state_cannot_be_read_is_rebuilt_from_its_webhooks() {
    let call = ended();
    let stored = serde_json::to_value(&call).unwrap();
    let with = |field: &str, value: Value| {
        let mut stored = stored.clone();
        stored[field] = value;
        stored.to_string()
    };
    let texts = [
        String::new(),
        "{\"id\":\"CAL01".to_owned(),
        "null".to_owned(),
        "[1]".to_owned(),
        with("record", json!({ "id": "CA1", "status": "teleported" })),
        with("progress", json!({ "version": 1, "turn": "of another form" })),
        with("joined", json!({ "by": "telepathy" })),
        with("line", json!(7)),
        with("revision", json!("nine")),
        with("facts", json!({ "gate": "of another form" })),
    ];
    for text in texts {
        assert!(serde_json::from_str::<CallState>(&text).is_err(), "{text}");
        let again = rebuilt(&text, 9);
        assert_eq!(again.call, call.call, "{text}");
        assert_eq!(again.id, ID);
        assert!(again.revision > 9 && again.logged < again.revision, "the log is owed it: {text}");
        assert_eq!(again.ending(), call.ending(), "{text}");
    }
}

#[test]
fn what_can_be_read_of_a_state_stays() {
    let call = ended();
    let mut stored = serde_json::to_value(&call).unwrap();
    stored["risk"] = json!("very high");
    stored["line"]["flow"]["steps"]["office"] = json!({ "type": "queue" });
    let again = rebuilt(&stored.to_string(), 0);
    assert!(matches!(again.attribution, Some(CallAttribution::Pool { .. })));
    assert_eq!((again.revision, &again.facts, &again.progress), (10, &call.facts, &call.progress));
    let dialled = again.dialled.unwrap();
    assert_eq!((dialled.site.as_str(), dialled.flow.steps.len()), ("harbor", 2));
    assert!(Salvaged::of("{\"id\":\"CAL1' OR 1\"}").id().is_none());
}
