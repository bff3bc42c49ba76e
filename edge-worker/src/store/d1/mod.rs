//! The rows of D1.

pub mod api_keys;
pub mod audit;
pub mod call_log;
pub mod call_move;
pub mod call_object;
mod call_query;
mod call_row;
pub mod databases;
pub mod erasures;
pub mod followed_links;
pub mod idempotency;
pub mod members;
pub mod numbers;
pub mod overdue_calls;
pub mod persons;
pub mod placements;
pub mod publications;
pub mod raw_events;
mod report_query;
pub mod sessions;
pub mod sites;
pub mod visitor_counts;

use edge_core::account::site_selection::SiteSelection;
use serde::Deserialize;
use worker::{D1Database, D1Type, Result};

/// Unix milliseconds or a count for a column of D1, whose integers are 32 bits wide on the way in.
#[allow(clippy::cast_precision_loss, reason = "far below 2^53 until the year 287396")]
const fn number(value: u64) -> D1Type<'static> {
    D1Type::Real(value as f64)
}

/// A text for a column of D1, or nothing.
fn text_or_null(value: Option<&str>) -> D1Type<'_> {
    value.map_or(D1Type::Null, D1Type::Text)
}

/// A selection of sites for its column: a list, or nothing for all.
fn sites_text(sites: &SiteSelection) -> Result<Option<String>> {
    Ok(sites.listed().map(serde_json::to_string).transpose()?)
}

/// Reads a selection of sites from its column.
fn sites_of(text: Option<&str>) -> Result<SiteSelection> {
    Ok(text.map_or(Ok(SiteSelection::All), serde_json::from_str)?)
}

/// Runs a statement that returns the rows which it changes, and says whether there were any.
async fn returns_row(db: &D1Database, statement: &str, values: &[D1Type<'_>]) -> Result<bool> {
    #[derive(Deserialize)]
    struct Row {}
    let found: Option<Row> = db.prepare(statement).bind_refs(values)?.first(None).await?;
    Ok(found.is_some())
}
