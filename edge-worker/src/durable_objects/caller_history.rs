//! The object of a site's books: who called the site before.

use core::time::Duration;
use std::cell::OnceCell;

use call_router::caller::{Before, Books, Ended};
use dni_core::phone::E164;
use dni_core::pii::Pii;
use dni_core::pool::CallerKey;
use dni_core::time::Millis;
use serde::{Deserialize, Serialize};
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::caller_keys::CallerKeys;
use super::retention::Forgetting;
use super::{read, told};
use crate::clock::now;
use crate::store::object::caller_history::BookStore;

/// How often what is too old is forgotten.
const FORGET_EVERY: Duration = Duration::from_hours(24);

/// What a site's books are asked.
#[derive(Debug, Serialize, Deserialize)]
pub struct AskCallers {
    /// The call: carrier and the carrier's id for it. The same call counts once.
    pub call: String,
    /// When it began.
    pub at: Millis,
    /// Who called, if he showed his number.
    pub caller: Option<Pii<E164>>,
    /// How it ended; `None` if it begins.
    pub ended: Option<Ended>,
}

/// The object.
///
/// There is one for each site, as a site is what callers know again, whose numbers ring in turn, and what may be deleted as a
/// whole. It is asked twice for each call and writes a handful of rows, so that one object carries some hundred calls a second.
#[durable_object(alarm)]
pub struct Callers {
    state: State,
    /// Opened by the first who asks.
    open: OnceCell<Open>,
    forgetting: Forgetting,
}

struct Open {
    store: BookStore,
    keys: CallerKeys,
}

impl DurableObject for Callers {
    fn new(state: State, _env: Env) -> Self {
        Self { state, open: OnceCell::new(), forgetting: Forgetting::every(FORGET_EVERY) }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let ask = read(request).await?;
        let answer = told(&self.open()?.answer(&ask)?)?;
        self.forgetting.plan(&self.state.storage()).await?;
        Ok(answer)
    }

    async fn alarm(&self) -> Result<Response> {
        let more = self.open()?.store.forget(now())?;
        self.forgetting.go_on(&self.state.storage(), more).await?;
        Response::empty()
    }
}

impl Callers {
    fn open(&self) -> Result<&Open> {
        if let Some(open) = self.open.get() {
            return Ok(open);
        }
        let sql = || self.state.storage().sql();
        let opened = Open { store: BookStore::open(sql())?, keys: CallerKeys::new(sql()) };
        Ok(self.open.get_or_init(|| opened))
    }
}

impl Open {
    /// Counts a call, or notes its end. Nothing in here waits, so no other call comes between reading and writing.
    fn answer(&self, ask: &AskCallers) -> Result<Before> {
        let key: Option<CallerKey> = ask.caller.as_ref().map(|caller| self.keys.key_of(caller)).transpose()?;
        let before: Books = self.store.read(&ask.call, key)?;
        let mut books = before.clone();
        let known = books.begin(ask.at);
        if let Some(ended) = &ask.ended {
            books.over(ask.at, ended);
        }
        self.store.write(&ask.call, key, &before, &books)?;
        Ok(known)
    }
}
