//! What was said in a call, as the log tells it.

use call_router::after_call::{TaskKind, TaskState};
use call_router::event::RecordingId;
use call_router::speech::Segment;
use dni_core::pii::Pii;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Code, ErrorRecord};
use crate::call::task_results::TaskResults;

/// How far transcribing is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TranscriptionRecord {
    /// `waiting`, `done` or `failed`.
    #[schema(value_type = String)]
    pub state: Code,
    /// Why the last try failed.
    pub error: Option<ErrorRecord>,
    /// The language that the service heard.
    pub language: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// How far the summary is; null if none is wanted, or the transcript is not there yet.
    pub summary: Option<SummaryState>,
}

/// How far the summary is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SummaryState {
    /// `waiting`, `done` or `failed`.
    #[schema(value_type = String)]
    pub state: Code,
    /// Why the last try failed.
    pub error: Option<ErrorRecord>,
}

/// The words themselves, which lists of calls leave out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TranscriptRecord {
    /// All of them as one text; null as long as there are none.
    #[schema(value_type = Option<String>)]
    pub transcript: Option<Pii<String>>,
    /// Who said what, and when.
    pub conversational_transcript: Option<Vec<SegmentRecord>>,
}

/// A few words in a row by one speaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentRecord {
    /// The recording they stand in.
    pub recording_id: String,
    /// `caller`, `business` or `unknown`.
    #[schema(value_type = String)]
    pub speaker: Code,
    /// Where in the recording they begin, in milliseconds.
    pub start_ms: u32,
    /// Where they end.
    pub end_ms: u32,
    /// The words.
    #[schema(value_type = String)]
    pub text: Pii<String>,
    /// How sure the service is, in percent.
    pub confidence: Option<u8>,
}

impl TranscriptRecord {
    /// Tells the words; `None` as long as there are none.
    pub fn of(results: &TaskResults) -> Option<Self> {
        let is_done = |id: &RecordingId| results.tasks.is_done(TaskKind::Transcribe, id.as_str());
        let done: Vec<_> = results.transcripts.iter().filter(|(id, _)| is_done(id)).collect();
        done.first()?;
        let texts: Vec<_> = done.iter().map(|(_, told)| told.transcript.text().into_inner()).collect();
        let segments = done
            .iter()
            .flat_map(|(id, told)| told.transcript.segments.iter().map(move |segment| SegmentRecord::of(id, segment)));
        Some(Self { transcript: Some(Pii::new(texts.join("\n"))), conversational_transcript: Some(segments.collect()) })
    }
}

impl TranscriptionRecord {
    /// Tells the recordings' tasks together: what failed shows before what waits, and that before what is done.
    pub(super) fn of(results: &TaskResults) -> Option<Self> {
        let mine = || results.tasks.iter().filter(|task| task.kind == TaskKind::Transcribe);
        let states = [TaskState::Failed, TaskState::Waiting, TaskState::Done];
        let task = states.into_iter().find_map(|state| mine().find(|task| task.state == state))?;
        let summary = results.tasks.get(TaskKind::Summarise, "").map(|task| SummaryState {
            state: task.state.code().into(),
            error: task.last_error.as_ref().map(ErrorRecord::of),
        });
        let told = results.transcripts.values().next();
        Some(Self {
            state: task.state.code().into(),
            error: task.last_error.as_ref().map(ErrorRecord::of),
            language: told.and_then(|told| told.transcript.language.clone()).map(String::from),
            model: told.map(|told| told.model.clone()),
            summary,
        })
    }
}

impl SegmentRecord {
    fn of(id: &RecordingId, segment: &Segment) -> Self {
        Self {
            recording_id: id.as_str().to_owned(),
            speaker: segment.speaker.code().into(),
            start_ms: segment.start_ms,
            end_ms: segment.end_ms,
            text: Pii::new(segment.text.expose().as_str().to_owned()),
            confidence: segment.confidence,
        }
    }
}

/// Adds up what was paid; nothing paid is nothing told.
pub(super) fn cost_of(results: &TaskResults) -> Option<u64> {
    let transcripts = results.transcripts.values().map(|told| told.cost_micro_usd);
    let mut costs = transcripts.chain(results.summary.iter().map(|told| told.cost_micro_usd)).peekable();
    costs.peek()?;
    costs.try_fold(0_u64, |sum, cost| Some(sum.saturating_add(cost?)))
}
