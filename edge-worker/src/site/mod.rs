//! Sites: what their owners configure, and how it is checked.

mod dialled_number;
mod document;
mod screening;
mod transcription;

pub use dialled_number::{Line, Role};
pub use document::{ConsentRule, SiteDocument};
