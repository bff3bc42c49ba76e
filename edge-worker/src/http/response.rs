//! Replies of every kind.

use edge_core::api::entity_tag;
use edge_core::fault::Fault;
use edge_core::transport::STRICT_TRANSPORT;
use futures_util::TryStream;
use serde::Serialize;
use worker::{Headers, Response, ResponseBuilder, Result, console_error, console_warn};

use super::brake;
use super::problem::Problem;

/// Which page may read an answer.
const ALLOW_ORIGIN: &str = "Access-Control-Allow-Origin";
/// How a key is sent.
const BEARER: &str = "Bearer";

/// Answers JSON that nobody may keep.
pub fn json<T: Serialize>(status: u16, value: &T) -> Result<Response> {
    json_text(status, to_text(value)?)
}

/// What marks an answer that has a secret in it, which is told this once.
pub const TOLD_ONCE: &str = "Told-Once";

/// Marks an answer that has a secret in it.
pub fn as_told_once(mut response: Response) -> Result<Response> {
    response.headers_mut().set(TOLD_ONCE, "true")?;
    Ok(response)
}

/// Marks an answer that was given before.
pub fn as_replayed(mut response: Response) -> Result<Response> {
    response.headers_mut().set("Idempotent-Replayed", "true")?;
    Ok(response)
}

/// Adds how often one may ask.
pub fn with_policy(mut response: Response) -> Result<Response> {
    response.headers_mut().set("RateLimit-Policy", brake::POLICY)?;
    Ok(response)
}

/// Adds the version of what is answered.
pub fn with_etag(mut response: Response, version: u32) -> Result<Response> {
    response.headers_mut().set("ETag", &entity_tag(version))?;
    Ok(response)
}

/// Answers a text that is JSON already.
pub fn json_text(status: u16, text: String) -> Result<Response> {
    Ok(builder(status, "application/json; charset=utf-8")?.fixed(text.into_bytes()))
}

/// Says in the log why a store failed, or what is wrong with a token of Cloudflare Access: that is for the owner, not for the client.
pub fn log(problem: &Problem) {
    if let Problem::AccessRefused(why) = problem {
        console_warn!("{}: {}", problem.code(), why.code());
    } else if problem.status() >= 500 {
        console_error!("{}: {}", problem.code(), problem.for_log());
    }
}

/// What is wrong, by RFC 9457, and in the form from before it.
#[derive(Serialize)]
struct ProblemBody<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    detail: &'a str,
    code: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Fault],
    error: OldBody<'a>,
}

/// What is wrong, in the form from before RFC 9457.
#[derive(Serialize)]
struct OldBody<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    faults: &'a [Fault],
}

/// Answers what is wrong.
pub fn problem(problem: &Problem) -> Result<Response> {
    let (code, detail, faults) = (problem.code(), problem.message(), problem.faults());
    let body = ProblemBody {
        kind: format!("urn:dni:problem:{code}"),
        title: title(code),
        status: problem.status(),
        detail: &detail,
        code,
        errors: faults,
        error: OldBody { code, message: &detail, faults },
    };
    json(problem.status(), &body)
}

/// Calls an answer what RFC 9457 calls it, for whoever asks for that.
pub fn as_problem_json(mut response: Response) -> Result<Response> {
    response.headers_mut().set("Content-Type", "application/problem+json; charset=utf-8")?;
    Ok(response)
}

/// Writes a code as the beginning of a sentence.
fn title(code: &str) -> String {
    let mut words = code.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// Adds what a refusal's headers say, whoever reads it.
pub fn with_hints(mut response: Response, problem: &Problem) -> Result<Response> {
    let headers = response.headers_mut();
    match problem {
        Problem::WrongKey | Problem::KeyEnded(_) => headers.set("WWW-Authenticate", BEARER)?,
        Problem::TooManyRequests => {
            headers.set("Retry-After", &brake::PERIOD.as_secs().to_string())?;
            headers.set("RateLimit-Policy", brake::POLICY)?;
        }
        Problem::NeedsWebSocket => headers.set("Upgrade", "websocket")?,
        Problem::TooManyWrongKeys => headers.set("Retry-After", &brake::PERIOD.as_secs().to_string())?,
        Problem::WrongMethod(allowed) => headers.set("Allow", &allowed.replace(',', ", "))?,
        _ => {}
    }
    Ok(response)
}

/// Answers a carrier's document.
pub fn document(content_type: &str, text: String) -> Result<Response> {
    Ok(builder(200, content_type)?.fixed(text.into_bytes()))
}

/// Answers a page of the console: no foreign source or script, never in a frame.
pub fn page(status: u16, html: String) -> Result<Response> {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let mut builder = builder(status, "text/html; charset=utf-8")?
        .with_header("Content-Security-Policy", policy)?
        // No other site learns of a page; without any referrer, though, browsers would not say either whose form they send.
        .with_header("Referrer-Policy", "same-origin")?;
    if status == 401 {
        builder = builder.with_header("WWW-Authenticate", BEARER)?;
    }
    Ok(builder.fixed(html.into_bytes()))
}

/// Answers a file that is made while it is sent, for a browser to save.
pub fn download(
    content_type: &str,
    file_name: &str,
    parts: impl TryStream<Ok = Vec<u8>, Error = worker::Error> + 'static,
) -> Result<Response> {
    builder(200, content_type)?
        .with_header("Content-Disposition", &format!("attachment; filename=\"{file_name}\""))?
        .from_stream(parts)
}

/// Sends a browser on with a GET.
pub fn see_other(path: &str, set_cookie: Option<&str>) -> Result<Response> {
    let mut builder = ResponseBuilder::new().with_status(303).with_header("Location", path)?;
    if let Some(cookie) = set_cookie {
        builder = builder.with_header("Set-Cookie", cookie)?;
    }
    Ok(builder.empty())
}

/// Sends whoever asked on to another address, for good.
pub fn moved(address: &str) -> Result<Response> {
    Ok(ResponseBuilder::new().with_status(308).with_header("Location", address)?.empty())
}

/// Adds what every answer says to browsers: to take it for what it is called, and, where the worker is asked by https, never to ask
/// otherwise.
pub fn protected(mut response: Response, is_encrypted: bool) -> Result<Response> {
    let headers = response.headers_mut();
    headers.set("X-Content-Type-Options", "nosniff")?;
    if is_encrypted {
        headers.set("Strict-Transport-Security", STRICT_TRANSPORT)?;
    }
    Ok(response)
}

/// Lets a page of `origin` read the reply.
pub fn for_origin(mut response: Response, origin: &str) -> Result<Response> {
    allow_origin(response.headers_mut(), origin)?;
    Ok(response)
}

/// Lets every page read the reply: what it says is no secret.
pub fn for_any_origin(mut response: Response) -> Result<Response> {
    response.headers_mut().set(ALLOW_ORIGIN, "*")?;
    Ok(response)
}

/// Answers a page of `origin` that it may send JSON: what it may read is decided with the request itself.
pub fn preflight(origin: &str) -> Result<Response> {
    let mut headers = Headers::new();
    allow_origin(&mut headers, origin)?;
    headers.set("Access-Control-Allow-Methods", "POST")?;
    headers.set("Access-Control-Allow-Headers", "Content-Type")?;
    headers.set("Access-Control-Max-Age", "86400")?;
    Ok(ResponseBuilder::new().with_status(204).with_headers(headers).empty())
}

fn allow_origin(headers: &mut Headers, origin: &str) -> Result<()> {
    headers.set(ALLOW_ORIGIN, origin)?;
    headers.set("Vary", "Origin")
}

fn builder(status: u16, content_type: &str) -> Result<ResponseBuilder> {
    ResponseBuilder::new()
        .with_status(status)
        .with_header("Content-Type", content_type)?
        .with_header("Cache-Control", "no-store")
}

fn to_text<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| worker::Error::RustError(error.to_string()))
}
