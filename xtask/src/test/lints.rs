//! When a warning is an error: with every compiler up to the newest that the project was made clean with.
//!
//! A newer one may know lints that nobody has seen yet. What it warns of is printed and in the log, and breaks nothing.

use std::process::Command;

use anyhow::Result;

use crate::run;

/// The minor number of the newest Rust 1 without warnings here.
const CLEAN_WITH: u32 = 95;

/// Whether warnings of the compiler that this command calls are errors. `choose` makes a command use that compiler.
pub fn warnings_are_errors(choose: impl Fn(&mut Command)) -> Result<bool> {
    let mut rustc = Command::new("rustc");
    rustc.arg("--version");
    choose(&mut rustc);
    Ok(is_known(&run::stdout_of(rustc)?))
}

/// Whether `rustc 1.95.0 (…)` is no newer; what cannot be read is taken for newer.
fn is_known(version: &str) -> bool {
    let minor = || version.strip_prefix("rustc 1.")?.split('.').next()?.parse::<u32>().ok();
    minor().is_some_and(|minor| minor <= CLEAN_WITH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_compilers_up_to_its_own() {
        assert!(is_known("rustc 1.95.0 (59807616e 2026-04-14)"));
        assert!(is_known("rustc 1.91.1"));
        assert!(!is_known("rustc 1.96.0-nightly (abc 2026-05-01)"));
        assert!(!is_known("rustc 1.110.0"));
        assert!(!is_known("rustc 2.0.0"));
        assert!(!is_known(""));
    }
}
