//! A call's record in the words that people read.

use call_router::call::CallOutcome;
use dni_core::phone::{E164, national};
use edge_core::call::record::{AttributionRecord, AttributionState, CallRecord};

/// Writes a phone number as people of its country do.
pub fn phone(number: Option<&str>, otherwise: &str) -> String {
    number.and_then(|number| E164::parse(number).ok()).map_or_else(|| otherwise.to_owned(), national)
}

/// Writes seconds as minutes and seconds; empty if nobody knows.
pub fn length(seconds: Option<u32>) -> String {
    seconds.map(|seconds| format!("{}:{:02}", seconds / 60, seconds % 60)).unwrap_or_default()
}

/// Splits an instant into its day and its time, in UTC to the second.
pub fn day_and_time(instant: &str) -> (String, String) {
    let (day, time) = instant.split_once('T').unwrap_or_default();
    (day.to_owned(), time.get(..8).unwrap_or_default().to_owned())
}

/// Writes an instant as people read it; empty if there is none.
pub fn instant(instant: Option<&str>) -> String {
    let (day, time) = day_and_time(instant.unwrap_or_default());
    if day.is_empty() { day } else { format!("{day} {time} UTC") }
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

/// Returns the state of an attribution as a word for style sheets.
pub const fn attribution_state(state: AttributionState) -> &'static str {
    match state {
        AttributionState::Attributed => "attributed",
        AttributionState::Unattributed => "unattributed",
        AttributionState::Ambiguous => "ambiguous",
        AttributionState::Pending => "pending",
    }
}

/// Says whom the call belongs to, and why.
pub fn attribution(attribution: &AttributionRecord) -> String {
    let why = attribution.rule.as_deref().or(attribution.reason.as_deref()).map(words);
    joined(&[Some(attribution_state(attribution.state)), why.as_deref()], ": ")
}

/// Puts texts together, those that are there.
pub fn joined(parts: &[Option<&str>], between: &str) -> String {
    parts.iter().flatten().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(between)
}

/// Writes a code as words.
pub fn words(code: &str) -> String {
    code.replace('_', " ")
}
