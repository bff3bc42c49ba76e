//! TwiML: the form webhooks and XML documents of Twilio, and of the carriers that took them over.

mod add_ons;
mod read;
mod render;

pub(super) use read::{read, read_either};
pub(super) use render::render;

/// Whose TwiML it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Twilio's own.
    Twilio,
    /// cXML of `SignalWire`.
    SignalWire,
    /// `TeXML` of Telnyx.
    Telnyx,
}
