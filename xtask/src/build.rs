//! `build`: the browser library and the edge worker, ready to deploy.

use anyhow::Result;

use crate::parts::{browser, worker};
use crate::project::Project;
use crate::setup::Tools;

/// Builds everything.
///
/// # Errors
///
/// The first tool that fails, with the end of its output.
pub fn run(project: &Project, tools: &Tools) -> Result<()> {
    let _lock = project.lock("build")?;
    browser::build(project, tools)?;
    worker::build(project, tools)
}
