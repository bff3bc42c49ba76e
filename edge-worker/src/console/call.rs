//! The page of one call: all that its record tells, in the order in which people ask.

use askama::Template;
use dni_core::pii::Pii;
use edge_core::call::record::{
    CallRecord, EvidenceRecord, RecordingKind, RecordingRecord, RecordingState, SegmentRecord, TaskRecord,
    TranscriptRecord,
};

use super::player::Player;
use super::words::{self, instant, joined, length, phone};

/// The page.
#[derive(Template)]
#[template(path = "call.html")]
pub struct CallPage {
    customer: String,
    start_time: String,
    started: String,
    site: String,
    outcome: &'static str,
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
    score: u8,
    is_flagged: bool,
    reasons: Vec<Reason>,
}

struct Reason {
    points: String,
    sentence: String,
}

struct Recording {
    title: &'static str,
    state: &'static str,
    length: String,
    player: Option<Player>,
}

/// What one of them said.
struct Words {
    time: String,
    speaker: &'static str,
    text: String,
}

/// What is done after the call.
struct Task {
    kind: String,
    state: String,
    tries: u32,
    error: String,
    next_try_at: String,
}

impl CallPage {
    /// Shows a call with what was said in it.
    pub fn of(call: &CallRecord, transcript: &TranscriptRecord) -> Self {
        Self {
            customer: words::customer(call, "a withheld number"),
            start_time: call.start_time.clone(),
            started: instant(Some(&call.start_time), call.time_zone.as_deref()),
            site: call.site_name.clone().unwrap_or_default(),
            outcome: call.outcome.code(),
            outcome_text: words::outcome(call.outcome),
            parts: [attribution(call), source(call), course(call), caller(call), opinion(call)]
                .into_iter()
                .filter(|part| !part.facts.is_empty() || !part.sentence.is_empty())
                .collect(),
            risk: Risk::of(call),
            recordings: call.recordings.iter().map(|recording| Recording::of(call, recording)).collect(),
            summary: text(exposed(call.call_summary.as_ref())),
            words: transcript.conversational_transcript.iter().flatten().map(Words::of).collect(),
            tasks: call.tasks.iter().map(|task| Task::of(task, call.time_zone.as_deref())).collect(),
        }
    }
}

fn attribution(call: &CallRecord) -> Part {
    let part = Part::new("Attribution");
    let zone = call.time_zone.as_deref();
    let part = match &call.attribution.evidence {
        Some(EvidenceRecord::Lease(lease)) => part
            .fact("Number given out", instant(Some(&lease.leased_at), zone))
            .fact("Held until", instant(Some(&lease.lease_until), zone))
            .fact("Call counts until", instant(Some(&lease.window_until), zone))
            .noted("Reached for it", instant(lease.intent_at.as_deref(), zone), "a tap on the number, or a copy of it")
            .fact("Called", instant(Some(&lease.called_at), zone)),
        _ => part,
    };
    let part = part.fact("Visitor", text(call.visitor_id.as_deref()));
    Part { result: words::attribution(&call.attribution), sentence: call.attribution.explanation.clone(), ..part }
}

fn course(call: &CallRecord) -> Part {
    Part::new("The call")
        .fact("Number dialled", phone(call.tracking_phone_number.as_deref(), ""))
        .fact("Connected to", phone(call.business_phone_number.as_deref(), ""))
        .fact("Call flow", text(call.flow.as_deref()))
        .fact("Length", length(call.duration))
        .fact("Spoken", length(Some(call.talk_time)))
        .fact("Rang", length(call.ring_time))
        .fact("Ended by", call.hung_up_by.as_deref().map(hung_up_by).unwrap_or_default())
        .fact("Tags", call.tags.join(", "))
        .fact("Key asked for", text(call.challenge.as_deref()))
        .failures(call)
}

fn hung_up_by(code: &str) -> String {
    match code {
        "flow" => "the call flow".to_owned(),
        other => format!("the {other}"),
    }
}

fn caller(call: &CallRecord) -> Part {
    let before = match (call.first_call, call.prior_calls) {
        (Some(true), _) => "none, this was the first".to_owned(),
        (_, Some(calls)) => calls.to_string(),
        _ => String::new(),
    };
    let place = joined(&[Some(&words::place(call)), exposed(call.customer_zip.as_ref())], " ");
    Part::new("The caller")
        .fact("Number", words::customer(call, "withheld"))
        .noted("Name", text(exposed(call.customer_name.as_ref())), known_from(call.customer_name_from.as_deref()))
        .noted("Place", place, known_from(call.customer_location_from.as_deref()))
        .fact("Country", text(exposed(call.customer_country.as_ref())))
        .fact("Line", call.line_type.as_deref().map(words::words).unwrap_or_default())
        .fact("Carrier", text(call.caller_carrier.as_deref()))
        .noted("Attestation", text(call.attestation.as_deref()), "what the caller's own carrier vouches for")
        .fact("Calls before", before)
}

fn source(call: &CallRecord) -> Part {
    let (landing, last) = (text(call.landing_page_url.as_deref()), text(call.last_requested_url.as_deref()));
    let last = if last == landing { "the same".to_owned() } else { last };
    let part = Part::new("Where the caller came from")
        .fact("Source", joined(&[call.source.as_deref(), call.medium.as_deref()], " / "))
        .fact("Channel", text(call.channel.as_deref()))
        .fact("Campaign", text(call.campaign.as_deref()))
        .fact("Keyword", text(call.keywords.as_deref()))
        .fact("Content", text(call.utm_content.as_deref()))
        .page("Landing page", &landing)
        .page("Came from", &text(call.referring_url.as_deref()))
        .page("Last page", &last);
    let part = match &call.milestones.first_touch {
        Some(first) => part.noted(
            "First visit",
            joined(&[Some(&first.source), Some(&first.medium)], " / "),
            &instant(Some(&first.event_date), call.time_zone.as_deref()),
        ),
        None => part,
    };
    match call.click_ids.first() {
        Some((name, value)) => part.fact(name, value.to_owned()),
        None => part,
    }
}

fn opinion(call: &CallRecord) -> Part {
    let out_of_100 = call.lead_score.map(|score| format!("{score} of 100")).unwrap_or_default();
    Part::new("What the summary makes of it")
        .fact("Wanted", text(exposed(call.call_intent.as_ref())))
        .fact("Mood", text(call.sentiment.as_deref()))
        .noted("Lead score", out_of_100, exposed(call.lead_score_explanation.as_ref()).unwrap_or_default())
        .fact("Tags", call.ai_tags.join(", "))
}

/// Says from where something about the caller is known.
fn known_from(code: Option<&str>) -> &'static str {
    match code {
        Some("carrier") => "as the carrier says",
        Some("lookup") => "as a look-up found",
        Some("number") => "as the number's first digits say",
        _ => "",
    }
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

    /// Why forwards failed, one by one.
    fn failures(self, call: &CallRecord) -> Self {
        call.forward_failures.iter().fold(self, |part, failure| {
            let rung = phone(failure.phone_number.as_deref(), "");
            let why = joined(&[Some(&words::words(&failure.status)), failure.code.as_deref()], ": ");
            let note = joined(&[failure.explanation.as_deref(), failure.message.as_deref()], " ");
            part.noted("Not put through", joined(&[Some(&rung), Some(&why)], ", "), &note)
        })
    }

    fn noted(mut self, name: &'static str, value: String, note: &str) -> Self {
        if !value.is_empty() {
            self.facts.push(Fact { name, value, note: note.to_owned() });
        }
        self
    }
}

impl Risk {
    fn of(call: &CallRecord) -> Option<Self> {
        let reasons = call.risk_reasons.iter().map(|reason| Reason {
            points: format!("{:+}", reason.points).replace('-', "−"),
            sentence: reason.sentence.clone(),
        });
        Some(Self {
            score: call.risk_score?,
            is_flagged: call.flagged_as_spam == Some(true),
            reasons: reasons.collect(),
        })
    }
}

impl Recording {
    fn of(call: &CallRecord, recording: &RecordingRecord) -> Self {
        Self {
            title: if recording.kind == RecordingKind::Voicemail { "Message" } else { "Conversation" },
            state: match recording.state {
                RecordingState::InProgress => "in progress",
                RecordingState::Absent => "absent",
                RecordingState::Failed => "failed",
                RecordingState::Copying => "copying",
                RecordingState::Lost => "lost",
                RecordingState::Stored => "stored",
                RecordingState::Deleted => "deleted",
            },
            length: length(recording.duration),
            player: Player::of(call, recording),
        }
    }
}

impl Words {
    fn of(segment: &SegmentRecord) -> Self {
        Self {
            time: length(Some(segment.start_ms / 1_000)),
            speaker: match &*segment.speaker {
                "caller" => "Caller",
                "business" => "Business",
                _ => "",
            },
            text: segment.text.expose().clone(),
        }
    }
}

impl Task {
    fn of(task: &TaskRecord, zone: Option<&str>) -> Self {
        Self {
            kind: words::words(&task.kind),
            state: task.state.to_string(),
            tries: task.tries,
            error: task.last_error.as_ref().map(|error| error.message.clone()).unwrap_or_default(),
            next_try_at: instant(task.next_try_at.as_deref(), zone),
        }
    }
}

fn exposed(value: Option<&Pii<String>>) -> Option<&str> {
    value.map(|value| value.expose().as_str())
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}
