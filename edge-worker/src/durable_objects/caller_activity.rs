//! The account's caller activity: what a number does at the moment, and what others have complained of it.

use core::time::Duration;

use dni_core::time::Millis;
use edge_core::call::caller_context::CallerStanding;
use worker::{DurableObject, Env, Request, Response, Result, SqlStorage, State, durable_object};

use super::caller_keys::CallerKeys;
use super::messages::{CallerActivityRequest, CallerActivityResponse};
use super::opened::{Answering, Object, Opened};
use crate::store::object::caller_activity::CallerActivityStore;

/// The object.
///
/// There is one for the whole account, and not one for each site: who runs through a list of numbers dials those of several
/// sites, each of them once, and that is seen only where all of them come together. It is asked once for each call and writes
/// one row, so that it carries some hundred calls a second, more than any account has; and a call does without it if it does
/// not answer in time. Beyond that, it could be split by the caller's number, as all it is asked is about one caller.
///
/// The complaints are kept here because the same question fetches them: no further request while a phone rings.
#[durable_object(alarm)]
pub struct CallerActivityObject {
    object: Object<Open>,
}

struct Open {
    store: CallerActivityStore,
    keys: CallerKeys,
}

impl DurableObject for CallerActivityObject {
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
        Ok(Self { store: CallerActivityStore::open(sql.clone())?, keys: CallerKeys::new(sql) })
    }
}

impl Answering for Open {
    type Request = CallerActivityRequest;
    type Response = CallerActivityResponse;
    const FORGET_EVERY: Duration = Duration::from_hours(1);

    fn answer(&mut self, request: CallerActivityRequest, _now: Millis) -> Result<CallerActivityResponse> {
        match request {
            CallerActivityRequest::See { call, at, caller, number } => {
                let key = self.keys.key_of(&caller)?;
                let before = self.store.recent(key)?;
                let mut recent = before.clone();
                let rush = recent.take(&call, number, at);
                if recent != before {
                    self.store.write_recent(key, &recent)?;
                }
                let complaints = self.store.complaints(*caller.expose(), at)?;
                Ok(CallerActivityResponse::Seen(CallerStanding { rush, complaints }))
            }
            CallerActivityRequest::Forget { caller } => {
                self.store.forget_recent(self.keys.key_of(&caller)?)?;
                Ok(CallerActivityResponse::Taken)
            }
            CallerActivityRequest::Complaints { file, stamp, rows } => {
                self.store.write_complaints(&file, &stamp, &rows)?;
                Ok(CallerActivityResponse::Taken)
            }
            CallerActivityRequest::Complete { file, stamp } => {
                let more = self.store.forget_earlier_form(&file, &stamp)?;
                Ok(if more { CallerActivityResponse::More } else { CallerActivityResponse::Taken })
            }
        }
    }

    fn forget(&mut self, now: Millis) -> Result<bool> {
        self.store.forget(now)
    }
}
