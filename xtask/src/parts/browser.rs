//! The browser library: the script tag, its JavaScript glue and the wasm.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::assets::{Asset, content_hash, encoded_names, write_if_changed, write_names};
use super::wasm_library::{Bound, WasmLibrary};
use crate::project::Project;
use crate::run;
use crate::setup::Tools;

/// The file names the edge worker embeds; the hashed names are in `names.rs` beside them.
pub const TAG_EMBED: &str = "tag.js";
pub const GLUE_EMBED: &str = "glue.js";
pub const WASM_EMBED: &str = "dni.wasm";

/// The name of the script that pages load. It never changes, so it is cached for minutes only.
const TAG_FILE: &str = "dni.js";

/// What visitors download: every byte counts.
const LIBRARY: WasmLibrary = WasmLibrary { package: "dni-wasm", profile: "release", level: "-Oz" };

/// The language level of every JavaScript file: what browsers with the WebAssembly features above understand.
const SCRIPT_LEVEL: &str = "--target=es2020";

/// The three files a visitor downloads.
pub struct BrowserFiles {
    pub tag: Asset,
    pub glue: Asset,
    pub wasm: Asset,
}

impl BrowserFiles {
    /// Reads what the last build wrote.
    pub fn read(project: &Project) -> Result<Self> {
        let read = |name: &str| {
            let path = project.embed().join(name);
            let bytes = |path: PathBuf| fs::read(&path).with_context(|| format!("cannot read {}", path.display()));
            Ok::<_, anyhow::Error>(Asset {
                brotli: bytes(path.with_added_extension("br"))?,
                gzip: bytes(path.with_added_extension("gz"))?,
                raw: bytes(path)?,
            })
        };
        Ok(Self { tag: read(TAG_EMBED)?, glue: read(GLUE_EMBED)?, wasm: read(WASM_EMBED)? })
    }
}

/// Builds the browser library into `target/dni/dist` and `target/dni/embed`.
pub fn build(project: &Project, tools: &Tools) -> Result<()> {
    let tag_source = project.path("dni-wasm/js/tag.js");
    if !tag_source.is_file() {
        bail!(
            "dni-wasm/js/tag.js is missing: it is the script that pages load as /{TAG_FILE}, and nothing can be \
             served without it"
        );
    }
    run::step("building the browser library", || {
        let Bound { script, wasm } = LIBRARY.build(project, tools)?;
        let wasm_file = format!("dni-{}.wasm", content_hash(&wasm));
        let glue_entry = glue_entry(project, &script);
        let bundler = Bundler { project, tools };
        let glue = bundler.bundle(&glue_entry, "esm", &[("DNI_WASM", &wasm_file)], &script)?;
        let glue_file = format!("dni-{}.js", content_hash(&glue));
        let names = [("DNI_GLUE", &*glue_file), ("DNI_WASM", &*wasm_file)];
        let tag = bundler.bundle(&tag_source, "iife", &names, &script)?;
        let files = BrowserFiles { tag: Asset::new(tag)?, glue: Asset::new(glue)?, wasm: Asset::new(wasm)? };
        write_embed(&files, &project.embed(), &glue_file, &wasm_file)?;
        write_dist(&files, &project.dist(), &glue_file, &wasm_file)
    })
}

/// The library's own glue, or wasm-bindgen's JavaScript as it is where the library has none.
fn glue_entry(project: &Project, script: &Path) -> PathBuf {
    let own = project.path("dni-wasm/js/glue.js");
    if own.is_file() { own } else { script.to_path_buf() }
}

struct Bundler<'a> {
    project: &'a Project,
    tools: &'a Tools,
}

impl Bundler<'_> {
    /// Bundles and minifies one script; `names` become string constants in it, and `dni-bindgen` is wasm-bindgen's JavaScript.
    fn bundle(&self, entry: &Path, format: &str, names: &[(&str, &str)], script: &Path) -> Result<Vec<u8>> {
        let stem = entry.file_name().context("a script has a file name")?;
        let output = self.project.path("target/dni/unnamed").join(stem);
        make_folder_of(&output)?;
        let mut esbuild = self.tools.command(&self.tools.npm_program("esbuild"))?;
        esbuild
            .current_dir(self.project.root())
            .arg(entry)
            .args(["--bundle", "--minify", "--legal-comments=none", "--log-level=warning"])
            .args([SCRIPT_LEVEL, "--charset=utf8"])
            .arg(format!("--format={format}"))
            .arg(define("DNI_VERSION", env!("CARGO_PKG_VERSION")))
            .args(names.iter().map(|(name, value)| define(name, value)))
            .arg(option("--alias:dni-bindgen=", script))
            .arg(option("--outfile=", &output));
        run::quietly(esbuild)?;
        Ok(fs::read(output)?)
    }
}

fn define(name: &str, value: &str) -> String {
    format!("--define:{name}={}", json!(value))
}

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(path);
    option
}

fn make_folder_of(path: &Path) -> Result<()> {
    let folder = path.parent().context("an output lies in a folder")?;
    Ok(fs::create_dir_all(folder)?)
}

fn write_embed(files: &BrowserFiles, folder: &Path, glue_file: &str, wasm_file: &str) -> Result<()> {
    files.tag.write(folder, TAG_EMBED)?;
    files.glue.write(folder, GLUE_EMBED)?;
    files.wasm.write(folder, WASM_EMBED)?;
    write_names(folder, glue_file, wasm_file)
}

fn write_dist(files: &BrowserFiles, folder: &Path, glue_file: &str, wasm_file: &str) -> Result<()> {
    files.tag.write(folder, TAG_FILE)?;
    files.glue.write(folder, glue_file)?;
    files.wasm.write(folder, wasm_file)?;
    let manifest = json!({
        "tag": { "file": TAG_FILE },
        "glue": { "file": glue_file, "hash": content_hash(&files.glue.raw) },
        "wasm": { "file": wasm_file, "hash": content_hash(&files.wasm.raw) },
    });
    write_if_changed(&folder.join("manifest.json"), format!("{manifest:#}\n").as_bytes())?;
    remove_older(folder, &[TAG_FILE, glue_file, wasm_file])
}

/// Removes the files of earlier builds.
fn remove_older(folder: &Path, current: &[&str]) -> Result<()> {
    let mut kept: Vec<OsString> = vec!["manifest.json".into()];
    for name in current {
        kept.extend(encoded_names(name).map(OsString::from));
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !kept.contains(&entry.file_name()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
