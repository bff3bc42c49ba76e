//! Carries the publication of a site, or its deletion, from step to step: for whoever asks for it, and from the cron for what broke off.

use core::time::Duration;

use dni_core::id::SiteId;
use dni_core::time::Millis;
use edge_core::keys::ObjectName;
use edge_core::site::{Closing, MAX_ENTRIES, PublishedSite, Step};
use worker::{D1Database, Delay, Env, console_error};

use crate::clock::now;
use crate::durable_objects::client::ask;
use crate::durable_objects::messages::{CallerHistoryRequest, PoolRequest};
use crate::http::problem::Problem;
use crate::random::random;
use crate::store::d1::publications::{self, Held, Progress};
use crate::store::d1::sites;
use crate::store::published;

/// How long nobody else may be at a publication: as long as the last write may still be on its way.
const HELD_FOR: Duration = Duration::from_mins(1);
/// How long entries are written in one step, while somebody waits for the answer.
const WRITES_FOR: Duration = Duration::from_secs(20);
/// How often, and with which breaks, somebody waits for whoever is at it.
const WAITS: (u32, Duration) = (20, Duration::from_millis(100));
/// Most steps at once: one, and another if the site was changed meanwhile.
const MAX_STEPS: u32 = 3;
/// How long an object may take to forget. Nobody waits but the owner.
const FORGET_WITHIN: Duration = Duration::from_secs(5);

/// Does the next steps of a site, with as many entries as a request may write, and tells how far it is then; `None` if it is done. A step that
/// fails is left to whoever comes next.
///
/// `known` is the site as it is to be published, if somebody has it at hand.
pub async fn carry_on(
    env: &Env,
    db: &D1Database,
    site: &SiteId,
    known: Option<PublishedSite>,
) -> Result<Option<Progress>, Problem> {
    let (mut known, mut most) = (known, usize::from(MAX_ENTRIES));
    for _ in 0..MAX_STEPS {
        match one_step(env, db, site, known.take(), most).await {
            Ok((progress, entries)) => {
                most -= entries.min(most);
                if progress.is_none() || most == 0 {
                    return Ok(progress);
                }
            }
            Err(problem) => {
                console_error!("the publication of {site} waits: {}", problem.for_log());
                break;
            }
        }
    }
    Ok(publications::progress(db, site).await?)
}

/// Holds the publication of a site, so that nothing is written to KV of it meanwhile; `None` if others are at it, or there is no such site.
pub async fn hold(db: &D1Database, site: &SiteId) -> Result<Option<Held>, Problem> {
    let held = held(site)?;
    let begun = now();
    Ok(publications::hold(db, &held, begun, begun.after(HELD_FOR)).await?.map(|_| held))
}

/// Takes up what waits, from the cron: in all as much as one request may.
pub async fn take_up(env: &Env) {
    if let Err(problem) = try_take_up(env).await {
        console_error!("publications could not be taken up: {}", problem.for_log());
    }
}

async fn try_take_up(env: &Env) -> Result<(), Problem> {
    let db = env.d1("DB")?;
    let mut most = usize::from(MAX_ENTRIES);
    for site in publications::waiting(&db, now()).await? {
        match one_step(env, &db, &site, None, most).await {
            Ok((_, entries)) => most -= entries.min(most),
            Err(problem) => console_error!("the publication of {site} waits: {}", problem.for_log()),
        }
        if most == 0 {
            break;
        }
    }
    Ok(())
}

fn held(site: &SiteId) -> Result<Held, Problem> {
    let holder = u64::from_le_bytes(random()?);
    Ok(Held { site: site.clone(), holder: format!("{holder:016x}") })
}

/// Does a step, and tells how far it is then and how many entries that took.
async fn one_step(
    env: &Env,
    db: &D1Database,
    site: &SiteId,
    known: Option<PublishedSite>,
    most: usize,
) -> Result<(Option<Progress>, usize), Problem> {
    let held = held(site)?;
    for _ in 0..WAITS.0 {
        let begun = now();
        if let Some(unfinished) = publications::hold(db, &held, begun, begun.after(HELD_FOR)).await? {
            let step = unfinished.step(most);
            let entries = step.entries();
            let done = do_step(env, db, &held, step, known, begun.after(WRITES_FOR)).await;
            // Of a step that failed nothing is noted, and whoever comes next does it again.
            let progress = publications::note(db, &held, done.as_ref().unwrap_or(&Step::default()), now()).await?;
            return done.map(|_| (progress, entries));
        }
        if publications::progress(db, site).await?.is_none() {
            return Ok((None, 0));
        }
        Delay::from(WAITS.1).await;
    }
    Ok((publications::progress(db, site).await?, most))
}

/// Does what a step says, in its order, and returns what of it was done.
async fn do_step(
    env: &Env,
    db: &D1Database,
    held: &Held,
    step: Step,
    known: Option<PublishedSite>,
    until: Millis,
) -> Result<Step, Problem> {
    if let Some(closing) = &step.closes {
        close(env, &held.site, closing).await?;
        publications::note_closed(db, held, closing).await?;
    }
    let asked = step.writes.len();
    let writes = published::write_numbers(env, &held.site, step.writes, until).await?;
    let is_whole = writes.len() == asked;
    let publishes = match step.publishes.filter(|_| is_whole) {
        Some(version) => publish(env, db, &held.site, version, known).await?,
        None => None,
    };
    let forgets = published::forget_numbers(env, step.forgets, until).await?;
    Ok(Step { closes: step.closes, writes, publishes, forgets })
}

/// Writes a version's snapshot, and returns the version; `None` if there is a newer one, whose numbers may be no numbers yet.
async fn publish(
    env: &Env,
    db: &D1Database,
    site: &SiteId,
    version: u32,
    known: Option<PublishedSite>,
) -> Result<Option<u32>, Problem> {
    let snapshot = if let Some(known) = known.filter(|known| known.version == version) {
        known
    } else {
        let stored = sites::one(db, site).await?;
        let Some(stored) = stored.filter(|stored| stored.version == version) else { return Ok(None) };
        let document = stored.read()?;
        PublishedSite::new(site.clone(), version, document)
    };
    published::write_site(env, snapshot).await?;
    Ok(Some(version))
}

/// Ends what a deleted site has: its pages get no numbers any more, and its visitors and callers are forgotten.
async fn close(env: &Env, site: &SiteId, closing: &Closing) -> Result<(), Problem> {
    published::forget_site(env, site).await?;
    for pool in &closing.pools {
        let close = PoolRequest::Close { version: closing.version };
        ask(env, &ObjectName::pool(site, pool), &close, FORGET_WITHIN).await?;
    }
    ask(env, &ObjectName::caller_history(site), &CallerHistoryRequest::ForgetAll, FORGET_WITHIN).await?;
    Ok(())
}
