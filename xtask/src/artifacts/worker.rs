//! The edge worker, by worker-build.

use anyhow::Result;

use crate::project::Project;
use crate::run;
use crate::setup::Tools;

/// wasm-opt, where it has not seen the same worker before.
const WASM_OPT: &str = "xtask/src/artifacts/wasm_opt_once.mjs";

/// How the worker is compiled.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Small and fast, as it is deployed.
    Release,
    /// Soon built, for trying out a change: large and slow.
    Dev,
}

/// Builds `edge-worker/build/` with the browser library embedded.
pub fn build(project: &Project, tools: &Tools, kind: Kind) -> Result<()> {
    run::step("building the edge worker", || {
        let mut build = tools.command(&tools.worker_build)?;
        tools.choose_wasm_toolchain(&mut build);
        build
            .args(match kind {
                Kind::Release => ["--release"].as_slice(),
                // Not its own `--dev`: that checks types which the worker crate gives wrongly.
                Kind::Dev => &["--profile", "dev-worker", "--no-opt"],
            })
            .current_dir(project.path("edge-worker"))
            // Without these worker-build downloads programs of its own choice.
            .env("WASM_BINDGEN_BIN", &tools.wasm_bindgen)
            .env("WASM_OPT_BIN", project.path(WASM_OPT))
            .env("ESBUILD_BIN", tools.npm_program("esbuild"))
            .env("DNI_EMBED", project.embed());
        run::quietly(build)
    })
}
