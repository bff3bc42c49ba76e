//! Recordings of calls: where they are kept, how they are played, and how one is deleted for whoever asks.

use call_router::event::RecordingId;
use call_router::recording::{Part, part_of, path_name};
use serde_json::Value;
use worker::{Bucket, Method, Object, Range, ResponseBuilder};

use crate::durable_objects::{AskAfterCall, CallState};
use crate::http::problem::Problem;
use crate::http::router::{Asked, Replied};
use crate::store::d1::call_log;

/// What stands in a key for the site of a call that belongs to none. No site's id is that short.
const NO_SITE: &str = "-";
/// How long a player may keep what it has heard, without asking again.
const CACHED: &str = "private, max-age=300";

/// Returns the key of a recording's copy: the site first, so that one site's can be listed and deleted apart.
pub fn key_of(state: &CallState, id: &RecordingId) -> String {
    key(state.line.as_ref().map(|line| line.site.as_str()), &state.id, &path_name(id))
}

fn key(site: Option<&str>, call: &str, name: &str) -> String {
    format!("{}/{call}/{name}", site.unwrap_or(NO_SITE))
}

/// `GET /v1/calls/{id}/recordings/{recording}` and `GET /console/recordings/{id}/{recording}`: the sound itself, whole or in
/// part. It never comes from the carrier.
pub async fn play(asked: Asked) -> Replied {
    let (call, name) = (asked.parameter(), asked.second_parameter());
    let logged = call_log::one(&asked.env.d1("DB")?, call).await?.ok_or(Problem::UnknownCall)?;
    let record: Value = serde_json::from_str(&logged.record).map_err(Problem::unavailable)?;
    demand_stored(&record, name)?;
    let bucket = asked.env.bucket("RECORDINGS")?;
    let key = key(record.get("site_id").and_then(Value::as_str), call, name);
    let object = bucket.head(&key).await?.ok_or(Problem::RecordingDeleted)?;
    answer(&asked, &bucket, &key, &object).await
}

/// `DELETE /v1/calls/{id}/recordings/{recording}`: both copies, here and at the carrier, by tasks of the call.
pub async fn delete(asked: Asked) -> Replied {
    let recording = asked.second_parameter().to_owned();
    super::tasks::tell(&asked, &AskAfterCall::Delete { recording }).await
}

/// Looks the recording up in the call's record.
fn demand_stored(record: &Value, name: &str) -> Result<(), Problem> {
    let mut recordings = record.get("recordings").and_then(Value::as_array).into_iter().flatten();
    let is_named = |recording: &&Value| {
        let id = recording.get("id").and_then(Value::as_str).and_then(|id| RecordingId::parse(id).ok());
        id.is_some_and(|id| path_name(&id) == name)
    };
    let recording = recordings.find(is_named).ok_or(Problem::UnknownRecording)?;
    match recording.get("state").and_then(Value::as_str) {
        Some("stored") => Ok(()),
        Some("deleted") => Err(Problem::RecordingDeleted),
        _ => Err(Problem::NoRecordingYet),
    }
}

async fn answer(asked: &Asked, bucket: &Bucket, key: &str, object: &Object) -> Replied {
    let etag = object.http_etag();
    if asked.header("If-None-Match")?.split(',').any(|known| known.trim().trim_start_matches("W/") == etag) {
        return Ok(headers(ResponseBuilder::new().with_status(304), object, key)?.empty());
    }
    let size = object.size();
    // A part is of use only to whoever has the other parts of the same file.
    let if_range = asked.header("If-Range")?;
    let is_same = if_range.is_empty() || if_range == etag;
    let part = if is_same { part_of(&asked.header("Range")?, size) } else { Part::Whole };
    let (status, offset, length) = match part {
        Part::Whole => (200, 0, size),
        Part::Some { offset, length } => (206, offset, length),
        Part::None => {
            let builder = headers(ResponseBuilder::new().with_status(416), object, key)?;
            return Ok(builder.with_header("Content-Range", &format!("bytes */{size}"))?.empty());
        }
    };
    let mut builder = headers(ResponseBuilder::new().with_status(status), object, key)?;
    if status == 206 {
        let last = offset + length - 1;
        builder = builder.with_header("Content-Range", &format!("bytes {offset}-{last}/{size}"))?;
    }
    builder = builder.with_header("Content-Length", &length.to_string())?;
    if asked.request.method() == Method::Head {
        return Ok(builder.empty());
    }
    body(bucket, key, builder, (offset, length)).await
}

async fn body(bucket: &Bucket, key: &str, builder: ResponseBuilder, (offset, length): (u64, u64)) -> Replied {
    let object = bucket.get(key).range(Range::OffsetWithLength { offset, length }).execute().await?;
    let object = object.ok_or(Problem::RecordingDeleted)?;
    let body = object.body().ok_or(Problem::RecordingDeleted)?.response_body()?;
    Ok(builder.body(body))
}

fn headers(builder: ResponseBuilder, object: &Object, key: &str) -> worker::Result<ResponseBuilder> {
    let content_type = object.http_metadata().content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    let extension = match content_type.as_str() {
        "audio/wav" => "wav",
        "audio/mpeg" => "mp3",
        "audio/ogg" => "ogg",
        _ => "bin",
    };
    // The key's last two parts: letters, digits, and what a quoted file name takes.
    let mut parts = key.rsplit('/');
    let (recording, call) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    builder
        .with_header("Content-Type", &content_type)?
        .with_header("Content-Disposition", &format!("inline; filename=\"{call}-{recording}.{extension}\""))?
        .with_header("Accept-Ranges", "bytes")?
        .with_header("ETag", &object.http_etag())?
        .with_header("Cache-Control", CACHED)?
        .with_header("X-Content-Type-Options", "nosniff")
}

/// Says where a recording is played in the REST API.
pub fn path(call: &str, id: &RecordingId) -> String {
    format!("/v1/calls/{call}/recordings/{}", path_name(id))
}

/// Says where a recording is played in the console.
pub fn console_path(call: &str, id: &RecordingId) -> String {
    format!("/console/recordings/{call}/{}", path_name(id))
}
