//! Tools that cargo builds from the crates registry, kept per version in a cache outside the target folder.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::run;

/// Installs one version of a tool unless the cache has it; answers the path of the program.
pub fn ensure(package: &str, program: &str, version: &str) -> Result<PathBuf> {
    let cache = cache_folder(|name| env::var_os(name).map(PathBuf::from))?;
    let home = cache.join(format!("{package}-{version}"));
    let path = home.join("bin").join(format!("{program}{}", env::consts::EXE_SUFFIX));
    if path.is_file() {
        return Ok(path);
    }
    let _lock = lock(&cache)?;
    if path.is_file() {
        return Ok(path);
    }
    let tool = Tool { package, version, cache, home };
    run::step(&format!("building {package} {version} (some minutes, once)"), || tool.install()).with_context(|| {
        format!(
            "cannot install {package} {version}. With the crates registry in reach, run \
             `cargo install --locked {package} --version {version} --root {}`",
            tool.home.display()
        )
    })?;
    Ok(path)
}

/// Removes what the tools were built from; call it when all are there.
///
/// # Errors
///
/// When the cache has no place, or cannot be locked. What cannot be removed takes room and no more.
pub fn clean_up() -> Result<()> {
    let cache = cache_folder(|name| env::var_os(name).map(PathBuf::from))?;
    let folder = cache.join(BUILD_FOLDER);
    if folder.exists() {
        let _lock = lock(&cache)?;
        let _ = fs::remove_dir_all(folder);
    }
    Ok(())
}

/// Another clone on this machine may be bringing the same tools. The lock is held until dropped.
fn lock(cache: &Path) -> Result<File> {
    fs::create_dir_all(cache)?;
    let file = File::create(cache.join(".lock"))?;
    file.lock()?;
    Ok(file)
}

/// Where the tools are compiled, within the cache.
const BUILD_FOLDER: &str = "build.target";

struct Tool<'a> {
    package: &'a str,
    version: &'a str,
    cache: PathBuf,
    home: PathBuf,
}

impl Tool<'_> {
    /// Builds with the dependencies the tool's authors locked. Where the registry in reach is a mirror that does not
    /// carry one of those yet, the nearest compatible ones must do, and the screen says so.
    fn install(&self) -> Result<()> {
        // One folder for all tools: much of what they are built from is the same.
        let target = self.cache.join(BUILD_FOLDER);
        let locked = self.cargo_install(&target, &["--locked"]);
        match locked {
            Err(error) if is_missing_version(&format!("{error:#}")) => {
                println!(
                    "\n  this registry lacks a dependency that {} {} is locked to; building it without its lock file",
                    self.package, self.version
                );
                self.cargo_install(&target, &[])
            }
            other => other,
        }
    }

    fn cargo_install(&self, target: &Path, options: &[&str]) -> Result<()> {
        let mut install = Command::new("cargo");
        install
            .args(["install", self.package, "--version", self.version])
            .args(options)
            .arg("--root")
            .arg(&self.home)
            // The tools work on small files: compile time counts here, not speed.
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_TARGET_DIR", target)
            // The cache, not the repository: its own cargo settings must not apply here.
            .current_dir(&self.cache);
        run::quietly(install)
    }
}

/// Whether cargo found the registry, but not the exact version that a lock file names.
fn is_missing_version(output: &str) -> bool {
    output.contains("failed to select a version for the requirement") && output.contains("(locked to ")
}

/// `$DNI_TOOLS_DIR`, else `$XDG_CACHE_HOME/dni-tools`, else `~/.cache/dni-tools`.
fn cache_folder(variable: impl Fn(&str) -> Option<PathBuf>) -> Result<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.as_os_str().is_empty());
    let folder = set("DNI_TOOLS_DIR")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("dni-tools")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/dni-tools")))
        .context("no folder for the build tools; set DNI_TOOLS_DIR to one")?;
    Ok(std::path::absolute(folder)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], expected: Option<&str>) {
        let folder =
            cache_folder(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value)));
        assert_eq!(folder.ok(), expected.map(PathBuf::from), "with {variables:?}");
    }

    #[test]
    fn knows_a_version_the_registry_lacks() {
        let output =
            "error: failed to select a version for the requirement `webpki-roots = \"^1.0.10\"` (locked to 1.0.11)";
        assert!(is_missing_version(output));
        assert!(!is_missing_version("error: could not compile `ureq`"));
        assert!(!is_missing_version("error: failed to download from the registry"));
    }

    #[test]
    fn chooses_the_cache_folder() {
        check(&[("DNI_TOOLS_DIR", "/t"), ("XDG_CACHE_HOME", "/c"), ("HOME", "/h")], Some("/t"));
        check(&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")], Some("/c/dni-tools"));
        check(&[("DNI_TOOLS_DIR", ""), ("HOME", "/h")], Some("/h/.cache/dni-tools"));
        check(&[], None);
    }
}
