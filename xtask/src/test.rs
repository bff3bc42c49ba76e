//! `test`: every check of the project, each a stage with its own log, counted together at the end.

mod cargo_tests;
mod counts;
mod cpu;
mod lints;
mod node_tests;
mod suite;
mod timings;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::OnceLock;

use anyhow::{Context, Result};
use clap::Args;

use crate::artifacts::browser;
use crate::fuzz::{self, Fuzzer};
use crate::project::Project;
use crate::setup::{self, Tools};
use crate::{build, pack, run, size, tidy};
use counts::Counts;
use node_tests::{NodeTests, TestFiles};
use suite::{Stage, Suite, Verdict};

/// What the tests can be asked.
#[derive(Args)]
pub struct Options {
    /// Leaves out the wasm builds, and the tests of package, browser and edge.
    #[arg(long, conflicts_with = "all")]
    quick: bool,
    /// Runs what takes long and rarely fails, too: Firefox, every bundler, the speech recogniser, and a search for new fuzz input.
    #[arg(long)]
    all: bool,
    /// Runs only the tests with this text in their name, or in the name of their file.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
}

/// Runs the stages in three lanes, going on after a failed one, and prints `N passed, N failed` as the last line.
///
/// One lane builds what is shipped, much of it by one thread, and tests it in a browser; one is Node's, whose tests need that and mostly wait for browsers
/// and timers; and one is what else cargo does, whose calls would wait for each other anyway.
pub fn run(project: &Project, options: &Options) -> Result<ExitCode> {
    let suite = Suite::new(project.path("target/test-logs"))?;
    let tools = setup::run_for_tests(project, options.all)?;
    let fuzzer = OnceLock::new();
    let stages = Stages { project, tools: &tools, options };
    let mut builds = Vec::new();
    let mut cargo = Vec::new();
    let mut node = Vec::new();
    let is_whole = options.filter.is_none();
    if is_whole {
        cargo.extend(stages.texts());
        node.extend(stages.scripts());
    }
    node.push(stages.node_tests("carrier tests", NodeTests::CARRIER));
    node.push(stages.node_tests("rig tests", NodeTests::RIG));
    if !options.quick {
        // Build and pack say by themselves how they go on.
        builds.push(Stage::new("build", || Verdict::of_work(build::everything(project, &tools))));
        builds.push(Stage::new("pack", || Verdict::of_work(pack::run(project, &tools))).needs(&["build"]));
        node.push(stages.node_tests("end-to-end tests", NodeTests::END_TO_END).needs(&["build"]));
        // The doctor's command is the package's. By then the builds are done, and other tests wait more than they work.
        builds.push(stages.node_tests("browser tests", NodeTests::BROWSER).needs(&["pack"]));
        node.push(stages.node_tests("bundler tests", NodeTests::BUNDLERS).needs(&["pack"]));
    }
    if is_whole {
        cargo.extend(stages.lints());
    }
    cargo.push(Stage::new("cargo test", || {
        let embed = stages.embed()?;
        cargo_tests::run(|| stages.cargo_test(&embed), options.filter.as_deref())
    }));
    if !options.quick {
        // They load the built tag, too, and compare with what the core answers, by a program that `cargo test` has built.
        cargo.push(stages.node_tests("package tests", NodeTests::PACKAGE).needs(&["pack"]));
    }
    if is_whole && options.all {
        cargo.extend(stages.fuzzing(&fuzzer)?);
    }
    if is_whole && !options.quick {
        cargo.push(Stage::new("size", || stages.size()).needs(&["build"]));
    }
    suite.run(vec![builds, node, cargo]);
    Ok(suite.finish())
}

/// Seconds for which each fuzz target looks for new input with `--all`.
const FUZZ_SECONDS: u32 = 20;

/// All that compiles natively, in one call, as each call decides anew with which features it builds what several crates use. That
/// they join their features and hide what one of them lacks does not matter: `build` and `pack` compile each by itself.
const NATIVE: [&str; 5] = [
    "--workspace",
    "--exclude",
    BROWSER,
    "--features",
    "dni-core/url,dni-core/international,call-router/schema,edge-core/schema",
];

/// The browser's crate has what only wasm32 has.
const BROWSER: &str = "dni-wasm";

const FOR_BROWSER: [&str; 4] = ["--package", BROWSER, "--target", "wasm32-unknown-unknown"];

const ALL_ITEMS: [&str; 3] = ["--keep-going", "--no-deps", "--document-private-items"];

struct Stages<'a> {
    project: &'a Project,
    tools: &'a Tools,
    options: &'a Options,
}

impl<'a> Stages<'a> {
    /// What is judged without compiling anything.
    fn texts(&'a self) -> Vec<Stage<'a>> {
        vec![
            Stage::new("rustfmt", || Verdict::of_check(self.cargo(&["fmt", "--all", "--check"]))),
            Stage::new("tidy", || {
                let report = tidy::check(self.project)?;
                let counts = Counts::of_check(report.is_clean());
                let text = report.to_string();
                Ok(Verdict { counts, shown: text.clone(), log: text, ..Verdict::default() })
            }),
            Stage::new("cargo-deny", || Verdict::of_check(self.cargo_deny(&["licenses", "bans", "sources"]))),
            Stage::new("cargo-deny advisories", || self.advisories()),
        ]
    }

    /// JavaScript without running it.
    fn scripts(&'a self) -> Vec<Stage<'a>> {
        vec![
            Stage::new("biome", || Verdict::of_check(self.npm_program("biome", &["ci", "--error-on-warnings"])?)),
            Stage::new("types of the scripts", || {
                Verdict::of_check(self.npm_program("tsc", &["-p", "tsconfig.check.json"])?)
            }),
        ]
    }

    /// What the compiler finds, natively and for the browser.
    fn lints(&'a self) -> Vec<Stage<'a>> {
        vec![
            Stage::new("clippy", || {
                let mut clippy = self.native_cargo("clippy", &self.embed()?);
                clippy.arg("--all-targets");
                clippy_verdict(clippy, |_| ())
            }),
            Stage::new("clippy for wasm32", || {
                let mut clippy = self.tools.wasm_cargo(self.project);
                clippy.arg("clippy").args(FOR_BROWSER);
                clippy_verdict(clippy, |rustc| self.tools.choose_wasm_toolchain(rustc))
            }),
            Stage::new("rustdoc", || {
                let mut doc = self.native_cargo("doc", &self.embed()?);
                doc.args(ALL_ITEMS);
                rustdoc_verdict(doc, |_| ())
            }),
            Stage::new("rustdoc for wasm32", || {
                let mut doc = self.tools.wasm_cargo(self.project);
                doc.arg("doc").args(FOR_BROWSER).args(ALL_ITEMS);
                rustdoc_verdict(doc, |rustc| self.tools.choose_wasm_toolchain(rustc))
            }),
        ]
    }

    fn cargo_test(&self, embed: &Path) -> Command {
        self.native_cargo("test", embed)
    }

    fn node_tests(&'a self, name: &str, files: TestFiles) -> Stage<'a> {
        let Self { project, tools, options } = *self;
        let filter = options.filter.as_deref();
        Stage::new(name, move || NodeTests { project, tools, files, filter, all: options.all }.run())
    }

    fn size(&self) -> Result<Verdict> {
        let measured = size::measure(self.project, self.tools, None)?;
        let counts = Counts::of_check(measured.is_within);
        Ok(Verdict { counts, shown: measured.table.clone(), log: measured.table, ..Verdict::default() })
    }

    /// One stage for each fuzz target; where they cannot be built, that is the failure.
    fn fuzzing(&'a self, fuzzer: &'a OnceLock<Fuzzer>) -> Result<Vec<Stage<'a>>> {
        let names = fuzz::targets(self.project)?;
        anyhow::ensure!(!names.is_empty(), "there is no target in tests/fuzz/src/targets");
        let mut stages = vec![Stage::new("fuzz build", || {
            Verdict::of_work(Fuzzer::build(self.project).map(|built| drop(fuzzer.set(built))))
        })];
        stages.extend(names.into_iter().map(|name| {
            Stage::new(&format!("fuzz {name}"), move || {
                let fuzzer = fuzzer.get().context("the fuzz targets are not built")?;
                fuzzer.run(&name, FUZZ_SECONDS).map(Verdict::of_report)
            })
            .needs(&["fuzz build"])
        }));
        Ok(stages)
    }

    /// Known faults of the crates, where their database can be reached.
    fn advisories(&self) -> Result<Verdict> {
        let report = run::collect(self.cargo_deny(&["advisories"]))?;
        let is_unreachable = !report.ok && report.output.contains("failed to fetch advisory database");
        let mut verdict = Verdict::of_report(run::Report { ok: report.ok || is_unreachable, ..report });
        if is_unreachable {
            verdict.note = Some("the advisories were not looked at: their database cannot be reached".to_owned());
        }
        Ok(verdict)
    }

    fn cargo_deny(&self, checks: &[&str]) -> Command {
        let mut deny = Command::new(&self.tools.cargo_deny);
        deny.args(["--all-features", "check", "--hide-inclusion-graph"]).args(checks).current_dir(self.project.root());
        deny
    }

    fn npm_program(&self, name: &str, arguments: &[&str]) -> Result<Command> {
        let mut program = self.tools.command(&self.tools.npm_program(name))?;
        program.args(arguments).current_dir(self.project.root());
        Ok(program)
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments).current_dir(self.project.root());
        cargo
    }

    fn native_cargo(&self, command: &str, embed: &Path) -> Command {
        let mut cargo = self.cargo(&[command]);
        cargo.args(NATIVE).env("DNI_EMBED", embed);
        cargo
    }

    /// Empty files of the names that the worker embeds: what is checked here needs no browser's files, and is not compiled anew for
    /// each of their changes.
    fn embed(&self) -> Result<PathBuf> {
        let empty = self.project.path("target/dni/embed-empty");
        browser::write_placeholders(&empty)?;
        Ok(empty)
    }
}

/// Lints, without arguments for the linter yet. `choose` makes a command use the same compiler.
fn clippy_verdict(mut clippy: Command, choose: impl Fn(&mut Command)) -> Result<Verdict> {
    let strict = lints::warnings_are_errors(choose)?;
    if strict {
        clippy.args(["--", "-D", "warnings"]);
    }
    Ok(with_warnings(Verdict::of_check(clippy)?, strict))
}

/// The documentation of all items, private ones too.
fn rustdoc_verdict(mut doc: Command, choose: impl Fn(&mut Command)) -> Result<Verdict> {
    let strict = lints::warnings_are_errors(choose)?;
    if strict {
        // The readers of this documentation see private items, too.
        doc.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links");
    }
    Ok(with_warnings(Verdict::of_check(doc)?, strict))
}

/// Says so where a compiler newer than the known one has warned.
fn with_warnings(mut verdict: Verdict, strict: bool) -> Verdict {
    if !strict && verdict.counts.failed == 0 && verdict.log.contains("warning: ") {
        verdict.note = Some(
            "this compiler is newer than the one the project is clean with; its warnings are in the log".to_owned(),
        );
    }
    verdict
}
