//! The Durable Objects, and how they are asked.
//!
//! A pool's object is the one thread that leases its numbers; a call's object the one that puts its events together; a site's
//! caller history and the account's caller activity remember who called; the account's feed tells what calls do. All are asked with one JSON value and answer with one
//! ([`messages`]), all through [`client`], and all stand on one skeleton ([`opened`]). They run in a process of their own, so
//! whoever asks sets a limit to how long they wait.

mod call;
pub mod call_feed;
mod caller_activity;
mod caller_history;
mod caller_keys;
pub mod client;
pub mod messages;
mod opened;
mod pool;
mod pool_visitors;
mod stranger;
