//! Only the store modules hold SQL, always with bound parameters: a string that is SQL stands in no other place, and
//! never in a formatting macro.
//!
//! A string is SQL when it starts with a verb in one case (`SELECT` or `select`, not the `Select` of a sentence) and
//! has that verb's second keyword after it.

use super::Finding;
use super::source::{RustFile, Token, begins, group};

const STORES: &str = "edge-worker/src/store/";

/// The verbs, each with the words of which one must follow it.
const VERBS: [(&str, &[&str]); 11] = [
    ("SELECT", &["FROM", "WHERE", "CHANGES()", "LAST_INSERT_ROWID()"]),
    ("INSERT", &["INTO"]),
    ("REPLACE", &["INTO"]),
    ("UPDATE", &["SET"]),
    ("DELETE", &["FROM"]),
    ("CREATE", &["TABLE", "INDEX", "TRIGGER", "VIEW"]),
    ("ALTER", &["TABLE"]),
    ("DROP", &["TABLE", "INDEX", "TRIGGER", "VIEW"]),
    ("WITH", &["AS"]),
    ("BEGIN", &["TRANSACTION"]),
    ("PRAGMA", &["="]),
];

const FORMATTING: [&str; 4] = ["format", "format_args", "write", "writeln"];

/// Judges one Rust file.
pub fn check(file: &RustFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (token, rest) in file.product() {
        if !file.path.starts_with(STORES) {
            if is_sql(token) {
                findings.push(Finding::new(&file.path, token.line, format!("SQL outside {STORES}")));
            }
        } else if token.is_word(&FORMATTING) && begins(rest, &["!"]) {
            let arguments = rest.get(1..).unwrap_or_default();
            findings.extend(group(arguments).filter(|token| is_sql(token)).map(|token| {
                Finding::new(&file.path, token.line, "SQL in a formatting macro: bind its values as parameters")
            }));
        }
    }
    findings
}

fn is_sql(token: &Token) -> bool {
    let Some(text) = token.string() else {
        return false;
    };
    // In a string over several lines the breaks are escapes or real ones.
    let text = text.replace("\\n", " ").replace('\\', " ");
    let mut words = text.split_whitespace();
    let Some(verb) = words.next() else {
        return false;
    };
    let one_case = verb == verb.to_uppercase() || verb == verb.to_lowercase();
    let Some((_, seconds)) = VERBS.iter().find(|(name, _)| *name == verb.to_uppercase()) else {
        return false;
    };
    one_case && words.any(|word| seconds.contains(&word.trim_end_matches([',', ';', '(']).to_uppercase().as_str()))
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
    fn finds_sql_outside_the_stores() {
        let sql = [
            r#"const Q: &str = "SELECT number FROM lease WHERE until > ?1";"#,
            r#"const Q: &str = "insert into lease (number) values (?1)";"#,
            r##"const Q: &str = r#"UPDATE lease SET until = ?1"#;"##,
            r#"fn f() { db.exec("DELETE FROM lease"); }"#,
            r#"const Q: &str = "\
                CREATE TABLE IF NOT EXISTS lease (number TEXT)";"#,
            r#"const Q: &str = "CREATE UNIQUE INDEX a ON b (c)";"#,
            r#"const Q: &str = "WITH live AS (SELECT 1) SELECT * FROM live";"#,
        ];
        for text in sql {
            check_text("edge-worker/src/routes/lease.rs", text, &[1]);
            check_text("dni-core/src/pool.rs", text, &[1]);
            check_text("edge-worker/src/store/lease.rs", text, &[]);
        }
        let prose = [
            r#"const S: &str = "Select a number from the list";"#,
            r#"const S: &str = "update";"#,
            r#"const S: &str = "create a site first";"#,
            r#"const S: &str = "DELETE";"#,
            "/// SELECT number FROM lease\nfn f() {}",
            r#"#[cfg(test)] mod tests { const Q: &str = "SELECT a FROM b"; }"#,
        ];
        for text in prose {
            check_text("edge-worker/src/routes/lease.rs", text, &[]);
        }
    }

    #[test]
    fn finds_formatted_sql() {
        let path = "edge-worker/src/store/lease.rs";
        let bad = "fn f() {\n let q = format!(\"SELECT a FROM {table}\");\n}";
        check_text(path, bad, &[2]);
        check_text(path, r#"fn f() { write!(q, "DELETE FROM {t}"); }"#, &[1]);
        let good = r#"fn f() { let m = format!("no lease {id}"); db.run("DELETE FROM lease"); }"#;
        check_text(path, good, &[]);
    }
}
