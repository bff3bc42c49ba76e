//! Where the parts of the project lie on disk.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders that the commands read and write.
pub struct Project {
    root: PathBuf,
    cargo_target: PathBuf,
}

impl Project {
    /// Finds the repository that this program was built from.
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the xtask crate must lie in a folder of the repository")?
            .to_path_buf();
        let cargo_target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => std::path::absolute(folder)?,
            None => root.join("target"),
        };
        Ok(Self { root, cargo_target })
    }

    /// The root folder of the repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Where cargo puts wasm32 builds that are shipped.
    pub fn wasm_release(&self) -> PathBuf {
        self.cargo_target.join("wasm32-unknown-unknown/release")
    }

    /// The files the edge worker compiles in, under fixed names.
    pub fn embed(&self) -> PathBuf {
        self.path("target/dni/embed")
    }

    /// The files a web server would serve, under hashed names.
    pub fn dist(&self) -> PathBuf {
        self.path("target/dni/dist")
    }

    /// The locked version of a package in Cargo.lock.
    pub fn locked_version(&self, package: &str) -> Result<String> {
        let lock = fs::read_to_string(self.path("Cargo.lock"))
            .context("cannot read Cargo.lock; run cargo generate-lockfile")?;
        version_in_lock(&lock, package)
            .map(str::to_owned)
            .with_context(|| format!("Cargo.lock has no package {package}"))
    }

    /// Takes the lock of this name, waiting for another command of this kind to end. It is held until dropped.
    pub fn lock(&self, name: &str) -> Result<File> {
        let folder = self.path("target/dni");
        fs::create_dir_all(&folder)?;
        let file = File::create(folder.join(format!(".{name}.lock")))?;
        if file.try_lock().is_err() {
            println!("waiting for another {name} in this folder to end");
            file.lock()?;
        }
        Ok(file)
    }
}

/// Reads the version of a package from the text of a Cargo.lock.
fn version_in_lock<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name_line = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name_line);
    lines.next()?;
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::version_in_lock;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.1\"\n\n\
                        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"registry\"\n";

    #[test]
    fn reads_the_version_of_exactly_this_package() {
        assert_eq!(version_in_lock(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(version_in_lock(LOCK, "wasm-bindgen-macro"), Some("0.2.1"));
        assert_eq!(version_in_lock(LOCK, "wasm"), None);
        assert_eq!(version_in_lock("", "wasm-bindgen"), None);
    }
}
