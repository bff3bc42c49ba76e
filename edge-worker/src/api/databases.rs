//! Databases in the REST API: how full they are, and how a site's calls are brought from one into another.

use dni_core::id::SiteId;
use edge_core::account::scope::Admin;
use edge_core::audit::{Action, AuditEntry, difference};
use edge_core::placement::{DatabaseName, DatabaseRecord, MoveRecord, MoveStep, WantedDatabase, least_filled};
use serde_json::json;

use super::answers::DatabaseList;
use crate::clock::now;
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::d1::databases::Databases;
use crate::store::d1::{audit, call_move, placements, sites};

/// Lists the databases that are bound: how large each is, and how many sites have their calls in it.
#[utoipa::path(
    get,
    path = "/v1/databases",
    operation_id = "list_databases",
    tag = "databases",
    responses((status = 200, description = "The databases, the first one first", body = DatabaseList)),
)]
pub async fn list(key: ApiKey<Admin>) -> Outcome {
    key.principal().require_account()?;
    let databases = Databases::of(key.request().env())?;
    let (sizes, counted) = (databases.sizes().await?, placements::counted(databases.first()?).await?);
    let chosen = least_filled(&sizes);
    let record = |(name, bytes): &(DatabaseName, u64)| DatabaseRecord {
        name: name.to_string(),
        bytes: *bytes,
        sites: counted.iter().find(|row| row.database == name.number()).map_or(0, |row| row.sites),
        takes_new_sites: *name == chosen,
    };
    Ok(response::json(200, &DatabaseList { databases: sizes.iter().map(record).collect() })?)
}

/// Brings the calls of a site into another database. One request does a part of it, and says whether it is done: until then it is sent
/// again. Calls come in and are read meanwhile.
#[utoipa::path(
    post,
    path = "/v1/sites/{id}/move",
    operation_id = "move_site",
    tag = "databases",
    params(("id" = String, Path, description = "the site, which may have been deleted")),
    request_body = WantedDatabase,
    responses(
        (status = 200, description = "How far it has come", body = MoveRecord),
        (status = 400, description = "The body names no database"),
        (status = 404, description = "There is no such site, and there was none"),
        (status = 422, description = "No database is bound under this name"),
    ),
)]
pub async fn move_site(mut key: ApiKey<Admin>, Path(id): Path<String>) -> Outcome {
    key.principal().require_account()?;
    let wanted: WantedDatabase = key.request_mut().document("move of a site").await?;
    let id = SiteId::parse(&id).map_err(|_| Problem::UnknownSite)?;
    let databases = Databases::of(key.request().env())?;
    let bound: Vec<_> = databases.all().map(|(name, _)| name).collect();
    let wanted = wanted.among(&bound).map_err(|fault| Problem::BadFields(vec![fault]))?;
    let db = key.db()?;
    if !sites::has_been(&db, &id).await? {
        return Err(Problem::UnknownSite);
    }
    let placement = placements::of_site(&db, id.as_str()).await?;
    if let MoveStep::Change(_) = placement.step_to(wanted) {
        let database = |name: DatabaseName| json!({ "database": name.to_string() });
        let entry = AuditEntry::new(key.principal(), Action::SiteMoved, Some(id.as_str()), id.as_str())
            .with(difference(&database(placement.heading()), &database(wanted)));
        audit::write(&db, &entry, now()).await?;
    }
    let record: MoveRecord = call_move::go_on(&databases, &id, wanted).await?;
    Ok(response::json(200, &record)?)
}
