//! `size`: what a visitor downloads, against the budget and beside what pages load of others, and how large the worker is.

mod rivals;

use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::artifacts::assets::Asset;
use crate::artifacts::browser::{self, BrowserFiles};
use crate::artifacts::tools as npm_tools;
use crate::project::Project;
use crate::setup::{self, Tools};
use crate::{build, run};

/// What tag, glue and wasm may weigh together, in bytes of brotli: about 0.1 s on a slow phone connection (2 Mbit/s).
const BROWSER_BUDGET: usize = 28 * 1024;

/// What else to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Also builds with the standard library compiled for size, which needs rustup's rust-src and unstable flags.
    #[arg(long)]
    small: bool,
}

/// Builds, prints the table, writes `target/size.json`.
pub fn run(project: &Project, options: &Options) -> Result<ExitCode> {
    let tools = setup::run(project)?;
    build::everything(project, &tools)?;
    let more = More {
        small: if options.small { Some(small(project, &tools)?) } else { None },
        worker: worker(project, &tools)?,
        in_tools: in_tools(project, &tools)?,
    };
    let measured = measure(project, &tools, Some(&more))?;
    print!("{}", measured.table);
    Ok(if measured.is_within { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is measured for people alone: it has no budget, and takes most of the time.
pub struct More {
    /// The browser library's, where the standard library is compiled for size.
    small: Option<Size>,
    worker: Size,
    in_tools: Size,
}

/// The sizes of what was built.
pub struct Measured {
    /// Whether the browser library is within its budget.
    pub is_within: bool,
    /// All sizes, for people.
    pub table: String,
}

/// Measures what the last build wrote, and writes `target/size.json`.
pub fn measure(project: &Project, tools: &Tools, more: Option<&More>) -> Result<Measured> {
    let files = BrowserFiles::read(project)?;
    let parts =
        [("tag", &files.tag), ("glue", &files.glue), ("wasm", &files.wasm)].map(|(name, file)| (name, Size::of(file)));
    let browser = parts.iter().fold(Size::NOTHING, |sum, (_, size)| sum.plus(*size));
    let [extras, doctor, inline] = [&files.extras, &files.doctor, &files.inline].map(Size::of);

    let mut table = Table::new(browser);
    let mut report = Map::new();
    for (name, size) in parts {
        table.row(name, size);
        report.insert(name.to_owned(), size.json());
    }
    table.row("browser, sum", browser);
    report.insert("sum".to_owned(), browser.json());
    report.insert("budget_brotli".to_owned(), json!(BROWSER_BUDGET));
    if let Some(small) = more.and_then(|more| more.small) {
        table.compared("the same, small build", small);
        report.insert("small".to_owned(), small.json());
    }
    table.row("extras, rare", extras);
    table.row("doctor, only when asked for", doctor);
    table.row("single file", inline);
    for (name, size) in [("extras", extras), ("doctor", doctor), ("inline", inline)] {
        report.insert(name.to_owned(), size.json());
    }
    let mut report = Map::from_iter([("browser".to_owned(), Value::from(report))]);
    if let Some(&More { worker, in_tools, .. }) = more {
        table.row("worker", worker);
        table.row("npm tools, wasm", in_tools);
        report.insert("worker".to_owned(), worker.json());
        report.insert("tools".to_owned(), in_tools.json());
    }
    table.line("beside, times the browser's sum:");
    let mut others = Map::new();
    for rival in rivals::RIVALS {
        let (name, size) = (rival.name(project)?, rival.size(project, tools)?);
        table.compared(&name, size);
        others.insert(name, size.json());
    }
    report.insert("others".to_owned(), others.into());
    table.line(rivals::LEFT_OUT);
    let is_within = browser.brotli <= BROWSER_BUDGET;
    let word = if is_within { "within" } else { "OVER" };
    table.line(&format!("browser: {} of {BROWSER_BUDGET} bytes brotli, {word} the budget", browser.brotli));

    fs::write(project.path("target/size.json"), format!("{:#}\n", Value::from(report)))?;
    Ok(Measured { is_within, table: table.text })
}

/// The browser library's size where the standard library is compiled for size.
fn small(project: &Project, tools: &Tools) -> Result<Size> {
    let files = run::step("building the small browser library", || browser::small(project, tools))?;
    Ok(Size::of_all(&Asset::compress(project, tools, files)?))
}

/// The worker's script and wasm, each compressed by itself.
fn worker(project: &Project, tools: &Tools) -> Result<Size> {
    let read = |name: &str| fs::read(project.path("edge-worker/build").join(name)).context("the worker is not built");
    Ok(Size::of_all(&Asset::compress(project, tools, [read("index.js")?, read("index_bg.wasm")?])?))
}

fn in_tools(project: &Project, tools: &Tools) -> Result<Size> {
    Ok(Size::of_all(&Asset::compress(project, tools, [npm_tools::build(project, tools)?.wasm])?))
}

/// The sizes as lines of text.
struct Table {
    text: String,
    /// What others are compared with.
    own: Size,
}

impl Table {
    fn new(own: Size) -> Self {
        Self { text: format!("{:<36}{:>10}{:>10}{:>10}\n", "bytes", "raw", "gzip", "brotli"), own }
    }

    fn row(&mut self, name: &str, size: Size) {
        let _ = writeln!(self.text, "{name:<36}{:>10}{:>10}{:>10}", size.raw, size.gzip, size.brotli);
    }

    fn compared(&mut self, name: &str, size: Size) {
        let ratio = f64::from(u32::try_from(size.brotli).unwrap_or(u32::MAX))
            / f64::from(u32::try_from(self.own.brotli).unwrap_or(u32::MAX));
        let _ = writeln!(self.text, "{name:<36}{:>10}{:>10}{:>10}{ratio:>8.2}", size.raw, size.gzip, size.brotli);
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{text}");
    }
}

/// What one file weighs, in bytes.
#[derive(Clone, Copy)]
pub struct Size {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

impl Size {
    const NOTHING: Self = Self { raw: 0, gzip: 0, brotli: 0 };

    fn of(asset: &Asset) -> Self {
        Self { raw: asset.raw.len(), gzip: asset.gzip.len(), brotli: asset.brotli.len() }
    }

    fn of_all(assets: &[Asset]) -> Self {
        assets.iter().fold(Self::NOTHING, |sum, asset| sum.plus(Self::of(asset)))
    }

    fn plus(self, other: Self) -> Self {
        Self { raw: self.raw + other.raw, gzip: self.gzip + other.gzip, brotli: self.brotli + other.brotli }
    }

    fn json(self) -> Value {
        json!({ "raw": self.raw, "gzip": self.gzip, "brotli": self.brotli })
    }
}
