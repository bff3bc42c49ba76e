//! Numbers in the REST API: what each is used for, and how one that a site lists no longer becomes free for another.
//!
//! A number that was taken out of a site stays its own as long as a call to it may still belong to one of its visitors. Then
//! whichever site lists it gets it; and before that at a word.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use dni_core::id::{PoolId, SiteId};
use dni_core::phone::E164;
use edge_core::account::principal::Principal;
use edge_core::account::scope::{Read, Write};
use edge_core::api::{NumberFilter, NumberPage, Query};
use edge_core::audit::{Action, AuditEntry};
use edge_core::keys::ObjectName;
use edge_core::site::{NumberRecord, OwnedNumber, PoolsOfNumbers, PublishedSite, Step, too_many_former};
use worker::{D1Database, Env};

use super::answers::ReleasedNumber;
use crate::clock::now;
use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{PoolRequest, PoolResponse};
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::publishing;
use crate::store::d1::publications::{self, Held};
use crate::store::d1::sites;
use crate::store::d1::{audit, numbers as d1_numbers};
use crate::store::published;

/// How long a pool may take. Nobody waits but the owner.
const GIVE_UP_WITHIN: Duration = Duration::from_secs(5);
/// Most sites that one request takes numbers from. Each is asked about with four queries of the 1,000 that a request may ask D1 (Cloudflare), and
/// has its pools asked.
const MAX_FORMER: usize = 100;

/// Lists the tracking numbers of the sites that one sees, with what each is used for.
#[utoipa::path(
    get,
    path = "/v1/numbers",
    operation_id = "list_numbers",
    tag = "numbers",
    params(
        ("site" = Option<String>, Query, description = "only numbers of this site"),
        ("use" = Option<String>, Query, description = "only numbers with this use: pool, overflow, source or unlisted"),
        ("limit" = Option<u32>, Query, description = "1 to 250, default 100"),
        ("cursor" = Option<String>, Query, description = "the next_cursor of the answer before"),
    ),
    responses((status = 200, description = "The numbers by their sites, and the cursor of the next page", body = NumberPage)),
)]
pub async fn list(key: ApiKey<Read>) -> Outcome {
    let filter = NumberFilter::parse(&Query::parse(key.request().query()), &key.principal().sites)?;
    let db = key.db()?;
    let sites = d1_numbers::sites(&db, &filter).await?;
    let owned = d1_numbers::owned(&db, &sites, &filter).await?;
    let mut documents = BTreeMap::new();
    for stored in d1_numbers::sites_of(&db, &owned).await? {
        documents.insert(stored.id.clone(), stored.read()?);
    }
    Ok(response::json(200, &filter.page(&sites, &owned, &documents))?)
}

/// Tells one tracking number with what it is used for.
#[utoipa::path(
    get,
    path = "/v1/numbers/{number}",
    operation_id = "get_number",
    tag = "numbers",
    params(("number" = String, Path, description = "the number: + and digits")),
    responses((status = 200, description = "The number", body = NumberRecord), (status = 404, description = "No site has the number")),
)]
pub async fn get(key: ApiKey<Read>, Path(number): Path<String>) -> Outcome {
    let (db, number) = (key.db()?, read(&number)?);
    let owned = owned(key.principal(), &db, number).await?;
    let stored = sites::one(&db, &owned.site).await?.ok_or(Problem::UnknownNumber)?;
    let record = NumberRecord::of_site(&stored.read()?, &[owned]).pop().ok_or(Problem::UnknownNumber)?;
    Ok(response::json(200, &record)?)
}

/// Finds a number with the site that owns it, if that is one that may be seen.
async fn owned(principal: &Principal, db: &D1Database, number: E164) -> Result<OwnedNumber, Problem> {
    let owned = sites::owner(db, number).await?;
    owned.filter(|owned| principal.sees(&owned.site)).ok_or(Problem::UnknownNumber)
}

fn read(number: &str) -> Result<E164, Problem> {
    let expected = "a number with + and country code, such as +13125550142";
    E164::parse(number).map_err(|_| Problem::BadParameter("number", expected))
}

/// Releases a number that its site lists no longer, for another site to list it.
///
/// Calls to it belong to no site until one does, and what the pool knew of its visitors is forgotten.
#[utoipa::path(
    post,
    path = "/v1/numbers/{number}/release",
    operation_id = "release_number",
    tag = "numbers",
    params(("number" = String, Path, description = "the number: + and digits")),
    responses(
        (status = 200, description = "The number, and the site that it belonged to", body = ReleasedNumber),
        (status = 404, description = "No site has the number"),
        (status = 409, description = "Its site still lists the number, or is being published"),
    ),
)]
pub async fn release(key: ApiKey<Write>, Path(number): Path<String>) -> Outcome {
    let number = read(&number)?;
    let (env, db) = (key.request().env(), key.db()?);
    let owned = owned(key.principal(), &db, number).await?;
    let site = owned.site.clone();
    let former = Former::read(&db, site.clone()).await?;
    if former.lists(number) {
        return Err(Problem::NumberListed(number, site));
    }
    former.require_rest(&db).await?;
    let held = publishing::hold(&db, &site).await?.ok_or_else(|| Problem::StillPublishing(site.clone()))?;
    let entry = AuditEntry::new(key.principal(), Action::NumberReleased, Some(site.as_str()), number.as_str());
    let released = former.release(env, &db, &owned, &held, &entry).await;
    publications::note(&db, &held, &Step::default(), now()).await?;
    released?;
    Ok(response::json(200, &ReleasedNumber { number: number.to_string(), site: site.to_string() })?)
}

/// Takes the numbers that a site wants from those that list them no longer.
pub async fn take_over(env: &Env, db: &D1Database, id: &SiteId, wanted: &PoolsOfNumbers) -> Result<(), Problem> {
    let mut by_site: BTreeMap<SiteId, Vec<OwnedNumber>> = BTreeMap::new();
    for owned in sites::numbers_of_others(db, id, wanted.keys()).await? {
        by_site.entry(owned.site.clone()).or_default().push(owned);
    }
    if by_site.len() > MAX_FORMER {
        return Err(Problem::BadSite(vec![too_many_former(MAX_FORMER)]));
    }
    let mut formers = Vec::new();
    for (site, numbers) in by_site {
        let former = Former::read(db, site).await?;
        if let Some(listed) = numbers.iter().find(|owned| former.lists(owned.number)) {
            return Err(Problem::NumberTaken(listed.number));
        }
        former.require_rest(db).await?;
        formers.push((former, numbers));
    }
    for (former, numbers) in formers {
        former.forget_in_pools(env, &numbers, false).await?;
        former.free(db, &numbers, None).await?;
    }
    Ok(())
}

/// The site that numbers belong to so far.
struct Former {
    id: SiteId,
    /// As it is; `None` if it was deleted, and its numbers are about to be nobody's.
    site: Option<PublishedSite>,
    listed: BTreeSet<E164>,
}

impl Former {
    async fn read(db: &D1Database, id: SiteId) -> Result<Self, Problem> {
        let Some(stored) = sites::one(db, &id).await? else {
            return Ok(Self { id, site: None, listed: BTreeSet::new() });
        };
        let document = stored.read()?;
        let listed = document.tracking_numbers().collect();
        Ok(Self { site: Some(PublishedSite::new(id.clone(), stored.version, document)), id, listed })
    }

    fn lists(&self, number: E164) -> bool {
        self.listed.contains(&number)
    }

    /// Refuses while the site is being published: its pools must not hear of a version whose numbers are no numbers yet.
    async fn require_rest(&self, db: &D1Database) -> Result<(), Problem> {
        if publications::is_at_rest(db, &self.id, now()).await? {
            Ok(())
        } else {
            Err(Problem::StillPublishing(self.id.clone()))
        }
    }

    /// Gives up a number at a word, while nobody else is at the site's publication.
    async fn release(
        &self,
        env: &Env,
        db: &D1Database,
        owned: &OwnedNumber,
        held: &Held,
        entry: &AuditEntry,
    ) -> Result<(), Problem> {
        audit::write(db, entry, now()).await?;
        let numbers = core::slice::from_ref(owned);
        self.forget_in_pools(env, numbers, true).await?;
        publications::note_unwritten(db, owned.number).await?;
        published::forget_number(env, owned.number).await?;
        self.free(db, numbers, Some(&held.holder)).await
    }

    /// Lets the site's pools forget numbers. One that stood for a source was nobody's, and a site that was deleted has no pools.
    async fn forget_in_pools(&self, env: &Env, numbers: &[OwnedNumber], at_once: bool) -> Result<(), Problem> {
        let Some(site) = &self.site else { return Ok(()) };
        let mut by_pool: BTreeMap<&PoolId, Vec<E164>> = BTreeMap::new();
        for owned in numbers {
            if let Some(pool) = &owned.pool {
                by_pool.entry(pool).or_default().push(owned.number);
            }
        }
        for (pool, numbers) in by_pool {
            ask_pool(env, site, pool, numbers, at_once).await?;
        }
        Ok(())
    }

    /// Takes numbers from the site, if it is still as it was read.
    async fn free(&self, db: &D1Database, numbers: &[OwnedNumber], holder: Option<&str>) -> Result<(), Problem> {
        let version = self.site.as_ref().map(|site| site.version);
        let numbers: Vec<_> = numbers.iter().map(|owned| owned.number).collect();
        let is_free = sites::free(db, &self.id, version, &numbers, holder, now()).await?;
        if is_free { Ok(()) } else { Err(Problem::StillPublishing(self.id.clone())) }
    }
}

async fn ask_pool(
    env: &Env,
    site: &PublishedSite,
    pool: &PoolId,
    numbers: Vec<E164>,
    at_once: bool,
) -> Result<(), Problem> {
    let name = ObjectName::pool(&site.id, pool);
    if let Some(configuration) = site.pool_configuration(pool) {
        ask(env, &name, &PoolRequest::Configure(configuration), GIVE_UP_WITHIN).await?;
    }
    let request = PoolRequest::GiveUp { version: site.version, numbers, at_once };
    match ask(env, &name, &request, GIVE_UP_WITHIN).await? {
        PoolResponse::GivenUp => Ok(()),
        PoolResponse::StillCalled { number, until } => Err(Problem::NumberStillCalled(number, until)),
        _ => Err(another_answer("a pool")),
    }
}
