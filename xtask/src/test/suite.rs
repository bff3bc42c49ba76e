//! Runs named stages one after the other and keeps the score.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Result;

use super::counts::Counts;
use crate::run::{self, Timer};

/// Lines of a failed stage that are shown; the log has all of them.
const SHOWN_LINES: usize = 120;

/// How one stage went.
pub struct Verdict {
    pub counts: Counts,
    /// What to print if something failed.
    pub shown: String,
    pub log: String,
}

impl Verdict {
    /// Runs a program whose exit status is the whole result.
    pub fn of_check(command: Command) -> Result<Self> {
        run::collect(command).map(Self::of_report)
    }

    /// Takes a program's exit status as the whole result.
    pub fn of_report(report: run::Report) -> Self {
        Self { counts: Counts::of_check(report.ok), shown: report.output.clone(), log: report.output }
    }

    /// Runs `cargo test`; with `may_be_empty`, running no test at all is no failure.
    pub fn of_cargo_test(command: Command, may_be_empty: bool) -> Result<Self> {
        let report = run::collect(command)?;
        let counts = Counts::of_cargo_test(&report.output);
        let shown = failures(&report.output).unwrap_or_else(|| report.output.clone());
        Ok(Self { counts: with_status(counts, report.ok, may_be_empty), shown, log: report.output })
    }
}

/// Adds a failure that the counts do not show: a program that broke off, or ran nothing.
pub fn with_status(mut counts: Counts, ok: bool, may_be_empty: bool) -> Counts {
    let silent_failure = !ok && counts.failed == 0;
    let nothing_ran = counts.total() == 0 && !may_be_empty;
    if silent_failure || nothing_ran {
        counts.failed += 1;
    }
    counts
}

/// The stages' common score and logs.
pub struct Suite {
    logs: PathBuf,
    total: Counts,
}

impl Suite {
    /// Starts with an empty folder of logs.
    pub fn new(logs: PathBuf) -> Result<Self> {
        if logs.exists() {
            fs::remove_dir_all(&logs)?;
        }
        fs::create_dir_all(&logs)?;
        Ok(Self { logs, total: Counts::default() })
    }

    /// Runs one stage and prints its line; what failed is printed below it.
    pub fn run(&mut self, name: &str, stage: impl FnOnce() -> Result<Verdict>) {
        print!("{name} … ");
        let _ = io::stdout().flush();
        let timer = Timer::start();
        let verdict = stage().unwrap_or_else(|error| {
            let text = format!("{error:#}\n");
            Verdict { counts: Counts::of_check(false), shown: text.clone(), log: text }
        });
        let log = self.logs.join(format!("{}.log", name.replace(' ', "-")));
        let logged = fs::write(&log, &verdict.log).is_ok();
        let score = match (verdict.counts.total(), verdict.counts.failed) {
            (1, 0) => "ok".to_owned(),
            (1, _) => "failed".to_owned(),
            _ => verdict.counts.to_string(),
        };
        println!("{score}, {timer}");
        if verdict.counts.failed > 0 {
            println!("{}", run::last_lines(&verdict.shown, SHOWN_LINES));
            if logged {
                println!("(all of it is in {})", log.display());
            }
        }
        self.total += verdict.counts;
    }

    /// Runs a stage that prints its own progress; answers whether it went well.
    pub fn run_openly(&mut self, name: &str, stage: impl FnOnce() -> Result<()>) -> bool {
        let result = stage();
        if let Err(error) = &result {
            println!("{name} failed: {error:#}");
        }
        self.total += Counts::of_check(result.is_ok());
        result.is_ok()
    }

    /// Counts a stage that could not run as failed.
    pub fn miss(&mut self, name: &str, why: &str) {
        println!("{name} … {why}");
        self.total += Counts::of_check(false);
    }

    /// Prints the score as the last line.
    pub fn finish(self) -> ExitCode {
        if self.total.passed + self.total.failed == 0 {
            println!("no test has that text in its name");
        }
        println!("{}", self.total);
        if self.total.passed > 0 && self.total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// The reports of failed tests in the output of `cargo test`: from each `failures:` to the result below it.
fn failures(output: &str) -> Option<String> {
    let mut inside = false;
    let mut kept = Vec::new();
    for line in output.lines() {
        inside |= line == "failures:";
        if inside {
            kept.push(line);
        }
        inside &= !line.starts_with("test result: ");
    }
    (!kept.is_empty()).then(|| kept.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_or_empty_run_is_a_failure() {
        let some = Counts { passed: 3, failed: 0, skipped: 0 };
        let bad = Counts { passed: 3, failed: 2, skipped: 0 };
        let none = Counts::default();
        assert_eq!(with_status(some, true, false).failed, 0);
        assert_eq!(with_status(some, false, false).failed, 1);
        assert_eq!(with_status(bad, false, false).failed, 2);
        assert_eq!(with_status(none, true, false).failed, 1);
        assert_eq!(with_status(none, true, true).failed, 0);
        assert_eq!(with_status(none, false, true).failed, 1);
    }

    #[test]
    fn shows_the_failures_alone() {
        let output = "test a ... ok\ntest b ... FAILED\n\nfailures:\n\n---- b ----\nleft: 1\n\nfailures:\n    b\n\n\
                      test result: FAILED. 1 passed; 1 failed\n\nrunning 1 test\ntest c ... ok\n";
        let shown = failures(output).unwrap();
        assert!(shown.starts_with("failures:") && shown.contains("left: 1"));
        assert!(!shown.contains("test c") && !shown.contains("test a"));
        assert_eq!(failures("error: could not compile"), None);
    }
}
