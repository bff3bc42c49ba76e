//! Recordings of calls: how they are played, and how one is deleted for whoever asks.

use call_router::recording::{RangePart, part_of, path_name};
use edge_core::call::record::{CallRecord, RecordingState};
use edge_core::keys::RecordingKey;
use worker::{Bucket, Method, Object, Range, ResponseBuilder};

use crate::durable_objects::messages::TaskCommand;
use crate::http::problem::Problem;
use crate::http::router::{Asked, Replied};
use crate::store::d1::call_log;

/// How long a player may keep what it has heard, without asking again.
const CACHED: &str = "private, max-age=300";

/// `GET /v1/calls/{id}/recordings/{recording}` and `GET /console/recordings/{id}/{recording}`: the sound itself, whole or in
/// part. It never comes from the carrier.
pub async fn play(asked: Asked) -> Replied {
    let (call, name) = (asked.parameter(), asked.second_parameter());
    let stored = call_log::one(&asked.env.d1("DB")?, call).await?.ok_or(Problem::UnknownCall)?;
    let record: CallRecord = serde_json::from_str(&stored.record).map_err(Problem::unavailable)?;
    require_stored(&record, name)?;
    let bucket = asked.env.bucket("RECORDINGS")?;
    let key = RecordingKey::new(record.site_id.as_deref(), call, name);
    let object = bucket.head(key.as_str()).await?.ok_or(Problem::RecordingDeleted)?;
    answer(&asked, &bucket, &key, &object).await
}

/// `DELETE /v1/calls/{id}/recordings/{recording}`: both copies, here and at the carrier, by tasks of the call.
pub async fn delete(asked: Asked) -> Replied {
    let recording = asked.second_parameter().to_owned();
    super::tasks::command(&asked, TaskCommand::DeleteRecording { recording }).await
}

/// Looks the recording up in the call's record.
fn require_stored(record: &CallRecord, name: &str) -> Result<(), Problem> {
    let recording = record.recordings.iter().find(|recording| path_name(&recording.id) == name);
    match recording.ok_or(Problem::UnknownRecording)?.state {
        RecordingState::Stored => Ok(()),
        RecordingState::Deleted => Err(Problem::RecordingDeleted),
        _ => Err(Problem::NoRecordingYet),
    }
}

async fn answer(asked: &Asked, bucket: &Bucket, key: &RecordingKey, object: &Object) -> Replied {
    let etag = object.http_etag();
    if asked.header("If-None-Match")?.split(',').any(|known| known.trim().trim_start_matches("W/") == etag) {
        return Ok(headers(ResponseBuilder::new().with_status(304), object, key)?.empty());
    }
    let size = object.size();
    // A part is of use only to whoever has the other parts of the same file.
    let if_range = asked.header("If-Range")?;
    let is_same = if_range.is_empty() || if_range == etag;
    let part = if is_same { part_of(&asked.header("Range")?, size) } else { RangePart::Whole };
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
    if asked.request.method() == Method::Head {
        return Ok(builder.empty());
    }
    body(bucket, key, builder, (offset, length)).await
}

async fn body(bucket: &Bucket, key: &RecordingKey, builder: ResponseBuilder, (offset, length): (u64, u64)) -> Replied {
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
        .with_header("Cache-Control", CACHED)?
        .with_header("X-Content-Type-Options", "nosniff")
}
