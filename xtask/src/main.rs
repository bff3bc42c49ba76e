//! The build system: `cargo xtask <command>`.
//!
//! Each command has its own module. `setup` brings the tools, `build` makes what is deployed, `test` runs every check,
//! and the others stand on these three.

mod artifacts;
mod bench;
mod build;
mod content_hash;
mod demo;
mod fuzz;
mod pack;
mod project;
mod run;
mod setup;
mod size;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::project::Project;

/// Builds, tests and demonstrates call tracking with dynamic number insertion.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the tools that are missing: wasm target, wasm-bindgen, worker-build, npm packages, Chromium.
    Setup,
    /// Builds the browser library and the edge worker.
    Build(build::Options),
    /// Starts the edge, the demo site and the carrier simulator on this machine.
    Demo(demo::Options),
    /// Runs every check and ends with the line "N passed, N failed".
    Test(test::Options),
    /// Prints the sizes of what visitors download, beside others', and of the worker; fails when over the budget.
    Size(size::Options),
    /// Packs the npm package into target/npm.
    Pack,
    /// Checks the house rules on the source text.
    Tidy(tidy::Options),
    /// Runs the fuzz targets in tests/fuzz, each for a bounded time; fails on a crash.
    Fuzz(fuzz::Options),
    /// Runs the benchmarks in tests/bench.
    Bench,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match Project::find().and_then(|project| run_command(&arguments.command, &project)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_command(command: &Command, project: &Project) -> Result<ExitCode> {
    match command {
        Command::Setup => setup::run(project).map(|_| ExitCode::SUCCESS),
        Command::Build(options) => build::run(project, options),
        Command::Demo(options) => demo::run(project, options),
        Command::Test(options) => test::run(project, options),
        Command::Size(options) => size::run(project, options),
        Command::Pack => {
            let tools = setup::run(project)?;
            pack::run(project, &tools).map(|()| ExitCode::SUCCESS)
        }
        Command::Tidy(options) => tidy::run(project, options),
        Command::Fuzz(options) => fuzz::run(project, options),
        Command::Bench => bench::run(project),
    }
}
