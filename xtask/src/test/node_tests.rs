//! The tests written in JavaScript, by Node's own test runner.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use super::counts::{Counts, TEST_FILE};
use super::suite::{Verdict, with_status};
use crate::project::Project;
use crate::run;
use crate::setup::Tools;
use crate::tidy::walk;

/// One folder of test files and how to run them.
#[derive(Clone, Copy)]
pub struct TestFiles {
    folder: &'static str,
    /// One after the other, where they share ports and processor time.
    one_by_one: bool,
    /// What one file may take, in milliseconds. A file that hangs fails instead of holding up everything.
    limit_ms: u32,
}

/// The tests of one folder, ready to run.
pub struct NodeTests<'a> {
    pub project: &'a Project,
    pub tools: &'a Tools,
    pub files: TestFiles,
    pub filter: Option<&'a str>,
}

impl NodeTests<'_> {
    /// The carrier simulator by itself.
    pub const CARRIER: TestFiles = TestFiles { folder: "tests/carrier", one_by_one: false, limit_ms: 120_000 };

    /// What starts and stops everything, by itself.
    pub const RIG: TestFiles = TestFiles { folder: "tests/rig", one_by_one: true, limit_ms: 120_000 };

    /// The browser library in Chromium, with a stand-in for the edge.
    pub const BROWSER: TestFiles = TestFiles { folder: "tests/browser", one_by_one: true, limit_ms: 300_000 };

    /// The packed npm package, installed into an empty project.
    pub const PACKAGE: TestFiles = TestFiles { folder: "tests/tools", one_by_one: true, limit_ms: 300_000 };

    /// The packed npm package in small projects; bundlers and compilers take most of the time.
    pub const BUNDLERS: TestFiles = TestFiles { folder: "tests/packages", one_by_one: true, limit_ms: 600_000 };

    /// Browser, edge and carrier together; starting them takes most of the time.
    pub const END_TO_END: TestFiles = TestFiles { folder: "tests/e2e", one_by_one: true, limit_ms: 900_000 };

    /// Runs the files and reads the counts from the runner's TAP output.
    pub fn run(&self) -> Result<Verdict> {
        let folder = self.files.folder;
        let all = walk::files(&self.project.path(folder), &[TEST_FILE])?;
        if all.is_empty() {
            bail!("there is no *{TEST_FILE} in {folder}");
        }
        let (files, pattern) = self.choose(all);
        let tap = self.project.path("target/test-logs").join(format!("{}.tap", folder.replace('/', "-")));
        let mut node = self.tools.node(self.project)?;
        node.arg("--test").arg(format!("--test-timeout={}", self.files.limit_ms));
        if self.files.one_by_one {
            node.arg("--test-concurrency=1");
        }
        if let Some(pattern) = pattern {
            node.arg(format!("--test-name-pattern={}", literally(pattern)));
        }
        node.args(["--test-reporter=tap", "--test-reporter-destination"]).arg(&tap);
        node.args(["--test-reporter=spec", "--test-reporter-destination=stdout"]);
        node.args(files);
        let report = run::collect(node)?;
        let text = fs::read_to_string(&tap).unwrap_or_default();
        let counts = Counts::of_tap(&text).unwrap_or_default();
        Ok(Verdict {
            counts: with_status(counts, report.ok, self.filter.is_some()),
            shown: failing_part(&report.output).to_owned(),
            log: report.output,
        })
    }

    /// The files with the filter's text in their path; where there are none, all files, and the text is for their tests.
    fn choose(&self, all: Vec<PathBuf>) -> (Vec<PathBuf>, Option<&str>) {
        let Some(filter) = self.filter else {
            return (all, None);
        };
        let named: Vec<PathBuf> = all
            .iter()
            .filter(|path| {
                let own = path.strip_prefix(self.project.root()).unwrap_or(path);
                own.to_string_lossy().contains(filter)
            })
            .cloned()
            .collect();
        if named.is_empty() { (all, Some(filter)) } else { (named, None) }
    }
}

/// A pattern of Node's that finds this very text.
fn literally(text: &str) -> String {
    let mut pattern = String::new();
    for character in text.chars() {
        if r"\^$.|?*+()[]{}/".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// The summary of failed tests at the end of the runner's report.
fn failing_part(output: &str) -> &str {
    output.find("failing tests:").and_then(|start| output.get(start..)).unwrap_or(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_patterns_mean() {
        assert_eq!(literally("a lease (new)"), r"a lease \(new\)");
        assert_eq!(literally("plain"), "plain");
    }

    #[test]
    fn shows_the_failing_part() {
        assert_eq!(failing_part("✔ a\n✖ b\n\n✖ failing tests:\n\nb: why"), "failing tests:\n\nb: why");
        assert_eq!(failing_part("SyntaxError"), "SyntaxError");
    }
}
