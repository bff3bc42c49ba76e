//! What people ask of the tasks after a call.

use call_router::after_call::RestartError;
use edge_core::call::record::TaskRecord;
use worker::Result;

use super::CallObject;
use crate::durable_objects::messages::{TaskCommand, TaskOutcome};
use crate::jobs;

impl CallObject {
    /// Does what is asked. Nothing in here waits.
    pub(super) fn obey(&self, command: &TaskCommand) -> Result<TaskOutcome> {
        let Some(state) = self.state()? else { return Ok(TaskOutcome::UnknownCall) };
        match command {
            TaskCommand::Restart { kind, subject } => {
                let restarted = self.object.with(|store| jobs::restart(store.tasks()?, *kind, subject.as_deref()))?;
                match restarted {
                    Ok(()) => {}
                    Err(RestartError::Unknown) => return Ok(TaskOutcome::UnknownTask),
                    Err(RestartError::Done) => return Ok(TaskOutcome::TaskDone),
                }
                self.change(|state| state.revision += 1)?;
            }
            TaskCommand::DeleteRecording { recording } => {
                if !state.call.recordings.contains_key(recording) {
                    return Ok(TaskOutcome::UnknownRecording);
                }
                self.change(|state| {
                    state.to_delete.insert(recording.clone());
                    state.revision += 1;
                })?;
                self.plan_tasks()?;
            }
        }
        let tasks = self.object.with(|store| store.tasks()?.all())?;
        Ok(TaskOutcome::Tasks(tasks.iter().map(TaskRecord::of).collect()))
    }
}
