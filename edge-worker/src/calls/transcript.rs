//! What was heard in a call and found out about its caller, as the log tells it.

use call_router::after_call::{TaskKind, TaskState, Tasks};
use call_router::call::Recording;
use call_router::event::RecordingId;
use call_router::lookup::{Entry, LineType};
use call_router::speech::summary::{Sentiment, Summary, Tag};
use call_router::speech::{Segment, Speaker};
use dni_core::pii::Pii;
use serde::Serialize;
use worker::Result;

use super::after_call::ErrorRecord;
use crate::durable_objects::CallState;
use crate::jobs::{Summarised, Transcribed};
use crate::store::object::tasks::TaskStore;

/// The part of a call's record that tells what was heard and found out.
#[derive(Clone, Debug, Serialize)]
pub struct HeardRecord {
    /// How far transcribing is; null if the site does not wish it, or nothing was recorded.
    pub transcription: Option<TranscriptionRecord>,
    /// What the call was about.
    pub call_summary: Option<Pii<String>>,
    /// What the caller wanted.
    pub call_intent: Option<Pii<String>>,
    /// `positive`, `neutral` or `negative`.
    pub sentiment: Option<&'static str>,
    /// How likely the caller is to become a customer, 0 to 100.
    pub lead_score: Option<u8>,
    /// Why.
    pub lead_score_explanation: Option<Pii<String>>,
    /// The tags that the summary gave, of the site's list; those of the flow stand elsewhere.
    pub ai_tags: Vec<String>,
    /// What transcripts and summary cost by the price lists, in millionths of a US dollar; null if a price is not known.
    pub ai_cost_micro_usd: Option<u64>,
    /// The kind of line the caller's number is.
    pub line_type: Option<&'static str>,
    /// The company that serves it.
    pub caller_carrier: Option<String>,
}

/// How far transcribing is.
#[derive(Clone, Debug, Serialize)]
pub struct TranscriptionRecord {
    /// `waiting`, `done` or `failed`.
    pub state: &'static str,
    /// Why the last try failed.
    pub error: Option<ErrorRecord>,
    /// The language that the service heard.
    pub language: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// How far the summary is; null if none is wished, or the transcript is not there yet.
    pub summary: Option<SummaryState>,
}

/// How far the summary is.
#[derive(Clone, Debug, Serialize)]
pub struct SummaryState {
    /// `waiting`, `done` or `failed`.
    pub state: &'static str,
    /// Why the last try failed.
    pub error: Option<ErrorRecord>,
}

/// The words themselves, which lists of calls leave out.
#[derive(Clone, Debug, Serialize)]
pub struct TranscriptRecord {
    /// All of them as one text.
    pub transcript: Pii<String>,
    /// Who said what, and when.
    pub conversational_transcript: Vec<SegmentRecord>,
}

/// A few words in a row by one speaker.
#[derive(Clone, Debug, Serialize)]
pub struct SegmentRecord {
    /// The recording they stand in.
    pub recording_id: String,
    /// `caller`, `business` or `unknown`.
    pub speaker: &'static str,
    /// Where in the recording they begin, in milliseconds.
    pub start_ms: u32,
    /// Where they end.
    pub end_ms: u32,
    /// The words.
    pub text: Pii<String>,
    /// How sure the service is, in percent.
    pub confidence: Option<u8>,
}

/// What the tasks brought.
pub struct Heard {
    tasks: Tasks,
    transcripts: Vec<(RecordingId, Transcribed)>,
    summarised: Option<Summarised>,
    entry: Option<Entry>,
}

impl Heard {
    /// Reads it. What was said in a recording that somebody asked to delete is not told any more, nor what was made of it: once
    /// it is deleted, a summary rests on the others.
    pub fn read(state: &CallState, store: &TaskStore) -> Result<Self> {
        let tasks = store.all()?;
        let mut transcripts = Vec::new();
        for id in state.record.recordings.keys().filter(|id| !state.to_delete.contains(id)) {
            if let Some(told) = store.result::<Transcribed>(TaskKind::Transcribe, id.as_str())? {
                transcripts.push((id.clone(), told));
            }
        }
        let summarised = store.result(TaskKind::Summarise, "")?;
        let looked_up = tasks.is_done(TaskKind::LookUpCaller, "");
        let entry = if looked_up { store.result(TaskKind::LookUpCaller, "")? } else { None };
        let exists = |id: &&RecordingId| state.record.recordings.get(*id).is_some_and(Recording::exists);
        let is_deleted = |id: &RecordingId| tasks.is_done(TaskKind::DeleteRecording, id.as_str());
        let summarised = summarised.filter(|_| state.to_delete.iter().filter(exists).all(is_deleted));
        Ok(Self { tasks, transcripts, summarised, entry })
    }

    /// Tells all but the words.
    pub fn record(&self) -> HeardRecord {
        let summary = self.summarised.as_ref().and_then(|told| told.summary.as_ref());
        let text = |part: fn(&Summary) -> &str| summary.map(|summary| Pii::new(part(summary).to_owned()));
        let entry = self.entry.clone().unwrap_or_default();
        HeardRecord {
            transcription: self.transcription(),
            call_summary: text(|summary| summary.summary.expose().as_str()),
            call_intent: text(|summary| summary.intent.expose().as_str()),
            sentiment: summary.map(|summary| Sentiment::code(summary.sentiment)),
            lead_score: summary.map(|summary| summary.lead_score.get()),
            lead_score_explanation: text(|summary| summary.lead_score_explanation.expose().as_str()),
            ai_tags: summary.iter().flat_map(|summary| &summary.tags).map(Tag::as_str).map(str::to_owned).collect(),
            ai_cost_micro_usd: self.cost(),
            line_type: entry.line_type.map(LineType::code),
            caller_carrier: entry.company.map(String::from),
        }
    }

    /// Returns the name that a look-up found.
    pub fn looked_up_name(&self) -> Option<String> {
        self.entry.as_ref()?.name.as_ref().map(|name| name.expose().as_str().to_owned())
    }

    /// Tells the words; `None` as long as there are none.
    pub fn words(&self) -> Option<TranscriptRecord> {
        let done = self.transcripts.iter().filter(|(id, _)| self.tasks.is_done(TaskKind::Transcribe, id.as_str()));
        let done: Vec<_> = done.collect();
        done.first()?;
        let texts: Vec<_> = done.iter().map(|(_, told)| told.transcript.text().into_inner()).collect();
        let segments = done
            .iter()
            .flat_map(|(id, told)| told.transcript.segments.iter().map(move |segment| SegmentRecord::of(id, segment)));
        Some(TranscriptRecord { transcript: Pii::new(texts.join("\n")), conversational_transcript: segments.collect() })
    }

    /// The recordings' tasks together: what failed shows before what waits, and that before what is done.
    fn transcription(&self) -> Option<TranscriptionRecord> {
        let mine = || self.tasks.iter().filter(|task| task.kind == TaskKind::Transcribe);
        let states = [TaskState::Failed, TaskState::Waiting, TaskState::Done];
        let task = states.into_iter().find_map(|state| mine().find(|task| task.state == state))?;
        let summary = self.tasks.get(TaskKind::Summarise, "").map(|task| SummaryState {
            state: task.state.code(),
            error: task.last_error.as_ref().map(ErrorRecord::of),
        });
        let told = self.transcripts.first().map(|(_, told)| told);
        Some(TranscriptionRecord {
            state: task.state.code(),
            error: task.last_error.as_ref().map(ErrorRecord::of),
            language: told.and_then(|told| told.transcript.language.clone()).map(String::from),
            model: told.map(|told| told.model.clone()),
            summary,
        })
    }

    /// Adds up what was paid; nothing paid is nothing told.
    fn cost(&self) -> Option<u64> {
        let transcripts = self.transcripts.iter().map(|(_, told)| told.cost_micro_usd);
        let mut costs = transcripts.chain(self.summarised.iter().map(|told| told.cost_micro_usd)).peekable();
        costs.peek()?;
        costs.try_fold(0_u64, |sum, cost| Some(sum.saturating_add(cost?)))
    }
}

impl SegmentRecord {
    fn of(id: &RecordingId, segment: &Segment) -> Self {
        Self {
            recording_id: id.as_str().to_owned(),
            speaker: Speaker::code(segment.speaker),
            start_ms: segment.start_ms,
            end_ms: segment.end_ms,
            text: Pii::new(segment.text.expose().as_str().to_owned()),
            confidence: segment.confidence,
        }
    }
}
