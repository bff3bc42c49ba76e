//! jambonz, the open telephone server: JSON webhooks signed with HMAC-SHA256, JSON documents.

mod read;
mod render;
mod verify;

pub(super) use read::read;
pub(super) use render::render;
pub(super) use verify::verify;
