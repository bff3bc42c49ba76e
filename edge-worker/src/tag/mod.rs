//! What visitors' browsers ask: the tag, numbers, signs of life.

mod assets;
mod beat;
mod lease;
mod link;
mod origin;
mod test_number;

pub use assets::{asset, inline, tag};
pub use beat::beat;
pub use lease::lease;
pub use link::link;

/// Returns the sooner of two expiries, in seconds: several numbers are shown until the first runs out. Zero is none yet.
fn sooner(so_far: u32, expires_in: u32) -> u32 {
    if so_far == 0 { expires_in } else { so_far.min(expires_in) }
}
