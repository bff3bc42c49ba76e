//! Twilio Programmable Voice: form webhooks, HMAC-SHA1 signatures, TwiML documents.

mod files;
mod lookup;
mod webhook;

use dni_core::time::Millis;

pub(super) use webhook::{as_configured, fields_or_body_hash, is_signature};

use super::{
    Hook, ReadError,
    profile::{Forwarding, Profile, Webhook},
    setting_names::{AccountNames, SecretNames},
    twiml::{self, Dialect},
    xml,
};
use crate::{document::Document, event::CallEvent};

/// The secret that signs webhooks, and that the interface is asked with.
const AUTH_TOKEN: &str = "TWILIO_AUTH_TOKEN";
/// The account's id.
const ACCOUNT_SID: &str = "TWILIO_ACCOUNT_SID";
/// Its connection overrides: five more tries, the most there are, after an answer that says we cannot, no connection and no answer.
/// They are neither sent nor signed. Without them it tries once more, and only where it could not connect.
/// <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>
const REPEATS: &str = "#rc=5&rp=5xx,ct,rt";

pub(super) const PROFILE: Profile = Profile {
    id: "twilio",
    name: "Twilio",
    verify: |request, secrets, _| webhook::verify(request, secrets),
    failed_url: twiml::failed_url,
    read: |webhook| twiml::read(*webhook),
    render: |document, _| render(document),
    content_type: xml::CONTENT_TYPE,
    takes_empty_documents: true,
    names_call_and_source: true,
    asks_for_repeats: REPEATS,
    asks_by_get: false,
    forwarding: Forwarding::USUAL,
    quirks: &[],
    secrets: SecretNames::OneOrTwo(AUTH_TOKEN),
    account: AccountNames {
        api_url: Some("TWILIO_API_URL"),
        id: Some(ACCOUNT_SID),
        secret: Some(AUTH_TOKEN),
        ..AccountNames::NONE
    },
    recordings: Some(files::RECORDINGS),
    call_status: Some(files::call_status),
    lookup: Some(lookup::LOOKUP),
};

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
    twiml::read(Webhook { hook, query, content_type: "", body, at, is_fallback: false })
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
    twiml::render(&Dialect::TWILIO, document)
}
