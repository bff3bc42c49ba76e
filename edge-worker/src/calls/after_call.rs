//! What was done after a call, as the log tells it.

use call_router::after_call::{Task, TaskError, TaskKind, TaskState, Tasks};
use call_router::call::Recording;
use call_router::event::{RecordingId, RecordingSource, RecordingStatus};
use serde::Serialize;
use worker::Result;

use super::iso;
use crate::api::recordings;
use crate::durable_objects::CallState;
use crate::jobs::Stored;
use crate::settings::Settings;
use crate::store::object::tasks::TaskStore;

/// The part of a call's record that tells what was done after it.
#[derive(Clone, Debug, Serialize)]
pub struct AfterCallRecord {
    /// What the end of the call rests on: `carrier`, `carrier_asked`, `sweep`; null as long as it goes on.
    pub ended_by: Option<&'static str>,
    /// Where the first recording that there is can be heard, with the API key.
    pub recording: Option<String>,
    /// Its seconds.
    pub recording_duration: Option<u32>,
    /// Where it can be heard in the console.
    pub recording_player: Option<String>,
    /// The recordings, messages among them.
    pub recordings: Vec<RecordingRecord>,
    /// The tasks, in their order.
    pub tasks: Vec<TaskRecord>,
}

/// A recording as the log tells it.
#[derive(Clone, Debug, Serialize)]
pub struct RecordingRecord {
    /// The carrier's id of it.
    pub id: String,
    /// Where it can be heard, with the API key; null unless it is stored.
    pub url: Option<String>,
    /// Seconds of sound.
    pub duration: Option<u32>,
    /// 1 = both voices mixed, 2 = caller and business apart.
    pub channels: Option<u8>,
    /// `conversation`, `voicemail` or `other`.
    pub kind: &'static str,
    /// `in_progress`, `absent`, `failed`, `copying`, `lost`, `stored` or `deleted`.
    pub state: &'static str,
    /// Where it can be heard in the console.
    #[serde(skip)]
    player: Option<String>,
}

/// A task as the log tells it.
#[derive(Clone, Debug, Serialize)]
pub struct TaskRecord {
    /// Its kind.
    pub kind: &'static str,
    /// The recording it is about; null if it is about the call as a whole.
    pub subject: Option<String>,
    /// `waiting`, `done` or `failed`.
    pub state: &'static str,
    /// How often it was tried since it was planned or restarted.
    pub tries: u32,
    /// Why the last try failed.
    pub last_error: Option<ErrorRecord>,
    /// When it is tried next.
    pub next_try_at: Option<String>,
    /// When it was done or given up.
    pub finished_at: Option<String>,
}

/// Why a try failed.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorRecord {
    /// The stable code.
    pub code: String,
    /// What was wrong, and what to do about it.
    pub message: String,
}

impl AfterCallRecord {
    /// Tells what is known now.
    pub fn of(state: &CallState, store: &TaskStore, settings: &Settings) -> Result<Self> {
        let tasks = store.all()?;
        let public_url = settings.public_url().unwrap_or_default();
        let told = state.record.recordings.iter().map(|(id, recording)| {
            let stored = store.result(TaskKind::StoreRecording, id.as_str())?;
            Ok(RecordingRecord::of(state, (id, recording), &tasks, stored, &public_url))
        });
        let recordings: Vec<RecordingRecord> = told.collect::<Result<_>>()?;
        let first = recordings.iter().find(|recording| recording.url.is_some());
        Ok(Self {
            ended_by: state.record.ended_by().map(call_router::call::EndedBy::code),
            recording: first.and_then(|recording| recording.url.clone()),
            recording_duration: first.and_then(|recording| recording.duration),
            recording_player: first.and_then(|recording| recording.player.clone()),
            recordings,
            tasks: tasks.iter().map(TaskRecord::of).collect(),
        })
    }
}

impl RecordingRecord {
    fn of(
        state: &CallState,
        (id, recording): (&RecordingId, &Recording),
        tasks: &Tasks,
        stored: Option<Stored>,
        public_url: &str,
    ) -> Self {
        let code = state_of(state, (id, recording), tasks);
        let address = |path: String| (code == "stored").then(|| format!("{public_url}{path}"));
        Self {
            id: id.as_str().to_owned(),
            url: address(recordings::path(&state.id, id)),
            duration: recording.duration,
            channels: stored.and_then(|stored| stored.channels).or(recording.channels),
            kind: match recording.source {
                RecordingSource::Forward => "conversation",
                RecordingSource::Voicemail => "voicemail",
                RecordingSource::Other => "other",
            },
            state: code,
            player: address(recordings::console_path(&state.id, id)),
        }
    }
}

fn state_of(state: &CallState, (id, recording): (&RecordingId, &Recording), tasks: &Tasks) -> &'static str {
    if state.to_delete.contains(id) || tasks.is_done(TaskKind::DeleteRecording, id.as_str()) {
        return "deleted";
    }
    let stored = tasks.get(TaskKind::StoreRecording, id.as_str()).map(|task| task.state);
    match (recording.status, stored) {
        (_, Some(TaskState::Done)) => "stored",
        (Some(RecordingStatus::Absent), _) => "absent",
        (Some(RecordingStatus::Failed), _) => "failed",
        (_, Some(TaskState::Failed)) => "lost",
        (_, Some(TaskState::Waiting)) => "copying",
        (_, None) => "in_progress",
    }
}

impl TaskRecord {
    /// Tells one task.
    pub fn of(task: &Task) -> Self {
        let subject = Some(task.subject.as_str()).filter(|subject| !subject.is_empty());
        Self {
            kind: task.kind.code(),
            subject: subject.map(str::to_owned),
            state: task.state.code(),
            tries: task.tries,
            last_error: task.last_error.as_ref().map(ErrorRecord::of),
            next_try_at: task.next_try_at.map(iso),
            finished_at: task.finished_at.map(iso),
        }
    }
}

impl ErrorRecord {
    /// Tells one error.
    pub fn of(error: &TaskError) -> Self {
        Self { code: error.code.as_str().to_owned(), message: error.sentence.as_str().to_owned() }
    }
}
