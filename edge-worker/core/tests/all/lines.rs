//! Which flow a call goes through, and which phone it rings, by the number dialled.

use call_router::carrier::{self, Carrier, Hook, Hooks, Secrets};
use dni_core::id::SiteId;
use edge_core::call::record::CallRecord;
use edge_core::call::state::CallState;
use edge_core::call::task_results::TaskResults;
use edge_core::call::webhook::CallWebhook;
use edge_core::fault::Fault;
use edge_core::site::{DialledNumber, PublishedSite, SiteDocument};
use serde_json::{Value, json};

use super::harbor::{RINGS_AT, number};

/// A flow that rings one number, and ends the call then.
fn ringing(to: &str) -> Value {
    let next = json!({ "answered": "end", "no_answer": "end", "busy": "end", "failed": "end", "canceled": "end" });
    json!({ "version": 1, "start": "phone", "steps": {
        "phone": { "type": "forward", "to": to, "next": next },
        "end": { "type": "hangup" },
    } })
}

/// A site whose pages show two numbers, each with a pool of its own, and two source numbers.
fn site() -> Value {
    json!({
        "name": "Harbor Heating & Air",
        "origins": ["https://harbor.example"],
        "destination": "+13125550199",
        "targets": [
            { "number": "+13125550142", "pool": "sales" },
            { "number": "+13125550143", "pool": "service" },
        ],
        "pools": [
            { "id": "sales", "numbers": ["+13125550151"], "overflow": "+13125550152" },
            { "id": "service", "numbers": ["+13125550155"], "overflow": "+13125550156" },
        ],
        "source_numbers": [
            { "number": "+13125550161", "source": "van" },
            { "number": "+13125550162", "source": "flyer" },
        ],
        "flow": ringing("+13125550199"),
        "flows": { "service": ringing("+13125550190"), "night": ringing("+13125550180") },
    })
}

fn with(changes: &[(&str, Value)]) -> SiteDocument {
    let mut document = site();
    for (place, value) in changes {
        let (parent, name) = place.rsplit_once('/').unwrap_or(("", place));
        let pointer = if parent.is_empty() { String::new() } else { format!("/{parent}") };
        document.pointer_mut(&pointer).unwrap()[name] = value.clone();
    }
    call_router::config_json::read(document.to_string().as_bytes()).unwrap_or_else(|why| panic!("{changes:?}: {why}"))
}

/// Calls a number and returns what the carrier is told, and the log's record.
fn call(document: &SiteDocument, to: &str) -> (String, CallRecord) {
    let site = PublishedSite::new(SiteId::parse("harbor").unwrap(), 1, document.clone());
    let body = format!("CallSid=CA1&From=%2B17735550123&To=%2B{}&CallStatus=ringing", to.trim_start_matches('+'));
    let kind = "application/x-www-form-urlencoded";
    let event = carrier::read(Carrier::Twilio, Hook::Voice, "", kind, body.as_bytes(), RINGS_AT).unwrap();
    let webhook = CallWebhook {
        carrier: Carrier::Twilio,
        hook: Hook::Voice.id().to_owned(),
        query: String::new(),
        body,
        event,
        dialled: Some(DialledNumber::new(&site, number(to), None)),
        listed: None,
        is_replay: false,
    };
    let mut state = CallState::begin("CAL1".to_owned(), &webhook);
    state.take(&webhook, None, None);
    let input = state.input(&webhook.event).unwrap();
    let hooks = Hooks::new(Carrier::Twilio, "https://calls.example.com").unwrap();
    let rendered = state.answer(&webhook, &input, (&hooks, &Secrets::new("token".to_owned(), None)), 7).unwrap();
    // What is kept of a call is read again, by this build and by one that knows no lines.
    let stored = serde_json::to_value(&state).unwrap();
    assert_eq!(serde_json::from_value::<CallState>(stored.clone()).unwrap(), state);
    assert_eq!(stored.pointer("/line/role/flow"), None, "the role has the fields it always had");
    (rendered.body, CallRecord::of(&state, &TaskResults::default(), "https://calls.example.com", RINGS_AT))
}

/// What is changed, the number dialled, the number rung, the flow in the log.
type Case<'a> = (&'a str, Vec<(&'a str, Value)>, &'a str, &'a str, Option<&'a str>);

/// A rule that shows a number to those who land on the flyer's page.
fn rule(more: &[(&str, Value)]) -> Value {
    let mut rule = json!({ "id": "flyer", "when": { "landing_page": { "path": "/flyer" } },
                           "targets": ["+13125550142"], "use": { "number": "+13125550162" } });
    for (name, value) in more {
        rule[*name] = value.clone();
    }
    json!([rule])
}

fn check_lines(table: Vec<Case>) {
    for (what, changes, to, rung, flow) in table {
        let document = with(&changes);
        assert_eq!(document.check(), [], "{what}");
        let (answered, record) = call(&document, to);
        assert!(answered.contains(&format!("{rung}</")), "{what}: {answered}");
        assert_eq!(answered.matches("<Number").count(), 1, "{what}: {answered}");
        assert_eq!(record.flow.as_deref(), flow, "{what}");
    }
}

#[test]
fn each_line_goes_through_its_own_flow() {
    let to_pool = |pool: &str| ("use", json!({ "pool": pool }));
    let service = json!("service");
    check_lines(vec![
        ("nothing is said", vec![], "+13125550155", "0199", None),
        ("a pool's flow", vec![("pools/1/flow", service.clone())], "+13125550155", "0190", Some("service")),
        (
            "and of its overflow number",
            vec![("pools/1/flow", service.clone())],
            "+13125550156",
            "0190",
            Some("service"),
        ),
        ("not of the other pool", vec![("pools/1/flow", service.clone())], "+13125550151", "0199", None),
        ("a target's flow", vec![("targets/1/flow", service.clone())], "+13125550155", "0190", Some("service")),
        ("not of the other target", vec![("targets/1/flow", service.clone())], "+13125550151", "0199", None),
        (
            "the pool goes before its target",
            vec![("targets/1/flow", service.clone()), ("pools/1/flow", json!("night"))],
            "+13125550155",
            "0180",
            Some("night"),
        ),
        (
            "a source number's flow",
            vec![("source_numbers/0/flow", service.clone())],
            "+13125550161",
            "0190",
            Some("service"),
        ),
        (
            "a rule's flow",
            vec![("source_rules", rule(&[("flow", service.clone())]))],
            "+13125550162",
            "0190",
            Some("service"),
        ),
        (
            "a source number in the place of a target",
            vec![("source_rules", rule(&[])), ("targets/0/flow", service.clone())],
            "+13125550162",
            "0190",
            Some("service"),
        ),
        (
            "a rule's pool",
            vec![
                (
                    "source_rules",
                    rule(&[to_pool("service"), ("flow", json!("night")), ("targets", json!(["+13125550143"]))]),
                ),
                ("targets/1/flow", json!("night")),
            ],
            "+13125550155",
            "0180",
            Some("night"),
        ),
    ]);
}

#[test]
fn each_line_rings_its_own_phone() {
    let (service, line) = (json!("service"), json!("+13125550170"));
    check_lines(vec![
        ("a pool's destination", vec![("pools/1/destination", line.clone())], "+13125550155", "0170", None),
        ("a target's destination", vec![("targets/1/destination", line.clone())], "+13125550156", "0170", None),
        (
            "a source number's destination",
            vec![("source_numbers/1/destination", line.clone())],
            "+13125550162",
            "0170",
            None,
        ),
        (
            "a rule's destination",
            vec![("source_rules", rule(&[("destination", line.clone())]))],
            "+13125550162",
            "0170",
            None,
        ),
        ("not of another number", vec![("pools/1/destination", line.clone())], "+13125550161", "0199", None),
        (
            "the only phone that the site's flow rings",
            vec![("flow", ringing("+13125550120")), ("pools/1/destination", line.clone())],
            "+13125550155",
            "0170",
            None,
        ),
        (
            "a flow and a destination: the flow's own phone",
            vec![("pools/1/flow", service.clone()), ("pools/1/destination", line.clone())],
            "+13125550155",
            "0190",
            Some("service"),
        ),
        (
            "an extension",
            vec![("targets/1/destination", json!("+13125550170 ext 4"))],
            "+13125550155",
            "sendDigits=\"wwww4\">+13125550170",
            None,
        ),
    ]);
}

#[test]
fn a_line_fails_open_to_its_own_destination() {
    let document = with(&[("pools/1/flow", json!("service")), ("pools/1/destination", json!("+13125550170"))]);
    let site = PublishedSite::new(SiteId::parse("harbor").unwrap(), 1, document);
    let destination = |to: &str| DialledNumber::new(&site, number(to), None).destination.to_string();
    assert_eq!(destination("+13125550155"), "+13125550170");
    assert_eq!(destination("+13125550151"), "+13125550199");
}

#[test]
fn conditions_ask_for_number_pool_and_target() {
    let branching = |test: Value| {
        json!({ "version": 1, "start": "which", "steps": {
            "which": { "type": "condition", "if": test, "next": { "yes": "service", "no": "phone" } },
            "service": ringing("+13125550190")["steps"]["phone"],
            "phone": ringing("+13125550199")["steps"]["phone"],
            "end": { "type": "hangup" },
        } })
    };
    let table = [
        (json!({ "pool": ["service"] }), "+13125550155", true),
        (json!({ "pool": ["service"] }), "+13125550156", true),
        (json!({ "pool": ["service"] }), "+13125550151", false),
        (json!({ "pool": ["service", "sales"] }), "+13125550161", false),
        (json!({ "target": ["+13125550143"] }), "+13125550155", true),
        (json!({ "target": ["+13125550143"] }), "+13125550151", false),
        (json!({ "number": ["+13125550161"] }), "+13125550161", true),
        (json!({ "number": ["+13125550161"] }), "+13125550162", false),
    ];
    for (test, to, is_service) in table {
        let document = with(&[("flow", branching(test.clone()))]);
        assert_eq!(document.check(), [], "{test}");
        let rung = if is_service { "0190</" } else { "0199</" };
        assert!(call(&document, to).0.contains(rung), "{test} {to}");
    }
    for (test, code, field) in [
        (json!({ "pool": ["repairs"] }), "no_such_pool", "if.pool"),
        (json!({ "target": ["+13125550149"] }), "no_such_target", "if.target"),
        (json!({ "number": ["+13125550142"] }), "unknown_number", "if.number"),
    ] {
        expect(&with(&[("flow", branching(test))]).check(), code, &format!("flow.steps.which.{field}"));
    }
}

#[test]
fn what_is_wrong_with_a_line_is_found_with_its_place() {
    let rule = |more: Value| {
        let mut rule = json!({ "id": "everyone", "when": "always", "use": { "number": "+13125550161" } });
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([rule])
    };
    let table = [
        (vec![("pools/1/flow", json!("nights"))], "flow_missing", "pools.service.flow"),
        (vec![("targets/0/flow", json!("nights"))], "flow_missing", "targets.+13125550142.flow"),
        (vec![("source_numbers/0/flow", json!("nights"))], "flow_missing", "source_numbers.+13125550161.flow"),
        (vec![("source_rules", rule(json!({ "flow": "nights" })))], "flow_missing", "source_rules.everyone.flow"),
        (vec![("destination", json!("+19005550142"))], "premium_number", "destination"),
        (vec![("pools/1/destination", json!("+19005550142"))], "premium_number", "pools.service.destination"),
        (vec![("targets/1/destination", json!("+449012345678"))], "premium_number", "targets.+13125550143.destination"),
        (
            vec![("source_rules", rule(json!({ "destination": "+13129765555" })))],
            "premium_number",
            "source_rules.everyone.destination",
        ),
        (vec![("flow/settings", json!({ "fallback": "+19005550142" }))], "premium_number", "flow.settings.fallback"),
        (vec![("pools/1/destination", json!("+13125550161"))], "forwards_to_itself", "pools.service.destination"),
        (
            vec![("source_numbers/1/destination", json!("sip:+13125550151@trunk.example"))],
            "forwards_to_itself",
            "source_numbers.+13125550162.destination",
        ),
        (vec![("allowed_countries", json!(["CA"]))], "country_not_allowed", "destination"),
        (
            vec![("allowed_countries", json!(["US"])), ("pools/1/destination", json!("+18765550199"))],
            "country_not_allowed",
            "pools.service.destination",
        ),
        (
            vec![("allowed_countries", json!(["US"])), ("flows/night", ringing("+442079460018"))],
            "country_not_allowed",
            "flows.night.steps.phone.to",
        ),
        (vec![("targets/1/pool", json!("sales")), ("targets/1/flow", json!("service"))], "two_lines", "pools.sales"),
        (
            vec![("source_rules", rule(json!({}))), ("targets/1/destination", json!("+13125550170"))],
            "two_lines",
            "source_numbers.+13125550161",
        ),
        (
            vec![("source_rules", rule(json!({ "use": "no_swap", "flow": "service" })))],
            "no_swap_has_no_calls",
            "source_rules.everyone",
        ),
        (
            vec![
                (
                    "flows/night",
                    json!({ "version": 1, "start": "on", "steps": { "on": { "type": "go_to", "flow": "day" } } }),
                ),
                (
                    "flows/day",
                    json!({ "version": 1, "start": "on", "steps": { "on": { "type": "go_to", "flow": "night" } } }),
                ),
            ],
            "endless_loop",
            "flows.night.steps.on.flow",
        ),
    ];
    for (changes, code, place) in table {
        expect(&with(&changes).check(), code, place);
    }
    for (place, value, code) in [
        ("destination", json!("911"), "emergency_number"),
        ("pools/1/destination", json!("sip:911@pbx.example"), "emergency_number"),
        ("targets/0/destination", json!("office"), "bad_value"),
        ("pools/0/destination", json!("+13125550170 ext twelve"), "bad_extension"),
        ("source_numbers/0/destination", json!("sip:pbx.example"), "bad_sip_address"),
        ("allowed_countries", json!(["UK"]), "bad_country"),
    ] {
        let mut document = site();
        let (parent, name) = place.rsplit_once('/').unwrap_or(("", place));
        let pointer = if parent.is_empty() { String::new() } else { format!("/{parent}") };
        document.pointer_mut(&pointer).unwrap()[name] = value;
        let refused = call_router::config_json::read::<SiteDocument>(document.to_string().as_bytes()).unwrap_err();
        assert_eq!(refused.code, code, "{place}: {refused}");
    }
}

#[test]
fn what_works_but_may_not_be_meant_is_a_warning() {
    let several = json!({ "version": 1, "start": "phone", "steps": {
        "phone": { "type": "forward", "to": ["+13125550120", "+13125550121"],
                   "next": { "answered": "end", "no_answer": "end", "busy": "end", "failed": "end", "canceled": "end" } },
        "end": { "type": "hangup" },
    } });
    let table = [
        (vec![("pools/1/flow", json!("service"))], vec![("unreachable_flow", "flows.night")]),
        (
            vec![("flow", several), ("pools/1/destination", json!("+13125550170"))],
            vec![
                ("unreachable_flow", "flows.night"),
                ("unreachable_flow", "flows.service"),
                ("destination_not_rung", "pools.service"),
            ],
        ),
        (vec![("flows", json!({}))], vec![]),
    ];
    for (changes, expected) in table {
        let document = with(&changes);
        assert_eq!(document.check(), []);
        let warnings = document.warnings();
        let found: Vec<_> = warnings.iter().map(|warning| (&*warning.code, warning.place.as_str())).collect();
        assert_eq!(found, expected, "{changes:?}");
    }
}

#[test]
fn an_extension_is_refused_where_no_carrier_dials_it() {
    let document = with(&[("flow", ringing("+13125550199,,12")), ("flows", json!({}))]);
    let codes = |faults: Vec<Fault>| faults.into_iter().map(|fault| fault.code.into_owned()).collect::<Vec<_>>();
    let unable = [Carrier::Bandwidth, Carrier::Jambonz];
    assert_eq!(codes(document.check_at(&unable)), ["extension_never_dialled"]);
    let both = [Carrier::Twilio, Carrier::Bandwidth];
    assert_eq!(codes(document.check_at(&both)), Vec::<String>::new());
    assert_eq!(codes(document.warnings_at(&both)), ["extension_not_dialled"]);
    for able in [Carrier::Twilio, Carrier::SignalWire, Carrier::Telnyx, Carrier::Plivo, Carrier::Vonage] {
        assert_eq!(codes(document.check_at(&[able])), Vec::<String>::new(), "{able:?}");
        let warnings = codes(document.warnings_at(&[able]));
        assert!(!warnings.iter().any(|code| code.starts_with("extension")), "{able:?}: {warnings:?}");
    }
}

/// Checks that the fault is among those found: one mistake can lead to more.
fn expect(faults: &[Fault], code: &str, place: &str) {
    let found = faults.iter().find(|fault| fault.code == code && fault.place == place);
    let fault = found.unwrap_or_else(|| panic!("{code} at {place} in {faults:#?}"));
    assert!(fault.message.ends_with('.'), "{}", fault.message);
}
