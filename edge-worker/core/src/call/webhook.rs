//! A webhook on its way to its call.

use call_router::carrier::Carrier;
use call_router::event::{CallEvent, EventKind};
use call_router::flow::Input;
use call_router::risk::Listed;
use serde::{Deserialize, Serialize};

use crate::site::DialledNumber;

/// A webhook that is known to come from the carrier, with what the published configuration says of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallWebhook {
    /// The carrier it came from.
    pub carrier: Carrier,
    /// The hook it came to.
    pub hook: String,
    /// Its query, as it came.
    pub query: String,
    /// Its body, as it came.
    pub body: String,
    /// What it says.
    pub event: CallEvent,
    /// The dialled number with what its site says; `None` if no site has it, or that could not be read.
    pub dialled: Option<DialledNumber>,
    /// Where the owner lists the caller.
    pub listed: Option<Listed>,
    /// Whether it was answered without the object before: what the flow answers is then not carried out.
    pub is_replay: bool,
}

impl CallWebhook {
    /// Says whether it is the call's first: the carrier asks what to do, and the caller hears ringing until it is told.
    pub const fn begins_call(&self) -> bool {
        matches!(self.event.kind, EventKind::Incoming(_))
    }

    /// Says whether the flow has to answer it.
    pub fn asks_flow(&self) -> bool {
        Input::from_event(&self.event).is_some()
    }
}

/// Tells the two kinds of body apart where the header is not kept: no form begins with a brace.
pub fn content_type_of(body: &str) -> &'static str {
    if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" }
}
