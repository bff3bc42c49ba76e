//! Webhooks that found no object to take them, given to it later.

use core::time::Duration;
use std::borrow::Cow;

use call_router::carrier::{self, Carrier, Hook};
use edge_core::call::kept_webhook::KeptWebhook;
use edge_core::call::webhook::{CallWebhook, content_type_of};
use edge_core::keys::ObjectName;
use futures_util::future::join_all;
use worker::{D1Database, Env, console_error};

use super::webhook_of;
use crate::clock::now;
use crate::durable_objects::client::ask;
use crate::durable_objects::messages::CallRequest;
use crate::http::problem::Problem;
use crate::store::d1::raw_events;

/// How long an object may take; nobody waits.
const TAKE_WITHIN: Duration = Duration::from_secs(5);
/// Webhooks handed on at the same time, so that objects that hang hold up the others for seconds only.
const AT_ONCE: usize = 10;
/// Why a webhook is set aside whose carrier or hook this version of the worker does not have.
const UNKNOWN_HOOK: &str = "unknown_hook";

/// Why a webhook was not taken in.
enum Untaken {
    /// This version of the worker does not understand it: a stable code, and the field.
    NotUnderstood(&'static str, Option<&'static str>),
    /// Its object did not take it.
    ObjectUnavailable(Problem),
}

/// Gives kept webhooks to their objects, the oldest first, and forgets those that were taken. Each stands by itself: what becomes
/// of one is nothing to the others.
pub async fn replay(env: &Env) {
    if let Err(problem) = try_replay(env).await {
        console_error!("kept webhooks could not be read, it is tried again: {}", problem.for_log());
    }
}

async fn try_replay(env: &Env) -> Result<(), Problem> {
    let db = env.d1("DB")?;
    for several in raw_events::waiting(&db, now()).await?.chunks(AT_ONCE) {
        join_all(several.iter().map(|kept| replay_one(env, &db, kept))).await;
    }
    Ok(())
}

async fn replay_one(env: &Env, db: &D1Database, kept: &KeptWebhook) {
    if let Err(problem) = try_one(env, db, kept).await {
        console_error!("what became of the kept webhook {} could not be noted: {}", kept.id, problem.for_log());
    }
}

/// Tries one. The try is counted first: if it ends the worker, the next run goes on with the others.
async fn try_one(env: &Env, db: &D1Database, kept: &KeptWebhook) -> Result<(), Problem> {
    raw_events::begin_try(db, kept.id, kept.begin_try(now()), now()).await?;
    match take(env, kept).await {
        // If forgetting fails after taking, the object gets the webhook again and knows it.
        Ok(()) => {
            raw_events::forget(db, kept.id).await?;
        }
        Err(Untaken::NotUnderstood(reason, field)) => {
            console_error!("the kept webhook {} is not understood and set aside: {reason}", kept.id);
            raw_events::set_aside(db, kept.id, reason, field, now()).await?;
        }
        Err(Untaken::ObjectUnavailable(problem)) => {
            console_error!("the kept webhook {} was not taken: {}", kept.id, problem.for_log());
            raw_events::note_error(db, kept.id, &problem.for_log()).await?;
        }
    }
    Ok(())
}

async fn take(env: &Env, kept: &KeptWebhook) -> Result<(), Untaken> {
    let (Some(carrier), Some(hook)) = (Carrier::from_id(&kept.carrier), Hook::from_id(&kept.hook)) else {
        return Err(Untaken::NotUnderstood(UNKNOWN_HOOK, None));
    };
    let read =
        carrier::read(carrier, hook, &kept.query, content_type_of(&kept.body), kept.body.as_bytes(), kept.received_at);
    let event = read.map_err(|error| Untaken::NotUnderstood(error.code(), error.field()))?;
    let webhook = webhook_of(env, carrier, hook, &kept.query, kept.body.clone(), event.answered_fail_open()).await;
    let webhook = CallWebhook { is_replay: true, ..webhook };
    let name = ObjectName::call(carrier.id(), webhook.event.call.as_str());
    let taken = ask(env, &name, &CallRequest::Webhook(Cow::Borrowed(&webhook)), TAKE_WITHIN).await;
    taken.map(|_| ()).map_err(Untaken::ObjectUnavailable)
}
