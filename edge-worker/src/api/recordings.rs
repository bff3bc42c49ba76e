//! Recordings of calls: how they are played, and how one is deleted for whoever asks.

use call_router::event::RecordingId;
use call_router::recording::{RangePart, part_of};
use edge_core::account::principal::Principal;
use edge_core::account::scope::{Read, Write};
use edge_core::audit::{Action, AuditEntry};
use edge_core::call::record::{CallRecord, RecordingState};
use edge_core::keys::RecordingKey;
use worker::{Bucket, Object, Range, ResponseBuilder};

use super::answers::TaskList;
use crate::clock::now;
use crate::durable_objects::messages::TaskCommand;
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::request::Request;
use crate::store::d1::audit;
use crate::store::d1::call_log::CallLog;

/// How long a player may keep what it has heard, without asking again.
const CACHED: &str = "private, max-age=300";

/// Plays a recording, whole or in part.
#[utoipa::path(
    get,
    path = "/v1/calls/{id}/recordings/{recording}",
    operation_id = "get_recording",
    tag = "recordings",
    params(
        ("id" = String, Path, description = "the call"),
        ("recording" = String, Path, description = "the recording, as the call lists it"),
    ),
    responses(
        (status = 200, description = "The sound", content_type = "audio/*", body = Vec<u8>),
        (status = 206, description = "The part of the sound that was asked for", content_type = "audio/*", body = Vec<u8>),
        (status = 304, description = "The sound is the one that If-None-Match names"),
        (status = 416, description = "The sound has no such part"),
        (status = 404, description = "There is no such call or recording, or it is not there yet"),
        (status = 410, description = "The recording was deleted"),
    ),
)]
pub async fn get(key: ApiKey<Read>, Path((call, recording)): Path<(String, String)>) -> Outcome {
    play(key.request(), key.principal(), &call, &recording).await
}

/// Deletes a recording, both copies, here and at the carrier, by tasks of the call.
#[utoipa::path(
    delete,
    path = "/v1/calls/{id}/recordings/{recording}",
    operation_id = "delete_recording",
    tag = "recordings",
    params(
        ("id" = String, Path, description = "the call"),
        ("recording" = String, Path, description = "the recording, as the call lists it"),
    ),
    responses(
        (status = 202, description = "The call's tasks, which delete it", body = TaskList),
        (status = 404, description = "There is no such call or recording"),
    ),
)]
pub async fn delete(key: ApiKey<Write>, Path((call, recording)): Path<(String, String)>) -> Outcome {
    let command = TaskCommand::DeleteRecording { recording: recording_id(&recording)? };
    super::tasks::command(&key, &call, command, Action::RecordingDeleted).await
}

/// Answers the sound itself to whoever may hear it. It never comes from the carrier.
pub async fn play(request: &Request, principal: &Principal, call: &str, name: &str) -> Outcome {
    let id = recording_id(name)?;
    let db = request.env().d1("DB")?;
    let stored = CallLog::of(request.env())?.one(call, &principal.sites).await?.ok_or(Problem::UnknownCall)?;
    let record: CallRecord = serde_json::from_str(&stored.record).map_err(Problem::unavailable)?;
    require_stored(&record, &id)?;
    let subject = format!("{call}/{name}");
    let entry = AuditEntry::new(principal, Action::RecordingHeard, record.site_id.as_deref(), &subject);
    audit::write_once(&db, &entry, now()).await?;
    let bucket = request.env().bucket("RECORDINGS")?;
    let key = RecordingKey::new(record.site_id.as_deref(), call, &id);
    let object = bucket.head(key.as_str()).await?.ok_or(Problem::RecordingDeleted)?;
    answer(request, &bucket, &key, &object).await
}

/// Reads the id out of a path. What is none is the name of nothing.
fn recording_id(name: &str) -> Result<RecordingId, Problem> {
    RecordingId::parse(name).map_err(|_| Problem::UnknownRecording)
}

/// Looks the recording up in the call's record.
fn require_stored(record: &CallRecord, id: &RecordingId) -> Result<(), Problem> {
    let recording = record.recordings.iter().find(|recording| recording.id == *id);
    match recording.ok_or(Problem::UnknownRecording)?.state {
        RecordingState::Stored => Ok(()),
        RecordingState::Deleted => Err(Problem::RecordingDeleted),
        _ => Err(Problem::NoRecordingYet),
    }
}

async fn answer(request: &Request, bucket: &Bucket, key: &RecordingKey, object: &Object) -> Outcome {
    let etag = object.http_etag();
    if request.header("If-None-Match")?.split(',').any(|known| known.trim().trim_start_matches("W/") == etag) {
        return Ok(headers(ResponseBuilder::new().with_status(304), object, key)?.empty());
    }
    let size = object.size();
    // A part is of use only to whoever has the other parts of the same file.
    let if_range = request.header("If-Range")?;
    let is_same = if_range.is_empty() || if_range == etag;
    let part = if is_same { part_of(&request.header("Range")?, size) } else { RangePart::Whole };
    let (status, offset, length) = match part {
        RangePart::Whole => (200, 0, size),
        RangePart::Some { offset, length } => (206, offset, length),
        RangePart::None => {
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
    if request.method() == "HEAD" {
        return Ok(builder.empty());
    }
    body(bucket, key, builder, (offset, length)).await
}

async fn body(bucket: &Bucket, key: &RecordingKey, builder: ResponseBuilder, (offset, length): (u64, u64)) -> Outcome {
    let object = bucket.get(key.as_str()).range(Range::OffsetWithLength { offset, length }).execute().await?;
    let object = object.ok_or(Problem::RecordingDeleted)?;
    let body = object.body().ok_or(Problem::RecordingDeleted)?.response_body()?;
    Ok(builder.body(body))
}

fn headers(builder: ResponseBuilder, object: &Object, key: &RecordingKey) -> worker::Result<ResponseBuilder> {
    let content_type = object.http_metadata().content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    let extension = match content_type.as_str() {
        "audio/wav" => "wav",
        "audio/mpeg" => "mp3",
        "audio/ogg" => "ogg",
        _ => "bin",
    };
    // The key's last two parts: letters, digits, and what a quoted file name takes.
    let mut parts = key.as_str().rsplit('/');
    let (recording, call) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    builder
        .with_header("Content-Type", &content_type)?
        .with_header("Content-Disposition", &format!("inline; filename=\"{call}-{recording}.{extension}\""))?
        .with_header("Accept-Ranges", "bytes")?
        .with_header("ETag", &object.http_etag())?
        .with_header("Cache-Control", CACHED)
}
