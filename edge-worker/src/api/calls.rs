//! The call log in the REST API.

use core::time::Duration;

use dni_core::id::SiteId;
use edge_core::account::principal::Principal;
use edge_core::account::scope::{Read, Write};
use edge_core::account::site_selection::SiteSelection;
use edge_core::api::{
    CallExport, CallFilter, CallSlice, ExportFormat, Fields, InList, Query, UNKNOWN_SITE, call_list, call_with_words,
    site_parameter, zone_parameter,
};
use edge_core::audit::{Action, AuditEntry, exported_with};
use edge_core::call::edit::CallChange;
use edge_core::call::feed::{LISTENS_FOR, Listener};
use edge_core::call::record::CallRecord;
use edge_core::keys::ObjectName;
use futures_util::stream;
use jiff::tz::TimeZone;
use worker::D1Database;

use super::answers::{CallPage, CallWithWordsOrFields};
use super::call_parameters::FilterParameters;
use crate::clock::now;
use crate::durable_objects::call_feed;
use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{CallRequest, CallResponse};
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::request::Request;
use crate::http::response;
use crate::store::d1::{audit, sites};

/// Calls that an export asks the log for at once. A request may put a thousand questions, and holds the rows of one.
const EXPORTED_AT_ONCE: u32 = 1_000;

/// How long the call's object may take for a change.
const CHANGE_WITHIN: Duration = Duration::from_secs(5);

/// Lists calls, the newest first.
#[utoipa::path(
    get,
    path = "/v1/calls",
    operation_id = "list_calls",
    tag = "calls",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 250, default 100"),
        ("cursor" = Option<String>, Query, description = "the next_cursor of the answer before"),
        FilterParameters,
        ("sort" = Option<String>, Query, description = "-start_time (default), start_time, -updated_at, updated_at"),
        ("total" = Option<bool>, Query, description = "whether to count all calls that are wanted"),
        ("fields" = Option<String>, Query, description = "only these fields, separated by commas"),
    ),
    responses((status = 200, description = "The calls, and the cursor of the next page", body = CallPage)),
)]
pub async fn list(key: ApiKey<Read>) -> Outcome {
    let (query, db, log) = (query(key.request()), key.db()?, key.call_log()?);
    let (filter, _) = filter(&db, &query, &key.principal().sites).await?;
    let (slice, fields, wants_total) = (CallSlice::parse(&query)?, Fields::parse(&query)?, query.yes_or_no("total")?);
    let calls = log.list(&filter, &slice).await?;
    let total = if wants_total == Some(true) { Some(log.count(&filter).await?) } else { None };
    let body = call_list(&calls, &slice, &fields, total).map_err(Problem::unavailable)?;
    Ok(response::json_text(200, body)?)
}

/// Exports calls as comma-separated values, the newest first.
#[utoipa::path(
    get,
    path = "/v1/calls.csv",
    operation_id = "export_calls_as_csv",
    tag = "calls",
    params(
        FilterParameters,
        ("columns" = Option<String>, Query, description = "these columns, separated by commas"),
    ),
    responses((status = 200, description = "A line for each call, after one of names", content_type = "text/csv", body = String)),
)]
pub async fn csv(key: ApiKey<Read>) -> Outcome {
    export(&key, ExportFormat::Csv).await
}

/// Exports calls as a JSON object on each line, the newest first.
#[utoipa::path(
    get,
    path = "/v1/calls.ndjson",
    operation_id = "export_calls_as_ndjson",
    tag = "calls",
    params(
        FilterParameters,
        ("columns" = Option<String>, Query, description = "these columns, separated by commas"),
    ),
    responses((status = 200, description = "A line for each call", content_type = "application/x-ndjson", body = String)),
)]
pub async fn ndjson(key: ApiKey<Read>) -> Outcome {
    export(&key, ExportFormat::Ndjson).await
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
    responses((status = 200, description = "The call", body = CallWithWordsOrFields), (status = 404, description = "There is no such call")),
)]
pub async fn get(key: ApiKey<Read>, Path(id): Path<String>) -> Outcome {
    let fields = Fields::parse(&query(key.request()))?;
    let db = key.db()?;
    let call = key.call_log()?.one(&id, &key.principal().sites).await?.ok_or(Problem::UnknownCall)?;
    if call.transcript.is_some() && fields.are_words() {
        let site = call.site.as_deref();
        audit::write_once(&db, &AuditEntry::new(key.principal(), Action::TranscriptRead, site, &id), now()).await?;
    }
    Ok(response::json_text(200, call_with_words(&call, &fields).map_err(Problem::unavailable)?)?)
}

/// Tells what calls do while they do it, over a WebSocket: each message has an `event` (`call.started`, `call.changed`, `call.ended`)
/// and the `call` as the log has it. After an hour it ends, and the key is shown again.
#[utoipa::path(
    get,
    path = "/v1/calls/stream",
    operation_id = "stream_calls",
    tag = "calls",
    responses(
        (status = 101, description = "The WebSocket"),
        (status = 409, description = "As many listen as may"),
        (status = 426, description = "The request wants no WebSocket"),
    ),
)]
pub async fn stream(key: ApiKey<Read>) -> Outcome {
    if !key.request().header("Upgrade")?.eq_ignore_ascii_case("websocket") {
        return Err(Problem::NeedsWebSocket);
    }
    let Principal { actor, sites, .. } = key.principal().clone();
    let listener = Listener { actor: actor.id, sites, until: now().after(LISTENS_FOR) };
    call_feed::connect(key.request().env(), &listener).await
}

/// Changes what people add to a call: a note, tags, what it was worth, whether it was a lead or spam, and the caller's name.
#[utoipa::path(
    patch,
    path = "/v1/calls/{id}",
    operation_id = "change_call",
    tag = "calls",
    params(("id" = String, Path, description = "the call")),
    request_body = CallChange,
    responses(
        (status = 200, description = "The call", body = CallRecord),
        (status = 400, description = "The body is no change of a call"),
        (status = 404, description = "There is no such call"),
        (status = 422, description = "Fields have faults, each with its place"),
    ),
)]
pub async fn change(mut key: ApiKey<Write>, Path(id): Path<String>) -> Outcome {
    let change: CallChange = key.request_mut().document("change of a call").await?;
    let db = key.db()?;
    let stored = key.call_log()?.one(&id, &key.principal().sites).await?.ok_or(Problem::UnknownCall)?;
    let record: CallRecord = serde_json::from_str(&stored.record).map_err(Problem::unavailable)?;
    Problem::of_fields(record.faults_of(&change))?;
    if !record.is_changed_by(&change) {
        return Ok(response::json_text(200, stored.record)?);
    }
    let site = record.site_id.as_deref();
    let entry = AuditEntry::new(key.principal(), Action::CallChanged, site, &id).with(record.difference_by(&change));
    audit::write(&db, &entry, now()).await?;
    // The object writes the log, as with all that changes a call.
    let name = ObjectName::call(&record.carrier, &record.carrier_call_id);
    match ask(key.request().env(), &name, &CallRequest::Change(change), CHANGE_WITHIN).await? {
        CallResponse::Changed(Some(record)) => Ok(response::json_text(200, record)?),
        CallResponse::Changed(None) => Err(Problem::UnknownCall),
        _ => Err(another_answer("a call")),
    }
}

/// Answers all calls that are wanted, a part at a time. Where the log fails on the way, the answer breaks off, so that nobody takes
/// it for a whole one.
async fn export(key: &ApiKey<Read>, format: ExportFormat) -> Outcome {
    let (query, db, log) = (query(key.request()), key.db()?, key.call_log()?);
    let (filter, zone) = filter(&db, &query, &key.principal().sites).await?;
    let export = CallExport::parse(format, &query, zone)?;
    let site = filter.site.as_ref().map(SiteId::as_str);
    let entry = AuditEntry::new(key.principal(), Action::CallsExported, site, &exported_with(&query));
    audit::write(&db, &entry, now()).await?;
    let first = Part { rows: export.head().map_err(Problem::unavailable)?, next: Some(CallSlice::default()) };
    let parts = stream::try_unfold((log, filter, export, first), |(log, filter, export, part)| async move {
        let Some(slice) = part.next else { return Ok(None) };
        let slice = CallSlice { limit: EXPORTED_AT_ONCE, ..slice };
        let found = log.export(&filter, &slice, &export).await?;
        let mut rows = part.rows;
        for call in &found {
            rows.extend(export.row(call).map_err(|error| worker::Error::RustError(error.to_string()))?);
        }
        let is_full = found.len() == EXPORTED_AT_ONCE as usize;
        let next = found.last().filter(|_| is_full).map(|last| last.cursor(slice.order));
        let next = next.map(|after| CallSlice { after: Some(after), ..slice });
        Ok::<_, worker::Error>(Some((rows, (log, filter, export, Part { rows: Vec::new(), next }))))
    });
    Ok(response::download(format.content_type(), format.file_name(), parts)?)
}

/// Where an export is: what is written and not sent yet, and which calls come next.
struct Part {
    rows: Vec<u8>,
    next: Option<CallSlice>,
}

/// Reads which calls are wanted, and the time zone if one is named. A name of no site is refused: an empty list would say that it
/// had no calls.
async fn filter(
    db: &D1Database,
    query: &Query,
    visible: &SiteSelection,
) -> Result<(CallFilter, Option<TimeZone>), Problem> {
    let zone = zone_parameter(query)?;
    if query.get("site").is_none() && (zone.is_some() || !CallFilter::needs_zone(query)) {
        return Ok((CallFilter::parse(query, zone.as_ref(), visible)?, zone));
    }
    let (filter, _) = filter_in_zone(db, query, visible).await?;
    Ok((filter, zone))
}

/// Reads which calls are wanted, and the time zone in which days are meant: the one that is named, or that of the site or sites;
/// `None` if they have several.
pub(super) async fn filter_in_zone(
    db: &D1Database,
    query: &Query,
    visible: &SiteSelection,
) -> Result<(CallFilter, Option<TimeZone>), Problem> {
    let site = site_parameter(query)?;
    let zones = sites::time_zones(db, site.as_ref(), visible).await?;
    if site.is_some() && zones.is_empty() {
        return Err(UNKNOWN_SITE.into());
    }
    let of_sites = match zones.as_slice() {
        [] => Some(TimeZone::UTC),
        [zone] => Some(TimeZone::get(zone).unwrap_or(TimeZone::UTC)),
        _ => None,
    };
    let zone = zone_parameter(query)?.or(of_sites);
    Ok((CallFilter::parse(query, zone.as_ref(), visible)?, zone))
}

fn query(request: &Request) -> Query {
    Query::parse(request.query())
}
