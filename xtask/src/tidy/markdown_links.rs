//! Relative links in Markdown lead to files that are there, and to headings in them.

use std::path::{Component, Path, PathBuf};

use super::Finding;
use super::source::TextFile;

/// Judges one Markdown file; `exists` answers for paths relative to the root, `read` gives the text of other Markdown files.
pub fn check(
    document: &TextFile,
    exists: impl Fn(&Path) -> bool,
    read: impl Fn(&Path) -> Option<String>,
) -> Vec<Finding> {
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
        for (link, part) in relative_links(line) {
            let path = if link.is_empty() { Some(PathBuf::from(&document.path)) } else { from_root(folder, link) };
            let Some(path) = path.filter(|path| link.is_empty() || exists(path)) else {
                let text = format!("the link `{link}` leads nowhere");
                findings.push(Finding::new(&document.path, number, text));
                continue;
            };
            let is_markdown = path.extension().is_some_and(|extension| extension == "md");
            let target = if link.is_empty() { Some(document.text.clone()) } else { read(&path) };
            let is_there = |text: String| headings(&text).any(|heading| heading == part);
            if !part.is_empty() && is_markdown && !target.is_some_and(is_there) {
                let text = format!("the link `{link}#{part}` leads to no heading");
                findings.push(Finding::new(&document.path, number, text));
            }
        }
    }
    findings
}

/// The relative links in a line, `[text](path#part)` and `[name]: path`, as file and part.
fn relative_links(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let reference = line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "))
        .and_then(|(_, target)| target.split_whitespace().next());
    inline
        .chain(reference)
        .filter(|link| !link.contains(':') && !link.starts_with("//"))
        .map(|link| link.split_once('#').unwrap_or((link, "")))
        .filter(|(path, part)| !path.is_empty() || !part.is_empty())
}

/// The names by which a text's headings are linked to, as GitHub makes them.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let mut in_code = false;
    let mut seen = Vec::new();
    text.lines().filter_map(move |line| {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        let title = line.strip_prefix('#').filter(|_| !in_code)?.trim_start_matches('#').strip_prefix(' ')?;
        let slug: String = title
            .trim()
            .to_lowercase()
            .chars()
            .filter_map(|sign| match sign {
                ' ' => Some('-'),
                '-' | '_' => Some(sign),
                _ => sign.is_alphanumeric().then_some(sign),
            })
            .collect();
        let before = seen.iter().filter(|known| **known == slug).count();
        seen.push(slug.clone());
        Some(if before == 0 { slug } else { format!("{slug}-{before}") })
    })
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
        let exists = |path: &Path| there.iter().any(|known| Path::new(known) == path);
        let read = |path: &Path| {
            (path == Path::new("README.md"))
                .then(|| "# Setup\n```\n# comment\n```\n## `a-b`, and c!\n## Setup\n".to_owned())
        };
        let findings = check(&document, exists, read);
        assert_eq!(lines(&findings), expected, "{text}");
    }

    #[test]
    fn judges_links() {
        check_text("[a](api.md) [b](../README.md#setup) [c](/docs)", &[]);
        check_text("# Here\n[a](https://example.com/x.md#y) [b](#here) [c](mailto:a@b.c)", &[]);
        check_text("[b](#here)\n## There\n[b](#there)", &[1]);
        check_text("[a](../README.md#a-b-and-c) [b](/README.md#setup-1) [c](../docs#l)", &[]);
        check_text("[a](../README.md#comment)\n[b](/README.md#setup-2)\n[c](../README.md#Setup)", &[1, 2, 3]);
        check_text("[a]: ../README.md\n[b]: gone.md", &[2]);
        check_text("text\n[a](gone.md) and [b](api.md \"title\")", &[2]);
        check_text("[a](../../outside.md)", &[1]);
        check_text("```\n[a](gone.md)\n```\n", &[]);
    }
}
