//! The browser library: the script tag, its JavaScript glue and the wasm.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Map, json};

use super::assets::{Asset, encoded_names, write_if_changed, write_names};
use super::wasm_library::{Bound, WasmLibrary};
use crate::content_hash::{content_hash, integrity};
use crate::project::Project;
use crate::run;
use crate::setup::Tools;

/// The file names the edge worker embeds; the hashed names are in `names.rs` beside them.
const TAG_EMBED: &str = "tag.js";
const GLUE_EMBED: &str = "glue.js";
const WASM_EMBED: &str = "wasm.wasm";
const EXTRAS_EMBED: &str = "extras.js";
const DOCTOR_EMBED: &str = "doctor.js";
const INLINE_EMBED: &str = "inline.js";
pub const MANIFEST_EMBED: &str = "manifest.json";
pub const EMBEDS: [&str; 7] =
    [TAG_EMBED, GLUE_EMBED, WASM_EMBED, EXTRAS_EMBED, DOCTOR_EMBED, INLINE_EMBED, MANIFEST_EMBED];

/// The names of the scripts that pages load. They never change, so they are cached for minutes only.
const TAG_FILE: &str = "dni.js";
const INLINE_FILE: &str = "dni.inline.js";
/// The list of all files with their hashes.
const MANIFEST_FILE: &str = "manifest.json";

/// The wasm by itself, for the scripts that have it in them.
const WASM_OUTPUT: &str = "target/dni/unnamed/dni.wasm";

/// What visitors download: every byte counts.
const LIBRARY: WasmLibrary = WasmLibrary { package: "dni-wasm", settings: None, passes: &SMALLER, panics_trap: true };

/// What makes the file smallest: each pass was measured.
const SMALLER: [&str; 6] = ["-Oz", "--flatten", "--rereloop", "-Oz", "-Oz", "--converge"];

/// Ways to load the wasm that wasm-bindgen offers and nobody takes: it is always given as bytes. Neither name may be used in
/// `dni-wasm/js` with another meaning.
const UNUSED: [&str; 3] = ["--define:Response=undefined", "--define:Request=undefined", "--pure:console.warn"];

/// What stands in place of `JSON.stringify` in every script, wasm-bindgen's own included: pages with old libraries spoil the
/// browser's.
const STRINGIFY: &str = "--define:JSON.stringify=dniStringify";
const STRINGIFY_FILE: &str = "dni-wasm/js/stringify.js";

/// The language level of every JavaScript file: what browsers with the WebAssembly features above understand.
const SCRIPT_LEVEL: &str = "--target=es2020";
/// What terser is asked: it finds half a kilobyte that esbuild leaves, mostly functions that are called once.
const SHORTEN: &str = "ecma=2020,passes=3";

/// The files of the browser library.
pub struct BrowserFiles {
    pub tag: Asset,
    pub glue: Asset,
    pub wasm: Asset,
    /// Downloaded only by pages that need something rare.
    pub extras: Asset,
    /// Downloaded only where the site's owner asks why a number is not swapped.
    pub doctor: Asset,
    /// All of the others in one.
    pub inline: Asset,
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
        Ok(Self {
            tag: read(TAG_EMBED)?,
            glue: read(GLUE_EMBED)?,
            wasm: read(WASM_EMBED)?,
            extras: read(EXTRAS_EMBED)?,
            doctor: read(DOCTOR_EMBED)?,
            inline: read(INLINE_EMBED)?,
        })
    }

    /// Each file with the name it is embedded by and the name that never changes its content.
    fn named(&self) -> [(&'static str, &Asset, String); 6] {
        let hashed = |asset: &Asset, ending: &str| format!("dni-{}.{ending}", content_hash(&asset.raw));
        [
            (TAG_EMBED, &self.tag, hashed(&self.tag, "js")),
            (GLUE_EMBED, &self.glue, hashed(&self.glue, "js")),
            (WASM_EMBED, &self.wasm, hashed(&self.wasm, "wasm")),
            (EXTRAS_EMBED, &self.extras, hashed(&self.extras, "js")),
            (DOCTOR_EMBED, &self.doctor, hashed(&self.doctor, "js")),
            (INLINE_EMBED, &self.inline, hashed(&self.inline, "js")),
        ]
    }
}

/// What the tag loads later, by the constants it has the names in.
const LATER_PARTS: [&str; 4] = ["DNI_GLUE", "DNI_WASM", "DNI_EXTRAS", "DNI_DOCTOR"];

/// Stands for a file name where only its length counts.
const NO_HASH: &str = "dni-000000000000.js";

/// Builds the browser library into `target/dni/dist` and `target/dni/embed`.
pub fn build(project: &Project, tools: &Tools) -> Result<()> {
    run::step("building the browser library", || {
        let Bound { script, wasm } = LIBRARY.build(project, tools)?;
        let output = project.path(WASM_OUTPUT);
        make_folder_of(&output)?;
        fs::write(output, &wasm)?;
        let bundler = Bundler { project, tools, bindgen: &script };
        let glue = bundler.bundle("glue.js", "esm", &[])?;
        let extras = bundler.bundle("extras.js", "esm", &[])?;
        let doctor = bundler.bundle("doctor/overlay.js", "esm", &[])?;
        let later = [
            format!("dni-{}.js", content_hash(&glue)),
            format!("dni-{}.wasm", content_hash(&wasm)),
            format!("dni-{}.js", content_hash(&extras)),
            format!("dni-{}.js", content_hash(&doctor)),
        ];
        let names: Vec<_> = LATER_PARTS.into_iter().zip(later.iter().map(String::as_str)).collect();
        let tag = bundler.bundle("script-tag.js", "iife", &names)?;
        let inline = bundler.bundle("script-inline.js", "iife", &names)?;
        let [tag, glue, wasm, extras, doctor, inline] =
            Asset::compress(project, tools, [tag, glue, wasm, extras, doctor, inline])?;
        let files = BrowserFiles { tag, glue, wasm, extras, doctor, inline };
        let [manifest] = Asset::compress(project, tools, [manifest(&files)])?;
        write_embed(&files, &manifest, &project.embed())?;
        write_dist(&files, &manifest, &project.dist())
    })
}

/// The built files of the npm package's browser runtime: the same sources as the script tag's.
pub fn package_files(project: &Project, tools: &Tools) -> Result<Vec<(&'static str, Vec<u8>)>> {
    run::step("building the package's runtime", || {
        let Bound { script, wasm } = LIBRARY.build(project, tools)?;
        let bundler = Bundler { project, tools, bindgen: &script };
        Ok(vec![
            ("tag.js", bundler.bundle("tag.js", "esm", &[])?),
            ("glue.js", bundler.bundle("glue.js", "esm", &[])?),
            ("extras.js", bundler.bundle("extras.js", "esm", &[])?),
            ("doctor.js", bundler.bundle("doctor/overlay.js", "esm", &[])?),
            ("bin/engine.js", bundler.bundle("doctor/engine.js", "iife", &[])?),
            ("wasm-inline.js", inline(&wasm).into_bytes()),
            ("dni_bg.wasm", wasm),
        ])
    })
}

/// A script with the wasm in it.
fn inline(wasm: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(wasm);
    format!("export const bytes = () => Uint8Array.from(atob('{text}'), (byte) => byte.charCodeAt(0)).buffer;\n")
}

/// Tag, glue and wasm as they would be with the standard library compiled for size.
pub fn small(project: &Project, tools: &Tools) -> Result<[Vec<u8>; 3]> {
    let Bound { script, wasm } = LIBRARY.build_small(project, tools)?;
    let bundler = Bundler { project, tools, bindgen: &script };
    let names = LATER_PARTS.map(|name| (name, NO_HASH));
    Ok([bundler.bundle("script-tag.js", "iife", &names)?, bundler.bundle("glue.js", "esm", &[])?, wasm])
}

struct Bundler<'a> {
    project: &'a Project,
    tools: &'a Tools,
    /// What `dni-bindgen` is in the scripts: wasm-bindgen's JavaScript.
    bindgen: &'a Path,
}

impl Bundler<'_> {
    /// Bundles and minifies one script of `dni-wasm/js`; `names` become string constants in it.
    fn bundle(&self, entry: &str, format: &str, names: &[(&str, &str)]) -> Result<Vec<u8>> {
        let output = self.project.path("target/dni/unnamed").join(entry);
        make_folder_of(&output)?;
        let mut esbuild = self.tools.command(&self.tools.npm_program("esbuild"))?;
        esbuild
            .current_dir(self.project.root())
            .arg(self.project.path("dni-wasm/js").join(entry))
            .args(["--bundle", "--minify", "--legal-comments=none", "--log-level=warning"])
            .args([SCRIPT_LEVEL, "--charset=utf8", "--loader:.wasm=binary"])
            .args(UNUSED)
            .arg(STRINGIFY)
            .arg(option("--inject:", &self.project.path(STRINGIFY_FILE)))
            .arg(format!("--format={format}"))
            .arg(define("DNI_VERSION", env!("CARGO_PKG_VERSION")))
            .args(names.iter().map(|(name, value)| define(name, value)))
            .arg(option("--alias:dni-bindgen=", self.bindgen))
            .arg(option("--alias:dni-wasm-file=", &self.project.path(WASM_OUTPUT)))
            .arg(option("--outfile=", &output));
        run::quietly(esbuild)?;
        let mut terser = self.tools.command(&self.tools.npm_program("terser"))?;
        terser.arg(&output).args(["--mangle", "--compress", SHORTEN, "--output"]).arg(&output);
        if format == "esm" {
            terser.arg("--module");
        }
        run::quietly(terser)?;
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

/// Lists the files: by which name each is served, and what its bytes hash to, in the form of an `integrity` attribute.
fn manifest(files: &BrowserFiles) -> Vec<u8> {
    let mut list = Map::new();
    for (embed, asset, pinned) in files.named() {
        let name = embed.split('.').next().unwrap_or(embed);
        list.insert(
            name.to_owned(),
            json!({ "file": pinned, "integrity": integrity(&asset.raw), "brotli": asset.brotli.len() }),
        );
    }
    let latest = json!({ "tag": TAG_FILE, "inline": INLINE_FILE });
    format!("{:#}\n", json!({ "version": env!("CARGO_PKG_VERSION"), "latest": latest, "files": list })).into_bytes()
}

fn write_embed(files: &BrowserFiles, manifest: &Asset, folder: &Path) -> Result<()> {
    let named = files.named();
    for (embed, asset, _) in &named {
        asset.write(folder, embed)?;
    }
    manifest.write(folder, MANIFEST_EMBED)?;
    write_names(folder, &named.map(|(embed, _, pinned)| (embed, pinned)))
}

fn write_dist(files: &BrowserFiles, manifest: &Asset, folder: &Path) -> Result<()> {
    files.tag.write(folder, TAG_FILE)?;
    files.inline.write(folder, INLINE_FILE)?;
    let named = files.named();
    for (_, asset, pinned) in &named {
        asset.write(folder, pinned)?;
    }
    write_if_changed(&folder.join(MANIFEST_FILE), &manifest.raw)?;
    let mut current = vec![TAG_FILE, INLINE_FILE];
    current.extend(named.iter().map(|(_, _, pinned)| pinned.as_str()));
    remove_older(folder, &current)
}

/// Removes the files of earlier builds.
fn remove_older(folder: &Path, current: &[&str]) -> Result<()> {
    let mut kept: Vec<OsString> = vec![MANIFEST_FILE.into()];
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

/// Fills a folder with empty files under the embedded names, so that the edge worker can be checked without a build.
pub fn write_placeholders(embed: &Path) -> Result<()> {
    for name in EMBEDS {
        Asset::default().write(embed, name)?;
    }
    // The list of all files is the one that has no name by its content.
    let pinned = EMBEDS.into_iter().filter(|name| *name != MANIFEST_EMBED);
    let names: Vec<_> = pinned.map(|name| (name, format!("dni-000000000000-{name}"))).collect();
    write_names(embed, &names)
}
