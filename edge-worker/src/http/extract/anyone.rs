//! Nobody in particular: what the public routes take.

use super::{Access, Credential};
use crate::http::problem::Problem;
use crate::http::request::Request;

/// Whoever asks. It is no proof, so it is taken only by the routes that stand in the short list of public ones.
pub struct Anyone(Request);

impl Anyone {
    /// Returns the request.
    pub const fn request(&self) -> &Request {
        &self.0
    }

    /// Returns the request, to read its body.
    pub const fn request_mut(&mut self) -> &mut Request {
        &mut self.0
    }
}

impl Credential for Anyone {
    const ACCESS: Access = Access::Public;

    async fn of(request: Request) -> Result<Self, Problem> {
        Ok(Self(request))
    }
}
