//! `bench`: runs the benchmarks, each into one folder per run.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::setup::Tools;
use crate::tidy::walk;
use crate::{build, pack, run, setup};

/// Builds, then runs every `tests/bench/*.bench.mjs` in the order of their names.
pub fn run(project: &Project) -> Result<ExitCode> {
    let tools = setup::run(project)?;
    build::everything(project, &tools)?;
    pack::run(project, &tools)?;
    let benchmarks = walk::files(&project.path("tests/bench"), &[".bench.mjs"])?;
    if benchmarks.is_empty() {
        bail!("there is no benchmark in tests/bench");
    }
    let folder = project.path("target/bench").join(timestamp(&tools)?);
    fs::create_dir_all(&folder)?;
    let mut failed = Vec::new();
    for benchmark in benchmarks {
        let name = benchmark.file_name().unwrap_or_default().to_os_string();
        println!("{}", name.display());
        let mut node = tools.node(project)?;
        node.arg(&benchmark).arg("--out").arg(&folder);
        if !run::inherit_stdio(node)? {
            failed.push(name.display().to_string());
        }
    }
    println!("results are in {}", folder.display());
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}

/// This second in UTC, as a folder name: `20260131T235959Z`.
fn timestamp(tools: &Tools) -> Result<String> {
    let mut node = Command::new(tools.npm_program("node"));
    node.args(["--print", r"new Date().toISOString().replace(/[-:]|\.\d+/g, '')"]);
    run::stdout_of(node).context("cannot tell the time")
}
