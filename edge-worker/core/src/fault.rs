//! One thing that is wrong with a document that somebody sent.

use std::borrow::Cow;

use call_router::config_json::ConfigError;
use serde::Serialize;
use utoipa::ToSchema;

/// One fault of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// The stable code.
    #[schema(value_type = String)]
    pub code: Cow<'static, str>,
    /// Where: `pools.main.cooldown_seconds`, `flow.steps.office.next.busy`.
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Fault {
    /// Makes a fault.
    pub fn new(code: &'static str, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), place: place.into(), message: message.into() }
    }
}

impl From<ConfigError> for Fault {
    fn from(unreadable: ConfigError) -> Self {
        let message = unreadable.to_string();
        Self { code: unreadable.code.into(), place: unreadable.place, message }
    }
}
