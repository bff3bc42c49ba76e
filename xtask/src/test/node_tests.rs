//! The tests written in JavaScript, by Node's own test runner.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::cargo_tests::MOST_RETRIED;
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
    /// How many files run side by side, as far as ports and processor time allow.
    side_by_side: u8,
    /// What one file may take, in milliseconds. A file that hangs fails instead of holding up everything.
    limit_ms: u32,
}

/// The tests of one folder, ready to run.
pub struct NodeTests<'a> {
    pub project: &'a Project,
    pub tools: &'a Tools,
    pub files: TestFiles,
    pub filter: Option<&'a str>,
    /// Whether the tests that take long and rarely fail run, too.
    pub all: bool,
}

impl NodeTests<'_> {
    /// The carrier simulator by itself.
    pub const CARRIER: TestFiles = TestFiles { folder: "tests/carrier", side_by_side: 2, limit_ms: 120_000 };

    /// What starts and stops everything, by itself.
    pub const RIG: TestFiles = TestFiles { folder: "tests/rig", side_by_side: 1, limit_ms: 120_000 };

    /// The browser library in Chromium, with a stand-in for the edge.
    pub const BROWSER: TestFiles = TestFiles { folder: "tests/browser", side_by_side: 2, limit_ms: 600_000 };

    /// The packed npm package, installed into an empty project.
    pub const PACKAGE: TestFiles = TestFiles { folder: "tests/tools", side_by_side: 1, limit_ms: 300_000 };

    /// The packed npm package in small projects; bundlers and compilers take most of the time.
    pub const BUNDLERS: TestFiles = TestFiles { folder: "tests/packages", side_by_side: 1, limit_ms: 600_000 };

    /// Browser, edge and carrier together; starting them takes most of the time.
    pub const END_TO_END: TestFiles = TestFiles { folder: "tests/e2e", side_by_side: 2, limit_ms: 900_000 };

    /// Runs the files, and each failed test once more; reads the counts from the runner's TAP output.
    pub fn run(&self) -> Result<Verdict> {
        let folder = self.files.folder;
        let all = walk::files(&self.project.path(folder), &[TEST_FILE])?;
        if all.is_empty() {
            bail!("there is no *{TEST_FILE} in {folder}");
        }
        let (files, filter) = self.choose(all);
        let first = self.run_files(&files, filter.map(literally))?;
        let mut verdict = Verdict {
            counts: with_status(first.counts, first.ok, self.filter.is_some()),
            shown: failing_part(&first.output).to_owned(),
            log: first.output,
            files: first.outcomes.iter().filter_map(|outcome| self.duration(outcome)).collect(),
            ..Verdict::default()
        };
        // A file can break off more than once: in its tests, and in what it does after them.
        let failed: BTreeSet<_> = first.outcomes.into_iter().filter_map(Outcome::failed).collect();
        if !failed.is_empty() && failed.len() <= MOST_RETRIED {
            let mut still_failing = 0;
            for (file, name) in failed {
                // A file that breaks off as a whole is reported under its own path.
                let pattern =
                    if name == file { filter.map(literally) } else { Some(format!("^{}$", literally(&name))) };
                if self.passes_now(&file, pattern)? {
                    let own = self.own_path(&file);
                    verdict.unsteady.push(if name == file { own.to_owned() } else { format!("{name} in {own}") });
                } else {
                    still_failing += 1;
                }
            }
            verdict.counts = with_fewer_failures(verdict.counts, still_failing);
        }
        Ok(verdict)
    }

    /// Whether a file, or the test in it that the pattern finds, passes by itself.
    fn passes_now(&self, file: &str, pattern: Option<String>) -> Result<bool> {
        let again = self.run_files(&[PathBuf::from(file)], pattern)?;
        Ok(again.ok && again.counts.passed > 0 && again.counts.failed == 0)
    }

    fn run_files(&self, files: &[PathBuf], pattern: Option<String>) -> Result<NodeRun> {
        let report_path = |ending: &str| {
            let name = self.files.folder.replace('/', "-");
            self.project.path("target/test-logs").join(format!("{name}.{ending}"))
        };
        let (tap, outcomes) = (report_path("tap"), report_path("outcomes"));
        let mut node = self.tools.node(self.project)?;
        node.arg("--test").arg(format!("--test-timeout={}", self.files.limit_ms));
        node.arg(format!("--test-concurrency={}", self.files.side_by_side));
        if let Some(pattern) = pattern {
            node.arg(format!("--test-name-pattern={pattern}"));
        }
        node.env("DNI_CORE_ANSWERS", self.project.path("target/debug/examples/answers"));
        if self.all {
            node.env("DNI_TEST_ALL", "1");
        }
        node.args(["--test-reporter=tap", "--test-reporter-destination"]).arg(&tap);
        node.arg(format!("--test-reporter={}", self.project.path("xtask/src/test/outcomes.mjs").display()));
        node.arg("--test-reporter-destination").arg(&outcomes);
        node.args(["--test-reporter=spec", "--test-reporter-destination=stdout"]);
        node.args(files);
        let report = run::collect(node)?;
        let text = |path| fs::read_to_string(path).unwrap_or_default();
        Ok(NodeRun {
            ok: report.ok,
            output: report.output,
            counts: Counts::of_tap(&text(tap)).unwrap_or_default(),
            outcomes: text(outcomes).lines().filter_map(Outcome::parse).collect(),
        })
    }

    fn duration(&self, outcome: &Outcome) -> Option<(String, f64)> {
        match outcome {
            Outcome::File { path, seconds } => Some((self.own_path(path).to_owned(), *seconds)),
            Outcome::Failed { .. } => None,
        }
    }

    /// A path relative to the root of the project.
    fn own_path<'a>(&self, path: &'a str) -> &'a str {
        Path::new(path).strip_prefix(self.project.root()).ok().and_then(Path::to_str).unwrap_or(path)
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

/// What one call of Node's runner said.
struct NodeRun {
    ok: bool,
    output: String,
    counts: Counts,
    outcomes: Vec<Outcome>,
}

/// A line of the reporter `outcomes.mjs`.
#[derive(Debug, PartialEq)]
enum Outcome {
    File { path: String, seconds: f64 },
    Failed { path: String, name: String },
}

impl Outcome {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.splitn(3, '\t');
        let (kind, path, rest) = (words.next()?, words.next()?.to_owned(), words.next()?);
        match kind {
            "file" => Some(Self::File { path, seconds: rest.parse::<f64>().ok()? / 1000.0 }),
            "failed" => Some(Self::Failed { path, name: rest.to_owned() }),
            _ => None,
        }
    }

    fn failed(self) -> Option<(String, String)> {
        match self {
            Self::Failed { path, name } => Some((path, name)),
            Self::File { .. } => None,
        }
    }
}

/// The counts when of all failed tests only so many failed again. A failed part also fails the test around it, so that there
/// can be fewer to run again than were counted.
fn with_fewer_failures(counts: Counts, still_failing: u32) -> Counts {
    let failed = if still_failing == 0 { 0 } else { still_failing.min(counts.failed) };
    Counts { passed: counts.passed + counts.failed - failed, failed, ..counts }
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
    fn reads_the_outcomes() {
        let file = Outcome::File { path: "/p/a.test.mjs".to_owned(), seconds: 1.5 };
        assert_eq!(Outcome::parse("file\t/p/a.test.mjs\t1500"), Some(file));
        let failed = Outcome::Failed { path: "/p/a.test.mjs".to_owned(), name: "a call is taken".to_owned() };
        assert_eq!(Outcome::parse("failed\t/p/a.test.mjs\ta call is taken"), Some(failed));
        assert_eq!(Outcome::parse("file\t/p/a.test.mjs"), None);
        assert_eq!(Outcome::parse(""), None);
    }

    #[test]
    fn counts_what_passed_the_second_time_as_passed() {
        let counts = |passed, failed| Counts { passed, failed, skipped: 1 };
        assert_eq!(with_fewer_failures(counts(5, 3), 0), counts(8, 0));
        assert_eq!(with_fewer_failures(counts(5, 3), 1), counts(7, 1));
        assert_eq!(with_fewer_failures(counts(5, 1), 1), counts(5, 1));
    }

    #[test]
    fn shows_the_failing_part() {
        assert_eq!(failing_part("✔ a\n✖ b\n\n✖ failing tests:\n\nb: why"), "failing tests:\n\nb: why");
        assert_eq!(failing_part("SyntaxError"), "SyntaxError");
    }
}
