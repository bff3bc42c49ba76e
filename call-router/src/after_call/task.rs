//! A call's tasks: each is tried until it is done or given up.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;

use dni_core::time::Millis;
use serde::{Deserialize, Serialize};

use super::{Basis, Need, Subject, TaskKind};
use crate::text::Text;

/// Most tasks of one call: each of its 64 recordings may need a few.
pub const MAX_TASKS: usize = 512;
/// Longest code of an error, in bytes.
const MAX_CODE: usize = 40;
/// Longest sentence of an error, in bytes.
const MAX_SENTENCE: usize = 300;

/// One task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its kind.
    pub kind: TaskKind,
    /// What it is about.
    pub subject: Subject,
    /// How far it got.
    pub state: TaskState,
    /// From when on it may be done.
    pub from: Millis,
    /// What it rests on.
    #[serde(default)]
    pub rests_on: Basis,
    /// How often it was tried since it was planned or restarted. A try counts when it begins.
    pub tries: u32,
    /// When the first of these tries began.
    pub first_tried_at: Option<Millis>,
    /// When it is tried next; `None` once it is done or given up.
    pub next_try_at: Option<Millis>,
    /// Why the last try failed; `None` if it did not.
    pub last_error: Option<TaskError>,
    /// When it was done or given up.
    pub finished_at: Option<Millis>,
}

/// How far a task got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It is to be done, or tried again.
    Waiting,
    /// It is done.
    Done,
    /// It was given up.
    Failed,
}

/// Why a try failed: nothing personal may stand in here, as it is shown and logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskError {
    /// The stable code for machines.
    pub code: Text<MAX_CODE>,
    /// What was wrong, and what to do about it.
    pub sentence: Text<MAX_SENTENCE>,
    /// Says whether another try could not end otherwise.
    pub lasting: bool,
}

/// The tasks of one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tasks(BTreeMap<(TaskKind, Subject), Task>);

/// Why a task cannot be restarted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartError {
    /// The call has no such task.
    Unknown,
    /// It is done.
    Done,
}

impl Tasks {
    /// Lists them in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Task> {
        self.0.values()
    }

    /// Returns one.
    pub fn get(&self, kind: TaskKind, subject: &str) -> Option<&Task> {
        self.0.get(&(kind, subject.into()))
    }

    /// Says whether a task is done.
    pub fn is_done(&self, kind: TaskKind, subject: &str) -> bool {
        self.get(kind, subject).is_some_and(|task| task.state == TaskState::Done)
    }

    /// Plans what is needed and not planned yet, and takes back what waits and is not needed any more. What is needed
    /// from another time on is moved; a task that has failed before keeps its wait. What rests on something else by now is
    /// planned anew, whatever became of it.
    pub fn plan(&mut self, needs: &[Need], now: Millis) {
        let is_needed = |task: &Task| needs.iter().any(|need| need.kind == task.kind && need.subject == task.subject);
        self.0.retain(|_, task| task.state != TaskState::Waiting || is_needed(task));
        for need in needs {
            let is_full = self.0.len() >= MAX_TASKS;
            match self.0.get_mut(&(need.kind, need.subject.clone())) {
                Some(task) if task.rests_on != need.rests_on => *task = Task::new(need, now),
                Some(task) => task.move_to(need.from, now),
                None if is_full => {}
                None => {
                    let task = Task::new(need, now);
                    self.0.insert((need.kind, need.subject.clone()), task);
                }
            }
        }
    }

    /// Returns when the next task is due.
    pub fn next_due(&self) -> Option<Millis> {
        self.0.values().filter_map(|task| task.next_try_at).min()
    }

    /// Begins a try of the task that is due for longest. It counts at once, and the next one is set: a try that is cut
    /// off is a failed one. A task that is out of patience is given up instead.
    pub fn begin(&mut self, now: Millis) -> Option<Task> {
        loop {
            let due = self.0.values_mut().filter(|task| task.next_try_at.is_some_and(|at| at <= now));
            let task = due.min_by_key(|task| task.next_try_at)?;
            if task.is_out_of_patience(now) {
                task.last_error.get_or_insert_with(TaskError::cut_off);
                task.give_up(now);
                continue;
            }
            task.tries = task.tries.saturating_add(1);
            task.first_tried_at.get_or_insert(now);
            task.next_try_at = Some(now.after(task.wait()));
            return Some(task.clone());
        }
    }

    /// Takes in how a try ended. What is not waited for any more changes nothing.
    pub fn end(&mut self, kind: TaskKind, subject: &Subject, outcome: Result<(), TaskError>, now: Millis) {
        let Some(task) = self.0.get_mut(&(kind, subject.clone())) else { return };
        if task.state != TaskState::Waiting {
            return;
        }
        match outcome {
            Ok(()) => {
                task.last_error = None;
                task.finish(TaskState::Done, now);
            }
            Err(error) => {
                let is_lasting = error.lasting;
                task.last_error = Some(error);
                if is_lasting || task.is_out_of_patience(now) {
                    task.give_up(now);
                } else {
                    task.next_try_at = Some(now.after(task.wait()));
                }
            }
        }
    }

    /// Begins a task anew that waits or was given up: it is tried at once, with all its patience.
    ///
    /// # Errors
    /// [`RestartError`] if there is no such task, or it is done.
    pub fn restart(&mut self, kind: TaskKind, subject: &Subject, now: Millis) -> Result<(), RestartError> {
        let task = self.0.get_mut(&(kind, subject.clone())).ok_or(RestartError::Unknown)?;
        if task.state == TaskState::Done {
            return Err(RestartError::Done);
        }
        task.state = TaskState::Waiting;
        task.tries = 0;
        task.first_tried_at = None;
        task.next_try_at = Some(now);
        task.finished_at = None;
        Ok(())
    }
}

impl FromIterator<Task> for Tasks {
    fn from_iter<I: IntoIterator<Item = Task>>(tasks: I) -> Self {
        Self(tasks.into_iter().map(|task| ((task.kind, task.subject.clone()), task)).collect())
    }
}

impl Task {
    fn new(need: &Need, now: Millis) -> Self {
        Self {
            kind: need.kind,
            subject: need.subject.clone(),
            state: TaskState::Waiting,
            from: need.from,
            rests_on: need.rests_on.clone(),
            tries: 0,
            first_tried_at: None,
            next_try_at: Some(need.from.max(now)),
            last_error: None,
            finished_at: None,
        }
    }

    fn move_to(&mut self, from: Millis, now: Millis) {
        if self.from == from {
            return;
        }
        self.from = from;
        let earliest = from.max(now);
        if let Some(next) = &mut self.next_try_at {
            *next = if self.tries == 0 { earliest } else { earliest.max(*next) };
        }
    }

    fn wait(&self) -> Duration {
        self.kind.patience().wait_after(self.tries)
    }

    fn is_out_of_patience(&self, now: Millis) -> bool {
        let patience = self.kind.patience();
        let is_late = self.first_tried_at.is_some_and(|first| now.since(first) >= patience.within);
        self.tries >= patience.most_tries || is_late
    }

    fn give_up(&mut self, now: Millis) {
        self.finish(TaskState::Failed, now);
    }

    fn finish(&mut self, state: TaskState, now: Millis) {
        self.state = state;
        self.next_try_at = None;
        self.finished_at = Some(now);
    }
}

impl TaskError {
    /// Makes an error that another try may not meet.
    pub fn passing(code: &str, sentence: &str) -> Self {
        Self { code: code.into(), sentence: sentence.into(), lasting: false }
    }

    /// Makes an error that every other try would meet.
    pub fn lasting(code: &str, sentence: &str) -> Self {
        Self { lasting: true, ..Self::passing(code, sentence) }
    }

    fn cut_off() -> Self {
        Self::passing("cut_off", "The worker ended in the middle of each try; restart the task.")
    }
}

impl TaskState {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl RestartError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown_task",
            Self::Done => "task_done",
        }
    }
}

impl fmt::Display for RestartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Unknown => "The call has no such task; its 'tasks' lists those it has.",
            Self::Done => "The task is done; there is nothing to restart.",
        })
    }
}

impl core::error::Error for RestartError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KIND: TaskKind = TaskKind::Sweep;

    /// What is done to the tasks of a call.
    #[derive(Clone, Debug)]
    enum Act {
        /// Planning for these subjects, from so many seconds on.
        Plan(Vec<(u8, u64)>),
        /// A try, and how it ends; `None` if it is cut off.
        Try(Option<Ending>),
        Restart(u8),
        /// Seconds pass.
        Pass(u64),
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Ending {
        Well,
        Passing,
        Lasting,
    }

    /// The reference: of each subject all that happened since it was planned or restarted. What is true of it follows from
    /// that anew each time.
    #[derive(Clone, Debug)]
    struct History {
        from: u64,
        earliest: u64,
        tries: Vec<(u64, Option<Ending>)>,
        given_up: bool,
    }

    impl History {
        fn is_out_of_patience(&self, now: u64) -> bool {
            let patience = KIND.patience();
            let first = self.tries.first().map(|(at, _)| *at);
            self.tries.len() >= usize::try_from(patience.most_tries).unwrap()
                || first.is_some_and(|first| now - first >= patience.within.as_secs())
        }

        fn state(&self) -> TaskState {
            match self.tries.last() {
                _ if self.given_up => TaskState::Failed,
                Some((_, Some(Ending::Well))) => TaskState::Done,
                Some((_, Some(Ending::Lasting))) => TaskState::Failed,
                Some((at, Some(Ending::Passing))) if self.is_out_of_patience(*at) => TaskState::Failed,
                _ => TaskState::Waiting,
            }
        }

        fn due(&self) -> Option<u64> {
            let patience = KIND.patience();
            let count = u32::try_from(self.tries.len()).unwrap();
            let waited = self.tries.last().map(|(at, _)| at + patience.wait_after(count).as_secs());
            (self.state() == TaskState::Waiting).then(|| waited.unwrap_or(0).max(self.earliest))
        }
    }

    fn act() -> impl Strategy<Value = Act> {
        let ending = prop_oneof![Just(Ending::Well), Just(Ending::Passing), Just(Ending::Lasting)];
        let rarely_well = prop_oneof![3 => Just(Some(Ending::Passing)), 1 => ending.prop_map(Some), 1 => Just(None)];
        prop_oneof![
            2 => proptest::collection::vec((0..4_u8, 0..5_u64), 0..6)
                .prop_map(|needs| Act::Plan(needs.into_iter().map(|(subject, from)| (subject, from * 100_000)).collect())),
            6 => rarely_well.prop_map(Act::Try),
            1 => (0..4_u8).prop_map(Act::Restart),
            4 => prop_oneof![0..1_000_u64, 0..8_000_u64, 0..400_000_u64].prop_map(Act::Pass),
        ]
    }

    fn at(seconds: u64) -> Millis {
        Millis::from_unix_ms(seconds * 1000)
    }

    fn need(subject: u8, from: u64) -> Need {
        Need::new(KIND, subject.to_string().into(), at(from))
    }

    #[test]
    fn what_rests_on_something_else_is_done_anew_and_once() {
        for ending in [Ok(()), Err(TaskError::lasting("never", "Never."))] {
            let mut tasks = Tasks::default();
            let mut tries = 0;
            for (now, basis) in [(1, "a"), (2, "a"), (3, "b"), (4, "b"), (5, "a")] {
                tasks.plan(&[Need { rests_on: basis.into(), ..need(1, 0) }], at(now));
                while let Some(task) = tasks.begin(at(now)) {
                    assert_eq!((task.rests_on.as_str(), task.tries), (basis, 1));
                    tasks.end(task.kind, &task.subject, ending.clone(), at(now));
                    tries += 1;
                }
            }
            assert_eq!((tries, tasks.iter().count()), (3, 1));
        }
    }

    proptest! {
        #[test]
        fn tasks_do_what_their_history_says(acts in proptest::collection::vec(act(), 1..80)) {
            let mut tasks = Tasks::default();
            let mut model: BTreeMap<u8, History> = BTreeMap::new();
            let mut now = 1_000_000;
            for act in acts {
                match act {
                    Act::Plan(mut needs) => {
                        needs.sort_unstable();
                        needs.dedup_by_key(|(subject, _)| *subject);
                        let wanted: Vec<_> = needs.iter().map(|(subject, from)| need(*subject, 1_000_000 + from)).collect();
                        // Whatever comes twice changes nothing.
                        tasks.plan(&[wanted.clone(), wanted].concat(), at(now));
                        model.retain(|subject, history| {
                            history.state() != TaskState::Waiting || needs.iter().any(|(needed, _)| needed == subject)
                        });
                        for (subject, from) in needs {
                            let from = 1_000_000 + from;
                            let fresh = History { from, earliest: from.max(now), tries: vec![], given_up: false };
                            let history = model.entry(subject).or_insert(fresh);
                            if history.from != from {
                                let waited = history.due().filter(|_| !history.tries.is_empty());
                                (history.from, history.earliest) = (from, from.max(now).max(waited.unwrap_or(0)));
                            }
                        }
                    }
                    Act::Try(ending) => {
                        let begun = tasks.begin(at(now));
                        // Those before it in line were out of patience.
                        let mut line: Vec<_> =
                            model.iter().filter_map(|(subject, one)| Some((one.due()?, *subject))).filter(|(due, _)| *due <= now).collect();
                        line.sort_unstable();
                        let mut expected = None;
                        for (_, subject) in line {
                            let history = model.get_mut(&subject).unwrap();
                            if history.is_out_of_patience(now) {
                                history.given_up = true;
                            } else {
                                history.tries.push((now, ending));
                                expected = Some(subject.to_string());
                                break;
                            }
                        }
                        prop_assert_eq!(begun.as_ref().map(|task| task.subject.to_string()), expected);
                        if let (Some(task), Some(ending)) = (begun, ending) {
                            let outcome = match ending {
                                Ending::Well => Ok(()),
                                Ending::Passing => Err(TaskError::passing("later", "Later.")),
                                Ending::Lasting => Err(TaskError::lasting("never", "Never.")),
                            };
                            tasks.end(task.kind, &task.subject, outcome.clone(), at(now));
                            let ended = tasks.get(KIND, task.subject.as_str()).unwrap().clone();
                            prop_assert_eq!(ended.last_error, outcome.err());
                        }
                    }
                    Act::Restart(subject) => {
                        let restarted = tasks.restart(KIND, &subject.to_string().into(), at(now));
                        let expected = match model.get(&subject).map(History::state) {
                            None => Err(RestartError::Unknown),
                            Some(TaskState::Done) => Err(RestartError::Done),
                            Some(_) => Ok(()),
                        };
                        prop_assert_eq!(restarted, expected);
                        if restarted.is_ok() {
                            let history = model.get_mut(&subject).unwrap();
                            *history = History { from: history.from, earliest: now, tries: vec![], given_up: false };
                        }
                    }
                    Act::Pass(seconds) => now += seconds,
                }
                for (subject, history) in &model {
                    let task = tasks.get(KIND, &subject.to_string()).unwrap();
                    prop_assert_eq!(task.state, history.state(), "{:?}", history);
                    prop_assert_eq!(task.next_try_at, history.due().map(at));
                    prop_assert_eq!(usize::try_from(task.tries).unwrap(), history.tries.len());
                    prop_assert_eq!(task.finished_at.is_some(), history.state() != TaskState::Waiting);
                }
                prop_assert_eq!(tasks.iter().count(), model.len());
            }
        }
    }
}
