//! Deleting calls in the REST API, and what is left of those that were.

use core::time::Duration;

use edge_core::account::scope::{Read, Write};
use edge_core::api::Query;
use edge_core::audit::{Action, AuditEntry};
use edge_core::call::erasure::{ErasureFilter, ErasureRecord};
use edge_core::call::record::CallRecord;
use edge_core::keys::ObjectName;
use worker::D1Database;

use super::answers::ErasurePage;
use crate::clock::now;
use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{CallRequest, CallResponse, ErasureOutcome};
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::d1::{audit, erasures};

/// How long the call's object may take.
const ERASE_WITHIN: Duration = Duration::from_secs(5);

/// Deletes a call: its row, its webhooks, what was said and written in it, and its recordings, here and at the carrier. Asked once more,
/// it tries again what could not be deleted.
#[utoipa::path(
    delete,
    path = "/v1/calls/{id}",
    operation_id = "delete_call",
    tag = "calls",
    params(("id" = String, Path, description = "the call")),
    responses(
        (status = 202, description = "The call is deleted, and its recordings are being deleted", body = ErasureRecord),
        (status = 404, description = "There is no such call, and there was none"),
        (status = 409, description = "The call goes on"),
    ),
)]
pub async fn delete_call(key: ApiKey<Write>, Path(id): Path<String>) -> Outcome {
    let db = key.db()?;
    let (name, site) = object_of(&key, &db, &id).await?;
    let entry = AuditEntry::new(key.principal(), Action::CallDeleted, site.as_deref(), &id);
    audit::write(&db, &entry, now()).await?;
    let CallResponse::Erased(outcome) = ask(key.request().env(), &name, &CallRequest::Erase, ERASE_WITHIN).await?
    else {
        return Err(another_answer("a call"));
    };
    match outcome {
        ErasureOutcome::Erased(record) => Ok(response::json(202, &record)?),
        ErasureOutcome::GoesOn => Err(Problem::CallGoesOn),
        ErasureOutcome::UnknownCall => Err(Problem::UnknownCall),
    }
}

/// Finds the object of a call, be it deleted, and the call's site.
async fn object_of(key: &ApiKey<Write>, db: &D1Database, id: &str) -> Result<(ObjectName, Option<String>), Problem> {
    let sites = &key.principal().sites;
    if let Some(stored) = key.call_log()?.one(id, sites).await? {
        let record: CallRecord = serde_json::from_str(&stored.record).map_err(Problem::unavailable)?;
        return Ok((ObjectName::call(&record.carrier, &record.carrier_call_id), record.site_id));
    }
    let stored = erasures::one(db, id, sites).await?.ok_or(Problem::UnknownCall)?;
    Ok((ObjectName::call(&stored.carrier, &stored.carrier_call), stored.site.map(|site| site.to_string())))
}

/// Lists the calls that were deleted, the latest first, and what is left of each.
#[utoipa::path(
    get,
    path = "/v1/erasures",
    operation_id = "list_erasures",
    tag = "calls",
    params(
        ("done" = Option<bool>, Query, description = "false: only those of which something is left; true: only the others"),
        ("limit" = Option<u32>, Query, description = "1 to 250, default 100"),
        ("cursor" = Option<String>, Query, description = "the next_cursor of the answer before"),
    ),
    responses((status = 200, description = "The deleted calls, and the cursor of the next page", body = ErasurePage)),
)]
pub async fn list(key: ApiKey<Read>) -> Outcome {
    let filter = ErasureFilter::parse(&Query::parse(key.request().query()), &key.principal().sites)?;
    let found = erasures::list(&key.db()?, &filter).await?;
    Ok(response::json_text(200, filter.page(&found).map_err(Problem::unavailable)?)?)
}

/// Tells what is left of a call that was deleted.
#[utoipa::path(
    get,
    path = "/v1/erasures/{call}",
    operation_id = "get_erasure",
    tag = "calls",
    params(("call" = String, Path, description = "the id that the call had")),
    responses((status = 200, description = "What is left", body = ErasureRecord), (status = 404, description = "No such call was deleted")),
)]
pub async fn get(key: ApiKey<Read>, Path(call): Path<String>) -> Outcome {
    let stored = erasures::one(&key.db()?, &call, &key.principal().sites).await?.ok_or(Problem::UnknownErasure)?;
    Ok(response::json_text(200, stored.record)?)
}
