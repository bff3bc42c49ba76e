//! A call: what is known of it, whom it belongs to, and how the log tells it.

mod answer;
pub mod attribution;
pub mod caller_context;
pub mod edit;
pub mod erasure;
pub mod feed;
mod flow_facts;
pub mod kept_webhook;
pub mod part;
pub mod person;
pub mod record;
pub mod salvage;
pub mod source;
pub mod state;
pub mod task_results;
pub mod visit;
pub mod webhook;
