//! What a carrier sends, what it is answered, and what becomes of a call: the crate from outside.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test stops at the first surprise, and knows its figures"
)]

mod audio_pieces;
mod callers;
mod calls;
mod conformance;
mod documents;
mod ends;
mod flows;
#[cfg(feature = "schema")]
mod schema;
mod screening;
mod sequences;
mod signatures;
mod simulated_calls;
mod snapshots;
mod speech;
#[path = "../../examples/screening/traffic.rs"]
mod traffic;
mod webhooks;
mod who_calls;
