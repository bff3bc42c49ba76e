//! Who did what: the entries of the audit, and what they say of a change.

mod difference;
mod entry;

pub use difference::{Change, Difference, difference};
pub use entry::{Action, AuditEntry, AuditFilter, AuditRecord, StoredEntry, audit_list, exported_with};
