//! What the tag looks for on a page before it asks for a number.

use std::collections::BTreeMap;

use dni_core::id::SiteId;
use dni_core::phone::page_pattern;

use super::assets::headers;
use crate::http::extract::anyone::Anyone;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::published::of_site;

/// How long a browser may keep it: as long as a published site may take to be seen everywhere.
const FOR_A_MINUTE: &str = "public, max-age=60";

/// `GET /targets/{site}`: the site's targets, each with the pattern by which a page's text is known to have it. It says nothing
/// that the site's pages do not show to everybody.
pub async fn targets(anyone: Anyone, Path(site): Path<SiteId>) -> Outcome {
    let site = match of_site(anyone.request().env(), &site).await {
        // The page may read why.
        Err(problem) => return Ok(response::for_origin(response::problem(&problem)?, "*")?),
        Ok(site) => site,
    };
    let numbers = site.document.targets.iter().map(|target| target.number);
    let patterns: BTreeMap<String, String> =
        numbers.map(|number| (number.as_str().to_owned(), page_pattern(number))).collect();
    let body = serde_json::to_vec(&patterns).map_err(Problem::unavailable)?;
    Ok(headers("application/json; charset=utf-8", FOR_A_MINUTE)?.fixed(body))
}
