//! One thing that is wrong with a site's configuration.

use std::borrow::Cow;

use dni_core::id::{PoolId, SiteId};
use dni_core::phone::Callee;
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

impl Fault {
    /// Tells that calls would be forwarded to a tracking number of another site.
    pub fn forwards_to_another(place: &str, callee: &Callee, site: &SiteId) -> Self {
        let message = format!(
            "It forwards to {callee}, a tracking number of the site '{site}': the call would begin anew there, and go round in \
             circles if that site forwards here. Name the business's own number."
        );
        fault("forwards_to_itself", place, message)
    }
}

/// Makes a fault.
pub(super) fn fault(code: &'static str, place: impl Into<String>, message: impl Into<String>) -> Fault {
    Fault { code: code.into(), place: place.into(), message: message.into() }
}

/// Names where in a site's configuration something of a pool stands.
pub(super) fn place_of_pool(pool: &PoolId, field: &str) -> String {
    format!("pools.{pool}.{field}")
}
