//! One visitor's time with one number.

use serde::{Deserialize, Serialize};

use super::PoolRules;
use crate::id::VisitorId;
use crate::phone::E164;
use crate::time::Millis;

/// A number in one visitor's hand: one row in the pool's store, named by `number` and `since`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The number.
    pub number: E164,
    /// When it was leased. No two leases of one number begin at the same instant.
    pub since: Millis,
    /// Who holds it.
    pub visitor: VisitorId,
    /// When it ends if no further sign of life comes.
    pub until: Millis,
    /// When the visitor last tapped or copied the number.
    pub intent_at: Option<Millis>,
}

impl Lease {
    /// Says whether the visitor still holds the number.
    pub fn is_live(&self, now: Millis) -> bool {
        now <= self.until
    }

    /// Returns the last instant at which a call still belongs to the lease as a matter of course.
    pub fn window_end(&self, rules: &PoolRules) -> Millis {
        self.until.after(rules.grace)
    }

    /// Says whether a call at `at` falls into the lease's window.
    pub fn window_contains(&self, at: Millis, rules: &PoolRules) -> bool {
        self.since <= at && at <= self.window_end(rules)
    }

    /// Says whether the number has rested long enough for another visitor.
    pub fn has_cooled(&self, now: Millis, rules: &PoolRules) -> bool {
        // `max`: rules are checked when they are published, yet an open window must hold whatever the rules say.
        now > self.until.after(rules.cooldown.max(rules.grace))
    }
}
