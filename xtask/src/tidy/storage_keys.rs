//! Every name of a Durable Object and every key of KV and R2 is made in one file: two that mean the same thing, or one thing under
//! two names, would be found by nobody.
//!
//! What can be seen is a name put together at the very call that takes it.

use super::Finding;
use super::source::{RustFile, Token, begins};

/// The file that makes names and keys.
const ALLOWED: &str = "edge-worker/core/src/keys.rs";

/// The worker's own code; its core cannot call a store.
const JUDGED: &str = "edge-worker/src/";

/// Methods that take the name of an object or a key and nothing else that could be written as a string.
const NAMED: [&str; 5] = ["get_by_name", "id_from_name", "get_by_name_with_location_hint", "put", "put_bytes"];

/// Methods of stores that headers and maps have, too: only a key that is put together tells them apart.
const AMBIGUOUS: [&str; 4] = ["get", "head", "delete", "get_with_metadata"];

/// Judges one Rust file.
pub fn check(file: &RustFile) -> Vec<Finding> {
    if !file.path.starts_with(JUDGED) {
        return Vec::new();
    }
    let mut before = "";
    let mut findings = Vec::new();
    for (token, rest) in file.product() {
        if before == "." && begins(rest, &["("]) {
            let argument = argument(rest);
            let is_formatted = begins(argument, &["format", "!"]);
            let is_written = is_formatted || argument.first().is_some_and(|token| token.string().is_some());
            if (token.is_word(&NAMED) && is_written) || (token.is_word(&AMBIGUOUS) && is_formatted) {
                findings.push(Finding::new(
                    &file.path,
                    token.line,
                    format!("names and keys are made by {ALLOWED} alone"),
                ));
            }
        }
        before = token.text.as_str();
    }
    findings
}

/// What stands behind the opening bracket, less the borrow.
fn argument(rest: &[Token]) -> &[Token] {
    let inside = rest.get(1..).unwrap_or_default();
    if begins(inside, &["&"]) { inside.get(1..).unwrap_or_default() } else { inside }
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
    fn judges_names_and_keys() {
        let bad = [
            r#"fn f() { namespace.get_by_name(&format!("{site}/{pool}")); }"#,
            r#"fn f() { env.durable_object("WATCH")?.get_by_name("account"); }"#,
            r#"fn f() { namespace.id_from_name(&format!("{carrier}/{call}")); }"#,
            r#"fn f() { kv.put(&format!("site/{id}"), text); }"#,
            r#"fn f() { kv.get(&format!("number/{number}")).text().await; }"#,
            r#"fn f() { bucket.delete(format!("{site}/{call}")); }"#,
            r#"fn f() { kv.put("site/harbor", text); }"#,
        ];
        for text in bad {
            check_text("edge-worker/src/store/published.rs", text, &[1]);
            check_text("edge-worker/core/src/keys.rs", text, &[]);
            check_text("call-router/src/flow.rs", text, &[]);
        }
        let good = [
            "fn f() { namespace.get_by_name(ObjectName::pool(site, pool).as_str()); }",
            r#"fn f() { headers.get("Origin"); record.get("site_id"); }"#,
            "fn f() { kv.put(key.as_str(), text); }",
            r#"fn f() { got.put(&[target.number], None, reply); put(&format!("x")); }"#,
        ];
        for text in good {
            check_text("edge-worker/src/store/published.rs", text, &[]);
        }
    }
}
