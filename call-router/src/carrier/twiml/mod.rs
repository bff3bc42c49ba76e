//! TwiML: the form webhooks and XML documents of Twilio, and of the carriers that took them over.

mod add_ons;
mod dialect;
mod document;
pub(super) mod files;
mod webhook;

pub(super) use dialect::Dialect;
pub(super) use document::render;
pub(super) use webhook::{failed_url, read, read_either};
