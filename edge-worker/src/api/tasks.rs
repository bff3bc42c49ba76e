//! The tasks of a call in the REST API.

use core::time::Duration;

use call_router::after_call::TaskKind;
use edge_core::call::record::CallRecord;
use edge_core::keys::ObjectName;
use serde_json::json;

use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{CallRequest, CallResponse, TaskCommand, TaskOutcome};
use crate::http::problem::Problem;
use crate::http::response;
use crate::http::router::{Asked, Replied};
use crate::store::d1::call_log;

/// How long the call's object may take.
const COMMAND_WITHIN: Duration = Duration::from_secs(5);

/// `POST /v1/calls/{id}/tasks/{kind}/restart`, with `subject` where only the task about one recording is meant.
pub async fn restart(asked: Asked) -> Replied {
    let kind = TaskKind::from_code(asked.second_parameter()).ok_or(Problem::UnknownTask)?;
    command(&asked, TaskCommand::Restart { kind, subject: asked.query("subject") }).await
}

/// Tells the object of the call in the path what is wanted of it, and answers the tasks that it has then.
pub async fn command(asked: &Asked, command: TaskCommand) -> Replied {
    let stored = call_log::one(&asked.env.d1("DB")?, asked.parameter()).await?.ok_or(Problem::UnknownCall)?;
    let record: CallRecord = serde_json::from_str(&stored.record).map_err(Problem::unavailable)?;
    let name = ObjectName::call(&record.carrier, &record.carrier_call_id);
    let CallResponse::Task(outcome) = ask(&asked.env, &name, &CallRequest::Task(command), COMMAND_WITHIN).await? else {
        return Err(another_answer("a call"));
    };
    match outcome {
        TaskOutcome::Tasks(tasks) => Ok(response::json(202, &json!({ "tasks": tasks }))?),
        TaskOutcome::UnknownCall => Err(Problem::UnknownCall),
        TaskOutcome::UnknownRecording => Err(Problem::UnknownRecording),
        TaskOutcome::UnknownTask => Err(Problem::UnknownTask),
        TaskOutcome::TaskDone => Err(Problem::TaskDone),
    }
}
