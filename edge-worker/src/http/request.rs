//! A request on its way to its handler.

use core::future::Future;
use std::sync::Arc;

use call_router::config_json;
use edge_core::api::{Query, unknown_parameter};
use edge_core::transport::came_in_the_open;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use url::Url;
use worker::{Cf, Context, Env, Result};

use super::problem::{MAX_BODY, MAX_LARGE_BODY, Problem};
use crate::settings::Settings;

/// A request with what the platform gives to answer it. Handlers get it only inside a credential, so that one which has not
/// proved who asks can do nothing.
///
/// Head and body stay with the runtime: only the path goes through the router, and a stream is never copied.
pub struct Request {
    inner: worker::Request,
    url: Url,
    env: Env,
    context: Context,
    /// The parameters that its route takes; `None` if the route does not say.
    parameters: Option<Parameters>,
    /// The body, where it was read before its handler wants it.
    read_ahead: Option<Vec<u8>>,
}

/// The header in which Cloudflare Access says whom it let through.
pub const ACCESS_TOKEN: &str = "Cf-Access-Jwt-Assertion";

/// The names of a route's parameters, in the order of its description.
pub type Parameters = Arc<[String]>;

impl Request {
    /// Takes a request from the runtime.
    pub(super) fn new(inner: worker::Request, env: Env, context: Context) -> Result<Self> {
        let url = inner.url()?;
        Ok(Self { inner, url, env, context, parameters: None, read_ahead: None })
    }

    /// Notes which parameters its route takes.
    pub(super) fn take_parameters(&mut self, parameters: Option<Parameters>) {
        self.parameters = parameters;
    }

    /// Refuses a parameter that the route does not take: what is written wrong would be left out without a word.
    pub(super) fn require_known_parameters(&self) -> core::result::Result<(), Problem> {
        let Some(known) = &self.parameters else { return Ok(()) };
        match Query::parse(self.query()).unknown(known) {
            Some(name) => Err(Problem::UnknownParameter(unknown_parameter(name, known))),
            None => Ok(()),
        }
    }

    /// Returns the method as it was sent.
    pub fn method(&self) -> String {
        self.inner.inner().method()
    }

    /// Returns the path.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// Returns the query as it was sent; empty if there is none.
    pub fn query(&self) -> &str {
        self.url.query().unwrap_or_default()
    }

    /// Returns a parameter of the query, if it is there and not empty.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let found = self.url.query_pairs().find(|(known, value)| known == name && !value.is_empty());
        found.map(|(_, value)| value.into_owned())
    }

    /// Returns a header's value; empty if it is not there.
    pub fn header(&self, name: &str) -> Result<String> {
        Ok(self.inner.headers().get(name)?.unwrap_or_default())
    }

    /// Requires that a form was sent by a page of this worker. Browsers say whose page it is; programs say nothing, and have no cookie
    /// that somebody else could use.
    pub fn require_own_page(&self) -> core::result::Result<(), Problem> {
        let (origin, site) = (self.header("Origin")?, self.header("Sec-Fetch-Site")?);
        let is_own =
            if origin.is_empty() { site.is_empty() } else { origin == self.url.origin().ascii_serialization() };
        if is_own { Ok(()) } else { Err(Problem::ForeignForm) }
    }

    /// Says whether it came by http, where the worker is to be asked by https.
    pub fn came_in_the_open(&self) -> Result<bool> {
        let public_url = self.settings().public_url().unwrap_or_default();
        Ok(came_in_the_open(&public_url, &self.url, &self.header("X-Forwarded-Proto")?))
    }

    /// Says whether it only reads, and brings nothing that opens anything.
    pub fn is_open_question(&self) -> Result<bool> {
        let reads = matches!(self.method().as_str(), "GET" | "HEAD");
        Ok(reads && self.header("Authorization")?.is_empty() && self.header("Cookie")?.is_empty())
    }

    /// Returns the same address by https.
    pub fn encrypted_address(&self) -> String {
        let mut url = self.url.clone();
        // It is one of http, which can become one of https.
        let _ = url.set_scheme("https");
        url.into()
    }

    /// Says whether Cloudflare Access stands before the console and let this request through, as it says itself.
    pub fn is_let_in_by_access(&self) -> Result<bool> {
        Ok(self.settings().access().is_some() && !self.header(ACCESS_TOKEN)?.is_empty())
    }

    /// Returns what Cloudflare knows of the connection.
    pub fn cf(&self) -> Option<&Cf> {
        self.inner.cf()
    }

    /// Returns the bindings.
    pub const fn env(&self) -> &Env {
        &self.env
    }

    /// Returns the settings.
    pub const fn settings(&self) -> Settings<'_> {
        Settings(&self.env)
    }

    /// Keeps work going behind the answer.
    pub fn wait_until(&self, work: impl Future<Output = ()> + 'static) {
        self.context.wait_until(work);
    }

    /// Reads the body, if it is not too large.
    pub async fn body(&mut self) -> core::result::Result<Vec<u8>, Problem> {
        self.body_up_to(MAX_BODY).await
    }

    /// Reads the body before its handler does, and leaves it there.
    pub(super) async fn read_ahead(&mut self) -> core::result::Result<&[u8], Problem> {
        let body = self.body().await?;
        Ok(self.read_ahead.insert(body))
    }

    /// Reads a body of at most `limit` bytes. One that is longer is not read to its end, whether it announces its length or not.
    pub async fn body_up_to(&mut self, limit: usize) -> core::result::Result<Vec<u8>, Problem> {
        if let Some(body) = self.read_ahead.take() {
            return Ok(body);
        }
        let announced: Option<usize> = self.header("Content-Length")?.parse().ok();
        match announced {
            Some(length) if length > limit => return Err(Problem::TooLarge(limit)),
            // The runtime lets no more through than was announced, and hands it over at once.
            Some(_) if self.header("Transfer-Encoding")?.is_empty() => return Ok(self.inner.bytes().await?),
            _ => {}
        }
        let mut body = Vec::new();
        if self.inner.inner().body().is_none() {
            return Ok(body);
        }
        let mut stream = self.inner.stream()?;
        while let Some(part) = stream.next().await {
            let part = part?;
            if body.len() + part.len() > limit {
                return Err(Problem::TooLarge(limit));
            }
            body.extend_from_slice(&part);
        }
        Ok(body)
    }

    /// Reads the body as a document that people write: every place that is not as expected is named. `what` is what it should be.
    pub async fn document<T: DeserializeOwned>(&mut self, what: &'static str) -> core::result::Result<T, Problem> {
        self.document_up_to(MAX_BODY, what).await
    }

    /// Does the same with one that may have thousands of phone numbers in it.
    pub async fn large_document<T: DeserializeOwned>(
        &mut self,
        what: &'static str,
    ) -> core::result::Result<T, Problem> {
        self.document_up_to(MAX_LARGE_BODY, what).await
    }

    async fn document_up_to<T: DeserializeOwned>(
        &mut self,
        limit: usize,
        what: &'static str,
    ) -> core::result::Result<T, Problem> {
        let body = self.body_up_to(limit).await?;
        config_json::read(&body).map_err(|unreadable| Problem::Unreadable(what, unreadable.into()))
    }

    /// Reads the body as JSON.
    pub async fn json<T: DeserializeOwned>(&mut self) -> core::result::Result<T, Problem> {
        let body = self.body().await?;
        serde_json::from_slice(&body).map_err(|error| Problem::BadJson(error.to_string()))
    }
}
