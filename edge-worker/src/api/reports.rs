//! Reports in the REST API.

use core::time::Duration;

use dni_core::id::PoolId;
use edge_core::account::scope::Read;
use edge_core::api::{CallFilter, Query, UNKNOWN_SITE, site_parameter};
use edge_core::keys::ObjectName;
use edge_core::report::{
    Counted, Measured, Period, PoolUseRecord, ReportRecord, ReportRequest, VisitorCounter, Visitors, report,
};
use edge_core::site::PublishedSite;
use futures_util::future::{try_join, try_join_all};
use worker::{D1Database, Env};

use super::answers::PoolReport;
use super::call_parameters::FilterParameters;
use super::calls::filter_in_zone;
use crate::clock::now;
use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{PoolRequest, PoolResponse};
use crate::http::extract::api_key::ApiKey;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::d1::call_log::CallLog;
use crate::store::d1::{sites, visitor_counts};

/// Counts calls by source, page or time: how many there were, for how many visitors, what became of them, and what they were worth.
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
    let log = key.call_log()?;
    let current = measured(&db, &log, &filter, &period, &request);
    let previous = async {
        if request.compare {
            measured(&db, &log, &filter, &period.previous(), &request).await.map(Some)
        } else {
            Ok(None)
        }
    };
    let (current, previous) = try_join(current, previous).await?;
    Ok(response::json(200, &report(&request, &period, &current, previous.as_ref()))?)
}

/// Counts the calls and the visitors of a period.
async fn measured(
    db: &D1Database,
    log: &CallLog,
    filter: &CallFilter,
    period: &Period,
    request: &ReportRequest,
) -> Result<Measured, Problem> {
    let visitors = async {
        match VisitorCounter::new(filter, period, request) {
            Ok(counter) => Ok(visitor_counts::count(db, filter, counter).await?),
            Err(unknown) => Ok(Err(unknown)),
        }
    };
    let (calls, visitors) = try_join(counted(log, filter, period, request), visitors).await?;
    Ok(Measured { calls, visitors: visitors.map_or_else(Visitors::Unknown, Visitors::Counted) })
}

/// Counts groups, and all calls together.
async fn counted(
    log: &CallLog,
    filter: &CallFilter,
    period: &Period,
    request: &ReportRequest,
) -> Result<Counted, Problem> {
    let groups = if request.group_by.is_empty() {
        Err(Vec::new())
    } else {
        Counted::of_groups(log.report(filter, period, request).await?)
    };
    match groups {
        Ok(counted) => Ok(counted),
        Err(rows) => {
            let all = ReportRequest { group_by: Vec::new(), ..request.clone() };
            Ok(Counted { rows, total: log.report(filter, period, &all).await?.into_iter().next() })
        }
    }
}

/// How long a pool may take to count its rows. Nobody waits but the owner.
const COUNT_WITHIN: Duration = Duration::from_secs(10);

/// Tells how the pools of a site are used, and how many numbers they should have for the visitors that come.
#[utoipa::path(
    get,
    path = "/v1/reports/pools",
    operation_id = "report_pools",
    tag = "reports",
    params(("site" = String, Query, description = "the site")),
    responses((status = 200, description = "The pools of the site", body = PoolReport)),
)]
pub async fn pools(key: ApiKey<Read>) -> Outcome {
    let query = Query::parse(key.request().query());
    let site = site_parameter(&query)?.filter(|site| key.principal().sees(site)).ok_or(UNKNOWN_SITE)?;
    let stored = sites::one(&key.db()?, &site).await?.ok_or(UNKNOWN_SITE)?;
    let document = stored.read()?;
    let published = PublishedSite::new(site, stored.version, document);
    let pools = published.document.pools.iter().map(|pool| used(key.request().env(), &published, &pool.id));
    let pools = try_join_all(pools).await?;
    Ok(response::json(200, &PoolReport { site_id: published.id.to_string(), pools })?)
}

/// Asks a pool how it is used; one that nobody has asked for a number is told first of which numbers it is.
async fn used(env: &Env, site: &PublishedSite, pool: &PoolId) -> Result<PoolUseRecord, Problem> {
    let name = ObjectName::pool(&site.id, pool);
    if let Some(configuration) = site.pool_configuration(pool) {
        ask(env, &name, &PoolRequest::Configure(configuration), COUNT_WITHIN).await?;
    }
    match ask(env, &name, &PoolRequest::Use, COUNT_WITHIN).await? {
        PoolResponse::Used(Some(found)) => Ok(PoolUseRecord::of(pool.as_str(), &found)),
        _ => Err(another_answer("a pool")),
    }
}
