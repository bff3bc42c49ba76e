//! Every crate takes the workspace's lints: no `unwrap`, `expect`, `panic!` or indexing where a request is answered.

use super::Finding;
use super::source::TextFile;

/// Judges one crate's Cargo.toml.
pub fn check(manifest: &TextFile) -> Vec<Finding> {
    let inherits = manifest
        .text
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[lints]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .any(|line| line == "workspace = true");
    let shorthand = manifest.text.contains("\nlints.workspace = true");
    if inherits || shorthand {
        return Vec::new();
    }
    let text = "no `[lints] workspace = true`: the crate would escape the workspace's lints";
    vec![Finding::new(&manifest.path, 1, text)]
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    fn check_text(text: &str, expected: &[usize]) {
        let manifest = TextFile::new("dni-core/Cargo.toml", text);
        assert_eq!(lines(&check(&manifest)), expected, "{text}");
    }

    #[test]
    fn judges_manifests() {
        check_text("[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n", &[]);
        check_text("[package]\nname = \"a\"\nlints.workspace = true\n", &[]);
        check_text("[package]\nname = \"a\"\n", &[1]);
        check_text("[lints]\n[dependencies]\nworkspace = true\n", &[1]);
    }
}
