//! The telephone companies. One module each; nothing outside knows their words.
//!
//! Whoever takes a webhook in needs three functions and the carrier's name: [`verify`], [`read`] and [`render`].

mod bandwidth;
mod callback_query;
mod error;
mod fields;
mod form;
mod hook;
mod jambonz;
mod json;
mod plivo;
mod request;
pub mod rest;
mod signalwire;
mod telnyx;
pub mod twilio;
mod twiml;
mod vonage;
mod xml;

use dni_core::time::Millis;
use serde::{Deserialize, Serialize};

pub use error::{ReadError, VerifyError};
pub use hook::{BadBase, Hook, Hooks};
pub use request::{Request, Secrets};

use crate::{document::Document, event::CallEvent};

/// Largest query or body that is read, in bytes. No carrier's webhook comes near: Twilio's stay under 4 KB, with add-ons
/// under 20 KB.
pub const MAX_WEBHOOK_BYTES: usize = 64 * 1024;
/// Largest document that is sent, in bytes: the least that any carrier takes (`SignalWire` and Bandwidth).
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1024;

/// A telephone company whose webhooks are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Carrier {
    /// Twilio Programmable Voice.
    Twilio,
    /// `SignalWire`'s compatibility API: cXML.
    SignalWire,
    /// Telnyx's `TeXML` applications.
    Telnyx,
    /// Plivo's Voice API: Plivo XML.
    Plivo,
    /// Vonage's Voice API: NCCO.
    Vonage,
    /// Bandwidth's Programmable Voice: BXML.
    Bandwidth,
    /// jambonz, the open telephone server.
    Jambonz,
}

impl Carrier {
    /// All of them.
    pub const ALL: &[Self] =
        &[Self::Twilio, Self::SignalWire, Self::Telnyx, Self::Plivo, Self::Vonage, Self::Bandwidth, Self::Jambonz];

    /// Returns the carrier's word in URLs and records.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::SignalWire => "signalwire",
            Self::Telnyx => "telnyx",
            Self::Plivo => "plivo",
            Self::Vonage => "vonage",
            Self::Bandwidth => "bandwidth",
            Self::Jambonz => "jambonz",
        }
    }

    /// Finds the carrier by its word; `None` if there is no such carrier.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|carrier| carrier.id() == id)
    }

    /// Says whether the business can be shown the caller's own number.
    pub const fn shows_callers_number(self) -> bool {
        // Vonage shows only numbers of the account.
        !matches!(self, Self::Vonage)
    }

    /// Says whether whoever answers can be asked to press a key, and be let go if none is pressed.
    pub const fn lets_business_decline(self) -> bool {
        // An NCCO has no word for letting a leg go.
        !matches!(self, Self::Vonage)
    }

    /// Says whether whoever answers is connected by a document of its own, asked for when they have heard what the call is
    /// about: only so is a leg that was connected told from one that ended while it still listened.
    pub const fn asks_before_connecting(self) -> bool {
        // Its word for how a forward ended is `hangup` in both cases, and it follows a `<Redirect>` on the leg before it
        // bridges (dev.bandwidth.com/docs/voice/webhooks/transferAnswer). Twilio, Plivo and jambonz tell who was bridged. Of
        // SignalWire and Telnyx nothing is written about a `<Redirect>` there, and a call that is not connected is worse than
        // one that is called answered.
        matches!(self, Self::Bandwidth)
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
    match carrier {
        Carrier::Twilio => twilio::verify(request, secrets),
        Carrier::SignalWire => signalwire::verify(request, secrets),
        Carrier::Telnyx => telnyx::verify(request, secrets, now),
        Carrier::Plivo => plivo::verify(request, secrets),
        Carrier::Vonage => vonage::verify(request, secrets, now),
        Carrier::Bandwidth => bandwidth::verify(request, secrets),
        Carrier::Jambonz => jambonz::verify(request, secrets, now),
    }
}

/// Reads a webhook: which hook it came to, the URL's query, the `Content-Type`, the raw body and when it was received.
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
    match carrier {
        Carrier::Twilio => twiml::read(hook, query, body, now),
        Carrier::SignalWire | Carrier::Telnyx => twiml::read_either(hook, query, content_type, body, now),
        Carrier::Plivo => plivo::read(hook, query, body, now),
        Carrier::Vonage => vonage::read(hook, query, body, now),
        Carrier::Bandwidth => bandwidth::read(hook, query, body, now),
        Carrier::Jambonz => jambonz::read(hook, query, body, now),
    }
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
    let (content_type, body) = match carrier {
        Carrier::Twilio => (XML, twiml::render(twiml::Dialect::Twilio, document)),
        Carrier::SignalWire => (XML, twiml::render(twiml::Dialect::SignalWire, document)),
        Carrier::Telnyx => (XML, twiml::render(twiml::Dialect::Telnyx, document)),
        Carrier::Plivo => (XML, plivo::render(document)),
        Carrier::Vonage => (JSON, vonage::render(document)),
        Carrier::Bandwidth => (XML, bandwidth::render(document, secrets)),
        Carrier::Jambonz => (JSON, jambonz::render(document)),
    };
    Rendered { content_type: content_type.to_owned(), body }
}

/// Says only that a webhook was received, where nobody waits for a document.
///
/// It must change nothing about the call: to Vonage an empty NCCO would be its end, so there the answer says nothing.
pub fn acknowledge(carrier: Carrier) -> Rendered {
    match carrier {
        Carrier::Vonage | Carrier::Jambonz => Rendered { content_type: JSON.to_owned(), body: String::new() },
        _ => render(carrier, &Document::default(), &Secrets::default()),
    }
}

/// The `Content-Type` of XML documents: Twilio refuses others (its error 12300).
const XML: &str = "text/xml; charset=utf-8";
/// The `Content-Type` of JSON documents.
const JSON: &str = "application/json";
