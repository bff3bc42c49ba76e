//! What was done after a call, as the log tells it.

use call_router::after_call::{Task, Tasks};
use serde::Serialize;

use super::iso;
use crate::objects::CallState;

/// The part of a call's record that tells what was done after it.
#[derive(Clone, Debug, Serialize)]
pub struct AfterCallRecord {
    /// What the end of the call rests on: `carrier`, `sweep`; null as long as it goes on.
    pub ended_by: Option<&'static str>,
    /// The tasks, in their order.
    pub tasks: Vec<TaskRecord>,
}

/// A task as the log tells it.
#[derive(Clone, Debug, Serialize)]
pub struct TaskRecord {
    /// Its kind.
    pub kind: &'static str,
    /// The recording it is about; null if it is about the call as a whole.
    pub subject: Option<String>,
    /// `waiting`, `done` or `failed`.
    pub state: &'static str,
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
#[derive(Clone, Debug, Serialize)]
pub struct ErrorRecord {
    /// The stable code.
    pub code: String,
    /// What was wrong, and what to do about it.
    pub message: String,
}

impl AfterCallRecord {
    /// Tells what is known now.
    pub fn of(state: &CallState, tasks: &Tasks) -> Self {
        Self {
            ended_by: state.record.ended_by().map(call_router::call::EndedBy::code),
            tasks: tasks.iter().map(TaskRecord::of).collect(),
        }
    }
}

impl TaskRecord {
    /// Tells one task.
    pub fn of(task: &Task) -> Self {
        let subject = Some(task.subject.as_str()).filter(|subject| !subject.is_empty());
        Self {
            kind: task.kind.code(),
            subject: subject.map(str::to_owned),
            state: task.state.code(),
            tries: task.tries,
            last_error: task.last_error.as_ref().map(|error| ErrorRecord {
                code: error.code.as_str().to_owned(),
                message: error.sentence.as_str().to_owned(),
            }),
            next_try_at: task.next_try_at.map(iso),
            finished_at: task.finished_at.map(iso),
        }
    }
}
