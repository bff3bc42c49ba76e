//! The API key, as a Bearer token.

use core::marker::PhantomData;

use edge_core::account::api_key::{Scope, bearer};

use super::{Access, Credential, Proof};
use crate::http::problem::Problem;
use crate::http::request::Request;

/// A request with a key that allows what `S` says.
pub struct ApiKey<S> {
    request: Request,
    scope: PhantomData<S>,
}

impl<S> ApiKey<S> {
    /// Returns the request.
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// Returns the request, to read its body.
    pub const fn request_mut(&mut self) -> &mut Request {
        &mut self.request
    }
}

impl<S: Scope> Credential for ApiKey<S> {
    const ACCESS: Access = Access::ApiKey { scope: S::NAME };

    async fn of(request: Request) -> Result<Self, Problem> {
        require_key(&request)?;
        request.require_known_parameters()?;
        Ok(Self { request, scope: PhantomData })
    }
}

impl<S: Scope> Proof for ApiKey<S> {}

/// Requires the key. The worker's own state is looked at first: with no key, or a weak one, no answer depends on what was sent.
pub(super) fn require_key(request: &Request) -> Result<(), Problem> {
    let keys = request.settings().api_keys()?;
    let header = request.header("Authorization")?;
    if keys.allow(bearer(&header).unwrap_or_default()) { Ok(()) } else { Err(Problem::WrongKey) }
}
