//! What a call's flow goes by, at the moment it begins.

use call_router::flow::Facts;
use call_router::text::Text;

use super::source::CallSource;
use super::state::CallState;
use crate::site::DialledNumber;

/// Gathers what is known of a call. `chance` is its one random draw.
pub(super) fn flow_facts(state: &CallState, dialled: &DialledNumber, chance: u32) -> Facts {
    let source = CallSource::of(state);
    let text = |value: Option<String>| value.map(|value| Text::cut(&value));
    let before = state.caller_context.as_ref().and_then(|known| known.before.as_ref());
    let history = before.and_then(|before| before.caller.as_ref());
    Facts {
        number: Some(dialled.number),
        pool: dialled.role.pool().map(|pool| Text::cut(pool.as_str())),
        targets: dialled.targets.clone(),
        site: Some(Text::cut(&dialled.site_name)),
        source: text(source.source),
        medium: text(source.medium),
        channel: source.channel.map(|channel| Text::cut(channel.name())),
        campaign: text(source.campaign),
        keyword: text(source.keyword),
        caller: state.call.caller_number(),
        place: state.call.known_place().0,
        has_called_before: history.map(|history| history.calls > 0),
        spoke_with: history.and_then(|history| history.spoke).map(|spoke| spoke.with),
        risk: state.risk.as_ref().map(|risk| risk.score),
        // Where the site's calls could not be counted, whose turn it is is drawn.
        calls_before: before.map_or(chance >> 8, |before| before.site_calls),
        chance,
        gate: dialled.screening.gate(state.risk.as_ref()),
    }
}
