//! The parts that `build` makes, each from its sources to the files that are deployed.

pub mod assets;
pub mod browser;
mod short_names;
pub mod tools;
pub mod wasm_library;
pub mod worker;
