//! A request on its way to its handler.

use core::future::Future;

use serde::de::DeserializeOwned;
use url::Url;
use worker::{Cf, Context, Env, Result};

use super::problem::{MAX_BODY, Problem};
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
}

impl Request {
    /// Takes a request from the runtime.
    pub(super) fn new(inner: worker::Request, env: Env, context: Context) -> Result<Self> {
        let url = inner.url()?;
        Ok(Self { inner, url, env, context })
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

    /// Reads a body of at most `limit` bytes.
    pub async fn body_up_to(&mut self, limit: usize) -> core::result::Result<Vec<u8>, Problem> {
        let announced = self.header("Content-Length")?.parse().unwrap_or(0_usize);
        if announced > limit {
            return Err(Problem::TooLarge(limit));
        }
        let body = self.inner.bytes().await?;
        if body.len() > limit { Err(Problem::TooLarge(limit)) } else { Ok(body) }
    }

    /// Reads the body as JSON.
    pub async fn json<T: DeserializeOwned>(&mut self) -> core::result::Result<T, Problem> {
        let body = self.body().await?;
        serde_json::from_slice(&body).map_err(|error| Problem::BadJson(error.to_string()))
    }
}
