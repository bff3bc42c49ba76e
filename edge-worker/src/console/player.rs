//! What the console plays.

use call_router::event::RecordingId;

use super::told::Told;
use crate::api;

/// A recording that can be heard.
pub struct Player {
    /// Where it is.
    pub address: String,
    /// What it is, for who does not see it.
    pub label: String,
}

impl Player {
    /// Those of a call.
    pub fn all_of(call: &Told) -> Vec<Self> {
        call.list("recordings").filter_map(|recording| Self::of(call, &recording)).collect()
    }

    /// That of one of its recordings, if we have a copy.
    pub fn of(call: &Told, recording: &Told) -> Option<Self> {
        let id = RecordingId::parse(&recording.text("id")).ok().filter(|_| recording.text("state") == "stored")?;
        let what = if recording.text("kind") == "voicemail" { "Message" } else { "Recording" };
        Some(Self {
            address: api::recordings::console_path(&call.text("id"), &id),
            label: format!("{what} of the call from {}", call.phone("customer_phone_number", "a withheld number")),
        })
    }
}
