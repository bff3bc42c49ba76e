//! A call's recordings, as the log tells them.

use call_router::after_call::{TaskKind, TaskState, Tasks};
use call_router::call::Recording;
use call_router::event::{RecordingId, RecordingSource, RecordingStatus};
use call_router::recording::path_name;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::call::state::CallState;
use crate::call::task_results::TaskResults;

/// A recording as the log tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordingRecord {
    /// The carrier's id of it.
    #[schema(value_type = String)]
    pub id: RecordingId,
    /// Where it can be heard, with the API key; null unless it is stored.
    pub url: Option<String>,
    /// Seconds of sound.
    pub duration: Option<u32>,
    /// 1 = both voices mixed, 2 = caller and business apart.
    pub channels: Option<u8>,
    /// What it holds.
    pub kind: RecordingKind,
    /// Where it is.
    pub state: RecordingState,
}

/// What a recording holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingKind {
    /// Caller and business.
    Conversation,
    /// A message that the caller left.
    Voicemail,
    /// Anything else.
    Other,
}

/// Where a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// The carrier still records, or nobody told that it ended.
    InProgress,
    /// The carrier says that there is none.
    Absent,
    /// The carrier could not record.
    Failed,
    /// It is being copied.
    Copying,
    /// It could not be copied, and is not tried any more.
    Lost,
    /// We have a copy.
    Stored,
    /// It was deleted, or is about to be.
    Deleted,
}

/// Says where a recording is played in the REST API.
pub fn api_path(call: &str, id: &RecordingId) -> String {
    format!("/v1/calls/{call}/recordings/{}", path_name(id))
}

/// Says where a recording is played in the console.
pub fn console_path(call: &str, id: &RecordingId) -> String {
    format!("/console/recordings/{call}/{}", path_name(id))
}

/// Tells all recordings of a call.
pub(super) fn all_of(state: &CallState, results: &TaskResults, public_url: &str) -> Vec<RecordingRecord> {
    let recordings = state.call.recordings.iter();
    recordings.map(|(id, recording)| record_of(state, results, public_url, (id, recording))).collect()
}

fn record_of(
    state: &CallState,
    results: &TaskResults,
    public_url: &str,
    (id, recording): (&RecordingId, &Recording),
) -> RecordingRecord {
    let is_at = state_of(state, (id, recording), &results.tasks);
    let stored = results.stored.get(id);
    RecordingRecord {
        id: id.clone(),
        url: (is_at == RecordingState::Stored).then(|| format!("{public_url}{}", api_path(&state.id, id))),
        duration: recording.duration,
        channels: stored.and_then(|stored| stored.channels).or(recording.channels),
        kind: match recording.source {
            RecordingSource::Forward => RecordingKind::Conversation,
            RecordingSource::Voicemail => RecordingKind::Voicemail,
            RecordingSource::Other => RecordingKind::Other,
        },
        state: is_at,
    }
}

fn state_of(state: &CallState, (id, recording): (&RecordingId, &Recording), tasks: &Tasks) -> RecordingState {
    if state.to_delete.contains(id) || tasks.is_done(TaskKind::DeleteRecording, id.as_str()) {
        return RecordingState::Deleted;
    }
    let stored = tasks.get(TaskKind::StoreRecording, id.as_str()).map(|task| task.state);
    match (recording.status, stored) {
        (_, Some(TaskState::Done)) => RecordingState::Stored,
        (Some(RecordingStatus::Absent), _) => RecordingState::Absent,
        (Some(RecordingStatus::Failed), _) => RecordingState::Failed,
        (_, Some(TaskState::Failed)) => RecordingState::Lost,
        (_, Some(TaskState::Waiting)) => RecordingState::Copying,
        (_, None) => RecordingState::InProgress,
    }
}
