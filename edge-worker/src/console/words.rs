//! A call's record in the words that people read.

use call_router::call::CallOutcome;
use dni_core::phone::{E164, national};
use dni_core::pii::Pii;
use edge_core::call::record::{AttributionRecord, CallRecord};
use edge_core::timestamp;

/// How the clocks of UTC write their offset.
const OFFSET: &str = "+00:00";

/// Writes a phone number as people of its country do.
pub fn phone(number: Option<&str>, otherwise: &str) -> String {
    number.and_then(|number| E164::parse(number).ok()).map_or_else(|| otherwise.to_owned(), national)
}

/// Writes what a caller showed: their number as people of its country do, or else their address.
pub fn customer(call: &CallRecord, otherwise: &str) -> String {
    let shown = |text: &Option<Pii<String>>| text.as_ref().map(|text| text.expose().clone());
    let otherwise = shown(&call.customer_address).unwrap_or_else(|| otherwise.to_owned());
    phone(shown(&call.customer_phone_number).as_deref(), &otherwise)
}

/// Writes seconds as minutes and seconds; empty if nobody knows.
pub fn length(seconds: Option<u32>) -> String {
    seconds.map(|seconds| format!("{}:{:02}", seconds / 60, seconds % 60)).unwrap_or_default()
}

/// An instant as people of a zone read it.
pub struct Clock {
    /// The day.
    pub day: String,
    /// The time, to the second.
    pub time: String,
    /// What the clocks there are called, or how far they are from UTC: `UTC`, `−06:00`.
    pub offset: String,
}

impl Clock {
    /// Reads an instant in UTC by the clocks of a zone; by those of UTC if there is none, or nobody knows it.
    pub fn of(instant: &str, zone: Option<&str>) -> Self {
        let local = timestamp::parse(instant).and_then(|at| timestamp::local(at, zone)).unwrap_or_default();
        let text = if local.is_empty() { instant } else { &local };
        let (day, time) = text.split_once('T').unwrap_or_default();
        let (clock, offset) = time.split_at_checked(time.len().saturating_sub(OFFSET.len())).unwrap_or_default();
        let is_utc = time.ends_with('Z') || offset == OFFSET;
        Self {
            day: day.to_owned(),
            time: clock.get(..8).or(time.get(..8)).unwrap_or_default().to_owned(),
            offset: if is_utc { "UTC".to_owned() } else { offset.replace('-', "\u{2212}") },
        }
    }
}

/// Writes an instant as people of a zone read it; empty if there is none.
pub fn instant(instant: Option<&str>, zone: Option<&str>) -> String {
    let Clock { day, time, offset } = Clock::of(instant.unwrap_or_default(), zone);
    if day.is_empty() { day } else { format!("{day} {time} {offset}") }
}

/// Writes the caller's city and state.
pub fn place(call: &CallRecord) -> String {
    let parts =
        [&call.customer_city, &call.customer_state].map(|part| part.as_ref().map(|part| part.expose().as_str()));
    joined(&parts, ", ")
}

/// Says what became of the call, in a word.
pub const fn outcome(outcome: CallOutcome) -> &'static str {
    match outcome {
        CallOutcome::InProgress => "In progress",
        CallOutcome::Answered => "Answered",
        CallOutcome::Missed => "Missed",
        CallOutcome::Voicemail => "Voicemail",
        CallOutcome::Abandoned => "Abandoned",
    }
}

/// Says whom the call belongs to, and why.
pub fn attribution(attribution: &AttributionRecord) -> String {
    let why = attribution.rule.as_deref().or(attribution.reason.as_deref()).map(words);
    joined(&[Some(attribution.state.code()), why.as_deref()], ": ")
}

/// Puts texts together, those that are there.
pub fn joined(parts: &[Option<&str>], between: &str) -> String {
    parts.iter().flatten().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(between)
}

/// Writes a code as words.
pub fn words(code: &str) -> String {
    code.replace('_', " ")
}
