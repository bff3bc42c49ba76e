//! Says what the call was about.

use call_router::after_call::{TaskError, TaskKind};
use call_router::speech::Transcript;
use call_router::speech::price::{self, Tokens};
use call_router::speech::summary::{ModelReply, Summary, SummaryRequest, read};
use edge_core::call::task_results::{CallSummary, RecordingTranscript};

use super::ai::Ai;
use super::task_errors::stored;
use super::work::{Done, Outcome, Work};

/// How often a model that does not keep to the form is asked: whatever it says is paid for.
const ATTEMPTS: u32 = 2;

/// Asks for a summary of all that was said.
pub async fn run(work: &Work<'_>) -> Outcome {
    let transcript = transcript(work)?;
    if transcript.segments.is_empty() {
        return Ok(Done::default());
    }
    let ai = Ai::of(work.env)?;
    let tags = work.state.dialled.as_ref().map(|dialled| dialled.transcription.tags.clone()).unwrap_or_default();
    let ask = SummaryRequest::new(&transcript, &tags);
    let mut refused = None;
    for _ in 0..ATTEMPTS {
        let ModelReply { summary, tokens } = read(&ai.ask(&ask).await?, &tags);
        let (summary, error) = summary.map_or_else(|error| (None, Some(error)), |summary| (Some(summary), None));
        keep(work, ai.text_model(), summary, tokens)?;
        refused = error;
        if refused.is_none() {
            break;
        }
    }
    match refused {
        None => Ok(Done::default()),
        Some(error) => Err(TaskError::lasting(error.code(), &error.to_string())),
    }
}

/// Puts the transcripts of the call's recordings together. Those that somebody asked to delete are left out.
fn transcript(work: &Work) -> Result<Transcript, TaskError> {
    let mut all = Transcript::default();
    for id in work.state.call.recordings.keys().filter(|id| !work.state.to_delete.contains(id)) {
        let kept: Option<RecordingTranscript> =
            work.store.result(TaskKind::Transcribe, id.as_str()).map_err(|error| stored(&error))?;
        if let Some(kept) = kept {
            all.segments.extend(kept.transcript.segments);
        }
    }
    Ok(all)
}

/// Writes what came of one answer; its cost is added to what was paid before.
fn keep(work: &Work, model: &str, summary: Option<Summary>, tokens: Tokens) -> Result<(), TaskError> {
    let subject = work.task.subject.as_str();
    let kept: Option<CallSummary> = work.store.result(TaskKind::Summarise, subject).map_err(|error| stored(&error))?;
    let before = kept.map_or(Some(0), |kept| kept.cost_micro_usd);
    let cost = price::of_tokens(model, tokens);
    let summarised = CallSummary {
        summary,
        model: model.to_owned(),
        cost_micro_usd: before.zip(cost).map(|(before, cost)| before.saturating_add(cost)),
    };
    let value = serde_json::to_value(&summarised).map_err(|error| stored(&error))?;
    work.store.write_result(TaskKind::Summarise, subject, &value).map_err(|error| stored(&error))
}
