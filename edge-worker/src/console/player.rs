//! What the console plays.

use edge_core::call::record::{CallRecord, RecordingKind, RecordingRecord, RecordingState, console_path};

use super::words::phone;

/// A recording that can be heard.
pub struct Player {
    /// Where it is.
    pub address: String,
    /// What it is, for who does not see it.
    pub label: String,
}

impl Player {
    /// Returns those of a call.
    pub fn all_of(call: &CallRecord) -> Vec<Self> {
        call.recordings.iter().filter_map(|recording| Self::of(call, recording)).collect()
    }

    /// Returns that of one of its recordings; `None` if we have no copy.
    pub fn of(call: &CallRecord, recording: &RecordingRecord) -> Option<Self> {
        let what = if recording.kind == RecordingKind::Voicemail { "Message" } else { "Recording" };
        let caller = call.customer_phone_number.as_ref().map(|number| number.expose().as_str());
        (recording.state == RecordingState::Stored).then(|| Self {
            address: console_path(&call.id, &recording.id),
            label: format!("{what} of the call from {}", phone(caller, "a withheld number")),
        })
    }
}
