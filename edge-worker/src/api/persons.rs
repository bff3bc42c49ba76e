//! People in the REST API: one who asks what is known of them, or to be forgotten.

use core::time::Duration;

use dni_core::id::VisitorId;
use dni_core::phone::E164;
use dni_core::pii::Pii;
use edge_core::account::scope::{Read, Write};
use edge_core::account::site_selection::SiteSelection;
use edge_core::api::{CallFilter, CallSlice, Cursor, Fields, InList as _, Order, Query, call_with_words};
use edge_core::audit::{Action, AuditEntry};
use edge_core::call::kept_webhook::KeptWebhook;
use edge_core::call::person::{Left, Person, PersonErasureRecord, PersonToErase, unknown_site};
use edge_core::keys::ObjectName;
use futures_util::future::join_all;
use serde_json::{Value, json};
use worker::{D1Database, Env};

use super::answers::PersonExport;
use crate::clock::now;
use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{
    CallRequest, CallResponse, CallerActivityRequest, CallerHistoryRequest, ErasureOutcome, ObjectRequest, PoolRequest,
    PoolResponse,
};
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::jobs::{forget_look_up, known_look_up};
use crate::store::d1::audit;
use crate::store::d1::call_log::CallLog;
use crate::store::d1::call_object::LoggedObject;
use crate::store::d1::persons;

/// Most calls that one answer of an export has: each asks the log and an object.
const MAX_EXPORTED: u32 = 50;
/// Most calls that one request forgets: each asks an object, which writes every database.
const MAX_CALLS: u32 = 100;
/// Most sites, and most pools, that one request asks, of the 1,000 requests that a request may make of its own (Cloudflare).
const MAX_ASKED: u32 = 200;
/// Objects that are asked at the same time.
const AT_ONCE: usize = 10;
/// How long an object may take.
const FORGET_WITHIN: Duration = Duration::from_secs(5);

/// Tells all that is known of a caller: their calls with what was said in them and how the carrier told them. The recordings are fetched by the
/// addresses that the calls have.
#[utoipa::path(
    get,
    path = "/v1/persons/{number}/export",
    operation_id = "export_person",
    tag = "calls",
    params(
        ("number" = String, Path, description = "the caller's number: + and digits"),
        ("cursor" = Option<String>, Query, description = "the next_cursor of the answer before"),
    ),
    responses(
        (status = 200, description = "What is known, and the cursor of the next page", body = PersonExport),
        (status = 400, description = "It is no number"),
    ),
)]
pub async fn export(key: ApiKey<Read>, Path(number): Path<String>) -> Outcome {
    let expected = "a number with its country code, such as +17735550140";
    let number = E164::parse(&number).map_err(|_| Problem::BadParameter("number", expected))?;
    let query = Query::parse(key.request().query());
    let after = query.get("cursor").map(Cursor::parse).transpose()?;
    if after.as_ref().is_some_and(|after| after.order != Order::OldestFirst) {
        return Err(Problem::BadParameter("cursor", "the next_cursor of an earlier answer"));
    }
    let slice = CallSlice { order: Order::OldestFirst, after, limit: MAX_EXPORTED };
    let (db, log, env) = (key.db()?, key.call_log()?, key.request().env());
    let sites = &key.principal().sites;
    audit::write(&db, &AuditEntry::new(key.principal(), Action::PersonExported, None, "caller"), now()).await?;
    let filter = CallFilter { caller: Some(number), ..CallFilter::all_of(sites.clone()) };
    let listed = log.list(&filter, &slice).await?;
    let is_full = u32::try_from(listed.len()).is_ok_and(|len| len >= slice.limit);
    let next_cursor = listed.last().filter(|_| is_full).map(|last| last.cursor(slice.order).encode());
    let mut calls = Vec::new();
    for several in listed.chunks(AT_ONCE) {
        for exported in join_all(several.iter().map(|call| exported(env, &log, sites, &call.id))).await {
            calls.extend(exported?);
        }
    }
    let kept = match sites.listed() {
        None => persons::list_kept_webhooks_with(&db, number.digits(), MAX_EXPORTED).await?,
        Some(_) => Vec::new(),
    };
    let lookup = known_look_up(env, number).await.map_err(|error| Problem::Unavailable(error.sentence.to_string()))?;
    let answer = json!({
        "customer_phone_number": number,
        "calls": calls,
        "next_cursor": next_cursor,
        "lookup": lookup,
        "kept_webhooks": kept.iter().map(KeptWebhook::record_with_words).collect::<Vec<_>>(),
    });
    Ok(response::json(200, &answer)?)
}

/// Tells a call with all that belongs to it; nothing if it is gone meanwhile.
async fn exported(env: &Env, log: &CallLog, sites: &SiteSelection, id: &str) -> Result<Option<Value>, Problem> {
    let Some(stored) = log.one(id, sites).await? else { return Ok(None) };
    let text = call_with_words(&stored, &Fields::default()).map_err(Problem::unavailable)?;
    let call: Value = serde_json::from_str(&text).map_err(Problem::unavailable)?;
    let part = |name: &str| call.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = ObjectName::call(part("carrier"), part("carrier_call_id"));
    match ask(env, &name, &CallRequest::Webhooks, FORGET_WITHIN).await? {
        CallResponse::Webhooks(webhooks) => Ok(Some(json!({ "call": call, "webhooks": webhooks }))),
        _ => Err(another_answer("a call")),
    }
}

/// Forgets a caller or a visitor in every store: their calls, their visits, and what they are known again by. What is left is told with why;
/// asked again, the rest is forgotten.
#[utoipa::path(
    post,
    path = "/v1/erasures",
    operation_id = "erase_person",
    tag = "calls",
    request_body = PersonToErase,
    responses(
        (status = 202, description = "What was removed, and what is left", body = PersonErasureRecord),
        (status = 400, description = "The body names nobody"),
        (status = 422, description = "Fields have faults, each with its place"),
    ),
)]
pub async fn erase(mut key: ApiKey<Write>) -> Outcome {
    let asked: PersonToErase = key.request_mut().document("person to be forgotten").await?;
    let (person, site) = (asked.person().map_err(Problem::BadFields)?, asked.site().map_err(Problem::BadFields)?);
    let sites = match &site {
        Some(site) if key.principal().sees(site) => SiteSelection::Listed([site.clone()].into()),
        Some(_) => return Err(Problem::BadFields(unknown_site())),
        None => key.principal().sites.clone(),
    };
    let db = key.db()?;
    let kind = match person {
        Person::Caller(_) => "caller",
        Person::Visitor(_) => "visitor",
    };
    let entry = AuditEntry::new(key.principal(), Action::PersonForgotten, asked.site_id.as_deref(), kind);
    audit::write(&db, &entry, now()).await?;
    let mut erasure =
        Erasure { env: key.request().env(), db, log: key.call_log()?, sites, record: PersonErasureRecord::default() };
    let visitors = erasure.calls(&person).await?;
    for visitor in &visitors {
        erasure.candidates(visitor).await?;
    }
    let caller = match &person {
        Person::Caller(number) => Some(number),
        Person::Visitor(_) => None,
    };
    erasure.pools(&visitors, caller).await?;
    if let Some(number) = caller {
        erasure.caller_histories(number).await?;
    }
    erasure.texts(&person).await?;
    Ok(response::json(202, &erasure.record.concluded())?)
}

/// Somebody on the way to be forgotten.
struct Erasure<'a> {
    env: &'a Env,
    db: D1Database,
    log: CallLog,
    sites: SiteSelection,
    record: PersonErasureRecord,
}

impl Erasure<'_> {
    /// Erases their calls; returns the visitors who they were.
    async fn calls(&mut self, person: &Person) -> Result<Vec<VisitorId>, Problem> {
        let mut calls = self.log.of_person(person, &self.sites, MAX_CALLS + 1).await?;
        if calls.len() > MAX_CALLS as usize {
            calls.truncate(MAX_CALLS as usize);
            self.record.leave(Left::MoreCalls, None);
        }
        for several in calls.chunks(AT_ONCE) {
            let outcomes = join_all(several.iter().map(|call| self.erased(call))).await;
            for (call, outcome) in several.iter().zip(outcomes) {
                match outcome {
                    Ok(None) => self.record.removed.calls += 1,
                    Ok(Some(left @ Left::Recordings)) => {
                        self.record.removed.calls += 1;
                        self.record.leave(left, Some(&call.id));
                    }
                    Ok(Some(left)) => self.record.leave(left, Some(&call.id)),
                    Err(_) => self.record.leave(Left::CallUnavailable, Some(&call.id)),
                }
            }
        }
        let mut visitors: Vec<_> = calls.into_iter().filter_map(|call| call.visitor).collect();
        if let Person::Visitor(visitor) = person {
            visitors.push(visitor.clone());
        }
        visitors.sort();
        visitors.dedup();
        Ok(visitors)
    }

    /// Erases a call, and says what is left of it.
    async fn erased(&self, call: &LoggedObject) -> Result<Option<Left>, Problem> {
        match ask(self.env, &call.name(), &CallRequest::Erase, FORGET_WITHIN).await? {
            CallResponse::Erased(ErasureOutcome::Erased(record)) => Ok((!record.done).then_some(Left::Recordings)),
            CallResponse::Erased(ErasureOutcome::GoesOn) => Ok(Some(Left::CallGoesOn)),
            CallResponse::Erased(ErasureOutcome::UnknownCall) => {
                self.log.drop_row(&call.id).await?;
                Ok(None)
            }
            _ => Err(another_answer("a call")),
        }
    }

    /// Puts a stranger in their place where a call of somebody else may have been theirs.
    async fn candidates(&mut self, visitor: &VisitorId) -> Result<(), Problem> {
        for call in self.log.candidate_of(visitor, &self.sites, MAX_CALLS).await? {
            let request = CallRequest::ForgetCandidate(visitor.clone());
            match ask(self.env, &call.name(), &request, FORGET_WITHIN).await {
                Ok(CallResponse::Forgotten(true)) => self.record.removed.candidates += 1,
                Ok(_) | Err(_) => self.record.leave(Left::CallUnavailable, Some(&call.id)),
            }
        }
        Ok(())
    }

    /// Forgets their visits, and what pools know the caller again by.
    async fn pools(&mut self, visitors: &[VisitorId], caller: Option<&Pii<E164>>) -> Result<(), Problem> {
        let mut pools = persons::pools(&self.db, &self.sites, MAX_ASKED + 1).await?;
        if pools.len() > MAX_ASKED as usize {
            pools.truncate(MAX_ASKED as usize);
            self.record.leave(Left::MoreSites, None);
        }
        let request = PoolRequest::ForgetPerson { visitors: visitors.to_vec(), caller: caller.copied() };
        let names = pools.iter().map(|one| ObjectName::pool(&one.site, &one.pool));
        for answer in ask_each(self.env, names, &request).await {
            match answer {
                Ok(PoolResponse::PersonForgotten { visits, callers }) => {
                    self.record.removed.visits += visits;
                    self.record.removed.callers += callers;
                }
                Ok(_) | Err(_) => self.record.leave(Left::SiteUnavailable, None),
            }
        }
        Ok(())
    }

    /// Forgets that they called before, at each site, lately, and in a directory.
    async fn caller_histories(&mut self, number: &Pii<E164>) -> Result<(), Problem> {
        let mut sites = persons::sites(&self.db, &self.sites, MAX_ASKED + 1).await?;
        if sites.len() > MAX_ASKED as usize {
            sites.truncate(MAX_ASKED as usize);
            self.record.leave(Left::MoreSites, None);
        }
        let request = CallerHistoryRequest::Forget { caller: *number };
        for answer in ask_each(self.env, sites.iter().map(ObjectName::caller_history), &request).await {
            if answer.is_err() {
                self.record.leave(Left::SiteUnavailable, None);
            }
        }
        let recent = CallerActivityRequest::Forget { caller: *number };
        let recent = ask(self.env, &ObjectName::caller_activity(), &recent, FORGET_WITHIN).await;
        if recent.is_err() || forget_look_up(self.env, *number.expose()).await.is_err() {
            self.record.leave(Left::SiteUnavailable, None);
        }
        Ok(())
    }

    /// Forgets texts that name them: webhooks that could not be taken in, of which nobody knows the site, and kept answers.
    async fn texts(&mut self, person: &Person) -> Result<(), Problem> {
        let (text, is_in_webhooks) = match person {
            Person::Caller(number) => (number.expose().digits(), true),
            Person::Visitor(visitor) => (visitor.as_str(), false),
        };
        self.record.removed.kept_texts += persons::delete_answers_with(&self.db, text).await?;
        if !is_in_webhooks {
            return Ok(());
        }
        if self.sites.listed().is_none() {
            self.record.removed.kept_texts += persons::delete_kept_webhooks_with(&self.db, text).await?;
        } else if persons::kept_webhooks_with(&self.db, text).await? > 0 {
            self.record.leave(Left::KeptTexts, None);
        }
        Ok(())
    }
}

/// Asks many objects the same, some at a time.
async fn ask_each<R: ObjectRequest>(
    env: &Env,
    names: impl Iterator<Item = ObjectName>,
    request: &R,
) -> Vec<Result<R::Response, Problem>> {
    let names: Vec<_> = names.collect();
    let mut answers = Vec::new();
    for several in names.chunks(AT_ONCE) {
        answers.extend(join_all(several.iter().map(|name| ask(env, name, request, FORGET_WITHIN))).await);
    }
    answers
}
