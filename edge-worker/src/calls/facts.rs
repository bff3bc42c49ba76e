//! What a call's flow goes by, at the moment it begins.

use call_router::flow::Facts;
use call_router::text::Text;
use worker::Result;

use super::CallRecord;
use crate::objects::CallState;
use crate::site::Line;

/// Gathers what is known of a call, and draws what is left to chance.
pub fn known(state: &CallState, line: &Line) -> Result<Facts> {
    let record = CallRecord::of(state, crate::clock::now());
    let text = |value: Option<String>| value.map(|value| Text::cut(&value));
    let chance = drawn()?;
    Ok(Facts {
        site: Some(Text::cut(&line.site_name)),
        source: text(record.source),
        medium: text(record.medium),
        channel: record.channel.map(Text::cut),
        campaign: text(record.campaign),
        keyword: text(record.keywords),
        caller: state.record.caller_number(),
        place: state.record.caller_place.expose().clone(),
        // Nobody counts the site's calls yet: where the turn begins is drawn.
        calls_before: chance >> 8,
        chance,
        ..Facts::default()
    })
}

fn drawn() -> Result<u32> {
    getrandom::u32().map_err(|error| error.to_string().into())
}
