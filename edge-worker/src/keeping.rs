//! Forgets, from the cron, what sites do not want to be kept any longer: some of it each minute, the calls that began first of all.

use core::time::Duration;
use std::collections::BTreeMap;

use dni_core::id::SiteId;
use dni_core::time::Millis;
use edge_core::call::part::CallPart;
use edge_core::site::{KeepDays, KeptKind};
use futures_util::future::join_all;
use worker::{Env, console_error};

use crate::clock::now;
use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{CallRequest, CallResponse, ErasureOutcome};
use crate::http::problem::Problem;
use crate::store::d1::call_log::CallLog;
use crate::store::d1::call_object::LoggedObject;
use crate::store::d1::{sites, visitor_counts};

/// Most calls of one kind in a minute, in each database: 72,000 a day.
const MOST_CALLS: u32 = 50;
/// Most days of visitors in a minute.
const MOST_DAYS: u32 = 500;
/// Calls that are asked to forget at the same time.
const AT_ONCE: usize = 10;
/// How long a call's object may take; nobody waits.
const FORGET_WITHIN: Duration = Duration::from_secs(5);

/// Forgets some of what is overdue. Each kind stands by itself, and so does each call: what fails is tried again in a minute.
pub async fn forget_overdue(env: &Env) {
    let now = now();
    let rules = async { Ok::<_, Problem>(sites::keeping_for_days(&env.d1("DB")?).await?) };
    let rules = rules.await.unwrap_or_else(|problem| {
        console_error!("it could not be read for how long sites keep things: {}", problem.for_log());
        Vec::new()
    });
    for kind in KeptKind::ALL {
        let before = KeepDays::overdue(&rules, kind, now);
        if before.is_empty() {
            continue;
        }
        if let Err(problem) = forget(env, kind, &before).await {
            console_error!("what is overdue could not be forgotten, it is tried again: {}", problem.for_log());
        }
    }
}

async fn forget(env: &Env, kind: KeptKind, before: &BTreeMap<SiteId, Millis>) -> Result<(), Problem> {
    let part = match kind {
        KeptKind::Calls => None,
        KeptKind::Transcripts => Some(CallPart::Transcripts),
        KeptKind::Webhooks => Some(CallPart::Webhooks),
        KeptKind::Visits => return Ok(visitor_counts::forget(&env.d1("DB")?, before, MOST_DAYS).await?),
    };
    let log = CallLog::of(env)?;
    let overdue = log.overdue(kind, before, MOST_CALLS).await?;
    for several in overdue.chunks(AT_ONCE) {
        join_all(several.iter().map(|call| async {
            if let Err(problem) = forget_one(env, &log, call, part).await {
                console_error!("a call that is overdue is kept for another minute: {}", problem.for_log());
            }
        }))
        .await;
    }
    Ok(())
}

/// Forgets a part of a call, or the whole of it.
async fn forget_one(env: &Env, log: &CallLog, call: &LoggedObject, part: Option<CallPart>) -> Result<(), Problem> {
    let request = part.map_or(CallRequest::Erase, CallRequest::Forget);
    match (ask(env, &call.name(), &request, FORGET_WITHIN).await?, part) {
        (CallResponse::Erased(ErasureOutcome::UnknownCall), _) => Ok(log.drop_row(&call.id).await?),
        (CallResponse::Forgotten(false), Some(part)) => Ok(log.forget_part(&call.id, part).await?),
        (CallResponse::Erased(_) | CallResponse::Forgotten(true), _) => Ok(()),
        _ => Err(another_answer("a call")),
    }
}
