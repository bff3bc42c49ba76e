//! A Chromium for the end-to-end tests.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run;

/// The names under which distributions install it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const WHAT_TO_DO: &str = "Install Chromium or Chrome, or set CHROMIUM_BIN to the path of its program";

/// Chromium without what is around the page, as Debian packages it: the same engine, which opens a page for half the processor time.
const SHELL: &str = "chromium-headless-shell";

/// Finds Chromium, or installs Debian's where that is allowed.
///
/// # Errors
///
/// There is none and none can be installed.
pub fn ensure() -> Result<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM_BIN").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        if !path.is_file() {
            bail!("CHROMIUM_BIN names {}, which is no file. {WHAT_TO_DO}", path.display());
        }
        return Ok(path);
    }
    if let Some(path) = find() {
        return Ok(path);
    }
    super::apt::install("Chromium", &["chromium", "fonts-liberation"])
        .with_context(|| format!("no Chromium on PATH. {WHAT_TO_DO}"))?;
    find().with_context(|| format!("apt-get installed no Chromium on PATH. {WHAT_TO_DO}"))
}

/// The browser that tests open pages in: the shell where there is one or Debian has it, or else `chromium`. Who names a browser by
/// `$CHROMIUM_BIN` wants that one.
pub fn ensure_shell(chromium: &Path) -> PathBuf {
    if env::var_os("CHROMIUM_BIN").is_some_and(|path| !path.is_empty()) {
        return chromium.to_owned();
    }
    let find_shell = || run::find_on_path(SHELL);
    let install = || super::apt::install("Chromium's shell", &[SHELL]).ok().and_then(|()| find_shell());
    find_shell().or_else(install).unwrap_or_else(|| chromium.to_owned())
}

fn find() -> Option<PathBuf> {
    NAMES.iter().find_map(|name| run::find_on_path(name))
}
