//! `setup`: brings each tool that is missing, and says what to do where it cannot.

mod apt;
pub mod cargo_tool;
mod chromium;
mod firefox;
mod npm_packages;
mod speech;
mod wasm_target;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, ScopedJoinHandle};

use anyhow::{Result, bail};

use crate::project::Project;
use crate::run;

/// The tools the other commands call.
pub struct Tools {
    /// The rustup toolchain for wasm32 builds, where the ordinary one has no wasm32 standard library.
    wasm_toolchain: Option<&'static str>,
    /// The wasm-bindgen command line tool of the locked version.
    pub wasm_bindgen: PathBuf,
    /// worker-build of the locked version.
    pub worker_build: PathBuf,
    /// The programs of the npm packages.
    npm_bin: PathBuf,
    chromium: PathBuf,
    /// What the tests' own pages open in; `chromium` where they are not what is wanted.
    chromium_shell: PathBuf,
    /// Looks at licences, bans, sources and advisories; only the tests need it.
    pub cargo_deny: PathBuf,
}

/// The release of cargo-deny, which is no dependency in Cargo.lock. Compiling it took 133 s of processor time.
const CARGO_DENY: &str = "0.20.2";

/// Brings what is missing and finds the rest.
///
/// # Errors
///
/// The sentence says which tool is missing and how to get it.
pub fn run(project: &Project) -> Result<Tools> {
    bring(project, || Ok(PathBuf::new()), Path::to_owned)
}

/// Brings also what only the tests need, for `all` of them more.
///
/// # Errors
///
/// As [`fn@run`].
pub fn run_for_tests(project: &Project, all: bool) -> Result<Tools> {
    let more_programs = |chromium: &Path| {
        if all {
            firefox::ensure();
            speech::ensure();
        }
        chromium::ensure_shell(chromium)
    };
    bring(project, || cargo_tool::ensure("cargo-deny", "cargo-deny", CARGO_DENY), more_programs)
}

/// npm, the package manager of the system and cargo work side by side: each waits for a network of its own most of the time.
fn bring(
    project: &Project,
    cargo_deny: impl FnOnce() -> Result<PathBuf>,
    chromium_shell: impl FnOnce(&Path) -> PathBuf + Send,
) -> Result<Tools> {
    let _lock = project.lock("setup")?;
    thread::scope(|scope| {
        let npm = scope.spawn(|| npm_packages::ensure(project));
        let system = scope.spawn(|| {
            let (wasm_toolchain, chromium) = (wasm_target::ensure()?, chromium::ensure()?);
            let chromium_shell = chromium_shell(&chromium);
            anyhow::Ok((wasm_toolchain, chromium, chromium_shell))
        });
        let wasm_bindgen =
            cargo_tool::ensure("wasm-bindgen-cli", "wasm-bindgen", &project.locked_version("wasm-bindgen")?)?;
        // worker and worker-build are released together, under one version number.
        let worker_build = cargo_tool::ensure("worker-build", "worker-build", &project.locked_version("worker")?)?;
        let cargo_deny = cargo_deny()?;
        cargo_tool::clean_up()?;
        let npm_bin = joined(npm)?;
        let (wasm_toolchain, chromium, chromium_shell) = joined(system)?;
        Ok(Tools { wasm_toolchain, wasm_bindgen, worker_build, npm_bin, chromium, chromium_shell, cargo_deny })
    })
}

fn joined<T>(thread: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().unwrap_or_else(|_| bail!("setup broke off; the lines above say where"))
}

impl Tools {
    /// One of the programs of the npm packages: node, esbuild, wasm-opt, wrangler.
    pub fn npm_program(&self, name: &str) -> PathBuf {
        self.npm_bin.join(name)
    }

    /// Any program, with the packages' Node 22 first on PATH (the packages' scripts look for `node` there).
    pub fn command(&self, program: &Path) -> Result<Command> {
        let mut command = Command::new(program);
        command.env("PATH", run::path_with(&self.npm_bin)?);
        Ok(command)
    }

    /// Node 22, with what the rig and the tests look for in the environment.
    pub fn node(&self, project: &Project) -> Result<Command> {
        let mut command = self.command(&self.npm_program("node"))?;
        command
            .current_dir(project.root())
            .env("CHROMIUM_BIN", &self.chromium)
            .env("CHROMIUM_SHELL_BIN", &self.chromium_shell)
            .env("DNI_EMBED", project.embed())
            .env("WRANGLER_SEND_METRICS", "false")
            .env("CI", "1");
        Ok(command)
    }

    /// Cargo for wasm32 builds, in the root of the repository.
    pub fn wasm_cargo(&self, project: &Project) -> Command {
        let mut command = Command::new("cargo");
        command.current_dir(project.root());
        self.choose_wasm_toolchain(&mut command);
        command
    }

    /// Makes a command and the cargo it calls use the toolchain that can build for wasm32.
    pub fn choose_wasm_toolchain(&self, command: &mut Command) {
        if let Some(toolchain) = self.wasm_toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
    }
}
