//! The list of calls.

use askama::Template;
use edge_core::call::record::CallRecord;

use super::player::Player;
use super::words::{self, Clock};

/// The latest calls.
#[derive(Template)]
#[template(path = "call_log.html")]
pub struct CallLogPage {
    calls: Vec<CallRow>,
}

/// A call as a row of the page.
struct CallRow {
    id: String,
    start_time: String,
    day: String,
    time: String,
    offset: String,
    customer: String,
    customer_name: String,
    place: String,
    tracking_number: String,
    source: String,
    medium: String,
    campaign: String,
    keywords: String,
    landing: String,
    landing_short: String,
    outcome: &'static str,
    outcome_text: &'static str,
    length: String,
    attribution: &'static str,
    attribution_text: String,
    explanation: String,
    click_id: &'static str,
    players: Vec<Player>,
}

impl CallLogPage {
    /// Shows calls.
    pub fn of(calls: impl Iterator<Item = CallRecord>) -> Self {
        Self { calls: calls.map(CallRow::of).collect() }
    }
}

impl CallRow {
    fn of(call: CallRecord) -> Self {
        let Clock { day, time, offset } = Clock::of(&call.start_time, call.time_zone.as_deref());
        let landing = call.landing_page_url.clone().unwrap_or_default();
        Self {
            day,
            time,
            offset,
            customer: words::customer(&call, "Withheld"),
            customer_name: call.customer_name.as_ref().map(|name| name.expose().clone()).unwrap_or_default(),
            place: words::place(&call),
            tracking_number: words::phone(call.tracking_phone_number.as_deref(), "Unknown"),
            landing_short: short(&landing),
            landing,
            outcome: call.outcome.code(),
            outcome_text: words::outcome(call.outcome),
            length: words::length(call.duration),
            attribution: call.attribution.state.code(),
            attribution_text: words::attribution(&call.attribution),
            click_id: call.click_ids.first().map(|(name, _)| name).unwrap_or_default(),
            players: Player::all_of(&call),
            id: call.id,
            start_time: call.start_time,
            source: call.source.unwrap_or_default(),
            medium: call.medium.unwrap_or_default(),
            campaign: call.campaign.unwrap_or_default(),
            keywords: call.keywords.unwrap_or_default(),
            explanation: call.attribution.explanation,
        }
    }
}

/// Shortens a page's address to its path.
fn short(url: &str) -> String {
    let url = dni_core::visit::PageUrl::from_serialized(url);
    url.path().chars().take(40).collect()
}
