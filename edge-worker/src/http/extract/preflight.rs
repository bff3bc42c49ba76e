//! A browser that asks whether a page may send something.

use super::{Access, Credential, Proof};
use crate::http::problem::Problem;
use crate::http::request::Request;
use crate::store::d1::sites;

/// A preflight of a page whose origin one of the sites lists.
///
/// A preflight has no body, so it does not say which site it is about: that is checked with the request itself, and here that the
/// origin is any site's. The tag sends plain text and is never asked about, so reading the sites costs no visitor anything; a
/// client of somebody's own asks once a day.
pub struct Preflight {
    origin: String,
}

impl Preflight {
    /// Returns the page's origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl Credential for Preflight {
    const ACCESS: Access = Access::SiteOrigin;

    async fn of(request: Request) -> Result<Self, Problem> {
        let origin = request.header("Origin")?;
        let is_listed = !origin.is_empty() && sites::lists_origin(&request.env().d1("DB")?, &origin).await?;
        if is_listed { Ok(Self { origin }) } else { Err(Problem::OriginNotAllowed) }
    }
}

impl Proof for Preflight {}
