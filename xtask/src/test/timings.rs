//! How long stages and test files took.

use std::fmt::Write as _;

/// Test files that are shown; the file of timings has all of them.
const SHOWN_FILES: usize = 12;

/// The times of one run, in seconds.
#[derive(Default)]
pub struct Timings {
    stages: Vec<(String, f64)>,
    files: Vec<(String, f64)>,
}

impl Timings {
    pub fn add_stage(&mut self, name: &str, seconds: f64) {
        self.stages.push((name.to_owned(), seconds));
    }

    pub fn add_file(&mut self, name: &str, seconds: f64) {
        self.files.push((name.to_owned(), seconds));
    }

    /// The stages in the order in which they ended, and the slowest files.
    pub fn table(&self) -> String {
        let mut text = String::from("seconds  stage\n");
        let mut rows = |entries: &[(String, f64)]| {
            for (name, seconds) in entries {
                let _ = writeln!(text, "{seconds:7.1}  {name}");
            }
        };
        rows(&self.stages);
        if !self.files.is_empty() {
            let mut slowest = self.files.clone();
            slowest.sort_by(|a, b| b.1.total_cmp(&a.1));
            slowest.truncate(SHOWN_FILES);
            text.push_str("seconds  slowest test files\n");
            for (name, seconds) in &slowest {
                let _ = writeln!(text, "{seconds:7.1}  {name}");
            }
        }
        text
    }

    /// All of them, a line each: what it is, its name, its seconds.
    pub fn tsv(&self) -> String {
        let mut text = String::new();
        for (kind, entries) in [("stage", &self.stages), ("file", &self.files)] {
            for (name, seconds) in entries {
                let _ = writeln!(text, "{kind}\t{name}\t{seconds:.1}");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_all_and_shows_the_slowest() {
        let mut timings = Timings::default();
        timings.add_stage("clippy", 12.34);
        for second in 0..20_u8 {
            timings.add_file(&format!("tests/{second}.test.mjs"), f64::from(second));
        }
        assert!(timings.tsv().starts_with("stage\tclippy\t12.3\nfile\ttests/0.test.mjs\t0.0\n"));
        assert_eq!(timings.tsv().lines().count(), 21);
        let table = timings.table();
        assert!(table.contains("   12.3  clippy\n") && table.contains("   19.0  tests/19.test.mjs\n"));
        assert!(!table.contains("tests/7.test.mjs"));
    }
}
