//! The published configuration: one snapshot per site in KV, kept in memory for a few seconds.

use core::time::Duration;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use call_router::event::{CallEvent, Caller};
use call_router::risk::Listed;
use dni_core::id::SiteId;
use dni_core::phone::{E164, Region};
use dni_core::time::Millis;
use edge_core::keys::KvKey;
use edge_core::site::{DialledNumber, NumberOwner, PoolsOfNumbers, PublishedSite, ReadStored};
use futures_util::future::{join_all, try_join_all};
use serde::Serialize;
use worker::{Env, KvError, KvStore, console_error};

use crate::clock::now;
use crate::http::problem::{Problem, broken_site};

/// How long a snapshot is used without looking again. KV itself takes up to a minute to show a change everywhere.
const FRESH: Duration = Duration::from_secs(10);
/// Most snapshots kept in memory, and most tracking numbers of all of them: about 20 MB.
const MAX_KEPT: (usize, usize) = (100, 200_000);
/// Entries written at once: as many connections as a request may have open (Cloudflare).
const AT_ONCE: usize = 6;

/// Most countries that a number is looked for in, while a caller waits.
const MAX_COUNTRIES: u64 = 16;

thread_local! {
    static COUNTRIES: RefCell<Option<(Vec<Region>, Millis)>> = const { RefCell::new(None) };
    static KEPT: RefCell<BTreeMap<SiteId, Kept>> = const { RefCell::new(BTreeMap::new()) };
}

struct Kept {
    site: Rc<PublishedSite>,
    read_at: Millis,
}

/// Returns a site. If KV fails, the last snapshot seen serves on, however old.
pub async fn of_site(env: &Env, id: &SiteId) -> Result<Rc<PublishedSite>, Problem> {
    let kept = KEPT.with_borrow(|kept| kept.get(id).map(|kept| (kept.site.clone(), kept.read_at)));
    if let Some((site, _)) = kept.as_ref().filter(|(_, read_at)| now().since(*read_at) < FRESH) {
        return Ok(site.clone());
    }
    let problem = match store(env)?.get(KvKey::site(id).as_str()).text().await {
        Ok(Some(text)) => match PublishedSite::read_stored(&text) {
            Some(read) => return Ok(keep(known_of(read))),
            None => broken_site(id),
        },
        Ok(None) => return Err(Problem::UnknownSite),
        Err(error) => Problem::unavailable(error),
    };
    kept.map(|(site, _)| site).ok_or(problem)
}

/// Tells the log what a site says that this version of the worker does not know.
fn known_of(read: ReadStored<PublishedSite>) -> PublishedSite {
    if let [first, ..] = read.left_out.as_slice() {
        console_error!("the site {} says what is not known here and is left out: {first} and more", read.value.id);
    }
    read.value
}

/// Returns what is known of a tracking number; `None` if no site has, or had, it.
pub async fn of_number(env: &Env, number: E164) -> Result<Option<DialledNumber>, Problem> {
    let Some(owner) =
        store(env)?.get(KvKey::number(number).as_str()).json::<NumberOwner>().await.map_err(Problem::unavailable)?
    else {
        return Ok(None);
    };
    let site = of_site(env, &owner.site).await?;
    Ok(Some(DialledNumber::new(&site, number, owner.pool)))
}

/// Returns what is known of the number that a webhook's call was dialled by; `None` if no site has, or had, it.
///
/// A carrier may have written it as people of its country dial it: then it is looked for in each country that a site has numbers
/// in.
pub async fn of_event(env: &Env, event: &CallEvent) -> Result<Option<DialledNumber>, Problem> {
    let known = match event.number {
        Some(number) => of_number(env, number).await?,
        None => None,
    };
    if known.is_some() || event.dialled.is_none() {
        return Ok(known);
    }
    // At once: a phone is ringing.
    let numbers = countries(env).await?.into_iter().filter_map(|region| event.dialled_in(region));
    let known = join_all(numbers.map(|number| of_number(env, number))).await;
    known.into_iter().find_map(Result::transpose).transpose()
}

/// Returns the countries that any site has numbers in.
async fn countries(env: &Env) -> Result<Vec<Region>, Problem> {
    let kept = COUNTRIES.with_borrow(Clone::clone);
    if let Some((countries, _)) = kept.filter(|(_, read_at)| now().since(*read_at) < FRESH) {
        return Ok(countries);
    }
    let listing = store(env)?.list().prefix(KvKey::countries().to_string()).limit(MAX_COUNTRIES).execute().await;
    let keys = listing.map_err(Problem::unavailable)?.keys;
    let countries: Vec<_> = keys.iter().filter_map(|key| KvKey::country_of(&key.name)).collect();
    COUNTRIES.set(Some((countries.clone(), now())));
    Ok(countries)
}

/// Says where a site lists a caller, by what they show or by their name; `None` if it does not, or cannot be asked.
pub async fn listed(env: &Env, id: &SiteId, caller: &Caller, name: Option<&str>) -> Option<Listed> {
    of_site(env, id).await.ok()?.document.screening.listed(caller, name)
}

/// Writes whose some numbers are, and returns those that were written in time: none is begun after `until`.
///
/// A number that is no longer listed keeps its entry until another site takes it or it is released: calls to it still come, and
/// still find their visitors.
pub async fn write_numbers(
    env: &Env,
    site: &SiteId,
    numbers: PoolsOfNumbers,
    until: Millis,
) -> Result<PoolsOfNumbers, Problem> {
    let store = store(env)?;
    let mut left: Vec<_> = numbers.into_iter().collect();
    let mut written = PoolsOfNumbers::new();
    while !left.is_empty() && now() < until {
        let batch: Vec<_> = left.drain(..left.len().min(AT_ONCE)).collect();
        try_join_all(batch.iter().map(async |(number, pool)| {
            let owner = NumberOwner { site: site.clone(), pool: pool.clone() };
            write(&store, &KvKey::number(*number), &owner).await
        }))
        .await?;
        written.extend(batch);
    }
    Ok(written)
}

/// Publishes a site whose numbers are written: from then on its pages get them.
pub async fn write_site(env: &Env, site: PublishedSite) -> Result<(), Problem> {
    let store = store(env)?;
    for country in site.countries() {
        write(&store, &KvKey::country(country), &()).await?;
    }
    COUNTRIES.take();
    write(&store, &KvKey::site(&site.id), &site).await?;
    keep(site);
    Ok(())
}

/// Forgets whose some numbers are, and returns those that were forgotten in time: calls to them belong to no site then.
pub async fn forget_numbers(env: &Env, numbers: Vec<E164>, until: Millis) -> Result<Vec<E164>, Problem> {
    let mut forgotten = Vec::new();
    for batch in numbers.chunks(AT_ONCE).take_while(|_| now() < until) {
        try_join_all(batch.iter().map(|number| forget_number(env, *number))).await?;
        forgotten.extend_from_slice(batch);
    }
    Ok(forgotten)
}

/// Forgets whose a number is: calls to it belong to no site then.
pub async fn forget_number(env: &Env, number: E164) -> Result<(), Problem> {
    store(env)?.delete(KvKey::number(number).as_str()).await.map_err(Problem::unavailable)
}

/// Takes a site back: its pages get no numbers any more.
pub async fn forget_site(env: &Env, id: &SiteId) -> Result<(), Problem> {
    store(env)?.delete(KvKey::site(id).as_str()).await.map_err(Problem::unavailable)?;
    KEPT.with_borrow_mut(|kept| kept.remove(id));
    Ok(())
}

async fn write<T: Serialize>(store: &KvStore, key: &KvKey, value: &T) -> Result<(), Problem> {
    let text = serde_json::to_string(value).map_err(Problem::unavailable)?;
    let put = async { store.put(key.as_str(), text)?.execute().await };
    put.await.map_err(|error: KvError| Problem::unavailable(error))
}

fn keep(site: PublishedSite) -> Rc<PublishedSite> {
    let site = Rc::new(site);
    KEPT.with_borrow_mut(|kept| {
        let numbers: usize = kept.values().map(|kept| kept.site.document.tracking_numbers().count()).sum();
        if kept.len() >= MAX_KEPT.0 || numbers >= MAX_KEPT.1 {
            kept.clear();
        }
        kept.insert(site.id.clone(), Kept { site: site.clone(), read_at: now() });
    });
    site
}

fn store(env: &Env) -> Result<KvStore, Problem> {
    env.kv("CONFIG").map_err(Problem::from)
}
