//! Only `dni-wasm/js/page/write.js` changes the page, through node values; nobody writes markup.

use super::Finding;
use super::source::{RustFile, TextFile, begins};

const BROWSER: &str = "dni-wasm/src/";
const PAGE: &str = "dni-wasm/js/page/";
const WRITER: &str = "dni-wasm/js/page/write.js";

/// Methods of web-sys that change what the visitor sees.
const CHANGES: [&str; 20] = [
    "set_node_value",
    "set_text_content",
    "set_inner_text",
    "set_data",
    "append_data",
    "insert_data",
    "delete_data",
    "replace_data",
    "set_attribute",
    "set_attribute_ns",
    "toggle_attribute",
    "remove_attribute",
    "set_class_name",
    "set_id",
    "append_child",
    "insert_before",
    "replace_child",
    "remove_child",
    "replace_with_with_node_1",
    "replace_with_with_str_1",
];

/// Methods of web-sys that read a string as markup.
const MARKUP: [&str; 5] =
    ["set_inner_html", "set_outer_html", "insert_adjacent_html", "create_contextual_fragment", "set_srcdoc"];

/// The same in JavaScript.
const SCRIPT_MARKUP: [&str; 6] =
    [".innerHTML", ".outerHTML", "insertAdjacentHTML", "createContextualFragment", "document.write", ".srcdoc"];

/// How scripts change what stands in a text or attribute.
const SCRIPT_CHANGES: [&str; 5] = [".nodeValue = ", ".replaceData(", ".textContent = ", ".data = ", ".setAttribute("];

const NO_MARKUP: &str = "markup from a string: change node values and attributes";

/// Judges one Rust file.
pub fn check(file: &RustFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (token, rest) in file.product() {
        if !begins(rest, &["("]) {
            continue;
        }
        if token.is_word(&MARKUP) {
            findings.push(Finding::new(&file.path, token.line, NO_MARKUP));
        } else if token.is_word(&CHANGES) && file.is_in(&[BROWSER]) {
            let text = format!("`{}` outside {WRITER}: only it changes the page", token.text);
            findings.push(Finding::new(&file.path, token.line, text));
        }
    }
    findings
}

/// Judges one script of the browser library or the worker.
pub fn check_script(script: &TextFile) -> Vec<Finding> {
    if !["dni-wasm/", "edge-worker/"].iter().any(|folder| script.path.starts_with(folder)) {
        return Vec::new();
    }
    let has = |words: &[&str], line: &str| words.iter().any(|word| line.contains(word));
    let mut findings = Vec::new();
    for (number, line) in script.script_lines() {
        if has(&SCRIPT_MARKUP, line) {
            findings.push(Finding::new(&script.path, number, NO_MARKUP));
        } else if script.path.starts_with(PAGE) && script.path != WRITER && has(&SCRIPT_CHANGES, line) {
            let text = format!("changes the page outside {WRITER}");
            findings.push(Finding::new(&script.path, number, text));
        }
    }
    findings
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
        let change = "fn f() { node.set_node_value(Some(t)); }";
        check_text("dni-wasm/src/visit.rs", change, &[1]);
        let markup = "fn f() { element.set_inner_html(t); }";
        check_text("dni-wasm/src/page/mod.rs", markup, &[1]);
        check_text("edge-worker/src/lib.rs", markup, &[1]);
        check_text("edge-worker/src/lib.rs", "fn f() { x.set_id(1); }", &[]);
        check_text("dni-wasm/src/visit.rs", "// set_inner_html(x)\nfn f() { let set_id = 1; }", &[]);
    }

    #[test]
    fn judges_scripts() {
        let check_script_text = |path: &str, text: &str, expected: &[usize]| {
            assert_eq!(lines(&check_script(&TextFile::new(path, text))), expected, "{path}: {text}");
        };
        let bad = "// never innerHTML\nnode.innerHTML = text;\n";
        check_script_text("dni-wasm/js/glue.js", bad, &[2]);
        check_script_text("tests/rig/phone.mjs", bad, &[]);
        check_script_text("dni-wasm/js/page/write.js", "node.nodeValue = text;", &[]);
        check_script_text("dni-wasm/js/page/index.js", "if (a.nodeValue === b) return;\nnode.nodeValue = text;", &[2]);
    }
}
