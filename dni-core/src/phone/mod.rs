//! Phone numbers: what one is, how a page writes it, where it stands in a text.

mod e164;
mod extension;
mod find;
mod format;
mod numbers;
mod region;

pub use e164::{E164, PhoneError};
pub use extension::Extension;
pub use find::{Found, find_targets};
pub use format::{format_like, national};
pub use numbers::{FoundNumber, find_numbers};
pub use region::Region;
