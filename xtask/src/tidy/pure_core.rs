//! `dni-core`, `call-router` and `edge-worker/core` have no I/O, no clock, no randomness and no async: time and random bytes are arguments.

use super::Finding;
use super::source::{RustFile, TextFile, begins, statement};

const PURE: [&str; 3] = ["dni-core/", "call-router/", "edge-worker/core/"];

/// Crates that reach out of the core.
const OUTSIDE_CRATES: [&str; 8] =
    ["worker", "web-sys", "js-sys", "wasm-bindgen", "wasm-bindgen-futures", "getrandom", "rand", "tokio"];

const CLOCKS: [&str; 2] = ["Instant", "SystemTime"];

/// Modules of `std` that reach out of the process.
const OUTSIDE_MODULES: [&str; 5] = ["fs", "net", "env", "process", "thread"];

/// Judges one Rust file.
pub fn check(file: &RustFile) -> Vec<Finding> {
    if !file.is_in(&PURE) || !file.path.contains("/src/") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (token, rest) in file.product() {
        let mut report = |text: String| findings.push(Finding::new(&file.path, token.line, text));
        let word = token.text.as_str();
        if token.is_word(&["async", "await"]) {
            report(format!("`{word}` in the pure core: effects are returned, shells perform them"));
        } else if token.is_word(&CLOCKS) {
            report(format!("`{word}` in the pure core: the time is an argument"));
        } else if begins(rest, &["::"]) && names_outside_crate(word) {
            report(format!("`{word}` in the pure core: it belongs into a shell"));
        } else if word == "std" && begins(rest, &["::"]) {
            for module in outside_modules(rest) {
                report(format!("`std::{module}` in the pure core: input and output belong into a shell"));
            }
        }
    }
    findings
}

/// Judges the dependencies in one Cargo.toml, development dependencies excepted.
pub fn check_manifest(manifest: &TextFile) -> Vec<Finding> {
    if !PURE.iter().any(|folder| manifest.path.starts_with(folder)) {
        return Vec::new();
    }
    let mut section = "";
    let mut findings = Vec::new();
    for (number, line) in manifest.lines() {
        let line = line.trim();
        if line.starts_with('[') {
            section = line;
        }
        // A dependency is a line of its section, or a section of its own.
        let name = match section.strip_prefix("[dependencies.") {
            Some(rest) if line == section => rest.trim_end_matches(']'),
            None if section.ends_with("dependencies]") => line.split(['.', ' ', '=']).next().unwrap_or_default(),
            _ => continue,
        };
        if !section.contains("dev-dependencies") && OUTSIDE_CRATES.contains(&name) {
            findings.push(Finding::new(
                &manifest.path,
                number,
                format!("the pure core depends on `{name}`: it belongs into a shell"),
            ));
        }
    }
    findings
}

fn names_outside_crate(word: &str) -> bool {
    OUTSIDE_CRATES.iter().any(|name| name.replace('-', "_") == word)
}

/// The forbidden modules named right after `std`: in a path, or in the braces of a `use`.
fn outside_modules(rest: &[super::source::Token]) -> Vec<&str> {
    let limit = if begins(rest, &["::", "{"]) { usize::MAX } else { 2 };
    statement(rest)
        .take(limit)
        .filter(|token| token.is_word(&OUTSIDE_MODULES))
        .map(|token| token.text.as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    fn check_text(path: &str, text: &str, expected: &[usize]) {
        let file = RustFile::parse(path, text).unwrap();
        assert_eq!(lines(&check(&file)), expected, "{path}: {text}");
    }

    #[test]
    fn judges_source() {
        let bad = [
            "use worker::Env;",
            "use web_sys::Window;",
            "fn f() { getrandom::fill(&mut b); }",
            "use std::time::Instant;",
            "fn f() { std::time::SystemTime::now(); }",
            "async fn f() {}",
            "fn f() { g().await }",
            "use std::fs::File;",
            "use std::{fmt, net::TcpStream};",
            "fn f() { std::env::var(n); }",
        ];
        for text in bad {
            check_text("dni-core/src/pool.rs", text, &[1]);
            check_text("call-router/src/flow/engine.rs", text, &[1]);
            check_text("edge-worker/core/src/keys.rs", text, &[1]);
            check_text("edge-worker/src/lib.rs", text, &[]);
            check_text("dni-core/tests/pool.rs", text, &[]);
        }
        let good = [
            "use std::fmt; use crate::env::Thing;",
            "use std::{fmt, collections::BTreeMap};",
            "fn f(worker: u8, process: u8) -> u8 { worker + process }",
            "// async std::fs worker::Env\nfn f() {}",
            "#[cfg(test)]\nmod tests { use std::fs; }",
            "fn f() -> &'static str { \"std::fs::read\" }",
        ];
        for text in good {
            check_text("dni-core/src/pool.rs", text, &[]);
        }
    }

    #[test]
    fn judges_dependencies() {
        let check_manifest_text = |path: &str, text: &str, expected: &[usize]| {
            let manifest = TextFile::new(path, text);
            assert_eq!(lines(&check_manifest(&manifest)), expected, "{text}");
        };
        let bad = "[dependencies]\nserde.workspace = true\njs-sys = \"0.3\"\ngetrandom.workspace = true\n";
        check_manifest_text("dni-core/Cargo.toml", bad, &[3, 4]);
        check_manifest_text("edge-worker/core/Cargo.toml", bad, &[3, 4]);
        check_manifest_text("edge-worker/Cargo.toml", bad, &[]);
        check_manifest_text("dni-core/Cargo.toml", "[dependencies.worker]\nversion = \"1\"\n", &[1]);
        let target = "[target.'cfg(unix)'.dependencies]\nrand = \"1\"\n";
        check_manifest_text("call-router/Cargo.toml", target, &[2]);
        let dev = "[dev-dependencies]\nrand = \"1\"\n[features]\nworker = []\n";
        check_manifest_text("dni-core/Cargo.toml", dev, &[]);
    }
}
