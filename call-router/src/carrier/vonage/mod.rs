//! Vonage's Voice API: JSON webhooks signed by a JSON Web Token, NCCO documents.

mod read;
mod render;
mod verify;

pub(super) use read::read;
pub(super) use render::render;
pub(super) use verify::verify;
