//! Links between a site's own domains: whoever follows one stays the visitor they are.
//!
//! Domains share no storage. So the page that is left puts a token into the link, and the page that is reached sends it along
//! with its first request for a number. The token names the visitor and their first and last touch, lives for minutes, holds for
//! one site and one kind of browser, and is signed here, where the key is.

use core::time::Duration;

use dni_core::id::{SiteId, VisitorId};
use dni_core::time::Millis;
use dni_core::visit::History;
use edge_core::account::signing::Purpose;
use serde::{Deserialize, Serialize};

use crate::clock::now;
use crate::http::extract::site_origin::{OfSite, Page, SiteOrigin};
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::request::Request;

/// How long a link holds: it is fetched ahead of the click, and the page behind it may load slowly.
const HOLDS_FOR: Duration = Duration::from_mins(3);
/// Longest token, in bytes: it is part of an address, and some servers take no more than 2 KB.
const MAX_TOKEN: usize = 1_500;

/// `POST /v1/link`: a page is about to send its visitor to another of the site's domains.
#[derive(Deserialize)]
pub struct LinkRequest {
    site: SiteId,
    visitor: VisitorId,
    #[serde(default)]
    history: History,
}

#[derive(Serialize)]
struct LinkReply {
    link: String,
    expires_in: u64,
}

/// What a link carries.
#[derive(Serialize, Deserialize)]
pub struct Carried {
    site: SiteId,
    /// Who follows the link.
    pub visitor: VisitorId,
    until: Millis,
    /// Their first and last touch, by their own clock.
    pub history: History,
}

impl OfSite for LinkRequest {
    fn site(&self) -> &SiteId {
        &self.site
    }
}

/// Makes a token for links to the site's other domains.
#[utoipa::path(
    post,
    path = "/v1/link",
    operation_id = "link",
    tag = "tag",
    responses(
        (status = 200, description = "The token, and how long it holds"),
        (status = 403, description = "The page is none of the site's"),
    ),
)]
pub async fn link(page: SiteOrigin<LinkRequest>) -> Outcome {
    let (page, request) = page.into_parts();
    let until = now().after(HOLDS_FOR);
    let mut carried =
        Carried { site: request.site, visitor: request.visitor, until, history: ends_of(request.history) };
    let mut link = seal(&carried, page.request())?;
    while link.len() > MAX_TOKEN && !carried.history.touches.is_empty() {
        carried.history.touches.remove(0);
        link = seal(&carried, page.request())?;
    }
    page.reply(&LinkReply { link, expires_in: HOLDS_FOR.as_secs() })
}

/// Reads a token; `None` if it is not one of ours, another site's, too old, or another browser's. A repeated one names the same
/// visitor again, which changes nothing.
pub fn followed(token: &str, page: &Page) -> Option<Carried> {
    if token.len() > MAX_TOKEN {
        return None;
    }
    let keys = page.request().settings().signing_keys(Purpose::Link).ok()?;
    let content = keys.open(token, &browser(page.request()).ok()?)?;
    let carried: Carried = serde_json::from_slice(&content).ok()?;
    (carried.site == page.site().id && now() <= carried.until).then_some(carried)
}

fn seal(carried: &Carried, request: &Request) -> Result<String, Problem> {
    let content = serde_json::to_vec(carried).map_err(Problem::unavailable)?;
    let keys = request.settings().signing_keys(Purpose::Link)?;
    keys.seal(&content, &browser(request)?).ok_or(Problem::NotSetUp("LINK_KEY"))
}

/// Names the browser: a link that is passed on to another one is none.
fn browser(request: &Request) -> Result<String, Problem> {
    Ok(request.header("User-Agent")?)
}

fn ends_of(mut history: History) -> History {
    let last = if history.touches.len() > 1 { history.touches.pop() } else { None };
    history.touches.truncate(1);
    history.touches.extend(last);
    history
}
