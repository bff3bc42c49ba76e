//! The Durable Objects, and how they are asked.
//!
//! A pool's object is the one thread that leases its numbers; a call's object the one that puts its events together; a site's
//! callers and the account's watch remember who called. All are asked with one JSON value and answer with one. They run in a
//! process of their own, so whoever asks sets a limit to how long he waits.

mod after_call;
pub mod attribution;
mod call;
mod caller_activity;
pub mod caller_context;
mod caller_history;
mod caller_keys;
mod pool;
mod retention;

use core::time::Duration;

use call_router::caller::Before;
use dni_core::id::{PoolId, SiteId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::{Env, Method, Request, RequestInit, Response, Stub};

pub use after_call::{AskAfterCall, ToldAfterCall, ask_after_call};
pub use call::{AskCall, CallState, ToldCall};
pub use caller_activity::{AskWatch, Seen, ToldWatch};
pub use caller_history::AskCallers;
pub use pool::{AskPool, PoolVisit, Session, ToldPool};

use crate::clock::within;
use crate::http::problem::Problem;

/// Asks the object of a pool.
pub async fn ask_pool(
    env: &Env,
    site: &SiteId,
    pool: &PoolId,
    ask: &AskPool,
    limit: Duration,
) -> Result<ToldPool, Problem> {
    let stub = env.durable_object("POOL")?.get_by_name(&format!("{site}/{pool}"))?;
    ask_object(&stub, "/", ask, limit).await
}

/// Asks the books of a site.
pub async fn ask_callers(env: &Env, site: &SiteId, ask: &AskCallers, limit: Duration) -> Result<Before, Problem> {
    let stub = env.durable_object("CALLERS")?.get_by_name(site.as_str())?;
    ask_object(&stub, "/", ask, limit).await
}

/// Asks the account's watch, of which there is one.
pub async fn ask_watch(env: &Env, ask: &AskWatch, limit: Duration) -> Result<ToldWatch, Problem> {
    let stub = env.durable_object("WATCH")?.get_by_name("account")?;
    ask_object(&stub, "/", ask, limit).await
}

/// Asks the object of a call, named by the carrier's id for it.
pub async fn ask_call(
    env: &Env,
    carrier: &str,
    call: &str,
    ask: &AskCall,
    limit: Duration,
) -> Result<ToldCall, Problem> {
    let stub = env.durable_object("CALL")?.get_by_name(&format!("{carrier}/{call}"))?;
    ask_object(&stub, "/", ask, limit).await
}

async fn ask_object<A: Serialize, T: DeserializeOwned>(
    stub: &Stub,
    path: &str,
    ask: &A,
    limit: Duration,
) -> Result<T, Problem> {
    let body = serde_json::to_string(ask).map_err(Problem::unavailable)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    let request = Request::new_with_init(&format!("https://object{path}"), &init)?;
    within(limit, async {
        let mut response = stub.fetch_with_request(request).await?;
        serde_json::from_slice(&response.bytes().await?).map_err(Problem::unavailable)
    })
    .await
}

/// Reads what an object is asked. The body is read whole before anything is touched: while it comes in, another request
/// may be served.
async fn read<A: DeserializeOwned>(mut request: Request) -> worker::Result<A> {
    Ok(serde_json::from_slice(&request.bytes().await?)?)
}

fn told<T: Serialize>(told: &T) -> worker::Result<Response> {
    Response::ok(serde_json::to_string(told)?)
}
