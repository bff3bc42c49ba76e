//! Every crate that is built into the project has a licence that lets anybody use the whole.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::Finding;

/// Licences, by SPDX id, that ask for no more than keeping a notice. MPL-2.0 asks for the source of its own files, which
/// the registry serves.
const ALLOWED: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Judges what `cargo metadata` says of all normal dependencies.
pub fn check(metadata: &Value) -> Vec<Finding> {
    let packages: HashMap<&str, &Value> =
        list(metadata, "packages").filter_map(|package| Some((text(package, "id")?, package))).collect();
    used_packages(metadata)
        .into_iter()
        .filter_map(|id| {
            let package = packages.get(id)?;
            let name = text(package, "name").unwrap_or(id);
            let licence = text(package, "license").unwrap_or_default();
            if is_allowed(licence) {
                return None;
            }
            let what = format!("{name} is licensed `{licence}`, which is not on the list of allowed licences");
            // The lock file is generated: its first line stands for the whole.
            Some(Finding::new("Cargo.lock", 1, what))
        })
        .collect()
}

/// The ids of all packages that the workspace's crates reach through normal dependencies.
fn used_packages(metadata: &Value) -> BTreeSet<&str> {
    let nodes: HashMap<&str, &Value> = metadata
        .get("resolve")
        .into_iter()
        .flat_map(|resolve| list(resolve, "nodes"))
        .filter_map(|node| Some((text(node, "id")?, node)))
        .collect();
    let mut waiting: Vec<&str> = list(metadata, "workspace_members").filter_map(Value::as_str).collect();
    let mut used = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if !used.insert(id) {
            continue;
        }
        let dependencies = nodes.get(id).into_iter().flat_map(|node| list(node, "deps"));
        waiting.extend(
            dependencies.filter(|dependency| is_normal(dependency)).filter_map(|dependency| text(dependency, "pkg")),
        );
    }
    used
}

fn is_normal(dependency: &Value) -> bool {
    list(dependency, "dep_kinds").any(|kind| kind.get("kind").is_none_or(Value::is_null))
}

/// Whether an SPDX expression can be fulfilled with allowed licences alone: every `AND` part, any `OR` part.
fn is_allowed(expression: &str) -> bool {
    // Crates from before SPDX expressions write MIT/Apache-2.0.
    let expression = expression.replace('/', " OR ");
    let spaced = expression.replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words };
    parser.any_of() && parser.words.is_empty()
}

struct Parser<'a> {
    words: &'a [&'a str],
}

impl Parser<'_> {
    fn any_of(&mut self) -> bool {
        let mut allowed = self.all_of();
        while self.skip("OR") {
            allowed |= self.all_of();
        }
        allowed
    }

    fn all_of(&mut self) -> bool {
        let mut allowed = self.one();
        while self.skip("AND") {
            allowed &= self.one();
        }
        allowed
    }

    fn one(&mut self) -> bool {
        if self.skip("(") {
            let allowed = self.any_of();
            return self.skip(")") && allowed;
        }
        let Some((licence, rest)) = self.words.split_first() else {
            return false;
        };
        self.words = rest;
        match self.words {
            ["WITH", exception, rest @ ..] => {
                self.words = rest;
                ALLOWED.contains(&format!("{licence} WITH {exception}").as_str())
            }
            _ => ALLOWED.contains(licence),
        }
    }

    fn skip(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn judges_expressions() {
        let good = [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
        ];
        for expression in good {
            assert!(is_allowed(expression), "{expression}");
        }
        let bad = [
            "",
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "(MIT OR Apache-2.0) AND LGPL-2.1",
            "(MIT",
            "MIT Apache-2.0",
            "GPL-2.0 WITH Classpath-exception-2.0",
        ];
        for expression in bad {
            assert!(!is_allowed(expression), "{expression}");
        }
    }

    #[test]
    fn follows_normal_dependencies_only() {
        let metadata = json!({
            "workspace_members": ["a"],
            "packages": [
                { "id": "a", "name": "a", "license": "MIT" },
                { "id": "b", "name": "b", "license": "GPL-3.0-only" },
                { "id": "c", "name": "c", "license": "GPL-3.0-only" },
            ],
            "resolve": { "nodes": [
                { "id": "a", "deps": [
                    { "pkg": "b", "dep_kinds": [{ "kind": null }] },
                    { "pkg": "c", "dep_kinds": [{ "kind": "dev" }] },
                ]},
            ]},
        });
        let findings = check(&metadata);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].to_string().starts_with("Cargo.lock:1: b is licensed"));
    }
}
