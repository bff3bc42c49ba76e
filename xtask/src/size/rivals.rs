//! What pages load of others: the scripts that the browser library is measured against, from their npm packages.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Size;
use crate::artifacts::assets::Asset;
use crate::project::Project;
use crate::run;
use crate::setup::Tools;

/// A script of another project.
pub struct Rival {
    /// The npm package.
    package: &'static str,
    /// The script within it.
    file: &'static str,
    /// Whether the package has it only in the form that a bundler takes.
    is_source: bool,
}

/// One script of each kind a page knows: web analytics small, middle and large, and phone numbers.
pub const RIVALS: [Rival; 4] = [
    Rival { package: "@plausible-analytics/tracker", file: "plausible.js", is_source: true },
    Rival { package: "@snowplow/browser-tracker", file: "dist/index.umd.min.js", is_source: false },
    Rival { package: "libphonenumber-js", file: "bundle/libphonenumber-min.js", is_source: false },
    Rival { package: "posthog-js", file: "dist/array.js", is_source: false },
];

/// Who is left out and why.
pub const LEFT_OUT: &str = "umami is left out: its tracker is in no npm package";

impl Rival {
    /// Names the package with its installed version.
    pub fn name(&self, project: &Project) -> Result<String> {
        let path = self.folder(project).join("package.json");
        let text = fs::read_to_string(&path).with_context(|| format!("{} is not installed", self.package))?;
        let manifest: Value = serde_json::from_str(&text)?;
        Ok(format!("{} {}", self.package, manifest.get("version").and_then(Value::as_str).unwrap_or("?")))
    }

    /// Measures the script as a page would load it.
    pub fn size(&self, project: &Project, tools: &Tools) -> Result<Size> {
        let file = self.folder(project).join(self.file);
        let bytes = if self.is_source { bundle(project, tools, &file)? } else { fs::read(&file)? };
        let [script] = Asset::compress(project, tools, [bytes])?;
        Ok(Size::of(&script))
    }

    fn folder(&self, project: &Project) -> std::path::PathBuf {
        project.path("node_modules").join(self.package)
    }
}

fn bundle(project: &Project, tools: &Tools, file: &Path) -> Result<Vec<u8>> {
    let output = project.path("target/dni/unnamed/rival.js");
    let mut esbuild = tools.command(&tools.npm_program("esbuild"))?;
    esbuild.arg(file).args(["--bundle", "--minify", "--format=esm", "--legal-comments=none", "--log-level=warning"]);
    let mut out = std::ffi::OsString::from("--outfile=");
    out.push(&output);
    run::quietly({
        esbuild.arg(out);
        esbuild
    })?;
    Ok(fs::read(output)?)
}
