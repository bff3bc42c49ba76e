//! One webhook: checked, read, handed to the call's object, answered.
//!
//! The phone rings whatever happens here. If the call's object does not answer in time, the answer is computed from the
//! published configuration; if not even that can be read, from the worker's own settings.

use core::time::Duration;

use call_router::carrier::{self, Carrier, Hook, Hooks, Rendered, Request, Secrets};
use call_router::document::Document;
use call_router::event::{CallEvent, EventKind};
use call_router::fail_open;
use edge_core::keys::ObjectName;
use edge_core::site::DialledNumber;
use worker::console_error;

use super::{OBJECT_UNAVAILABLE, report, webhook_of};
use crate::clock::now;
use crate::durable_objects::client::{another_answer, ask};
use crate::durable_objects::messages::{CallRequest, CallResponse};
use crate::http::problem::Problem;
use crate::http::response;
use crate::http::router::{Asked, Replied};
use crate::settings::Settings;
use crate::store::d1::raw_events::{self, RawEvent};

/// How long the call's object may take before the fail-open answer takes its place: callers notice half a second.
const ANSWER_WITHIN: Duration = Duration::from_millis(300);
/// How long it may take when nobody hears the silence.
const NOTE_WITHIN: Duration = Duration::from_secs(5);

/// The path of a webhook, up to the carrier.
const PATH: &str = "/carrier/";

/// `POST /carrier/{carrier}/{hook}`.
pub async fn answer(mut asked: Asked) -> Replied {
    let hook = Hook::from_id(asked.parameter()).ok_or(Problem::NoSuchRoute)?;
    let carrier = carrier_of(asked.path()).ok_or(Problem::NoSuchRoute)?;
    let body = asked.body().await?;
    let secrets = asked.settings().secrets_of(carrier)?;
    let hooks = hooks(carrier, &asked.settings())?;
    let query = asked.request.url()?.query().unwrap_or_default().to_owned();
    demand_signature(&asked, &hooks, &secrets, &query, &body)?;

    let content_type = asked.header("Content-Type")?;
    let webhook = Webhook { asked: &asked, hooks: &hooks, secrets: &secrets, hook, query: &query, body: &body };
    let rendered = match carrier::read(carrier, hook, &query, &content_type, &body, now()) {
        Ok(event) => webhook.answer(event).await,
        Err(error) => {
            console_error!("{}: {error}", error.code());
            webhook.keep(error.code(), error.field());
            webhook.fail_open(None, None)
        }
    };
    Ok(response::document(&rendered.content_type, rendered.body)?)
}

fn carrier_of(path: &str) -> Option<Carrier> {
    let (carrier, _) = path.strip_prefix(PATH)?.split_once('/')?;
    Carrier::from_id(carrier)
}

fn hooks(carrier: Carrier, settings: &Settings) -> Result<Hooks, Problem> {
    Hooks::new(carrier, &settings.public_url()?).map_err(|error| {
        console_error!("{error}");
        Problem::NotSetUp("PUBLIC_URL")
    })
}

fn demand_signature(asked: &Asked, hooks: &Hooks, secrets: &Secrets, query: &str, body: &[u8]) -> Result<(), Problem> {
    let path_and_query = if query.is_empty() { asked.path().to_owned() } else { format!("{}?{query}", asked.path()) };
    let header = |name: &str| asked.header(name).ok();
    let method = asked.request.method().to_string();
    let request = Request { method: &method, url: &hooks.received(&path_and_query), header: &header, body };
    carrier::verify(hooks.carrier(), &request, secrets, now()).map_err(|error| Problem::WrongSignature(error.code()))
}

/// A webhook that is known to come from the carrier.
struct Webhook<'a> {
    asked: &'a Asked,
    hooks: &'a Hooks,
    secrets: &'a Secrets,
    hook: Hook,
    query: &'a str,
    body: &'a [u8],
}

impl Webhook<'_> {
    async fn answer(&self, event: CallEvent) -> Rendered {
        let body = String::from_utf8_lossy(self.body).into_owned();
        let carrier = self.hooks.carrier();
        let webhook = webhook_of(&self.asked.env, carrier, self.hook, self.query, body, event).await;
        let limit = if webhook.event.kind.wants_document() { ANSWER_WITHIN } else { NOTE_WITHIN };
        let name = ObjectName::call(carrier.id(), webhook.event.call.as_str());
        let (dialled, event) = (webhook.dialled.clone(), webhook.event.clone());
        let answered = ask(&self.asked.env, &name, &CallRequest::Webhook(Box::new(webhook)), limit).await;
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
        let carrier = self.hooks.carrier();
        if event.is_some_and(|event| !event.kind.wants_document()) {
            return carrier::acknowledge(carrier);
        }
        let hooks = match event {
            Some(event) => self.hooks.clone().of_call(&event.call),
            None => self.hooks.clone(),
        };
        let document = match (self.hook, event.map(|event| &event.kind)) {
            (Hook::Voice | Hook::Gather, _) => {
                let destination =
                    dialled.map(|dialled| dialled.destination).or_else(|| self.asked.settings().fallback_destination());
                destination.map_or_else(fail_open::nothing_known, |to| fail_open::incoming(to, &hooks))
            }
            (Hook::Dial, Some(EventKind::DialResult(dial))) => fail_open::after_dial(dial.connected(), &hooks),
            (Hook::Dial, _) => fail_open::nothing_known(),
            (Hook::Record, _) => fail_open::after_record(),
            // To a leg that was answered, an empty document means to connect it.
            (Hook::Whisper | Hook::Accept, _) => Document::default(),
            (Hook::Leg | Hook::Status | Hook::Recording, _) => return carrier::acknowledge(carrier),
        };
        carrier::render(carrier, &document, self.secrets)
    }

    /// Keeps the webhook as it came, behind the answer.
    fn keep(&self, reason: &'static str, field: Option<&'static str>) {
        let event = RawEvent {
            at: now(),
            carrier: self.hooks.carrier().id(),
            hook: self.hook.id(),
            reason,
            field,
            query: self.query.to_owned(),
            body: String::from_utf8_lossy(self.body).into_owned(),
        };
        let env = self.asked.env.clone();
        self.asked.context.wait_until(async move {
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
