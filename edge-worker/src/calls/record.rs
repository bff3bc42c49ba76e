//! A call as the log tells it.

use std::collections::BTreeMap;

use call_router::event::{Attestation, AttestationLevel, LineType};
use dni_core::phone::{E164, national};
use dni_core::place::{LineKind, Place};
use dni_core::time::Millis;
use dni_core::visit::{Channel, ClickIdKind, Touch};
use serde::Serialize;

use super::attribution_record::AttributionRecord;
use super::caller::CallerRecord;
use super::iso;
use crate::durable_objects::CallState;
use crate::durable_objects::attribution::Joined;

/// A call, with the field names that the field knows.
#[derive(Clone, Debug, Serialize)]
pub struct CallRecord {
    /// Its id.
    pub id: String,
    /// The carrier and its own id for the call.
    pub carrier: &'static str,
    /// The carrier's own id for the call.
    pub carrier_call_id: String,
    /// The site whose number was called.
    pub site_id: Option<String>,
    /// What people call the site.
    pub site_name: Option<String>,
    /// Always `inbound`.
    pub direction: &'static str,
    /// When the first sign of it came.
    pub start_time: String,
    /// When it last changed.
    pub updated_at: String,
    /// The caller's number; null if withheld.
    pub customer_phone_number: Option<String>,
    /// The same as people of its country write it.
    pub formatted_customer_phone_number: Option<String>,
    /// The name the telephone network has for it.
    pub customer_name: Option<String>,
    /// Who says so: `carrier` or `lookup`; null if nobody does.
    pub customer_name_from: Option<&'static str>,
    /// Where it is registered.
    pub customer_city: Option<String>,
    /// Where it is registered.
    pub customer_state: Option<String>,
    /// Where it is registered.
    pub customer_zip: Option<String>,
    /// Where it is registered.
    pub customer_country: Option<String>,
    /// Who says so: `carrier`, or `number` if the carrier names no place and the number's first digits do.
    pub customer_location_from: Option<&'static str>,
    /// What the caller's own carrier vouches for.
    pub attestation: Option<String>,
    /// The kind of line the caller's number is, if a service that the carrier asked says so.
    pub line_type: Option<&'static str>,
    /// Who called before, and how risky the call is.
    #[serde(flatten)]
    pub caller: CallerRecord,
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
    pub outcome: &'static str,
    /// The source.
    pub source: Option<String>,
    /// The medium.
    pub medium: Option<String>,
    /// The channel that source and medium belong to.
    pub channel: Option<&'static str>,
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
    /// Every known click id by its parameter's name; null when absent.
    #[serde(flatten)]
    pub click_ids: BTreeMap<&'static str, Option<String>>,
    /// The page the visitor arrived on.
    pub landing_page_url: Option<String>,
    /// The page he came from.
    pub referring_url: Option<String>,
    /// The page he was last seen on.
    pub last_requested_url: Option<String>,
    /// The visitor.
    pub visitor_id: Option<String>,
    /// Whom the call belongs to, and on what that rests.
    pub attribution: AttributionRecord,
    /// The touches that models look at.
    pub milestones: Milestones,
}

/// The first and the last touch before the call.
#[derive(Clone, Debug, Serialize)]
pub struct Milestones {
    /// How the visitor first found the site.
    pub first_touch: Option<TouchRecord>,
    /// How he came the last time.
    pub last_touch: Option<TouchRecord>,
}

/// A touch as the log tells it.
#[derive(Clone, Debug, Serialize)]
pub struct TouchRecord {
    /// When.
    pub event_date: String,
    /// From where.
    pub source: String,
    /// By which medium.
    pub medium: String,
    /// In which channel.
    pub channel: &'static str,
    /// With which campaign.
    pub campaign: Option<String>,
    /// With which keyword.
    pub keywords: Option<String>,
    /// On which page.
    pub landing: Option<String>,
    /// From which page.
    pub referrer: Option<String>,
    /// By which rule source and medium were found.
    pub rule: serde_json::Value,
}

impl CallRecord {
    /// Tells a call as it is known now.
    ///
    /// Its source is that of the visitor's last touch that has one: a direct visit after an ad does not take the ad's
    /// credit.
    pub fn of(state: &CallState, now: Millis) -> Self {
        let call = &state.record;
        let hosts = state.line.as_ref().map(|line| line.hosts.as_slice()).unwrap_or_default();
        let touches = state.joined.as_ref().map(|joined| joined.touches(call.started_at, hosts)).unwrap_or_default();
        let touch = touches.iter().rfind(|touch| !touch.is_direct()).or_else(|| touches.last());
        let campaign = touch.map(|touch| touch.campaign.clone()).unwrap_or_default();
        let customer = call.caller_number();
        let place = call.caller_place.expose();
        let outcome = call.outcome();
        let rung = || call.legs.values().find_map(|leg| leg.to);
        let business = state.line.as_ref().and_then(|_| call.spoke_with().or_else(rung));
        let visit = visit_of(state);
        let mut told = Self {
            id: state.id.clone(),
            carrier: state.carrier.id(),
            carrier_call_id: call.id.as_str().to_owned(),
            site_id: state.line.as_ref().map(|line| line.site.to_string()),
            site_name: state.line.as_ref().map(|line| line.site_name.clone()),
            direction: "inbound",
            start_time: iso(call.started_at),
            updated_at: iso(now),
            customer_phone_number: customer.map(|number| number.to_string()),
            formatted_customer_phone_number: customer.map(national),
            customer_name: call.caller_name.as_ref().map(|name| name.expose().as_str().to_owned()),
            customer_name_from: call.caller_name.as_ref().map(|_| "carrier"),
            customer_city: place.city.as_ref().map(|text| text.as_str().to_owned()),
            customer_state: place.state.as_ref().map(|text| text.as_str().to_owned()),
            customer_zip: place.zip.as_ref().map(|text| text.as_str().to_owned()),
            customer_country: place.country.as_ref().map(|text| text.as_str().to_owned()),
            customer_location_from: None,
            attestation: call.attestation.map(attestation_text),
            line_type: call.opinion.line_type.map(LineType::code),
            caller: CallerRecord::of(state),
            tracking_phone_number: call.number.map(|number| number.to_string()),
            formatted_tracking_phone_number: call.number.map(national),
            business_phone_number: business.map(|number| number.to_string()),
            formatted_business_phone_number: business.map(national),
            duration: call.total_seconds(),
            talk_time: call.talk_seconds(),
            ring_time: call.ring_seconds(),
            answered: call.connected(),
            voicemail: call.has_message() && !call.connected(),
            outcome: outcome.code(),
            source: touch.map(|touch| touch.source.clone()),
            medium: touch.map(|touch| touch.medium.clone()),
            channel: touch.map(channel),
            campaign: campaign.campaign.clone(),
            keywords: campaign.term.clone(),
            click_ids: click_ids(touch),
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
                first_touch: touches.first().map(TouchRecord::of),
                last_touch: touches.last().map(TouchRecord::of),
            },
        };
        told.take_place(customer);
        told.take_source_number(state);
        told
    }

    /// Where the carrier names nobody, a look-up may.
    pub fn take_looked_up_name(&mut self, name: Option<String>) {
        if let (None, Some(name)) = (&self.customer_name, name) {
            self.customer_name = Some(name);
            self.customer_name_from = Some("lookup");
        }
    }

    /// Where the carrier names no place, the number's first digits do.
    fn take_place(&mut self, customer: Option<E164>) {
        if [&self.customer_city, &self.customer_state, &self.customer_zip, &self.customer_country]
            .into_iter()
            .any(Option::is_some)
        {
            self.customer_location_from = Some("carrier");
            return;
        }
        let Some(place) = customer.and_then(Place::of).filter(|place| place.kind == LineKind::Ordinary) else { return };
        self.customer_state = place.region.map(|region| region.code.to_owned());
        self.customer_country = place.country.map(str::to_owned);
        self.customer_location_from = Some("number");
    }

    /// A number that stands for a source or a channel names it itself.
    fn take_source_number(&mut self, state: &CallState) {
        if let Some(Joined::Channel { channel }) = &state.joined {
            self.channel = Some(channel.name());
        }
        if let Some(Joined::SourceNumber { source, medium, campaign }) = &state.joined {
            self.source = Some(source.clone());
            self.medium.clone_from(medium);
            self.campaign.clone_from(campaign);
        }
    }
}

impl TouchRecord {
    fn of(touch: &Touch) -> Self {
        Self {
            event_date: iso(touch.at),
            source: touch.source.clone(),
            medium: touch.medium.clone(),
            channel: channel(touch),
            campaign: touch.campaign.campaign.clone(),
            keywords: touch.campaign.term.clone(),
            landing: non_empty(touch.landing.as_str()),
            referrer: non_empty(touch.referrer.as_str()),
            rule: serde_json::to_value(touch.rule).unwrap_or_default(),
        }
    }
}

fn channel(touch: &Touch) -> &'static str {
    Channel::of(touch).0.name()
}

/// Returns the visit, if the call belongs to exactly one.
fn visit_of(state: &CallState) -> Option<&crate::durable_objects::PoolVisit> {
    match state.joined.as_ref()? {
        Joined::Pool { visits, .. } if visits.len() == 1 => visits.first(),
        _ => None,
    }
}

fn click_ids(touch: Option<&Touch>) -> BTreeMap<&'static str, Option<String>> {
    let value = |name| touch.and_then(|touch| touch.campaign.click_id(name)).map(str::to_owned);
    ClickIdKind::ALL.iter().map(|kind| (kind.name(), value(kind.name()))).collect()
}

/// Writes an attestation in one word: `A`, `B`, `C`, `failed` or `none`.
fn attestation_text(attestation: Attestation) -> String {
    let word = match (attestation.passed, attestation.level) {
        (false, _) => "failed",
        (true, Some(AttestationLevel::A)) => "A",
        (true, Some(AttestationLevel::B)) => "B",
        (true, Some(AttestationLevel::C)) => "C",
        (true, None) => "none",
    };
    word.to_owned()
}

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
