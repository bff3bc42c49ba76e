//! The account's watch: what a number does at the moment, and what others have complained of it.

use core::time::Duration;
use std::cell::OnceCell;

use call_router::caller::Rush;
use call_router::risk::Complaints;
use dni_core::phone::E164;
use dni_core::pii::Pii;
use dni_core::time::Millis;
use serde::{Deserialize, Serialize};
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::caller_keys::CallerKeys;
use super::retention::Forgetting;
use super::{read, told};
use crate::clock::now;
use crate::store::object::caller_activity::{ComplaintRow, WatchStore};

/// How often what is too old is forgotten.
const FORGET_EVERY: Duration = Duration::from_hours(1);

/// What the watch is asked.
#[derive(Debug, Serialize, Deserialize)]
pub enum AskWatch {
    /// Take a call in, and say what is known of its caller.
    See {
        /// The call: carrier and the carrier's id for it. The same call counts once.
        call: String,
        /// When it began.
        at: Millis,
        /// Who called.
        caller: Pii<E164>,
        /// The tracking number dialled.
        number: E164,
    },
    /// Take a part of a file of complaints in.
    Complaints {
        /// The file: its day.
        file: String,
        /// The form of the file: two with the same content have the same.
        stamp: String,
        /// What it says.
        rows: Vec<ComplaintRow>,
    },
    /// The whole file was sent: forget some of what an earlier form of it said.
    Complete {
        /// The file.
        file: String,
        /// Its form.
        stamp: String,
    },
}

/// What the watch answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToldWatch {
    /// What is known of the caller.
    Seen(Seen),
    /// It is taken in.
    Taken,
    /// Some was forgotten, and there may be more to forget.
    More,
}

/// What the account knows of a caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// How much he has been calling.
    pub rush: Rush,
    /// What others have complained of his number.
    pub complaints: Complaints,
}

/// The object.
///
/// There is one for the whole account, and not one for each site: who runs through a list of numbers dials those of several
/// sites, each of them once, and that is seen only where all of them come together. It is asked once for each call and writes
/// one row, so that it carries some hundred calls a second, more than any account has; and a call does without it if it does
/// not answer in time. Beyond that, it could be split by the caller's number, as all it is asked is about one caller.
///
/// The complaints are kept here because the same question fetches them: no further request while a phone rings.
#[durable_object(alarm)]
pub struct Watch {
    state: State,
    /// Opened by the first who asks.
    open: OnceCell<Open>,
    forgetting: Forgetting,
}

struct Open {
    store: WatchStore,
    keys: CallerKeys,
}

impl DurableObject for Watch {
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

impl Watch {
    fn open(&self) -> Result<&Open> {
        if let Some(open) = self.open.get() {
            return Ok(open);
        }
        let sql = || self.state.storage().sql();
        let opened = Open { store: WatchStore::open(sql())?, keys: CallerKeys::new(sql()) };
        Ok(self.open.get_or_init(|| opened))
    }
}

impl Open {
    /// Answers a question. Nothing in here waits, so no other call comes between reading and writing.
    fn answer(&self, ask: &AskWatch) -> Result<ToldWatch> {
        match ask {
            AskWatch::See { call, at, caller, number } => {
                let key = self.keys.key_of(caller)?;
                let before = self.store.recent(key)?;
                let mut recent = before.clone();
                let rush = recent.take(call, *number, *at);
                if recent != before {
                    self.store.write_recent(key, &recent)?;
                }
                Ok(ToldWatch::Seen(Seen { rush, complaints: self.store.complaints(*caller.expose(), *at)? }))
            }
            AskWatch::Complaints { file, stamp, rows } => {
                self.store.write_complaints(file, stamp, rows)?;
                Ok(ToldWatch::Taken)
            }
            AskWatch::Complete { file, stamp } => {
                let more = self.store.forget_earlier_form(file, stamp)?;
                Ok(if more { ToldWatch::More } else { ToldWatch::Taken })
            }
        }
    }
}
