//! `test`: every check of the project, each a stage with its own log, counted together at the end.

mod counts;
mod node_tests;
mod suite;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;

use crate::artifacts::assets;
use crate::project::Project;
use crate::setup::{self, Tools};
use crate::{build, fuzz, pack, size, tidy};
use counts::Counts;
use node_tests::{NodeTests, TestFiles};
use suite::{Suite, Verdict};

/// What the tests can be asked.
#[derive(Args)]
pub struct Options {
    /// Leaves out the wasm builds, fuzzing, and the tests of package, browser and edge.
    #[arg(long)]
    quick: bool,
    /// Runs only the tests with this text in their name, or in the name of their file.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
}

/// Runs the stages, going on after a failed one, and prints `N passed, N failed` as the last line.
pub fn run(project: &Project, options: &Options) -> Result<ExitCode> {
    let tools = setup::run(project)?;
    let stages = Stages { project, tools: &tools, filter: options.filter.as_deref() };
    let mut suite = Suite::new(project.path("target/test-logs"))?;
    if options.filter.is_none() {
        stages.check_sources(&mut suite);
    }
    suite.run("cargo test", || stages.cargo_test());
    suite.run("carrier tests", || stages.node_tests(NodeTests::CARRIER).run());
    suite.run("rig tests", || stages.node_tests(NodeTests::RIG).run());
    if !options.quick {
        // Build and pack say by themselves how they go on. The package's tests load the built tag too.
        let built = suite.run_openly("build", || build::everything(project, &tools));
        let packed = built && suite.run_openly("pack", || pack::run(project, &tools));
        if packed {
            suite.run("package tests", || stages.node_tests(NodeTests::PACKAGE).run());
            suite.run("bundler tests", || stages.node_tests(NodeTests::BUNDLERS).run());
        } else {
            for name in ["package tests", "bundler tests"] {
                suite.miss(name, "not run, because building or packing failed");
            }
        }
        if built {
            suite.run("size", || {
                let measured = size::measure(project, &tools, None)?;
                let counts = Counts::of_check(measured.is_within);
                Ok(Verdict { counts, shown: measured.table.clone(), log: measured.table })
            });
            setup::firefox::ensure();
            setup::speech::ensure();
            suite.run("browser tests", || stages.node_tests(NodeTests::BROWSER).run());
            suite.run("end-to-end tests", || stages.node_tests(NodeTests::END_TO_END).run());
        } else {
            for name in ["browser tests", "end-to-end tests"] {
                suite.miss(name, "not run, because the build failed");
            }
        }
        if options.filter.is_none() {
            fuzz(project, &mut suite);
        }
    }
    Ok(suite.finish())
}

/// Inputs that each fuzz target tries beyond its corpus, in a few seconds: enough to run into a fault in what has just been
/// changed.
const FUZZ_INPUTS: u32 = 20_000;

/// One stage for each fuzz target; where they cannot be built, that is the failure.
fn fuzz(project: &Project, suite: &mut Suite) {
    let mut built = None;
    let names = fuzz::targets(project).unwrap_or_default();
    if names.is_empty() {
        suite.miss("fuzz", "there is no target in tests/fuzz/fuzz_targets");
    }
    if suite.run_openly("fuzz build", || fuzz::Fuzzer::build(project).map(|fuzzer| built = Some(fuzzer))) {
        for name in names {
            suite.run(&format!("fuzz {name}"), || match &built {
                Some(fuzzer) => fuzzer.run(&name, fuzz::Extent::SameInputs(FUZZ_INPUTS)).map(Verdict::of_report),
                None => anyhow::bail!("the fuzz targets are not built"),
            });
        }
    } else {
        suite.miss("fuzz", "not run, because the targets cannot be built");
    }
}

struct Stages<'a> {
    project: &'a Project,
    tools: &'a Tools,
    filter: Option<&'a str>,
}

impl Stages<'_> {
    fn check_sources(&self, suite: &mut Suite) {
        suite.run("rustfmt", || Verdict::of_check(self.cargo(&["fmt", "--all", "--check"])));
        suite.run("clippy", || {
            Verdict::of_check(self.cargo(&[
                "clippy",
                "--all-targets",
                "--features",
                "dni-core/url,call-router/schema",
                "--",
                "-D",
                "warnings",
            ]))
        });
        suite.run("clippy dni-wasm", || Verdict::of_check(self.wasm_clippy("dni-wasm")));
        suite.run("clippy dni-tools", || Verdict::of_check(self.wasm_clippy("dni-tools")));
        suite.run("clippy edge-worker", || {
            let mut clippy = self.wasm_clippy("edge-worker");
            clippy.env("DNI_EMBED", self.embed()?);
            // worker-build sets this too: the worker crate brings its own futures.
            clippy.env("WASM_BINDGEN_USE_JS_SYS", "1");
            Verdict::of_check(clippy)
        });
        suite.run("tidy", || {
            let report = tidy::check(self.project)?;
            let counts = Counts::of_check(report.findings.is_empty());
            let text = report.to_string();
            Ok(Verdict { counts, shown: text.clone(), log: text })
        });
    }

    fn cargo_test(&self) -> Result<Verdict> {
        let mut cargo = self.cargo(&[
            "test",
            "--no-fail-fast",
            "--features",
            "dni-core/url,dni-core/international,call-router/schema",
        ]);
        cargo.args(self.filter);
        Verdict::of_cargo_test(cargo, self.filter.is_some())
    }

    fn node_tests(&self, files: TestFiles) -> NodeTests<'_> {
        NodeTests { project: self.project, tools: self.tools, files, filter: self.filter }
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments).current_dir(self.project.root());
        cargo
    }

    /// Each crate by itself: together, cargo would join their features and hide what one of them lacks.
    fn wasm_clippy(&self, package: &str) -> Command {
        let mut clippy = self.tools.wasm_cargo(self.project);
        clippy.args(["clippy", "--package", package]);
        clippy.args(["--target", "wasm32-unknown-unknown", "--", "-D", "warnings"]);
        clippy
    }

    /// The embedded files of the last build; before the first build, empty files of the same names.
    fn embed(&self) -> Result<PathBuf> {
        let built = self.project.embed();
        if built.join("names.rs").is_file() {
            return Ok(built);
        }
        let empty = self.project.path("target/dni/embed-empty");
        assets::write_placeholders(&empty)?;
        Ok(empty)
    }
}
