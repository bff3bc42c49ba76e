//! One webhook: checked, read, handed to the call's object, answered.
//!
//! The phone rings whatever happens here. If the call's object does not answer in time, the answer is computed from the
//! published configuration; if not even that can be read, from the worker's own settings. A webhook that nobody waits for and
//! that can be neither taken in nor kept is refused, so that the carrier sends it again.

use core::time::Duration;
use std::borrow::Cow;

use call_router::carrier::{self, Hook, Hooks, Rendered};
use call_router::document::{Document, Speaker};
use call_router::event::{CallEvent, EventKind, Unanswered};
use call_router::fail_open;
use dni_core::pii::Pii;
use edge_core::call::kept_webhook::OBJECT_UNAVAILABLE;
use edge_core::keys::ObjectName;
use edge_core::site::DialledNumber;
use worker::{Delay, Env, console_error};

use super::webhook_of;
use crate::clock::{now, within};
use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{CallRequest, CallResponse};
use crate::http::extract::carrier_signature::CarrierSignature;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::d1::raw_events::{self, RawEvent};

/// How long the call's object may take with the first webhook before the fail-open answer takes its place: the caller hears
/// ringing, and an object's first use takes some hundred milliseconds now and then. Of the carriers the strictest wait 5 s in all
/// (Vonage, `SignalWire`), of which reading the configuration may take some, too.
const BEGIN_WITHIN: Duration = Duration::from_millis(2_500);
/// How long it may take between two turns: callers notice half a second of silence.
const ANSWER_WITHIN: Duration = Duration::from_millis(300);
/// How long it may take when nobody hears the silence.
const NOTE_WITHIN: Duration = Duration::from_secs(4);
/// How long keeping a webhook may take when nobody hears the silence.
const KEEP_WITHIN: Duration = Duration::from_secs(4);
/// The waits before keeping is tried again behind an answer: the platform lets work go on for 30 s there.
const KEEP_AGAIN_AFTER: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(9)];

/// `POST /carrier/{carrier}/{hook}`.
pub async fn answer(webhook: CarrierSignature) -> Outcome {
    let carrier = webhook.hooks().carrier();
    let content_type = webhook.request().header("Content-Type")?;
    let query = webhook.request().query();
    let event = carrier::read(carrier, webhook.hook(), query, &content_type, webhook.body(), now());
    let webhook = Webhook(webhook);
    let rendered = match event {
        Ok(event) => webhook.answer(event).await?,
        Err(error) => {
            console_error!("{}: {error}", error.code());
            webhook.keep(error.code(), error.field(), webhook.0.hook().wants_document()).await?;
            webhook.fail_open(None, None)
        }
    };
    Ok(response::document(&rendered.content_type, rendered.body)?)
}

/// A webhook on its way to its call.
struct Webhook(CarrierSignature);

impl Webhook {
    /// Answers what the call's object says, or without it.
    ///
    /// # Errors
    /// The webhook could neither be taken in nor kept, and nobody hears it if it is sent again.
    async fn answer(&self, event: CallEvent) -> Result<Rendered, Problem> {
        let body = String::from_utf8_lossy(self.0.body()).into_owned();
        let carrier = self.0.hooks().carrier();
        let webhook =
            webhook_of(self.0.request().env(), carrier, self.0.hook(), self.0.request().query(), body, event).await;
        let wants_document = webhook.event.kind.wants_document();
        let limit = match (webhook.begins_call(), wants_document) {
            (true, _) => BEGIN_WITHIN,
            (false, true) => ANSWER_WITHIN,
            (false, false) => NOTE_WITHIN,
        };
        let name = ObjectName::call(carrier.id(), webhook.event.call.as_str());
        let request = CallRequest::Webhook(Cow::Borrowed(&webhook));
        let document = match ask(self.0.request().env(), &name, &request, limit).await {
            Ok(CallResponse::Document(document)) => Ok(document),
            Ok(_) => Err(another_answer("a call")),
            Err(problem) => Err(problem),
        };
        let document = match document {
            Ok(document) => document,
            Err(problem) => {
                console_error!("a call's object did not answer: {}", problem.for_log());
                self.keep(OBJECT_UNAVAILABLE, None, wants_document).await?;
                None
            }
        };
        Ok(document.unwrap_or_else(|| self.fail_open(webhook.dialled.as_ref(), Some(&webhook.event))))
    }

    /// Answers without the call's object.
    fn fail_open(&self, dialled: Option<&DialledNumber>, event: Option<&CallEvent>) -> Rendered {
        let carrier = self.0.hooks().carrier();
        if event.map_or_else(|| carrier.ignores_unknown(self.0.hook()), |event| !event.kind.wants_document()) {
            return carrier::acknowledge(carrier);
        }
        let hooks = match event {
            Some(event) => self.0.hooks().clone().of_call(&event.call),
            None => self.0.hooks().clone(),
        };
        let speaker = dialled.map(|dialled| dialled.flow.usual_speaker()).unwrap_or_default();
        let document = match (self.hook_asked(), event.map(|event| &event.kind)) {
            (_, Some(EventKind::DialResult(dial))) => fail_open::after_dial(dial.connected(), &hooks, &speaker),
            (_, Some(EventKind::AskedAgain { after: Unanswered::Forward, .. })) => {
                fail_open::after_dial(false, &hooks, &speaker)
            }
            (_, Some(EventKind::RecordResult { .. })) | (Hook::Record, None) => fail_open::after_record(&speaker),
            // To a leg that was answered, an empty document means to connect it.
            (_, Some(EventKind::LegAnswered { .. } | EventKind::LegAsked { .. } | EventKind::LegTaken { .. }))
            | (Hook::Whisper | Hook::Accept, None) => Document::default(),
            (Hook::Dial, None) => fail_open::nothing_known(&speaker),
            (Hook::Leg | Hook::Status | Hook::Recording, None) => return carrier::acknowledge(carrier),
            (Hook::Voice | Hook::Gather, None) | (_, Some(_)) => self.ring(dialled, event, &hooks, &speaker),
        };
        carrier::render(carrier, &document, self.0.secrets())
    }

    /// Returns the hook that the webhook is about, also where it came to the fallback address.
    fn hook_asked(&self) -> Hook {
        let content_type = self.0.request().header("Content-Type").unwrap_or_default();
        let query = self.0.request().query();
        carrier::hook_asked(self.0.hooks().carrier(), self.0.hook(), query, &content_type, self.0.body())
    }

    /// Rings the business: the number's own line, or what the worker is told for the worst case.
    fn ring(
        &self,
        dialled: Option<&DialledNumber>,
        event: Option<&CallEvent>,
        hooks: &Hooks,
        speaker: &Speaker,
    ) -> Document {
        let destination = dialled.map(|dialled| dialled.destination.clone());
        let Some(to) = destination.or_else(|| self.0.request().settings().fallback_destination()) else {
            return fail_open::nothing_known(speaker);
        };
        let caller = event.and_then(|event| event.caller.as_ref()).map(Pii::expose);
        let number = event.and_then(|event| event.number);
        fail_open::incoming(&to, fail_open::caller_id(hooks.carrier(), caller, number), hooks)
    }

    /// Keeps the webhook as it came. Where somebody hears the silence that is done behind the answer, else before it.
    ///
    /// # Errors
    /// It cannot be kept: the carrier must send it again.
    async fn keep(&self, reason: &'static str, field: Option<&'static str>, is_heard: bool) -> Result<(), Problem> {
        let event = RawEvent {
            at: now(),
            carrier: self.0.hooks().carrier().id(),
            hook: self.0.hook().id(),
            reason,
            field,
            query: self.0.request().query().to_owned(),
            body: String::from_utf8_lossy(self.0.body()).into_owned(),
        };
        let env = self.0.request().env().clone();
        if !is_heard {
            return within(KEEP_WITHIN, keep_once(&env, &event)).await;
        }
        self.0.request().wait_until(async move {
            for wait in KEEP_AGAIN_AFTER.into_iter().map(Some).chain([None]) {
                let Err(problem) = keep_once(&env, &event).await else { return };
                console_error!("a webhook could not be kept: {}", problem.for_log());
                if let Some(wait) = wait {
                    Delay::from(wait).await;
                }
            }
        });
        Ok(())
    }
}

async fn keep_once(env: &Env, event: &RawEvent) -> Result<(), Problem> {
    Ok(raw_events::keep(&env.d1("DB")?, event).await?)
}
