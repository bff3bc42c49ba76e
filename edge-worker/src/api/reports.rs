//! Reports in the REST API.

use edge_core::account::scope::Read;
use edge_core::api::{CallFilter, Query};
use edge_core::report::{Counted, Period, ReportRecord, ReportRequest, report};
use worker::D1Database;

use super::call_parameters::FilterParameters;
use super::calls::filter_in_zone;
use crate::clock::now;
use crate::http::extract::api_key::ApiKey;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::d1::report_query;

/// Counts calls by source, page or time: how many there were, what became of them, and what they were worth.
#[utoipa::path(
    get,
    path = "/v1/reports/calls",
    operation_id = "report_calls",
    tag = "reports",
    params(
        ("group_by" = Option<String>, Query, description = "one or two of source, medium, campaign, keywords, channel, landing_page, tracking_phone_number, site, hour, weekday, day, week, month, separated by a comma"),
        ("model" = Option<String>, Query, description = "last_non_direct (default), first, last, linear, position, time_decay, paid_override"),
        ("compare" = Option<bool>, Query, description = "whether the period before is told, too"),
        ("limit" = Option<u32>, Query, description = "1 to 1,000 groups, default 100; of time all are told"),
        FilterParameters,
    ),
    responses((status = 200, description = "The sums, and those of each group", body = ReportRecord)),
)]
pub async fn calls(key: ApiKey<Read>) -> Outcome {
    let query = Query::parse(key.request().query());
    let request = ReportRequest::parse(&query)?;
    let db = key.db()?;
    let (filter, zone) = filter_in_zone(&db, &query, &key.principal().sites).await?;
    let zone = zone.ok_or(Problem::BadParameter(
        "time_zone",
        "given, as your sites have several: the name of a time zone, such as America/Chicago",
    ))?;
    let period = Period::of(&filter, zone, now())?;
    let current = counted(&db, &filter, &period, &request).await?;
    let previous =
        if request.compare { Some(counted(&db, &filter, &period.previous(), &request).await?) } else { None };
    Ok(response::json(200, &report(&request, &period, &current, previous.as_ref()))?)
}

/// Counts groups, and all calls together.
async fn counted(
    db: &D1Database,
    filter: &CallFilter,
    period: &Period,
    request: &ReportRequest,
) -> Result<Counted, Problem> {
    let all = ReportRequest { group_by: Vec::new(), ..request.clone() };
    let total = report_query::count(db, filter, period, &all).await?.into_iter().next();
    let rows =
        if request.group_by.is_empty() { Vec::new() } else { report_query::count(db, filter, period, request).await? };
    Ok(Counted { rows, total })
}
