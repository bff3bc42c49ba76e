//! The tasks of a call in the REST API.

use core::time::Duration;

use call_router::after_call::TaskKind;
use edge_core::account::scope::Write;
use edge_core::audit::{Action, AuditEntry};
use edge_core::call::record::CallRecord;
use edge_core::keys::ObjectName;
use serde_json::json;

use super::answers::TaskList;
use crate::clock::now;
use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{CallRequest, CallResponse, TaskCommand, TaskOutcome};
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::d1::audit;

/// How long the call's object may take.
const COMMAND_WITHIN: Duration = Duration::from_secs(5);

/// Begins a task of a call anew.
#[utoipa::path(
    post,
    path = "/v1/calls/{id}/tasks/{kind}/restart",
    operation_id = "restart_task",
    tag = "tasks",
    params(
        ("id" = String, Path, description = "the call"),
        ("kind" = String, Path, description = "the kind of task, as the call lists it"),
        ("subject" = Option<String>, Query, description = "the recording, where only the task about that one is meant"),
    ),
    responses(
        (status = 202, description = "The call's tasks", body = TaskList),
        (status = 404, description = "There is no such call or task"),
        (status = 409, description = "The task is done"),
    ),
)]
pub async fn restart(key: ApiKey<Write>, Path((call, kind)): Path<(String, String)>) -> Outcome {
    let kind = TaskKind::from_code(&kind).ok_or(Problem::UnknownTask)?;
    let restart = TaskCommand::Restart { kind, subject: key.request().parameter("subject") };
    command(&key, &call, restart, Action::TaskRestarted).await
}

/// Tells the object of a call what is wanted of it, and answers the tasks that it has then.
pub async fn command(key: &ApiKey<Write>, call: &str, command: TaskCommand, action: Action) -> Outcome {
    let (env, db) = (key.request().env(), key.db()?);
    let stored = key.call_log()?.one(call, &key.principal().sites).await?.ok_or(Problem::UnknownCall)?;
    let record: CallRecord = serde_json::from_str(&stored.record).map_err(Problem::unavailable)?;
    let subject = match &command {
        TaskCommand::Restart { kind, .. } => format!("{call}/{}", kind.code()),
        TaskCommand::DeleteRecording { recording } => format!("{call}/{recording}"),
    };
    let entry = AuditEntry::new(key.principal(), action, record.site_id.as_deref(), &subject);
    audit::write(&db, &entry, now()).await?;
    let name = ObjectName::call(&record.carrier, &record.carrier_call_id);
    let CallResponse::Task(outcome) = ask(env, &name, &CallRequest::Task(command), COMMAND_WITHIN).await? else {
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
