//! The tests written in Rust, by `cargo test`.

use std::process::Command;

use anyhow::Result;

use super::counts::Counts;
use super::suite::{Verdict, with_status};
use crate::run;

/// More failed tests than this are no unsteadiness, and not worth a second run.
pub const MOST_RETRIED: usize = 5;

/// Runs `cargo test`, and each failed test once more. With `may_be_empty`, running no test at all is no failure.
///
/// `cargo` makes the command anew, without arguments for the tests themselves.
pub fn run(cargo: impl Fn() -> Command, filter: Option<&str>) -> Result<Verdict> {
    let mut first = cargo();
    first.arg("--no-fail-fast").arg("--").args(filter);
    let report = run::collect(first)?;
    let counts = with_status(Counts::of_cargo_test(&report.output), report.ok, filter.is_some());
    let shown = failures(&report.output).unwrap_or_else(|| report.output.clone());
    let mut verdict = Verdict { counts, shown, log: report.output, ..Verdict::default() };
    let names = failed_names(&verdict.log);
    if verdict.counts.failed as usize == names.len() && names.len() <= MOST_RETRIED {
        for name in names {
            let mut again = cargo();
            again.args(["--", "--exact", &name]);
            let report = run::collect(again)?;
            if report.ok && Counts::of_cargo_test(&report.output).passed > 0 {
                verdict.counts.failed -= 1;
                verdict.counts.passed += 1;
                verdict.unsteady.push(name);
            }
        }
    }
    Ok(verdict)
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

/// The names of failed tests, as `test NAME ... FAILED` has them.
fn failed_names(output: &str) -> Vec<String> {
    let name = |line: &str| {
        let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
        Some(name.strip_suffix(" - should panic").unwrap_or(name).to_owned())
    };
    output.lines().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "test a ... ok\ntest m::b ... FAILED\n\nfailures:\n\n---- m::b ----\nleft: 1\n\nfailures:\n    m::b\n\n\
                          test result: FAILED. 1 passed; 1 failed\n\nrunning 1 test\ntest c ... ok\n\
                          test src/lib.rs - x (line 3) ... FAILED\n";

    #[test]
    fn shows_the_failures_alone() {
        let shown = failures(OUTPUT).unwrap();
        assert!(shown.starts_with("failures:") && shown.contains("left: 1"));
        assert!(!shown.contains("test c") && !shown.contains("test a"));
        assert_eq!(failures("error: could not compile"), None);
    }

    #[test]
    fn names_what_failed() {
        assert_eq!(failed_names(OUTPUT), ["m::b", "src/lib.rs - x (line 3)"]);
        assert!(failed_names("error: could not compile").is_empty());
    }
}
