//! Links between a site's own domains: who follows one stays the visitor he is.
//!
//! Domains share no storage. So the page that is left puts a token into the link, and the page that is reached sends it along
//! with its first request for a number. The token names the visitor and his first and last touch, lives for minutes, holds for
//! one site and one kind of browser, and is signed here, where the key is.

use core::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dni_core::id::{SiteId, VisitorId};
use dni_core::time::Millis;
use dni_core::visit::History;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::origin::Page;
use crate::clock::now;
use crate::http::problem::Problem;
use crate::http::router::{Asked, Replied};

/// How long a link holds: it is fetched ahead of the click, and the page behind it may load slowly.
const HOLDS_FOR: Duration = Duration::from_mins(3);
/// Longest token, in bytes: it is part of an address, and some servers take no more than 2 KB.
const MAX_TOKEN: usize = 1_500;

/// `POST /v1/link`: a page is about to send its visitor to another of the site's domains.
#[derive(Deserialize)]
struct LinkRequest {
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
    /// His first and last touch, by his own clock.
    pub history: History,
}

/// Answers with a token for links to the site's other domains.
pub async fn link(mut asked: Asked) -> Replied {
    let request: LinkRequest = asked.json().await?;
    let page = Page::of(&asked, &request.site).await?;
    let until = now().after(HOLDS_FOR);
    let mut carried =
        Carried { site: request.site, visitor: request.visitor, until, history: ends_of(request.history) };
    let mut link = seal(&carried, &asked)?;
    while link.len() > MAX_TOKEN && !carried.history.touches.is_empty() {
        carried.history.touches.remove(0);
        link = seal(&carried, &asked)?;
    }
    page.reply(&LinkReply { link, expires_in: HOLDS_FOR.as_secs() })
}

/// Reads a token; `None` if it is not one of ours, another site's, too old, or another browser's. A repeated one names the same
/// visitor again, which changes nothing.
pub fn followed(token: &str, site: &SiteId, asked: &Asked) -> Option<Carried> {
    if token.len() > MAX_TOKEN {
        return None;
    }
    let (text, mac) = token.split_once('.')?;
    let (text, mac) = (URL_SAFE_NO_PAD.decode(text).ok()?, URL_SAFE_NO_PAD.decode(mac).ok()?);
    let keys = asked.settings().link_keys().ok()?;
    let is_ours =
        keys.iter().any(|key| mac_of(&text, key, asked).is_ok_and(|expected| expected.verify_slice(&mac).is_ok()));
    if !is_ours {
        return None;
    }
    let carried: Carried = serde_json::from_slice(&text).ok()?;
    (carried.site == *site && now() <= carried.until).then_some(carried)
}

/// The oldest key verifies, the newest signs.
fn seal(carried: &Carried, asked: &Asked) -> Result<String, Problem> {
    let text = serde_json::to_vec(carried).map_err(Problem::unavailable)?;
    let keys = asked.settings().link_keys()?;
    let key = keys.first().ok_or(Problem::NotSetUp("LINK_KEY"))?;
    let mac = mac_of(&text, key, asked)?.finalize().into_bytes();
    Ok([URL_SAFE_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(mac)].join("."))
}

/// The MAC covers the browser's name too: a link that is passed on to another one is none.
fn mac_of(text: &[u8], key: &str, asked: &Asked) -> Result<Hmac<Sha256>, Problem> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(Problem::unavailable)?;
    mac.update(b"dni link\n");
    mac.update(asked.header("User-Agent")?.as_bytes());
    mac.update(b"\n");
    mac.update(text);
    Ok(mac)
}

fn ends_of(mut history: History) -> History {
    let last = if history.touches.len() > 1 { history.touches.pop() } else { None };
    history.touches.truncate(1);
    history.touches.extend(last);
    history
}
