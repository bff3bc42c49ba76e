//! What the worker decides, as tables.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

mod branches;
mod call_records;
mod call_states;
mod documentation;
mod fallbacks;
mod harbor;
mod lines;
mod mailboxes;
mod number_records;
mod opening_hours;
mod publication;
#[cfg(feature = "schema")]
mod schema;
mod shares;
mod sites;
mod stored_documents;
mod task_results;
