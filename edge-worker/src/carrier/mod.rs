//! Carriers' webhooks: answered at once, and if need be taken in later.

mod replay;
mod webhook;

use core::time::Duration;

use call_router::carrier::{Carrier, Hook};
use call_router::event::CallEvent;
use edge_core::call::webhook::CallWebhook;
use worker::{Env, console_error};

pub use replay::replay;
pub use webhook::answer;

use crate::clock::within;
use crate::store::published::{listed, of_event};

/// How long reading the configuration may take; it is a cached key, and the caller hears silence meanwhile.
const READ_WITHIN: Duration = Duration::from_millis(500);

/// Puts together what the call's object is given. A configuration that cannot be read costs the object its flow, never
/// the event.
async fn webhook_of(
    env: &Env,
    carrier: Carrier,
    hook: Hook,
    query: &str,
    body: String,
    event: CallEvent,
) -> CallWebhook {
    let dialled = within(READ_WITHIN, of_event(env, &event)).await.unwrap_or_else(|problem| {
        console_error!("the configuration of a number could not be read: {}", problem.for_log());
        None
    });
    let number = dialled.as_ref().map(|dialled| dialled.number).or(event.number);
    let event = match number {
        Some(number) => event.at_number(number),
        None => event,
    };
    let listed = match (&dialled, &event.caller) {
        (Some(dialled), Some(caller)) => listed(env, &dialled.site, caller.expose(), event.caller_name()).await,
        _ => None,
    };
    CallWebhook {
        carrier,
        hook: hook.id().to_owned(),
        query: query.to_owned(),
        body,
        event,
        dialled,
        listed,
        is_replay: false,
    }
}
