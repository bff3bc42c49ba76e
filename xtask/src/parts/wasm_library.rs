//! A crate compiled to WebAssembly for JavaScript: by cargo, wasm-bindgen and wasm-opt.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::project::Project;
use crate::run;
use crate::setup::Tools;

/// What the stable compiler and wasm-bindgen use beyond the first version of WebAssembly; every browser since 2022 has them.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// One crate and what it is built for.
pub struct WasmLibrary {
    /// The crate's name.
    pub package: &'static str,
    /// The cargo profile, whose name is also its folder's.
    pub profile: &'static str,
    /// What wasm-opt does: `-Oz` works towards size, `-O3` towards speed.
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
        let bindgen = self.bind(project, tools)?;
        let wasm = self.optimise(project, tools, &bindgen.join(format!("{}_bg.wasm", self.stem())))?;
        Ok(Bound { script: bindgen.join(format!("{}.js", self.stem())), wasm })
    }

    fn stem(&self) -> String {
        self.package.replace('-', "_")
    }

    fn compile(&self, project: &Project, tools: &Tools) -> Result<()> {
        let mut cargo = tools.wasm_cargo(project);
        cargo.args(["build", "--profile", self.profile, "--package", self.package, "--lib"]);
        cargo.args(["--target", "wasm32-unknown-unknown"]);
        run::quietly(cargo)
    }

    /// Runs wasm-bindgen; answers the folder with its JavaScript and wasm.
    fn bind(&self, project: &Project, tools: &Tools) -> Result<PathBuf> {
        let folder = project.path("target/dni/bindgen").join(self.package);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let mut bindgen = tools.command(&tools.wasm_bindgen)?;
        bindgen
            .arg(project.wasm_target(self.profile).join(format!("{}.wasm", self.stem())))
            .args(["--target", "web", "--no-typescript", "--out-name", &self.stem()])
            // Whoever loads the library says where the wasm lies; a path of wasm-bindgen's own would never be right.
            .arg("--omit-default-module-path")
            .arg("--out-dir")
            .arg(&folder);
        run::quietly(bindgen)?;
        Ok(folder)
    }

    fn optimise(&self, project: &Project, tools: &Tools, wasm: &Path) -> Result<Vec<u8>> {
        let trapping = wasm.with_extension("trapping");
        if self.panics_trap {
            let mut panics_trap = tools.node(project)?;
            panics_trap.arg("xtask/src/parts/panics_trap.mjs").arg(wasm).arg(&trapping);
            run::quietly(panics_trap)?;
        }
        let output = wasm.with_extension("optimised");
        let mut wasm_opt = tools.command(&tools.npm_program("wasm-opt"))?;
        wasm_opt
            .arg(if self.panics_trap { &trapping } else { wasm })
            .arg("-o")
            .arg(&output)
            .args(self.passes)
            .args(WASM_FEATURES)
            .args(["--strip-debug", "--strip-producers"]);
        run::quietly(wasm_opt)?;
        Ok(fs::read(output)?)
    }
}
