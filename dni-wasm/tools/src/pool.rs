//! Number pools: how many numbers one needs, and how one fares.

use core::time::Duration;

use dni_core::pool::{self, Arrivals, Demand, Policy, PoolRules, Scenario};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::options::{days, read, read_or_default, seconds};
use crate::tool_error::ToolError;
use crate::{answer, options};

/// How long a visit lasts on average, where nobody says.
const USUAL_VISIT: Duration = Duration::from_mins(3);

/// A pool's rules as JavaScript writes them.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Rules {
    hold_seconds: Option<f64>,
    grace_seconds: Option<f64>,
    cooldown_seconds: Option<f64>,
    look_back_days: Option<f64>,
    remember_callers_days: Option<f64>,
    prefer_local: Option<bool>,
    reserve_percent: Option<u8>,
    share_when_full: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SizeOptions {
    visitors_per_hour: Option<f64>,
    hourly: Option<Vec<f64>>,
    visit_seconds: Option<f64>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    rules: JsValue,
    hold_seconds: Option<f64>,
    cooldown_seconds: Option<f64>,
    window_seconds: Option<f64>,
    overflow: Option<f64>,
    reuse: Option<f64>,
    price: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sizing {
    numbers: u32,
    for_overflow: u32,
    for_reuse: u32,
    offered: f64,
    choices: Vec<PoolSize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PoolSize {
    numbers: u32,
    monthly_cost: f64,
    overflow: f64,
    reuse: f64,
}

/// Advises how many numbers a pool needs.
#[wasm_bindgen(js_name = sizePool)]
pub fn size_pool(options: &JsValue) -> Result<JsValue, ToolError> {
    let options: SizeOptions = read(options, "")?;
    let rules = rules(&options.rules)?;
    let visit = seconds(options.visit_seconds, "visitSeconds")?.unwrap_or(USUAL_VISIT);
    let mut demand = Demand::under(&rules, arrivals(options.visitors_per_hour, options.hourly)?, visit);
    replace(&mut demand.hold, seconds(options.hold_seconds, "holdSeconds")?);
    replace(&mut demand.cooldown, seconds(options.cooldown_seconds, "cooldownSeconds")?);
    replace(&mut demand.window, seconds(options.window_seconds, "windowSeconds")?);
    replace(&mut demand.overflow, options.overflow);
    replace(&mut demand.reuse, options.reuse);
    replace(&mut demand.price, options.price);
    let sizing = pool::size_pool(&demand).map_err(|problem| ToolError::new(problem.code(), problem))?;
    answer::object(&Sizing {
        numbers: sizing.numbers,
        for_overflow: sizing.for_overflow,
        for_reuse: sizing.for_reuse,
        offered: sizing.offered,
        choices: sizing
            .choices
            .iter()
            .map(|choice| PoolSize {
                numbers: choice.numbers,
                monthly_cost: choice.monthly_cost,
                overflow: choice.overflow,
                reuse: choice.reuse,
            })
            .collect(),
    })
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SimulateOptions {
    policy: Option<String>,
    seed: Option<u64>,
    visitors: Option<u32>,
    visitors_per_hour: Option<f64>,
    rhythm: Option<Vec<f64>>,
    bots: Option<f64>,
    attack: Option<f64>,
    bots_caught: Option<f64>,
    clicks: Option<f64>,
    visit_seconds: Option<f64>,
    calls: Option<f64>,
    delay_seconds: Option<f64>,
    saved: Option<f64>,
    saved_after_seconds: Option<f64>,
    numbers: Option<u32>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    rules: JsValue,
    window_seconds: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SimulationResult {
    policy: &'static str,
    visitors: u32,
    caught: u32,
    overflowed: u32,
    overflow: f64,
    persons: u32,
    persons_overflowed: u32,
    clicked: u32,
    clicked_overflowed: u32,
    span_seconds: f64,
    handed_on: u32,
    handed_on_in_window: u32,
    reuse: f64,
    calls: Calls,
    in_window: Calls,
    late: Calls,
    saved: Calls,
    hash: String,
}

#[derive(Serialize)]
struct Calls {
    all: u32,
    right: u32,
    wrong: u32,
    unsure: u32,
    unattributed: u32,
}

/// Tries a pool out on visitors whose calls are known.
#[wasm_bindgen(js_name = simulatePool)]
pub fn simulate_pool(options: &JsValue) -> Result<JsValue, ToolError> {
    let options: SimulateOptions = read_or_default(options, "")?;
    let policy = policy(options.policy.as_deref())?;
    let mut scenario = Scenario { rules: rules(&options.rules)?, ..Scenario::default() };
    replace(&mut scenario.seed, options.seed);
    replace(&mut scenario.visitors, options.visitors);
    replace(&mut scenario.visitors_per_hour, options.visitors_per_hour);
    replace(&mut scenario.rhythm, options.rhythm);
    replace(&mut scenario.bots, options.bots);
    replace(&mut scenario.attack, options.attack);
    replace(&mut scenario.bots_caught, options.bots_caught);
    replace(&mut scenario.clicks, options.clicks);
    replace(&mut scenario.visit, seconds(options.visit_seconds, "visitSeconds")?);
    replace(&mut scenario.calls, options.calls);
    replace(&mut scenario.delay, seconds(options.delay_seconds, "delaySeconds")?);
    replace(&mut scenario.saved, options.saved);
    replace(&mut scenario.saved_after, seconds(options.saved_after_seconds, "savedAfterSeconds")?);
    replace(&mut scenario.numbers, options.numbers);
    replace(&mut scenario.window, seconds(options.window_seconds, "windowSeconds")?);
    let outcome = pool::simulate(&scenario, policy).map_err(|problem| ToolError::new(problem.code(), problem))?;
    answer::object(&SimulationResult::from(&outcome))
}

fn arrivals(per_hour: Option<f64>, hourly: Option<Vec<f64>>) -> Result<Arrivals, ToolError> {
    match (per_hour, hourly) {
        (Some(visitors), None) => Ok(Arrivals::PerHour(visitors)),
        (None, Some(hours)) => Ok(Arrivals::Hourly(hours)),
        _ => Err(ToolError::new("bad_option", "Give either visitorsPerHour or hourly: how many visitors come.")),
    }
}

fn policy(name: Option<&str>) -> Result<Policy, ToolError> {
    let Some(name) = name else { return Ok(Policy::Pool) };
    Policy::ALL.into_iter().find(|policy| policy.as_str() == name).ok_or_else(|| {
        let names = Policy::ALL.map(Policy::as_str).join(", ");
        ToolError::new("unknown_policy", format_args!("There is no such policy; there are: {names}."))
    })
}

fn rules(value: &JsValue) -> Result<PoolRules, ToolError> {
    let given: Rules = options::read_or_default(value, "rules.")?;
    let mut rules = PoolRules::default();
    replace(&mut rules.hold, seconds(given.hold_seconds, "rules.holdSeconds")?);
    replace(&mut rules.grace, seconds(given.grace_seconds, "rules.graceSeconds")?);
    replace(&mut rules.cooldown, seconds(given.cooldown_seconds, "rules.cooldownSeconds")?);
    replace(&mut rules.look_back, days(given.look_back_days, "rules.lookBackDays")?);
    replace(&mut rules.remember_callers, days(given.remember_callers_days, "rules.rememberCallersDays")?);
    replace(&mut rules.prefer_local, given.prefer_local);
    replace(&mut rules.reserve_percent, given.reserve_percent);
    replace(&mut rules.share_when_full, given.share_when_full);
    rules.check().map_err(|problem| ToolError::new(problem.code(), problem))?;
    Ok(rules)
}

fn replace<T>(value: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *value = given;
    }
}

impl From<&pool::SimulationResult> for SimulationResult {
    fn from(outcome: &pool::SimulationResult) -> Self {
        Self {
            policy: outcome.policy.as_str(),
            visitors: outcome.visitors,
            caught: outcome.caught,
            overflowed: outcome.overflowed,
            overflow: outcome.overflow(),
            persons: outcome.persons,
            persons_overflowed: outcome.persons_overflowed,
            clicked: outcome.clicked,
            clicked_overflowed: outcome.clicked_overflowed,
            span_seconds: outcome.span.as_secs_f64(),
            handed_on: outcome.handed_on,
            handed_on_in_window: outcome.handed_on_in_window,
            reuse: outcome.reuse(),
            calls: outcome.calls().into(),
            in_window: outcome.in_window.into(),
            late: outcome.late.into(),
            saved: outcome.saved.into(),
            hash: format!("{:016x}", outcome.hash),
        }
    }
}

impl From<pool::Calls> for Calls {
    fn from(calls: pool::Calls) -> Self {
        Self {
            all: calls.all(),
            right: calls.right,
            wrong: calls.wrong,
            unsure: calls.unsure,
            unattributed: calls.unattributed,
        }
    }
}
