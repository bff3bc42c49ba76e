//! A visit: where it came from, and what of that is worth keeping.

mod arrival;
mod campaign;
mod channel;
mod charset;
mod classify;
mod details;
mod history;
mod mark;
mod model;
mod page_url;
mod referrer;
mod session;
mod tag;
mod tag_names;
mod touch;
mod wrapped;

pub use arrival::Arrival;
pub use campaign::{Campaign, ClickId, ClickIdKind};
pub(crate) use channel::advertised;
pub use channel::{Channel, ChannelRule};
pub use classify::{Classified, classify};
pub use details::CampaignDetails;
pub use history::{History, SESSION};
pub use mark::{LinkMark, MarkKind, Proof};
pub use model::{Model, credit};
pub use page_url::PageUrl;
pub use referrer::{Referrer, ReferrerKind};
pub use session::VisitSession;
pub use touch::{Touch, TouchRule};
