//! The call log: how a call reads there, how it gets there, how it is asked for.

mod after_call;
mod attribution_record;
mod caller;
pub mod flow_facts;
mod record;
mod transcript;

use dni_core::time::Millis;
use serde::Serialize;
use worker::Env;

use crate::durable_objects::CallState;
use crate::http::problem::Problem;
use crate::store::d1::call_log::{self, LogRow};

pub use after_call::{AfterCallRecord, TaskRecord};
pub use record::CallRecord;
pub use transcript::Heard;
use transcript::HeardRecord;

/// Writes a call to the log.
pub async fn write(env: &Env, state: &CallState, after: &AfterCallRecord, heard: &Heard) -> Result<(), Problem> {
    let mut record = CallRecord::of(state, crate::clock::now());
    let told = heard.record();
    record.take_looked_up_name(heard.looked_up_name());
    let whole = WholeRecord { record: &record, after, heard: &told };
    let text = serde_json::to_string(&whole).map_err(Problem::unavailable)?;
    let words = heard.words().map(|words| serde_json::to_string(&words)).transpose().map_err(Problem::unavailable)?;
    let row = LogRow {
        id: &state.id,
        site: record.site_id.as_deref(),
        started_at: state.record.started_at,
        updated_at: crate::clock::now(),
        revision: state.revision,
        outcome: state.record.outcome().code(),
        tracking_number: record.tracking_phone_number.as_deref(),
        source: record.source.as_deref(),
        record: &text,
        transcript: words.as_deref(),
    };
    Ok(call_log::write(&env.d1("DB")?, &row).await?)
}

/// A call as the log has it.
#[derive(Serialize)]
struct WholeRecord<'a> {
    #[serde(flatten)]
    record: &'a CallRecord,
    #[serde(flatten)]
    after: &'a AfterCallRecord,
    #[serde(flatten)]
    heard: &'a HeardRecord,
}

/// Writes an instant as ISO 8601 in UTC, to the millisecond: `2026-11-22T21:00:00.000Z`.
pub fn iso(at: Millis) -> String {
    timestamp(at).map(|instant| format!("{instant:.3}")).unwrap_or_default()
}

fn timestamp(at: Millis) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(i64::try_from(at.unix_ms()).ok()?).ok()
}
