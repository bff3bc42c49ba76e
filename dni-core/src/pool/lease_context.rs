//! What a pool should know of a visitor who asks for a number.

use serde::{Deserialize, Serialize};

use super::AreaCode;
use crate::visit::Channel;

/// Most area codes of one context that are looked at: California, which has the most, has fewer.
pub(super) const MAX_AREAS: usize = 64;

/// What the pool should know of a visitor who asks for a number. The default knows nothing of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeaseContext {
    /// The area codes of where they are. They count if the pool's rules prefer local numbers; the first 64 of them.
    pub areas: Vec<AreaCode>,
    /// Whether they came by a click id or have been here before: then the reserve is for them too.
    pub has_claim: bool,
    /// The channel they came by, which may have an overflow number of its own.
    pub channel: Option<Channel>,
}
