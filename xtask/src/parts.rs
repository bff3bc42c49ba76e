//! The parts that `build` makes, each from its sources to the files that are deployed.

pub mod assets;
pub mod browser;
pub mod worker;
