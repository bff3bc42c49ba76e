//! Number pools: who holds which number when, and whom a call to it belongs to.

mod lease;
mod resolve;
mod rules;
mod state;

pub use lease::Lease;
pub use resolve::{Attribution, Candidate, Evidence, MatchRule, Unattributed};
pub use rules::{PoolRules, RulesError};
pub use state::{Granted, Pool, Renewed};
