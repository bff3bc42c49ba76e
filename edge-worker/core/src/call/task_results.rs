//! What the tasks after a call brought, as it is kept with each task.

use call_router::after_call::{TaskKind, Tasks};
use call_router::call::Recording;
use call_router::event::RecordingId;
use call_router::lookup::LookupResult;
use call_router::speech::Transcript;
use call_router::speech::summary::Summary;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::state::CallState;

/// What is known of our copy of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRecording {
    /// 1 = both voices mixed, 2 = caller and business apart; `None` if nobody told.
    pub channels: Option<u8>,
    /// What kind of file it is.
    pub content_type: String,
    /// How large it is.
    pub bytes: u64,
}

/// What a recording's transcript is, and what it cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordingTranscript {
    /// The transcript so far.
    pub transcript: Transcript,
    /// The model.
    pub model: String,
    /// How many pieces of the recording it covers: a try that fails later does not pay for them again.
    pub pieces: usize,
    /// What they cost, in millionths of a US dollar; `None` if the model's price is not known.
    pub cost_micro_usd: Option<u64>,
}

/// A call's summary, and what it cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallSummary {
    /// The summary; `None` if nothing was said, or no answer was one.
    pub summary: Option<Summary>,
    /// The model.
    pub model: String,
    /// What all its answers cost, in millionths of a US dollar; `None` if the model's price is not known.
    pub cost_micro_usd: Option<u64>,
}

/// The tasks of a call, and what they brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskResults {
    /// The tasks.
    pub tasks: Tasks,
    /// Our copies of the recordings.
    pub stored: BTreeMap<RecordingId, StoredRecording>,
    /// The transcripts of the recordings.
    pub transcripts: BTreeMap<RecordingId, RecordingTranscript>,
    /// The summary.
    pub summary: Option<CallSummary>,
    /// What was looked up about the caller's number.
    pub lookup: Option<LookupResult>,
}

impl TaskResults {
    /// Leaves out what may not be told any more: what was said in a recording that somebody asked to delete, and what was made
    /// of it. Once it is deleted, a summary rests on the others.
    #[must_use]
    pub fn without_deleted(mut self, state: &CallState) -> Self {
        self.transcripts.retain(|id, _| !state.to_delete.contains(id));
        let is_gone = |id: &RecordingId| {
            let exists = state.call.recordings.get(id).is_some_and(Recording::exists);
            !exists || self.tasks.is_done(TaskKind::DeleteRecording, id.as_str())
        };
        if !state.to_delete.iter().all(is_gone) {
            self.summary = None;
        }
        self
    }
}
