//! libFuzzer's search for new input of one target, named by the environment.
#![no_main]

use std::sync::LazyLock;

use dni_fuzz::{TARGETS, Target};
use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("DNI_FUZZ_TARGET").unwrap_or_default();
    let known = TARGETS.iter().find(|target| target.name == name);
    *known.unwrap_or_else(|| panic!("DNI_FUZZ_TARGET is {name:?}, which is no target"))
});

fuzz_target!(|data: &[u8]| (TARGET.try_input)(data));
