//! The console: the call log for people.

use askama::Template;
use call_router::event::RecordingId;
use dni_core::phone::{E164, national};
use serde_json::Value;
use worker::{Response, ResponseBuilder};

use crate::answer;
use crate::auth;
use crate::calls;
use crate::clock::now;
use crate::problem::Problem;
use crate::routes::{Asked, Replied};
use crate::store::call_log::{self, Logged, Wanted};

/// Calls on the page.
const PAGE: u32 = 100;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    wrong_key: bool,
}

#[derive(Template)]
#[template(path = "call_log.html")]
struct CallLogPage {
    calls: Vec<CallRow>,
}

/// A call as a row of the page.
struct CallRow {
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
    click_id: String,
    players: Vec<Player>,
}

/// A recording that can be heard.
struct Player {
    address: String,
    label: String,
}

/// `GET /console`.
pub async fn call_log(asked: Asked) -> Replied {
    if !auth::is_signed_in(&asked.request, &asked.settings(), now())? {
        return sign_in_page(200, false);
    }
    let wanted = Wanted { limit: PAGE, ..Wanted::default() };
    let calls = call_log::list(&asked.env.d1("DB")?, &wanted).await?;
    let calls = calls.iter().filter_map(CallRow::of).collect();
    page(200, &CallLogPage { calls })
}

/// `GET /console/recordings/{call}/{recording}`: what the call log's players play.
pub async fn play(asked: Asked) -> Replied {
    if auth::is_signed_in(&asked.request, &asked.settings(), now())? {
        calls::recordings::play(asked).await
    } else {
        Err(Problem::WrongKey)
    }
}

/// `POST /console/sign-in`.
pub async fn sign_in(mut asked: Asked) -> Replied {
    let body = asked.body().await?;
    let key = form_key(&body);
    if !auth::is_key(&key, &asked.settings())? {
        return sign_in_page(401, true);
    }
    let cookie = auth::sign_in_cookie(&asked.settings(), now())?;
    Ok(answer::see_other("/console", Some(&cookie))?)
}

/// `POST /console/sign-out`.
pub fn sign_out() -> Replied {
    Ok(answer::see_other("/console", Some(&auth::sign_out_cookie()))?)
}

/// `GET /console/style.css`.
pub fn style() -> Replied {
    let style = include_bytes!("../../templates/style.css");
    let builder = ResponseBuilder::new()
        .with_header("Content-Type", "text/css; charset=utf-8")?
        .with_header("Cache-Control", "public, max-age=300")?;
    Ok(builder.fixed(style.to_vec()))
}

fn sign_in_page(status: u16, wrong_key: bool) -> Replied {
    page(status, &SignInPage { wrong_key })
}

fn page<T: Template>(status: u16, template: &T) -> Result<Response, Problem> {
    let html = template.render().map_err(Problem::unavailable)?;
    Ok(answer::page(status, html)?)
}

/// Reads the key out of the sign-in form.
fn form_key(body: &[u8]) -> String {
    let mut fields = url::form_urlencoded::parse(body);
    fields.find(|(name, _)| name == "key").map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

impl CallRow {
    fn of(call: &Logged) -> Option<Self> {
        let record: Value = serde_json::from_str(&call.record).ok()?;
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let attribution =
            |name: &str| record.pointer(&format!("/attribution/{name}")).and_then(Value::as_str).unwrap_or_default();
        let start_time = text("start_time");
        let (day, time) = start_time.split_once('T').unwrap_or_default();
        let outcome = text("outcome");
        Some(Self {
            day: day.to_owned(),
            time: time.get(..8).unwrap_or_default().to_owned(),
            customer: readable(&text("customer_phone_number"), "Withheld"),
            customer_name: text("customer_name"),
            place: [text("customer_city"), text("customer_state")]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
            tracking_number: readable(&text("tracking_phone_number"), "Unknown"),
            source: text("source"),
            medium: text("medium"),
            campaign: text("campaign"),
            keywords: text("keywords"),
            landing_short: short(&text("landing_page_url")),
            landing: text("landing_page_url"),
            outcome_text: outcome_text(&outcome),
            length: length(record.get("duration").and_then(Value::as_u64)),
            attribution: attribution("state").to_owned(),
            attribution_text: attribution_text(attribution("state"), attribution("rule"), attribution("reason")),
            explanation: attribution("explanation").to_owned(),
            click_id: click_id(&record),
            players: Player::all_of(&record),
            start_time,
            outcome,
        })
    }
}

impl Player {
    fn all_of(record: &Value) -> Vec<Self> {
        let recordings = record.get("recordings").and_then(Value::as_array).into_iter().flatten();
        recordings.filter_map(|recording| Self::of(record, recording)).collect()
    }

    fn of(record: &Value, recording: &Value) -> Option<Self> {
        let text = |name: &str| recording.get(name).and_then(Value::as_str);
        let id = RecordingId::parse(text("id")?).ok().filter(|_| text("state") == Some("stored"))?;
        let what = if text("kind") == Some("voicemail") { "Message" } else { "Recording" };
        let customer = record.get("customer_phone_number").and_then(Value::as_str).unwrap_or_default();
        Some(Self {
            address: calls::recordings::console_path(record.get("id")?.as_str()?, &id),
            label: format!("{what} of the call from {}", readable(customer, "a withheld number")),
        })
    }
}

fn readable(number: &str, otherwise: &str) -> String {
    E164::parse(number).map_or_else(|_| otherwise.to_owned(), national)
}

/// Shortens a page's address to its path.
fn short(url: &str) -> String {
    let url = dni_core::visit::PageUrl::from_serialized(url);
    url.path().chars().take(40).collect()
}

fn outcome_text(outcome: &str) -> &'static str {
    match outcome {
        "answered" => "Answered",
        "missed" => "Missed",
        "voicemail" => "Voicemail",
        "abandoned" => "Abandoned",
        _ => "In progress",
    }
}

fn attribution_text(state: &str, rule: &str, reason: &str) -> String {
    let why = if rule.is_empty() { reason } else { rule };
    if why.is_empty() { state.to_owned() } else { format!("{state}: {}", why.replace('_', " ")) }
}

fn length(seconds: Option<u64>) -> String {
    seconds.map(|seconds| format!("{}:{:02}", seconds / 60, seconds % 60)).unwrap_or_default()
}

/// Names the click id that the call has, if it has one.
fn click_id(record: &Value) -> String {
    let kinds = dni_core::visit::ClickIdKind::ALL.iter().map(|kind| kind.name());
    let found = kinds.into_iter().find(|name| record.get(*name).is_some_and(Value::is_string));
    found.unwrap_or_default().to_owned()
}
