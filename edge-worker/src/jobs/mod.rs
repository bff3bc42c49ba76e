//! What is done after a call, from its object's alarm: one task in each alarm, so that the log comes before every one.
//!
//! When a task is tried and when it is given up is decided in `call_router::after_call`. To add a kind: a file in here with
//! a function that does it, and a line in [`run`]. A task may be done again although it succeeded, where the worker ended
//! before that was written: it must then find what it did before, and change nothing.

mod ai;
mod http;
mod look_up_caller;
mod recordings;
mod summarise;
mod sweep;
mod task_errors;
mod token;
mod transcribe;
mod work;

use core::time::Duration;

use call_router::after_call::{RestartError, Task, TaskError, TaskKind, TaskState, Tasks};
use call_router::call::Call;
use edge_core::call::state::CallState;
use worker::{Env, Result, console_error};

pub use look_up_caller::{forget as forget_look_up, known as known_look_up};
use work::Outcome;
pub use work::Work;

use crate::clock::now;
use crate::settings::Settings;
use crate::store::object::tasks::TaskStore;

/// Plans what the call needs by now, and says whether that changed anything.
pub fn plan(env: &Env, state: &CallState, store: &TaskStore) -> Result<bool> {
    change(store, |tasks| {
        let look_after = sweep::look_after(state, &Settings(env));
        tasks.plan(&state.needs(tasks, look_after), now());
    })
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
            TaskKind::Sweep => sweep::run(work).await,
            TaskKind::StoreRecording => recordings::store(work).await,
            TaskKind::DeleteAtCarrier => recordings::delete_at_carrier(work).await,
            TaskKind::DeleteRecording => recordings::delete(work).await,
            TaskKind::Transcribe => transcribe::run(work).await,
            TaskKind::Summarise => summarise::run(work).await,
            TaskKind::LookUpCaller => look_up_caller::run(work).await,
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
        TaskKind::Sweep | TaskKind::DeleteAtCarrier | TaskKind::DeleteRecording | TaskKind::LookUpCaller => {
            Duration::from_secs(15)
        }
        // The largest recording in this time is 2 MB a second.
        TaskKind::StoreRecording => Duration::from_mins(5),
        // What is transcribed of a long recording by then is kept.
        TaskKind::Transcribe => Duration::from_mins(10),
        TaskKind::Summarise => Duration::from_mins(3),
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

/// Begins a task anew, or all of a kind that are not done.
pub fn restart(
    store: &TaskStore,
    kind: TaskKind,
    subject: Option<&str>,
) -> Result<std::result::Result<(), RestartError>> {
    let mut restarted = Err(RestartError::Unknown);
    change(store, |tasks| {
        let is_meant =
            |task: &&Task| task.kind == kind && subject.is_none_or(|subject| subject == task.subject.as_str());
        let mut meant: Vec<_> = tasks.iter().filter(is_meant).cloned().collect();
        // Those that are done stand in nobody's way, but where there are no others that is the answer.
        meant.sort_by_key(|task| task.state != TaskState::Done);
        for task in meant {
            restarted = tasks.restart(kind, &task.subject, now());
        }
    })?;
    Ok(restarted)
}

/// Begins all tasks anew that were given up, and says whether there were any.
pub fn restart_failed(store: &TaskStore) -> Result<bool> {
    change(store, |tasks| {
        let is_failed = |task: &&Task| task.state == TaskState::Failed;
        let failed: Vec<_> = tasks.iter().filter(is_failed).map(|task| (task.kind, task.subject.clone())).collect();
        for (kind, subject) in failed {
            _ = tasks.restart(kind, &subject, now());
        }
    })
}

fn change(store: &TaskStore, change: impl FnOnce(&mut Tasks)) -> Result<bool> {
    let before = store.all()?;
    let mut tasks = before.clone();
    change(&mut tasks);
    store.write_changes(&before, &tasks)?;
    Ok(before != tasks)
}
