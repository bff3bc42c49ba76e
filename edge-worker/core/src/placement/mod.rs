//! In which of the worker's databases the calls of a site are, and how they get from one into another.
//!
//! A database of D1 holds 10 GB, so an account with many sites has several. Members, keys and the directory of the sites stay in the
//! first; a site's calls are in one of them, whole.

mod database;
mod moving;
mod request;

pub use database::{DatabaseName, least_filled};
pub use moving::{MoveRecord, MoveStep, Moving, Placement};
pub use request::{DatabaseRecord, WantedDatabase};
