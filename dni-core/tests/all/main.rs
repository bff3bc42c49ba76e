//! The core from outside, as other crates see it: one binary, so that it is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod credit;
mod lease_request;
mod page_url;
mod phone;
mod pool_model;
mod pool_rules;
mod pool_simulate;
mod pool_size;
mod replay;
mod site_with_rules;
mod source_rules;
mod user_agents;
mod ways_to_arrive;
