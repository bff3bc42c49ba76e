//! The files a visitor's browser loads: named by content, compressed ahead of time.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Brotli's highest quality: files are compressed once and served millions of times.
const BROTLI_QUALITY: i32 = 11;

/// Brotli's largest ordinary window, 2^22 bytes.
const BROTLI_WINDOW: i32 = 22;

/// One file with its compressed forms.
pub struct Asset {
    pub raw: Vec<u8>,
    pub brotli: Vec<u8>,
    pub gzip: Vec<u8>,
}

impl Asset {
    /// Compresses a file's content.
    pub fn new(raw: Vec<u8>) -> Result<Self> {
        Ok(Self { brotli: brotli(&raw)?, gzip: gzip(&raw)?, raw })
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

/// Compresses with gzip's highest level, 9.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn brotli(mut bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut compressed, &parameters)?;
    Ok(compressed)
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
    fn compresses_without_loss() {
        let text = b"the number stays as it was ".repeat(40);
        let asset = Asset::new(text.clone()).unwrap();
        assert!(asset.brotli.len() < text.len() / 4);
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut asset.brotli.as_slice(), &mut plain).unwrap();
        assert_eq!(plain, text);
        let mut plain = Vec::new();
        let mut decoder = flate2::read::GzDecoder::new(asset.gzip.as_slice());
        std::io::Read::read_to_end(&mut decoder, &mut plain).unwrap();
        assert_eq!(plain, text);
    }

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
