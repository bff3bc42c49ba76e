//! `POST /v1/lease`: a visitor asks for their numbers.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use dni_core::bot::is_bot;
use dni_core::id::{LeaseId, PoolId, SiteId, VisitorId};
use dni_core::phone::E164;
use dni_core::pool::LeaseContext;
use dni_core::source::{Reading, Use};
use dni_core::time::Millis;
use dni_core::visit::{Channel, SESSION, Touch};
use dni_core::wire::{
    Assigned, AssignedKind, Consent, LeaseReply, LeaseRequest, MAX_POOLS, MAX_TARGET_TEXT, MAX_TARGETS, NoNumber,
    RuleChoice,
};
use edge_core::call::visit::VisitorSession;
use edge_core::keys::ObjectName;
use edge_core::site::{ConsentRule, SiteDocument};
use futures_util::future::join_all;

use super::test_number::test_numbers;
use super::{link, sooner};
use crate::clock::now;
use crate::durable_objects::client::ask;
use crate::durable_objects::messages::{PoolRequest, PoolResponse};
use crate::http::extract::site_origin::{OfSite, Page, SiteOrigin};
use crate::http::handler::Outcome;
use crate::http::problem::Problem;

/// How long a pool may take. Meanwhile the page shows its own number; after that it keeps it.
const LEASE_WITHIN: Duration = Duration::from_secs(3);
/// How often a visible page sends a sign of life, in seconds: as the products people know do.
const BEAT_EVERY: u32 = 60;
/// How long a number that visitors share is shown before the page asks again, in seconds: a session, as long as the usual
/// hold of a lease.
const SHARED_FOR: u32 = 1800;

impl OfSite for LeaseRequest {
    fn site(&self) -> &SiteId {
        &self.site
    }
}

/// Gives a visitor a number for each target.
#[utoipa::path(
    post,
    path = "/v1/lease",
    operation_id = "lease",
    tag = "tag",
    responses(
        (status = 200, description = "The numbers, or why there are none"),
        (status = 403, description = "The page is none of the site's"),
        (status = 404, description = "There is no such site"),
    ),
)]
pub async fn lease(page: SiteOrigin<LeaseRequest>) -> Outcome {
    let (page, request) = page.into_parts();
    if request.targets.len() > MAX_TARGETS {
        return Err(Problem::BadParameter("targets", "at most 32 numbers"));
    }
    if request.targets.iter().any(|text| text.len() > MAX_TARGET_TEXT) {
        return Err(Problem::BadParameter("targets", "at most 2,000 bytes each"));
    }
    let wanted = page.site().document.wanted_targets(&request.targets);
    let wanted =
        wanted.ok_or(Problem::BadParameter("targets", "phone numbers, such as +13125550142 or (312) 555-0142"))?;
    if request.pools.len() > MAX_POOLS {
        return Err(Problem::BadParameter("pools", "at most 8 names"));
    }
    let hosts = page.site().document.hosts();
    let visitor = request.visitor;
    let mut history = request.history.unwrap_or_default();
    let mut is_news = false;
    // Whoever follows a link from another of the site's domains brings along where they came from.
    if let Some(link) = &request.link
        && let Some(carried) = link::followed(link, &page, &request.arrival, &hosts).await
    {
        is_news = history.join(carried);
    }
    is_news |= history.arrive(request.arrival.clone(), &hosts);
    let mut reply = LeaseReply {
        visitor: visitor.clone(),
        history,
        hosts,
        numbers: Vec::new(),
        reason: None,
        choices: Vec::new(),
        expires_in: 0,
        beat_every: BEAT_EVERY,
    };
    if request.test {
        reply.numbers = test_numbers(page.site(), &wanted);
        reply.reason = reply.numbers.is_empty().then_some(NoNumber::NoTestNumber);
        reply.expires_in = SHARED_FOR;
    } else if is_bot(&page.request().header("User-Agent")?) {
        reply.reason = Some(NoNumber::Bot);
    } else if may_be_tracked(&page.site().document, request.consent) {
        let session = VisitorSession {
            history: reply.history.clone().received(request.now, now()),
            page: if request.page.is_empty() { request.arrival.url } else { request.page },
        };
        let touches = session.history.read(now(), &reply.hosts);
        let visit = Visit { page: &page, visitor: &visitor, session, is_news, touches };
        assign(&visit, &wanted, &request.pools, &mut reply).await;
    } else {
        reply.reason = Some(NoNumber::ConsentRequired);
    }
    page.reply(&reply)
}

fn may_be_tracked(site: &SiteDocument, consent: Consent) -> bool {
    match consent {
        Consent::Granted => true,
        Consent::Denied => false,
        Consent::Unknown => site.consent == ConsentRule::NotRequired,
    }
}

struct Visit<'a> {
    page: &'a Page,
    visitor: &'a VisitorId,
    session: VisitorSession,
    is_news: bool,
    /// Their touches, oldest first.
    touches: Vec<Touch>,
}

impl Visit<'_> {
    /// Says what a pool should know of them before it gives them a number.
    fn context(&self, pool: &PoolId, now: Millis) -> LeaseContext {
        let region = self.page.request().cf().and_then(worker::Cf::region_code);
        let pool = self.page.site().document.pool(pool);
        let areas =
            pool.zip(region).and_then(|(pool, region)| pool.area_codes.get(&region)).cloned().unwrap_or_default();
        // As in the call log: a direct visit does not take the credit of the one before.
        let source = self.touches.iter().rfind(|touch| !touch.is_direct()).or_else(|| self.touches.last());
        let has_click = self.touches.iter().any(|touch| !touch.campaign.click_ids.is_empty());
        let was_here_before = self.touches.first().is_some_and(|first| now.since(first.at) > SESSION);
        LeaseContext {
            areas,
            has_claim: has_click || was_here_before,
            channel: source.map(|touch| Channel::of(touch).0),
        }
    }
}

/// Puts a number for each wanted target into the reply: what the site's source rules choose, else one of the target's pool. And
/// one for the places whose markup names a pool, whichever target stands there.
///
/// Each pool is asked once, all of them at the same time. One that fails costs its own targets and places only; a name that
/// is no pool of the site is passed over.
async fn assign(visit: &Visit<'_>, wanted: &[E164], named: &[PoolId], reply: &mut LeaseReply) {
    let document = &visit.page.site().document;
    let reading = Reading::of(&document.source_rules, &visit.touches);
    let mut pools = Vec::new();
    let mut targets = Vec::new();
    reply.reason = Some(NoNumber::NoTarget);
    for target in document.targets.iter().filter(|target| wanted.contains(&target.number)) {
        targets.push(target.number);
        let chosen = reading.chosen(target.number);
        if !document.source_rules.is_empty() {
            reply.choices.push(RuleChoice::of(target.number, &chosen));
        }
        match chosen.uses() {
            Some(Use::Number(number)) => {
                let got = Got { number: *number, kind: AssignedKind::Source, lease: None, expires_in: SHARED_FOR };
                got.put(visit, &[target.number], None, reply);
            }
            Some(Use::NoSwap) => reply.reason = Some(NoNumber::NoSwap),
            Some(Use::Pool(pool)) => add(&mut pools, pool, target.number),
            None => add(&mut pools, &target.pool, target.number),
        }
    }
    let named: BTreeSet<&PoolId> =
        named.iter().filter(|pool| !wanted.is_empty() && document.pool(pool).is_some()).collect();
    let got = from_pools(visit, pools.iter().map(|(pool, _)| *pool).chain(named.iter().copied()).collect()).await;
    for (pool, targets) in &pools {
        match got.get(pool) {
            Some(Ok(got)) => got.put(visit, targets, None, reply),
            Some(Err(reason)) => reply.reason = Some(*reason),
            None => {}
        }
    }
    if !reply.numbers.is_empty() {
        reply.reason = None;
    }
    for pool in named {
        if let Some(Ok(got)) = got.get(pool) {
            got.put(visit, &targets, Some(pool), reply);
            reply.reason = None;
        }
    }
}

/// Asks each of the pools for a number, all at the same time.
async fn from_pools<'a>(visit: &Visit<'_>, pools: BTreeSet<&'a PoolId>) -> BTreeMap<&'a PoolId, Result<Got, NoNumber>> {
    let asked = pools.into_iter().map(|pool| async move { (pool, from_pool(visit, pool).await) });
    join_all(asked).await.into_iter().collect()
}

/// Adds a target to those that get a number of the pool.
fn add<'a>(pools: &mut Vec<(&'a PoolId, Vec<E164>)>, pool: &'a PoolId, target: E164) {
    match pools.iter_mut().find(|(known, _)| *known == pool) {
        Some((_, targets)) => targets.push(target),
        None => pools.push((pool, vec![target])),
    }
}

/// A number for one or more targets.
struct Got {
    number: E164,
    kind: AssignedKind,
    lease: Option<String>,
    expires_in: u32,
}

impl Got {
    fn put(&self, visit: &Visit<'_>, targets: &[E164], pool: Option<&PoolId>, reply: &mut LeaseReply) {
        let site = visit.page.site();
        reply.expires_in = sooner(reply.expires_in, self.expires_in);
        reply.numbers.extend(targets.iter().map(|target| Assigned {
            lease: self.lease.clone(),
            pool: pool.cloned(),
            ..Assigned::of(site.texts_of(*target), site.texts_of(self.number), self.kind)
        }));
    }
}

async fn from_pool(visit: &Visit<'_>, pool: &PoolId) -> Result<Got, NoNumber> {
    let told = ask_configured(visit, pool).await.map_err(|problem| {
        worker::console_error!("a pool gave no number: {}", problem.for_log());
        NoNumber::Unavailable
    })?;
    match told {
        PoolResponse::Leased { lease, expires_in } => {
            let id = LeaseId { pool: pool.clone(), number: lease.number, since: lease.since };
            let lease_id = Some(id.to_string());
            Ok(Got { number: lease.number, kind: AssignedKind::Leased, lease: lease_id, expires_in })
        }
        PoolResponse::Overflow(number) => {
            Ok(Got { number, kind: AssignedKind::Overflow, lease: None, expires_in: SHARED_FOR })
        }
        PoolResponse::Exhausted => Err(NoNumber::PoolExhausted),
        _ => Err(NoNumber::Unavailable),
    }
}

/// Asks the pool; one that has not yet heard of the site's latest version is asked again, with that version.
async fn ask_configured(visit: &Visit<'_>, pool: &PoolId) -> Result<PoolResponse, Problem> {
    let env = visit.page.request().env();
    let name = ObjectName::pool(&visit.page.site().id, pool);
    let lease = |configuration| PoolRequest::Lease {
        version: visit.page.site().version,
        visitor: visit.visitor.clone(),
        session: visit.session.clone(),
        is_news: visit.is_news,
        context: visit.context(pool, now()),
        configuration,
    };
    let response = ask(env, &name, &lease(None), LEASE_WITHIN).await?;
    if !matches!(response, PoolResponse::ConfigurationNeeded) {
        return Ok(response);
    }
    let configuration = visit.page.site().pool_configuration(pool).map(Box::new);
    ask(env, &name, &lease(configuration), LEASE_WITHIN).await
}
