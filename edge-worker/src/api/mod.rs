//! The REST API: one file for each resource.

pub mod calls;
pub mod complaints;
pub mod kept_webhooks;
pub mod numbers;
pub mod recordings;
pub mod sites;
pub mod tasks;
