//! The pool's object: the one thread that leases a pool's numbers.

use core::time::Duration;
use std::cell::RefCell;

use dni_core::id::{LeaseId, VisitorId};
use dni_core::phone::E164;
use dni_core::pii::Pii;
use dni_core::pool::{Attribution, Evidence, Granted, Lease, Pool as Numbers, Renewed, Unattributed, Wish};
use dni_core::time::Millis;
use dni_core::visit::{History, PageUrl};
use dni_core::wire::Signal;
use serde::{Deserialize, Serialize};
use worker::{DurableObject, Env, Request, Response, Result, SqlStorage, State, durable_object};

use super::caller_keys::CallerKeys;
use super::{read, told};
use crate::clock::now;
use crate::store::object::leases::{LeaseStore, PoolConfiguration};

/// How often leases that no call can belong to any more are deleted.
const FORGET_EVERY: Duration = Duration::from_hours(24);

/// What a pool is asked.
#[derive(Debug, Serialize, Deserialize)]
pub enum AskPool {
    /// Take this configuration, if it is newer than yours.
    Configure(PoolConfiguration),
    /// Give the visitor a number.
    Lease {
        /// The configuration's version that the asker knows.
        version: u32,
        /// Who asks.
        visitor: VisitorId,
        /// What he told of his visit.
        session: Session,
        /// Whether that is news, so that it must be kept even if the lease itself stays as it is.
        is_news: bool,
        /// What else the pool should know of him.
        #[serde(default)]
        wish: Wish,
    },
    /// A sign of life.
    Beat {
        /// For which lease.
        lease: LeaseId,
        /// Whose.
        visitor: VisitorId,
        /// What happened.
        signal: Signal,
    },
    /// Whom does a call belong to?
    Resolve {
        /// The number dialled.
        number: E164,
        /// When.
        at: Millis,
        /// Who called, if he showed his number.
        #[serde(default)]
        caller: Option<Pii<E164>>,
    },
}

/// What a visitor told of his visit: kept with his lease, and part of the call's record once he calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// His touches, by our clock.
    pub history: History,
    /// The page he was last seen on.
    pub page: PageUrl,
}

/// What a pool answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToldPool {
    /// The configuration is taken.
    Configured,
    /// The asker knows a newer configuration: send it first, then ask again.
    ConfigurationNeeded,
    /// The visitor's lease.
    Leased {
        /// The lease.
        lease: Lease,
        /// How long the number may be shown without another sign of life, in seconds.
        expires_in: u32,
    },
    /// The number all visitors share who get none of their own.
    Overflow(E164),
    /// There is no number.
    Exhausted,
    /// The lease lives on.
    Held {
        /// How long the number may be shown without another sign of life, in seconds.
        expires_in: u32,
    },
    /// The visitor does not hold the number any more.
    Gone,
    /// Whom the call belongs to.
    Resolved {
        /// The answer.
        attribution: Attribution,
        /// What the visitors told of their visits: of the one, or of each candidate in turn.
        visits: Vec<PoolVisit>,
    },
}

/// A visit that a call may belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolVisit {
    /// Who.
    pub visitor: VisitorId,
    /// What he told.
    pub session: Session,
}

/// The object.
#[durable_object(alarm)]
pub struct Pool {
    state: State,
    /// Empty until the first configuration, and after a restart until it was read again.
    open: RefCell<Option<Open>>,
}

/// The store and what of it is in memory. Both change together, with no wait between.
struct Open {
    store: LeaseStore,
    configured: Option<Configured>,
    keys: CallerKeys,
}

/// What an asking visitor told, and what else is known of him.
struct Visit {
    session: Session,
    is_news: bool,
    wish: Wish,
}

struct Configured {
    configuration: PoolConfiguration,
    numbers: Numbers,
}

impl DurableObject for Pool {
    fn new(state: State, _env: Env) -> Self {
        Self { state, open: RefCell::new(None) }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let ask = read(request).await?;
        if matches!(ask, AskPool::Configure(_)) && self.state.storage().get_alarm().await?.is_none() {
            self.state.storage().set_alarm(FORGET_EVERY).await?;
        }
        told(&self.with_open(|open| open.answer(ask, now()))?)
    }

    async fn alarm(&self) -> Result<Response> {
        self.with_open(|open| open.forget(now()))?;
        self.state.storage().set_alarm(FORGET_EVERY).await?;
        Response::empty()
    }
}

impl Pool {
    fn with_open<T>(&self, act: impl FnOnce(&mut Open) -> Result<T>) -> Result<T> {
        let mut open = self.open.borrow_mut();
        let opened = match open.as_mut() {
            Some(opened) => opened,
            None => open.insert(Open::read(self.state.storage().sql())?),
        };
        let acted = act(opened);
        if acted.is_err() {
            // A write may have failed after memory had changed: what the store holds is the truth.
            *open = None;
        }
        acted
    }
}

impl Open {
    fn read(sql: SqlStorage) -> Result<Self> {
        let (store, keys) = (LeaseStore::open(sql.clone())?, CallerKeys::new(sql));
        let configured = store.configuration()?.map(|configuration| {
            let (leases, callers) = (store.latest_leases()?, store.latest_callers()?);
            let PoolConfiguration { rules, numbers, .. } = &configuration;
            let numbers = Numbers::restore(*rules, numbers, configuration.overflows(), leases, callers);
            Ok::<_, worker::Error>(Configured { configuration, numbers })
        });
        Ok(Self { store, configured: configured.transpose()?, keys })
    }

    fn answer(&mut self, ask: AskPool, now: Millis) -> Result<ToldPool> {
        match ask {
            AskPool::Configure(configuration) => self.configure(configuration),
            AskPool::Lease { version, visitor, session, is_news, wish } => {
                self.lease(version, &visitor, &Visit { session, is_news, wish }, now)
            }
            AskPool::Beat { lease, visitor, signal } => self.beat(&lease, &visitor, signal, now),
            AskPool::Resolve { number, at, caller } => self.resolve(number, at, caller.as_ref()),
        }
    }

    fn configure(&mut self, configuration: PoolConfiguration) -> Result<ToldPool> {
        let known = self.configured.as_ref().map(|configured| configured.configuration.version);
        if known.is_none_or(|known| known < configuration.version) {
            self.store.write_configuration(&configuration)?;
            let PoolConfiguration { rules, numbers, .. } = &configuration;
            if let Some(configured) = &mut self.configured {
                configured.numbers.configure(*rules, numbers, configuration.overflows());
                configured.configuration = configuration;
            } else {
                let numbers = Numbers::new(*rules, numbers, configuration.overflows());
                self.configured = Some(Configured { configuration, numbers });
            }
        }
        Ok(ToldPool::Configured)
    }

    fn lease(&mut self, version: u32, visitor: &VisitorId, visit: &Visit, now: Millis) -> Result<ToldPool> {
        let Some(configured) = self.configured.as_mut().filter(|known| known.configuration.version >= version) else {
            return Ok(ToldPool::ConfigurationNeeded);
        };
        Ok(match configured.numbers.lease(visitor, &visit.wish, now) {
            Granted::Leased { lease, changed } => {
                if changed || visit.is_news {
                    self.store.write(&lease, Some(&serde_json::to_string(&visit.session)?))?;
                }
                ToldPool::Leased { expires_in: seconds(lease.until.since(now)), lease }
            }
            Granted::Overflow(number) => ToldPool::Overflow(number),
            Granted::Exhausted => ToldPool::Exhausted,
        })
    }

    fn beat(&mut self, lease: &LeaseId, visitor: &VisitorId, signal: Signal, now: Millis) -> Result<ToldPool> {
        let Some(configured) = &mut self.configured else { return Ok(ToldPool::Gone) };
        let act = match signal {
            Signal::Visible | Signal::Hidden => Numbers::sign_of_life,
            Signal::Intent => Numbers::intent,
            Signal::Release => Numbers::release,
        };
        Ok(match act(&mut configured.numbers, lease.number, lease.since, visitor, now) {
            Renewed::Held { lease, changed } => {
                if changed {
                    self.store.write(&lease, None)?;
                }
                ToldPool::Held { expires_in: seconds(lease.until.since(now)) }
            }
            Renewed::Gone => ToldPool::Gone,
        })
    }

    fn resolve(&mut self, number: E164, at: Millis, caller: Option<&Pii<E164>>) -> Result<ToldPool> {
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
            None | Some(Attribution::Unattributed { reason: Unattributed::UnknownNumber }) => {
                Attribution::Unattributed { reason: Unattributed::NeverLeased }
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
        Ok(ToldPool::Resolved { attribution, visits })
    }

    fn visit(&self, evidence: &Evidence) -> Result<PoolVisit> {
        let stored = self.store.session(evidence.number, evidence.leased_at)?;
        // A session that cannot be read costs the touches, never the attribution itself.
        let session = stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Ok(PoolVisit { visitor: evidence.visitor.clone(), session })
    }

    fn forget(&self, now: Millis) -> Result<()> {
        let Some(configured) = &self.configured else { return Ok(()) };
        let rules = &configured.configuration.rules;
        self.store.forget_callers(now.before(rules.remember_callers))?;
        self.store.forget(now.before(rules.look_back + rules.cooldown))
    }
}

fn seconds(span: Duration) -> u32 {
    u32::try_from(span.as_secs()).unwrap_or(u32::MAX)
}
