//! The page of one call: all that its record tells, in the order in which people ask.

use askama::Template;

use super::player::Player;
use super::told::{Told, joined, words};

/// The page.
#[derive(Template)]
#[template(path = "call.html")]
pub struct CallPage {
    customer: String,
    start_time: String,
    started: String,
    site: String,
    outcome: String,
    outcome_text: &'static str,
    parts: Vec<Part>,
    risk: Option<Risk>,
    recordings: Vec<Recording>,
    summary: String,
    words: Vec<Words>,
    tasks: Vec<Task>,
}

/// A part of the page with some facts; those that nobody knows are left out.
struct Part {
    title: &'static str,
    /// What they come to.
    result: String,
    sentence: String,
    facts: Vec<Fact>,
}

struct Fact {
    name: &'static str,
    value: String,
    /// From where it is known, or what it rests on.
    note: String,
}

/// How likely it is that a machine called.
struct Risk {
    score: u64,
    is_flagged: bool,
    reasons: Vec<Reason>,
}

struct Reason {
    points: String,
    sentence: String,
}

struct Recording {
    title: &'static str,
    state: String,
    length: String,
    player: Option<Player>,
}

/// What one of them said.
struct Words {
    time: String,
    speaker: String,
    text: String,
}

/// What is done after the call.
struct Task {
    kind: String,
    state: String,
    tries: u64,
    error: String,
    next_try_at: String,
}

impl CallPage {
    /// Shows a call, told with its words.
    pub fn of(call: &Told) -> Self {
        Self {
            customer: call.phone("customer_phone_number", "a withheld number"),
            start_time: call.text("start_time"),
            started: call.instant("start_time"),
            site: call.text("site_name"),
            outcome: call.text("outcome"),
            outcome_text: call.outcome(),
            parts: [attribution(call), source(call), course(call), caller(call), opinion(call)]
                .into_iter()
                .filter(|part| !part.facts.is_empty() || !part.sentence.is_empty())
                .collect(),
            risk: Risk::of(call),
            recordings: call.list("recordings").map(|recording| Recording::of(call, &recording)).collect(),
            summary: call.text("call_summary"),
            words: call.list("conversational_transcript").map(|words| Words::of(&words)).collect(),
            tasks: call.list("tasks").map(|task| Task::of(&task)).collect(),
        }
    }
}

fn attribution(call: &Told) -> Part {
    let part = Part::new("Attribution")
        .fact("Number given out", call.instant("attribution/evidence/leased_at"))
        .fact("Held until", call.instant("attribution/evidence/lease_until"))
        .fact("Call counts until", call.instant("attribution/evidence/window_until"))
        .noted("Reached for it", call.instant("attribution/evidence/intent_at"), "a tap on the number, or a copy of it")
        .fact("Called", call.instant("attribution/evidence/called_at"))
        .fact("Visitor", call.text("visitor_id"));
    Part { result: call.attribution(), sentence: call.text("attribution/explanation"), ..part }
}

fn course(call: &Told) -> Part {
    Part::new("The call")
        .fact("Number dialled", call.phone("tracking_phone_number", ""))
        .fact("Connected to", call.phone("business_phone_number", ""))
        .fact("Length", call.length("duration"))
        .fact("Spoken", call.length("talk_time"))
        .fact("Rang", call.length("ring_time"))
        .fact("Tags", call.texts("tags"))
        .fact("Key asked for", call.text("challenge"))
}

fn caller(call: &Told) -> Part {
    let whence = |path: &str| match call.text(path).as_str() {
        "carrier" => "as the carrier says",
        "lookup" => "as a look-up found",
        "number" => "as the number's first digits say",
        _ => "",
    };
    let before = match (call.flag("first_call"), call.number("prior_calls")) {
        (Some(true), _) => "none, this was the first".to_owned(),
        (_, Some(calls)) => calls.to_string(),
        _ => String::new(),
    };
    Part::new("The caller")
        .fact("Number", call.phone("customer_phone_number", "withheld"))
        .noted("Name", call.text("customer_name"), whence("customer_name_from"))
        .noted("Place", joined(&[call.place(), call.text("customer_zip")], " "), whence("customer_location_from"))
        .fact("Country", call.text("customer_country"))
        .fact("Line", words(&call.text("line_type")))
        .fact("Carrier", call.text("caller_carrier"))
        .noted("Attestation", call.text("attestation"), "what the caller's own carrier vouches for")
        .fact("Calls before", before)
}

fn source(call: &Told) -> Part {
    let first =
        joined(&[call.text("milestones/first_touch/source"), call.text("milestones/first_touch/medium")], " / ");
    let (landing, last) = (call.text("landing_page_url"), call.text("last_requested_url"));
    let last = if last == landing { "the same".to_owned() } else { last };
    let part = Part::new("Where the caller came from")
        .fact("Source", joined(&[call.text("source"), call.text("medium")], " / "))
        .fact("Channel", call.text("channel"))
        .fact("Campaign", call.text("campaign"))
        .fact("Keyword", call.text("keywords"))
        .fact("Content", call.text("utm_content"))
        .page("Landing page", &landing)
        .page("Came from", &call.text("referring_url"))
        .page("Last page", &last)
        .noted("First visit", first, &call.instant("milestones/first_touch/event_date"));
    match call.click_id() {
        Some((name, value)) => part.fact(name, value),
        None => part,
    }
}

fn opinion(call: &Told) -> Part {
    let out_of_100 = call.number("lead_score").map(|score| format!("{score} of 100")).unwrap_or_default();
    Part::new("What the summary makes of it")
        .fact("Wanted", call.text("call_intent"))
        .fact("Mood", call.text("sentiment"))
        .noted("Lead score", out_of_100, &call.text("lead_score_explanation"))
        .fact("Tags", call.texts("ai_tags"))
}

impl Part {
    fn new(title: &'static str) -> Self {
        Self { title, result: String::new(), sentence: String::new(), facts: Vec::new() }
    }

    fn fact(self, name: &'static str, value: String) -> Self {
        self.noted(name, value, "")
    }

    /// A page's address, with what makes it long in small letters.
    fn page(self, name: &'static str, url: &str) -> Self {
        let end = url.find(['?', '#']).unwrap_or(url.len());
        let (page, query) = url.split_at_checked(end).unwrap_or((url, ""));
        self.noted(name, page.to_owned(), query)
    }

    fn noted(mut self, name: &'static str, value: String, note: &str) -> Self {
        if !value.is_empty() {
            self.facts.push(Fact { name, value, note: note.to_owned() });
        }
        self
    }
}

impl Risk {
    fn of(call: &Told) -> Option<Self> {
        let reasons = call
            .list("risk_reasons")
            .map(|reason| Reason { points: reason.signed("points"), sentence: reason.text("sentence") });
        Some(Self {
            score: call.number("risk_score")?,
            is_flagged: call.flag("flagged_as_spam") == Some(true),
            reasons: reasons.collect(),
        })
    }
}

impl Recording {
    fn of(call: &Told, recording: &Told) -> Self {
        Self {
            title: if recording.text("kind") == "voicemail" { "Message" } else { "Conversation" },
            state: words(&recording.text("state")),
            length: recording.length("duration"),
            player: Player::of(call, recording),
        }
    }
}

impl Words {
    fn of(words: &Told) -> Self {
        let seconds = words.number("start_ms").unwrap_or_default() / 1_000;
        Self {
            time: format!("{}:{:02}", seconds / 60, seconds % 60),
            speaker: match words.text("speaker").as_str() {
                "caller" => "Caller",
                "business" => "Business",
                _ => "",
            }
            .to_owned(),
            text: words.text("text"),
        }
    }
}

impl Task {
    fn of(task: &Told) -> Self {
        Self {
            kind: words(&task.text("kind")),
            state: task.text("state"),
            tries: task.number("tries").unwrap_or_default(),
            error: task.text("last_error/message"),
            next_try_at: task.instant("next_try_at"),
        }
    }
}
