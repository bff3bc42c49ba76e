//! Links between a site's own domains: whoever follows one brings along where they came from.
//!
//! Domains share no storage. So the page that is left puts a token into the link, and the page that is reached sends it along
//! with its first request for a number. The token has the visitor's first and last touch, lives for minutes, holds once, for one
//! site and one kind of browser, and is signed here, where the key is.
//!
//! Anybody may have a token made, and put it into a link of their own. So it never says who a visitor is, it counts only on a
//! page that was reached from one of the site's own, and it adds touches and takes none away.

use core::time::Duration;

use dni_core::id::SiteId;
use dni_core::time::Millis;
use dni_core::visit::{Arrival, History};
use edge_core::account::signing::Purpose;
use serde::{Deserialize, Serialize};

use crate::clock::{now, within};
use crate::http::extract::site_origin::{OfSite, Page, SiteOrigin};
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::request::Request;
use crate::store::d1::followed_links;

/// How long a link holds: it is fetched ahead of the click, and the page behind it may load slowly.
const HOLDS_FOR: Duration = Duration::from_mins(3);
/// Longest token, in bytes: it is part of an address, and some servers take no more than 2 KB.
const MAX_TOKEN: usize = 1_500;
/// How long the look whether a link has been followed before may take: meanwhile the page shows its own number.
const LOOK_WITHIN: Duration = Duration::from_secs(1);

/// `POST /v1/link`: a page is about to send its visitor to another of the site's domains.
#[derive(Deserialize)]
pub struct LinkRequest {
    site: SiteId,
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
struct Carried {
    site: SiteId,
    until: Millis,
    /// Their first and last touch, by their own clock.
    history: History,
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
    let mut carried = Carried { site: request.site, until, history: ends_of(request.history) };
    let mut link = seal(&carried, page.request())?;
    while link.len() > MAX_TOKEN && !carried.history.touches.is_empty() {
        carried.history.touches.remove(0);
        link = seal(&carried, page.request())?;
    }
    page.reply(&LinkReply { link, expires_in: HOLDS_FOR.as_secs() })
}

/// Reads what a link has brought a visitor on their `arrival`; `None` if it is not one of ours, another site's, too old,
/// another browser's or followed before, or if they did not come from one of the site's own `hosts`.
pub async fn followed(token: &str, page: &Page, arrival: &Arrival, hosts: &[String]) -> Option<History> {
    if token.len() > MAX_TOKEN || !arrival.comes_from_own_page(hosts) {
        return None;
    }
    let keys = page.request().settings().signing_keys(Purpose::Link).ok()?;
    let content = keys.open(token, &browser(page.request()).ok()?)?;
    let carried: Carried = serde_json::from_slice(&content).ok()?;
    if carried.site != page.site().id || now() > carried.until {
        return None;
    }
    let (_, signature) = token.split_once('.')?;
    let is_first = within(LOOK_WITHIN, mark(page.request(), signature, carried.until)).await;
    is_first
        .unwrap_or_else(|problem| {
            worker::console_error!("a link was not followed: {}", problem.for_log());
            false
        })
        .then_some(carried.history)
}

/// Marks a link as followed and says whether it had not been before.
async fn mark(request: &Request, signature: &str, until: Millis) -> Result<bool, Problem> {
    let db = request.env().d1("DB").map_err(Problem::unavailable)?;
    followed_links::follow(&db, signature, until, now()).await.map_err(Problem::unavailable)
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
