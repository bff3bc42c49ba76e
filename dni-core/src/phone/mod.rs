//! Phone numbers: what one is, how a page writes it, where it stands in a text.

mod e164;
mod find;
mod format;

pub use e164::{E164, PhoneError};
pub use find::{Found, find_targets};
pub use format::{format_like, national};
