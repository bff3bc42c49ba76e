//! Writes down what is said in a recording.

use call_router::after_call::{TaskError, TaskKind};
use call_router::event::{RecordingId, RecordingSource};
use call_router::speech::audio::Audio;
use call_router::speech::{Speaker, Transcript, price};
use edge_core::call::task_results::RecordingTranscript;

use super::ai::Ai;
use super::task_errors::stored;
use super::work::{Done, Outcome, Work};

/// Transcribes our own copy, piece by piece; what is done of it is kept at once.
pub async fn run(work: &Work<'_>) -> Outcome {
    let ai = Ai::of(work.env)?;
    let sound = super::recordings::sound(work).await?;
    let audio = Audio::read(&sound).map_err(|error| TaskError::lasting(error.code(), &error.to_string()))?;
    let listening = ai.listening(&audio);
    let rule = work.state.dialled.as_ref().map(|dialled| dialled.transcription.clone()).unwrap_or_default();
    let alone = speaker(work);
    let mut so_far = begun(work, &listening.model)?;
    for piece in audio.pieces(listening.limit, listening.channels).skip(so_far.pieces) {
        let part = ai.transcribe(&listening, &piece, audio.content_type(), alone, rule.language.as_deref()).await?;
        let cost = price::of_sound(&listening.model, piece.duration_ms.saturating_mul(listening.heard_channels));
        let joined = Transcript::join([so_far.transcript, part]);
        // Before anything is kept: a number may begin in one piece and end in the next.
        so_far.transcript = if rule.redact { joined.without_secrets() } else { joined };
        so_far.pieces += 1;
        so_far.cost_micro_usd = so_far.cost_micro_usd.zip(cost).map(|(before, cost)| before.saturating_add(cost));
        let kept = serde_json::to_value(&so_far).map_err(|error| stored(&error))?;
        work.store
            .write_result(TaskKind::Transcribe, work.task.subject.as_str(), &kept)
            .map_err(|error| stored(&error))?;
    }
    Ok(Done::default())
}

/// Returns what an earlier try did, if it asked the same model.
fn begun(work: &Work, model: &str) -> Result<RecordingTranscript, TaskError> {
    let kept: Option<RecordingTranscript> =
        work.store.result(TaskKind::Transcribe, work.task.subject.as_str()).map_err(|error| stored(&error))?;
    Ok(kept.filter(|kept| kept.model == model).unwrap_or_else(|| RecordingTranscript {
        transcript: Transcript::default(),
        model: model.to_owned(),
        pieces: 0,
        cost_micro_usd: Some(0),
    }))
}

/// Says who speaks where all voices are in one channel: only a message has but one.
fn speaker(work: &Work) -> Speaker {
    let id = RecordingId::parse(work.task.subject.as_str()).ok();
    let recording = id.and_then(|id| work.state.call.recordings.get(&id));
    match recording.map(|recording| recording.source) {
        Some(RecordingSource::Voicemail) => Speaker::Caller,
        _ => Speaker::Unknown,
    }
}
