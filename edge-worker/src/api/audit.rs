//! The audit in the REST API: who did what.

use edge_core::account::scope::Admin;
use edge_core::api::Query;
use edge_core::audit::{AuditFilter, audit_list};

use super::answers::AuditPage;
use crate::http::extract::api_key::ApiKey;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::d1::audit;

/// Lists who did what, the newest first. Owners of listed sites see what was done with those.
#[utoipa::path(
    get,
    path = "/v1/audit",
    operation_id = "list_audit",
    tag = "audit",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 250, default 100"),
        ("cursor" = Option<String>, Query, description = "the next_cursor of the answer before"),
        ("site" = Option<String>, Query, description = "only what was done with things of this site"),
        ("actor" = Option<String>, Query, description = "only what this member or key did, by its id, or `API_KEY`"),
        ("action" = Option<String>, Query, description = "only this, such as `site.published`"),
    ),
    responses((status = 200, description = "The entries, and the cursor of the next page", body = AuditPage)),
)]
pub async fn list(key: ApiKey<Admin>) -> Outcome {
    let filter = AuditFilter::parse(&Query::parse(key.request().query()), &key.principal().sites)?;
    let entries = audit::list(&key.db()?, &filter).await?;
    Ok(response::json_text(200, audit_list(&entries, &filter).map_err(Problem::unavailable)?)?)
}
