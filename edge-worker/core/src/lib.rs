//! What the Cloudflare Worker decides: no I/O, no clock, no randomness, nothing of the platform.
//!
//! `edge-worker` carries requests, objects and stores; whatever has a right and a wrong answer is decided in here, where it is
//! tested natively. See ARCHITECTURE.md for the map.

pub mod account;
pub mod api;
pub mod audit;
pub mod call;
pub mod console;
pub mod fault;
pub mod keys;
pub mod placement;
pub mod report;
pub mod site;
pub mod timestamp;
pub mod transport;
