//! Call flows: what is wrong with one, and how a call goes through it.

use call_router::carrier::Carrier;
use call_router::config_json::ConfigError;
use call_router::flow::{
    self, Country, Ending, Finding, FindingCode, Flow, FlowId, Script, Severity, SimulatedEvent, Surroundings,
};
use dni_core::id::PoolId;
use dni_core::phone::{Callee, E164};
use dni_core::time::Millis;
use js_sys::Date;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::tool_error::ToolError;
use crate::{answer, options, written};

/// The site that a flow is part of, as far as it is told.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SiteFacts {
    own_numbers: Vec<E164>,
    flows: Option<Vec<FlowId>>,
    pools: Option<Vec<PoolId>>,
    targets: Option<Vec<E164>>,
    allowed_countries: Vec<Country>,
    carriers: Vec<Carrier>,
    destination: Option<Callee>,
}

/// One thing that is wrong.
#[derive(Serialize)]
struct FlowFault {
    code: String,
    severity: Severity,
    place: String,
    sentence: String,
    repair: String,
}

/// Lists what is wrong with a flow. What belongs to the site is judged only if it is told.
#[wasm_bindgen(js_name = checkFlow)]
pub fn check_flow(flow: &JsValue, site: &JsValue) -> Result<JsValue, ToolError> {
    let site: SiteFacts = options::read_or_default(site, "")?;
    let found = match Flow::read(written::json(flow, "flow")?.as_bytes()) {
        Ok(flow) => site.findings(&flow),
        Err(unreadable) => vec![FlowFault::from(unreadable)],
    };
    answer::object_from_text(&found)
}

impl SiteFacts {
    fn findings(&self, flow: &Flow) -> Vec<FlowFault> {
        let site = Surroundings {
            own_numbers: &self.own_numbers,
            flows: self.flows.as_deref().unwrap_or_default(),
            pools: self.pools.as_deref().unwrap_or_default(),
            targets: self.targets.as_deref().unwrap_or_default(),
            countries: &self.allowed_countries,
            carriers: &self.carriers,
            destination: self.destination.as_ref(),
        };
        let is_judged = |finding: &Finding| match finding.code {
            FindingCode::NoFallback => self.destination.is_some(),
            FindingCode::FlowMissing => self.flows.is_some(),
            FindingCode::UnknownNumber => !self.own_numbers.is_empty(),
            FindingCode::NoSuchPool => self.pools.is_some(),
            FindingCode::NoSuchTarget => self.targets.is_some(),
            _ => true,
        };
        flow.check(&site).into_iter().filter(is_judged).map(FlowFault::from).collect()
    }
}

impl From<Finding> for FlowFault {
    fn from(finding: Finding) -> Self {
        let place = finding.place();
        let Finding { code, severity, sentence, repair, .. } = finding;
        Self { code: code.code().to_owned(), severity, place, sentence, repair }
    }
}

impl From<ConfigError> for FlowFault {
    fn from(ConfigError { code, place, sentence, repair }: ConfigError) -> Self {
        Self { code, severity: Severity::Error, place, sentence, repair }
    }
}

/// How a call went.
#[derive(Serialize)]
struct Walk<'a> {
    path: Vec<WalkedStep<'a>>,
    heard: &'a [SimulatedEvent],
    ending: Ending,
}

/// A step that it came through.
#[derive(Serialize)]
struct WalkedStep<'a> {
    flow: Option<&'a FlowId>,
    step: &'a str,
    turn: u16,
    attempt: u8,
    outcome: Option<&'a str>,
}

/// Plays a flow by a script; `flows` are those it can go on in.
#[wasm_bindgen(js_name = simulateFlow)]
pub fn simulate_flow(flow: &JsValue, script: &JsValue, flows: &JsValue) -> Result<JsValue, ToolError> {
    let flow = read(Flow::read, flow, "flow")?;
    let mut script = read_or_default(Script::read, script, "script")?;
    if script.at == Millis::default() {
        script.at = now();
    }
    let flows = read_or_default(flow::read_flows, flows, "flows")?;
    let flow::SimulatedCall { path, heard, ending } = flow::simulate(&flow, &flows, &script);
    let path = path
        .iter()
        .map(|visit| WalkedStep {
            flow: visit.turn.flow.as_ref(),
            step: visit.turn.step.as_str(),
            turn: visit.turn.number,
            attempt: visit.turn.attempt,
            outcome: visit.outcome.as_deref(),
        })
        .collect();
    answer::object_from_text(&Walk { path, heard: &heard, ending })
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole milliseconds, and clocks are past 1970"
)]
fn now() -> Millis {
    Millis::from_unix_ms(Date::now() as u64)
}

/// How a kind of document is read. The core has a function for each: compiled there, for size.
type ReadDocument<T> = fn(&[u8]) -> Result<T, ConfigError>;

fn read_or_default<T: Default>(as_kind: ReadDocument<T>, value: &JsValue, name: &str) -> Result<T, ToolError> {
    if value.is_null() || value.is_undefined() { Ok(T::default()) } else { read(as_kind, value, name) }
}

fn read<T>(as_kind: ReadDocument<T>, value: &JsValue, name: &str) -> Result<T, ToolError> {
    as_kind(written::json(value, name)?.as_bytes()).map_err(|unreadable| {
        ToolError::new(&format!("bad_{name}"), format_args!("The {name} cannot be read: {unreadable}"))
    })
}
