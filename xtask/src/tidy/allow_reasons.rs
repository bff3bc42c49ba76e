//! Every `#[allow]` and `#[expect]` says why: a `reason`, or a comment on its line or the line above.

use super::Finding;
use super::source::{RustFile, begins, group};

/// Judges one Rust file, its tests too.
pub fn check(file: &RustFile) -> Vec<Finding> {
    let source: Vec<&str> = file.text.lines().collect();
    let has_comment = |line: usize| {
        // The index of a line is one less than its number.
        let own = source.get(line - 1).is_some_and(|text| text.contains("//"));
        let above = line >= 2 && source.get(line - 2).is_some_and(|text| text.trim_start().starts_with("//"));
        own || above
    };
    let mut findings = Vec::new();
    for (index, token) in file.tokens.iter().enumerate() {
        let rest = file.tokens.get(index + 1..).unwrap_or_default();
        let attribute = if begins(rest, &["!"]) { rest.get(1..).unwrap_or_default() } else { rest };
        let lowers = begins(attribute, &["[", "allow", "("]) || begins(attribute, &["[", "expect", "("]);
        if token.text != "#" || !lowers {
            continue;
        }
        let reason = group(attribute).any(|token| token.is_word(&["reason"]));
        if !reason && !has_comment(token.line) {
            let text = "a lint is switched off without a reason: add `reason = \"…\"`";
            findings.push(Finding::new(&file.path, token.line, text));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    fn check_text(text: &str, expected: &[usize]) {
        let file = RustFile::parse("dni-core/src/lib.rs", text).unwrap();
        assert_eq!(lines(&check(&file)), expected, "{text}");
    }

    #[test]
    fn judges_attributes() {
        check_text("#![allow(dead_code)]", &[1]);
        check_text("\n#[allow(clippy::panic)]\nfn f() {}", &[2]);
        check_text("#[expect(dead_code)]\nfn f() {}", &[1]);
        check_text("#[allow(dead_code, reason = \"only on wasm32\")]\nfn f() {}", &[]);
        check_text("#[allow(dead_code)] // only on wasm32\nfn f() {}", &[]);
        check_text("// Only on wasm32.\n#[allow(dead_code)]\nfn f() {}", &[]);
        check_text("#[derive(Debug)]\nstruct A;\nfn allow() {}", &[]);
    }
}
