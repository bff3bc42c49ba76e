//! The telephone companies. One folder each, which holds all of it; nothing outside knows their words.
//!
//! Whoever takes a webhook in needs three functions and the carrier's name: [`verify`], [`read`] and [`render`]. To add a
//! carrier: a folder with a `PROFILE`, named here and in the table of [`Carrier`].

mod bandwidth;
mod callback_query;
mod error;
mod fallback;
mod fields;
mod form;
mod hook;
mod hook_urls;
mod jambonz;
mod json;
mod plivo;
mod profile;
mod request;
pub mod rest;
mod rest_request;
mod setting_names;
mod signalwire;
mod telnyx;
pub mod twilio;
mod twiml;
mod vonage;
mod xml;

use dni_core::time::Millis;
use serde::{Deserialize, Serialize};

pub use error::{ReadError, VerifyError};
pub use hook::Hook;
pub use hook_urls::{BadBase, Hooks};
pub(crate) use profile::Lookup;
pub use request::{Request, Secrets};

use fallback::FirstAsked;
use profile::{Profile, Quirk, Webhook};
use rest_request::Account;

use crate::{document::Document, event::CallEvent};

/// Largest query or body that is read, in bytes. No carrier's webhook comes near: Twilio's stay under 4 KB, with add-ons
/// under 20 KB.
pub const MAX_WEBHOOK_BYTES: usize = 64 * 1024;
/// Largest document that is sent, in bytes: the least that any carrier takes (`SignalWire` and Bandwidth).
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1024;

/// Declares the carriers: each is a name, and the folder that holds all of it.
macro_rules! carriers {
    ($($(#[$doc:meta])* $carrier:ident = $folder:ident;)*) => {
        /// A telephone company whose webhooks are understood.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum Carrier { $($(#[$doc])* $carrier,)* }

        impl Carrier {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$carrier,)*];

            const fn profile(self) -> &'static Profile {
                match self { $(Self::$carrier => &$folder::PROFILE,)* }
            }
        }
    };
}

carriers! {
    /// Twilio Programmable Voice.
    Twilio = twilio;
    /// `SignalWire`'s compatibility API: cXML.
    SignalWire = signalwire;
    /// Telnyx's `TeXML` applications.
    Telnyx = telnyx;
    /// Plivo's Voice API: Plivo XML.
    Plivo = plivo;
    /// Vonage's Voice API: NCCO.
    Vonage = vonage;
    /// Bandwidth's Programmable Voice: BXML.
    Bandwidth = bandwidth;
    /// jambonz, the open telephone server.
    Jambonz = jambonz;
}

impl Carrier {
    /// Returns the carrier's word in URLs and records.
    pub const fn id(self) -> &'static str {
        self.profile().id
    }

    /// Finds the carrier by its word; `None` if there is no such carrier.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|carrier| carrier.id() == id)
    }

    /// Says whether the business can be shown the caller's own number.
    pub const fn shows_callers_number(self) -> bool {
        self.profile().forwarding.shows_callers_number
    }

    /// Says whether whoever answers can be asked to press a key, and be let go if none is pressed.
    pub const fn lets_business_decline(self) -> bool {
        self.profile().forwarding.lets_business_decline
    }

    /// Says whether several numbers can be rung at once.
    pub fn rings_several(self) -> bool {
        !self.has(Quirk::RingsOneAtATime)
    }

    /// Says whether what follows an answered forward is carried out.
    pub fn goes_on_after_answer(self) -> bool {
        !self.has(Quirk::EndsWithTheBusiness)
    }

    /// Says whether it takes messages and records conversations.
    pub fn records(self) -> bool {
        !self.has(Quirk::RecordsNothing)
    }

    /// Says whether it can refuse a call without answering it.
    pub fn refuses(self) -> bool {
        !self.has(Quirk::AnswersWhatIsRefused)
    }

    fn has(self, quirk: Quirk) -> bool {
        self.profile().quirks.contains(&quirk)
    }

    /// Returns its name as people write it.
    pub const fn name(self) -> &'static str {
        self.profile().name
    }

    /// Says whether whoever answers is connected by a document of its own, asked for when they have heard what the call is
    /// about: only so is a leg that was connected told from one that ended while it still listened.
    pub const fn asks_before_connecting(self) -> bool {
        self.profile().forwarding.asks_before_connecting
    }

    /// Says whether keys can be dialled once a number has answered: an extension.
    pub const fn dials_extensions(self) -> bool {
        self.profile().forwarding.dials_extensions
    }

    /// Returns what stands behind the URLs at which nobody waits, so that it sends again what could not be taken in.
    const fn asks_for_repeats(self) -> &'static str {
        self.profile().asks_for_repeats
    }

    /// Says whether some of its webhooks come by GET.
    pub const fn asks_by_get(self) -> bool {
        self.profile().asks_by_get
    }

    /// Says whether a webhook that is not understood gets an answer that says nothing: nobody waits for one there, or it may be
    /// one of many, and whatever were answered would take the place of what the call is doing.
    pub fn ignores_unknown(self, hook: Hook) -> bool {
        !hook.wants_document() || (hook == Hook::Dial && self.has(Quirk::TellsStatusesToDial))
    }

    /// Says whether its recordings can be copied and deleted.
    pub const fn gives_recordings(self) -> bool {
        self.profile().recordings.is_some()
    }

    /// Reads what its requests are checked with. `setting` returns a secret or variable of the worker by its name; `None` if
    /// it is not set, or empty.
    ///
    /// # Errors
    /// The name of a secret that is missing.
    pub fn secrets(self, setting: &dyn Fn(&str) -> Option<String>) -> Result<Secrets, &'static str> {
        self.profile().secrets.read(setting)
    }

    /// Reads what it is asked with after a call, as far as that is set up. `setting` is as for [`Self::secrets`].
    pub fn account(self, setting: &dyn Fn(&str) -> Option<String>) -> Account {
        let profile = self.profile();
        profile.account.read(profile.secrets, setting)
    }

    pub(crate) const fn lookup(self) -> Option<&'static Lookup> {
        self.profile().lookup.as_ref()
    }

    /// Says whether its webhooks name the caller's own call and what made a recording; if not, our URLs do.
    const fn names_call_and_source(self) -> bool {
        self.profile().names_call_and_source
    }
}

/// Checks that a webhook comes from the carrier, over the raw bytes and the configured public URL.
///
/// Whatever it says may be used only then. `now` is there for the schemes that sign a time: what was signed more than
/// 300 seconds ago is not taken.
///
/// # Errors
/// [`VerifyError`] says what is missing or wrong; nothing of the request may then be used.
///
/// ```
/// use call_router::carrier::{self, Carrier, Request, Secrets, VerifyError};
/// use dni_core::time::Millis;
///
/// let request = Request {
///     method: "POST",
///     url: "https://calls.example.com/carrier/twilio/voice",
///     header: &|_| None,
///     body: b"CallSid=CA1",
/// };
/// let secrets = Secrets::new("token".to_owned(), None);
/// let verdict = carrier::verify(Carrier::Twilio, &request, &secrets, Millis::from_unix_ms(0));
/// assert_eq!(verdict, Err(VerifyError::NoSignature));
/// ```
pub fn verify(carrier: Carrier, request: &Request, secrets: &Secrets, now: Millis) -> Result<(), VerifyError> {
    (carrier.profile().verify)(request, secrets, now)
}

/// Reads a webhook: which hook it came to, the URL's query, the `Content-Type`, the raw body and when it was received.
///
/// One that came to the fallback address and names the URL that failed is read as what was asked there.
///
/// Unknown fields are ignored, as carriers add some without notice. A field that is there but makes no sense counts as
/// absent, unless the event would mean nothing without it.
///
/// # Errors
/// [`ReadError`] if the event cannot be told. The caller's phone call must still be answered: see [`crate::fail_open`].
pub fn read(
    carrier: Carrier,
    hook: Hook,
    query: &str,
    content_type: &str,
    body: &[u8],
    now: Millis,
) -> Result<CallEvent, ReadError> {
    if query.len() > MAX_WEBHOOK_BYTES || body.len() > MAX_WEBHOOK_BYTES {
        return Err(ReadError::TooLarge);
    }
    let webhook = Webhook { hook, query, content_type, body, at: now, is_fallback: false };
    let event = match FirstAsked::of(carrier, &webhook) {
        Some(first) => (carrier.profile().read)(&first.webhook(&webhook)),
        None => (carrier.profile().read)(&webhook),
    };
    event.map(CallEvent::without_traces_of_withheld)
}

/// Returns the hook that a webhook is about: where the carrier asks its fallback address, the one it asked first.
pub fn hook_asked(carrier: Carrier, hook: Hook, query: &str, content_type: &str, body: &[u8]) -> Hook {
    if query.len() > MAX_WEBHOOK_BYTES || body.len() > MAX_WEBHOOK_BYTES {
        return hook;
    }
    let webhook = Webhook { hook, query, content_type, body, at: Millis::default(), is_fallback: false };
    FirstAsked::of(carrier, &webhook).map_or(hook, |first| first.hook)
}

/// A document in a carrier's own language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// What the answer's `Content-Type` says.
    pub content_type: String,
    /// The answer's body.
    pub body: String,
}

/// Writes a document in the carrier's language.
///
/// Text stays text whatever is in it. The limits of [`crate::document`] keep the result under [`MAX_DOCUMENT_BYTES`].
/// The secrets are there for Bandwidth, which has to be told with each URL what to call it with; the others ignore them.
///
/// ```
/// use call_router::{carrier::{self, Carrier, Secrets}, document::{Document, Verb}};
///
/// let document = Document::from([Verb::say("Tom & Jerry")]);
/// let rendered = carrier::render(Carrier::Telnyx, &document, &Secrets::default());
/// assert!(rendered.body.contains("<Say>Tom &amp; Jerry</Say>"));
/// ```
pub fn render(carrier: Carrier, document: &Document, secrets: &Secrets) -> Rendered {
    let Profile { render, content_type, .. } = carrier.profile();
    Rendered { content_type: (*content_type).to_owned(), body: render(document, secrets) }
}

/// Says only that a webhook was received, where nobody waits for a document.
///
/// It must change nothing about the call.
pub fn acknowledge(carrier: Carrier) -> Rendered {
    let profile = carrier.profile();
    if profile.takes_empty_documents {
        render(carrier, &Document::default(), &Secrets::default())
    } else {
        Rendered { content_type: profile.content_type.to_owned(), body: String::new() }
    }
}
