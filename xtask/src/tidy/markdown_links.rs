//! Relative links in Markdown lead to files that are there.

use std::path::{Component, Path, PathBuf};

use super::Finding;
use super::source::TextFile;

/// Judges one Markdown file; `exists` answers for paths relative to the root.
pub fn check(document: &TextFile, exists: impl Fn(&Path) -> bool) -> Vec<Finding> {
    let folder = Path::new(&document.path).parent().unwrap_or(Path::new(""));
    let mut findings = Vec::new();
    let mut in_code = false;
    for (number, line) in document.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for link in relative_links(line) {
            let found = from_root(folder, link).is_some_and(|path| exists(&path));
            if !found {
                let text = format!("the link `{link}` leads nowhere");
                findings.push(Finding::new(&document.path, number, text));
            }
        }
    }
    findings
}

/// The file parts of the relative links in a line: `[text](path#part)` and `[name]: path`.
fn relative_links(line: &str) -> impl Iterator<Item = &str> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let reference = line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "))
        .and_then(|(_, target)| target.split_whitespace().next());
    inline
        .chain(reference)
        .filter(|link| !link.contains(':') && !link.starts_with("//"))
        .filter_map(|link| link.split('#').next())
        .filter(|path| !path.is_empty())
}

/// Resolves a link; `None` where it leaves the repository.
fn from_root(folder: &Path, link: &str) -> Option<PathBuf> {
    let (start, link) = match link.strip_prefix('/') {
        Some(rest) => (Path::new(""), rest),
        None => (folder, link),
    };
    let mut path = PathBuf::new();
    for component in start.join(link).components() {
        let leaves = component == Component::ParentDir && !path.pop();
        if leaves {
            return None;
        }
        if let Component::Normal(part) = component {
            path.push(part);
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    fn check_text(text: &str, expected: &[usize]) {
        let document = TextFile::new("docs/guide.md", text);
        let there = ["docs/api.md", "README.md", "docs"];
        let findings = check(&document, |path| there.iter().any(|known| Path::new(known) == path));
        assert_eq!(lines(&findings), expected, "{text}");
    }

    #[test]
    fn judges_links() {
        check_text("[a](api.md) [b](../README.md#setup) [c](/docs)", &[]);
        check_text("[a](https://example.com/x.md) [b](#here) [c](mailto:a@b.c)", &[]);
        check_text("[a]: ../README.md\n[b]: gone.md", &[2]);
        check_text("text\n[a](gone.md) and [b](api.md \"title\")", &[2]);
        check_text("[a](../../outside.md)", &[1]);
        check_text("```\n[a](gone.md)\n```\n", &[]);
    }
}
