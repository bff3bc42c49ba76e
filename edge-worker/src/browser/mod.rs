//! What visitors' browsers ask: the tag, numbers, signs of life.

mod assets;
mod beat;
mod lease;
mod origin;

pub use assets::{asset, tag};
pub use beat::beat;
pub use lease::lease;
