//! Twilio Programmable Voice: form webhooks, HMAC-SHA1 signatures, TwiML documents.

mod read;
mod render;
mod verify;

pub use read::{MAX_FORM_BYTES, ReadError, read};
pub use render::{CONTENT_TYPE, render};
pub use verify::{SignedRequest, VerifyError, verify};
