//! The parts that `build` makes, each from its sources to the files that are deployed.

pub mod assets;
pub mod browser;
pub mod tools;
pub mod wasm_library;
pub mod worker;
