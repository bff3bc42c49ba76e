//! Prints what the risk score makes of simulated calls, honest ones and robocalls of several kinds:
//!
//! ```sh
//! cargo run --release -p call-router --example screening -- --seed 1
//! ```
//!
//! The traffic is made up (`traffic.rs` says how), the score is the product's own. The figures tell what each threshold does
//! to such traffic and how the signs work together, not how many robocalls a certain business gets.

#![allow(clippy::print_stdout, reason = "a program that prints")]

mod traffic;

use std::process::ExitCode;

use traffic::{Kind, Report, Services, THRESHOLDS, simulate};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let seed = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Some(1),
        ["--seed", seed] => seed.parse().ok(),
        _ => None,
    };
    let Some(seed) = seed else {
        eprintln!("Write --seed and a whole number.");
        return ExitCode::FAILURE;
    };
    for (title, services) in [("no add-on asked", Services::None), ("one add-on asked", Services::One)] {
        print(title, seed, &simulate(seed, services));
    }
    ExitCode::SUCCESS
}

fn print(title: &str, seed: u64, report: &Report) {
    println!("{title}, seed {seed}: {} honest calls, {} robocalls\n", report.honest, report.robocalls);
    println!("| score at least | precision | recall | honest calls held up |\n| --- | --- | --- | --- |");
    for threshold in THRESHOLDS {
        let (precision, recall) = (report.precision(threshold) * 100.0, report.recall(threshold) * 100.0);
        let held_up = report.honest_share(threshold) * 100.0;
        println!("| {threshold} | {precision:.1} % | {recall:.1} % | {held_up:.2} % |");
    }
    println!("\n| robocalls | calls | at 30 | at 60 |\n| --- | --- | --- | --- |");
    for (kind, calls) in &report.kinds {
        let share = |threshold| calls.share(threshold) * 100.0;
        println!("| {} | {} | {:.1} % | {:.1} % |", words(*kind), calls.count(), share(30), share(60));
    }
    println!();
}

const fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Neighbour => "a neighbour's number, once",
        Kind::Burst => "one after the other of your numbers",
        Kind::Wangiri => "rings once, again and again",
        Kind::Silent => "says nothing, again and again",
        Kind::Known => "complained of",
        Kind::Impossible => "a number that cannot exist",
    }
}
