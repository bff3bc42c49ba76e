//! Twilio Programmable Voice: form webhooks, HMAC-SHA1 signatures, TwiML documents.

mod verify;

use dni_core::time::Millis;

pub(super) use verify::{fields_or_body_hash, is_signature, verify};

use super::{
    Hook, ReadError,
    twiml::{self, Dialect},
};
use crate::{document::Document, event::CallEvent};

/// Reads one webhook: which hook it came to, the URL's query, the raw body and when it was received.
///
/// # Errors
/// [`ReadError`] if the event cannot be told. The caller's phone call must still be answered: see [`crate::fail_open`].
///
/// ```
/// use call_router::{carrier::{Hook, twilio}, event::EventKind};
/// use dni_core::time::Millis;
///
/// let body = b"CallSid=CA1&From=%2B13125550123&To=%2B13125550142&CallStatus=ringing";
/// let event = twilio::read(Hook::Voice, "", body, Millis::from_unix_ms(0)).unwrap();
/// assert_eq!(event.call.as_str(), "CA1");
/// assert!(matches!(event.kind, EventKind::Incoming(_)));
/// ```
pub fn read(hook: Hook, query: &str, body: &[u8], at: Millis) -> Result<CallEvent, ReadError> {
    twiml::read(hook, query, body, at)
}

/// Writes a document as TwiML.
///
/// ```
/// use call_router::{carrier::twilio, document::{Document, Verb}};
///
/// let document = Document::from([Verb::say("Tom & Jerry"), Verb::Hangup]);
/// assert_eq!(
///     twilio::render(&document),
///     r#"<?xml version="1.0" encoding="UTF-8"?><Response><Say>Tom &amp; Jerry</Say><Hangup/></Response>"#,
/// );
/// ```
pub fn render(document: &Document) -> String {
    twiml::render(Dialect::Twilio, document)
}
