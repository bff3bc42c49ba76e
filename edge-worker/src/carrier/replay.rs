//! Webhooks that found no object to take them, given to it later.

use core::time::Duration;

use call_router::carrier::{self, Carrier, Hook};
use edge_core::call::webhook::CallWebhook;
use edge_core::keys::ObjectName;
use worker::{Env, console_error};

use super::{OBJECT_UNAVAILABLE, report, webhook_of};
use crate::durable_objects::client::ask;
use crate::durable_objects::messages::CallRequest;
use crate::http::problem::Problem;
use crate::store::d1::raw_events::{self, StoredEvent};

/// How long an object may take; nobody waits.
const TAKE_WITHIN: Duration = Duration::from_secs(5);

/// Gives kept webhooks to their objects, the oldest first, and forgets those that were taken.
pub async fn replay(env: &Env) {
    if let Err(problem) = try_replay(env).await {
        console_error!("kept webhooks could not be taken in, it is tried again: {}", problem.for_log());
    }
}

async fn try_replay(env: &Env) -> Result<(), Problem> {
    let db = env.d1("DB")?;
    for event in raw_events::waiting(&db, OBJECT_UNAVAILABLE).await? {
        // If forgetting fails after taking, the object gets the event again and knows it.
        take(env, &event).await?;
        raw_events::forget(&db, event.id).await?;
    }
    Ok(())
}

async fn take(env: &Env, stored: &StoredEvent) -> Result<(), Problem> {
    let (Some(carrier), Some(hook)) = (Carrier::from_id(&stored.carrier), Hook::from_id(&stored.hook)) else {
        return Ok(());
    };
    let (query, body) = (&stored.query, stored.body.as_bytes());
    let Ok(event) = carrier::read(carrier, hook, query, kind_of(&stored.body), body, stored.received_at) else {
        return Ok(());
    };
    let webhook = webhook_of(env, carrier, hook, query, stored.body.clone(), event.answered_fail_open()).await;
    let webhook = CallWebhook { is_replay: true, ..webhook };
    let name = ObjectName::call(carrier.id(), webhook.event.call.as_str());
    let taken = ask(env, &name, &CallRequest::Webhook(Box::new(webhook)), TAKE_WITHIN).await;
    taken.map(|_| ()).inspect_err(report)
}

/// Tells the two kinds of body apart, whose header is not kept: no form begins with a brace.
fn kind_of(body: &str) -> &'static str {
    if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" }
}
