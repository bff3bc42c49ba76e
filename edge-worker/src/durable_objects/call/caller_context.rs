//! Asks who calls, and tells how their call ended.

use core::time::Duration;

use call_router::call::Call;
use call_router::caller::{CallEnding, EarlierCalls};
use call_router::carrier::Carrier;
use dni_core::phone::E164;
use dni_core::pii::Pii;
use dni_core::time::Millis;
use edge_core::call::caller_context::{CallerContext, CallerStanding};
use edge_core::keys::ObjectName;
use edge_core::site::DialledNumber;
use futures_util::future::join;
use worker::{Env, console_error};

use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{CallerActivityRequest, CallerActivityResponse, CallerHistoryRequest};
use crate::http::problem::Problem;

/// A call, as caller history and caller activity are asked about it.
#[derive(Clone, Debug)]
pub struct CallOfCaller {
    /// The carrier and its id for the call.
    call: String,
    /// When it began.
    at: Millis,
    /// Who called, if they showed their number.
    caller: Option<E164>,
}

impl CallOfCaller {
    /// Takes what is known of the call.
    pub fn of(carrier: Carrier, call: &Call) -> Self {
        Self { call: format!("{}/{}", carrier.id(), call.id), at: call.started_at, caller: call.caller_number() }
    }

    /// Asks site and account what they know, both at once.
    pub async fn context(&self, env: &Env, dialled: &DialledNumber, limit: Duration) -> CallerContext {
        let (before, seen) = join(self.tell(env, dialled, None, limit), self.standing(env, dialled, limit)).await;
        CallerContext { before: or_report(before), seen: or_report(seen).flatten() }
    }

    /// Tells the site's caller history how the call ended, or that it began.
    pub async fn tell(
        &self,
        env: &Env,
        dialled: &DialledNumber,
        ended: Option<CallEnding>,
        limit: Duration,
    ) -> Result<EarlierCalls, Problem> {
        let caller = self.caller.map(Pii::new);
        let request = CallerHistoryRequest::Call { call: self.call.clone(), at: self.at, caller, ended };
        ask(env, &ObjectName::caller_history(&dialled.site), &request, limit).await
    }

    /// Asks the account's caller activity, which knows callers by their numbers alone.
    async fn standing(
        &self,
        env: &Env,
        dialled: &DialledNumber,
        limit: Duration,
    ) -> Result<Option<CallerStanding>, Problem> {
        let Some(caller) = self.caller else { return Ok(None) };
        let request = CallerActivityRequest::See {
            call: self.call.clone(),
            at: self.at,
            caller: Pii::new(caller),
            number: dialled.number,
        };
        match ask(env, &ObjectName::caller_activity(), &request, limit).await? {
            CallerActivityResponse::Seen(standing) => Ok(Some(standing)),
            CallerActivityResponse::Taken | CallerActivityResponse::More => Err(another_answer("the caller activity")),
        }
    }
}

fn or_report<T>(answer: Result<T, Problem>) -> Option<T> {
    answer
        .inspect_err(|problem| console_error!("what is known of a caller could not be asked: {}", problem.for_log()))
        .ok()
}
