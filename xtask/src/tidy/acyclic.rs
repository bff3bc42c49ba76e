//! No circle of modules: who reads a file can read what it stands on first. A parent and its child may use each other.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Finding;
use super::module_graph::{Example, ModuleGraph};
use super::source::RustFile;

/// Judges all crates of the workspace.
///
/// # Errors
///
/// A crate's files cannot be read as Rust.
pub fn check(metadata: &Value, files: &[RustFile]) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for root in roots(metadata) {
        findings.extend(circles(&graph(&root.file, files)?));
    }
    Ok(findings)
}

/// The graph of one crate, by its package's name.
pub fn graph_of(metadata: &Value, files: &[RustFile], package: &str) -> Result<ModuleGraph> {
    let root = roots(metadata).into_iter().find(|root| root.package == package);
    let root = root.with_context(|| format!("the workspace has no package {package}"))?;
    graph(&root.file, files)
}

/// The circles of a graph, one finding each.
pub fn circles(graph: &ModuleGraph) -> Vec<Finding> {
    let reachable: Vec<BTreeSet<usize>> = (0..graph.files.len()).map(|file| reachable_from(graph, file)).collect();
    let reaches = |from: usize, to: usize| reachable.get(from).is_some_and(|files| files.contains(&to));
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let mut findings = Vec::new();
    for first in 0..graph.files.len() {
        let circle: BTreeSet<usize> =
            (first..graph.files.len()).filter(|other| reaches(first, *other) && reaches(*other, first)).collect();
        if seen.contains(&first) || circle.len() < 2 {
            continue;
        }
        seen.extend(&circle);
        if !is_family(graph, &circle) {
            findings.extend(describe(graph, &circle));
        }
    }
    findings
}

struct Root {
    package: String,
    /// Relative to the root of the project.
    file: String,
}

/// The file with which each package of the workspace begins.
fn roots(metadata: &Value) -> Vec<Root> {
    let base = metadata.get("workspace_root").and_then(Value::as_str).unwrap_or_default();
    let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let is_own = |package: &&Value| package.get("source").is_none_or(Value::is_null);
    let mut roots = Vec::new();
    for package in list(metadata, "packages").iter().filter(is_own) {
        for target in list(package, "targets") {
            let is_shipped = list(&target, "kind")
                .iter()
                .filter_map(Value::as_str)
                .any(|kind| ["lib", "rlib", "cdylib", "bin"].contains(&kind));
            let path = target.get("src_path").and_then(Value::as_str).and_then(|path| path.strip_prefix(base));
            if let (true, Some(path), Some(name)) = (is_shipped, path, package.get("name").and_then(Value::as_str)) {
                roots.push(Root { package: name.to_owned(), file: path.trim_start_matches('/').to_owned() });
            }
        }
    }
    roots
}

fn graph(root: &str, files: &[RustFile]) -> Result<ModuleGraph> {
    ModuleGraph::read(root, &|path| files.iter().find(|file| file.path == path).map(|file| file.text.as_str()))
}

/// Every file that can be come to from one by at least one edge.
fn reachable_from(graph: &ModuleGraph, start: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open = vec![start];
    while let Some(file) = open.pop() {
        let next = graph.edges.keys().filter(|(from, _)| *from == file).map(|(_, to)| *to);
        open.extend(next.filter(|to| found.insert(*to)).collect::<Vec<_>>());
    }
    found
}

/// Whether all of it is parents and their children: what such files say to each other goes in no longer circle.
fn is_family(graph: &ModuleGraph, circle: &BTreeSet<usize>) -> bool {
    let parent = |file: usize| graph.files.get(file).and_then(|file| file.parent);
    inside(graph, circle).all(|((from, to), _)| parent(from) == Some(to) || parent(to) == Some(from))
}

fn inside<'a>(graph: &'a ModuleGraph, circle: &BTreeSet<usize>) -> impl Iterator<Item = ((usize, usize), &'a Example)> {
    let is_inside = |(from, to): (usize, usize)| circle.contains(&from) && circle.contains(&to);
    graph.edges.iter().map(|(edge, example)| (*edge, example)).filter(move |(edge, _)| is_inside(*edge))
}

fn describe(graph: &ModuleGraph, circle: &BTreeSet<usize>) -> Option<Finding> {
    let name = |file: usize| graph.files.get(file).map_or("", |file| file.module.as_str());
    let names: Vec<&str> = circle.iter().map(|file| name(*file)).collect();
    let mut text = format!("{} modules use each other in a circle: {}", names.len(), names.join(", "));
    for ((from, to), example) in inside(graph, circle) {
        let file = graph.files.get(from).map_or("", |file| file.path.as_str());
        let _ = write!(text, "\n    {} -> {}: {} at {file}:{}", name(from), name(to), example.path, example.line);
    }
    let ((from, _), example) = inside(graph, circle).next()?;
    Some(Finding::new(&graph.files.get(from)?.path, example.line, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads files named below `src`, the root first, and answers the modules of each circle.
    fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
        let text_of = |path: &str| files.iter().find(|(name, _)| format!("src/{name}") == path).map(|(_, text)| *text);
        let graph = ModuleGraph::read("src/lib.rs", &text_of).unwrap();
        let named = |finding: Finding| {
            let first = finding.text.lines().next().unwrap();
            first.split_once(": ").unwrap().1.replace("crate::", "")
        };
        circles(&graph).into_iter().map(named).collect()
    }

    #[test]
    fn finds_three_siblings_in_a_circle() {
        let bad = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::B; pub struct A(B);"),
            ("b.rs", "use super::c::C; pub struct B(C);"),
            ("c.rs", "pub struct C(Box<crate::a::A>);"),
        ];
        assert_eq!(circles_of(&bad), ["a, b, c"]);
        let good = [bad[0], bad[1], bad[2], ("c.rs", "pub struct C;")];
        assert!(circles_of(&good).is_empty());
    }

    #[test]
    fn finds_a_circle_through_the_parents_re_export() {
        let reexports = [
            ["pub use b::B;", "use super::B; pub struct A(B);"],
            ["pub use b::*;", "use crate::B; pub struct A(B);"],
            ["pub use b::B as Short;", "pub struct A(super::Short);"],
            ["pub use b::B;", "use super::*; pub struct A(B);"],
            ["pub use b::B;", "pub struct A(Vec<super::B>);"],
            ["pub use self::b::{B as C, self};", "use super::C; pub struct A(C);"],
        ];
        for [reexport, a] in reexports {
            let root = format!("mod a; mod b; {reexport}");
            let bad = [("lib.rs", root.as_str()), ("a.rs", a), ("b.rs", "use crate::a::A; pub struct B(A);")];
            let good = [("lib.rs", root.as_str()), ("a.rs", a), ("b.rs", "pub struct B;")];
            assert_eq!(circles_of(&bad).len(), 1, "{reexport} {a}");
            assert!(circles_of(&bad)[0].contains("a, b"), "{reexport} {a}");
            assert!(circles_of(&good).is_empty(), "{reexport} {a}");
        }
    }

    #[test]
    fn finds_a_circle_through_a_path_in_a_body() {
        let bodies = [
            "pub fn a() { crate::b::b(); }",
            "pub fn a() { use crate::b; b::b(); }",
            "pub fn a() -> bool { matches!(x.y(), Some(crate::b::B)) }",
            "pub fn a() { println!(\"{}\", super::b::b()); }",
            "use crate::b; pub fn a() { for x in [b::B::new()] {} }",
            "macro_rules! a { () => { $crate::b::b() } }",
            "#[derive(Serialize)] struct A { #[serde(with = \"crate::b\")] b: u8 }",
            "impl crate::b::Trait for u8 {}",
            "mod inner { pub fn a() { super::super::b::b(); } }",
        ];
        for a in bodies {
            let bad = [("lib.rs", "mod a; mod b;"), ("a.rs", a), ("b.rs", "pub fn b() { crate::a::a() }")];
            assert_eq!(circles_of(&bad), ["a, b"], "{a}");
        }
    }

    #[test]
    fn lets_parents_and_children_use_each_other() {
        let family = [
            ("lib.rs", "mod p;"),
            ("p.rs", "mod a; mod b; pub struct P(a::A, b::B);"),
            ("p/a.rs", "use super::P; pub struct A(P);"),
            ("p/b.rs", "use super::P; pub struct B(P);"),
        ];
        assert!(circles_of(&family).is_empty());
        let [root, parent, a, _] = family;
        let through_the_sibling = ("p/b.rs", "use super::a::A; pub struct B(A);");
        assert_eq!(circles_of(&[root, parent, a, through_the_sibling]), ["p, p::a, p::b"]);
        let grandchild = [
            ("lib.rs", "mod p; pub fn f() { p::a::a() }"),
            ("p/mod.rs", "pub mod a;"),
            ("p/a.rs", "pub fn a() { crate::f() }"),
        ];
        assert_eq!(circles_of(&grandchild), ["crate, p::a"]);
    }

    #[test]
    fn leaves_tests_declarations_and_re_exports_out() {
        let good = [
            ("lib.rs", "mod a; pub mod b; pub use a::A; pub use b::B;"),
            ("a.rs", "use crate::b::B; pub struct A(B); #[cfg(test)] mod tests;"),
            ("a/tests.rs", "this is never read"),
            (
                "b.rs",
                "pub struct B; #[cfg(test)] mod tests { use crate::a::A; } #[cfg(test)] use crate::a; impl B { #[cfg(test)] fn t() { crate::a::x() } }",
            ),
        ];
        assert!(circles_of(&good).is_empty());
    }

    #[test]
    fn knows_other_crates_and_fields_from_modules() {
        let good = [
            ("lib.rs", "mod a; mod b; mod url;"),
            ("a.rs", "use crate::b::B; pub fn a() {}"),
            (
                "b.rs",
                "use ::url::a; use std::fmt; pub struct B { a: fmt::A } fn f(x: B) { call!(x.a::<u8>, T::a, <T>::a); x.a(); }",
            ),
            ("url.rs", "use crate::a::a;"),
        ];
        assert!(circles_of(&good).is_empty());
    }

    #[test]
    fn says_the_path_behind_each_edge() {
        let files =
            [("lib.rs", "mod a; mod b;"), ("a.rs", "\nuse crate::b::B;"), ("b.rs", "pub struct B(crate::a::A);")];
        let text_of = |path: &str| files.iter().find(|(name, _)| format!("src/{name}") == path).map(|(_, text)| *text);
        let graph = ModuleGraph::read("src/lib.rs", &text_of).unwrap();
        let findings = circles(&graph);
        let expected = "src/a.rs:2: 2 modules use each other in a circle: crate::a, crate::b\n    \
                        crate::a -> crate::b: crate::b::B at src/a.rs:2\n    \
                        crate::b -> crate::a: crate::a::A at src/b.rs:1";
        assert_eq!(findings.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
    }

    #[test]
    fn reads_the_roots_from_the_metadata() {
        let metadata = serde_json::json!({"workspace_root": "/w", "packages": [
            {"name": "a", "source": null, "targets": [
                {"kind": ["lib"], "src_path": "/w/a/src/lib.rs"},
                {"kind": ["test"], "src_path": "/w/a/tests/x.rs"},
            ]},
            {"name": "other", "source": "registry", "targets": [{"kind": ["lib"], "src_path": "/r/src/lib.rs"}]},
        ]});
        let files: Vec<String> = roots(&metadata).into_iter().map(|root| root.file).collect();
        assert_eq!(files, ["a/src/lib.rs"]);
    }
}
