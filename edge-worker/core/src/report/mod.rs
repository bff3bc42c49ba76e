//! Reports: how many calls each source, page or day brought, what became of them, and what they were worth.

mod credits;
mod dimension;
mod measures;
mod period;
mod pool_use;
mod request;
mod rounding;
mod table;

pub use credits::{CreditModel, credits};
pub use dimension::Dimension;
pub use measures::{CountedCalls, MeasureRecord, ValueSum, WorthRecord};
pub use period::{OffsetStep, Period};
pub use pool_use::{LOOKS_BACK, PoolUse, PoolUseRecord};
pub use request::ReportRequest;
pub use table::{Counted, GroupRecord, Key, ReportRecord, ReportRow, merged_rows, report};
