//! What a call's object is asked after the call.

use core::time::Duration;

use call_router::after_call::{TaskKind, Unrestartable};
use call_router::recording::path_name;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use worker::{Env, Result};

use super::ask_object;
use super::call::{Call, CallState};
use crate::calls::TaskRecord;
use crate::http::problem::Problem;
use crate::jobs;

/// The path that tells these questions from webhooks.
pub const PATH: &str = "/after-call";

/// What a call's object is asked.
#[derive(Debug, Serialize, Deserialize)]
pub enum AskAfterCall {
    /// To begin tasks anew.
    Restart {
        /// Of this kind.
        kind: TaskKind,
        /// About this recording; `None` for all of the kind that are not done.
        subject: Option<String>,
    },
    /// To delete a recording, here and at the carrier.
    Delete {
        /// Its name in paths.
        recording: String,
    },
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToldAfterCall {
    /// The tasks that the call has now, as its record tells them.
    Tasks(Vec<Value>),
    /// The object knows of no call.
    UnknownCall,
    /// The call has no such recording.
    UnknownRecording,
    /// The call has no such task.
    UnknownTask,
    /// The task is done.
    TaskDone,
}

/// Asks the object of a call, named by the carrier's id for it.
pub async fn ask_after_call(
    env: &Env,
    carrier: &str,
    call: &str,
    ask: &AskAfterCall,
    limit: Duration,
) -> Result<ToldAfterCall, Problem> {
    let stub = env.durable_object("CALL")?.get_by_name(&format!("{carrier}/{call}"))?;
    ask_object(&stub, PATH, ask, limit).await
}

impl Call {
    /// Does what is asked. Nothing in here waits.
    pub(super) fn after_call(&self, ask: &AskAfterCall) -> Result<ToldAfterCall> {
        let Some(state) = self.store()?.state::<CallState>()? else { return Ok(ToldAfterCall::UnknownCall) };
        match ask {
            AskAfterCall::Restart { kind, subject } => {
                match jobs::restart(self.tasks()?, *kind, subject.as_deref())? {
                    Ok(()) => {}
                    Err(Unrestartable::Unknown) => return Ok(ToldAfterCall::UnknownTask),
                    Err(Unrestartable::Done) => return Ok(ToldAfterCall::TaskDone),
                }
                self.change(|state| state.revision += 1)?;
            }
            AskAfterCall::Delete { recording } => {
                let mut known = state.record.recordings.keys();
                let Some(id) = known.find(|id| path_name(id) == *recording) else {
                    return Ok(ToldAfterCall::UnknownRecording);
                };
                self.change(|state| {
                    state.to_delete.insert(id.clone());
                    state.revision += 1;
                })?;
                self.plan_tasks()?;
            }
        }
        let tasks = self.tasks()?.all()?;
        let told: serde_json::Result<Vec<_>> = tasks.iter().map(TaskRecord::of).map(serde_json::to_value).collect();
        Ok(ToldAfterCall::Tasks(told?))
    }
}
