//! A Rust file is short enough to read in one go.

use super::Finding;
use super::source::RustFile;

/// Lines, tests included: about ten screens.
const MAX_LINES: usize = 600;

/// Judges one Rust file.
pub fn check(file: &RustFile) -> Vec<Finding> {
    let count = file.text.lines().count();
    if count <= MAX_LINES {
        return Vec::new();
    }
    let text = format!("{count} lines, more than {MAX_LINES}: split it by subject");
    vec![Finding::new(&file.path, MAX_LINES + 1, text)]
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    #[test]
    fn judges_length() {
        let check_lines = |count: usize, expected: &[usize]| {
            let file = RustFile::parse("dni-core/src/lib.rs", &"fn f() {}\n".repeat(count)).unwrap();
            assert_eq!(lines(&check(&file)), expected, "{count} lines");
        };
        check_lines(0, &[]);
        check_lines(600, &[]);
        check_lines(601, &[601]);
    }
}
