//! Number pools: who holds which number when, and whom a call to it belongs to.

mod caller;
mod explain;
mod index;
mod lease;
mod number;
mod queue;
mod resolve;
mod rules;
mod simulate;
mod size;
mod state;
mod wish;

pub use caller::{CallerKey, KnownCaller};
pub use lease::Lease;
pub use resolve::{Attribution, Candidate, Evidence, MatchRule, Unattributed};
pub use rules::{PoolRules, RulesError};
pub use simulate::{Calls, Outcome, Policy, Scenario, ScenarioError, simulate};
pub use size::{Arrivals, Choice, Demand, Sizing, SizingError, erlang_b, poisson_tail, size_pool};
pub use state::{Granted, MAX_NUMBERS, Pool, Renewed, Usage};
pub use wish::{AreaCode, Overflow, Wish};
