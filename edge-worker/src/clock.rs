//! The one clock, and the patience measured by it.

use core::future::Future;
use core::time::Duration;

use dni_core::time::Millis;
use futures_util::future::{Either, select};
use worker::{Date, Delay};

use crate::http::problem::Problem;

/// Returns the time now. The platform lets it stand still between two waits.
pub fn now() -> Millis {
    Millis::from_unix_ms(Date::now().as_millis())
}

/// Waits for `work`, but no longer than `limit`.
pub async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    match select(Box::pin(work), Delay::from(limit)).await {
        Either::Left((done, _)) => done,
        Either::Right(_) => Err(Problem::Unavailable(format!("no answer within {} ms", limit.as_millis()))),
    }
}
