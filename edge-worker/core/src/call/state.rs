//! All that is known of one call, and how a webhook changes it.

use core::time::Duration;
use std::collections::BTreeSet;

use call_router::after_call::{AfterCallContext, Need, TaskKind, Tasks, needed};
use call_router::call::Call;
use call_router::caller::CallEnding;
use call_router::carrier::Carrier;
use call_router::event::RecordingId;
use call_router::flow::{Challenged, Facts, Gate, Progress};
use call_router::risk::{Listed, Risk};
use dni_core::time::Millis;
use serde::{Deserialize, Serialize};

use super::attribution::CallAttribution;
use super::caller_context::CallerContext;
use super::edit::{CallChange, CallEdit};
use super::part::CallPart;
use super::webhook::CallWebhook;
use crate::site::DialledNumber;

/// How long changes gather before the call is written to the log.
pub const GATHER: Duration = Duration::from_millis(100);
/// The first wait after a failed write, doubled each time.
const RETRY_FIRST: Duration = Duration::from_secs(1);
/// The longest wait between two tries.
const RETRY_MOST: Duration = Duration::from_mins(10);

/// All that is known of one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallState {
    /// The call's own id: `CAL` and 32 random hexadecimal digits.
    pub id: String,
    /// The carrier.
    pub carrier: Carrier,
    /// The dialled number with what its site said when the call came: a call keeps its flow to the end.
    #[serde(rename = "line")]
    pub dialled: Option<DialledNumber>,
    /// What its events say.
    #[serde(rename = "record")]
    pub call: Call,
    /// How far it is in its flow.
    pub progress: Option<Progress>,
    /// What the flow goes by, fixed when the first webhook that asks for it came.
    #[serde(default)]
    pub facts: Option<Facts>,
    /// Whom it belongs to; `None` as long as the pool could not be asked.
    #[serde(rename = "joined")]
    pub attribution: Option<CallAttribution>,
    /// Where the owner listed the caller when the call came.
    #[serde(default)]
    pub listed: Option<Listed>,
    /// What was known of the caller when the call came.
    #[serde(default, rename = "known")]
    pub caller_context: Option<CallerContext>,
    /// The risk of the call, as it was found when the call came; `None` if it could not be found out.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// What the site's caller history has been told of its end.
    #[serde(default, rename = "booked")]
    pub ending_told: Option<CallEnding>,
    /// The count of its changes.
    pub revision: u32,
    /// The last revision that the log has.
    pub logged: u32,
    /// How often writing the log or asking the pool has failed since it last worked.
    pub failures: u32,
    /// When that is tried again; a failure before does not count.
    #[serde(default)]
    pub retry_at: Option<Millis>,
    /// When the last webhook came.
    #[serde(default)]
    pub heard_at: Millis,
    /// The recordings that somebody asked to delete.
    #[serde(default)]
    pub to_delete: BTreeSet<RecordingId>,
    /// What people added by hand.
    #[serde(default, skip_serializing_if = "CallEdit::is_none")]
    pub edit: CallEdit,
    /// Whether those who listen have been told that it ended; of one that is forgotten, that it is gone.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub end_is_told: bool,
    /// When somebody asked to forget it; nothing of it but its recordings' names stands here since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Millis>,
    /// The parts of it that were forgotten because their time was over.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub forgotten: BTreeSet<CallPart>,
}

impl CallState {
    /// Begins a call with its first webhook, which is still to be taken in. The id must be new.
    pub fn begin(id: String, webhook: &CallWebhook) -> Self {
        Self::of(id, webhook.carrier, Call::from_event(&webhook.event), webhook.event.at)
    }

    /// Forgets the call, which is over: what is left is what it takes to delete its recordings, now and where a webhook tells of one
    /// later. Once more it changes nothing.
    #[must_use]
    pub fn erased(self, now: Millis) -> Self {
        if self.erased_at.is_some() {
            return self;
        }
        Self {
            dialled: self.dialled,
            to_delete: self.call.recordings.keys().cloned().collect(),
            revision: self.revision + 1,
            logged: self.logged,
            erased_at: Some(now),
            ..Self::of(self.id, self.carrier, self.call.recordings_alone(), self.heard_at)
        }
    }

    /// Makes the state of a call of which nothing else is known.
    fn of(id: String, carrier: Carrier, call: Call, heard_at: Millis) -> Self {
        Self {
            id,
            carrier,
            dialled: None,
            call,
            progress: None,
            facts: None,
            attribution: None,
            listed: None,
            caller_context: None,
            risk: None,
            ending_told: None,
            revision: 0,
            logged: 0,
            failures: 0,
            retry_at: None,
            heard_at,
            to_delete: BTreeSet::new(),
            edit: CallEdit::default(),
            end_is_told: false,
            erased_at: None,
            forgotten: BTreeSet::new(),
        }
    }

    /// Takes a webhook in, with what was found out about its call and caller meanwhile. What is known already stays: a call
    /// keeps what it began with.
    pub fn take(
        &mut self,
        webhook: &CallWebhook,
        attribution: Option<CallAttribution>,
        caller_context: Option<CallerContext>,
    ) {
        if self.erased_at.is_some() {
            self.call.join(&Call::from_event(&webhook.event).recordings_alone());
            self.to_delete = self.call.recordings.keys().cloned().collect();
            return;
        }
        self.call.merge(&webhook.event);
        self.heard_at = self.heard_at.max(webhook.event.at);
        self.attribution = self.attribution.take().or(attribution);
        if self.dialled.is_none() {
            self.dialled.clone_from(&webhook.dialled);
            self.listed = self.listed.or(webhook.listed);
        }
        self.caller_context = self.caller_context.take().or(caller_context);
    }

    /// Takes in what somebody changes by hand.
    pub fn change(&mut self, change: &CallChange) {
        let flow_tags = self.flow_tags();
        if self.edit.apply(change, &flow_tags) {
            self.revision += 1;
        }
    }

    /// Returns the tags that the flow gave the call.
    pub fn flow_tags(&self) -> BTreeSet<String> {
        self.progress.iter().flat_map(|progress| progress.tags.keys()).map(ToString::to_string).collect()
    }

    /// Returns the time zone in which the site's owner reads the log.
    pub fn time_zone(&self) -> Option<&str> {
        self.dialled.as_ref()?.time_zone.as_deref()
    }

    /// Returns when the last sign of it came.
    pub fn last_sign(&self) -> Millis {
        self.heard_at.max(self.call.started_at)
    }

    /// Tells how the call ended, by a webhook or because it was taken for over; `None` as long as it goes on, and for a caller
    /// who was not let in at all.
    pub fn ending(&self) -> Option<CallEnding> {
        let was_refused = self.facts.as_ref().is_some_and(|facts| facts.gate == Gate::Closed);
        (self.call.is_over() && !was_refused).then(|| CallEnding {
            call_seconds: self.call.total_seconds(),
            talk_seconds: self.call.talk_seconds(),
            spoke_with: self.call.spoke_with(),
            challenged: self.challenged(),
        })
    }

    /// Tells what came of asking the caller for a key. Who hung up at the gate pressed nothing.
    pub fn challenged(&self) -> Option<Challenged> {
        let progress = self.progress.as_ref()?;
        let left_at_gate = progress.turn.is_at_gate()
            && self.call.status.is_final()
            && self.facts.as_ref().is_some_and(|facts| matches!(facts.gate, Gate::Asks(_)));
        progress.challenged.or_else(|| left_at_gate.then_some(Challenged::Silent))
    }

    /// Lists the tasks that the call needs by now. It is looked for after `look_after` of silence.
    pub fn needs(&self, tasks: &Tasks, look_after: Duration) -> Vec<Need> {
        let dialled = self.dialled.as_ref();
        let mut needs = needed(&AfterCallContext {
            carrier: self.carrier,
            call: &self.call,
            last_event_at: self.last_sign(),
            to_delete: &self.to_delete,
            tasks,
            recordings: dialled.map(|dialled| dialled.recordings).unwrap_or_default(),
            look_after,
            settings: dialled.map(DialledNumber::after_call_settings).unwrap_or_default(),
        });
        if self.erased_at.is_some() {
            needs.retain(|need| matches!(need.kind, TaskKind::DeleteRecording | TaskKind::DeleteAtCarrier));
        }
        if self.forgotten.contains(&CallPart::Transcripts) {
            needs.retain(|need| !TaskKind::OF_WORDS.contains(&need.kind));
        }
        needs
    }

    /// Notes whether all that is owed to log, pool and caller history was done; what was not is tried again, with waits that
    /// double up to ten minutes, without end.
    pub fn settle(&mut self, all_done: bool, now: Millis) {
        if all_done {
            (self.failures, self.retry_at) = (0, None);
        } else if self.retry_at.is_none_or(|at| at <= now) {
            self.failures = self.failures.saturating_add(1);
            self.retry_at = Some(now.after(wait_after(self.failures)));
        }
    }

    /// Returns how long until there is something to do again; `None` if there is nothing.
    pub fn next_alarm(&self, tasks: &Tasks, now: Millis) -> Option<Duration> {
        let unlogged = (self.failures == 0 && self.logged < self.revision).then_some(GATHER);
        let until = |at: Option<Millis>| at.map(|at| at.since(now).max(GATHER));
        [unlogged, until(self.retry_at), until(tasks.next_due())].into_iter().flatten().min()
    }
}

fn wait_after(failures: u32) -> Duration {
    RETRY_FIRST.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(RETRY_MOST)
}
