//! What a call's flow goes by, at the moment it begins.

use call_router::flow::Facts;
use call_router::text::Text;
use worker::Result;

use super::CallRecord;
use crate::durable_objects::CallState;
use crate::site::Line;

/// Gathers what is known of a call, and draws what is left to chance.
pub fn known(state: &CallState, line: &Line) -> Result<Facts> {
    let record = CallRecord::of(state, crate::clock::now());
    let text = |value: Option<String>| value.map(|value| Text::cut(&value));
    let chance = drawn()?;
    let before = state.known.as_ref().and_then(|known| known.before.as_ref());
    let history = before.and_then(|before| before.caller.as_ref());
    Ok(Facts {
        site: Some(Text::cut(&line.site_name)),
        source: text(record.source),
        medium: text(record.medium),
        channel: record.channel.map(Text::cut),
        campaign: text(record.campaign),
        keyword: text(record.keywords),
        caller: state.record.caller_number(),
        place: state.record.caller_place.expose().clone(),
        has_called_before: history.map(|history| history.calls > 0),
        spoke_with: history.and_then(|history| history.spoke).map(|spoke| spoke.with),
        risk: state.risk.as_ref().map(|risk| risk.score),
        // Where the site's calls could not be counted, whose turn it is is drawn.
        calls_before: before.map_or(chance >> 8, |before| before.site_calls),
        chance,
        gate: line.screening.gate(state.risk.as_ref()),
    })
}

fn drawn() -> Result<u32> {
    getrandom::u32().map_err(|error| error.to_string().into())
}
