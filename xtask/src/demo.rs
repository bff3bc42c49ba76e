//! `demo`: everything on this machine, in the foreground.

use std::os::unix::process::CommandExt;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::project::Project;
use crate::{build, setup};

/// What the demo can be asked.
#[derive(Args)]
pub struct Options {
    /// First of the four ports: edge, then demo site, carrier simulator, inspector.
    #[arg(long, value_name = "BASE", default_value_t = 8700, value_parser = clap::value_parser!(u16).range(1024..=65_532))]
    port: u16,
    /// Forgets the state of earlier runs.
    #[arg(long)]
    fresh: bool,
}

/// Builds, then becomes the demo's own process: signals sent to this one reach it.
pub fn run(project: &Project, options: &Options) -> Result<ExitCode> {
    let tools = setup::run(project)?;
    build::everything(project, &tools)?;
    let script = "tests/rig/demo.mjs";
    if !project.path(script).is_file() {
        bail!("{script} is missing: it starts the parts of the demo");
    }
    let mut node = tools.node(project)?;
    node.arg(script).arg("--port").arg(options.port.to_string());
    if options.fresh {
        node.arg("--fresh");
    }
    Err(node.exec()).with_context(|| format!("cannot start {script}"))
}
