//! The files a visitor's browser loads: named by content, compressed ahead of time.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::project::Project;
use crate::run;
use crate::setup::Tools;

/// Compresses with brotli and gzip.
const COMPRESS: &str = "xtask/src/artifacts/compress.mjs";

/// One file with its compressed forms.
#[derive(Default)]
pub struct Asset {
    pub raw: Vec<u8>,
    pub brotli: Vec<u8>,
    pub gzip: Vec<u8>,
}

impl Asset {
    /// Compresses the contents of files, all in one call of Node.
    pub fn compress<const COUNT: usize>(
        project: &Project,
        tools: &Tools,
        raw: [Vec<u8>; COUNT],
    ) -> Result<[Self; COUNT]> {
        let folder = project.path("target/dni").join(format!("compressing-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        for (index, raw) in raw.iter().enumerate() {
            fs::write(folder.join(index.to_string()), raw)?;
        }
        let mut compress = tools.node(project)?;
        compress.arg(COMPRESS).arg(&folder);
        run::quietly(compress)?;
        let mut assets = raw.map(|raw| Self { raw, ..Self::default() });
        for (index, asset) in assets.iter_mut().enumerate() {
            asset.brotli = fs::read(folder.join(format!("{index}.br")))?;
            asset.gzip = fs::read(folder.join(format!("{index}.gz")))?;
        }
        fs::remove_dir_all(folder)?;
        Ok(assets)
    }

    /// Writes the three forms into a folder, touching only what has changed.
    pub fn write(&self, folder: &Path, name: &str) -> Result<()> {
        for (name, bytes) in encoded_names(name).iter().zip([&self.raw, &self.brotli, &self.gzip]) {
            write_if_changed(&folder.join(name), bytes)?;
        }
        Ok(())
    }
}

/// The names under which one file is written: as it is, in brotli, in gzip.
pub fn encoded_names(name: &str) -> [String; 3] {
    ["", ".br", ".gz"].map(|ending| format!("{name}{ending}"))
}

/// Writes a file unless it holds these bytes already: cargo rebuilds what embeds a newer file.
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // A reader never sees half a file.
    let draft = path.with_added_extension("draft");
    fs::write(&draft, bytes)?;
    fs::rename(draft, path)?;
    Ok(())
}

/// Writes the Rust file with the hashed names, for the edge worker to include: under each embedded name its own.
pub fn write_names(embed: &Path, names: &[(&str, String)]) -> Result<()> {
    let mut text = String::new();
    for (embedded, pinned) in names {
        let constant = embedded.split('.').next().unwrap_or(embedded).to_ascii_uppercase();
        let _ = writeln!(text, "/// File name of `{embedded}`, with its content's hash.");
        let _ = writeln!(text, "pub const {constant}_FILE: &str = \"{pinned}\";");
    }
    write_if_changed(&embed.join("names.rs"), text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_an_unchanged_file_alone() {
        let folder = std::env::temp_dir().join(format!("dni-assets-test-{}", std::process::id()));
        let path = folder.join("file");
        write_if_changed(&path, b"one").unwrap();
        let written = fs::metadata(&path).unwrap().modified().unwrap();
        write_if_changed(&path, b"one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written);
        write_if_changed(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        fs::remove_dir_all(folder).unwrap();
    }
}
