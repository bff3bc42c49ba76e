//! A visit: where it came from, and what of that is worth keeping.

mod campaign;
mod history;
mod page_url;
mod referrer;
mod touch;

pub use campaign::{Campaign, ClickId, ClickIdKind};
pub use history::{Arrival, History, SESSION};
pub use page_url::PageUrl;
pub use referrer::{Referrer, ReferrerKind};
pub use touch::{Touch, TouchRule};
