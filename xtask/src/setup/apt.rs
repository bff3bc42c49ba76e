//! System packages of Debian and Ubuntu.

use std::process::Command;

use anyhow::{Result, bail};

use crate::run;

/// Installs packages under a progress line, where this process may.
///
/// # Errors
///
/// No Debian system, no root, or apt-get fails.
pub fn install(what: &str, packages: &[&str]) -> Result<()> {
    if run::find_on_path("apt-get").is_none() {
        bail!("this is not a Debian system");
    }
    if !is_root() {
        bail!("apt-get needs root");
    }
    run::step(&format!("installing {what}"), || {
        let mut update = Command::new("apt-get");
        update.arg("update");
        run::quietly(update)?;
        let mut install = Command::new("apt-get");
        install
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive");
        run::quietly(install)
    })
}

fn is_root() -> bool {
    let mut id = Command::new("id");
    id.arg("-u");
    run::stdout_of(id).is_ok_and(|user| user == "0")
}
