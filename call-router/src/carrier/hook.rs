//! The URLs a carrier calls, and how they are made.

use core::fmt;

use url::Url;

use super::Carrier;
use crate::flow::Turn;

/// What a webhook is about, told by the URL it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hook {
    /// Someone dials a tracking number.
    Voice,
    /// A forward step ended.
    Dial,
    /// A voicemail step ended.
    Record,
    /// A menu or challenge step heard a key, or none.
    Gather,
    /// A dialled leg was answered, and its carrier asks what the business hears first.
    Whisper,
    /// The business pressed a key to take the call, or none.
    Accept,
    /// A dialled leg reached a status.
    Leg,
    /// The caller's own call reached a status.
    Status,
    /// A recording reached a status.
    Recording,
}

impl Hook {
    const ALL: [Self; 9] = [
        Self::Voice,
        Self::Dial,
        Self::Record,
        Self::Gather,
        Self::Whisper,
        Self::Accept,
        Self::Leg,
        Self::Status,
        Self::Recording,
    ];

    /// Returns the last part of the URL's path.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Dial => "dial",
            Self::Record => "record",
            Self::Gather => "gather",
            Self::Whisper => "whisper",
            Self::Accept => "accept",
            Self::Leg => "leg",
            Self::Status => "status",
            Self::Recording => "recording",
        }
    }

    /// Says whether somebody on the line waits for the document that answers it.
    pub const fn wants_document(self) -> bool {
        matches!(self, Self::Voice | Self::Dial | Self::Record | Self::Gather | Self::Whisper | Self::Accept)
    }

    /// Finds the hook by the last part of the URL's path; `None` if there is no such hook.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hook| hook.id() == id)
    }
}

/// Makes the absolute URLs that a document gives to a carrier.
///
/// They start with the configured public address, never with what a request says about itself: the carrier signs them,
/// and the signature is checked over the same address.
///
/// ```
/// use call_router::carrier::{Carrier, Hook, Hooks};
///
/// let hooks = Hooks::new(Carrier::Twilio, "https://calls.example.com").unwrap();
/// assert_eq!(hooks.url(Hook::Leg), "https://calls.example.com/carrier/twilio/leg");
/// assert_eq!(hooks.received("/carrier/twilio/leg?a=1"), "https://calls.example.com/carrier/twilio/leg?a=1");
/// assert!(Hooks::new(Carrier::Twilio, "calls.example.com").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hooks {
    carrier: Carrier,
    /// Scheme, host and port, with no slash at the end.
    origin: String,
}

impl Hooks {
    /// Takes the public address that the carrier knows: scheme, host and, if it is not the usual one, port.
    ///
    /// # Errors
    /// [`BadBase`] if it is anything else: a path, query, user name or another scheme than http and https.
    pub fn new(carrier: Carrier, public_url: &str) -> Result<Self, BadBase> {
        let url = Url::parse(public_url).map_err(|_| BadBase)?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !plain {
            return Err(BadBase);
        }
        Ok(Self { carrier, origin: url.origin().ascii_serialization() })
    }

    /// Returns the URL of a hook.
    pub fn url(&self, hook: Hook) -> String {
        format!("{}/carrier/{}/{}", self.origin, self.carrier.id(), hook.id())
    }

    /// Returns the URL of a hook that answers one step of a flow.
    ///
    /// The turn makes the answer to it a matter of the URL alone: a webhook that is sent again is answered the same,
    /// however far the call has come since.
    pub fn url_of_turn(&self, hook: Hook, turn: &Turn) -> String {
        let Turn { number, attempt, flow, step } = turn;
        let attempt = if *attempt > 0 { format!("&try={attempt}") } else { String::new() };
        let flow = flow.as_ref().map(|flow| format!("&flow={flow}")).unwrap_or_default();
        format!("{}?step={step}&turn={number}{attempt}{flow}", self.url(hook))
    }

    /// Returns the URL of a hook that answers a fail-open document.
    pub fn url_of_fail_open(&self, hook: Hook) -> String {
        format!("{}?fail_open=1", self.url(hook))
    }

    /// Returns the URL the carrier must have called, given path and query as they were received.
    pub fn received(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.origin)
    }
}

/// A public address that no carrier could be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadBase;

impl BadBase {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        "bad_public_url"
    }
}

impl fmt::Display for BadBase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(
            "The public URL must be scheme and host alone, like https://calls.example.com; write it without a path, \
             query or user name.",
        )
    }
}

impl core::error::Error for BadBase {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let hooks = Hooks::new(Carrier::Twilio, "http://127.0.0.1:8700/").unwrap();
        let turn = Turn::new(2, "office".parse().unwrap());
        let base = "http://127.0.0.1:8700/carrier/twilio";
        assert_eq!(hooks.url(Hook::Voice), format!("{base}/voice"));
        assert_eq!(hooks.url_of_turn(Hook::Dial, &turn), format!("{base}/dial?step=office&turn=2"));
        let later = Turn { attempt: 1, flow: "night".parse().ok(), ..turn };
        assert_eq!(
            hooks.url_of_turn(Hook::Gather, &later),
            format!("{base}/gather?step=office&turn=2&try=1&flow=night")
        );
        assert_eq!(hooks.url_of_fail_open(Hook::Record), format!("{base}/record?fail_open=1"));
    }

    #[test]
    fn bases() {
        let cases = [
            ("https://calls.example.com", true),
            ("https://calls.example.com/", true),
            ("http://localhost:8700", true),
            ("", false),
            ("calls.example.com", false),
            ("ftp://calls.example.com", false),
            ("https://calls.example.com/base", false),
            ("https://calls.example.com?a=b", false),
            ("https://calls.example.com#top", false),
            ("https://user@calls.example.com", false),
            ("https://user:word@calls.example.com", false),
        ];
        for (base, good) in cases {
            assert_eq!(Hooks::new(Carrier::Twilio, base).is_ok(), good, "{base}");
        }
    }

    #[test]
    fn ids_name_each_hook_once() {
        for hook in Hook::ALL {
            assert_eq!(Hook::from_id(hook.id()), Some(hook));
        }
        assert_eq!(Hook::from_id("sms"), None);
        assert_eq!(Carrier::from_id("twilio"), Some(Carrier::Twilio));
        assert_eq!(Carrier::from_id("pigeon"), None);
    }
}
