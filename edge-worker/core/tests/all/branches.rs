//! Which way a call takes by what is known of it: its caller's place, its visit.

use call_router::event::CallerPlace;
use call_router::flow::{Facts, Flow, Flows, Script, SimulatedEvent, simulate};
use serde_json::{Value, json};

use super::harbor::number;

#[test]
fn a_caller_is_in_the_first_area_that_has_their_place() {
    let areas = json!([
        { "name": "city", "zips": ["606"], "area_codes": ["312", "872"] },
        { "name": "state", "states": ["IL"] },
        { "name": "lakes", "zips": ["53202"], "states": ["WI"] },
        { "name": "abroad", "countries": ["CA", "GB"] },
    ]);
    let names = ["city", "state", "lakes", "abroad", "otherwise"];
    let place = |zip: &str, state: &str, country: &str| CallerPlace {
        zip: Some(zip.into()).filter(|_| !zip.is_empty()),
        state: Some(state.into()).filter(|_| !state.is_empty()),
        country: Some(country.into()).filter(|_| !country.is_empty()),
        city: None,
    };
    let table = [
        ("a ZIP code that begins so", Some("+12175550142"), place("60640", "IL", "US"), "city"),
        ("an area code", Some("+13125550142"), place("", "", ""), "city"),
        ("a state", Some("+12175550142"), place("62701", "IL", "US"), "state"),
        ("a whole ZIP code", Some("+14145550142"), place("53202", "", "US"), "lakes"),
        ("a country", Some("+14165550142"), place("", "ON", "CA"), "abroad"),
        ("none of them", Some("+12125550142"), place("10001", "NY", "US"), "otherwise"),
        ("a withheld number", None, place("", "", ""), "otherwise"),
    ];
    for (what, caller, place, expected) in table {
        let facts = Facts { caller: caller.map(number), place, ..Facts::default() };
        let step = json!({ "type": "geo", "areas": areas });
        assert_eq!(way(step, &names, facts), expected, "{what}");
    }
}

#[test]
fn conditions_go_by_the_visit_the_call_belongs_to() {
    let table = [
        (json!({ "source": ["bing", "Google"] }), "yes"),
        (json!({ "source": ["bing"] }), "no"),
        (json!({ "medium": ["cpc"] }), "yes"),
        (json!({ "channel": ["paid search"] }), "yes"),
        (json!({ "channel": ["Direct"] }), "no"),
        (json!({ "campaign": ["winter"] }), "yes"),
        (json!({ "keyword": ["furnace"] }), "yes"),
        (json!({ "source": ["google"], "campaign": ["winter"], "keyword": ["furnace"] }), "yes"),
        (json!({ "source": ["google"], "campaign": ["summer"] }), "no"),
        (json!({ "percent": 100 }), "yes"),
        (json!({ "percent": 0 }), "no"),
    ];
    for (test, expected) in table {
        let facts = Facts {
            source: Some("google".into()),
            medium: Some("cpc".into()),
            channel: Some("Paid Search".into()),
            campaign: Some("winter".into()),
            keyword: Some("furnace".into()),
            ..Facts::default()
        };
        let step = json!({ "type": "condition", "if": test });
        assert_eq!(way(step, &["yes", "no"], facts), expected, "{test}");
    }
    let unknown = json!({ "type": "condition", "if": { "campaign": ["winter"] } });
    assert_eq!(way(unknown, &["yes", "no"], Facts::default()), "no", "what is not known does not hold");
}

/// The outcome by which a call leaves a step: each leads to a greeting that says its name.
fn way(mut step: Value, outcomes: &[&str], facts: Facts) -> String {
    let mut steps = json!({ "end": { "type": "hangup" } });
    for outcome in outcomes {
        let said = format!("says_{outcome}");
        step["next"][*outcome] = json!(said);
        steps[said] = json!({ "type": "greeting", "say": outcome, "next": { "done": "end" } });
    }
    steps["which"] = step;
    let flow: Flow = serde_json::from_value(json!({ "version": 1, "start": "which", "steps": steps })).unwrap();
    let heard = simulate(&flow, &Flows::new(), &Script { facts, ..Script::default() }).heard;
    match &heard[..] {
        [SimulatedEvent::Said { text }] => text.clone(),
        other => panic!("{other:?}"),
    }
}
