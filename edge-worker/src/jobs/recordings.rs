//! Copies recordings from the carrier to R2, and deletes them here and there.

use std::collections::HashMap;

use call_router::after_call::{TaskError, TaskKind, has_recording, require_deleted, require_media};
use call_router::carrier::rest::{self, Media, RestRequest};
use call_router::event::RecordingId;
use call_router::recording::{AudioFormat, MAX_BYTES};
use edge_core::call::task_results::StoredRecording;
use edge_core::keys::RecordingKey;
use futures_util::{StreamExt, stream};
use worker::{Bucket, ByteStream, Data, FixedLengthStream, HttpMetadata, Method, Object};

use super::http::{Answered, ask};
use super::task_errors::{not_asked, stored, unreachable};
use super::work::{Done, Outcome, Work};
use crate::clock::now;
use crate::settings::Settings;

/// Most bytes taken of a recording whose length the carrier does not say: it has to fit into memory, of which there are
/// 128 MB, before it can be written.
const MAX_BYTES_UNTOLD: usize = 32 * 1024 * 1024;

/// Most bytes of a recording that is read whole, to be transcribed: memory has to hold it and a piece of it more than once.
const MAX_BYTES_IN_MEMORY: u64 = 40 * 1024 * 1024;

/// Copies a recording. One that is there already was copied whole, as R2 shows nothing before it is complete.
pub async fn store(work: &Work<'_>) -> Outcome {
    let id = id_of(work)?;
    let bucket = bucket(work)?;
    let key = key_of(work, &id);
    let stored = match bucket.head(key.as_str()).await.map_err(|_| no_storage())? {
        Some(object) => noted(&object)?,
        None => copy(work, &id, &bucket, &key).await?,
    };
    let result = serde_json::to_value(stored).map_err(|_| no_storage())?;
    Ok(Done { result: Some(result), ..Done::default() })
}

async fn copy(
    work: &Work<'_>,
    id: &RecordingId,
    bucket: &Bucket,
    key: &RecordingKey,
) -> Result<StoredRecording, TaskError> {
    let request = whence(work, id).await?;
    let mut answered = ask(Method::Get, &request).await?;
    require_media(answered.response.status_code(), asked_for(work))?;
    let length: Option<u64> = answered.header("Content-Length").parse().ok();
    if length.is_some_and(|length| length > MAX_BYTES) {
        return Err(too_large());
    }
    let mut body = answered.response.stream().map_err(|_| unreachable())?;
    let first = beginning(&mut body).await?;
    let audio = audio_of(&answered, &first)?;
    let told = work.state.call.recordings.get(id);
    let channels = audio.channels(&first).or_else(|| told.and_then(|recording| recording.channels));
    let metadata = [
        ("seconds", told.and_then(|recording| recording.duration).map(|seconds| seconds.to_string())),
        ("channels", channels.map(|channels| channels.to_string())),
        ("content_type", Some(audio.content_type().to_owned())),
    ];
    let metadata: HashMap<String, String> =
        metadata.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    let content_type = Some(audio.content_type().to_owned());
    let put = bucket
        .put(key.as_str(), data(first, body, length).await?)
        .http_metadata(HttpMetadata { content_type, ..HttpMetadata::default() })
        .custom_metadata(metadata);
    // What broke off on the carrier's side and what on ours cannot be told apart here.
    let object = put.execute().await.map_err(|_| no_storage())?.ok_or_else(no_storage)?;
    Ok(StoredRecording { channels, content_type: audio.content_type().to_owned(), bytes: object.size() })
}

/// Reads our copy into memory.
pub async fn sound(work: &Work<'_>) -> Result<Vec<u8>, TaskError> {
    let key = key_of(work, &id_of(work)?);
    let gone = || TaskError::lasting("gone", "Our copy of the recording is not there any more.");
    let object = bucket(work)?.get(key.as_str()).execute().await.map_err(|_| no_storage())?.ok_or_else(gone)?;
    if object.size() > MAX_BYTES_IN_MEMORY {
        let sentence = "The recording is larger than 40 MB, which is more than can be transcribed.";
        return Err(TaskError::lasting("too_large", sentence));
    }
    object.body().ok_or_else(no_storage)?.bytes().await.map_err(|_| no_storage())
}

/// Deletes our copy. What is not there is deleted. If somebody asked for it, what was heard in it goes too.
pub async fn delete(work: &Work<'_>) -> Outcome {
    let id = id_of(work)?;
    bucket(work)?.delete(key_of(work, &id).as_str()).await.map_err(|_| no_storage())?;
    if work.state.to_delete.contains(&id) {
        let heard = [(TaskKind::Transcribe, id.as_str()), (TaskKind::Summarise, "")];
        heard
            .iter()
            .try_for_each(|(kind, subject)| work.store.forget_result(*kind, subject))
            .map_err(|error| stored(&error))?;
    }
    Ok(Done::default())
}

/// Deletes the carrier's copy: only once ours is there, unless somebody asked to delete both.
pub async fn delete_at_carrier(work: &Work<'_>) -> Outcome {
    let id = id_of(work)?;
    if !work.state.to_delete.contains(&id) {
        let stored: Option<StoredRecording> =
            work.store.result(TaskKind::StoreRecording, id.as_str()).map_err(|_| no_storage())?;
        let ours = bucket(work)?.head(key_of(work, &id).as_str()).await.map_err(|_| no_storage())?;
        if stored.is_none() || stored.map(|stored| stored.bytes) != ours.map(|object| object.size()) {
            let sentence =
                "Our own copy of the recording is not there as it was stored, so the carrier's is left alone.";
            return Err(TaskError::passing("not_stored", sentence));
        }
    }
    let account = Settings(work.env).account_of(work.state.carrier);
    let call = &work.state.call;
    let recording = call.recordings.get(&id);
    let request = rest::deletion(work.state.carrier, &account, &call.id, &id, recording).map_err(not_asked)?;
    let status = ask(Method::Delete, &request).await?.response.status_code();
    require_deleted(status)?;
    if matches!(status, 404 | 410) && is_still_handed_out(work, &id).await? {
        let sentence =
            "The carrier says that it has no such recording to delete, and still hands it out; delete it there.";
        return Err(TaskError::lasting("not_deleted", sentence));
    }
    Ok(Done::default())
}

/// Some carriers delete at another interface than they hand out from: that the one knows nothing does not prove that the other
/// does not.
async fn is_still_handed_out(work: &Work<'_>, id: &RecordingId) -> Result<bool, TaskError> {
    match media(work, id)? {
        Media::At(request) => has_recording(ask(Method::Get, &request).await?.response.status_code()),
        Media::ToldBy(_) => Ok(false),
    }
}

/// Reads what was noted beside our copy when it was written.
fn noted(object: &Object) -> Result<StoredRecording, TaskError> {
    let metadata = object.custom_metadata().map_err(|_| no_storage())?;
    Ok(StoredRecording {
        channels: metadata.get("channels").and_then(|channels| channels.parse().ok()),
        content_type: metadata.get("content_type").cloned().unwrap_or_default(),
        bytes: object.size(),
    })
}

/// Finds out where the carrier keeps a recording.
async fn whence(work: &Work<'_>, id: &RecordingId) -> Result<RestRequest, TaskError> {
    match media(work, id)? {
        Media::At(request) => Ok(request),
        Media::ToldBy(request) => {
            let account = Settings(work.env).account_of(work.state.carrier);
            let answered = ask(Method::Get, &request).await?;
            require_media(answered.response.status_code(), asked_for(work))?;
            rest::read_media_url(work.state.carrier, &account, &answered.text().await?).map_err(not_asked)
        }
    }
}

fn media(work: &Work<'_>, id: &RecordingId) -> Result<Media, TaskError> {
    let account = Settings(work.env).account_of(work.state.carrier);
    let call = &work.state.call;
    let recording = call.recordings.get(id).cloned().unwrap_or_default();
    rest::media(work.state.carrier, &account, &call.id, id, &recording).map_err(not_asked)
}

fn asked_for(work: &Work<'_>) -> core::time::Duration {
    work.task.first_tried_at.map(|first| now().since(first)).unwrap_or_default()
}

/// Reads as much as tells what kind of file comes.
async fn beginning(body: &mut ByteStream) -> Result<Vec<u8>, TaskError> {
    let mut first = Vec::new();
    while first.len() < AudioFormat::HEADER_BYTES {
        match body.next().await {
            Some(part) => first.extend(part.map_err(|_| unreachable())?),
            None => break,
        }
    }
    Ok(first)
}

fn audio_of(answered: &Answered, first: &[u8]) -> Result<AudioFormat, TaskError> {
    AudioFormat::of(&answered.header("Content-Type"), first)
        .map_err(|error| TaskError::lasting("not_audio", &format!("{error} It is not kept.")))
}

/// Makes what R2 is given. It wants to know the length beforehand.
async fn data(first: Vec<u8>, mut body: ByteStream, length: Option<u64>) -> Result<Data, TaskError> {
    if let Some(length) = length {
        let whole = stream::iter([Ok(first)]).chain(body);
        return Ok(FixedLengthStream::wrap(whole, length).into());
    }
    let mut whole = first;
    while let Some(part) = body.next().await {
        whole.extend(part.map_err(|_| unreachable())?);
        if whole.len() > MAX_BYTES_UNTOLD {
            return Err(too_large());
        }
    }
    Ok(whole.into())
}

fn key_of(work: &Work<'_>, id: &RecordingId) -> RecordingKey {
    let site = work.state.dialled.as_ref().map(|dialled| dialled.site.as_str());
    RecordingKey::new(site, &work.state.id, id)
}

fn id_of(work: &Work<'_>) -> Result<RecordingId, TaskError> {
    RecordingId::parse(work.task.subject.as_str())
        .map_err(|_| TaskError::lasting("bad_subject", "The task names no recording."))
}

fn bucket(work: &Work<'_>) -> Result<Bucket, TaskError> {
    work.env.bucket("RECORDINGS").map_err(|_| no_storage())
}

fn no_storage() -> TaskError {
    TaskError::passing(
        "storage_unavailable",
        "The bucket RECORDINGS could not be read or written, or the carrier broke off meanwhile.",
    )
}

fn too_large() -> TaskError {
    TaskError::lasting(
        "too_large",
        "The recording is larger than 512 MB, or larger than 32 MB and the carrier does not say how large; it is not copied.",
    )
}
