//! `fuzz`: random input against every parser that strangers' text reaches, by libFuzzer.
//!
//! Each target of `tests/fuzz` first replays its committed corpus and then looks for new input for a bounded time. What it
//! finds on the way is kept under `target/fuzz`, never in the committed corpus. The crate's own tests play the corpus, and some changed
//! inputs, without any of this.

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
        match run::step(&format!("fuzzing {name}"), || fuzzer.run(&name, options.seconds)) {
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
    let folder = project.path("tests/fuzz/src/targets");
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

/// The targets, built into one program.
pub struct Fuzzer {
    program: PathBuf,
    corpora: PathBuf,
    finds: PathBuf,
}

impl Fuzzer {
    /// Builds the targets.
    ///
    /// # Errors
    ///
    /// The targets do not compile; libFuzzer is C++, so a compiler for it must be there.
    pub fn build(project: &Project) -> Result<Self> {
        let target = project.path("target/fuzz");
        let triple = host_triple()?;
        run::step("building the fuzz targets", || {
            let mut build = Command::new("cargo");
            build
                // With a target of its own the flags do not reach what runs at compile time.
                .args(["build", "--package", "dni-fuzz", "--features", "search", "--bin", "search"])
                .args(["--profile", "fuzz", "--target", &triple, "--target-dir"])
                .arg(&target)
                .current_dir(project.root())
                .env("RUSTFLAGS", COVERAGE_FLAGS.join(" "))
                .env_remove("CARGO_TARGET_DIR");
            run::quietly(build)
        })
        .context("the fuzz targets cannot be built; libFuzzer needs a C++ compiler (g++ or clang++)")?;
        Ok(Self {
            program: target.join(triple).join("fuzz/search"),
            corpora: project.path("tests/fuzz/corpus"),
            finds: target.join("finds"),
        })
    }

    /// Replays one target's corpus, then looks for new input for so many seconds. Answers the report of a run without a fault.
    ///
    /// # Errors
    ///
    /// The target has no corpus, or failed: the sentence has the end of its output and the file with the input.
    pub fn run(&self, name: &str, seconds: u32) -> Result<run::Report> {
        let corpus = self.corpora.join(name);
        let inputs = fs::read_dir(&corpus).map_or(0, Iterator::count);
        if inputs == 0 {
            bail!("tests/fuzz/corpus/{name} has no input to begin with");
        }
        self.start(name, "-runs=0", &[&corpus], Duration::ZERO)?;
        let found = self.finds.join(name);
        fs::create_dir_all(&found)?;
        let search = format!("-max_total_time={seconds}");
        self.start(name, &search, &[&found, &corpus], Duration::from_secs(seconds.into()))
    }

    /// Starts a target that looks for new input for so long, besides what else it does.
    fn start(&self, name: &str, extent: &str, folders: &[&Path], search: Duration) -> Result<run::Report> {
        let faults = self.finds.join(format!("fault-{name}-"));
        fs::create_dir_all(&self.finds)?;
        let mut program = Command::new(&self.program);
        program
            .env("DNI_FUZZ_TARGET", name)
            .arg(extent)
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
