//! Number pools: who holds which number when, and whom a call to it belongs to.

mod area_code;
mod caller;
mod explain;
mod index;
mod lease;
mod lease_context;
mod number;
mod number_lease;
mod overflow;
mod queue;
mod resolve;
mod rules;
mod simulate;
mod size;
mod slot;
mod state;

pub use area_code::AreaCode;
pub use caller::{CallerKey, KnownCaller};
pub use lease::Lease;
pub use lease_context::LeaseContext;
pub use overflow::Overflow;
pub use resolve::{Attribution, Candidate, Evidence, MatchRule, UnattributedReason};
pub use rules::{PoolRules, RulesError};
pub use simulate::{Calls, Policy, Scenario, ScenarioError, SimulationResult, simulate};
pub use size::{Arrivals, Demand, PoolSize, Sizing, SizingError, erlang_b, poisson_tail, size_pool};
pub use state::{Granted, MAX_NUMBERS, Pool, Renewed, Usage};
