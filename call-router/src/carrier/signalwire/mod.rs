//! `SignalWire`'s compatibility API: Twilio's webhooks and documents with a signing key of its own.

mod verify;

pub(super) use verify::verify;
