//! Numbers in the REST API: how one that a site lists no longer becomes free for another.
//!
//! A number that was taken out of a site stays its own as long as a call to it may still belong to one of its visitors. Then
//! whichever site lists it gets it; and before that at a word.

use core::time::Duration;
use std::collections::BTreeMap;

use dni_core::id::{PoolId, SiteId};
use dni_core::phone::E164;
use edge_core::account::scope::Write;
use edge_core::audit::{Action, AuditEntry};
use edge_core::keys::ObjectName;
use edge_core::site::{PublishedSite, SiteDocument};
use worker::{D1Database, Env};

use super::answers::ReleasedNumber;
use crate::clock::now;
use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{PoolRequest, PoolResponse};
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::{Problem, broken_site};
use crate::http::response;
use crate::store::d1::{audit, sites};
use crate::store::published;

/// How long a pool may take. Nobody waits but the owner.
const GIVE_UP_WITHIN: Duration = Duration::from_secs(5);

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
        (status = 409, description = "Its site still lists the number"),
    ),
)]
pub async fn release(key: ApiKey<Write>, Path(number): Path<String>) -> Outcome {
    let number = E164::parse(&number)
        .map_err(|_| Problem::BadParameter("number", "a number with + and country code, such as +13125550142"))?;
    let (env, db) = (key.request().env(), key.db()?);
    let owner = sites::owner(&db, number).await?;
    let site = owner.filter(|site| key.principal().sees(site)).ok_or(Problem::UnknownNumber)?;
    let entry = AuditEntry::new(key.principal(), Action::NumberReleased, Some(site.as_str()), number.as_str());
    audit::write(&db, &entry, now()).await?;
    match Former::read(&db, site.clone()).await? {
        Some(former) if former.lists(number) => return Err(Problem::NumberListed(number, site)),
        Some(former) => former.give_up(env, &db, &[number], true).await?,
        // A site that was deleted by half.
        None => sites::delete(&db, &site, None, now()).await?,
    }
    published::forget_number(env, number).await?;
    Ok(response::json(200, &ReleasedNumber { number: number.to_string(), site: site.to_string() })?)
}

/// Takes the numbers that a site wants from those that list them no longer.
pub async fn take_over(env: &Env, db: &D1Database, id: &SiteId, wanted: &[E164]) -> Result<(), Problem> {
    let mut by_site: BTreeMap<SiteId, Vec<E164>> = BTreeMap::new();
    for owned in sites::numbers_of_others(db, id, wanted).await? {
        by_site.entry(owned.site).or_default().push(owned.number);
    }
    let mut owners = Vec::new();
    for (site, numbers) in by_site {
        let Some(former) = Former::read(db, site.clone()).await? else {
            sites::delete(db, &site, None, now()).await?;
            continue;
        };
        if let Some(listed) = numbers.iter().find(|number| former.lists(**number)) {
            return Err(Problem::NumberTaken(*listed));
        }
        owners.push((former, numbers));
    }
    for (former, numbers) in owners {
        former.give_up(env, db, &numbers, false).await?;
    }
    Ok(())
}

/// The site that a number belongs to so far.
struct Former(PublishedSite);

impl Former {
    async fn read(db: &D1Database, id: SiteId) -> Result<Option<Self>, Problem> {
        let Some(stored) = sites::one(db, &id).await? else { return Ok(None) };
        let document = SiteDocument::read_stored(&stored.document).ok_or_else(|| broken_site(&id))?;
        Ok(Some(Self(PublishedSite::new(id, stored.version, document))))
    }

    fn lists(&self, number: E164) -> bool {
        self.0.document.tracking_numbers().any(|listed| listed == number)
    }

    /// Lets the site's pools forget numbers, and takes them from it.
    async fn give_up(&self, env: &Env, db: &D1Database, numbers: &[E164], at_once: bool) -> Result<(), Problem> {
        let mut by_pool: BTreeMap<PoolId, Vec<E164>> = BTreeMap::new();
        for number in numbers {
            // A number that stood for a source, or that many shared, was nobody's.
            if let Some(pool) = published::pool_of_number(env, *number).await? {
                by_pool.entry(pool).or_default().push(*number);
            }
        }
        for (pool, numbers) in by_pool {
            self.ask_pool(env, &pool, numbers, at_once).await?;
        }
        let (id, version) = (&self.0.id, self.0.version);
        let is_free = sites::free(db, id, version, numbers).await?;
        if is_free {
            Ok(())
        } else {
            Err(numbers.first().map_or(Problem::UnknownNumber, |first| Problem::NumberTaken(*first)))
        }
    }

    async fn ask_pool(&self, env: &Env, pool: &PoolId, numbers: Vec<E164>, at_once: bool) -> Result<(), Problem> {
        let name = ObjectName::pool(&self.0.id, pool);
        if let Some(configuration) = self.0.pool_configuration(pool) {
            ask(env, &name, &PoolRequest::Configure(configuration), GIVE_UP_WITHIN).await?;
        }
        let request = PoolRequest::GiveUp { version: self.0.version, numbers, at_once };
        match ask(env, &name, &request, GIVE_UP_WITHIN).await? {
            PoolResponse::GivenUp => Ok(()),
            PoolResponse::StillCalled { number, until } => Err(Problem::NumberStillCalled(number, until)),
            _ => Err(another_answer("a pool")),
        }
    }
}
