//! What visitors' browsers ask: the tag, numbers, signs of life.

mod assets;
mod beat;
mod lease;
mod link;
mod preflight;
mod targets;
mod test_number;

pub use assets::{asset, inline_script, script};
pub use beat::{__path_beat, beat};
pub use lease::{__path_lease, lease};
pub use link::{__path_link, link};
pub use preflight::preflight;
pub use targets::targets;

/// Returns the sooner of two expiries, in seconds: several numbers are shown until the first runs out. Zero is none yet.
fn sooner(so_far: u32, expires_in: u32) -> u32 {
    if so_far == 0 { expires_in } else { so_far.min(expires_in) }
}
