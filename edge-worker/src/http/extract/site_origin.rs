//! Pages of a site's own origins.

use std::rc::Rc;

use dni_core::id::SiteId;
use edge_core::site::PublishedSite;
use serde::de::DeserializeOwned;
use worker::Response;

use super::{Access, Credential, Proof};
use crate::http::problem::Problem;
use crate::http::request::Request;
use crate::http::response;
use crate::store::published::of_site;

/// A request of a page of one of the site's own origins. The site stands in the body `B`, which is read therefore.
pub struct SiteOrigin<B> {
    page: Page,
    body: B,
}

/// The page that asks.
pub struct Page {
    request: Request,
    site: Rc<PublishedSite>,
    origin: String,
}

/// A body that says which site's page sends it.
pub trait OfSite: DeserializeOwned {
    /// Returns the site.
    fn site(&self) -> &SiteId;
}

impl<B> SiteOrigin<B> {
    /// Returns the page and what it sent.
    pub fn into_parts(self) -> (Page, B) {
        (self.page, self.body)
    }
}

impl<B: OfSite> Credential for SiteOrigin<B> {
    const ACCESS: Access = Access::SiteOrigin;

    /// Looks the site up and checks that the request's `Origin` is one of its origins, to the letter but for wildcards.
    ///
    /// Browsers keep pages from lying about it. Others can, so behind it stand limits, not trust.
    async fn of(mut request: Request) -> Result<Self, Problem> {
        let body: B = request.json().await?;
        let origin = request.header("Origin")?;
        let site = of_site(request.env(), body.site()).await?;
        if !site.document.lists_origin(&origin) {
            return Err(Problem::OriginNotAllowed);
        }
        Ok(Self { page: Page { request, site, origin }, body })
    }
}

impl<B: OfSite> Proof for SiteOrigin<B> {}

impl Page {
    /// Returns the request.
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// Returns the site.
    pub fn site(&self) -> &PublishedSite {
        &self.site
    }

    /// Lets the page, and no other, read the answer.
    pub fn reply<T: serde::Serialize>(&self, value: &T) -> Result<Response, Problem> {
        Ok(response::for_origin(response::json(200, value)?, &self.origin)?)
    }
}
