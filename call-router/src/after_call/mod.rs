//! What is done after a call, or long after it: which tasks a call needs, and when each is tried.
//!
//! A task is named by its kind and what it is about, so that a call needs each only once, however often and in whatever
//! order its webhooks come. To add a kind: name it in [`TaskKind`], say there how patiently it is tried, say in
//! [`needed()`] which calls need it, and do it in the shell.

mod carrier_answer;
mod context;
mod insight;
mod kind;
mod need;
mod needed;
mod settings;
mod task;

pub use carrier_answer::{has_recording, require_deleted, require_media};
pub use context::AfterCallContext;
pub use kind::{Patience, TaskKind};
pub use need::{Basis, Need, Subject};
pub use needed::needed;
pub use settings::AfterCallSettings;
pub use task::{MAX_TASKS, RestartError, Task, TaskError, TaskState, Tasks};
