//! Which tasks a call needs, by all that is known of it.

use core::time::Duration;

use dni_core::time::Millis;

use super::{Subject, TaskKind, Tasks};
use crate::call::Call;

/// A task that a call needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Its kind.
    pub kind: TaskKind,
    /// What it is about.
    pub subject: Subject,
    /// From when on it may be done.
    pub from: Millis,
}

/// What is known of a call.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What its webhooks say.
    pub call: &'a Call,
    /// When the last of them came.
    pub heard_at: Millis,
    /// The tasks it has: some follow from others.
    pub tasks: &'a Tasks,
    /// How long after its last sign the call is looked for.
    pub look_after: Duration,
}

/// Lists the tasks that a call needs.
///
/// It follows from what is known alone: however often it is asked and in whatever order the webhooks came, what is known
/// in the end needs the same.
pub fn needed(known: &Known) -> Vec<Need> {
    let mut needs = Vec::new();
    if !known.call.is_over() {
        let from = known.heard_at.after(known.look_after);
        needs.push(Need { kind: TaskKind::Sweep, subject: Subject::default(), from });
    }
    needs
}
