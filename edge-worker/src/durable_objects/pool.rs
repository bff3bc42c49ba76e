//! The pool's object: the one thread that leases a pool's numbers.

use core::time::Duration;
use std::collections::BTreeMap;

use dni_core::id::{LeaseId, VisitorId};
use dni_core::phone::E164;
use dni_core::pii::Pii;
use dni_core::pool::{Attribution, Evidence, Granted, LeaseContext, Pool, Renewed, UnattributedReason};
use dni_core::time::Millis;
use dni_core::wire::Signal;
use edge_core::call::visit::{PoolVisit, VisitorSession};
use edge_core::report::{LOOKS_BACK, PoolUse};
use edge_core::site::{PoolConfiguration, PoolSite};
use worker::{
    D1Database, DurableObject, Env, Request, Response, Result, SqlStorage, State, console_error, durable_object,
};

use super::caller_keys::CallerKeys;
use super::messages::{PoolRequest, PoolResponse};
use super::opened::{Answering, NEXT_STEP, Object, Opened};
use super::pool_visitors::count_step;
use super::stranger::stranger;
use crate::clock::now;
use crate::store::d1::visitor_counts;
use crate::store::object::leases::LeaseStore;
use crate::store::object::visitor_days::{UnsentDay, Upkeep, VisitorStore};

/// How long a new lease waits at most until its visitor is counted.
const COUNT_WITHIN: Duration = Duration::from_hours(1);
/// How old a lease is when its visitor is counted: an object that goes on elsewhere may find another clock there.
const SETTLED: Duration = Duration::from_mins(1);
/// When the housekeeping is tried again that failed.
const TRY_AGAIN_AFTER: Duration = Duration::from_mins(10);
/// Most steps of counting before leases are deleted at once, while somebody waits. Other leases have been counted before.
const STEPS_AT_ONCE: usize = 10;

/// The object.
#[durable_object(alarm)]
pub struct PoolObject {
    object: Object<Open>,
    env: Env,
}

/// The store and what of it is in memory. Both change together, with no wait between.
struct Open {
    store: LeaseStore,
    configured: Option<Configured>,
    keys: CallerKeys,
    sql: SqlStorage,
    /// Whether there may be visitors who are not counted.
    has_uncounted: bool,
}

/// What an asking visitor told, and what else is known of them.
struct LeaseRequest {
    session: VisitorSession,
    is_news: bool,
    context: LeaseContext,
}

struct Configured {
    configuration: PoolConfiguration,
    numbers: Pool,
}

impl DurableObject for PoolObject {
    fn new(state: State, env: Env) -> Self {
        Self { object: Object::new(state), env }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        self.object.answer(request).await
    }

    async fn alarm(&self) -> Result<Response> {
        // An error here would make the platform try again by its own, shorter patience, and then give up.
        let next = self.keep_house().await.unwrap_or_else(|error| {
            console_error!("a pool's housekeeping failed and is tried again: {error}");
            Some(TRY_AGAIN_AFTER)
        });
        self.object.wake_after(next).await?;
        Response::empty()
    }
}

impl PoolObject {
    /// Counts visitors, forgets what is too old, and sends one day's visitors to D1, and says after what time there is more to do;
    /// `None` if there is nothing before somebody asks.
    async fn keep_house(&self) -> Result<Option<Duration>> {
        let at = now();
        if self.object.with(|open| open.count_visitors(at.before(SETTLED), 1))? {
            return Ok(Some(NEXT_STEP));
        }
        self.object.with(|open| open.forget(at))?;
        if let Some((site, unsent)) = self.object.with(|open| open.unsent())? {
            visitor_counts::write(&self.database()?, &site.id, &site.pool, unsent.day, &unsent.document).await?;
            self.object.with(|open| open.visitors()?.sent(&unsent))?;
        }
        self.object.with(Open::next_housekeeping)
    }

    fn database(&self) -> Result<D1Database> {
        self.env.d1("DB")
    }
}

impl Opened for Open {
    fn open(sql: SqlStorage) -> Result<Self> {
        let (store, keys) = (LeaseStore::open(sql.clone())?, CallerKeys::new(sql.clone()));
        let configured = store.configuration()?.map(|configuration| Configured::restore(configuration, &store));
        Ok(Self { configured: configured.transpose()?, store, keys, sql, has_uncounted: false })
    }
}

impl Configured {
    /// Makes a pool of its configuration and the rows that the store has.
    fn restore(configuration: PoolConfiguration, store: &LeaseStore) -> Result<Self> {
        let (leases, callers) = (store.latest_leases()?, store.latest_callers()?);
        let PoolConfiguration { rules, numbers, .. } = &configuration;
        let numbers = Pool::restore(*rules, numbers, configuration.overflows(), leases, callers);
        Ok(Self { configuration, numbers })
    }
}

impl Answering for Open {
    type Request = PoolRequest;
    type Response = PoolResponse;
    const FORGET_EVERY: Duration = Duration::from_hours(24);

    fn wakes_within(&self) -> Duration {
        if self.has_uncounted { COUNT_WITHIN } else { Self::FORGET_EVERY }
    }

    fn answer(&mut self, request: PoolRequest, now: Millis) -> Result<PoolResponse> {
        match request {
            PoolRequest::Configure(configuration) => self.configure(configuration),
            PoolRequest::Lease { version, visitor, session, is_news, context, configuration } => {
                if let Some(configuration) = configuration {
                    self.configure(*configuration)?;
                } else if self.lacks_site() {
                    return Ok(PoolResponse::ConfigurationNeeded);
                }
                self.lease(version, &visitor, &LeaseRequest { session, is_news, context }, now)
            }
            PoolRequest::Beat { leases, visitor, signal } => {
                let beaten = leases.iter().map(|lease| self.beat(lease, &visitor, signal, now));
                Ok(PoolResponse::Beaten(beaten.collect::<Result<_>>()?))
            }
            PoolRequest::GiveUp { version, numbers, at_once } => self.give_up(version, &numbers, at_once, now),
            PoolRequest::Close { version } => self.close(version, now),
            PoolRequest::ForgetPerson { visitors, caller } => self.forget_person(&visitors, caller.as_ref()),
            PoolRequest::Use => Ok(PoolResponse::Used(self.how_it_is_used(now)?)),
            PoolRequest::Resolve { number, at, caller } => self.resolve(number, at, caller.as_ref()),
        }
    }

    /// Forgets leases that no call can belong to any more, and callers who have been silent for long: once a day, as it looks at all.
    fn forget(&mut self, now: Millis) -> Result<bool> {
        let Some(configured) = &self.configured else { return Ok(false) };
        let (rules, visitors) = (&configured.configuration.rules, self.visitors()?);
        let upkeep = visitors.upkeep()?;
        if now.since(upkeep.forgotten_at) >= Self::FORGET_EVERY {
            self.store.forget_callers(now.before(rules.remember_callers))?;
            self.store.forget(now.before(rules.look_back + rules.cooldown))?;
            visitors.write_upkeep(Upkeep { forgotten_at: now, ..upkeep })?;
        }
        Ok(false)
    }
}

impl Open {
    /// Forgets people. A number that one of them holds stays held, by a stranger: a call to it is still nobody else's.
    fn forget_person(&mut self, visitors: &[VisitorId], caller: Option<&Pii<E164>>) -> Result<PoolResponse> {
        let stranger = stranger()?;
        let mut visits = 0;
        for visitor in visitors {
            visits += self.store.put_stranger(visitor, &stranger)?;
        }
        let key = caller.map(|caller| self.keys.key_of(caller)).transpose()?;
        let callers = key.map_or(Ok(0), |key| self.store.forget_caller(key))?;
        if visits + callers > 0
            && let Some(configured) = self.configured.take()
        {
            self.configured = Some(Configured::restore(configured.configuration, &self.store)?);
        }
        Ok(PoolResponse::PersonForgotten { visits, callers })
    }

    fn lacks_site(&self) -> bool {
        self.configured.as_ref().is_none_or(|configured| configured.configuration.site.is_none())
    }

    fn configure(&mut self, configuration: PoolConfiguration) -> Result<PoolResponse> {
        let known = self.configured.as_ref().map(|configured| &configured.configuration);
        // What a version stored that counted no visitors lacks the site.
        let is_newer = |known: &PoolConfiguration| {
            known.version < configuration.version
                || (known.version == configuration.version && known.site.is_none() && configuration.site.is_some())
        };
        if known.is_none_or(is_newer) {
            self.store.write_configuration(&configuration)?;
            let PoolConfiguration { rules, numbers, .. } = &configuration;
            if let Some(configured) = &mut self.configured {
                configured.numbers.configure(*rules, numbers, configuration.overflows());
                configured.configuration = configuration;
            } else {
                let numbers = Pool::new(*rules, numbers, configuration.overflows());
                self.configured = Some(Configured { configuration, numbers });
            }
        }
        Ok(PoolResponse::Configured)
    }

    fn lease(
        &mut self,
        version: u32,
        visitor: &VisitorId,
        request: &LeaseRequest,
        now: Millis,
    ) -> Result<PoolResponse> {
        let Some(configured) = self.configured.as_mut().filter(|known| known.configuration.version >= version) else {
            return Ok(PoolResponse::ConfigurationNeeded);
        };
        Ok(match configured.numbers.lease(visitor, &request.context, now) {
            Granted::Leased { lease, changed } => {
                if changed || request.is_news {
                    self.store.write(&lease, Some(&serde_json::to_string(&request.session)?))?;
                }
                self.has_uncounted |= changed;
                PoolResponse::Leased { expires_in: seconds(lease.until.since(now)), lease }
            }
            Granted::Overflow(number) => PoolResponse::Overflow(number),
            Granted::Exhausted => PoolResponse::Exhausted,
        })
    }

    /// Returns how long the lease's number may be shown without another sign of life, `None` if the lease is over.
    fn beat(&mut self, lease: &LeaseId, visitor: &VisitorId, signal: Signal, now: Millis) -> Result<Option<u32>> {
        let Some(configured) = &mut self.configured else { return Ok(None) };
        let act = match signal {
            Signal::Visible | Signal::Hidden => Pool::sign_of_life,
            Signal::Intent => Pool::intent,
            Signal::Release => Pool::release,
        };
        Ok(match act(&mut configured.numbers, lease.number, lease.since, visitor, now) {
            Renewed::Held { lease, changed } => {
                if changed {
                    self.store.write(&lease, None)?;
                }
                Some(seconds(lease.until.since(now)))
            }
            Renewed::Gone => None,
        })
    }

    /// Forgets numbers, unless a call to one of them may still belong to somebody. From then on the pool counts as knowing the
    /// version without them, so that nobody who still has an older one can bring them back.
    fn give_up(&mut self, version: u32, given_up: &[E164], at_once: bool, now: Millis) -> Result<PoolResponse> {
        let Some(configured) = &self.configured else { return Ok(PoolResponse::GivenUp) };
        let until = |number: &E164| configured.numbers.belongs_until(*number).filter(|until| *until >= now);
        let called = given_up.iter().find_map(|number| until(number).map(|until| (*number, until)));
        if let Some((number, until)) = called.filter(|_| !at_once) {
            return Ok(PoolResponse::StillCalled { number, until });
        }
        let configuration = configured.configuration.without(version, given_up);
        self.count_visitors(now, STEPS_AT_ONCE)?;
        self.has_uncounted = true;
        self.store.write_configuration(&configuration)?;
        for number in given_up {
            self.store.forget_number(*number)?;
        }
        self.configured = Some(Configured::restore(configuration, &self.store)?);
        Ok(PoolResponse::GivenUp)
    }

    /// Forgets all leases and callers, and leases nothing until the site has a newer version.
    fn close(&mut self, version: u32, now: Millis) -> Result<PoolResponse> {
        let Some(configured) = &self.configured else { return Ok(PoolResponse::GivenUp) };
        let all: Vec<E164> = configured.configuration.all_numbers().collect();
        let configuration = configured.configuration.without(version, &all);
        self.count_visitors(now, STEPS_AT_ONCE)?;
        self.has_uncounted = true;
        self.store.write_configuration(&configuration)?;
        self.store.forget_everything()?;
        self.configured = Some(Configured::restore(configuration, &self.store)?);
        Ok(PoolResponse::GivenUp)
    }

    fn resolve(&mut self, number: E164, at: Millis, caller: Option<&Pii<E164>>) -> Result<PoolResponse> {
        let caller = caller.map(|caller| self.keys.key_of(caller)).transpose()?;
        let resolved = self.configured.as_ref().map(|configured| configured.numbers.resolve(number, at, caller));
        if let (Some(configured), Some(caller)) = (&mut self.configured, caller)
            && let Some(known) = configured.numbers.note_call(number, at, caller)
        {
            self.store.write_caller(&known)?;
        }
        // Whoever asks has the number from the published configuration, which may be newer than ours: a number that is unknown
        // here was never leased.
        let attribution = match resolved {
            None | Some(Attribution::Unattributed { reason: UnattributedReason::UnknownNumber }) => {
                Attribution::Unattributed { reason: UnattributedReason::NeverLeased }
            }
            Some(known) => known,
        };
        let visits = match &attribution {
            Attribution::Attributed { evidence, .. } => vec![self.visit(evidence)?],
            Attribution::Ambiguous { candidates } => {
                candidates.iter().map(|one| self.visit(&one.evidence)).collect::<Result<_>>()?
            }
            Attribution::Unattributed { .. } => Vec::new(),
        };
        Ok(PoolResponse::Resolved { attribution, visits })
    }

    /// Counts visitors whose leases began before `until`, in a number of steps, and says whether there may be more of them.
    fn count_visitors(&self, until: Millis, steps: usize) -> Result<bool> {
        let Some(site) = self.configured.as_ref().and_then(|configured| configured.configuration.site.as_ref()) else {
            return Ok(false);
        };
        let visitors = self.visitors()?;
        for _ in 0..steps {
            if !count_step(&self.store, &visitors, site, until)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn visitors(&self) -> Result<VisitorStore> {
        VisitorStore::open(self.sql.clone())
    }

    /// Returns a day that D1 has not got, and whose it is.
    fn unsent(&self) -> Result<Option<(PoolSite, UnsentDay)>> {
        let site = self.configured.as_ref().and_then(|configured| configured.configuration.site.clone());
        Ok(site.zip(self.visitors()?.unsent()?))
    }

    /// Says after what time there is something to do, if nobody asks before.
    fn next_housekeeping(&mut self) -> Result<Option<Duration>> {
        let visitors = self.visitors()?;
        if !self.lacks_site() && visitors.unsent()?.is_some() {
            return Ok(Some(NEXT_STEP));
        }
        self.has_uncounted = self.store.first_since(visitors.upkeep()?.counted_until)?.is_some() && !self.lacks_site();
        Ok(if self.has_uncounted {
            Some(COUNT_WITHIN)
        } else if self.store.has_any()? {
            Some(Self::FORGET_EVERY)
        } else {
            None
        })
    }

    /// Counts how the pool is used, out of the rows that stand there anyway.
    fn how_it_is_used(&self, now: Millis) -> Result<Option<PoolUse>> {
        let Some(Configured { configuration, .. }) = &self.configured else { return Ok(None) };
        let PoolConfiguration { rules, numbers, .. } = configuration;
        let from = now.before(LOOKS_BACK);
        let counted = self.store.counted_since(from)?;
        let ends: BTreeMap<E164, Millis> =
            self.store.last_ends()?.into_iter().map(|end| (end.number, end.until)).collect();
        let known: Vec<Option<Millis>> = numbers.iter().map(|number| ends.get(number).copied()).collect();
        let count = |wanted: &dyn Fn(Millis) -> bool| known.iter().flatten().filter(|until| wanted(**until)).count();
        let leased = count(&|until| until > now);
        let resting = count(&|until| until <= now && now < until.after(rules.cooldown));
        let never = known.iter().any(Option::is_none);
        let oldest = known.iter().flatten().min().filter(|_| !never);
        Ok(Some(PoolUse {
            rules: *rules,
            numbers: to_count(numbers.len()),
            leased: to_count(leased),
            resting: to_count(resting),
            leases: counted.leases,
            span_ms: counted.first.map_or(0, |first| to_ms(now.since(first))),
            by_hour: self.store.by_hour_since(from)?,
            most_at_once: self.store.most_at_once_since(from, rules.cooldown)?,
            mean_lease_ms: counted.mean_ms,
            longest_wait_ms: oldest.map(|until| to_ms(now.since(*until))),
        }))
    }

    fn visit(&self, evidence: &Evidence) -> Result<PoolVisit> {
        let stored = self.store.session(evidence.number, evidence.leased_at)?;
        // A session that cannot be read costs the touches, never the attribution itself.
        let session = stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Ok(PoolVisit { visitor: evidence.visitor.clone(), session })
    }
}

fn seconds(span: Duration) -> u32 {
    u32::try_from(span.as_secs()).unwrap_or(u32::MAX)
}

fn to_count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn to_ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
