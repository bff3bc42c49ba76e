//! How a call's flow answers its webhooks.

use call_router::call::Call;
use call_router::carrier::{self, Hooks, Rendered, Secrets};
use call_router::event::{CallEvent, DialStatus, EventKind, Unanswered};
use call_router::flow::{Answer, Context, Input, Step, Turn};
use call_router::risk::{Activity, Complaints, Risk, RiskFacts};
use dni_core::pii::Pii;

use super::caller_context::CallerContext;
use super::flow_facts::flow_facts;
use super::state::CallState;
use super::webhook::CallWebhook;
use crate::site::DialledNumber;

impl CallState {
    /// Returns what the flow is to answer to an event; `None` if the event asks for nothing, or there is no flow.
    pub fn input(&self, event: &CallEvent) -> Option<Input> {
        let dialled = self.dialled.as_ref().filter(|_| self.erased_at.is_none())?;
        if let EventKind::AskedAgain { after, .. } = &event.kind {
            return self.input_again(*after, event.turn.as_ref(), dialled);
        }
        let mut input = Input::from_event(event)?;
        if let (Input::DialResult { connected, .. }, EventKind::DialResult(dial)) = (&mut input, &event.kind) {
            *connected = self.call.connected_by(dial);
        }
        Some(input)
    }

    /// Returns what a carrier asks that asks again and tells nothing of what it asked first. The call goes on where it is: who has
    /// spoken is not greeted, nor put through, once more.
    fn input_again(&self, after: Unanswered, turn: Option<&Turn>, dialled: &DialledNumber) -> Option<Input> {
        let reached = self.progress.as_ref().map(|progress| &progress.turn);
        let dial_result = |turn: &Turn| {
            let (status, connected) = self.call.untold_dial()?;
            Some(Input::DialResult { turn: turn.clone(), status, connected })
        };
        if let (Unanswered::Forward, Some(turn)) = (after, turn) {
            let unknown = || Input::DialResult { turn: turn.clone(), status: DialStatus::NoAnswer, connected: false };
            return Some(dial_result(turn).unwrap_or_else(unknown));
        }
        let Some(turn) = reached else {
            // The answer to a forward that no flow began is none of a flow.
            return (after == Unanswered::Unknown).then_some(Input::Start);
        };
        let resumed = || Input::Resume { turn: turn.clone() };
        Some(match dialled.flow.step_at(turn, &dialled.flows) {
            Some(Step::Forward(_)) => dial_result(turn).unwrap_or_else(resumed),
            Some(Step::Voicemail(_)) if self.call.has_message() => {
                Input::Recorded { turn: turn.clone(), message: true }
            }
            _ => resumed(),
        })
    }

    /// Runs the flow one step on and returns the carrier's document; `None` if there is no flow.
    ///
    /// `chance` is the call's one random draw, of which only the first counts.
    pub fn answer(
        &mut self,
        webhook: &CallWebhook,
        input: &Input,
        (hooks, secrets): (&Hooks, &Secrets),
        chance: u32,
    ) -> Option<Rendered> {
        let dialled = self.dialled.clone()?;
        if self.facts.is_none() {
            self.risk = self.risk_at_beginning();
        }
        if let (Some(progress), Input::DialResult { turn, connected: false, .. }) = (&mut self.progress, input) {
            progress.settle(turn, self.call.settled_numbers());
        }
        let facts = self.facts.take().unwrap_or_else(|| flow_facts(self, &dialled, chance));
        let context = Context {
            hooks,
            number: self.call.number,
            caller: self.call.caller.as_ref().map(Pii::expose),
            started_at: self.call.started_at,
            facts: &facts,
            flows: &dialled.flows,
            destination: Some(&dialled.destination),
        };
        let Answer { progress, document, .. } = dialled.flow.answer(self.progress.as_ref(), input, &context);
        if !webhook.is_replay {
            self.call.join(&Call::answered(&webhook.event, &document));
        }
        self.progress = Some(progress);
        self.facts = Some(facts);
        Some(carrier::render(self.carrier, &document, secrets))
    }

    /// Finds out the risk of the call at its beginning; `None` if it cannot be found out.
    ///
    /// Without the site's caller history nobody knows whether the caller is a customer of long standing, so that a score would be
    /// unjust to just those; the owner's own lists need no history. Without the account's view the score only lacks signs that
    /// raise it.
    fn risk_at_beginning(&self) -> Option<Risk> {
        let CallerContext { before, seen } = self.caller_context.clone().unwrap_or_default();
        let is_known = self.call.caller_number().is_none() || before.is_some();
        if self.listed.is_none() && !is_known {
            return None;
        }
        let history = before.and_then(|before| before.caller);
        let signals = RiskFacts {
            caller: self.call.caller.as_ref().map(|caller| caller.expose().clone()),
            number: self.call.number,
            attestation: self.call.attestation,
            reputation: self.call.reputation.clone(),
            activity: Activity::of(history.as_ref(), seen.map(|seen| seen.rush)),
            complaints: seen.map_or_else(Complaints::default, |seen| seen.complaints),
            was_silent: false,
            listed: self.listed,
        };
        Some(Risk::of(&signals))
    }
}
