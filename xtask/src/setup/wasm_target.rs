//! The wasm32 standard library: by rustup, else from Debian's compiler and sources.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run;

const TARGET: &str = "wasm32-unknown-unknown";

/// The name under which Debian's compiler is linked into rustup.
const DEBIAN_TOOLCHAIN: &str = "wasm";

/// Where Debian's compiler looks for the wasm32 standard library.
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";

/// Debian's newer compiler, its sources, its linter, and `rust-lld`, the linker for wasm32.
const DEBIAN_PACKAGES: [&str; 6] =
    ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "rust-web-llvm", "lld-22"];

/// Makes wasm32 builds possible.
///
/// Answers the rustup toolchain to build with, `None` where the ordinary one can.
pub fn ensure() -> Result<Option<&'static str>> {
    if has_standard_library(&ordinary_library()?) {
        return Ok(None);
    }
    if debian_route_is_ready() {
        return Ok(Some(DEBIAN_TOOLCHAIN));
    }
    let by_rustup = run::step("adding the wasm32 target with rustup", || {
        run::quietly(command("rustup", ["target", "add", TARGET]))
    });
    let Err(reason) = by_rustup else {
        return Ok(None);
    };
    println!("rustup could not add it ({reason:#}); trying Debian's compiler");
    debian_route().with_context(|| {
        format!(
            "no standard library for {TARGET}. Run `rustup target add {TARGET}` where rustup's servers can be \
             reached, or run setup as root on Debian 12 with rustup installed"
        )
    })?;
    Ok(Some(DEBIAN_TOOLCHAIN))
}

fn ordinary_library() -> Result<PathBuf> {
    run::stdout_of(command("rustc", ["--print", "target-libdir", "--target", TARGET]))
        .map(PathBuf::from)
        .context("cannot ask rustc for its libraries; install Rust from https://rustup.rs")
}

fn debian_route_is_ready() -> bool {
    has_standard_library(Path::new(DEBIAN_LIBRARY))
        && run::stdout_of(command("rustup", ["run", DEBIAN_TOOLCHAIN, "rustc", "--version"])).is_ok()
}

/// Builds the standard library once with Debian's compiler and lends that compiler to rustup.
fn debian_route() -> Result<()> {
    super::apt::install("Debian's Rust compiler", &DEBIAN_PACKAGES)?;
    run::quietly(command("rustup", ["toolchain", "link", DEBIAN_TOOLCHAIN, "/usr"]))?;
    run::step("building the wasm32 standard library", || {
        // A fresh folder: two generations of one library in it break every later build.
        let folder = std::env::temp_dir().join(format!("dni-wasm32-library-{}", std::process::id()));
        let built = build_standard_library(&folder);
        let _ = fs::remove_dir_all(&folder);
        built
    })
}

fn build_standard_library(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n")?;
    fs::write(folder.join("src/lib.rs"), "")?;
    let mut build = command("/usr/bin/cargo", ["build", "--release", "--target", TARGET]);
    build
        // The `test` crate is what `cargo test --target wasm32…` needs.
        .arg("-Zbuild-std=std,panic_abort,test")
        .current_dir(folder)
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", folder.join("target"))
        // Without bitcode a later build with `lto = true` fails.
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-Cembed-bitcode=yes");
    run::quietly(build)?;
    install_libraries(&folder.join("target").join(TARGET).join("release/deps"), Path::new(DEBIAN_LIBRARY))
}

/// Replaces what lies in the library folder by the libraries just built, less the empty crate's own.
fn install_libraries(built: &Path, library: &Path) -> Result<()> {
    if library.exists() {
        fs::remove_dir_all(library)?;
    }
    fs::create_dir_all(library)?;
    for entry in fs::read_dir(built)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(OsStr::to_str) else {
            continue;
        };
        if path.extension() == Some(OsStr::new("rlib")) && !name.starts_with("libempty-") {
            fs::copy(&path, library.join(name))?;
        }
    }
    if !has_standard_library(library) {
        bail!("the build of the standard library left no libstd");
    }
    Ok(())
}

fn has_standard_library(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().starts_with("libstd-") && Path::new(&name).extension() == Some(OsStr::new("rlib"))
    })
}

fn command<const N: usize>(program: &str, arguments: [&str; N]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}
