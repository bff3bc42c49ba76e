//! What is done after a call, or long after it: which tasks a call needs, and when each is tried.
//!
//! A task is named by its kind and what it is about, so that a call needs each only once, however often and in whatever
//! order its webhooks come. To add a kind: name it in [`TaskKind`], say there how patiently it is tried, say in
//! [`needed`] which calls need it, and do it in the shell.

mod fetched;
mod kind;
mod needed;
mod task;
mod wishes;

pub use fetched::{demand_deleted, demand_media, has_recording};
pub use kind::{Patience, TaskKind};
pub use needed::{Known, Need, needed};
pub use task::{Basis, MAX_TASKS, Subject, Task, TaskError, TaskState, Tasks, Unrestartable};
pub use wishes::Wishes;
