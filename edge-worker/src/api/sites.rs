//! Sites in the REST API: written, checked, published, read back.

use call_router::config_json;
use dni_core::id::SiteId;
use edge_core::site::{PublishedSite, SiteDocument};
use edge_core::timestamp::iso;
use serde_json::{Value, json};
use worker::Response;

use crate::clock::now;
use crate::http::problem::{Problem, broken_site};
use crate::http::response;
use crate::http::router::{Asked, Replied};
use crate::store::d1::sites::{self, StoredSite};
use crate::store::published;

/// `PUT /v1/sites/{id}`: creates or replaces a site, checks it whole, and publishes it.
pub async fn put(mut asked: Asked) -> Replied {
    let id = site_id(&asked)?;
    let document: SiteDocument = config_json::read(&asked.body().await?)?;
    let faults = document.check();
    if !faults.is_empty() {
        return Err(Problem::BadSite(faults));
    }
    let db = asked.env.d1("DB")?;
    let numbers: Vec<_> = document.tracking_numbers().collect();
    if let Some(taken) = sites::number_of_another(&db, &id, &numbers).await? {
        return Err(Problem::NumberTaken(taken));
    }
    let text = serde_json::to_string(&document).map_err(Problem::unavailable)?;
    let stored = sites::write(&db, &id, &text, &numbers, now()).await?;
    let status = if stored.version == 1 { 201 } else { 200 };
    let mut reply = as_json(&stored)?;
    let warnings = document.warnings();
    if let Some(fields) = reply.as_object_mut().filter(|_| !warnings.is_empty()) {
        fields.insert("warnings".to_owned(), json!(warnings));
    }
    published::publish(&asked.env, PublishedSite { id, version: stored.version, document }).await?;
    Ok(response::json(status, &reply)?)
}

/// `GET /v1/sites/{id}`.
pub async fn get(asked: Asked) -> Replied {
    let stored = sites::one(&asked.env.d1("DB")?, &site_id(&asked)?).await?.ok_or(Problem::UnknownSite)?;
    Ok(response::json(200, &as_json(&stored)?)?)
}

/// `GET /v1/sites`.
pub async fn list(asked: Asked) -> Result<Response, Problem> {
    let stored = sites::all(&asked.env.d1("DB")?).await?;
    let sites = stored.iter().map(as_json).collect::<Result<Vec<_>, _>>()?;
    Ok(response::json(200, &json!({ "sites": sites }))?)
}

fn site_id(asked: &Asked) -> Result<SiteId, Problem> {
    let expected = "3 to 40 characters out of a-z, 0-9 and -";
    SiteId::parse(asked.parameter()).map_err(|_| Problem::BadParameter("id", expected))
}

fn as_json(stored: &StoredSite) -> Result<Value, Problem> {
    let mut site: Value = serde_json::from_str(&stored.document).map_err(|_| broken_site(&stored.id))?;
    let fields = site.as_object_mut().ok_or_else(|| broken_site(&stored.id))?;
    fields.insert("id".to_owned(), json!(stored.id));
    fields.insert("version".to_owned(), json!(stored.version));
    fields.insert("updated_at".to_owned(), json!(iso(stored.updated_at)));
    Ok(site)
}
