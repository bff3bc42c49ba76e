//! Closes a call whose end was never told.

use core::time::Duration;

use call_router::after_call::TaskError;
use call_router::call::Call;
use call_router::carrier::rest::{call_status, read_call_status};
use call_router::event::CallStatus;
use edge_core::call::state::CallState;
use worker::Method;

use super::http::ask;
use super::work::{Done, Outcome, Work};
use crate::clock::now;
use crate::settings::Settings;

/// After how long a silence the carrier is asked, where it can be.
const ASK_AFTER: Duration = Duration::from_mins(15);
/// After how long a silence a call is closed of which the carrier itself says that it goes on.
const CLOSE_AFTER: Duration = Duration::from_hours(24);

/// Returns after how long a silence the call is looked for.
pub fn look_after(state: &CallState, settings: &Settings) -> Duration {
    let account = settings.account_of(state.carrier);
    let can_be_asked = call_status(state.carrier, &account, &state.call.id).is_ok();
    if can_be_asked { settings.sweep_after().min(ASK_AFTER) } else { settings.sweep_after() }
}

/// Asks the carrier how the call ended. Where it does not say, the call is taken for over once it has been silent for longer
/// than one can last. If its end is told later, that stands above it.
pub async fn run(work: &Work<'_>) -> Outcome {
    let (id, settings) = (&work.state.call.id, Settings(work.env));
    let told = ask_carrier(work, &settings).await;
    let silence = now().since(work.state.last_sign());
    match told {
        Some((status, duration)) if status.is_final() => {
            Ok(Done { call: Some(Call::from_status_query(id, now(), status, duration)), ..Done::default() })
        }
        Some(_) if silence < CLOSE_AFTER => {
            Err(TaskError::passing("goes_on", "The carrier says that the call goes on; it is asked again."))
        }
        None if silence < settings.sweep_after() => {
            Err(TaskError::passing("not_told", "The carrier did not say how the call ended; it is asked again."))
        }
        _ => Ok(Done { call: Some(Call::swept(id, now())), ..Done::default() }),
    }
}

async fn ask_carrier(work: &Work<'_>, settings: &Settings<'_>) -> Option<(CallStatus, Option<u32>)> {
    let account = settings.account_of(work.state.carrier);
    let request = call_status(work.state.carrier, &account, &work.state.call.id).ok()?;
    let answered = ask(Method::Get, &request).await.ok().filter(|answered| answered.response.status_code() == 200)?;
    read_call_status(&answered.text().await.ok()?)
}
