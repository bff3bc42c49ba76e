//! Sites: what their owners configure, how it is checked, and what is published of it.

mod check;
mod dialled_number;
mod document;
mod fault;
mod keep_days;
mod line;
mod number_record;
mod origin;
mod patch;
mod pool_configuration;
mod publication;
mod published;
#[cfg(feature = "schema")]
pub mod schema;
mod screening;
mod stored;
mod transcription;
mod wanted_targets;

pub use check::MAX_DOCUMENT;
pub use dialled_number::{DialledNumber, NumberRole};
pub use document::{ConsentRule, PoolDocument, SiteDocument, SourceNumber, Target};
pub use fault::{forwards_to_another, too_many_former};
pub use keep_days::{KeepDays, KeptKind};
pub use number_record::{NumberRecord, NumberUse, OwnedNumber};
pub use origin::origins_for;
pub use patch::merge_patch;
pub use pool_configuration::{PoolConfiguration, PoolSite};
pub use publication::{Closing, MAX_ENTRIES, PoolsOfNumbers, Step, Unfinished};
pub use published::{NumberOwner, PublishedSite};
pub use stored::{ReadStored, read_stored};
pub use transcription::TranscriptionRule;
