//! Complaints in the REST API: the commission's files, taken in by the account's caller activity.

use core::fmt::Write;
use core::time::Duration;

use call_router::risk::read_complaints;
use edge_core::account::scope::Write as MayWrite;
use edge_core::audit::{Action, AuditEntry};
use edge_core::keys::ObjectName;
use edge_core::timestamp::day;
use sha2::{Digest, Sha256};

use super::answers::TakenComplaints;
use crate::clock::now;
use crate::durable_objects::client::ask;
use crate::durable_objects::messages::{CallerActivityRequest, CallerActivityResponse};
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::d1::audit;
use crate::store::object::caller_activity::ComplaintRow;

/// Largest file, in bytes: 100,000 rows of about 110 bytes, and some to spare.
const MAX_FILE: usize = 16 * 1024 * 1024;
/// Numbers handed on at once: some milliseconds of the object, between which calls are answered.
const AT_ONCE: usize = 1_000;
/// Most steps of forgetting: as many as a full file has rows, in steps of a thousand.
const MAX_STEPS: usize = 128;
/// How long one step may take.
const TAKE_WITHIN: Duration = Duration::from_secs(10);

/// Takes a file of the Federal Trade Commission in, in place of what it said before.
///
/// The same file again changes nothing. A file that was taken in by half, as the connection broke, is completed by sending
/// it again.
#[utoipa::path(
    put,
    path = "/v1/complaints/{day}",
    operation_id = "put_complaints",
    tag = "complaints",
    params(("day" = String, Path, description = "the day of the file, such as 2026-11-20")),
    request_body(content = String, content_type = "text/csv", description = "the file as the commission publishes it"),
    responses(
        (status = 200, description = "How many complaints and numbers were taken in", body = TakenComplaints),
        (status = 422, description = "The file is none of complaints"),
    ),
)]
pub async fn put(mut key: ApiKey<MayWrite>, Path(day): Path<String>) -> Outcome {
    key.principal().require_account()?;
    let file = file_of(&day)?;
    let body = key.request_mut().body_up_to(MAX_FILE).await?;
    let reported = read_complaints(&body).map_err(Problem::BadComplaints)?;
    let stamp = stamp_of(&body);
    let entry = AuditEntry::new(key.principal(), Action::ComplaintsTaken, None, &file);
    audit::write(&key.db()?, &entry, now()).await?;
    let activity = ObjectName::caller_activity();
    let rows: Vec<_> = reported
        .numbers
        .iter()
        .map(|(number, complaints)| ComplaintRow { number: *number, complaints: *complaints })
        .collect();
    for rows in rows.chunks(AT_ONCE) {
        let part = CallerActivityRequest::Complaints { file: file.clone(), stamp: stamp.clone(), rows: rows.to_vec() };
        ask(key.request().env(), &activity, &part, TAKE_WITHIN).await?;
    }
    let complete = CallerActivityRequest::Complete { file: file.clone(), stamp };
    for _ in 0..MAX_STEPS {
        if !matches!(ask(key.request().env(), &activity, &complete, TAKE_WITHIN).await?, CallerActivityResponse::More) {
            break;
        }
    }
    let told = TakenComplaints {
        day: file,
        complaints: reported.complaints,
        numbers: reported.numbers.len(),
        skipped_rows: reported.skipped,
    };
    Ok(response::json(200, &told)?)
}

/// Reads the day. One far ahead would never be forgotten.
fn file_of(text: &str) -> Result<String, Problem> {
    let expected = "the day of the file, such as 2026-11-20, and not in the future";
    let parsed: Option<jiff::civil::Date> = text.parse().ok();
    let file = parsed.map(|date| date.to_string());
    // Where the owner lives it may be tomorrow already.
    let tomorrow = day(now().after(Duration::from_hours(24)));
    file.filter(|file| *file <= tomorrow).ok_or(Problem::BadParameter("day", expected))
}

/// Tells two forms of a file apart.
fn stamp_of(body: &[u8]) -> String {
    Sha256::digest(body).iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
