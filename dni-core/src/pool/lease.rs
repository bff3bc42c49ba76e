//! One visitor's time with one number.

use serde::{Deserialize, Serialize};

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
