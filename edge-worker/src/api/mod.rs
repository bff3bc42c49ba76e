//! The REST API: one file for each resource.

mod answers;
pub mod audit;
mod call_parameters;
pub mod calls;
pub mod complaints;
pub mod databases;
pub mod erasures;
pub mod kept_webhooks;
pub mod keys;
pub mod members;
pub mod numbers;
pub mod persons;
pub mod recordings;
pub mod reports;
pub mod sites;
pub mod tasks;
