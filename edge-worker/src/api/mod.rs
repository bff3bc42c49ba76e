//! The REST API: one file for each resource.

mod call_parameters;
pub mod calls;
pub mod complaints;
pub mod kept_webhooks;
pub mod numbers;
pub mod recordings;
pub mod sites;
pub mod tasks;
