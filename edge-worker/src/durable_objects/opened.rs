//! The skeleton of an object: opened by the first who asks, asked with one JSON value, and forgetting what is too old.

use core::time::Duration;
use std::cell::{Cell, RefCell};

use dni_core::time::Millis;
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::{Request, Response, Result, SqlStorage, State, Storage};

use crate::clock::now;

/// How long an object waits between two steps of forgetting.
const NEXT_STEP: Duration = Duration::from_secs(1);

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
    /// Whether the alarm that forgets is known to be set.
    is_planned: Cell<bool>,
}

impl<O: Opened> Object<O> {
    /// Makes an object that has nothing open yet: laying out tables is no work for every request.
    pub const fn new(state: State) -> Self {
        Self { state, opened: RefCell::new(None), is_planned: Cell::new(false) }
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
        let response = respond(&self.with(|opened| opened.answer(request, now()))?)?;
        // Whoever is new has something to forget one day.
        let storage = self.storage();
        if !self.is_planned.replace(true) && storage.get_alarm().await?.is_none() {
            storage.set_alarm(O::FORGET_EVERY).await?;
        }
        Ok(response)
    }

    /// Forgets, in small steps, as requests come first.
    pub async fn forget(&self) -> Result<Response> {
        let more = self.with(|opened| opened.forget(now()))?;
        self.storage().set_alarm(if more { NEXT_STEP } else { O::FORGET_EVERY }).await?;
        Response::empty()
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
