//! `POST /v1/beat`: a sign of life for a visitor's leases.

use core::time::Duration;
use std::collections::BTreeMap;

use dni_core::id::{LeaseId, PoolId, SiteId};
use dni_core::wire::{BeatReply, BeatRequest, MAX_LEASES};
use edge_core::keys::ObjectName;
use futures_util::future::join_all;

use super::sooner;
use crate::durable_objects::client::{another_answer, ask};
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
    let beaten =
        join_all(by_pool(&page, &request).into_iter().map(|(pool, leases)| beat_pool(&page, &request, pool, leases)));
    let mut held = BTreeMap::new();
    for answered in beaten.await {
        held.extend(answered?);
    }
    for text in &request.leases {
        match held.get(text).copied().flatten() {
            Some(expires_in) => reply.expires_in = sooner(reply.expires_in, expires_in),
            None => reply.gone.push(text.clone()),
        }
    }
    page.reply(&reply)
}

/// Sorts the leases by their pools. One that cannot be read was never given, and asking for a pool by any name would make one.
fn by_pool<'a>(page: &Page, request: &'a BeatRequest) -> BTreeMap<PoolId, Vec<(&'a String, LeaseId)>> {
    let leases = request.leases.iter().filter_map(|text| Some((text, text.parse::<LeaseId>().ok()?)));
    let mut pools: BTreeMap<PoolId, Vec<_>> = BTreeMap::new();
    for (text, lease) in leases.filter(|(_, lease)| page.site().document.pool(&lease.pool).is_some()) {
        pools.entry(lease.pool.clone()).or_default().push((text, lease));
    }
    pools
}

/// Asks a pool about its leases, all at once, and returns of each for how long it lives on, `None` if it does not.
async fn beat_pool<'a>(
    page: &Page,
    request: &BeatRequest,
    pool: PoolId,
    leases: Vec<(&'a String, LeaseId)>,
) -> Result<Vec<(&'a String, Option<u32>)>, Problem> {
    let (texts, leases): (Vec<_>, Vec<_>) = leases.into_iter().unzip();
    let beat = PoolRequest::Beat { leases, visitor: request.visitor.clone(), signal: request.signal };
    match ask(page.request().env(), &ObjectName::pool(&request.site, &pool), &beat, BEAT_WITHIN).await? {
        PoolResponse::Beaten(held) => Ok(texts.into_iter().zip(held).collect()),
        _ => Err(another_answer("a pool")),
    }
}
