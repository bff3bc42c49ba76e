//! No file or folder is named after nothing: what a file is for is in its name.

use super::Finding;

/// Words that say nothing, wherever in a name they stand.
const EMPTY_NAMES: [&str; 8] = ["util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"];

/// Good words in a sentence that tell nobody what a file holds. A name may have them beside a noun, as `watch_page`.
const VAGUE_NAMES: [&str; 15] = [
    "told", "heard", "asked", "ask", "wish", "wishes", "ours", "known", "books", "watch", "rush", "obey", "miss",
    "stuff", "things",
];

/// Judges every path of the project.
pub fn check(paths: &[String]) -> Vec<Finding> {
    paths
        .iter()
        .filter_map(|path| {
            let name = path.split('/').find(|part| says_nothing(part))?;
            let text = format!("`{name}` says nothing: name it after what it is for");
            Some(Finding::new(path, 1, text))
        })
        .collect()
}

fn says_nothing(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default();
    let stem = stem.to_lowercase();
    VAGUE_NAMES.contains(&stem.as_str()) || stem.split(['_', '-']).any(|word| EMPTY_NAMES.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_names() {
        let bad = [
            "dni-core/src/utils.rs",
            "tests/helpers/a.mjs",
            "dni-core/src/pool_manager.rs",
            "edge-worker/src/common/mod.rs",
            "tests/misc.test.mjs",
            "call-router/src/carrier/told.rs",
            "edge-worker/src/objects/watch.rs",
            "edge-worker/src/known.rs",
            "edge-worker/src/wishes/mod.rs",
            "edge-worker/src/books.mjs",
        ];
        for path in bad {
            assert_eq!(check(&[path.to_owned()]).len(), 1, "{path}");
        }
        for path in
            ["dni-core/src/pool.rs", "tests/commonly.mjs", "tests/watch-page.mjs", "src/find_known.rs", "README.md"]
        {
            assert_eq!(check(&[path.to_owned()]), [], "{path}");
        }
    }
}
