//! Vonage's Voice API: JSON webhooks signed by a JSON Web Token, NCCO documents.

mod application;
mod files;
mod read;
mod render;
mod verify;

pub use application::{Application, signed_token};
pub(super) use files::{deleted_file, file};
pub(super) use read::read;
pub(super) use render::render;
pub(super) use verify::verify;
