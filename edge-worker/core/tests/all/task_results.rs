//! What may be told of what tasks brought.

use core::time::Duration;

use call_router::after_call::{TaskKind, Tasks};
use call_router::event::RecordingId;
use edge_core::call::record::{CallRecord, RecordingState, TranscriptRecord};
use edge_core::call::state::CallState;
use edge_core::call::task_results::{CallSummary, RecordingTranscript, StoredRecording, TaskResults};
use serde_json::json;

use super::harbor::*;

fn recorded() -> CallState {
    call(POOL_NUMBER, &[RING, LEG_ANSWERS, DIAL_ENDS, RECORDED, ENDS])
}

fn id() -> RecordingId {
    RecordingId::parse("RE1").unwrap()
}

/// With one recording stored, transcribed and summarised.
fn results(state: &CallState) -> TaskResults {
    let mut tasks = Tasks::default();
    tasks.plan(&state.needs(&tasks, Duration::from_mins(15)), RINGS_AT);
    let stored = tasks.begin(RINGS_AT).filter(|task| task.kind == TaskKind::StoreRecording).unwrap();
    tasks.end(stored.kind, &stored.subject, Ok(()), RINGS_AT);
    let segment =
        json!({ "speaker": "caller", "start_ms": 0, "end_ms": 900, "text": "My furnace is cold", "confidence": 90 });
    let transcript = json!({
        "transcript": { "language": "en", "segments": [segment] }, "model": "whisper", "pieces": 1, "cost_micro_usd": 500,
    });
    let transcript: RecordingTranscript = serde_json::from_value(transcript).unwrap();
    TaskResults {
        tasks,
        stored: [(id(), StoredRecording { channels: Some(2), content_type: "audio/wav".to_owned(), bytes: 9 })].into(),
        transcripts: [(id(), transcript)].into(),
        summary: Some(CallSummary { summary: None, model: "llama".to_owned(), cost_micro_usd: Some(70) }),
        lookup: None,
    }
}

#[test]
fn a_stored_recording_is_told_with_where_it_can_be_heard() {
    let state = recorded();
    let told = CallRecord::of(&state, &results(&state), "https://calls.example.com", RINGS_AT);
    let recording = told.recordings.first().unwrap();
    assert_eq!((recording.state, recording.channels, recording.duration), (RecordingState::Stored, Some(2), Some(40)));
    assert_eq!(recording.url.as_deref(), Some("https://calls.example.com/v1/calls/CAL1/recordings/RE1"));
    assert_eq!(told.recording_player.as_deref(), Some("https://calls.example.com/console/recordings/CAL1/RE1"));
    assert_eq!(told.ai_cost_micro_usd, Some(570));
}

#[test]
fn what_somebody_asked_to_delete_is_not_told_any_more() {
    let mut state = recorded();
    let before = results(&state);
    assert!(before.clone().without_deleted(&state).transcripts.contains_key(&id()));
    state.to_delete.insert(id());
    let after = before.without_deleted(&state);
    assert!(after.transcripts.is_empty());
    assert_eq!(after.summary, None, "it rests on what is to be deleted");
    assert_eq!(TranscriptRecord::of(&after), None);
    let told = CallRecord::of(&state, &after, "https://calls.example.com", RINGS_AT);
    assert_eq!(told.recordings.first().map(|recording| recording.state), Some(RecordingState::Deleted));
    assert_eq!((told.recording, told.recording_player), (None, None));
}

#[test]
fn words_are_told_once_their_task_is_done() {
    let state = recorded();
    let results = results(&state);
    // The transcript is there, but the site does not ask for any, so that no task says that it is whole.
    assert_eq!(TranscriptRecord::of(&results), None);
}
