//! What a visitor told of their visit: kept with their lease, and part of the call's record once they call.

use dni_core::id::VisitorId;
use dni_core::visit::{History, PageUrl};
use serde::{Deserialize, Serialize};

/// What a visitor told of their visit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitorSession {
    /// Their touches, by our clock.
    pub history: History,
    /// The page they were last seen on.
    pub page: PageUrl,
}

/// A visit that a call may belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolVisit {
    /// Who.
    pub visitor: VisitorId,
    /// What they told.
    pub session: VisitorSession,
}
