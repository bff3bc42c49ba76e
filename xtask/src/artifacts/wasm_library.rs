//! A crate compiled to WebAssembly for JavaScript: by cargo, wasm-bindgen and wasm-opt.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::short_names::shorten;
use crate::content_hash::content_hash;
use crate::project::Project;
use crate::run;
use crate::setup::Tools;

const TARGET: &str = "wasm32-unknown-unknown";
/// Where the optimised files are kept.
const OPTIMISED: &str = "target/dni/optimised";
/// Makes a trap of every panic.
const PANICS_TRAP: &str = "xtask/src/artifacts/panics_trap.mjs";

/// What the stable compiler and wasm-bindgen use beyond the first version of WebAssembly; every browser since 2022 has them.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// What wasm-opt is asked beyond a level: the lowest kilobyte of memory, where Rust's linker puts nothing, may be offset from; and
/// none of what only tools read.
const WASM_PASSES: [&str; 4] = ["--low-memory-unused", "--strip-debug", "--strip-producers", "--strip-target-features"];

/// One crate and what it is built for.
pub struct WasmLibrary {
    /// The crate's name.
    pub package: &'static str,
    /// A file with settings for cargo on top of the release profile.
    pub settings: Option<&'static str>,
    /// What wasm-opt does: `-Oz` works towards size, `-O3` towards speed; `--converge` again until nothing gets smaller.
    pub passes: &'static [&'static str],
    /// Whether every panic becomes a plain trap: its message is code that a visitor would download.
    pub panics_trap: bool,
}

/// A library ready to be shipped.
pub struct Bound {
    /// wasm-bindgen's JavaScript for it.
    pub script: PathBuf,
    /// The optimised WebAssembly.
    pub wasm: Vec<u8>,
}

impl WasmLibrary {
    /// Compiles, binds and optimises.
    pub fn build(&self, project: &Project, tools: &Tools) -> Result<Bound> {
        self.compile(project, tools)?;
        self.finish(project, tools, &project.wasm_release())
    }

    fn finish(&self, project: &Project, tools: &Tools, compiled: &Path) -> Result<Bound> {
        let bindgen = self.bind(project, tools, compiled)?;
        let wasm = self.optimise(project, tools, &bindgen.join(format!("{}_bg.wasm", self.stem())))?;
        let script = bindgen.join(format!("{}.js", self.stem()));
        let (renamed, wasm) = shorten(&fs::read_to_string(&script)?, &wasm)?;
        fs::write(&script, renamed)?;
        Ok(Bound { script, wasm })
    }

    /// Builds with the standard library compiled for size and without a word in its panics: unstable flags, and rustup's
    /// sources of the standard library.
    pub fn build_small(&self, project: &Project, tools: &Tools) -> Result<Bound> {
        let target = project.path("target/small");
        let mut cargo = tools.wasm_cargo(project);
        cargo
            .args(["build", "--release", "--package", self.package, "--lib"])
            .args(["--target", TARGET, "-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"])
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none")
            .env("CARGO_TARGET_DIR", &target);
        run::quietly(cargo).context("the small build needs rust-src: `rustup component add rust-src`")?;
        // There, panics are traps already.
        Self { panics_trap: false, ..*self }.finish(project, tools, &target.join(TARGET).join("release"))
    }

    fn stem(&self) -> String {
        self.package.replace('-', "_")
    }

    fn compile(&self, project: &Project, tools: &Tools) -> Result<()> {
        let mut cargo = tools.wasm_cargo(project);
        cargo.args(["build", "--release", "--package", self.package, "--lib", "--target", TARGET]);
        cargo.args(self.settings.map(|file| format!("--config={file}")));
        run::quietly(cargo)
    }

    /// Runs wasm-bindgen; answers the folder with its JavaScript and wasm.
    fn bind(&self, project: &Project, tools: &Tools, compiled: &Path) -> Result<PathBuf> {
        let folder = project.path("target/dni/bindgen").join(self.package);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let mut bindgen = tools.command(&tools.wasm_bindgen)?;
        bindgen
            .arg(compiled.join(format!("{}.wasm", self.stem())))
            .args(["--target", "web", "--no-typescript", "--out-name", &self.stem()])
            // Whoever loads the library says where the wasm lies; a path of wasm-bindgen's own would never be right.
            .arg("--omit-default-module-path")
            .arg("--out-dir")
            .arg(&folder);
        run::quietly(bindgen)?;
        Ok(folder)
    }

    /// Makes the wasm smaller or faster, which takes minutes for the tools, unless the same was made of the same before.
    fn optimise(&self, project: &Project, tools: &Tools, wasm: &Path) -> Result<Vec<u8>> {
        let output = project.path(OPTIMISED).join(format!("{}-{}.wasm", self.package, self.inputs(project, wasm)?));
        if let Ok(known) = fs::read(&output) {
            return Ok(known);
        }
        let trapping = wasm.with_extension("trapping");
        if self.panics_trap {
            let mut panics_trap = tools.node(project)?;
            panics_trap.arg(PANICS_TRAP).arg(wasm).arg(&trapping);
            run::quietly(panics_trap)?;
        }
        let unfinished = wasm.with_extension("optimised");
        let mut wasm_opt = tools.command(&tools.npm_program("wasm-opt"))?;
        wasm_opt.arg(if self.panics_trap { &trapping } else { wasm });
        wasm_opt.arg("-o").arg(&unfinished).args(self.passes).args(WASM_FEATURES).args(WASM_PASSES);
        run::quietly(wasm_opt)?;
        self.forget_earlier(project)?;
        fs::rename(unfinished, &output)?;
        Ok(fs::read(output)?)
    }

    /// A hash of all that the optimised wasm is made of: the wasm, what is asked of the programs, and the programs.
    fn inputs(&self, project: &Project, wasm: &Path) -> Result<String> {
        let mut inputs = fs::read(wasm)?;
        for part in self.passes.iter().chain(&WASM_FEATURES).chain(&WASM_PASSES) {
            inputs.extend(part.as_bytes());
        }
        inputs.push(u8::from(self.panics_trap));
        for program in [PANICS_TRAP, "package-lock.json"] {
            inputs.extend(fs::read(project.path(program))?);
        }
        Ok(content_hash(&inputs))
    }

    /// Keeps one optimised wasm of a package.
    fn forget_earlier(&self, project: &Project) -> Result<()> {
        let folder = project.path(OPTIMISED);
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.rsplit_once('-').is_some_and(|(package, _)| package == self.package) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}
