//! What every task is given, and what it gives back.

use call_router::after_call::{Task, TaskError};
use call_router::call::Call;
use edge_core::call::state::CallState;
use serde_json::Value;
use worker::Env;

use crate::store::object::tasks::TaskStore;

/// What a task has to go by.
pub struct Work<'a> {
    /// The bindings.
    pub env: &'a Env,
    /// What is known of the call.
    pub state: &'a CallState,
    /// What other tasks brought.
    pub store: &'a TaskStore,
    /// The task, this try counted.
    pub task: &'a Task,
}

/// What a task brought.
#[derive(Default)]
pub struct Done {
    /// What is kept with the task, for the record and for other tasks: [`TaskStore::result`].
    pub result: Option<Value>,
    /// What it makes known of the call itself, joined with what the webhooks said.
    pub call: Option<Call>,
}

/// How a task's try ended.
pub type Outcome = std::result::Result<Done, TaskError>;
