//! Plivo: form webhooks, HMAC-SHA256 signatures with a nonce, Plivo XML documents.

mod read;
mod render;
mod verify;

pub(super) use read::read;
pub(super) use render::render;
pub(super) use verify::verify;
