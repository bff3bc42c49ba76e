//! Answers what the tests ask of the npm package, by the core alone: `cargo run -p dni-core --features url,international --example answers --
//! tests/tools/inputs.json`. Places in texts are bytes here.
#![allow(clippy::indexing_slicing, reason = "a JSON value that lacks a field answers null")]

use std::env;
use std::error::Error;
use std::fs;

use core::time::Duration;

use dni_core::phone::{E164, Extension, Region, find_numbers, format_like};
use dni_core::pool::{Arrivals, Demand, Policy, PoolRules, Scenario, simulate, size_pool};
use dni_core::time::Millis;
use dni_core::visit::{Arrival, PageUrl, classify};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("usage: answers FILE")?;
    let inputs: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    let each = |kind: &str, answer: fn(&Value) -> Result<Value, Box<dyn Error>>| {
        let asked = inputs[kind].as_array().ok_or_else(|| format!("the file has no list of {kind}"))?;
        asked.iter().map(answer).collect::<Result<Value, _>>()
    };
    let answers = json!({
        "visits": each("visits", visit)?,
        "texts": each("texts", text)?,
        "formats": each("formats", format)?,
        "sizes": each("sizes", size)?,
        "simulations": each("simulations", simulation)?,
    });
    println!("{answers}");
    Ok(())
}

fn visit(input: &Value) -> Result<Value, Box<dyn Error>> {
    let hosts: Vec<String> = serde_json::from_value(input.get("hosts").cloned().unwrap_or(json!([])))?;
    let arrival = Arrival {
        at: Millis::default(),
        url: PageUrl::parse(word(input, "url")),
        referrer: PageUrl::parse(word(input, "referrer")),
    };
    Ok(serde_json::to_value(classify(&arrival, &hosts))?)
}

fn text(input: &Value) -> Result<Value, Box<dyn Error>> {
    let region = Region::parse(word(input, "region")).ok_or("no region")?;
    let found = find_numbers(word(input, "text"), region);
    let place = |one: &dni_core::phone::FoundNumber| {
        let extension = one.extension.as_ref().map(Extension::as_str);
        json!({ "number": one.number, "extension": extension, "start": one.range.start, "end": one.range.end })
    };
    Ok(found.iter().map(place).collect())
}

fn format(input: &Value) -> Result<Value, Box<dyn Error>> {
    Ok(format_like(E164::parse(word(input, "number"))?, word(input, "example")).into())
}

fn size(input: &Value) -> Result<Value, Box<dyn Error>> {
    let arrivals = match input["hourly"].as_array() {
        Some(hours) => Arrivals::Hourly(hours.iter().filter_map(Value::as_f64).collect()),
        None => Arrivals::PerHour(input["visitorsPerHour"].as_f64().ok_or("no visitors")?),
    };
    let visit = seconds(input, "visitSeconds").unwrap_or(Duration::from_mins(3));
    let mut demand = Demand::under(&PoolRules::default(), arrivals, visit);
    demand.hold = seconds(input, "holdSeconds").unwrap_or(demand.hold);
    demand.cooldown = seconds(input, "cooldownSeconds").unwrap_or(demand.cooldown);
    let sizing = size_pool(&demand)?;
    let choices: Value = sizing
        .choices
        .iter()
        .map(|one| json!({ "numbers": one.numbers, "monthlyCost": one.monthly_cost, "overflow": one.overflow, "reuse": one.reuse }))
        .collect();
    Ok(json!({
        "numbers": sizing.numbers, "forOverflow": sizing.for_overflow, "forReuse": sizing.for_reuse, "offered": sizing.offered,
        "choices": choices,
    }))
}

fn simulation(input: &Value) -> Result<Value, Box<dyn Error>> {
    let usual = Scenario::default();
    let whole =
        |name: &str, usual: u32| input[name].as_u64().and_then(|value| u32::try_from(value).ok()).unwrap_or(usual);
    let number = |name: &str, usual: f64| input[name].as_f64().unwrap_or(usual);
    let scenario = Scenario {
        seed: input["seed"].as_u64().unwrap_or(usual.seed),
        visitors: whole("visitors", usual.visitors),
        numbers: whole("numbers", usual.numbers),
        visitors_per_hour: number("visitorsPerHour", usual.visitors_per_hour),
        bots: number("bots", usual.bots),
        calls: number("calls", usual.calls),
        ..usual
    };
    let name = input["policy"].as_str().unwrap_or("pool");
    let policy = Policy::ALL.into_iter().find(|policy| policy.as_str() == name).ok_or("no such policy")?;
    let outcome = simulate(&scenario, policy)?;
    Ok(json!({ "policy": name, "overflowed": outcome.overflowed, "hash": format!("{:016x}", outcome.hash) }))
}

fn word<'a>(input: &'a Value, name: &str) -> &'a str {
    input[name].as_str().unwrap_or_default()
}

fn seconds(input: &Value, name: &str) -> Option<Duration> {
    input[name].as_f64().map(Duration::from_secs_f64)
}
