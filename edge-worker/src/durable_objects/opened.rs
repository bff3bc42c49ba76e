//! The skeleton of an object: opened by the first who asks, asked with one JSON value, and forgetting what is too old.

use core::time::Duration;
use std::cell::{Cell, RefCell};

use dni_core::time::Millis;
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::{Request, Response, Result, SqlStorage, State, Storage};

use crate::clock::now;

/// How long an object waits between two steps of forgetting.
pub const NEXT_STEP: Duration = Duration::from_secs(1);

/// What an object has open: its store, and what of it is in memory.
pub trait Opened: Sized {
    /// Opens the store, and lays out its tables if it is new.
    fn open(sql: SqlStorage) -> Result<Self>;
}

/// An object that does no more than answer and forget.
pub trait Answering: Opened {
    /// What it is asked.
    type Request: DeserializeOwned;
    /// What it answers.
    type Response: Serialize;
    /// How often what is too old is forgotten.
    const FORGET_EVERY: Duration;

    /// How soon the alarm must come at the latest after it has answered.
    fn wakes_within(&self) -> Duration {
        Self::FORGET_EVERY
    }

    /// Answers. Nothing in here waits, so no other request comes between reading and writing.
    fn answer(&mut self, request: Self::Request, now: Millis) -> Result<Self::Response>;

    /// Forgets some of what is too old, and says whether there may be more of it.
    fn forget(&mut self, now: Millis) -> Result<bool>;
}

/// An object.
pub struct Object<O> {
    state: State,
    /// Empty until somebody asks, and after a failure until it was read again.
    opened: RefCell<Option<O>>,
    /// When the alarm comes, if that is known.
    planned: Cell<Option<Millis>>,
}

impl<O: Opened> Object<O> {
    /// Makes an object that has nothing open yet: laying out tables is no work for every request.
    pub const fn new(state: State) -> Self {
        Self { state, opened: RefCell::new(None), planned: Cell::new(None) }
    }

    /// Returns the platform's storage, for alarms.
    pub fn storage(&self) -> Storage {
        self.state.storage()
    }

    /// Returns the name by which the object is asked, where the platform tells it.
    pub fn name(&self) -> Option<String> {
        self.state.id().name()
    }

    /// Acts on what is open. `act` must not come back here: it has the store for itself.
    pub fn with<T>(&self, act: impl FnOnce(&mut O) -> Result<T>) -> Result<T> {
        let mut open = self.opened.try_borrow_mut().map_err(|error| error.to_string())?;
        let opened = match open.as_mut() {
            Some(opened) => opened,
            None => open.insert(O::open(self.state.storage().sql())?),
        };
        let acted = act(opened);
        if acted.is_err() {
            // A write may have failed after memory had changed: what the store holds is the truth.
            *open = None;
        }
        acted
    }
}

impl<O: Answering> Object<O> {
    /// Answers a request.
    pub async fn answer(&self, request: Request) -> Result<Response> {
        let request = read(request).await?;
        let answered = self.with(|opened| Ok((opened.answer(request, now())?, opened.wakes_within())));
        let (response, within) = answered?;
        let response = respond(&response)?;
        // Whoever is new has something to forget one day.
        self.wake_within(within).await?;
        Ok(response)
    }

    /// Forgets, in small steps, as requests come first.
    pub async fn forget(&self) -> Result<Response> {
        let more = self.with(|opened| opened.forget(now()))?;
        self.wake_after(Some(if more { NEXT_STEP } else { O::FORGET_EVERY })).await?;
        Response::empty()
    }

    /// Plans the next alarm, when one has come: without a span there is none until somebody asks.
    pub async fn wake_after(&self, span: Option<Duration>) -> Result<()> {
        // Before the wait, as whoever asks meanwhile may need it sooner.
        self.planned.set(span.map(|span| now().after(span)));
        let Some(span) = span else { return Ok(()) };
        let planned = self.storage().set_alarm(span).await;
        if planned.is_err() {
            self.planned.set(None);
        }
        planned
    }

    /// Plans the alarm, unless it comes as soon anyway.
    async fn wake_within(&self, span: Duration) -> Result<()> {
        let at = now().after(span);
        let is_soon = |planned: Option<Millis>| planned.is_some_and(|planned| planned <= at);
        if is_soon(self.planned.get()) {
            return Ok(());
        }
        let known = self.storage().get_alarm().await?;
        let known = known.and_then(|ms| u64::try_from(ms).ok()).map(Millis::from_unix_ms);
        if is_soon(known) {
            self.planned.set(known);
            return Ok(());
        }
        self.wake_after(Some(span)).await
    }
}

/// Reads what an object is asked. The body is read whole before anything is touched: while it comes in, another request
/// may be served.
pub async fn read<R: DeserializeOwned>(mut request: Request) -> Result<R> {
    Ok(serde_json::from_slice(&request.bytes().await?)?)
}

/// Writes what an object answers.
pub fn respond<T: Serialize>(response: &T) -> Result<Response> {
    Response::ok(serde_json::to_string(response)?)
}
