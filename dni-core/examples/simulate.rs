//! Prints how the pool fares beside what others do: `cargo run --release -p dni-core --example simulate -- --seed 1`.

use std::env;
use std::process::ExitCode;

use dni_core::pool::{Arrivals, Demand, Policy, Scenario, SimulationResult, simulate, size_pool};

const USAGE: &str = "usage: simulate [--seed N] [--visitors N] [--numbers N] [--look-back-days N] [--remember-days N]
                [--reserve-percent N] [--share 0|1] [--attack N] [--bots-caught-percent N] [--day 0|1]";
/// A day of a local business: few at night, two busy times, as weights by the hour.
const DAY: [u8; 24] = [1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 20, 20, 17, 18, 20, 19, 17, 14, 10, 8, 6, 4, 2, 1];

fn main() -> ExitCode {
    let scenarios = match scenarios(env::args().skip(1)) {
        Ok(scenarios) => scenarios,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    for scenario in &scenarios {
        match table(scenario) {
            Ok(table) => println!("{table}"),
            Err(problem) => {
                eprintln!("{problem}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Reads the words (three whole numbers do not need a library). Without a size, three are tried: what one percent of
/// overflow takes without a cooldown, the default, and what it takes under our rules.
fn scenarios(mut words: impl Iterator<Item = String>) -> Result<Vec<Scenario>, String> {
    let mut scenario = Scenario::default();
    let mut numbers = None;
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value."))?;
        let wrong = |_| format!("{word} takes a whole number, not {value}.");
        match word.as_str() {
            "--seed" => scenario.seed = value.parse().map_err(wrong)?,
            "--visitors" => scenario.visitors = value.parse().map_err(wrong)?,
            "--numbers" => numbers = Some(value.parse().map_err(wrong)?),
            "--look-back-days" => scenario.rules.look_back = days(value.parse().map_err(wrong)?),
            "--remember-days" => scenario.rules.remember_callers = days(value.parse().map_err(wrong)?),
            "--reserve-percent" => scenario.rules.reserve_percent = value.parse().map_err(wrong)?,
            "--share" => scenario.rules.share_when_full = value.parse::<u8>().map_err(wrong)? > 0,
            "--attack" => scenario.attack = f64::from(value.parse::<u32>().map_err(wrong)?),
            "--bots-caught-percent" => scenario.bots_caught = f64::from(value.parse::<u32>().map_err(wrong)?) / 100.0,
            "--day" if value == "0" => scenario.rhythm.clear(),
            "--day" => scenario.rhythm = DAY.map(f64::from).to_vec(),
            _ => return Err(format!("{word} is not known.")),
        }
    }
    let sizes = match numbers {
        Some(numbers) => vec![numbers],
        None => advised(&scenario).map_err(|problem| problem.to_string())?,
    };
    Ok(sizes.into_iter().map(|numbers| Scenario { numbers, ..scenario.clone() }).collect())
}

fn days(days: u32) -> core::time::Duration {
    core::time::Duration::from_hours(24 * u64::from(days))
}

fn advised(scenario: &Scenario) -> Result<Vec<u32>, dni_core::pool::SizingError> {
    let visit = scenario.visit.mul_f64(1.0 - scenario.bots);
    let ours = Demand::under(&scenario.rules, Arrivals::PerHour(scenario.visitors_per_hour), visit);
    let hold = scenario.rules.hold;
    let no_cooldown = Demand { hold, window: hold, cooldown: core::time::Duration::ZERO, ..ours.clone() };
    Ok(vec![size_pool(&no_cooldown)?.numbers, scenario.numbers, size_pool(&ours)?.numbers])
}

fn table(scenario: &Scenario) -> Result<String, dni_core::pool::ScenarioError> {
    let Scenario { seed, visitors, visitors_per_hour, numbers, window, .. } = scenario;
    let mut table = format!(
        "{numbers} numbers, {visitors} visitors, {visitors_per_hour} an hour, seed {seed}; re-use within {} min\n\
         policy           calls  right  wrong unsure nobody | wrong: window   late  saved | overflow  persons  clicks  re-use  hash\n",
        window.as_secs() / 60
    );
    for policy in Policy::ALL {
        table.push_str(&line(&simulate(scenario, policy)?));
    }
    Ok(table)
}

fn line(outcome: &SimulationResult) -> String {
    let calls = outcome.calls();
    let percent = |part: u32| 100.0 * f64::from(part) / f64::from(calls.all().max(1));
    format!(
        "{:15} {:6} {:5.1}% {:5.1}% {:5.1}% {:5.1}% | {:13} {:6} {:6} | {:7.2}% {:7.2}% {:6.2}% {:6.2}%  {:016x}\n",
        outcome.policy.as_str(),
        calls.all(),
        percent(calls.right),
        percent(calls.wrong),
        percent(calls.unsure),
        percent(calls.unattributed),
        outcome.in_window.wrong,
        outcome.late.wrong,
        outcome.saved.wrong,
        100.0 * outcome.overflow(),
        100.0 * outcome.overflow_of_persons(),
        100.0 * outcome.overflow_of_clicks(),
        100.0 * outcome.reuse(),
        outcome.hash,
    )
}
