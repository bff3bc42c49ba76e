//! What the REST API takes and gives, beside the records themselves.

mod call_filter;
mod call_list;
mod cursor;
mod fields;
mod parameter;

pub use call_filter::{CallFilter, MAX_PAGE, UNKNOWN_SITE, limit as limit_parameter, site as site_parameter};
pub use call_list::{StoredCall, call_list, call_with_words};
pub use cursor::Cursor;
pub use fields::Fields;
pub use parameter::{BadParameter, Query, unknown_parameter};
