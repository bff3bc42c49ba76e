//! Sites in the REST API: written, checked, published, read back.

use core::time::Duration;

use call_router::config_json;
use dni_core::id::SiteId;
use dni_core::phone::Callee;
use edge_core::account::api_key::{Read, Write};
use edge_core::keys::ObjectName;
use edge_core::site::{Fault, PublishedSite, SiteDocument};
use edge_core::timestamp::iso;
use serde_json::{Value, json};
use worker::D1Database;

use super::numbers;
use crate::clock::now;
use crate::durable_objects::client::ask;
use crate::durable_objects::messages::{CallerHistoryRequest, PoolRequest};
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::{Problem, broken_site};
use crate::http::response;
use crate::store::d1::sites::{self, OwnedNumber, StoredSite};
use crate::store::published;

/// How long an object may take to forget. Nobody waits but the owner.
const FORGET_WITHIN: Duration = Duration::from_secs(5);

/// Creates or replaces a site, checks it whole, and publishes it.
#[utoipa::path(
    put,
    path = "/v1/sites/{id}",
    operation_id = "put_site",
    tag = "sites",
    params(("id" = String, Path, description = "the site: 3 to 40 characters out of a-z, 0-9 and -")),
    responses(
        (status = 200, description = "The site, replaced"),
        (status = 201, description = "The site, created"),
        (status = 400, description = "The body is no site"),
        (status = 409, description = "A number belongs to another site, or calls to it may still belong to that site's visitors"),
        (status = 422, description = "The site has faults, each with its place"),
    ),
)]
pub async fn put(mut key: ApiKey<Write>, Path(id): Path<String>) -> Outcome {
    let id = site_id(&id)?;
    let document: SiteDocument = config_json::read(&key.request_mut().body().await?)?;
    let carriers = key.request().settings().carriers();
    let mut faults = document.check_at(&carriers);
    let db = key.request().env().d1("DB")?;
    faults.extend(forwards_to_others(&db, &id, &document).await?);
    if !faults.is_empty() {
        return Err(Problem::BadSite(faults));
    }
    let numbers: Vec<_> = document.tracking_numbers().collect();
    numbers::take_over(key.request().env(), &db, &id, &numbers).await?;
    let text = serde_json::to_string(&document).map_err(Problem::unavailable)?;
    let is_new = sites::one(&db, &id).await?.is_none();
    let Some(stored) = sites::write(&db, &id, &text, &numbers, now()).await? else {
        // Somebody else was quicker.
        return Err(taken(&sites::numbers_of_others(&db, &id, &numbers).await?));
    };
    let status = if is_new || stored.version == 1 { 201 } else { 200 };
    let mut reply = as_json(&stored)?;
    let warnings = document.warnings_at(&carriers);
    if let Some(fields) = reply.as_object_mut().filter(|_| !warnings.is_empty()) {
        fields.insert("warnings".to_owned(), json!(warnings));
    }
    published::publish(key.request().env(), PublishedSite::new(id, stored.version, document)).await?;
    Ok(response::json(status, &reply)?)
}

/// Deletes a site: its pages get no numbers any more, its numbers are free for others, and its visitors are forgotten.
///
/// Calls that go on keep their flow to the end; the calls in the log stay there with their recordings. What can be done again is
/// done first, so that a request that failed can be sent again.
#[utoipa::path(
    delete,
    path = "/v1/sites/{id}",
    operation_id = "delete_site",
    tag = "sites",
    params(("id" = String, Path, description = "the site")),
    responses((status = 200, description = "The site is deleted"), (status = 404, description = "There is no such site")),
)]
pub async fn delete(key: ApiKey<Write>, Path(id): Path<String>) -> Outcome {
    let (id, env) = (site_id(&id)?, key.request().env());
    let db = env.d1("DB")?;
    let stored = sites::one(&db, &id).await?.ok_or(Problem::UnknownSite)?;
    published::forget_site(env, &id).await?;
    for number in sites::numbers_of(&db, &id).await? {
        published::forget_number(env, number).await?;
    }
    let document = SiteDocument::read_stored(&stored.document);
    for pool in document.iter().flat_map(|document| &document.pools) {
        let close = PoolRequest::Close { version: stored.version };
        ask(env, &ObjectName::pool(&id, &pool.id), &close, FORGET_WITHIN).await?;
    }
    ask(env, &ObjectName::caller_history(&id), &CallerHistoryRequest::ForgetAll, FORGET_WITHIN).await?;
    sites::delete(&db, &id).await?;
    Ok(response::json(200, &json!({ "id": id, "deleted": true }))?)
}

/// Finds the calls that would be forwarded to another site of this worker: two that ring each other, by however many, ring for ever.
async fn forwards_to_others(db: &D1Database, id: &SiteId, document: &SiteDocument) -> Result<Vec<Fault>, Problem> {
    let rung = document.callees();
    let numbers: Vec<_> = rung.iter().filter_map(|(_, callee)| callee.number()).collect();
    let owners = sites::numbers_of_others(db, id, &numbers).await?;
    let owner = |callee: &Callee| owners.iter().find(|owned| Some(owned.number) == callee.number());
    Ok(rung
        .iter()
        .filter_map(|(place, callee)| Some(Fault::forwards_to_another(place, callee, &owner(callee)?.site)))
        .collect())
}

/// Tells one site as its owner wrote it.
#[utoipa::path(
    get,
    path = "/v1/sites/{id}",
    operation_id = "get_site",
    tag = "sites",
    params(("id" = String, Path, description = "the site")),
    responses((status = 200, description = "The site"), (status = 404, description = "There is no such site")),
)]
pub async fn get(key: ApiKey<Read>, Path(id): Path<String>) -> Outcome {
    let stored = sites::one(&key.request().env().d1("DB")?, &site_id(&id)?).await?.ok_or(Problem::UnknownSite)?;
    Ok(response::json(200, &as_json(&stored)?)?)
}

/// Lists all sites, by name.
#[utoipa::path(
    get,
    path = "/v1/sites",
    operation_id = "list_sites",
    tag = "sites",
    responses((status = 200, description = "The sites")),
)]
pub async fn list(key: ApiKey<Read>) -> Outcome {
    let stored = sites::all(&key.request().env().d1("DB")?).await?;
    let sites = stored.iter().map(as_json).collect::<Result<Vec<_>, _>>()?;
    Ok(response::json(200, &json!({ "sites": sites }))?)
}

/// Names a number that belongs to another site.
fn taken(owned: &[OwnedNumber]) -> Problem {
    match owned.first() {
        Some(owned) => Problem::NumberTaken(owned.number),
        None => Problem::Unavailable("the site was changed by somebody else at the same time".to_owned()),
    }
}

fn site_id(text: &str) -> Result<SiteId, Problem> {
    let expected = "3 to 40 characters out of a-z, 0-9 and -";
    SiteId::parse(text).map_err(|_| Problem::BadParameter("id", expected))
}

fn as_json(stored: &StoredSite) -> Result<Value, Problem> {
    let mut site: Value = serde_json::from_str(&stored.document).map_err(|_| broken_site(&stored.id))?;
    let fields = site.as_object_mut().ok_or_else(|| broken_site(&stored.id))?;
    fields.insert("id".to_owned(), json!(stored.id));
    fields.insert("version".to_owned(), json!(stored.version));
    fields.insert("updated_at".to_owned(), json!(iso(stored.updated_at)));
    Ok(site)
}
