//! A second browser for the browser tests: what is right in Chromium alone is not right yet.

use std::env;

use crate::run;

/// The names under which distributions install it.
const NAMES: [&str; 2] = ["firefox", "firefox-esr"];

/// Installs Debian's Firefox where there is none and that is allowed. Without it the tests in it are skipped, and say so.
pub fn ensure() {
    let is_named = env::var_os("FIREFOX_BIN").is_some_and(|path| !path.is_empty());
    if is_named || NAMES.iter().any(|name| run::find_on_path(name).is_some()) {
        return;
    }
    if let Err(error) = super::apt::install("Firefox", &["firefox-esr"]) {
        println!("no Firefox, so nothing is tried in it ({error:#})");
    }
}
