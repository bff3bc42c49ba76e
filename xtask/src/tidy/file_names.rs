//! No file or folder is named after nothing: what a file is for is in its name.

use super::Finding;

const EMPTY_NAMES: [&str; 8] = ["util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"];

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
    stem.split(['_', '-']).any(|word| EMPTY_NAMES.contains(&word.to_lowercase().as_str()))
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
        ];
        for path in bad {
            assert_eq!(check(&[path.to_owned()]).len(), 1, "{path}");
        }
        for path in ["dni-core/src/pool.rs", "tests/commonly.mjs", "README.md"] {
            assert_eq!(check(&[path.to_owned()]), [], "{path}");
        }
    }
}
