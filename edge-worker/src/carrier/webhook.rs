//! One webhook: checked, read, handed to the call's object, answered.
//!
//! The phone rings whatever happens here. If the call's object does not answer in time, the answer is computed from the
//! published configuration; if not even that can be read, from the worker's own settings.

use core::time::Duration;

use call_router::carrier::{self, Hook, Hooks, Rendered};
use call_router::document::{Document, Speaker};
use call_router::event::{CallEvent, EventKind, Unanswered};
use call_router::fail_open;
use dni_core::pii::Pii;
use edge_core::keys::ObjectName;
use edge_core::site::DialledNumber;
use worker::console_error;

use super::{OBJECT_UNAVAILABLE, report, webhook_of};
use crate::clock::now;
use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{CallRequest, CallResponse};
use crate::http::extract::carrier_signature::CarrierSignature;
use crate::http::handler::Outcome;
use crate::http::response;
use crate::store::d1::raw_events::{self, RawEvent};

/// How long the call's object may take before the fail-open answer takes its place: callers notice half a second.
const ANSWER_WITHIN: Duration = Duration::from_millis(300);
/// How long it may take when nobody hears the silence.
const NOTE_WITHIN: Duration = Duration::from_secs(5);

/// `POST /carrier/{carrier}/{hook}`.
pub async fn answer(webhook: CarrierSignature) -> Outcome {
    let carrier = webhook.hooks().carrier();
    let content_type = webhook.request().header("Content-Type")?;
    let query = webhook.request().query();
    let event = carrier::read(carrier, webhook.hook(), query, &content_type, webhook.body(), now());
    let webhook = Webhook(webhook);
    let rendered = match event {
        Ok(event) => webhook.answer(event).await,
        Err(error) => {
            console_error!("{}: {error}", error.code());
            webhook.keep(error.code(), error.field());
            webhook.fail_open(None, None)
        }
    };
    Ok(response::document(&rendered.content_type, rendered.body)?)
}

/// A webhook on its way to its call.
struct Webhook(CarrierSignature);

impl Webhook {
    async fn answer(&self, event: CallEvent) -> Rendered {
        let body = String::from_utf8_lossy(self.0.body()).into_owned();
        let carrier = self.0.hooks().carrier();
        let webhook =
            webhook_of(self.0.request().env(), carrier, self.0.hook(), self.0.request().query(), body, event).await;
        let limit = if webhook.event.kind.wants_document() { ANSWER_WITHIN } else { NOTE_WITHIN };
        let name = ObjectName::call(carrier.id(), webhook.event.call.as_str());
        let (dialled, event) = (webhook.dialled.clone(), webhook.event.clone());
        let answered = ask(self.0.request().env(), &name, &CallRequest::Webhook(Box::new(webhook)), limit).await;
        let document = answered.and_then(|response| match response {
            CallResponse::Document(document) => Ok(document),
            CallResponse::Task(_) => Err(another_answer("a call")),
        });
        match document {
            Ok(document) => document.unwrap_or_else(|| self.fail_open(dialled.as_ref(), Some(&event))),
            Err(problem) => {
                report(&problem);
                self.keep(OBJECT_UNAVAILABLE, None);
                self.fail_open(dialled.as_ref(), Some(&event))
            }
        }
    }

    /// Answers without the call's object.
    fn fail_open(&self, dialled: Option<&DialledNumber>, event: Option<&CallEvent>) -> Rendered {
        let carrier = self.0.hooks().carrier();
        if event.is_some_and(|event| !event.kind.wants_document()) {
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

    /// Keeps the webhook as it came, behind the answer.
    fn keep(&self, reason: &'static str, field: Option<&'static str>) {
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
        self.0.request().wait_until(async move {
            let kept = match env.d1("DB") {
                Ok(db) => raw_events::keep(&db, &event).await,
                Err(error) => Err(error),
            };
            if let Err(error) = kept {
                console_error!("a webhook could not be kept: {error}");
            }
        });
    }
}
