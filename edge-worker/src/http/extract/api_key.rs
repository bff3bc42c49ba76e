//! An API key, as a Bearer token.

use core::marker::PhantomData;

use edge_core::account::principal::Principal;
use edge_core::account::scope::NeededScope;
use edge_core::account::token::{Token, TokenKind, bearer};
use worker::D1Database;

use super::{Access, Credential, Proof};
use crate::clock::now;
use crate::http::brake;
use crate::http::idempotent::{self, Claim};
use crate::http::problem::Problem;
use crate::http::request::Request;
use crate::store::d1::api_keys;
use crate::store::d1::call_log::CallLog;

/// A request with a key that allows what `S` says.
pub struct ApiKey<S> {
    request: Request,
    principal: Principal,
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

    /// Returns who asks, and which sites they see.
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Returns the first database, which has members, keys and the directory of the sites.
    pub fn db(&self) -> Result<D1Database, Problem> {
        Ok(self.request.env().d1("DB")?)
    }

    /// Opens the call log.
    pub fn call_log(&self) -> Result<CallLog, Problem> {
        Ok(CallLog::of(self.request.env())?)
    }
}

impl<S: NeededScope> Credential for ApiKey<S> {
    const ACCESS: Access = Access::ApiKey { scope: S::SCOPE };

    async fn of(request: Request) -> Result<Self, Problem> {
        let principal = principal_of(&request).await?;
        principal.require(S::SCOPE)?;
        request.require_known_parameters()?;
        Ok(Self { request, principal, scope: PhantomData })
    }

    async fn claim(&mut self) -> Result<Claim, Problem> {
        idempotent::claim(&mut self.request, &self.principal).await
    }
}

impl<S: NeededScope> Proof for ApiKey<S> {}

/// Finds out whose key a request brings. The worker's own state is looked at first: with no key, or a weak one, no answer depends on
/// what was sent.
pub(super) async fn principal_of(request: &Request) -> Result<Principal, Problem> {
    let deployment = request.settings().deployment_keys()?;
    let header = request.header("Authorization")?;
    let given = bearer(&header).unwrap_or_default();
    // The first owner's key is the way in when all else is braked; no program has it.
    if deployment.allow(given) {
        return Ok(Principal::deployment());
    }
    let found = match Token::parse(TokenKind::ApiKey, given) {
        Some(token) => find(request, &token).await?,
        None => Err(Problem::WrongKey),
    };
    match found {
        Ok(principal) => {
            brake::count_request(request, principal.actor.id.as_deref().unwrap_or_default()).await?;
            Ok(principal)
        }
        Err(problem) => {
            if !header.is_empty() {
                brake::count_wrong_key(request).await?;
            }
            Err(problem)
        }
    }
}

/// Looks a key up. The inner error is that of a key which opens nothing.
async fn find(request: &Request, token: &Token) -> Result<Result<Principal, Problem>, Problem> {
    let db = request.env().d1("DB")?;
    let Some(key) = api_keys::find(&db, token).await? else { return Ok(Err(Problem::WrongKey)) };
    let now = now();
    if let Err(ended) = key.require_open(now) {
        return Ok(Err(Problem::KeyEnded(ended)));
    }
    if !key.is_use_noted(now) {
        let id = key.id.clone();
        request.wait_until(async move {
            let _ = api_keys::note_use(&db, &id, now).await;
        });
    }
    Ok(Ok(Principal::api_key(key.id, key.name, key.scope, key.sites)))
}
