//! The call log in the REST API.

use edge_core::api::{CallFilter, Fields, Query, call_list, call_with_words};

use crate::http::problem::Problem;
use crate::http::response;
use crate::http::router::{Asked, Replied};
use crate::store::d1::call_log;

/// `GET /v1/calls`: newest first, with `limit`, `cursor`, `site`, `outcome`, `source`, `tracking_phone_number`, `start_date`,
/// `end_date`, `updated_since` and `fields`.
pub async fn list(asked: Asked) -> Replied {
    let query = query(&asked)?;
    let (filter, fields) = (CallFilter::parse(&query)?, Fields::parse(&query)?);
    let calls = call_log::list(&asked.env.d1("DB")?, &filter).await?;
    let body = call_list(&calls, filter.limit, &fields).map_err(Problem::unavailable)?;
    Ok(response::json_text(200, body)?)
}

/// `GET /v1/calls/{id}`, with `fields`.
pub async fn get(asked: Asked) -> Replied {
    let fields = Fields::parse(&query(&asked)?)?;
    let call = call_log::one(&asked.env.d1("DB")?, asked.parameter()).await?.ok_or(Problem::UnknownCall)?;
    Ok(response::json_text(200, call_with_words(&call, &fields).map_err(Problem::unavailable)?)?)
}

fn query(asked: &Asked) -> Result<Query, Problem> {
    Ok(Query::parse(asked.request.url()?.query().unwrap_or_default()))
}
