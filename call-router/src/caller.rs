//! What is remembered of callers, and what that tells of their next call.
//!
//! A site keeps a history of who called ([`CallerHistory`]); an account watches what a number does at the moment, across all its
//! sites ([`RecentCalls`]). Both take the same call any number of times and count it once. They hold no caller's number: whoever
//! stores them does so under a keyed hash of it.

mod history;
mod recent_calls;

pub use history::{
    CallEnding, CallerHistory, CallerRecord, Conversation, CountedCall, EarlierCalls, MAX_CALLERS, MAX_CALLS,
    REMEMBER_CALLERS, REMEMBER_CALLS,
};
pub use recent_calls::{KEEP_RECENT, MAX_RECENT, RecentCalls, Velocity};
