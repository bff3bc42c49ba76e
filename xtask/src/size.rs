//! `size`: what a visitor downloads, against the budget, and how large the worker is.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::parts::assets::Asset;
use crate::parts::browser::BrowserFiles;
use crate::parts::tools as npm_tools;
use crate::project::Project;
use crate::{build, setup};

/// What tag, glue and wasm may weigh together, in bytes of brotli: about 0.1 s on a slow phone connection (2 Mbit/s).
const BROWSER_BUDGET: usize = 28 * 1024;

/// Builds, prints the table, writes `target/size.json`.
pub fn run(project: &Project) -> Result<ExitCode> {
    let tools = setup::run(project)?;
    build::run(project, &tools)?;
    let files = BrowserFiles::read(project)?;
    let tag = Size::of(&files.tag);
    let glue = Size::of(&files.glue);
    let wasm = Size::of(&files.wasm);
    let browser = tag.plus(glue).plus(wasm);
    let extras = Size::of(&files.extras);
    let inline = Size::of(&files.inline);
    let worker = worker_size(project)?;

    let in_tools = Size::of(&Asset::new(npm_tools::build(project, &tools)?.wasm)?);

    println!("{:<16}{:>10}{:>10}{:>10}", "bytes", "raw", "gzip", "brotli");
    let parts = [
        ("tag", tag),
        ("glue", glue),
        ("wasm", wasm),
        ("browser, sum", browser),
        ("extras, rare", extras),
        ("single file", inline),
        ("worker", worker),
        ("npm tools, wasm", in_tools),
    ];
    for (name, size) in parts {
        println!("{name:<16}{:>10}{:>10}{:>10}", size.raw, size.gzip, size.brotli);
    }
    let within = browser.brotli <= BROWSER_BUDGET;
    let word = if within { "within" } else { "OVER" };
    println!("browser: {} of {BROWSER_BUDGET} bytes brotli, {word} the budget", browser.brotli);

    let report = json!({
        "browser": {
            "tag": tag.json(), "glue": glue.json(), "wasm": wasm.json(), "sum": browser.json(),
            "extras": extras.json(), "inline": inline.json(),
            "budget_brotli": BROWSER_BUDGET,
        },
        "worker": worker.json(),
        "tools": in_tools.json(),
    });
    fs::write(project.path("target/size.json"), format!("{report:#}\n"))?;
    Ok(if within { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(Clone, Copy)]
struct Size {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

impl Size {
    fn of(asset: &Asset) -> Self {
        Self { raw: asset.raw.len(), gzip: asset.gzip.len(), brotli: asset.brotli.len() }
    }

    fn plus(self, other: Self) -> Self {
        Self { raw: self.raw + other.raw, gzip: self.gzip + other.gzip, brotli: self.brotli + other.brotli }
    }

    fn json(self) -> Value {
        json!({ "raw": self.raw, "gzip": self.gzip, "brotli": self.brotli })
    }
}

/// The worker's scripts and wasm, each compressed by itself.
fn worker_size(project: &Project) -> Result<Size> {
    let folder = project.path("edge-worker/build");
    let mut sum = Size { raw: 0, gzip: 0, brotli: 0 };
    for entry in fs::read_dir(&folder).context("the worker is not built")? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "js" || ending == "wasm") {
            sum = sum.plus(Size::of(&Asset::new(fs::read(path)?)?));
        }
    }
    Ok(sum)
}
