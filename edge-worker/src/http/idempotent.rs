//! Requests that carry an Idempotency-Key: sent again, they are answered again and not done again.

use edge_core::account::principal::Principal;
use edge_core::api::{Repeated, fingerprint, idempotency_key};
use worker::{D1Database, Response, console_error};

use super::problem::Problem;
use super::request::Request;
use super::response;
use crate::clock::now;
use crate::store::d1::idempotency;

/// What becomes of a request.
pub enum Claim {
    /// It carries no key, or none that counts: it is done.
    None,
    /// It was done, and so answered.
    Answered(Response),
    /// It is done now, and its answer is kept.
    Made(Claimed),
}

/// A key that a request has claimed.
pub struct Claimed {
    db: D1Database,
    actor: String,
    key: String,
}

/// Claims the key of a request, where it carries one. What is done twice with the same outcome anyway needs none.
pub async fn claim(request: &mut Request, principal: &Principal) -> Result<Claim, Problem> {
    let header = request.header("Idempotency-Key")?;
    let Some(key) = idempotency_key(&header)?.filter(|_| request.method() == "POST") else { return Ok(Claim::None) };
    let asked = [request.path(), "?", request.query()].concat();
    let print = fingerprint("POST", &asked, request.read_ahead().await?);
    let db = request.env().d1("DB")?;
    let actor = principal.actor.id.clone().unwrap_or_else(|| principal.actor.name.clone());
    let Some(earlier) = idempotency::claim(&db, &actor, key, &print, now()).await? else {
        return Ok(Claim::Made(Claimed { db, actor, key: key.to_owned() }));
    };
    match earlier.repeated_by(&print) {
        Repeated::Answered(status, answer) => {
            Ok(Claim::Answered(response::as_replayed(response::json_text(status, answer)?)?))
        }
        Repeated::ToldOnce => Err(Problem::ToldOnce),
        Repeated::InProgress => Err(Problem::InProgress),
        Repeated::OtherRequest => Err(Problem::KeyReused),
    }
}

impl Claimed {
    /// Keeps the answer, or gives the key up where the request was refused. What has been done stays done if the answer cannot be
    /// kept: sent again within the minute, it is told that it is in progress.
    pub async fn settle(self, outcome: Result<Response, Problem>) -> Result<Response, Problem> {
        let Self { db, actor, key } = self;
        let kept = match outcome {
            Ok(mut answered) => {
                let is_told_once = answered.headers().get(response::TOLD_ONCE)?.is_some();
                let answer = if is_told_once { None } else { Some(answered.cloned()?.text().await?) };
                (idempotency::keep(&db, &actor, &key, answered.status_code(), answer.as_deref()).await, Ok(answered))
            }
            Err(problem) => (idempotency::give_up(&db, &actor, &key).await, Err(problem)),
        };
        if let (Err(error), _) = &kept {
            console_error!("the answer to a request with an Idempotency-Key was not kept: {error}");
        }
        kept.1
    }
}
