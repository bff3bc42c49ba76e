//! The call log in the REST API.

use edge_core::account::api_key::Read;
use edge_core::api::{CallFilter, Fields, Query, UNKNOWN_SITE, call_list, call_with_words, site_parameter};
use jiff::tz::TimeZone;
use worker::D1Database;

use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::request::Request;
use crate::http::response;
use crate::store::d1::{call_log, sites};

/// Lists calls, the newest first.
#[utoipa::path(
    get,
    path = "/v1/calls",
    operation_id = "list_calls",
    tag = "calls",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 250, default 100"),
        ("cursor" = Option<String>, Query, description = "the next_cursor of the answer before"),
        ("site" = Option<String>, Query, description = "only calls of this site"),
        ("outcome" = Option<String>, Query, description = "only calls with this outcome: in_progress, answered, missed, voicemail, abandoned"),
        ("source" = Option<String>, Query, description = "only calls from this source"),
        ("tracking_phone_number" = Option<String>, Query, description = "only calls to this number"),
        ("start_date" = Option<String>, Query, description = "begun at or after: a day in the site's time zone, or an instant in ISO 8601 with its offset"),
        ("end_date" = Option<String>, Query, description = "begun before the instant, or on the day at the latest"),
        ("updated_since" = Option<String>, Query, description = "changed at or after"),
        ("fields" = Option<String>, Query, description = "only these fields, separated by commas"),
    ),
    responses((status = 200, description = "The calls, and the cursor of the next page")),
)]
pub async fn list(key: ApiKey<Read>) -> Outcome {
    let query = query(key.request());
    let db = key.request().env().d1("DB")?;
    let zone = zone_of(&db, &query).await?;
    let (filter, fields) = (CallFilter::parse(&query, zone.as_ref())?, Fields::parse(&query)?);
    let calls = call_log::list(&db, &filter).await?;
    let body = call_list(&calls, filter.limit, &fields).map_err(Problem::unavailable)?;
    Ok(response::json_text(200, body)?)
}

/// Tells one call, with what was said in it.
#[utoipa::path(
    get,
    path = "/v1/calls/{id}",
    operation_id = "get_call",
    tag = "calls",
    params(
        ("id" = String, Path, description = "the call"),
        ("fields" = Option<String>, Query, description = "only these fields, separated by commas"),
    ),
    responses((status = 200, description = "The call"), (status = 404, description = "There is no such call")),
)]
pub async fn get(key: ApiKey<Read>, Path(id): Path<String>) -> Outcome {
    let fields = Fields::parse(&query(key.request()))?;
    let call = call_log::one(&key.request().env().d1("DB")?, &id).await?.ok_or(Problem::UnknownCall)?;
    Ok(response::json_text(200, call_with_words(&call, &fields).map_err(Problem::unavailable)?)?)
}

/// Returns the time zone of the site that is asked about, or of all sites if they have the same. A name of no site is refused:
/// an empty list would say that it had no calls.
async fn zone_of(db: &D1Database, query: &Query) -> Result<Option<TimeZone>, Problem> {
    let site = site_parameter(query)?;
    if site.is_none() && !CallFilter::needs_zone(query) {
        return Ok(None);
    }
    let zones = sites::time_zones(db, site.as_ref()).await?;
    if site.is_some() && zones.is_empty() {
        return Err(UNKNOWN_SITE.into());
    }
    Ok(match zones.as_slice() {
        [] => Some(TimeZone::UTC),
        [zone] => Some(TimeZone::get(zone).unwrap_or(TimeZone::UTC)),
        _ => None,
    })
}

fn query(request: &Request) -> Query {
    Query::parse(request.query())
}
