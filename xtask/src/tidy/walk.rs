//! Finds the project's own files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Folders with files that others made; .gitignore leaves out the same.
const NOT_OURS: [&str; 5] = ["target", "node_modules", "build", ".git", ".wrangler"];

/// How deep folders may nest; deeper is a loop of links.
const MAX_DEPTH: usize = 24;

/// Every file below a folder whose name ends in one of the endings, sorted; none where there is no such folder.
pub fn files(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        collect(folder, endings, MAX_DEPTH, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, endings: &[&str], depth: usize, found: &mut Vec<PathBuf>) -> Result<()> {
    if depth == 0 {
        bail!("{} nests too deep", folder.display());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            bail!("{} is not named in UTF-8", entry.path().display());
        };
        let kind = entry.file_type()?;
        if kind.is_dir() && !NOT_OURS.contains(&name) {
            collect(&entry.path(), endings, depth - 1, found)?;
        } else if kind.is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(entry.path());
        }
    }
    Ok(())
}
