//! The list of calls.

use askama::Template;

use super::player::Player;
use super::told::Told;

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
    outcome: String,
    outcome_text: &'static str,
    length: String,
    attribution: String,
    attribution_text: String,
    explanation: String,
    click_id: &'static str,
    players: Vec<Player>,
}

impl CallLogPage {
    /// Shows calls.
    pub fn of(calls: impl Iterator<Item = Told>) -> Self {
        Self { calls: calls.map(|call| CallRow::of(&call)).collect() }
    }
}

impl CallRow {
    fn of(call: &Told) -> Self {
        let (day, time) = call.day_and_time("start_time");
        Self {
            id: call.text("id"),
            start_time: call.text("start_time"),
            day,
            time,
            customer: call.phone("customer_phone_number", "Withheld"),
            customer_name: call.text("customer_name"),
            place: call.place(),
            tracking_number: call.phone("tracking_phone_number", "Unknown"),
            source: call.text("source"),
            medium: call.text("medium"),
            campaign: call.text("campaign"),
            keywords: call.text("keywords"),
            landing: call.text("landing_page_url"),
            landing_short: short(&call.text("landing_page_url")),
            outcome: call.text("outcome"),
            outcome_text: call.outcome(),
            length: call.length("duration"),
            attribution: call.text("attribution/state"),
            attribution_text: call.attribution(),
            explanation: call.text("attribution/explanation"),
            click_id: call.click_id().map(|(name, _)| name).unwrap_or_default(),
            players: Player::all_of(call),
        }
    }
}

/// Shortens a page's address to its path.
fn short(url: &str) -> String {
    let url = dni_core::visit::PageUrl::from_serialized(url);
    url.path().chars().take(40).collect()
}
