//! What was done after a call, as the log tells it.

use call_router::after_call::{Task, TaskError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Code;
use crate::timestamp::iso;

/// A task as the log tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskRecord {
    /// Its kind.
    #[schema(value_type = String)]
    pub kind: Code,
    /// The recording it is about; null if it is about the call as a whole.
    pub subject: Option<String>,
    /// `waiting`, `done` or `failed`.
    #[schema(value_type = String)]
    pub state: Code,
    /// How often it was tried since it was planned or restarted.
    pub tries: u32,
    /// Why the last try failed.
    pub last_error: Option<ErrorRecord>,
    /// When it is tried next.
    pub next_try_at: Option<String>,
    /// When it was done or given up.
    pub finished_at: Option<String>,
}

/// Why a try failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorRecord {
    /// The stable code.
    pub code: String,
    /// What was wrong, and what to do about it.
    pub message: String,
}

impl TaskRecord {
    /// Tells one task.
    pub fn of(task: &Task) -> Self {
        let subject = Some(task.subject.as_str()).filter(|subject| !subject.is_empty());
        Self {
            kind: task.kind.code().into(),
            subject: subject.map(str::to_owned),
            state: task.state.code().into(),
            tries: task.tries,
            last_error: task.last_error.as_ref().map(ErrorRecord::of),
            next_try_at: task.next_try_at.map(iso),
            finished_at: task.finished_at.map(iso),
        }
    }
}

impl ErrorRecord {
    /// Tells one error.
    pub fn of(error: &TaskError) -> Self {
        Self { code: error.code.as_str().to_owned(), message: error.sentence.as_str().to_owned() }
    }
}
