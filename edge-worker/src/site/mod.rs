//! Sites: what their owners configure, how it is checked, published and read again.

mod document;
mod line;
mod listening;
mod publish;
mod published;
mod screening;

pub use document::{ConsentRule, SiteDocument};
pub use line::{Line, Role};
pub use publish::{get, list, put};
pub use published::{Published, listed, of_number, of_site};
