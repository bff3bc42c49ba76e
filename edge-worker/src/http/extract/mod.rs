//! Who asks: a handler's first argument, which is there only if they may.
//!
//! Each credential has private fields and is made from a request alone. What a handler needs to do anything, the bindings, it
//! gets from its credential; so a handler that nobody has guarded can do nothing.

pub mod anyone;
pub mod api_key;
pub mod carrier_signature;
pub mod console_member;
pub mod path;
pub mod preflight;
pub mod site_origin;

use axum::http::request::Parts;
use edge_core::account::scope::Scope;
use serde::Serialize;

use super::idempotent::Claim;
use super::problem::Problem;
use super::request::Request;

/// Who may ask, as the list of routes says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Access {
    /// Everybody.
    Public,
    /// Pages of the site's own origins.
    SiteOrigin,
    /// Whoever has an API key with this scope.
    ApiKey {
        /// The scope.
        scope: Scope,
    },
    /// Whoever is signed in to the console.
    ConsoleMember,
    /// The carrier.
    CarrierSignature,
}

/// What a request shows of who asks.
pub trait Credential: Sized {
    /// Who may ask.
    const ACCESS: Access;

    /// Reads it out of the request; what is missing or wrong is the answer.
    async fn of(request: Request) -> Result<Self, Problem>;

    /// Claims the request's Idempotency-Key, where whoever brings this may send one.
    async fn claim(&mut self) -> Result<Claim, Problem> {
        Ok(Claim::None)
    }
}

/// What else a handler takes, out of what the router found.
pub trait Argument: Sized {
    /// Reads it; what is missing or wrong is the answer.
    async fn of(parts: &mut Parts) -> Result<Self, Problem>;
}

/// A credential that not everybody has.
#[diagnostic::on_unimplemented(
    message = "`{Self}` proves nothing about who asks",
    note = "let the handler take a proof first, or name its route with `public`"
)]
pub trait Proof: Credential {}
