//! The object of a site's caller history: who called the site before.

use core::time::Duration;

use call_router::caller::EarlierCalls;
use dni_core::pool::CallerKey;
use dni_core::time::Millis;
use worker::{DurableObject, Env, Request, Response, Result, SqlStorage, State, durable_object};

use super::caller_keys::CallerKeys;
use super::messages::CallerHistoryRequest;
use super::opened::{Answering, Object, Opened};
use crate::store::object::caller_history::CallerHistoryStore;

/// The object.
///
/// There is one for each site, as a site is what callers know again, whose numbers ring in turn, and what may be deleted as a
/// whole. It is asked twice for each call and writes a handful of rows, so that one object carries some hundred calls a second.
#[durable_object(alarm)]
pub struct CallerHistoryObject {
    object: Object<Open>,
}

struct Open {
    store: CallerHistoryStore,
    keys: CallerKeys,
}

impl DurableObject for CallerHistoryObject {
    fn new(state: State, _env: Env) -> Self {
        Self { object: Object::new(state) }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        self.object.answer(request).await
    }

    async fn alarm(&self) -> Result<Response> {
        self.object.forget().await
    }
}

impl Opened for Open {
    fn open(sql: SqlStorage) -> Result<Self> {
        Ok(Self { store: CallerHistoryStore::open(sql.clone())?, keys: CallerKeys::new(sql) })
    }
}

impl Answering for Open {
    type Request = CallerHistoryRequest;
    type Response = EarlierCalls;
    const FORGET_EVERY: Duration = Duration::from_hours(24);

    /// Counts a call, or notes its end; or forgets.
    fn answer(&mut self, request: CallerHistoryRequest, _now: Millis) -> Result<EarlierCalls> {
        let (call, at, caller, ended) = match request {
            CallerHistoryRequest::Call { call, at, caller, ended } => (call, at, caller, ended),
            CallerHistoryRequest::Forget { caller } => {
                self.store.forget_caller(self.keys.key_of(&caller)?)?;
                return Ok(EarlierCalls::default());
            }
            CallerHistoryRequest::ForgetAll => {
                self.store.forget_everything()?;
                return Ok(EarlierCalls::default());
            }
        };
        let key: Option<CallerKey> = caller.as_ref().map(|caller| self.keys.key_of(caller)).transpose()?;
        let before = self.store.read(&call, key)?;
        let mut books = before.clone();
        let known = books.begin(at);
        if let Some(ended) = &ended {
            books.over(at, ended);
        }
        self.store.write(&call, key, &before, &books)?;
        Ok(known)
    }

    fn forget(&mut self, now: Millis) -> Result<bool> {
        self.store.forget(now)
    }
}
