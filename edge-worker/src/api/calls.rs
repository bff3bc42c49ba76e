//! The call log in the REST API.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dni_core::time::Millis;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::http::problem::Problem;
use crate::http::response;
use crate::http::router::{Asked, Replied};
use crate::store::d1::call_log::{self, Logged, Place, Wanted};

/// Calls on one page if the request does not say.
const PAGE: u32 = 100;
/// Most calls on one page, as many as the products people know allow.
const MAX_PAGE: u32 = 250;
/// The fields that tell what was said, and that only one call by itself is told with: a list of them would be far too long.
const WORDS: [&str; 2] = ["transcript", "conversational_transcript"];
/// Most fields that `fields=` may name.
const MAX_FIELDS: usize = 100;

/// `GET /v1/calls`: newest first, with `limit`, `cursor`, `site`, `outcome`, `source`, `tracking_phone_number`, `start_date`,
/// `end_date`, `updated_since` and `fields`.
pub async fn list(asked: Asked) -> Replied {
    let wanted = wanted(&asked)?;
    let fields = fields(&asked)?;
    let calls = call_log::list(&asked.env.d1("DB")?, &wanted).await?;
    let more = calls.len() == usize::try_from(wanted.limit).unwrap_or_default();
    let next_cursor = calls.last().filter(|_| more).map(cursor_behind);
    let calls = calls.iter().map(|call| told(call, &fields)).collect::<Result<Vec<_>, _>>()?;
    Ok(response::json(200, &json!({ "calls": calls, "next_cursor": next_cursor }))?)
}

/// `GET /v1/calls/{id}`, with `fields`.
pub async fn get(asked: Asked) -> Replied {
    let fields = fields(&asked)?;
    let call = call_log::one(&asked.env.d1("DB")?, asked.parameter()).await?.ok_or(Problem::UnknownCall)?;
    Ok(response::json(200, &chosen(with_words(&call)?, &fields))?)
}

fn wanted(asked: &Asked) -> Result<Wanted, Problem> {
    let limit = match asked.query("limit") {
        None => PAGE,
        Some(text) => {
            let limit = text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
            limit.ok_or(Problem::BadParameter("limit", "a whole number from 1 to 250"))?
        }
    };
    Ok(Wanted {
        site: asked.query("site"),
        outcome: asked.query("outcome"),
        source: asked.query("source"),
        tracking_number: asked.query("tracking_phone_number"),
        started_from: instant(asked, "start_date")?,
        started_before: instant(asked, "end_date")?,
        updated_since: instant(asked, "updated_since")?,
        after: asked.query("cursor").map(|text| place(&text)).transpose()?,
        limit,
    })
}

fn instant(asked: &Asked, name: &'static str) -> Result<Option<Millis>, Problem> {
    let expected = "an instant in ISO 8601 with its offset, such as 2026-11-22T21:00:00Z";
    let Some(text) = asked.query(name) else { return Ok(None) };
    let instant: Option<jiff::Timestamp> = text.parse().ok();
    let ms = instant.and_then(|instant| u64::try_from(instant.as_millisecond()).ok());
    ms.map(Millis::from_unix_ms).map(Some).ok_or(Problem::BadParameter(name, expected))
}

/// Reads the fields wanted; none means all.
fn fields(asked: &Asked) -> Result<Vec<String>, Problem> {
    let fields: Vec<_> =
        asked.query("fields").unwrap_or_default().split(',').map(|name| name.trim().to_owned()).collect();
    if fields.len() > MAX_FIELDS {
        return Err(Problem::BadParameter("fields", "at most 100 names, separated by commas"));
    }
    Ok(fields.into_iter().filter(|name| !name.is_empty()).collect())
}

fn told(call: &Logged, fields: &[String]) -> Result<Box<RawValue>, Problem> {
    let record = if fields.is_empty() { call.record.clone() } else { text(&chosen(read(&call.record)?, fields))? };
    RawValue::from_string(record).map_err(Problem::unavailable)
}

/// Tells a call with what was said in it.
pub fn with_words(call: &Logged) -> Result<Map<String, Value>, Problem> {
    let mut all = read(&call.record)?;
    all.extend(WORDS.map(|name| (name.to_owned(), Value::Null)));
    if let Some(transcript) = &call.transcript {
        all.extend(read(transcript)?);
    }
    Ok(all)
}

fn chosen(mut all: Map<String, Value>, fields: &[String]) -> Map<String, Value> {
    if !fields.is_empty() {
        all.retain(|name, _| name == "id" || fields.contains(name));
    }
    all
}

fn read(record: &str) -> Result<Map<String, Value>, Problem> {
    serde_json::from_str(record).map_err(Problem::unavailable)
}

fn text(all: &Map<String, Value>) -> Result<String, Problem> {
    serde_json::to_string(all).map_err(Problem::unavailable)
}

fn cursor_behind(call: &Logged) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{}", call.started_at.unix_ms(), call.id))
}

fn place(cursor: &str) -> Result<Place, Problem> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (started_at, id) = text.split_once('.')?;
        Some(Place { started_at: Millis::from_unix_ms(started_at.parse().ok()?), id: id.to_owned() })
    };
    read().ok_or(Problem::BadParameter("cursor", "the next_cursor of an earlier answer"))
}
