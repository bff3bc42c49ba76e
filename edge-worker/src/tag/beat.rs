//! `POST /v1/beat`: a sign of life for a visitor's leases.

use core::time::Duration;

use dni_core::id::{LeaseId, SiteId};
use dni_core::wire::{BeatReply, BeatRequest, MAX_LEASES};
use edge_core::keys::ObjectName;

use super::sooner;
use crate::durable_objects::client::ask;
use crate::durable_objects::messages::{PoolRequest, PoolResponse};
use crate::http::extract::site_origin::{OfSite, Page, SiteOrigin};
use crate::http::handler::Outcome;
use crate::http::problem::Problem;

/// How long a pool may take. Nobody waits for it; the next sign of life comes in a minute.
const BEAT_WITHIN: Duration = Duration::from_secs(5);

impl OfSite for BeatRequest {
    fn site(&self) -> &SiteId {
        &self.site
    }
}

/// Renews a visitor's leases, and says which of them are no longer held.
#[utoipa::path(
    post,
    path = "/v1/beat",
    operation_id = "beat",
    tag = "tag",
    responses(
        (status = 200, description = "For how long the leases live on, and which do not"),
        (status = 403, description = "The page is none of the site's"),
    ),
)]
pub async fn beat(page: SiteOrigin<BeatRequest>) -> Outcome {
    let (page, request) = page.into_parts();
    if request.leases.len() > MAX_LEASES {
        return Err(Problem::BadParameter("leases", "at most 32 leases"));
    }
    let mut reply = BeatReply { expires_in: 0, gone: Vec::new() };
    for text in &request.leases {
        match beat_one(&page, &request, text).await? {
            Some(expires_in) => reply.expires_in = sooner(reply.expires_in, expires_in),
            None => reply.gone.push(text.clone()),
        }
    }
    page.reply(&reply)
}

/// Returns for how long the lease lives on, `None` if it does not.
async fn beat_one(page: &Page, request: &BeatRequest, text: &str) -> Result<Option<u32>, Problem> {
    // A lease that cannot be read was never given, and asking for a pool by any name would make one.
    let lease = text.parse::<LeaseId>().ok().filter(|lease| page.site().document.pool(&lease.pool).is_some());
    let Some(lease) = lease else { return Ok(None) };
    let pool = lease.pool.clone();
    let beat = PoolRequest::Beat { lease, visitor: request.visitor.clone(), signal: request.signal };
    match ask(page.request().env(), &ObjectName::pool(&request.site, &pool), &beat, BEAT_WITHIN).await? {
        PoolResponse::Held { expires_in } => Ok(Some(expires_in)),
        _ => Ok(None),
    }
}
