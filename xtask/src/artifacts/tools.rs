//! The tools of the npm package: the core as functions for JavaScript.

use anyhow::Result;

use super::wasm_library::{Bound, WasmLibrary};
use crate::project::Project;
use crate::run;
use crate::setup::Tools;

/// What developers and servers run: speed counts, no visitor waits for it.
const LIBRARY: WasmLibrary = WasmLibrary {
    package: "dni-tools",
    settings: Some("dni-wasm/tools/profile.toml"),
    passes: &["-O3"],
    panics_trap: false,
};

/// Builds the tools' WebAssembly and wasm-bindgen's JavaScript for it.
pub fn build(project: &Project, tools: &Tools) -> Result<Bound> {
    run::step("building the tools", || LIBRARY.build(project, tools))
}
