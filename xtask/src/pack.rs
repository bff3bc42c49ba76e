//! `pack`: the npm package, as it is published.
//!
//! What is written by hand lies in `dni-wasm/npm` just as in the package; each part adds what is built for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::artifacts::wasm_library::Bound;
use crate::artifacts::{browser, tools};
use crate::project::Project;
use crate::run;
use crate::setup::Tools;
use crate::tidy::walk;

/// Where the version stands in the package's package.json until it is packed.
const NO_VERSION: &str = "\"version\": \"0.0.0\"";

/// What is packed a second time for whoever calls `require`, Jest above all: each with all that it loads, and how it finds what lies
/// beside it.
const COMMON_JS: [(&str, &str); 5] =
    [("index", BESIDE), ("inline", BESIDE), ("react", BESIDE), ("element", BESIDE), ("tools/node", BESIDE_IN_NODE)];
/// Stands for `import.meta.url`, wherever it runs: a bundler's modules have no names of files.
const BESIDE: &str = "const dniHere = typeof __filename === 'string' ? `file://${__filename}` : '';";
/// The same where files are read. Jest's page has Node's modules, and lacks some of what browsers and Node have.
const BESIDE_IN_NODE: &str = "const dniHere = require('node:url').pathToFileURL(__filename).href; \
     const { TextDecoder, TextEncoder } = require('node:util');";
/// The declarations of those: TypeScript tells the two kinds of module apart by the names of their declarations.
const DECLARATIONS: [&str; 5] = ["index", "inline", "react", "element", "tools/index"];

/// What every package carries besides its own files.
const LICENCES: [&str; 3] = ["LICENSE-APACHE", "LICENSE-MIT", "NOTICE"];

/// Assembles `target/npm/package` and packs it into `target/npm/dni-wasm-<version>.tgz`.
///
/// # Errors
///
/// The first tool that fails, with the end of its output.
pub fn run(project: &Project, tools: &Tools) -> Result<()> {
    let _lock = project.lock("pack")?;
    let runtime = browser::package_files(project, tools)?;
    let built = tools::build(project, tools)?;
    let package = project.path("target/npm/package");
    if package.exists() {
        fs::remove_dir_all(&package)?;
    }
    copy_written(project, &package)?;
    for (name, bytes) in runtime {
        write(&package.join(name), &bytes)?;
    }
    add_tools(&built, &package)?;
    add_common_js(tools, &package)?;
    add_declarations(&package)?;
    let tarball = pack(project, &package)?;
    println!("packed {}", tarball.strip_prefix(project.root()).unwrap_or(&tarball).display());
    Ok(())
}

/// The tarball that `run` writes.
pub fn tarball(project: &Project) -> PathBuf {
    project.path("target/npm").join(format!("dni-wasm-{}.tgz", env!("CARGO_PKG_VERSION")))
}

fn copy_written(project: &Project, package: &Path) -> Result<()> {
    let source = project.path("dni-wasm/npm");
    for file in walk::files(&source, &[""])? {
        write(&package.join(file.strip_prefix(&source)?), &fs::read(&file)?)?;
    }
    for name in LICENCES {
        write(&package.join(name), &fs::read(project.path(name))?)?;
    }
    let manifest = package.join("package.json");
    let text = fs::read_to_string(&manifest)?;
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    if text.matches(NO_VERSION).count() != 1 {
        bail!("dni-wasm/npm/package.json must say {NO_VERSION} once: the workspace's version is put there");
    }
    write(&manifest, text.replace(NO_VERSION, &version).as_bytes())
}

fn add_tools(built: &Bound, package: &Path) -> Result<()> {
    write(&package.join("tools/bindings.js"), &fs::read(&built.script)?)?;
    write(&package.join("tools/dni_tools.wasm"), &built.wasm)
}

fn add_common_js(tools: &Tools, package: &Path) -> Result<()> {
    for (entry, beside) in COMMON_JS {
        let mut esbuild = tools.command(&tools.npm_program("esbuild"))?;
        esbuild
            .current_dir(package)
            .arg(format!("{entry}.js"))
            .args(["--bundle", "--format=cjs", "--platform=node", "--target=es2020", "--minify-whitespace"])
            .args(["--charset=utf8", "--log-level=warning", "--external:react", "--define:import.meta.url=dniHere"])
            .arg(format!("--banner:js={beside}"))
            .arg(format!("--outfile={entry}.cjs"));
        run::quietly(esbuild)?;
    }
    Ok(())
}

/// The runtime's types are declared once, as they say what `window.dni` is: two declarations of it would contradict each other.
fn add_declarations(package: &Path) -> Result<()> {
    for name in DECLARATIONS {
        let text = fs::read_to_string(package.join(format!("{name}.d.ts")))?;
        let common_js = text.replace("'./index.js'", "'./index.cjs'");
        write(&package.join(format!("{name}.d.cts")), common_js.as_bytes())?;
    }
    write(&package.join("index.d.ts"), b"export * from './index.cjs';\n")
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn pack(project: &Project, package: &Path) -> Result<PathBuf> {
    let npm = run::find_on_path("npm").context("npm is not on PATH; install Node.js from https://nodejs.org")?;
    let mut command = Command::new(npm);
    command
        .args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
        .arg(project.path("target/npm"))
        .current_dir(package);
    let name =
        run::stdout_of(command).context("npm cannot pack target/npm/package; run `npm pack` there to see why")?;
    let tarball = tarball(project);
    if tarball.file_name().is_none_or(|expected| expected != name.as_str()) {
        bail!("npm packed {name} instead of {}", tarball.display());
    }
    Ok(tarball)
}
