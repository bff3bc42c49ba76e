//! The call's object: puts a call's events together, answers the carrier, and brings the call into the log.

mod attribution;
mod caller_context;
mod erasure;
mod rebuild;
mod task_commands;

use core::cell::OnceCell;
use core::pin::pin;
use core::time::Duration;
use std::borrow::Cow;

use call_router::call::Call;
use call_router::carrier::{Hooks, Rendered};
use dni_core::pii::Pii;
use edge_core::call::attribution::{CallAttribution, NumberAlone};
use edge_core::call::caller_context::CallerContext;
use edge_core::call::edit::CallChange;
use edge_core::call::feed::{FeedEvent, FeedMessage};
use edge_core::call::part::CallPart;
use edge_core::call::record::CallRecord;
use edge_core::call::state::{CallState, GATHER};
use edge_core::call::task_results::TaskResults;
use edge_core::call::webhook::CallWebhook;
use edge_core::keys::ObjectName;
use edge_core::site::DialledNumber;
use futures_util::future::{Either, join, select};
use worker::{
    Delay, DurableObject, Env, Request, Response, Result, SqlStorage, State, console_error, console_warn,
    durable_object,
};

use self::attribution::attribute;
use self::caller_context::CallOfCaller;
use super::client::ask;
use super::messages::{CallFeedRequest, CallRequest, CallResponse};
use super::opened::{Object, Opened, read, respond};
use crate::clock::now;
use crate::http::problem::Problem;
use crate::jobs::{self, Work};
use crate::settings::Settings;
use crate::store::d1::call_log::CallLog;
use crate::store::object::call_events::{EventStore, Stored};
use crate::store::object::tasks::TaskStore;
use crate::store::published::of_number;

/// How long pool, caller history and caller activity may take at the beginning of a call: the caller hears ringing, each of them
/// may be used for the first time in a while, and the whole answer has 2.5 s before the fail-open document takes its place.
const BEGIN_WITHIN: Duration = Duration::from_millis(1_200);
/// How long they may take later, if they could not be asked then. The caller hears silence meanwhile, and the whole answer has
/// 300 ms.
const ATTRIBUTE_WITHIN: Duration = Duration::from_millis(200);
/// How long the pool may take when nobody waits.
const REPAIR_WITHIN: Duration = Duration::from_secs(5);
/// How long those who listen may take to be told.
const TELL_WITHIN: Duration = Duration::from_secs(1);
/// When a call whose store cannot be read is looked at again.
const LOOK_AGAIN_AFTER: Duration = Duration::from_mins(10);
/// How often the log is looked after while a task waits for others.
const LOG_MEANWHILE: Duration = Duration::from_secs(1);

/// The object.
#[durable_object(alarm)]
pub struct CallObject {
    object: Object<CallStore>,
    env: Env,
}

/// The call's store.
struct CallStore {
    events: EventStore,
    sql: SqlStorage,
    /// Opened by the alarm.
    tasks: OnceCell<TaskStore>,
}

impl Opened for CallStore {
    fn open(sql: SqlStorage) -> Result<Self> {
        Ok(Self { events: EventStore::open(sql.clone())?, sql, tasks: OnceCell::new() })
    }
}

impl CallStore {
    fn tasks(&self) -> Result<&TaskStore> {
        if let Some(store) = self.tasks.get() {
            return Ok(store);
        }
        let opened = TaskStore::open(self.sql.clone())?;
        Ok(self.tasks.get_or_init(|| opened))
    }
}

impl DurableObject for CallObject {
    fn new(state: State, env: Env) -> Self {
        Self { object: Object::new(state), env }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let response = match read(request).await? {
            CallRequest::Webhook(webhook) => self.answer(webhook.into_owned()).await?,
            CallRequest::Task(command) => {
                self.mended_state(None).await?;
                CallResponse::Task(self.obey(&command)?)
            }
            CallRequest::Change(change) => {
                self.mended_state(None).await?;
                CallResponse::Changed(self.take_change(&change).await?)
            }
            CallRequest::Erase => {
                self.mended_state(None).await?;
                CallResponse::Erased(self.erase().await?)
            }
            CallRequest::Forget(part) => {
                self.mended_state(None).await?;
                CallResponse::Forgotten(self.forget(part).await?)
            }
            CallRequest::Webhooks => CallResponse::Webhooks(self.object.with(|store| store.events.all())?),
            CallRequest::ForgetCandidate(visitor) => {
                self.mended_state(None).await?;
                CallResponse::Forgotten(self.forget_candidate(&visitor).await?)
            }
        };
        self.object.storage().set_alarm(GATHER).await?;
        respond(&response)
    }

    async fn alarm(&self) -> Result<Response> {
        // An error here would make the platform try again by its own, shorter patience, and then give up.
        if let Err(error) = self.work_off().await {
            console_error!("a call's object could not read its own store: {error}");
            self.object.storage().set_alarm(LOOK_AGAIN_AFTER).await?;
        }
        Response::empty()
    }
}

impl CallObject {
    /// Takes a webhook in, once it is known whose call it is and who calls, and answers it.
    async fn answer(&self, webhook: CallWebhook) -> Result<CallResponse> {
        let before = self.mended_state(Some(&webhook)).await?;
        // Of a call that is known its own record tells the caller, of a new one the event.
        let call = match &before {
            Some(before) => Cow::Borrowed(&before.call),
            None => Cow::Owned(Call::from_event(&webhook.event)),
        };
        let limit = if webhook.begins_call() { BEGIN_WITHIN } else { ATTRIBUTE_WITHIN };
        let (attribution, context) = join(
            self.attribute_if_new(&webhook, before.as_ref(), &call, limit),
            self.context_if_new(&webhook, before.as_ref(), &call, limit),
        )
        .await;
        self.take(webhook, attribution, context)
    }

    /// Asks the pool whom the call belongs to, unless that is known. If the pool does not answer in time the call goes on,
    /// and the alarm asks again.
    async fn attribute_if_new(
        &self,
        webhook: &CallWebhook,
        before: Option<&CallState>,
        call: &Call,
        limit: Duration,
    ) -> Option<CallAttribution> {
        let is_open = before.is_none_or(|before| before.attribution.is_none() && before.erased_at.is_none());
        let dialled = webhook.dialled.as_ref().filter(|_| is_open)?;
        let caller = call.caller_number().map(Pii::new);
        attribute(&self.env, dialled, call.started_at, caller, limit).await.ok()
    }

    /// Asks who calls, if the flow is about to need it. What is not known in time the call does without.
    async fn context_if_new(
        &self,
        webhook: &CallWebhook,
        before: Option<&CallState>,
        call: &Call,
        limit: Duration,
    ) -> Option<CallerContext> {
        let is_fixed = before.is_some_and(|before| before.facts.is_some() || before.erased_at.is_some());
        let dialled = webhook.dialled.as_ref().filter(|_| !is_fixed && webhook.asks_flow())?;
        Some(CallOfCaller::of(webhook.carrier, call).context(&self.env, dialled, limit).await)
    }

    /// Takes a webhook in and answers it. Nothing in here waits, so no other webhook comes between reading and writing.
    ///
    /// One that comes again counts as having come when it came first, so that it changes nothing.
    fn take(
        &self,
        mut webhook: CallWebhook,
        attribution: Option<CallAttribution>,
        context: Option<CallerContext>,
    ) -> Result<CallResponse> {
        self.object.with(|store| {
            let before = readable::<CallState>(store.events.state()?)?;
            // Of a call that was forgotten nothing is kept.
            if before.as_ref().is_none_or(|before| before.erased_at.is_none()) {
                let (key, at) = (webhook.event.key(), webhook.event.at);
                let is_kept = before.as_ref().is_none_or(|before| !before.forgotten.contains(&CallPart::Webhooks));
                let (query, body) = if is_kept { (&*webhook.query, &*webhook.body) } else { ("", "") };
                webhook.event.at = store.events.keep(&key, at, &webhook.hook, query, body)?;
            }
            let mut state = match &before {
                Some(state) => CallState::clone(state),
                None => CallState::begin(new_id()?, &webhook),
            };
            state.take(&webhook, attribution, context);
            let document = self.answer_of(&mut state, &webhook)?;
            if before.as_ref() != Some(&state) {
                state.revision += 1;
                store.events.write_state(&state)?;
            }
            Ok(CallResponse::Document(document))
        })
    }

    /// Lets the flow answer a webhook that was taken in; `None` if it asks for nothing.
    fn answer_of(&self, state: &mut CallState, webhook: &CallWebhook) -> Result<Option<Rendered>> {
        let Some(input) = state.input(&webhook.event) else { return Ok(None) };
        let (hooks, secrets) = self.answering(state, webhook)?;
        let chance = getrandom::u32().map_err(|error| error.to_string())?;
        Ok(state.answer(webhook, &input, (&hooks, &secrets), chance))
    }

    /// Returns what a document is written with.
    fn answering(&self, state: &CallState, webhook: &CallWebhook) -> Result<(Hooks, call_router::carrier::Secrets)> {
        let settings = Settings(&self.env);
        let in_words = |problem: Problem| problem.message().into_owned();
        let public_url = settings.public_url().map_err(in_words)?;
        let hooks = Hooks::new(state.carrier, &public_url).map_err(|error| error.to_string())?;
        let secrets = settings.secrets_of(state.carrier).map_err(in_words)?;
        Ok((hooks.of_call(&webhook.event.call), secrets))
    }

    /// Takes in what somebody changes by hand, brings it into the log, and returns the record. Where the log cannot be written now, the
    /// alarm does it: what was taken in is not lost.
    async fn take_change(&self, change: &CallChange) -> Result<Option<String>> {
        if self.state()?.is_some_and(|state| state.erased_at.is_some()) {
            return Ok(None);
        }
        self.change(|state| state.change(change))?;
        if let Logged::Now(record) = self.bring_into_log().await? {
            return Ok(Some(record));
        }
        let Some(state) = self.state()? else { return Ok(None) };
        let results: TaskResults = self.object.with(|store| store.tasks()?.results(&state))?;
        let public_url = Settings(&self.env).public_url().unwrap_or_default();
        Ok(Some(serde_json::to_string(&CallRecord::of(&state, &results, &public_url, now()))?))
    }

    /// Does what may take its time: writes the log, asks the pool if it could not be asked before, and then does one of the
    /// tasks that are due. The log comes first: a call must show there while it rings, whatever the pool and the tasks do.
    async fn work_off(&self) -> Result<()> {
        let state = self.mended_state(None).await?;
        self.plan_tasks()?;
        let is_settled = if state.is_some_and(|state| state.erased_at.is_some()) {
            self.erase_from_log().await?
        } else {
            let logged = self.log().await?;
            let attributed = self.repair_attribution().await?;
            let told = self.tell_ending().await?;
            logged && attributed && told
        };
        self.change(|state| state.settle(is_settled, now()))?;
        self.do_one_task().await?;
        match self.next_alarm()? {
            Some(wait) => self.object.storage().set_alarm(wait).await,
            None => Ok(()),
        }
    }

    fn next_alarm(&self) -> Result<Option<Duration>> {
        let Some(state) = self.state()? else { return Ok(None) };
        let tasks = self.object.with(|store| store.tasks()?.all())?;
        Ok(state.next_alarm(&tasks, now()))
    }

    /// Plans what is to be done after the call, so that the log tells it with what is known of the call.
    fn plan_tasks(&self) -> Result<()> {
        let Some(state) = self.state()? else { return Ok(()) };
        if self.object.with(|store| jobs::plan(&self.env, &state, store.tasks()?))? {
            self.change(|state| state.revision += 1)?;
        }
        Ok(())
    }

    /// Does the task that is due for longest. What came of it is written before anything else is begun.
    async fn do_one_task(&self) -> Result<()> {
        let Some(state) = self.state()? else { return Ok(()) };
        let store = self.object.with(|store| store.tasks().cloned())?;
        let Some(task) = jobs::begin(&store)? else { return Ok(()) };
        let work = Work { env: &self.env, state: &state, store: &store, task: &task };
        let outcome = self.beside_the_log(Box::pin(jobs::run(&work))).await?;
        let found = jobs::end(&store, &task, outcome)?;
        self.change(|state| {
            if let Some(found) = found.filter(|_| state.erased_at.is_none()) {
                state.call.join(&found);
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
        Ok(!matches!(self.bring_into_log().await?, Logged::Not))
    }

    async fn bring_into_log(&self) -> Result<Logged> {
        let Some(state) = self.state()?.filter(|state| state.logged < state.revision) else {
            return Ok(Logged::Before);
        };
        if state.erased_at.is_some() {
            return Ok(if self.erase_from_log().await? { Logged::Before } else { Logged::Not });
        }
        let results: TaskResults = self.object.with(|store| store.tasks()?.results(&state))?;
        let public_url = Settings(&self.env).public_url().unwrap_or_default();
        let written = async { CallLog::of(&self.env)?.write(&state, &results, &public_url, now()).await };
        let record = match written.await {
            Ok(record) => record,
            Err(error) => {
                console_error!("the call log could not be written, it is tried again: {error}");
                return Ok(Logged::Not);
            }
        };
        let has_ended = state.call.is_over();
        self.change(|now| {
            now.logged = now.logged.max(state.revision);
            now.end_is_told |= has_ended;
        })?;
        self.tell_listeners(&state, has_ended, &record).await;
        Ok(Logged::Now(record))
    }

    /// Tells those who listen what the log tells. Nobody waits for it, and whoever misses it finds it there.
    async fn tell_listeners(&self, state: &CallState, has_ended: bool, record: &str) {
        let site = state.dialled.as_ref().map(|dialled| dialled.site.to_string());
        for event in FeedEvent::of(state.logged == 0, has_ended, state.end_is_told) {
            let Ok(text) = event.message(record) else { return };
            self.tell(FeedMessage { site: site.clone(), text }).await;
        }
    }

    async fn tell(&self, message: FeedMessage) {
        let message = CallFeedRequest::Tell(message);
        if let Err(problem) = ask(&self.env, &ObjectName::call_feed(), &message, TELL_WITHIN).await {
            console_warn!("those who listen to calls were not told: {}", problem.for_log());
        }
    }

    /// Finds out whom the call belongs to, if that is not known yet, and says whether it is now.
    async fn repair_attribution(&self) -> Result<bool> {
        let Some(state) = self.state()?.filter(|state| state.attribution.is_none()) else { return Ok(true) };
        let Ok(dialled) = self.dialled_number(&state).await else { return Ok(false) };
        let attribution = match &dialled {
            Some(dialled) => {
                let caller = state.call.caller_number().map(Pii::new);
                attribute(&self.env, dialled, state.call.started_at, caller, REPAIR_WITHIN).await
            }
            None => Ok(CallAttribution::Nothing { reason: NumberAlone::Unknown }),
        };
        let Ok(attribution) = attribution else { return Ok(false) };
        self.change(|state| {
            state.dialled = state.dialled.take().or(dialled);
            if state.attribution.is_none() {
                state.attribution = Some(attribution);
                state.revision += 1;
            }
        })?;
        Ok(true)
    }

    /// Tells the site's caller history how the call ended, if it does not know yet, and says whether it does now.
    async fn tell_ending(&self) -> Result<bool> {
        let Some(state) = self.state()? else { return Ok(true) };
        let ending = state.ending().filter(|ending| state.ending_told.as_ref() != Some(ending));
        let (Some(dialled), Some(ending)) = (&state.dialled, ending) else { return Ok(true) };
        let call = CallOfCaller::of(state.carrier, &state.call);
        if call.tell(&self.env, dialled, Some(ending.clone()), REPAIR_WITHIN).await.is_err() {
            return Ok(false);
        }
        self.change(|state| state.ending_told = Some(ending))?;
        Ok(true)
    }

    /// Returns the dialled number, looked up again if it could not be read when the call came.
    async fn dialled_number(&self, state: &CallState) -> Result<Option<DialledNumber>, Problem> {
        match (&state.dialled, state.call.number) {
            (Some(dialled), _) => Ok(Some(dialled.clone())),
            (None, Some(number)) => of_number(&self.env, number).await,
            (None, None) => Ok(None),
        }
    }

    fn state(&self) -> Result<Option<CallState>> {
        self.object.with(|store| readable(store.events.state()?))
    }

    /// Changes the stored state in one go.
    fn change(&self, change: impl FnOnce(&mut CallState)) -> Result<()> {
        self.object.with(|store| {
            let Some(before) = readable::<CallState>(store.events.state()?)? else { return Ok(()) };
            let mut state = before.clone();
            change(&mut state);
            if before != state {
                store.events.write_state(&state)?;
            }
            Ok(())
        })
    }
}

/// Whether the log has what is known of a call.
enum Logged {
    /// It had it already.
    Before,
    /// It was written, as this record.
    Now(String),
    /// It could not be written.
    Not,
}

/// Takes what is stored. What cannot be read was mended before, or could not be.
fn readable<T>(stored: Stored<T>) -> Result<Option<T>> {
    match stored {
        Stored::Nothing => Ok(None),
        Stored::State(state) => Ok(Some(state)),
        Stored::Unreadable(_) => Err("what is stored of the call cannot be read".to_owned().into()),
    }
}

fn new_id() -> Result<String> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    Ok(format!("CAL{:032x}", u128::from_be_bytes(random)))
}
