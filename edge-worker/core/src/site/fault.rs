//! One thing that is wrong with a site's configuration.

use std::borrow::Cow;

use dni_core::id::PoolId;
use serde::Serialize;

/// One fault of a site's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The stable code.
    pub code: Cow<'static, str>,
    /// Where: `pools.main.cooldown_seconds`, `flow.steps.office.next.busy`.
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Makes a fault.
pub(super) fn fault(code: &'static str, place: impl Into<String>, message: impl Into<String>) -> Fault {
    Fault { code: code.into(), place: place.into(), message: message.into() }
}

/// Names where in a site's configuration something of a pool stands.
pub(super) fn place_of_pool(pool: &PoolId, field: &str) -> String {
    format!("pools.{pool}.{field}")
}
