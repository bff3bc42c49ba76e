//! What the REST API takes and gives, beside the records themselves.

mod call_export;
mod call_filter;
mod call_list;
mod call_slice;
mod fields;
mod idempotency;
mod number_list;
mod parameter;
mod precondition;
mod search_words;

pub use call_export::{BadColumns, BadRow, CallExport, ExportFormat, ExportedCall, zone_parameter};
pub use call_filter::{Bounds, CallFilter, UNKNOWN_SITE, site as site_parameter};
pub use call_list::{StoredCall, call_list, call_with_words};
pub use call_slice::{CallSlice, Cursor, InList, MAX_PAGE, Order, limit as limit_parameter, merged_calls};
pub use fields::Fields;
pub use idempotency::{DONE_WITHIN, EarlierRequest, REMEMBERED_FOR, Repeated, fingerprint, idempotency_key};
pub use number_list::{NumberCursor, NumberFilter, NumberPage, SITES_AT_ONCE};
pub use parameter::{BadParameter, Query, unknown_parameter};
pub use precondition::{Precondition, entity_tag};
pub use search_words::{SearchWords, SearchedText};
