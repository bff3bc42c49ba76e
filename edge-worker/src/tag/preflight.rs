//! `OPTIONS` of what pages ask.

use crate::http::extract::preflight::Preflight;
use crate::http::handler::Outcome;
use crate::http::response;

/// Lets a page of one of the sites send what is no plain text.
pub async fn preflight(page: Preflight) -> Outcome {
    Ok(response::preflight(page.origin())?)
}
