//! Finds out whom a call belongs to.

use core::time::Duration;

use dni_core::phone::E164;
use dni_core::pii::Pii;
use dni_core::time::Millis;
use edge_core::call::attribution::CallAttribution;
use edge_core::keys::ObjectName;
use edge_core::site::DialledNumber;
use worker::Env;

use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{PoolRequest, PoolResponse};
use crate::http::problem::Problem;

/// Joins a call at `at` to the visit that caused it. The pool knows a `caller` again who has called the number before.
pub async fn attribute(
    env: &Env,
    dialled: &DialledNumber,
    at: Millis,
    caller: Option<Pii<E164>>,
    limit: Duration,
) -> Result<CallAttribution, Problem> {
    let pool = match CallAttribution::of_number(dialled) {
        Ok(attribution) => return Ok(attribution),
        Err(pool) => pool,
    };
    let request = PoolRequest::Resolve { number: dialled.number, at, caller };
    match ask(env, &ObjectName::pool(&dialled.site, pool), &request, limit).await? {
        PoolResponse::Resolved { attribution, visits } => Ok(CallAttribution::Pool { attribution, visits }),
        _ => Err(another_answer("a pool")),
    }
}
