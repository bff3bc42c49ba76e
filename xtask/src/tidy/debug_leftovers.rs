//! The shells print nothing for debugging: a visitor's console and the worker's log belong to their owners.

use super::Finding;
use super::source::{RustFile, TextFile, begins};

const SHELLS: [&str; 2] = ["dni-wasm/", "edge-worker/"];

const MACROS: [&str; 6] = ["println", "print", "eprintln", "eprint", "dbg", "console_log"];

/// Judges one Rust file.
pub fn check(file: &RustFile) -> Vec<Finding> {
    if !file.is_in(&SHELLS) {
        return Vec::new();
    }
    file.product()
        .filter(|(token, rest)| {
            let prints = token.is_word(&MACROS) && begins(rest, &["!"]);
            let logs = token.is_word(&["console"])
                && begins(rest, &["::"])
                && rest.get(1).is_some_and(|name| name.text.starts_with("log_"));
            prints || logs
        })
        .map(|(token, _)| finding(&file.path, token.line))
        .collect()
}

/// Judges one script of a shell.
pub fn check_script(script: &TextFile) -> Vec<Finding> {
    if !SHELLS.iter().any(|folder| script.path.starts_with(folder)) {
        return Vec::new();
    }
    script
        .script_lines()
        .filter(|(_, line)| line.contains("console.log(") || line.contains("debugger;"))
        .map(|(number, _)| finding(&script.path, number))
        .collect()
}

fn finding(path: &str, line: usize) -> Finding {
    Finding::new(path, line, "output left over from debugging")
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
    fn judges_rust() {
        let bad = [
            "fn f() { println!(\"x\"); }",
            "fn f() { let a = dbg!(b); }",
            "fn f() { console_log!(\"x\"); }",
            "fn f() { web_sys::console::log_1(&v); }",
        ];
        for text in bad {
            check_text("edge-worker/src/lib.rs", text, &[1]);
            check_text("dni-wasm/src/lib.rs", text, &[1]);
            check_text("xtask/src/main.rs", text, &[]);
        }
        check_text("edge-worker/src/lib.rs", "fn f() { console_error!(\"x\"); }", &[]);
        check_text("edge-worker/src/lib.rs", "// println!(\"x\")\nfn print() {}", &[]);
    }

    #[test]
    fn judges_scripts() {
        let check_script_text = |path: &str, text: &str, expected: &[usize]| {
            assert_eq!(lines(&check_script(&TextFile::new(path, text))), expected, "{path}: {text}");
        };
        check_script_text("dni-wasm/js/tag.js", "a();\nconsole.log(a);\n", &[2]);
        check_script_text("dni-wasm/js/tag.js", "// console.log(a);\n", &[]);
        check_script_text("tests/rig/demo.mjs", "console.log(a);\n", &[]);
    }
}
