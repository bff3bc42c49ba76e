//! The npm packages of package-lock.json: Node 22, wrangler, esbuild, wasm-opt and what the tests use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::content_hash::sha256_hex;
use crate::project::Project;
use crate::run;

/// Holds the hash of the lock file that `node_modules` was made from.
const STAMP: &str = ".dni-lock-hash";

/// The programs the other commands call.
const PROGRAMS: [&str; 4] = ["node", "esbuild", "wasm-opt", "wrangler"];

/// The oldest Node that wrangler starts on.
const NODE_MAJOR: u32 = 22;

/// Installs the locked packages unless `node_modules` is made from this very lock; answers the folder of their programs.
pub fn ensure(project: &Project) -> Result<PathBuf> {
    let modules = project.path("node_modules");
    let bin = modules.join(".bin");
    let lock = fs::read(project.path("package-lock.json"))
        .context("cannot read package-lock.json; it belongs to the repository")?;
    let hash = sha256_hex(&lock);
    let stamp = modules.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|old| old.trim() == hash) {
        return Ok(bin);
    }
    if !is_installed(&modules, &lock) {
        install(project)?;
    }
    for program in PROGRAMS {
        if !bin.join(program).exists() {
            bail!("npm left no node_modules/.bin/{program}; delete node_modules and run setup again");
        }
    }
    check_node(&bin)?;
    fs::write(stamp, hash)?;
    Ok(bin)
}

fn install(project: &Project) -> Result<()> {
    let npm = run::find_on_path("npm")
        .context("npm is not on PATH. Install Node.js (any version with npm 9 or later) from https://nodejs.org")?;
    run::step("installing the npm packages", || {
        let mut install = Command::new(npm);
        install.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(project.root());
        run::quietly(install)
    })
    .context("cannot install the npm packages; run `npm ci` where the npm registry can be reached")
}

/// Whether npm has put just these packages there already, on somebody's own call of it: `npm ci` would delete them all
/// and begin anew, under the feet of whatever is using them.
fn is_installed(modules: &Path, lock: &[u8]) -> bool {
    let parse = |text: &[u8]| serde_json::from_slice::<Value>(text).ok();
    let installed = fs::read(modules.join(".package-lock.json")).ok();
    match (parse(lock), installed.as_deref().and_then(parse)) {
        (Some(lock), Some(installed)) => holds_all(&installed, &lock),
        _ => false,
    }
}

/// Whether every package of the lock is installed in its version; those for other platforms need not be.
fn holds_all(installed: &Value, lock: &Value) -> bool {
    let Some(wanted) = lock.get("packages").and_then(Value::as_object) else {
        return false;
    };
    let is_there = |path: &str, package: &Value| {
        let found = installed.get("packages").and_then(|packages| packages.get(path));
        match found {
            Some(found) => found.get("version") == package.get("version"),
            None => package.get("optional").is_some_and(|optional| optional == true),
        }
    };
    // The empty path is the project itself.
    wanted.iter().filter(|(path, _)| !path.is_empty()).all(|(path, package)| is_there(path, package))
}

fn check_node(bin: &Path) -> Result<()> {
    let mut ask = Command::new(bin.join("node"));
    ask.arg("--version");
    let version = run::stdout_of(ask)
        .context("the npm package `node` does not start here; delete node_modules and run setup again")?;
    match major(&version) {
        Some(number) if number >= NODE_MAJOR => Ok(()),
        _ => bail!("node_modules/.bin/node is {version}, but Node {NODE_MAJOR} or later is needed"),
    }
}

/// The major number in `v22.11.0`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{holds_all, major};

    #[test]
    fn compares_what_is_installed_with_the_lock() {
        let lock = json!({ "packages": {
            "": { "version": "0.1.0" },
            "node_modules/a": { "version": "1.0.0" },
            "node_modules/b-darwin": { "version": "2.0.0", "optional": true },
        }});
        let check = |packages: serde_json::Value, expected: bool| {
            assert_eq!(holds_all(&json!({ "packages": packages }), &lock), expected, "{packages}");
        };
        check(json!({ "node_modules/a": { "version": "1.0.0" } }), true);
        check(json!({ "node_modules/a": { "version": "1.0.0" }, "node_modules/c": { "version": "9.0.0" } }), true);
        check(json!({ "node_modules/a": { "version": "1.0.1" } }), false);
        check(
            json!({ "node_modules/a": { "version": "1.0.0" }, "node_modules/b-darwin": { "version": "1.0.0" } }),
            false,
        );
        check(json!({}), false);
    }

    #[test]
    fn reads_the_major_number() {
        assert_eq!(major("v22.23.3"), Some(22));
        assert_eq!(major("v9.0.0"), Some(9));
        assert_eq!(major("22"), None);
        assert_eq!(major(""), None);
    }
}
