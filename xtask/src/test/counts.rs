//! Reads from the tools' output how many tests passed.

use std::fmt;
use std::ops::AddAssign;

/// How the name of a file with JavaScript tests ends.
pub const TEST_FILE: &str = ".test.mjs";

/// How many tests passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
    pub skipped: u32,
}

impl Counts {
    /// A check that is one test by itself.
    pub fn of_check(ok: bool) -> Self {
        Self { passed: u32::from(ok), failed: u32::from(!ok), skipped: 0 }
    }

    /// The sum of the `test result:` lines of `cargo test`.
    pub fn of_cargo_test(output: &str) -> Self {
        let mut sum = Self::default();
        for line in output.lines() {
            let Some((_, result)) = line.split_once("test result: ") else {
                continue;
            };
            // "ok. 12 passed; 0 failed; 1 ignored; …"
            for part in result.split(['.', ';']) {
                let Some((number, what)) = part.trim().split_once(' ') else {
                    continue;
                };
                let Ok(number) = number.parse::<u32>() else {
                    continue;
                };
                match what {
                    "passed" => sum.passed += number,
                    "failed" => sum.failed += number,
                    "ignored" => sum.skipped += number,
                    _ => {}
                }
            }
        }
        sum
    }

    /// The totals at the end of the TAP output of Node's test runner, less the files without a test: the runner takes
    /// such a file for one passed test with the file's name.
    ///
    /// Nothing if the output breaks off before the totals.
    pub fn of_tap(output: &str) -> Option<Self> {
        let empty_files = output.lines().filter(|line| line.starts_with("ok ") && line.ends_with(TEST_FILE)).count();
        // A test may print such lines too; the runner's own come last.
        let total = |name: &str| {
            output
                .lines()
                .rev()
                .find_map(|line| line.strip_prefix("# ")?.strip_prefix(name)?.trim().parse::<u32>().ok())
        };
        Some(Self {
            passed: total("pass ")?.saturating_sub(u32::try_from(empty_files).ok()?),
            failed: total("fail ")? + total("cancelled ")?,
            skipped: total("skipped ")? + total("todo ")?,
        })
    }

    /// All tests together.
    pub fn total(self) -> u32 {
        self.passed + self.failed + self.skipped
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u32, failed: u32, skipped: u32) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn sums_cargo_results() {
        let output = "running 3 tests\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.01s\n\
            Doc-tests dni_core\n\
            test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s\n";
        assert_eq!(Counts::of_cargo_test(output), counts(7, 2, 1));
        assert_eq!(Counts::of_cargo_test("error: could not compile"), counts(0, 0, 0));
    }

    #[test]
    fn reads_the_last_totals_of_tap() {
        let output = "TAP version 13\n# pass 99\nok 1 - a\n1..1\n# tests 6\n# suites 0\n# pass 3\n# fail 1\n\
            # cancelled 1\n# skipped 1\n# todo 0\n# duration_ms 8.1\n";
        assert_eq!(Counts::of_tap(output), Some(counts(3, 2, 1)));
        assert_eq!(Counts::of_tap("TAP version 13\nok 1 - a\n"), None);
        let empty = output.replace("ok 1 - a", "# Subtest: /x/a.test.mjs\nok 1 - /x/a.test.mjs");
        assert_eq!(Counts::of_tap(&empty), Some(counts(2, 2, 1)));
    }

    #[test]
    fn prints_skipped_only_where_there_are_any() {
        assert_eq!(counts(3, 0, 0).to_string(), "3 passed, 0 failed");
        assert_eq!(counts(3, 1, 2).to_string(), "3 passed, 1 failed, 2 skipped");
    }
}
