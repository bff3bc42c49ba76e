//! What is known of a caller when his call begins, and how the call is told of when it is over.

use core::time::Duration;

use call_router::caller::{Before, Ended};
use call_router::flow::{Challenged, Gate};
use call_router::risk::{Activity, Complaints, Risk, Signals};
use dni_core::phone::E164;
use dni_core::pii::Pii;
use dni_core::time::Millis;
use futures_util::future::join;
use serde::{Deserialize, Serialize};
use worker::{Env, console_error};

use crate::durable_objects::{AskCallers, AskWatch, CallState, Seen, ToldWatch, ask_callers, ask_watch};
use crate::http::problem::Problem;
use crate::site::Line;

/// What is known of a caller when his call begins. What could not be found out in time is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// What the site's books say.
    pub before: Option<Before>,
    /// What the account's watch says.
    pub seen: Option<Seen>,
}

/// A call, as books and watch are asked about it.
#[derive(Clone, Debug)]
pub struct BookedCall {
    /// The carrier and its id for the call.
    pub call: String,
    /// When it began.
    pub at: Millis,
    /// Who called, if he showed his number.
    pub caller: Option<E164>,
}

impl BookedCall {
    /// Asks site and account what they know, both at once.
    pub async fn known(&self, env: &Env, line: &Line, limit: Duration) -> Known {
        let (before, seen) = join(self.tell(env, line, None, limit), self.seen(env, line, limit)).await;
        Known { before: or_report(before), seen: or_report(seen).flatten() }
    }

    /// Tells the site's books how the call ended, or that it began.
    pub async fn tell(&self, env: &Env, line: &Line, ended: Option<Ended>, limit: Duration) -> Result<Before, Problem> {
        let caller = self.caller.map(Pii::new);
        let ask = AskCallers { call: self.call.clone(), at: self.at, caller, ended };
        ask_callers(env, &line.site, &ask, limit).await
    }

    /// Asks the account's watch, which knows callers by their numbers alone.
    async fn seen(&self, env: &Env, line: &Line, limit: Duration) -> Result<Option<Seen>, Problem> {
        let Some(caller) = self.caller else { return Ok(None) };
        let ask = AskWatch::See { call: self.call.clone(), at: self.at, caller: Pii::new(caller), number: line.number };
        match ask_watch(env, &ask, limit).await? {
            ToldWatch::Seen(seen) => Ok(Some(seen)),
            ToldWatch::Taken | ToldWatch::More => {
                Err(Problem::Unavailable("the watch gave an answer to another question".to_owned()))
            }
        }
    }
}

/// Finds out the risk of a call at its beginning; `None` if it cannot be found out.
///
/// Without the site's books nobody knows whether the caller is a customer of long standing, so that a score would be unjust
/// to just those; the owner's own lists need no books. Without the watch the score only lacks signs that raise it.
pub fn risk_of(state: &CallState) -> Option<Risk> {
    let Known { before, seen } = state.known.clone().unwrap_or_default();
    let is_known = state.record.caller_number().is_none() || before.is_some();
    if state.listed.is_none() && !is_known {
        return None;
    }
    let history = before.and_then(|before| before.caller);
    let signals = Signals {
        caller: state.record.caller.as_ref().map(|caller| caller.expose().clone()),
        number: state.record.number,
        attestation: state.record.attestation,
        opinion: state.record.opinion.clone(),
        activity: Activity::of(history.as_ref(), seen.map(|seen| seen.rush)),
        complaints: seen.map_or_else(Complaints::default, |seen| seen.complaints),
        was_silent: false,
        listed: state.listed,
    };
    Some(Risk::of(&signals))
}

/// Tells how a call ended, by a webhook or because it was taken for over; `None` as long as it goes on, and for a caller who
/// was not let in at all.
pub fn ended(state: &CallState) -> Option<Ended> {
    let call = &state.record;
    let was_refused = state.facts.as_ref().is_some_and(|facts| facts.gate == Gate::Closed);
    (call.is_over() && !was_refused).then(|| Ended {
        call_seconds: call.total_seconds(),
        talk_seconds: call.talk_seconds(),
        spoke_with: call.spoke_with(),
        challenged: challenged(state),
    })
}

/// Tells what came of asking the caller for a key. Who hung up at the gate pressed nothing.
pub fn challenged(state: &CallState) -> Option<Challenged> {
    let progress = state.progress.as_ref()?;
    let left_at_gate = progress.turn.is_at_gate()
        && state.record.status.is_final()
        && state.facts.as_ref().is_some_and(|facts| matches!(facts.gate, Gate::Asks(_)));
    progress.challenged.or_else(|| left_at_gate.then_some(Challenged::Silent))
}

fn or_report<T>(answer: Result<T, Problem>) -> Option<T> {
    answer
        .inspect_err(|problem| console_error!("what is known of a caller could not be asked: {}", problem.for_log()))
        .ok()
}
