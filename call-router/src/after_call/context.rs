//! What is known of a call when it is asked which tasks it needs.

use core::time::Duration;
use std::collections::BTreeSet;

use dni_core::time::Millis;

use super::{AfterCallSettings, TaskKind, TaskState, Tasks};
use crate::{call::Call, carrier::Carrier, event::RecordingId, recording::RecordingRules};

/// What deleting a recording rests on if somebody asked for it, and not its time is over.
pub(super) const ASKED: &str = "asked";

/// What is known of a call.
#[derive(Clone, Copy, Debug)]
pub struct AfterCallContext<'a> {
    /// The carrier.
    pub carrier: Carrier,
    /// What its webhooks say.
    pub call: &'a Call,
    /// When the last of them came.
    pub last_event_at: Millis,
    /// The recordings that somebody asked to delete.
    pub to_delete: &'a BTreeSet<RecordingId>,
    /// The tasks it has: some follow from others.
    pub tasks: &'a Tasks,
    /// What the owner says about recordings.
    pub recordings: RecordingRules,
    /// How long after its last sign the call is looked for.
    pub look_after: Duration,
    /// What its site wants to be heard and found out.
    pub settings: AfterCallSettings,
}

impl AfterCallContext<'_> {
    /// Says whether a recording was deleted because somebody asked for it.
    pub(super) fn is_deleted_as_asked(&self, id: &RecordingId) -> bool {
        let task = self.tasks.get(TaskKind::DeleteRecording, id.as_str());
        task.is_some_and(|task| task.state == TaskState::Done && task.rests_on.as_str() == ASKED)
    }

    /// Returns when a recording was copied; `None` if it was not.
    pub(super) fn stored_at(&self, id: &RecordingId) -> Option<Millis> {
        let task = self.tasks.get(TaskKind::StoreRecording, id.as_str())?;
        (task.state == TaskState::Done).then_some(task.finished_at?)
    }
}
