//! `build`: the browser library and the edge worker, ready to deploy.

use std::process::ExitCode;

use anyhow::Result;

use crate::artifacts::browser;
use crate::artifacts::worker::{self, Kind};
use crate::project::Project;
use crate::setup::{self, Tools};

/// What to build.
#[derive(clap::Args)]
pub struct Options {
    /// Builds the browser library alone, into target/dni/dist: a tenth of the time.
    #[arg(long)]
    browser: bool,
    /// Builds the edge worker alone and without optimisation, around the browser library that is there: a fifth of the time.
    #[arg(long, conflicts_with = "browser")]
    dev_worker: bool,
}

/// Brings the tools, and builds what the options say.
///
/// # Errors
///
/// The first tool that fails, with the end of its output.
pub fn run(project: &Project, options: &Options) -> Result<ExitCode> {
    let tools = setup::run(project)?;
    if options.browser {
        let _lock = project.lock("build")?;
        browser::build(project, &tools)?;
    } else if options.dev_worker {
        let _lock = project.lock("build")?;
        worker::build(project, &tools, Kind::Dev)?;
    } else {
        everything(project, &tools)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds everything.
///
/// # Errors
///
/// The first tool that fails, with the end of its output.
pub fn everything(project: &Project, tools: &Tools) -> Result<()> {
    let _lock = project.lock("build")?;
    browser::build(project, tools)?;
    worker::build(project, tools, Kind::Release)
}
