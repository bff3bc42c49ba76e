//! A visitor, a caller, an agent is "they": the project's prose says neither he nor she.

use super::Finding;
use super::source::TextFile;

const PRONOUNS: [&str; 8] = ["he", "him", "his", "himself", "she", "her", "hers", "herself"];

/// Texts of others and texts that tests hear or read: licences, recorded requests, what a voice says, and this rule.
const NOT_PROSE: [&str; 7] =
    ["/fixtures/", "/vectors/", "/corpus/", "tests/browser/pages/", "LICENSE", "tests/speech/", "tidy/they.rs"];

/// Judges one file of prose or code, its comments and strings.
pub fn check(file: &TextFile) -> Vec<Finding> {
    if NOT_PROSE.iter().any(|part| file.path.contains(part)) {
        return Vec::new();
    }
    let is_code = !has_ending(&file.path, &["md", "html"]);
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        for word in words(line) {
            if PRONOUNS.contains(&word.text.to_lowercase().as_str()) && !(is_code && word.is_a_name) {
                findings.push(Finding::new(&file.path, number, format!("`{}`: people here are \"they\"", word.text)));
            }
        }
    }
    findings
}

struct Word<'a> {
    text: &'a str,
    /// Whether it stands as names in code do: in capitals, before a member's dot, or within quotes of its own as the language `"he"`.
    is_a_name: bool,
}

fn words(line: &str) -> impl Iterator<Item = Word<'_>> {
    let is_inside = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut start = None;
    let ends = line.char_indices().map(move |(at, c)| (at, is_inside(c))).chain([(line.len(), false)]);
    ends.filter_map(move |(at, inside)| match (start, inside) {
        (None, true) => {
            start = Some(at);
            None
        }
        (Some(from), false) => {
            start = None;
            let before = line.get(..from)?.chars().next_back();
            let mut after = line.get(at..)?.chars();
            let (after, next) = (after.next(), after.next());
            let in_quotes = before.is_some_and(|c| "'\"`".contains(c)) && before == after;
            let is_member = after == Some('.') && next.is_some_and(char::is_alphanumeric);
            let text = line.get(from..at)?;
            let is_constant = !text.contains(char::is_lowercase);
            Some(Word { text, is_a_name: in_quotes || is_member || is_constant })
        }
        _ => None,
    })
}

fn has_ending(path: &str, endings: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    fn check_text(path: &str, text: &str, expected: &[usize]) {
        assert_eq!(lines(&check(&TextFile::new(path, text))), expected, "{path}: {text}");
    }

    #[test]
    fn judges_comments_documents_and_strings() {
        check_text("docs/flows.md", "The caller waits.\nThen he presses a key.\n", &[2]);
        check_text("docs/flows.md", "His number, her visit, himself.\n", &[1, 1, 1]);
        check_text("dni-core/src/visit.rs", "/// What a visitor told of his visit.\nfn f() {}\n", &[1]);
        check_text("dni-core/src/visit.rs", "const A: &str = \"he hung up\";\n", &[1]);
        check_text("dni-wasm/js/tag.js", "// once she reaches for it\n", &[1]);
        check_text("www-demo/index.html", "<p>Call him.</p>", &[1]);
    }

    #[test]
    fn leaves_other_words_and_others_texts_alone() {
        check_text("docs/flows.md", "They, the others, there, the history, this, Sherlock.\n", &[]);
        check_text("dni-core/src/language.rs", "const HEBREW: &str = \"he\";\n", &[]);
        check_text("tests/e2e/links.test.mjs", "const HE = 'visit';\nopen(HE);\n", &[]);
        check_text("dni-core/tests/fixtures/a.md", "he\n", &[]);
        check_text("tests/fuzz/corpus/a/b.md", "his\n", &[]);
    }
}
