//! A call as the log keeps it and the API and the console tell it.

mod attribution;
mod caller;
mod changed;
mod click_ids;
mod code;
mod forward_failures;
mod recordings;
mod tasks;
mod transcript;

use call_router::call::{Call, CallOutcome, EndedBy, PlaceSource};
use call_router::event::LineType;
use call_router::event::{Attestation, AttestationLevel, Caller, HungUpBy, LineType as CarrierLineType, MAX_PLACE};
use call_router::text::Text;
use dni_core::phone::national;
use dni_core::pii::Pii;
use dni_core::time::Millis;
use dni_core::visit::{Channel, Touch};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use attribution::{AttributionRecord, AttributionState, CandidateRecord, EvidenceRecord};
pub use caller::RiskReason;
pub use click_ids::ClickIds;
pub use code::Code;
pub use forward_failures::ForwardFailureRecord;
pub use recordings::{RecordingKind, RecordingRecord, RecordingState, api_path, console_path};
pub use tasks::{ErrorRecord, TaskRecord};
pub use transcript::{SegmentRecord, SummaryState, TranscriptRecord, TranscriptionRecord};

use super::edit::{CallValue, LeadStatus};
use super::source::CallSource;
use super::state::CallState;
use super::task_results::TaskResults;
use crate::timestamp::{iso, local};

/// A call, with the field names that the field knows. It is written once, by the call's object, and read by all others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CallRecord {
    /// Its id.
    pub id: String,
    /// The carrier.
    #[schema(value_type = String)]
    pub carrier: Code,
    /// The carrier's own id for the call.
    pub carrier_call_id: String,
    /// The site whose number was called.
    pub site_id: Option<String>,
    /// What people call the site.
    pub site_name: Option<String>,
    /// Always `inbound`.
    #[schema(value_type = String)]
    pub direction: Code,
    /// When the first sign of it came.
    pub start_time: String,
    /// The same by the clocks of the site, with their offset; null if no site is known.
    #[serde(default)]
    pub start_time_local: Option<String>,
    /// When it last changed.
    pub updated_at: String,
    /// The same by the clocks of the site.
    #[serde(default)]
    pub updated_at_local: Option<String>,
    /// The site's IANA time zone.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// The caller's number; null if withheld.
    #[schema(value_type = Option<String>)]
    pub customer_phone_number: Option<Pii<String>>,
    /// The same as people of its country write it.
    #[schema(value_type = Option<String>)]
    pub formatted_customer_phone_number: Option<Pii<String>>,
    /// What they showed instead of a phone number: a SIP address, or digits that are no number; null if they showed a number,
    /// or nothing.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub customer_address: Option<Pii<String>>,
    /// The name the telephone network has for it.
    #[schema(value_type = Option<String>)]
    pub customer_name: Option<Pii<String>>,
    /// Who says so: `member`, `carrier` or `lookup`; null if nobody does.
    #[schema(value_type = Option<String>)]
    pub customer_name_from: Option<Code>,
    /// Where it is registered.
    #[schema(value_type = Option<String>)]
    pub customer_city: Option<Pii<String>>,
    /// Where it is registered.
    #[schema(value_type = Option<String>)]
    pub customer_state: Option<Pii<String>>,
    /// Where it is registered.
    #[schema(value_type = Option<String>)]
    pub customer_zip: Option<Pii<String>>,
    /// Where it is registered.
    #[schema(value_type = Option<String>)]
    pub customer_country: Option<Pii<String>>,
    /// Who says so: `carrier`, or `number` if the carrier names no place and the number's first digits do.
    #[schema(value_type = Option<String>)]
    pub customer_location_from: Option<Code>,
    /// What the caller's own carrier vouches for: `A`, `B`, `C`, `failed` or `none`.
    #[schema(value_type = Option<String>)]
    pub attestation: Option<Code>,
    /// The kind of line the caller's number is: as a service says that the carrier asked, else as a look-up found.
    #[schema(value_type = Option<String>)]
    pub line_type: Option<Code>,
    /// The company that serves the caller's number, as a look-up found.
    pub caller_carrier: Option<String>,
    /// Whether they called the site for the first time; null if that could not be found out, or they showed no number.
    pub first_call: Option<bool>,
    /// How often they called the site before.
    pub prior_calls: Option<u32>,
    /// The risk that this is a robocall, 0 to 100; null if it could not be found out.
    pub risk_score: Option<u8>,
    /// What it rests on.
    pub risk_reasons: Vec<RiskReason>,
    /// Whether the owner wants such a call marked; null if the risk could not be found out.
    pub flagged_as_spam: Option<bool>,
    /// `passed` or `failed` where they were asked for a key; null where they were not.
    #[schema(value_type = Option<String>)]
    pub challenge: Option<Code>,
    /// The flow that it went through, by its name in the site; null for the site's own.
    #[serde(default)]
    pub flow: Option<String>,
    /// The marks that the flow gave the call, and people.
    pub tags: Vec<String>,
    /// What somebody noted about it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub note: Option<Pii<String>>,
    /// What it was worth, in the units of its currency; null if nobody said.
    #[serde(default)]
    pub value: Option<f64>,
    /// The currency of the value: `USD`.
    #[serde(default)]
    pub currency: Option<String>,
    /// `good_lead` or `not_a_lead`; null if nobody said.
    #[serde(default)]
    pub lead_status: Option<LeadStatus>,
    /// Whether somebody said that it was spam.
    #[serde(default)]
    pub spam: bool,
    /// The number dialled.
    pub tracking_phone_number: Option<String>,
    /// The same as people of its country write it.
    pub formatted_tracking_phone_number: Option<String>,
    /// Where it was forwarded.
    pub business_phone_number: Option<String>,
    /// The same as people of its country write it.
    pub formatted_business_phone_number: Option<String>,
    /// Seconds from the carrier's answer to the end; null while it goes on.
    pub duration: Option<u32>,
    /// Seconds caller and business spoke.
    pub talk_time: u32,
    /// Seconds it rang at the business.
    pub ring_time: Option<u32>,
    /// Whether caller and business were connected.
    pub answered: bool,
    /// Whether the caller left a message.
    pub voicemail: bool,
    /// `in_progress`, `answered`, `missed`, `voicemail` or `abandoned`.
    #[schema(value_type = String)]
    pub outcome: CallOutcome,
    /// What the end of the call rests on: `carrier`, `carrier_asked`, `sweep`, `flow`; null as long as it goes on.
    #[schema(value_type = Option<String>)]
    pub ended_by: Option<Code>,
    /// Who ended it: `caller`, `business`, `flow`, `carrier`; null as long as it goes on, or if the carrier does not say.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub hung_up_by: Option<Code>,
    /// The legs of forwards that could not be put through, and why.
    #[serde(default)]
    pub forward_failures: Vec<ForwardFailureRecord>,
    /// The source.
    pub source: Option<String>,
    /// The medium.
    pub medium: Option<String>,
    /// The channel that source and medium belong to, under the name of the reports.
    #[schema(value_type = Option<String>)]
    pub channel: Option<Code>,
    /// The campaign.
    pub campaign: Option<String>,
    /// The keyword.
    pub keywords: Option<String>,
    /// As in the landing page's address.
    pub utm_source: Option<String>,
    /// As in the landing page's address.
    pub utm_medium: Option<String>,
    /// As in the landing page's address.
    pub utm_campaign: Option<String>,
    /// As in the landing page's address.
    pub utm_term: Option<String>,
    /// As in the landing page's address.
    pub utm_content: Option<String>,
    /// The page the visitor arrived on.
    pub landing_page_url: Option<String>,
    /// The page they came from.
    pub referring_url: Option<String>,
    /// The page they were last seen on.
    pub last_requested_url: Option<String>,
    /// The visitor.
    pub visitor_id: Option<String>,
    /// Whom the call belongs to, and on what that rests.
    pub attribution: AttributionRecord,
    /// The touches that models look at.
    pub milestones: Milestones,
    /// Where the first recording that there is can be heard, with the API key.
    pub recording: Option<String>,
    /// Its seconds.
    pub recording_duration: Option<u32>,
    /// Where it can be heard in the console.
    pub recording_player: Option<String>,
    /// The recordings, messages among them.
    pub recordings: Vec<RecordingRecord>,
    /// How far transcribing is; null if the site does not want it, or nothing was recorded.
    pub transcription: Option<TranscriptionRecord>,
    /// What the call was about.
    #[schema(value_type = Option<String>)]
    pub call_summary: Option<Pii<String>>,
    /// What the caller wanted.
    #[schema(value_type = Option<String>)]
    pub call_intent: Option<Pii<String>>,
    /// `positive`, `neutral` or `negative`.
    #[schema(value_type = Option<String>)]
    pub sentiment: Option<Code>,
    /// How likely the caller is to become a customer, 0 to 100.
    pub lead_score: Option<u8>,
    /// Why.
    #[schema(value_type = Option<String>)]
    pub lead_score_explanation: Option<Pii<String>>,
    /// The tags that the summary gave, of the site's list; those of the flow stand elsewhere.
    pub ai_tags: Vec<String>,
    /// What transcripts and summary cost by the price lists, in millionths of a US dollar; null if a price is not known.
    pub ai_cost_micro_usd: Option<u64>,
    /// The tasks after the call, in their order.
    pub tasks: Vec<TaskRecord>,
    /// Every known click id by its parameter's name; null when absent. The last field, as it takes what no other takes.
    #[serde(flatten)]
    pub click_ids: ClickIds,
}

/// The first and the last touch before the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Milestones {
    /// How the visitor first found the site.
    pub first_touch: Option<TouchRecord>,
    /// How they came the last time.
    pub last_touch: Option<TouchRecord>,
}

/// A touch as the log tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TouchRecord {
    /// When.
    pub event_date: String,
    /// The same by the clocks of the site.
    #[serde(default)]
    pub event_date_local: Option<String>,
    /// From where.
    pub source: String,
    /// By which medium.
    pub medium: String,
    /// In which channel.
    #[schema(value_type = String)]
    pub channel: Code,
    /// With which campaign.
    pub campaign: Option<String>,
    /// With which keyword.
    pub keywords: Option<String>,
    /// The page they arrived on.
    pub landing: Option<String>,
    /// The page they came from.
    pub referrer: Option<String>,
    /// By which rule it has its source.
    #[schema(value_type = Object)]
    pub rule: serde_json::Value,
}

impl CallRecord {
    /// Leaves out what was found out from what was said.
    #[must_use]
    pub fn without_words(self) -> Self {
        Self {
            transcription: None,
            call_summary: None,
            call_intent: None,
            sentiment: None,
            lead_score: None,
            lead_score_explanation: None,
            ai_tags: Vec::new(),
            ai_cost_micro_usd: None,
            ..self
        }
    }

    /// Tells a call with all that is known of it now. `public_url` is the worker's own address, for links to recordings.
    #[expect(clippy::too_many_lines, reason = "one for each field")]
    pub fn of(state: &CallState, results: &TaskResults, public_url: &str, now: Millis) -> Self {
        let call = &state.call;
        let dialled = state.dialled.as_ref();
        let zone = state.time_zone();
        let found = CallSource::of(state);
        let touch = found.touch();
        let campaign = touch.map(|touch| touch.campaign.clone()).unwrap_or_default();
        let customer = call.caller_number();
        let rung = || call.legs.values().find_map(|leg| leg.to);
        let business = dialled.and_then(|_| call.spoke_with().or_else(rung));
        let visit = state.attribution.as_ref().and_then(|attribution| attribution.visit());
        let risk = caller::risk_at_last(state);
        let before = state.caller_context.as_ref().and_then(|known| known.before.as_ref());
        let prior_calls = before.and_then(|before| before.caller.as_ref()).map(|history| history.calls);
        let (place, place_from) = call.known_place();
        let part = |part: Option<Text<MAX_PLACE>>| part.map(String::from).map(Pii::new);
        let (customer_name, customer_name_from) = name_of(state, results);
        let recordings = recordings::all_of(state, results, public_url);
        let first = recordings.iter().find(|recording| recording.url.is_some());
        let summary = results.summary.as_ref().and_then(|told| told.summary.as_ref());
        let lookup = results.lookup.as_ref();
        Self {
            id: state.id.clone(),
            carrier: state.carrier.id().into(),
            carrier_call_id: call.id.as_str().to_owned(),
            site_id: dialled.map(|dialled| dialled.site.to_string()),
            site_name: dialled.map(|dialled| dialled.site_name.clone()),
            direction: "inbound".into(),
            start_time: iso(call.started_at),
            start_time_local: local(call.started_at, zone),
            updated_at: iso(now),
            updated_at_local: local(now, zone),
            time_zone: zone.map(str::to_owned),
            customer_phone_number: customer.map(|number| Pii::new(number.to_string())),
            formatted_customer_phone_number: customer.map(national).map(Pii::new),
            customer_address: address_of(state),
            customer_name,
            customer_name_from,
            customer_city: part(place.city),
            customer_state: part(place.state),
            customer_zip: part(place.zip),
            customer_country: part(place.country),
            customer_location_from: place_from.map(PlaceSource::code).map(Code::from),
            attestation: call.attestation.map(attestation_word).map(Code::from),
            line_type: line_type_of(state, results),
            caller_carrier: lookup.and_then(|entry| entry.company.clone()).map(String::from),
            first_call: prior_calls.map(|calls| calls == 0),
            prior_calls,
            risk_score: risk.as_ref().map(|risk| risk.score),
            flagged_as_spam: risk.as_ref().map(|risk| caller::is_flagged(state, risk)),
            risk_reasons: risk.iter().flat_map(|risk| &risk.reasons).copied().map(RiskReason::of).collect(),
            challenge: state.challenged().map(|asked| if asked.has_passed() { "passed" } else { "failed" }.into()),
            flow: dialled.and_then(|dialled| dialled.flow_name.as_ref()).map(ToString::to_string),
            tags: state.edit.tags(state.flow_tags()),
            note: state.edit.note.clone(),
            value: state.edit.value.as_ref().map(CallValue::units),
            currency: state.edit.value.as_ref().map(|value| value.currency.clone()),
            lead_status: state.edit.lead_status,
            spam: state.edit.spam,
            tracking_phone_number: call.number.map(|number| number.to_string()),
            formatted_tracking_phone_number: call.number.map(national),
            business_phone_number: business.map(|number| number.to_string()),
            formatted_business_phone_number: business.map(national),
            duration: call.total_seconds(),
            talk_time: call.talk_seconds(),
            ring_time: call.ring_seconds(),
            answered: call.connected(),
            voicemail: call.has_message() && !call.connected(),
            outcome: call.outcome(),
            ended_by: call.ended_by().map(EndedBy::code).map(Code::from),
            hung_up_by: hung_up_by(call).map(Code::from),
            forward_failures: forward_failures::all_of(call),
            source: found.source.clone(),
            medium: found.medium.clone(),
            channel: found.channel.map(|channel| channel.name().into()),
            campaign: found.campaign.clone(),
            keywords: found.keyword.clone(),
            click_ids: ClickIds::of(touch),
            utm_source: campaign.source,
            utm_medium: campaign.medium,
            utm_campaign: campaign.campaign,
            utm_term: campaign.term,
            utm_content: campaign.content,
            landing_page_url: touch.map(|touch| touch.landing.as_str().to_owned()),
            referring_url: touch.and_then(|touch| non_empty(touch.referrer.as_str())),
            last_requested_url: visit.and_then(|visit| non_empty(visit.session.page.as_str())),
            visitor_id: visit.map(|visit| visit.visitor.to_string()),
            attribution: AttributionRecord::of(state),
            milestones: Milestones {
                first_touch: found.touches.first().map(|touch| TouchRecord::of(touch, zone)),
                last_touch: found.touches.last().map(|touch| TouchRecord::of(touch, zone)),
            },
            recording: first.and_then(|recording| recording.url.clone()),
            recording_duration: first.and_then(|recording| recording.duration),
            recording_player: first.map(|recording| format!("{public_url}{}", console_path(&state.id, &recording.id))),
            transcription: TranscriptionRecord::of(results),
            call_summary: summary.map(|summary| words(summary.summary.expose().as_str())),
            call_intent: summary.map(|summary| words(summary.intent.expose().as_str())),
            sentiment: summary.map(|summary| summary.sentiment.code().into()),
            lead_score: summary.map(|summary| summary.lead_score.get()),
            lead_score_explanation: summary.map(|summary| words(summary.lead_score_explanation.expose().as_str())),
            ai_tags: summary.iter().flat_map(|summary| &summary.tags).map(|tag| tag.as_str().to_owned()).collect(),
            ai_cost_micro_usd: transcript::cost_of(results),
            tasks: results.tasks.iter().map(TaskRecord::of).collect(),
            recordings,
        }
    }
}

impl TouchRecord {
    fn of(touch: &Touch, zone: Option<&str>) -> Self {
        Self {
            event_date: iso(touch.at),
            event_date_local: local(touch.at, zone),
            source: touch.source.clone(),
            medium: touch.medium.clone(),
            channel: Channel::of(touch).0.name().into(),
            campaign: touch.campaign.campaign.clone(),
            keywords: touch.campaign.term.clone(),
            landing: non_empty(touch.landing.as_str()),
            referrer: non_empty(touch.referrer.as_str()),
            rule: serde_json::to_value(touch.rule).unwrap_or_default(),
        }
    }
}

/// Says who ended a call. What the carrier's machine ended, it ended by the flow's word, if the flow spoke it.
fn hung_up_by(call: &Call) -> Option<&'static str> {
    match call.hung_up_by {
        Some(HungUpBy::Caller) => Some(HungUpBy::Caller.code()),
        _ if call.let_go => Some("flow"),
        told => told.map(HungUpBy::code),
    }
}

/// Returns what a caller showed who has no phone number to show.
fn address_of(state: &CallState) -> Option<Pii<String>> {
    match state.call.caller.as_ref()?.expose() {
        Caller::Other(address) => Some(words(address.as_str())),
        Caller::Number(_) | Caller::Withheld => None,
    }
}

/// Where the carrier names nobody, a look-up may.
fn name_of(state: &CallState, results: &TaskResults) -> (Option<Pii<String>>, Option<Code>) {
    let told = state.call.caller_name.as_ref().map(|name| name.expose().as_str());
    let found = results.lookup.as_ref().and_then(|entry| entry.name.as_ref()).map(|name| name.expose().as_str());
    match (told, found) {
        _ if state.edit.customer_name.is_some() => (state.edit.customer_name.clone(), Some("member".into())),
        (Some(name), _) => (Some(words(name)), Some("carrier".into())),
        (None, Some(name)) => (Some(words(name)), Some("lookup".into())),
        (None, None) => (None, None),
    }
}

/// What the carrier's own services say stands above what was looked up.
fn line_type_of(state: &CallState, results: &TaskResults) -> Option<Code> {
    let told = state.call.reputation.line_type.map(CarrierLineType::code);
    let found = || results.lookup.as_ref()?.line_type.map(LineType::code);
    told.or_else(found).map(Code::from)
}

/// Writes an attestation in one word.
const fn attestation_word(attestation: Attestation) -> &'static str {
    match (attestation.passed, attestation.level) {
        (false, _) => "failed",
        (true, Some(AttestationLevel::A)) => "A",
        (true, Some(AttestationLevel::B)) => "B",
        (true, Some(AttestationLevel::C)) => "C",
        (true, None) => "none",
    }
}

fn words(text: &str) -> Pii<String> {
    Pii::new(text.to_owned())
}

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
