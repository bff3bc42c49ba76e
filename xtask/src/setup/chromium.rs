//! A Chromium for the end-to-end tests.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::run;

/// The names under which distributions install it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const WHAT_TO_DO: &str = "Install Chromium or Chrome, or set CHROMIUM_BIN to the path of its program";

/// Finds Chromium, or installs Debian's where that is allowed.
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

fn find() -> Option<PathBuf> {
    NAMES.iter().find_map(|name| run::find_on_path(name))
}
