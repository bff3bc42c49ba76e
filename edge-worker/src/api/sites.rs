//! Sites in the REST API: written, checked, published, read back.

use call_router::config_json;
use dni_core::id::SiteId;
use dni_core::phone::Callee;
use edge_core::account::principal::Principal;
use edge_core::account::scope::{Read, Write};
use edge_core::api::{Precondition, Query, limit_parameter};
use edge_core::audit::{Action, AuditEntry, Difference, difference};
use edge_core::fault::Fault;
use edge_core::placement::{DatabaseName, least_filled};
use edge_core::site::{
    Closing, MAX_DOCUMENT, OwnedNumber, PublishedSite, SiteDocument, forwards_to_another, merge_patch,
};
use edge_core::timestamp::iso;
use serde_json::{Value, json};
use worker::{D1Database, Env};

use super::answers::{
    BeingDeleted, ComparedVersions, Deleted, PublishedOrTried, SitePage, SiteRecord, TriedSite, VersionPage,
    VersionRecord,
};
use super::numbers;
use crate::clock::now;
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::{Problem, broken_site};
use crate::http::response;
use crate::publishing;
use crate::store::d1::databases::Databases;
use crate::store::d1::publications::{self, Progress};
use crate::store::d1::sites::{self, ListedVersion, NewVersion, StoredSite};

/// Creates or replaces a site, checks it whole, and publishes it.
#[utoipa::path(
    put,
    path = "/v1/sites/{id}",
    operation_id = "put_site",
    tag = "sites",
    params(
        ("id" = String, Path, description = "the site: 3 to 40 characters out of a-z, 0-9 and -"),
        ("dry_run" = Option<bool>, Query, description = "whether to check only, and tell what would be different"),
        ("If-Match" = Option<String>, Header, description = "the ETag of the version that is to be replaced"),
        ("If-None-Match" = Option<String>, Header, description = "* to create the site only"),
    ),
    request_body(content = ref("#/components/schemas/Site"), content_type = "application/json", description = "the site: docs/set-up-a-site.md"),
    responses(
        (status = 200, description = "The site, replaced; of a dry run, what would be different", body = PublishedOrTried),
        (status = 201, description = "The site, created", body = SiteRecord),
        (status = 202, description = "The site, which is not published yet: numbers are left. Send it again, or wait", body = SiteRecord),
        (status = 400, description = "The body is no site"),
        (status = 409, description = "A number belongs to another site, or calls to it may still belong to that site's visitors; or somebody else changed the site at the same time"),
        (status = 412, description = "The site has another version than If-Match says"),
        (status = 422, description = "The site has faults, each with its place"),
    ),
)]
pub async fn put(mut key: ApiKey<Write>, Path(id): Path<String>) -> Outcome {
    let id = may_change(key.principal(), &id)?;
    let is_dry_run = is_dry_run(&key)?;
    let document: SiteDocument = key.request_mut().large_document("site").await?;
    publish(&key, &id, is_dry_run, |_| Ok(document.clone())).await
}

/// Changes a part of a site, by a JSON Merge Patch (RFC 7396), and publishes it.
#[utoipa::path(
    patch,
    path = "/v1/sites/{id}",
    operation_id = "patch_site",
    tag = "sites",
    params(
        ("id" = String, Path, description = "the site"),
        ("dry_run" = Option<bool>, Query, description = "whether to check only, and tell what would be different"),
        ("If-Match" = Option<String>, Header, description = "the ETag of the version that is to be changed"),
    ),
    request_body(content = Object, content_type = "application/json", description = "what changes; null removes"),
    responses(
        (status = 200, description = "The site, changed; of a dry run, what would be different", body = PublishedOrTried),
        (status = 202, description = "As for PUT", body = SiteRecord),
        (status = 400, description = "The body is no patch, or what comes of it is no site"),
        (status = 404, description = "There is no such site"),
        (status = 409, description = "As for PUT"),
        (status = 412, description = "The site has another version than If-Match says"),
        (status = 422, description = "The site would have faults, each with its place"),
    ),
)]
pub async fn patch(mut key: ApiKey<Write>, Path(id): Path<String>) -> Outcome {
    let (id, is_dry_run) = (known(key.principal(), &id)?, is_dry_run(&key)?);
    let patch: Value = key.request_mut().large_document("patch").await?;
    if !patch.is_object() {
        let fault = Fault::new("wrong_type", "", "The patch must be an object with the fields that change.");
        return Err(Problem::Unreadable("patch", fault));
    }
    publish(&key, &id, is_dry_run, |before| {
        let before = before.ok_or(Problem::UnknownSite)?;
        let document = serde_json::from_str(&before.document).map_err(|_| broken_site(&before.id))?;
        read(&merge_patch(document, &patch))
    })
    .await
}

/// Publishes an earlier version of a site again, as a new one.
#[utoipa::path(
    post,
    path = "/v1/sites/{id}/versions/{version}/restore",
    operation_id = "restore_site_version",
    tag = "sites",
    params(
        ("id" = String, Path, description = "the site"),
        ("version" = u32, Path, description = "the version"),
        ("dry_run" = Option<bool>, Query, description = "whether to check only, and tell what would be different"),
        ("If-Match" = Option<String>, Header, description = "the ETag of the version that is to be replaced"),
    ),
    responses(
        (status = 200, description = "The site; of a dry run, what would be different", body = PublishedOrTried),
        (status = 202, description = "As for PUT", body = SiteRecord),
        (status = 404, description = "There is no such site or version"),
        (status = 409, description = "As for PUT"),
        (status = 412, description = "The site has another version than If-Match says"),
        (status = 422, description = "What was right then has faults now, each with its place"),
    ),
)]
pub async fn restore(key: ApiKey<Write>, Path((id, version)): Path<(String, String)>) -> Outcome {
    let (id, is_dry_run) = (known(key.principal(), &id)?, is_dry_run(&key)?);
    let earlier = stored_version(&key.db()?, &id, &version).await?;
    let document = serde_json::from_str(&earlier.document).map_err(|_| broken_site(&id))?;
    let document = read(&document)?;
    publish(&key, &id, is_dry_run, |before| {
        before.ok_or(Problem::UnknownSite)?;
        Ok(document.clone())
    })
    .await
}

/// Most times that a change is made anew to what somebody else wrote meanwhile. Whoever says which version they mean is told instead.
const MAX_TRIES: u32 = 3;

/// Makes a new version of a site of the one before, checks it whole, and publishes it.
async fn publish(
    key: &ApiKey<Write>,
    id: &SiteId,
    is_dry_run: bool,
    change: impl Fn(Option<&StoredSite>) -> Result<SiteDocument, Problem>,
) -> Outcome {
    let request = key.request();
    let condition = Precondition::parse(&request.header("If-Match")?, &request.header("If-None-Match")?);
    let db = key.db()?;
    for _ in 0..MAX_TRIES {
        let before = sites::one(&db, id).await?;
        if !condition.holds(before.as_ref().map(|stored| stored.version)) {
            return Err(Problem::OtherVersion(before.map(|stored| stored.version)));
        }
        let document = change(before.as_ref())?;
        let carriers = request.settings().carriers();
        let mut faults = document.check_at(&carriers);
        faults.extend(forwards_to_others(&db, id, &document).await?);
        if !faults.is_empty() {
            return Err(Problem::BadSite(faults));
        }
        let text = serde_json::to_string(&document).map_err(Problem::unavailable)?;
        if text.len() > MAX_DOCUMENT {
            return Err(Problem::TooLarge(MAX_DOCUMENT));
        }
        let found = changes(before.as_ref(), &text)?;
        if is_dry_run {
            let (version, warnings) = (before.map(|stored| stored.version), document.warnings_at(&carriers));
            let tried = TriedSite { id: id.to_string(), version, difference: found, warnings };
            return Ok(response::json(200, &tried)?);
        }
        let numbers = document.pools_of_numbers();
        numbers::take_over(request.env(), &db, id, &numbers).await?;
        let entry = AuditEntry::new(key.principal(), Action::SitePublished, Some(id.as_str()), id.as_str()).with(found);
        let replaces = before.as_ref().map(|stored| stored.version);
        let database = if before.is_none() { database_of_new(request.env()).await? } else { None };
        let new = NewVersion { id, document: &text, numbers: &numbers, replaces, database, entry: &entry };
        let Some(stored) = sites::write(&db, &new, now()).await? else {
            // Somebody else was quicker, with a number or with the site.
            taken(&sites::numbers_of_others(&db, id, numbers.keys()).await?)?;
            if condition.is_none() {
                continue;
            }
            return Err(Problem::OtherVersion(sites::one(&db, id).await?.map(|stored| stored.version)));
        };
        // The first version sent again was created by the request whose answer was lost.
        let status = if before.is_none() || (stored.version == 1 && request.method() == "PUT") { 201 } else { 200 };
        let mut reply = as_json(&stored)?;
        let warnings = document.warnings_at(&carriers);
        if let Some(fields) = reply.as_object_mut().filter(|_| !warnings.is_empty()) {
            fields.insert("warnings".to_owned(), json!(warnings));
        }
        let snapshot = PublishedSite::new(id.clone(), stored.version, document);
        let progress = publishing::carry_on(request.env(), &db, id, Some(snapshot)).await?;
        let is_published = !add_progress(&mut reply, stored.version, progress);
        let status = if is_published { status } else { 202 };
        return Ok(response::with_etag(response::json(status, &reply)?, stored.version)?);
    }
    Err(Problem::ChangedMeanwhile)
}

/// Chooses the database for a new site's calls; `None` where there is but one.
async fn database_of_new(env: &Env) -> Result<Option<DatabaseName>, Problem> {
    let databases = Databases::of(env)?;
    if databases.only().is_some() {
        return Ok(None);
    }
    Ok(Some(least_filled(&databases.sizes().await?)))
}

fn is_dry_run(key: &ApiKey<Write>) -> Result<bool, Problem> {
    Ok(Query::parse(key.request().query()).yes_or_no("dry_run")? == Some(true))
}

/// Finds what is different in a new version.
fn changes(before: Option<&StoredSite>, after: &str) -> Result<Difference, Problem> {
    let read = |text: &str| serde_json::from_str::<Value>(text).map_err(Problem::unavailable);
    Ok(difference(&before.map_or(Ok(Value::Null), |stored| read(&stored.document))?, &read(after)?))
}

/// Reads a site out of JSON that was put together here, as if somebody had sent it.
fn read(document: &Value) -> Result<SiteDocument, Problem> {
    config_json::read(document.to_string().as_bytes()).map_err(|error| Problem::Unreadable("site", error.into()))
}

/// Lists the versions of a site, the newest first.
#[utoipa::path(
    get,
    path = "/v1/sites/{id}/versions",
    operation_id = "list_site_versions",
    tag = "sites",
    params(
        ("id" = String, Path, description = "the site"),
        ("limit" = Option<u32>, Query, description = "1 to 250, default 100"),
        ("cursor" = Option<String>, Query, description = "the next_cursor of the answer before"),
    ),
    responses(
        (status = 200, description = "The versions, and the cursor of the next page", body = VersionPage),
        (status = 404, description = "There is no such site"),
    ),
)]
pub async fn versions(key: ApiKey<Read>, Path(id): Path<String>) -> Outcome {
    let (db, id) = (key.db()?, known(key.principal(), &id)?);
    let query = Query::parse(key.request().query());
    let limit = limit_parameter(&query)?;
    let cursor = |text: &str| text.parse().map_err(|_| Problem::BadParameter("cursor", CURSOR));
    let before = query.get("cursor").map(cursor).transpose()?;
    sites::one(&db, &id).await?.ok_or(Problem::UnknownSite)?;
    let found = sites::versions(&db, &id, before, limit).await?;
    let is_full = u32::try_from(found.len()).is_ok_and(|len| len == limit);
    let next_cursor = found.last().filter(|_| is_full).map(|last| last.version.to_string());
    let record = |listed: &ListedVersion| VersionRecord { version: listed.version, created_at: iso(listed.created_at) };
    Ok(response::json(200, &VersionPage { versions: found.iter().map(record).collect(), next_cursor })?)
}

const CURSOR: &str = "the next_cursor of an earlier answer";

/// Tells a site as it was in one version.
#[utoipa::path(
    get,
    path = "/v1/sites/{id}/versions/{version}",
    operation_id = "get_site_version",
    tag = "sites",
    params(
        ("id" = String, Path, description = "the site"),
        ("version" = u32, Path, description = "the version"),
    ),
    responses((status = 200, description = "The site", body = SiteRecord), (status = 404, description = "There is no such site or version")),
)]
pub async fn version(key: ApiKey<Read>, Path((id, version)): Path<(String, String)>) -> Outcome {
    let (db, id) = (key.db()?, known(key.principal(), &id)?);
    sites::one(&db, &id).await?.ok_or(Problem::UnknownSite)?;
    Ok(response::json(200, &as_json(&stored_version(&db, &id, &version).await?)?)?)
}

/// Tells what is different between one version of a site and another.
#[utoipa::path(
    get,
    path = "/v1/sites/{id}/versions/{version}/difference",
    operation_id = "compare_site_versions",
    tag = "sites",
    params(
        ("id" = String, Path, description = "the site"),
        ("version" = u32, Path, description = "the version from which"),
        ("to" = Option<u32>, Query, description = "the version to which; the current one if it is not given"),
    ),
    responses(
        (status = 200, description = "The changes, each with its place", body = ComparedVersions),
        (status = 404, description = "There is no such site or version"),
    ),
)]
pub async fn compare(key: ApiKey<Read>, Path((id, version)): Path<(String, String)>) -> Outcome {
    let (db, id) = (key.db()?, known(key.principal(), &id)?);
    let current = sites::one(&db, &id).await?.ok_or(Problem::UnknownSite)?;
    let from = stored_version(&db, &id, &version).await?;
    let to = match key.request().parameter("to") {
        Some(to) => stored_version(&db, &id, &to).await?,
        None => current,
    };
    let found = changes(Some(&from), &to.document)?;
    let compared = ComparedVersions { id: id.to_string(), from: from.version, to: to.version, difference: found };
    Ok(response::json(200, &compared)?)
}

async fn stored_version(db: &D1Database, id: &SiteId, version: &str) -> Result<StoredSite, Problem> {
    let version = version.parse().map_err(|_| Problem::UnknownVersion)?;
    sites::version(db, id, version).await?.ok_or(Problem::UnknownVersion)
}

/// Deletes a site: its pages get no numbers any more, its numbers are free for others, and its visitors are forgotten.
///
/// Calls that go on keep their flow to the end; the calls in the log stay there with their recordings. The site itself is gone at
/// once; its numbers go step by step, and the request can be sent again until all are gone.
#[utoipa::path(
    delete,
    path = "/v1/sites/{id}",
    operation_id = "delete_site",
    tag = "sites",
    params(
        ("id" = String, Path, description = "the site"),
        ("If-Match" = Option<String>, Header, description = "the ETag of the version that is to be deleted"),
    ),
    responses(
        (status = 200, description = "The site is deleted", body = Deleted),
        (status = 202, description = "The site is deleted, but for numbers that are still to be freed", body = BeingDeleted),
        (status = 404, description = "There is no such site"),
        (status = 412, description = "The site has another version than If-Match says"),
    ),
)]
pub async fn delete(key: ApiKey<Write>, Path(id): Path<String>) -> Outcome {
    let (id, env) = (known(key.principal(), &id)?, key.request().env());
    let db = key.db()?;
    if let Some(stored) = sites::one(&db, &id).await? {
        if !Precondition::parse(&key.request().header("If-Match")?, "").holds(Some(stored.version)) {
            return Err(Problem::OtherVersion(Some(stored.version)));
        }
        let document = SiteDocument::read_stored(&stored.document);
        let pools = document.into_iter().flat_map(|document| document.pools).map(|pool| pool.id).collect();
        let closing = Closing { version: stored.version, pools };
        let entry = AuditEntry::new(key.principal(), Action::SiteDeleted, Some(id.as_str()), id.as_str());
        sites::delete(&db, &id, &closing, &entry, now()).await?;
    } else if !publications::is_deleting(&db, &id).await? {
        return Err(Problem::UnknownSite);
    }
    Ok(match publishing::carry_on(env, &db, &id, None).await? {
        None => response::json(200, &Deleted { id: id.to_string(), deleted: true })?,
        Some(Progress { left, .. }) => response::json(202, &BeingDeleted { id: id.to_string(), deleted: true, left })?,
    })
}

/// Finds the calls that would be forwarded to another site of this worker: two that ring each other, by however many, ring for ever.
async fn forwards_to_others(db: &D1Database, id: &SiteId, document: &SiteDocument) -> Result<Vec<Fault>, Problem> {
    let rung = document.callees();
    let numbers: Vec<_> = rung.iter().filter_map(|(_, callee)| callee.number()).collect();
    let owners = sites::numbers_of_others(db, id, &numbers).await?;
    let owner = |callee: &Callee| owners.iter().find(|owned| Some(owned.number) == callee.number());
    Ok(rung
        .iter()
        .filter_map(|(place, callee)| Some(forwards_to_another(place, callee, &owner(callee)?.site)))
        .collect())
}

/// Tells one site as its owner wrote it.
#[utoipa::path(
    get,
    path = "/v1/sites/{id}",
    operation_id = "get_site",
    tag = "sites",
    params(("id" = String, Path, description = "the site")),
    responses(
        (status = 200, description = "The site, with its version as ETag", body = SiteRecord),
        (status = 404, description = "There is no such site"),
    ),
)]
pub async fn get(key: ApiKey<Read>, Path(id): Path<String>) -> Outcome {
    let (db, id) = (key.db()?, known(key.principal(), &id)?);
    let stored = sites::one(&db, &id).await?.ok_or(Problem::UnknownSite)?;
    let mut site = as_json(&stored)?;
    add_progress(&mut site, stored.version, publications::progress(&db, &id).await?);
    Ok(response::with_etag(response::json(200, &site)?, stored.version)?)
}

/// Lists the sites that one sees, by name.
#[utoipa::path(
    get,
    path = "/v1/sites",
    operation_id = "list_sites",
    tag = "sites",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 250, default 100; a page of large sites has fewer"),
        ("cursor" = Option<String>, Query, description = "the next_cursor of the answer before"),
    ),
    responses((status = 200, description = "The sites, and the cursor of the next page", body = SitePage)),
)]
pub async fn list(key: ApiKey<Read>) -> Outcome {
    let query = Query::parse(key.request().query());
    let limit = limit_parameter(&query)?;
    let cursor = |text: &str| SiteId::parse(text).map_err(|_| Problem::BadParameter("cursor", CURSOR));
    let after = query.get("cursor").map(cursor).transpose()?;
    let page = sites::page(&key.db()?, &key.principal().sites, after.as_ref(), limit).await?;
    let next_cursor = page.sites.last().filter(|_| page.has_more).map(|last| last.id.to_string());
    let sites = page.sites.iter().map(as_json).collect::<Result<Vec<_>, _>>()?;
    Ok(response::json(200, &json!({ "sites": sites, "next_cursor": next_cursor }))?)
}

/// Names a number that belongs to another site, if one does.
fn taken(owned: &[OwnedNumber]) -> Result<(), Problem> {
    owned.first().map_or(Ok(()), |owned| Err(Problem::NumberTaken(owned.number)))
}

/// Reads the name of a site that somebody may see. To others there is none of it.
fn known(principal: &Principal, text: &str) -> Result<SiteId, Problem> {
    let id = site_id(text)?;
    if principal.sees(&id) { Ok(id) } else { Err(Problem::UnknownSite) }
}

/// Reads the name of a site that somebody may create or replace. Whoever has listed sites creates no other, and is not told whether
/// there is one.
fn may_change(principal: &Principal, text: &str) -> Result<SiteId, Problem> {
    let id = site_id(text)?;
    if !principal.sees(&id) {
        principal.require_account()?;
    }
    Ok(id)
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

/// Says of a version that it is not published yet, and returns whether that is so. What is left of a site that had the name before does not
/// count.
fn add_progress(site: &mut Value, version: u32, progress: Option<Progress>) -> bool {
    let Some(Progress { published, left }) = progress.filter(|progress| progress.published < Some(version)) else {
        return false;
    };
    if let Some(fields) = site.as_object_mut() {
        fields.insert("publishing".to_owned(), json!({ "left": left, "published_version": published }));
    }
    true
}
