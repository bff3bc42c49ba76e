//! `fuzz`: random input against every parser that strangers' text reaches, by cargo-fuzz and libFuzzer.
//!
//! Each target of `tests/fuzz` first replays its committed corpus and then looks for new input for a bounded time. What it
//! finds on the way is kept under `target/fuzz`, never in the committed corpus.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::project::Project;
use crate::run;

/// The coverage that libFuzzer goes by, and the checks that a fault runs into. No sanitizer: the project has no `unsafe` of its own,
/// and every target checks what it gets.
const COVERAGE_FLAGS: [&str; 9] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Clink-dead-code",
    "-Cdebug-assertions",
    "--cfg=fuzzing",
];

/// Seconds a single input may take before it counts as a fault: the slowest takes milliseconds.
const SLOW_SECONDS: u32 = 10;

/// Megabytes a target may use before it counts as a fault.
const MAX_MEMORY_MB: u32 = 2048;

/// Longest input tried, in bytes: longer than any limit in the parsers.
const MAX_INPUT: u32 = 8192;

/// Longest that a run of a number of inputs takes, in seconds, on a machine that is busy with other things.
const MAX_SECONDS: u32 = 60;

/// How far a target goes beyond the corpus.
#[derive(Clone, Copy)]
pub enum Extent {
    /// Whatever it comes upon in so many seconds.
    Seconds(u32),
    /// So many inputs, the same in every run: a test must not fail by chance.
    SameInputs(u32),
}

/// What fuzzing can be asked.
#[derive(Args)]
pub struct Options {
    /// How long each target looks for new input.
    #[arg(long, default_value_t = 20, value_name = "N")]
    seconds: u32,
    /// Only the target of this name.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

/// Runs the targets one after the other, going on after a failed one.
///
/// # Errors
///
/// A target cannot be built, or fails; the sentence names it.
pub fn run(project: &Project, options: &Options) -> Result<ExitCode> {
    let mut names = targets(project)?;
    if let Some(only) = &options.target {
        if !names.contains(only) {
            bail!("there is no fuzz target {only}; there are: {}", names.join(", "));
        }
        names.retain(|name| name == only);
    }
    let fuzzer = Fuzzer::build(project)?;
    let mut failed = Vec::new();
    for name in names {
        match run::step(&format!("fuzzing {name}"), || fuzzer.run(&name, Extent::Seconds(options.seconds))) {
            Ok(report) => println!("  {}", summary(&report.output)),
            Err(error) => {
                println!("{error:#}");
                failed.push(name);
            }
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}

/// The names of the targets, sorted.
pub fn targets(project: &Project) -> Result<Vec<String>> {
    let folder = project.path("tests/fuzz/fuzz_targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "rs") {
            names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
        }
    }
    names.sort();
    Ok(names)
}

/// The targets, built.
pub struct Fuzzer {
    programs: PathBuf,
    corpora: PathBuf,
    finds: PathBuf,
}

impl Fuzzer {
    /// Builds every target, the way cargo-fuzz would: one tool less to compile.
    ///
    /// # Errors
    ///
    /// The targets do not compile; libFuzzer is C++, so a compiler for it must be there.
    pub fn build(project: &Project) -> Result<Self> {
        let folder = project.path("tests/fuzz");
        let target = project.path("target/fuzz");
        let triple = host_triple()?;
        run::step("building the fuzz targets", || {
            let mut build = Command::new("cargo");
            build
                // With a target of its own the flags do not reach what runs at compile time.
                .args(["build", "--release", "--bins", "--target", &triple, "--target-dir"])
                .arg(&target)
                .current_dir(&folder)
                .env("RUSTFLAGS", COVERAGE_FLAGS.join(" "))
                .env_remove("CARGO_TARGET_DIR");
            run::quietly(build)
        })
        .context("the fuzz targets cannot be built; libFuzzer needs a C++ compiler (g++ or clang++)")?;
        Ok(Self {
            programs: target.join(triple).join("release"),
            corpora: folder.join("corpus"),
            finds: target.join("finds"),
        })
    }

    /// Replays one target's corpus, then looks for new input. Answers the report of a run without a fault.
    ///
    /// # Errors
    ///
    /// The target has no corpus, or failed: the sentence has the end of its output and the file with the input.
    pub fn run(&self, name: &str, extent: Extent) -> Result<run::Report> {
        let corpus = self.corpora.join(name);
        let inputs = fs::read_dir(&corpus).map_or(0, Iterator::count);
        if inputs == 0 {
            bail!("tests/fuzz/corpus/{name} has no input to begin with");
        }
        self.start(name, &["-runs=0"], &[&corpus], Duration::ZERO)?;
        let found = self.finds.join(name);
        fs::create_dir_all(&found)?;
        let (seconds, mut options) = match extent {
            Extent::Seconds(seconds) => (seconds, Vec::new()),
            Extent::SameInputs(count) => (MAX_SECONDS, vec!["-seed=1".to_owned(), format!("-runs={count}")]),
        };
        options.push(format!("-max_total_time={seconds}"));
        let options: Vec<_> = options.iter().map(String::as_str).collect();
        self.start(name, &options, &[&found, &corpus], Duration::from_secs(seconds.into()))
    }

    /// Starts a target that looks for new input for so long, besides what else it does.
    fn start(&self, name: &str, options: &[&str], folders: &[&Path], search: Duration) -> Result<run::Report> {
        let faults = self.finds.join(format!("fault-{name}-"));
        fs::create_dir_all(&self.finds)?;
        let mut program = Command::new(self.programs.join(name));
        program
            .args(options)
            .arg(format!("-timeout={SLOW_SECONDS}"))
            .arg(format!("-rss_limit_mb={MAX_MEMORY_MB}"))
            .arg(format!("-max_len={MAX_INPUT}"))
            .arg("-print_final_stats=1")
            .arg(format!("-artifact_prefix={}", faults.display()))
            .args(folders);
        let report = run::collect_within(program, run::LIMIT.saturating_add(search))?;
        if !report.ok {
            bail!(
                "{name} has a fault; the input is in {}…, and belongs into tests/fuzz/corpus/{name} with its repair:\n{}",
                faults.display(),
                without_progress(&report.output)
            );
        }
        Ok(report)
    }
}

/// The name of the machine as the compiler writes it.
fn host_triple() -> Result<String> {
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.arg("-vV");
    let version = run::stdout_of(rustc)?;
    version.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc names no host")
}

/// The output without the lines that libFuzzer prints for each new input.
fn without_progress(output: &str) -> String {
    let kept: Vec<&str> = output.lines().filter(|line| !line.starts_with('#')).collect();
    run::last_lines(&kept.join("\n"), 60)
}

/// How many inputs were tried.
fn summary(output: &str) -> String {
    let stat = |name: &str| {
        output
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix(name)?.rsplit(' ').next().map(str::to_owned))
            .unwrap_or_default()
    };
    format!(
        "{} inputs, {} of them new ways through",
        stat("stat::number_of_executed_units"),
        stat("stat::new_units_added")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "#1\tINITED cov: 5\n#2\tNEW    cov: 9\nthread panicked at x\nstat::number_of_executed_units: 420\n\
                          stat::new_units_added:          7\n";

    #[test]
    fn reads_the_report() {
        assert_eq!(summary(OUTPUT), "420 inputs, 7 of them new ways through");
        assert!(without_progress(OUTPUT).starts_with("thread panicked at x\n"));
    }
}
