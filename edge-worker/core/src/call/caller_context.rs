//! What is known of a caller when their call begins.

use call_router::caller::{EarlierCalls, Velocity};
use call_router::risk::Complaints;
use serde::{Deserialize, Serialize};

/// What is known of a caller when their call begins. What could not be found out in time is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallerContext {
    /// What the site remembers of their calls.
    pub before: Option<EarlierCalls>,
    /// What the account sees of them at the moment.
    pub seen: Option<CallerStanding>,
}

/// What the account knows of a caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallerStanding {
    /// How much they have been calling.
    pub rush: Velocity,
    /// What others have complained of their number.
    pub complaints: Complaints,
}
