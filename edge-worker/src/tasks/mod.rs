//! What is done after a call, from its object's alarm: one task in each alarm, so that the log comes before every one.
//!
//! When a task is tried and when it is given up is decided in `call_router::after_call`. To add a kind: a file in here with
//! a function that does it, and a line in [`run`]. A task may be done again although it succeeded, where the worker ended
//! before that was written: it must then find what it did before, and change nothing.

mod sweep;

use core::time::Duration;

use call_router::after_call::{Known, Need, Subject, Task, TaskError, TaskKind, Tasks, Unrestartable, needed};
use call_router::call::Call;
use serde_json::Value;
use worker::{Env, Result, console_error};

use crate::clock::now;
use crate::objects::CallState;
use crate::settings::Settings;
use crate::store::tasks::TaskStore;

/// What a task has to go by.
pub struct Work<'a> {
    /// The bindings.
    pub env: &'a Env,
    /// What is known of the call.
    pub state: &'a CallState,
    /// What other tasks brought.
    pub store: &'a TaskStore,
    /// The task, this try counted.
    pub task: &'a Task,
}

/// What a task brought.
#[derive(Default)]
pub struct Done {
    /// What is kept with the task, for the record and for other tasks: [`TaskStore::result`].
    pub result: Option<Value>,
    /// What it makes known of the call itself, joined with what the webhooks said.
    pub call: Option<Call>,
}

/// How a task's try ended.
pub type Outcome = std::result::Result<Done, TaskError>;

/// Plans what the call needs by now, and says whether that changed anything.
pub fn plan(env: &Env, state: &CallState, store: &TaskStore) -> Result<bool> {
    change(store, |tasks| {
        let needs = needs(env, state, tasks);
        tasks.plan(&needs, now());
    })
}

fn needs(env: &Env, state: &CallState, tasks: &Tasks) -> Vec<Need> {
    needed(&Known { call: &state.record, heard_at: state.heard_at, tasks, look_after: Settings(env).sweep_after() })
}

/// Begins the task that is due for longest, if one is.
pub fn begin(store: &TaskStore) -> Result<Option<Task>> {
    let mut begun = None;
    change(store, |tasks| begun = tasks.begin(now()))?;
    Ok(begun)
}

/// Does one task, within its time.
pub async fn run(work: &Work<'_>) -> Outcome {
    let doing = async {
        match work.task.kind {
            TaskKind::Sweep => sweep::run(work),
        }
    };
    let limit = limit_of(work.task.kind);
    let outcome = crate::clock::within(limit, async { Ok(doing.await) }).await;
    outcome.unwrap_or_else(|_| {
        let sentence = format!("It took longer than the {} seconds it may take.", limit.as_secs());
        Err(TaskError::passing("too_slow", &sentence))
    })
}

/// How long a try may take: an alarm must be over within 15 minutes.
const fn limit_of(kind: TaskKind) -> Duration {
    match kind {
        TaskKind::Sweep => Duration::from_secs(15),
    }
}

/// Writes how a try ended, and what it brought.
pub fn end(store: &TaskStore, task: &Task, outcome: Outcome) -> Result<Option<Call>> {
    let (result, call, ended) = match outcome {
        Ok(done) => (done.result, done.call, Ok(())),
        Err(error) => {
            console_error!("the task {} failed: {}", task.kind.code(), error.code);
            (None, None, Err(error))
        }
    };
    if let Some(result) = result {
        store.write_result(task.kind, task.subject.as_str(), &result)?;
    }
    change(store, |tasks| tasks.end(task.kind, &task.subject, ended, now()))?;
    Ok(call)
}

/// Begins a task anew.
pub fn restart(store: &TaskStore, kind: TaskKind, subject: &Subject) -> Result<std::result::Result<(), Unrestartable>> {
    let mut restarted = Ok(());
    change(store, |tasks| restarted = tasks.restart(kind, subject, now()))?;
    Ok(restarted)
}

fn change(store: &TaskStore, change: impl FnOnce(&mut Tasks)) -> Result<bool> {
    let before = store.all()?;
    let mut tasks = before.clone();
    change(&mut tasks);
    store.write_changes(&before, &tasks)?;
    Ok(before != tasks)
}
