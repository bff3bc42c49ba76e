//! How the objects are asked.

use core::time::Duration;

use edge_core::keys::ObjectName;
use worker::{Env, Method, Request, RequestInit};

use super::messages::ObjectRequest;
use crate::clock::within;
use crate::http::problem::Problem;

/// Asks the object of that name, for `limit` at most.
///
/// # Errors
/// [`Problem::Unavailable`] if it does not answer in time, or not in its own words.
pub async fn ask<R: ObjectRequest>(
    env: &Env,
    name: &ObjectName,
    request: &R,
    limit: Duration,
) -> Result<R::Response, Problem> {
    let stub = env.durable_object(R::BINDING)?.get_by_name(name.as_str())?;
    let body = serde_json::to_string(request).map_err(Problem::unavailable)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    let request = Request::new_with_init("https://object/", &init)?;
    within(limit, async {
        let mut response = stub.fetch_with_request(request).await?;
        serde_json::from_slice(&response.bytes().await?).map_err(Problem::unavailable)
    })
    .await
}

/// Says that an object answered something that was not asked.
pub fn another_answer(object: &str) -> Problem {
    Problem::Unavailable(format!("{object} gave an answer to another question"))
}
