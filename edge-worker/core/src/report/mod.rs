//! Reports: how many visitors and calls each source, page or day brought, what became of the calls, and what they were worth.

mod credits;
mod dimension;
mod measures;
mod period;
mod pool_use;
mod request;
mod rounding;
mod table;
mod visitor_day;
mod visitor_sums;
mod visits_to_count;

pub use credits::{CreditModel, credits};
pub use dimension::{Dimension, Key};
pub use measures::{CountedCalls, MeasureRecord, ValueSum, WorthRecord};
pub use period::{OffsetStep, Period};
pub use pool_use::{LOOKS_BACK, PoolUse, PoolUseRecord};
pub use request::ReportRequest;
pub use table::{Counted, GroupRecord, MAX_ROWS, Measured, ReportRecord, ReportRow, merged_rows, report};
pub use visitor_day::{DAY, VisitorDay};
pub use visitor_sums::{VisitorCounter, VisitorSums, Visitors, VisitorsUnknown};
pub use visits_to_count::{Visit, day_begins, visits_to_count};
