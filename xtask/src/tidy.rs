//! `tidy`: the house rules that a compiler does not know, checked on the project's own text.
//!
//! Each rule is one file with one `check` function and its own samples of good and bad.

mod acyclic;
mod allow_reasons;
mod debug_leftovers;
mod dom_writes;
mod file_length;
mod file_names;
mod inherited_lints;
mod markdown_links;
mod module_graph;
mod pure_core;
mod source;
mod sql_in_stores;
mod storage_keys;
mod they;
pub mod walk;
mod xml_writer;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::Args;
use serde_json::Value;

use crate::project::Project;
use crate::run;
use source::{RustFile, TextFile};

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    path: String,
    /// Counts from 1.
    line: usize,
    text: String,
}

impl Finding {
    /// A finding in a file, whose path is relative to the root.
    pub fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.text)
    }
}

#[derive(Args)]
pub struct Options {
    /// Prints which module of this crate uses which, and its circles, and nothing else.
    #[arg(long, value_name = "CRATE")]
    modules: Option<String>,
}

/// Prints every finding and their number.
pub fn run(project: &Project, options: &Options) -> Result<ExitCode> {
    if let Some(package) = &options.modules {
        return show_modules(project, package);
    }
    let report = check(project)?;
    print!("{report}");
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show_modules(project: &Project, package: &str) -> Result<ExitCode> {
    let tree = Tree::read(project)?;
    let graph = acyclic::graph_of(&tree.metadata, &tree.rust, package)?;
    print!("{graph}");
    let circles = acyclic::circles(&graph);
    for circle in &circles {
        println!("{circle}");
    }
    println!("{package}: {} files, {} uses, {} circles", graph.files.len(), graph.edges.len(), circles.len());
    Ok(if circles.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What all rules found.
pub struct Report {
    findings: BTreeSet<Finding>,
}

impl Report {
    /// Whether nothing breaks a rule.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        writeln!(f, "tidy: {} rules, {} findings", RULES.len() + 1, self.findings.len())
    }
}

/// Applies every rule to the project.
///
/// # Errors
///
/// A file cannot be read, or a Rust file is no Rust.
pub fn check(project: &Project) -> Result<Report> {
    let tree = Tree::read(project)?;
    let mut findings = BTreeSet::new();
    for rule in RULES {
        findings.extend(rule(&tree));
    }
    findings.extend(acyclic::check(&tree.metadata, &tree.rust)?);
    Ok(Report { findings })
}

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: [Rule; 12] = [
    |tree| each(&tree.rust, allow_reasons::check),
    |tree| {
        let mut findings = each(&tree.rust, debug_leftovers::check);
        findings.extend(each(&tree.scripts, debug_leftovers::check_script));
        findings
    },
    |tree| {
        let mut findings = each(&tree.rust, dom_writes::check);
        findings.extend(each(&tree.scripts, dom_writes::check_script));
        findings
    },
    |tree| each(&tree.rust, file_length::check),
    |tree| file_names::check(&tree.paths),
    |tree| each(&tree.manifests, inherited_lints::check),
    |tree| {
        let exists = |path: &Path| tree.root.join(path).exists();
        let read = |path: &Path| fs::read_to_string(tree.root.join(path)).ok();
        each(&tree.documents, |document| markdown_links::check(document, exists, read))
    },
    |tree| {
        let mut findings = each(&tree.rust, pure_core::check);
        findings.extend(each(&tree.manifests, pure_core::check_manifest));
        findings
    },
    |tree| each(&tree.rust, sql_in_stores::check),
    |tree| each(&tree.rust, storage_keys::check),
    |tree| each(&tree.prose, they::check),
    |tree| each(&tree.rust, xml_writer::check),
];

fn each<T>(files: &[T], check: impl Fn(&T) -> Vec<Finding>) -> Vec<Finding> {
    files.iter().flat_map(check).collect()
}

/// Everything the rules look at.
struct Tree {
    root: std::path::PathBuf,
    paths: Vec<String>,
    rust: Vec<RustFile>,
    scripts: Vec<TextFile>,
    documents: Vec<TextFile>,
    /// Whatever has sentences: code for its comments and strings, documents and pages.
    prose: Vec<TextFile>,
    manifests: Vec<TextFile>,
    metadata: Value,
}

impl Tree {
    fn read(project: &Project) -> Result<Self> {
        let mut tree = Self {
            root: project.root().to_path_buf(),
            paths: Vec::new(),
            rust: Vec::new(),
            scripts: Vec::new(),
            documents: Vec::new(),
            prose: Vec::new(),
            manifests: Vec::new(),
            metadata: metadata(project)?,
        };
        for file in walk::files(project.root(), &[""])? {
            let relative = file.strip_prefix(project.root())?;
            let path = relative.to_str().context("a file is not named in UTF-8")?.replace('\\', "/");
            tree.paths.push(path.clone());
            let read = || fs::read_to_string(&file).with_context(|| format!("cannot read {path} as text"));
            let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if ["rs", "js", "mjs", "ts", "md", "html", "sql", "toml"].contains(&ending) {
                tree.prose.push(TextFile::new(&path, &read()?));
            }
            match ending {
                "rs" => tree.rust.push(RustFile::parse(&path, &read()?)?),
                "js" | "mjs" => tree.scripts.push(TextFile::new(&path, &read()?)),
                "md" => tree.documents.push(TextFile::new(&path, &read()?)),
                "toml" if path.ends_with("/Cargo.toml") => {
                    tree.manifests.push(TextFile::new(&path, &read()?));
                }
                _ => {}
            }
        }
        Ok(tree)
    }
}

fn metadata(project: &Project) -> Result<Value> {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--format-version", "1"]).current_dir(project.root());
    let text = run::stdout_of(cargo).context("`cargo metadata` failed; run it by hand to see why")?;
    Ok(serde_json::from_str(&text)?)
}

/// The lines of the findings, for the rules' tests.
#[cfg(test)]
fn lines(findings: &[Finding]) -> Vec<usize> {
    findings.iter().map(|finding| finding.line).collect()
}
