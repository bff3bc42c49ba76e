//! What is remembered of callers, and what that tells of their next call.
//!
//! A site keeps its books on who called ([`Books`]); an account watches what a number does at the moment, across all its
//! sites ([`Recent`]). Both take the same call any number of times and count it once. They hold no caller's number: whoever
//! stores them does so under a keyed hash of it.

mod books;
mod recent;

pub use books::{Before, Books, Ended, History, MAX_CALLERS, MAX_CALLS, Mark, REMEMBER_CALLERS, REMEMBER_CALLS, Spoke};
pub use recent::{KEEP_RECENT, MAX_RECENT, Recent, Rush};
