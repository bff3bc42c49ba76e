//! Telnyx's `TeXML` applications: Twilio's webhooks and documents, signed with Ed25519.

mod verify;

pub(super) use verify::verify;
