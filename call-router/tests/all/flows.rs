//! Flows as owners write them: those in `good` can be published, those in `bad` say why not.

use std::{fs, path::Path};

use call_router::flow::{Country, Finding, Flow, FlowId, Surroundings};
use dni_core::{
    id::PoolId,
    phone::{Callee, E164},
};
use serde_json::{Value, json};

#[test]
fn good_flows() {
    for (name, json) in fixtures("good") {
        let flow = Flow::read(json.to_string().as_bytes()).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(serde_json::from_value::<Flow>(json).unwrap(), flow, "{name}: read as stored JSON is");
        assert_eq!(checked(&flow), [], "{name}");
        let stored: Flow = serde_json::from_str(&serde_json::to_string(&flow).unwrap()).unwrap();
        assert_eq!(stored, flow, "{name}: as it comes back from a store");
    }
}

/// A bad flow is either one that cannot be read, and then the place is expected, or one with a list of findings.
#[test]
fn bad_flows() {
    for (name, json) in fixtures("bad") {
        let (flow, expected) = (&json["flow"], &json["expect"]);
        match Flow::read(flow.to_string().as_bytes()) {
            Ok(flow) => check(&name, &flow, expected),
            Err(why) => {
                assert_eq!(json!({"code": why.code, "place": why.place}), *expected, "{name}: {why}");
                assert!(why.sentence.ends_with('.') && why.repair.ends_with('.'), "{name}: {why}");
                assert!(serde_json::from_value::<Flow>(flow.clone()).is_err(), "{name}: no other way in");
            }
        }
    }
}

fn check(name: &str, flow: &Flow, expected: &Value) {
    let findings = checked(flow);
    let actual: Vec<_> = findings
        .iter()
        .map(|finding| {
            assert!(finding.to_string().ends_with('.'), "{name}: {finding}");
            assert_eq!(serde_json::to_value(finding.code).unwrap(), finding.code.code());
            json!({"code": finding.code, "severity": finding.severity, "step": finding.step, "field": finding.field})
        })
        .collect();
    assert_eq!(&Value::from(actual), expected, "{name}");
}

/// Checks a flow as part of a site with two tracking numbers, a destination, and a flow "night" beside it.
fn checked(flow: &Flow) -> Vec<Finding> {
    let own_numbers = own_numbers();
    let flows = ["night".parse::<FlowId>().unwrap()];
    let (pools, targets) = ([PoolId::parse("main").unwrap()], [E164::parse("+13125550142").unwrap()]);
    let destination = Callee::parse("+13125550199").unwrap();
    let countries = ["US", "CA", "GB", "DE", "FR", "AU", "JP"].map(|code| Country::try_from(code.to_owned()).unwrap());
    let site = Surroundings {
        own_numbers: &own_numbers,
        flows: &flows,
        pools: &pools,
        targets: &targets,
        countries: &countries,
        carriers: &[],
        destination: Some(&destination),
    };
    flow.check(&site)
}

fn fixtures(folder: &str) -> Vec<(String, Value)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/flow").join(folder);
    let fixtures: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            (path.display().to_string(), json)
        })
        .collect();
    assert!(fixtures.len() >= 8, "{folder} has its fixtures");
    fixtures
}

fn own_numbers() -> Vec<E164> {
    ["+13125550151", "+13125550152"].map(|text| E164::parse(text).unwrap()).to_vec()
}
