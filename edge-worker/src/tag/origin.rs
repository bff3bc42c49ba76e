//! Which pages may ask.

use std::rc::Rc;

use dni_core::id::SiteId;
use edge_core::site::PublishedSite;
use worker::Response;

use crate::http::problem::Problem;
use crate::http::response;
use crate::http::router::Asked;
use crate::store::published::of_site;

/// A request that is known to come from one of the site's own pages.
pub struct Page {
    /// The site.
    pub site: Rc<PublishedSite>,
    origin: String,
}

impl Page {
    /// Looks the site up and checks that the request's `Origin` is one of its origins, to the letter.
    ///
    /// Browsers keep pages from lying about it. Others can, so behind it stand limits, not trust.
    pub async fn of(asked: &Asked, site: &SiteId) -> Result<Self, Problem> {
        let origin = asked.header("Origin")?;
        let site = of_site(&asked.env, site).await?;
        if site.document.origins.contains(&origin) { Ok(Self { site, origin }) } else { Err(Problem::OriginNotAllowed) }
    }

    /// Lets the page, and no other, read the answer.
    pub fn reply<T: serde::Serialize>(&self, value: &T) -> Result<Response, Problem> {
        Ok(response::for_origin(response::json(200, value)?, &self.origin)?)
    }
}
