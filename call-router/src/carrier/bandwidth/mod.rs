//! Bandwidth's Programmable Voice: JSON webhooks with Basic authentication, BXML documents.

mod read;
mod render;
mod verify;

pub(super) use read::read;
pub(super) use render::render;
pub(super) use verify::verify;
