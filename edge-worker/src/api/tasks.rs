//! The tasks of a call in the REST API.

use core::time::Duration;

use call_router::after_call::TaskKind;
use serde_json::{Value, json};

use crate::durable_objects::{AskAfterCall, ToldAfterCall, ask_after_call};
use crate::http::problem::Problem;
use crate::http::response;
use crate::http::router::{Asked, Replied};
use crate::store::d1::call_log;

/// How long the call's object may take.
const TELL_WITHIN: Duration = Duration::from_secs(5);

/// `POST /v1/calls/{id}/tasks/{kind}/restart`, with `subject` where only the task about one recording is meant.
pub async fn restart(asked: Asked) -> Replied {
    let kind = TaskKind::from_code(asked.second_parameter()).ok_or(Problem::UnknownTask)?;
    tell(&asked, &AskAfterCall::Restart { kind, subject: asked.query("subject") }).await
}

/// Tells the object of the call in the path what is wanted of it, and answers the tasks that it has then.
pub async fn tell(asked: &Asked, ask: &AskAfterCall) -> Replied {
    let logged = call_log::one(&asked.env.d1("DB")?, asked.parameter()).await?.ok_or(Problem::UnknownCall)?;
    let record: Value = serde_json::from_str(&logged.record).map_err(Problem::unavailable)?;
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let told = ask_after_call(&asked.env, text("carrier"), text("carrier_call_id"), ask, TELL_WITHIN).await?;
    match told {
        ToldAfterCall::Tasks(tasks) => Ok(response::json(202, &json!({ "tasks": tasks }))?),
        ToldAfterCall::UnknownCall => Err(Problem::UnknownCall),
        ToldAfterCall::UnknownRecording => Err(Problem::UnknownRecording),
        ToldAfterCall::UnknownTask => Err(Problem::UnknownTask),
        ToldAfterCall::TaskDone => Err(Problem::TaskDone),
    }
}
