//! The call's object: puts a call's events together, answers the carrier, and brings the call into the log.

use core::cell::OnceCell;
use core::pin::pin;
use core::time::Duration;
use std::collections::BTreeSet;

use call_router::call::Call as Record;
use call_router::caller::Ended;
use call_router::carrier::{self, Carrier, Hooks, Rendered};
use call_router::event::{CallEvent, EventKind, RecordingId};
use call_router::flow::{Answer, Context, Facts, Input, Progress};
use call_router::risk::{Listed, Risk};
use dni_core::pii::Pii;
use dni_core::time::Millis;
use futures_util::future::{Either, join as join_both, select};
use serde::{Deserialize, Serialize};
use worker::{Delay, DurableObject, Env, Request, Response, Result, State, console_error, durable_object};

use super::{after_call, read, told};
use crate::calls::flow_facts;
use crate::calls::{self, AfterCallRecord, Heard};
use crate::clock::now;
use crate::durable_objects::attribution::{Joined, Unjoined, join};
use crate::durable_objects::caller_context::{BookedCall, Known, ended, risk_of};
use crate::http::problem::Problem;
use crate::jobs::{self, Work};
use crate::settings::Settings;
use crate::site::Line;
use crate::store::object::call_events::EventStore;
use crate::store::object::tasks::TaskStore;
use crate::store::published::of_number;

/// How long the pool may take to say whom a call belongs to. The caller hears silence meanwhile, and the whole answer has
/// 300 ms before the fail-open document takes its place.
const JOIN_WITHIN: Duration = Duration::from_millis(200);
/// How long the pool may take when nobody waits.
const REPAIR_WITHIN: Duration = Duration::from_secs(5);
/// How long changes gather before the call is written to the log.
const GATHER: Duration = Duration::from_millis(100);
/// The first wait after a failed write, doubled each time.
const RETRY_FIRST: Duration = Duration::from_secs(1);
/// How often the log is looked after while a task waits for others.
const LOG_MEANWHILE: Duration = Duration::from_secs(1);
/// The longest wait between two tries.
const RETRY_MOST: Duration = Duration::from_mins(10);

/// What a call's object is asked: to take in one webhook.
#[derive(Debug, Serialize, Deserialize)]
pub struct AskCall {
    /// The carrier it came from.
    pub carrier: Carrier,
    /// The hook it came to.
    pub hook: String,
    /// Its query, as it came.
    pub query: String,
    /// Its body, as it came.
    pub body: String,
    /// What it says.
    pub event: CallEvent,
    /// The dialled number with what its site says; `None` if no site has it, or that could not be read.
    pub line: Option<Line>,
    /// Where the owner lists the caller.
    #[serde(default)]
    pub listed: Option<Listed>,
    /// Whether it was answered without the object before: what the flow answers is then not carried out.
    #[serde(default)]
    pub is_replay: bool,
}

/// What a call's object answers.
#[derive(Debug, Serialize, Deserialize)]
pub struct ToldCall {
    /// The carrier's document; `None` if the webhook asked for nothing.
    pub document: Option<Rendered>,
}

/// All that is known of one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallState {
    /// The call's own id: `CAL` and 32 random hexadecimal digits.
    pub id: String,
    /// The carrier.
    pub carrier: Carrier,
    /// The dialled number with what its site said when the call came: a call keeps its flow to the end.
    pub line: Option<Line>,
    /// What its events say.
    pub record: Record,
    /// How far it is in its flow.
    pub progress: Option<Progress>,
    /// What the flow goes by, fixed when the first webhook that asks for it came.
    #[serde(default)]
    pub facts: Option<Facts>,
    /// Whom it belongs to; `None` as long as the pool could not be asked.
    pub joined: Option<Joined>,
    /// Where the owner listed the caller when the call came.
    #[serde(default)]
    pub listed: Option<Listed>,
    /// What was known of the caller when the call came.
    #[serde(default)]
    pub known: Option<Known>,
    /// The risk of the call, as it was found when the call came; `None` if it could not be found out.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// What the site's books have been told of its end.
    #[serde(default)]
    pub booked: Option<Ended>,
    /// The count of its changes.
    pub revision: u32,
    /// The last revision that the log has.
    pub logged: u32,
    /// How often writing the log or asking the pool has failed since it last worked.
    pub failures: u32,
    /// When that is tried again; a failure before does not count.
    #[serde(default)]
    pub retry_at: Option<Millis>,
    /// When the last webhook came.
    #[serde(default)]
    pub heard_at: Millis,
    /// The recordings that somebody asked to delete.
    #[serde(default)]
    pub to_delete: BTreeSet<RecordingId>,
}

/// The object.
#[durable_object(alarm)]
pub struct Call {
    state: State,
    env: Env,
    /// Opened by the first who asks: laying out the tables is no work for every webhook.
    store: OnceCell<EventStore>,
    /// Opened by the alarm.
    tasks: OnceCell<TaskStore>,
}

impl DurableObject for Call {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, store: OnceCell::new(), tasks: OnceCell::new() }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        if request.path() == after_call::PATH {
            let told_after_call = self.after_call(&read(request).await?)?;
            self.state.storage().set_alarm(GATHER).await?;
            return told(&told_after_call);
        }
        let ask: AskCall = read(request).await?;
        let before: Option<CallState> = self.store()?.state()?;
        let before = before.as_ref();
        let (joined, known) = join_both(self.join_if_new(&ask, before), self.know_if_new(&ask, before)).await;
        let told_call = self.take(&ask, joined, known)?;
        self.state.storage().set_alarm(GATHER).await?;
        told(&told_call)
    }

    async fn alarm(&self) -> Result<Response> {
        // An error here would make the platform try again by its own, shorter patience, and then give up.
        if let Err(error) = self.work_off().await {
            console_error!("a call's object could not read its own store: {error}");
        }
        Response::empty()
    }
}

impl Call {
    pub(super) fn store(&self) -> Result<&EventStore> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let opened = EventStore::open(self.state.storage().sql())?;
        Ok(self.store.get_or_init(|| opened))
    }

    pub(super) fn tasks(&self) -> Result<&TaskStore> {
        if let Some(store) = self.tasks.get() {
            return Ok(store);
        }
        let opened = TaskStore::open(self.state.storage().sql())?;
        Ok(self.tasks.get_or_init(|| opened))
    }

    /// Asks the pool whom the call belongs to, unless that is known. If the pool does not answer in time the call goes on,
    /// and the alarm asks again.
    async fn join_if_new(&self, ask: &AskCall, before: Option<&CallState>) -> Option<Joined> {
        let line = ask.line.as_ref().filter(|_| before.is_none_or(|before| before.joined.is_none()))?;
        let record = record_of(ask, before);
        let caller = record.caller_number().map(Pii::new);
        join(&self.env, line, record.started_at, caller, JOIN_WITHIN).await.ok()
    }

    /// Asks who calls, if the flow is about to need it. What is not known in time the call does without.
    async fn know_if_new(&self, ask: &AskCall, before: Option<&CallState>) -> Option<Known> {
        let is_fixed = before.is_some_and(|before| before.facts.is_some());
        let line = ask.line.as_ref().filter(|_| !is_fixed && Input::from_event(&ask.event).is_some())?;
        Some(booked_call(ask.carrier, &record_of(ask, before)).known(&self.env, line, JOIN_WITHIN).await)
    }

    /// Takes a webhook in and answers it. Nothing in here waits, so no other webhook comes between reading and writing.
    fn take(&self, ask: &AskCall, joined: Option<Joined>, known: Option<Known>) -> Result<ToldCall> {
        let store = self.store()?;
        store.keep(&ask.event.key(), ask.event.at, &ask.hook, &ask.query, &ask.body)?;
        let before: Option<CallState> = store.state()?;
        let mut state = match &before {
            Some(state) => state.clone(),
            None => CallState::new(ask)?,
        };
        state.record.merge(&ask.event);
        state.heard_at = state.heard_at.max(ask.event.at);
        state.line = state.line.or_else(|| ask.line.clone());
        state.joined = state.joined.or(joined);
        state.listed = state.listed.or(ask.listed);
        state.known = state.known.or(known);
        let document = state.answer(ask, &Settings(&self.env))?;
        if before.as_ref() != Some(&state) {
            state.revision += 1;
            store.write_state(&state)?;
        }
        Ok(ToldCall { document })
    }

    /// Does what may take its time: writes the log, asks the pool if it could not be asked before, and then does one of the
    /// tasks that are due. The log comes first: a call must show there while it rings, whatever the pool and the tasks do.
    async fn work_off(&self) -> Result<()> {
        self.plan_tasks()?;
        let logged = self.log().await?;
        let joined = self.repair().await?;
        let booked = self.book().await?;
        let now = now();
        self.change(|state| {
            if logged && joined && booked {
                (state.failures, state.retry_at) = (0, None);
            } else if state.retry_at.is_none_or(|at| at <= now) {
                state.failures = state.failures.saturating_add(1);
                state.retry_at = Some(now.after(wait_after(state.failures)));
            }
        })?;
        self.do_one_task().await?;
        match self.next_alarm()? {
            Some(wait) => self.state.storage().set_alarm(wait).await,
            None => Ok(()),
        }
    }

    /// Returns how long until there is something to do again.
    fn next_alarm(&self) -> Result<Option<Duration>> {
        let Some(state) = self.store()?.state::<CallState>()? else { return Ok(None) };
        let unlogged = (state.failures == 0 && state.logged < state.revision).then_some(GATHER);
        let until = |at: Option<Millis>| at.map(|at| at.since(now()).max(GATHER));
        let task = self.tasks()?.all()?.next_due();
        Ok([unlogged, until(state.retry_at), until(task)].into_iter().flatten().min())
    }

    /// Plans what is to be done after the call, so that the log tells it with what is known of the call.
    pub(super) fn plan_tasks(&self) -> Result<()> {
        let Some(state) = self.store()?.state::<CallState>()? else { return Ok(()) };
        if jobs::plan(&self.env, &state, self.tasks()?)? {
            self.change(|state| state.revision += 1)?;
        }
        Ok(())
    }

    /// Does the task that is due for longest. What came of it is written before anything else is begun.
    async fn do_one_task(&self) -> Result<()> {
        let Some(state) = self.store()?.state::<CallState>()? else { return Ok(()) };
        let store = self.tasks()?;
        let Some(task) = jobs::begin(store)? else { return Ok(()) };
        let outcome =
            self.beside_the_log(jobs::run(&Work { env: &self.env, state: &state, store, task: &task })).await?;
        let found = jobs::end(store, &task, outcome)?;
        self.change(|state| {
            if let Some(found) = found {
                state.record.join(&found);
            }
            state.revision += 1;
        })?;
        Ok(())
    }

    /// Waits for a task and goes on writing the log meanwhile: a task that is slow or fails delays nothing there.
    async fn beside_the_log<T>(&self, task: impl Future<Output = T>) -> Result<T> {
        let mut task = pin!(task);
        loop {
            task = match select(task, Delay::from(LOG_MEANWHILE)).await {
                Either::Left((outcome, _)) => return Ok(outcome),
                Either::Right(((), task)) => task,
            };
            self.log().await?;
        }
    }

    /// Writes the call to the log, if the log has not got it yet, and says whether it has now.
    async fn log(&self) -> Result<bool> {
        let Some(state) = self.store()?.state::<CallState>()?.filter(|state| state.logged < state.revision) else {
            return Ok(true);
        };
        let after = AfterCallRecord::of(&state, self.tasks()?, &Settings(&self.env))?;
        let heard = Heard::read(&state, self.tasks()?)?;
        if let Err(error) = calls::write(&self.env, &state, &after, &heard).await {
            console_error!("the call log could not be written, it is tried again: {}", error.for_log());
            return Ok(false);
        }
        self.change(|now| now.logged = now.logged.max(state.revision))?;
        Ok(true)
    }

    /// Finds out whom the call belongs to, if that is not known yet, and says whether it is now.
    async fn repair(&self) -> Result<bool> {
        let Some(state) = self.store()?.state::<CallState>()?.filter(|state| state.joined.is_none()) else {
            return Ok(true);
        };
        let Ok(line) = self.line_of(&state).await else { return Ok(false) };
        let joined = match &line {
            Some(line) => {
                let caller = state.record.caller_number().map(Pii::new);
                join(&self.env, line, state.record.started_at, caller, REPAIR_WITHIN).await
            }
            None => Ok(Joined::Nothing { reason: Unjoined::Unknown }),
        };
        let Ok(joined) = joined else { return Ok(false) };
        self.change(|state| {
            state.line = state.line.take().or(line);
            if state.joined.is_none() {
                state.joined = Some(joined);
                state.revision += 1;
            }
        })?;
        Ok(true)
    }

    /// Tells the site's books how the call ended, if they do not know yet, and says whether they do now.
    async fn book(&self) -> Result<bool> {
        let Some(state) = self.store()?.state::<CallState>()? else { return Ok(true) };
        let (Some(line), Some(ended)) =
            (&state.line, ended(&state).filter(|ended| state.booked.as_ref() != Some(ended)))
        else {
            return Ok(true);
        };
        let call = booked_call(state.carrier, &state.record);
        if call.tell(&self.env, line, Some(ended.clone()), REPAIR_WITHIN).await.is_err() {
            return Ok(false);
        }
        self.change(|state| state.booked = Some(ended))?;
        Ok(true)
    }

    /// Returns the dialled number's line, looked up again if it could not be read when the call came.
    async fn line_of(&self, state: &CallState) -> Result<Option<Line>, Problem> {
        match (&state.line, state.record.number) {
            (Some(line), _) => Ok(Some(line.clone())),
            (None, Some(number)) => of_number(&self.env, number).await,
            (None, None) => Ok(None),
        }
    }

    /// Changes the stored state in one go and returns it.
    pub(super) fn change(&self, change: impl FnOnce(&mut CallState)) -> Result<Option<CallState>> {
        let store = self.store()?;
        let Some(before) = store.state::<CallState>()? else { return Ok(None) };
        let mut state = before.clone();
        change(&mut state);
        if before != state {
            store.write_state(&state)?;
        }
        Ok(Some(state))
    }
}

impl CallState {
    fn new(ask: &AskCall) -> Result<Self> {
        Ok(Self {
            id: new_id()?,
            carrier: ask.carrier,
            line: None,
            record: Record::from_event(&ask.event),
            progress: None,
            facts: None,
            joined: None,
            listed: None,
            known: None,
            risk: None,
            booked: None,
            revision: 0,
            logged: 0,
            failures: 0,
            retry_at: None,
            heard_at: ask.event.at,
            to_delete: BTreeSet::new(),
        })
    }

    /// Returns when the last sign of it came.
    pub fn last_sign(&self) -> Millis {
        self.heard_at.max(self.record.started_at)
    }

    /// Runs the flow one step on, if the webhook asks for that.
    fn answer(&mut self, ask: &AskCall, settings: &Settings) -> Result<Option<Rendered>> {
        let event = &ask.event;
        let (Some(line), Some(mut input)) = (self.line.clone(), Input::from_event(event)) else { return Ok(None) };
        if let (Input::DialResult { connected, .. }, EventKind::DialResult(dial)) = (&mut input, &event.kind) {
            *connected = self.record.connected_by(dial);
        }
        if self.facts.is_none() {
            self.risk = risk_of(self);
        }
        let facts = match self.facts.clone() {
            Some(facts) => facts,
            None => flow_facts::known(self, &line)?,
        };
        let public_url = settings.public_url().map_err(|problem| problem.message().into_owned())?;
        let hooks = Hooks::new(self.carrier, &public_url).map_err(|error| error.to_string())?.of_call(&event.call);
        let context = Context {
            hooks: &hooks,
            number: self.record.number,
            caller: self.record.caller.as_ref().map(Pii::expose),
            started_at: self.record.started_at,
            facts: &facts,
            flows: &line.flows,
            destination: Some(line.destination),
        };
        let Answer { progress, document, .. } = line.flow.answer(self.progress.as_ref(), &input, &context);
        if !ask.is_replay {
            self.record.join(&Record::answered(event, &document));
        }
        self.progress = Some(progress);
        self.facts = Some(facts);
        let secrets = settings.secrets_of(self.carrier).map_err(|problem| problem.message().into_owned())?;
        Ok(Some(carrier::render(self.carrier, &document, &secrets)))
    }
}

/// Of a call that is known its own record tells the caller, of a new one the event.
fn record_of(ask: &AskCall, before: Option<&CallState>) -> Record {
    before.map_or_else(|| Record::from_event(&ask.event), |before| before.record.clone())
}

fn booked_call(carrier: Carrier, record: &Record) -> BookedCall {
    BookedCall {
        call: format!("{}/{}", carrier.id(), record.id),
        at: record.started_at,
        caller: record.caller_number(),
    }
}

fn new_id() -> Result<String> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    Ok(format!("CAL{:032x}", u128::from_be_bytes(random)))
}

fn wait_after(failures: u32) -> Duration {
    RETRY_FIRST.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(RETRY_MOST)
}
