//! Webhooks that could not be taken in, in the REST API: looked at, tried again, deleted.

use edge_core::account::scope::{Read, Write};
use edge_core::api::{BadParameter, Query, limit_parameter};
use edge_core::audit::{Action, AuditEntry};
use serde_json::{Value, json};

use super::answers::{DeletedWebhook, KeptWebhookPage, KeptWebhookRecord};
use crate::clock::now;
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::d1::{audit, raw_events};

/// Lists the webhooks that are kept, the newest first, without what they say.
#[utoipa::path(
    get,
    path = "/v1/kept_webhooks",
    operation_id = "list_kept_webhooks",
    tag = "kept_webhooks",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 250, default 100"),
        ("cursor" = Option<String>, Query, description = "the next_cursor of the answer before"),
    ),
    responses((status = 200, description = "The webhooks, and the cursor of the next page", body = KeptWebhookPage)),
)]
pub async fn list(key: ApiKey<Read>) -> Outcome {
    // Whose site one is for is not known: it was not understood.
    key.principal().require_account()?;
    let query = Query::parse(key.request().query());
    let limit = limit_parameter(&query)?;
    let before = query.get("cursor").map(cursor).transpose()?;
    let kept = raw_events::list(&key.db()?, before, limit).await?;
    let is_full = u32::try_from(kept.len()).is_ok_and(|len| len == limit);
    let next_cursor = kept.last().filter(|_| is_full).map(|last| last.id.to_string());
    let webhooks: Vec<Value> = kept.iter().map(edge_core::call::kept_webhook::KeptWebhook::record).collect();
    Ok(response::json(200, &json!({ "kept_webhooks": webhooks, "next_cursor": next_cursor }))?)
}

/// Tells one webhook as it came.
#[utoipa::path(
    get,
    path = "/v1/kept_webhooks/{id}",
    operation_id = "get_kept_webhook",
    tag = "kept_webhooks",
    params(("id" = u32, Path, description = "the webhook")),
    responses((status = 200, description = "The webhook", body = KeptWebhookRecord), (status = 404, description = "There is no such webhook")),
)]
pub async fn get(key: ApiKey<Read>, Path(id): Path<String>) -> Outcome {
    key.principal().require_account()?;
    let kept = raw_events::one(&key.db()?, row(&id)?).await?.ok_or(Problem::UnknownWebhook)?;
    Ok(response::json(200, &kept.record_with_words())?)
}

/// Tries a webhook again with the next run, within a minute: after an update that understands it, or a repair.
#[utoipa::path(
    post,
    path = "/v1/kept_webhooks/{id}/restart",
    operation_id = "restart_kept_webhook",
    tag = "kept_webhooks",
    params(("id" = u32, Path, description = "the webhook")),
    responses((status = 202, description = "The webhook", body = KeptWebhookRecord), (status = 404, description = "There is no such webhook")),
)]
pub async fn restart(key: ApiKey<Write>, Path(id): Path<String>) -> Outcome {
    key.principal().require_account()?;
    let (db, id) = (key.db()?, row(&id)?);
    raw_events::one(&db, id).await?.ok_or(Problem::UnknownWebhook)?;
    let entry = AuditEntry::new(key.principal(), Action::WebhookRestarted, None, &id.to_string());
    audit::write(&db, &entry, now()).await?;
    if !raw_events::restart(&db, id).await? {
        return Err(Problem::UnknownWebhook);
    }
    let kept = raw_events::one(&db, id).await?.ok_or(Problem::UnknownWebhook)?;
    Ok(response::json(202, &kept.record())?)
}

/// Deletes a webhook for good, untaken.
#[utoipa::path(
    delete,
    path = "/v1/kept_webhooks/{id}",
    operation_id = "delete_kept_webhook",
    tag = "kept_webhooks",
    params(("id" = u32, Path, description = "the webhook")),
    responses((status = 200, description = "The webhook is deleted", body = DeletedWebhook), (status = 404, description = "There is no such webhook")),
)]
pub async fn delete(key: ApiKey<Write>, Path(id): Path<String>) -> Outcome {
    key.principal().require_account()?;
    let (db, id) = (key.db()?, row(&id)?);
    raw_events::one(&db, id).await?.ok_or(Problem::UnknownWebhook)?;
    let entry = AuditEntry::new(key.principal(), Action::WebhookDeleted, None, &id.to_string());
    audit::write(&db, &entry, now()).await?;
    if !raw_events::forget(&db, id).await? {
        return Err(Problem::UnknownWebhook);
    }
    Ok(response::json(200, &DeletedWebhook { id, deleted: true })?)
}

/// Reads the id out of a path. What is none is the name of nothing.
fn row(id: &str) -> Result<u32, Problem> {
    id.parse().map_err(|_| Problem::UnknownWebhook)
}

fn cursor(text: &str) -> Result<u32, BadParameter> {
    text.parse().map_err(|_| BadParameter { name: "cursor", expected: "the next_cursor of an earlier answer" })
}
