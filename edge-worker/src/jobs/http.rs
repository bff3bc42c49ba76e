//! One request to a carrier or another service: no redirect is followed, and what nobody waits for any more is broken off.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use call_router::after_call::TaskError;
use call_router::carrier::rest::{Login, RestRequest};
use futures_util::StreamExt;
use worker::{AbortController, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response};

use super::task_errors::unreachable;
use super::token::token;

/// Largest answer that is read as a text, in bytes: a call's or recording's description has about two thousand.
const MAX_TEXT: usize = 64 * 1024;

/// An answer. Dropping it breaks the request off.
pub struct Answered {
    /// The answer.
    pub response: Response,
    _request: Running,
}

/// A request that is broken off when nobody waits for it any more.
struct Running(Option<AbortController>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(controller) = self.0.take() {
            controller.abort();
        }
    }
}

/// Asks a carrier.
pub async fn ask(method: Method, asked: &RestRequest) -> Result<Answered, TaskError> {
    let proof = proof(&asked.login).await?;
    let init = request(method, proof.as_deref()).map_err(|_| unreachable())?;
    send(&asked.url, init).await.map_err(|_| unreachable())
}

/// Asks any service.
pub async fn send(url: &str, mut init: RequestInit) -> worker::Result<Answered> {
    let controller = AbortController::default();
    let signal = controller.signal();
    let running = Running(Some(controller));
    init.with_redirect(RequestRedirect::Manual);
    let response = Fetch::Request(Request::new_with_init(url, &init)?).send_with_signal(&signal).await?;
    Ok(Answered { response, _request: running })
}

/// Makes the header that proves who asks.
async fn proof(login: &Login) -> Result<Option<String>, TaskError> {
    Ok(match login {
        Login::None => None,
        Login::Basic(user, secret) => Some(format!("Basic {}", STANDARD.encode(format!("{user}:{secret}")))),
        Login::Bearer(key) => Some(format!("Bearer {key}")),
        Login::Signed(application) => Some(format!("Bearer {}", token(application).await?)),
    })
}

fn request(method: Method, proof: Option<&str>) -> worker::Result<RequestInit> {
    let headers = Headers::new();
    if let Some(proof) = proof {
        headers.set("Authorization", proof)?;
    }
    let mut init = RequestInit::new();
    init.with_method(method).with_headers(headers);
    Ok(init)
}

impl Answered {
    /// Reads the answer as a text that is not long.
    pub async fn text(self) -> Result<Vec<u8>, TaskError> {
        self.bytes(MAX_TEXT).await
    }

    /// Reads the answer, at most so many bytes of it.
    pub async fn bytes(mut self, most: usize) -> Result<Vec<u8>, TaskError> {
        let mut stream = self.response.stream().map_err(|_| unreachable())?;
        let mut bytes = Vec::new();
        while let Some(part) = stream.next().await {
            bytes.extend(part.map_err(|_| unreachable())?);
            if bytes.len() > most {
                return Err(TaskError::lasting("answer_too_large", "The answer is far larger than it should be."));
            }
        }
        Ok(bytes)
    }

    /// Returns a header's value; empty if it is not there.
    pub fn header(&self, name: &str) -> String {
        self.response.headers().get(name).ok().flatten().unwrap_or_default()
    }
}
