//! The URLs a carrier calls, and how they are made.

use core::fmt;

use url::Url;

use super::{Carrier, Hook};
use crate::{
    event::{CarrierCallId, RecordingSource},
    flow::Turn,
};

/// The size that most URLs keep below, in bytes.
const USUAL_BYTES: usize = 160;

/// Makes the absolute URLs that a document gives to a carrier.
///
/// They start with the configured public address, never with what a request says about itself: the carrier signs them,
/// and the signature is checked over the same address.
///
/// ```
/// use call_router::carrier::{Carrier, Hook, Hooks};
///
/// let hooks = Hooks::new(Carrier::Twilio, "https://calls.example.com").unwrap();
/// assert_eq!(hooks.url(Hook::Voice), "https://calls.example.com/carrier/twilio/voice");
/// assert_eq!(hooks.received("/carrier/twilio/leg?a=1"), "https://calls.example.com/carrier/twilio/leg?a=1");
/// assert!(Hooks::new(Carrier::Twilio, "calls.example.com").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hooks {
    carrier: Carrier,
    /// Scheme, host and port, with no slash at the end.
    origin: String,
    /// The caller's own call, for carriers whose legs and recordings do not name it.
    call: Option<CarrierCallId>,
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
        Ok(Self { carrier, origin: url.origin().ascii_serialization(), call: None })
    }

    /// Makes the URLs of one call. Carriers whose webhooks do not always name it are told it in each URL.
    #[must_use]
    pub fn of_call(mut self, call: &CarrierCallId) -> Self {
        self.call = (!self.carrier.names_call_and_source()).then(|| call.clone());
        self
    }

    /// Returns the carrier whose URLs they are.
    pub const fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// Returns the URL of a hook.
    pub fn url(&self, hook: Hook) -> String {
        self.url_with(hook, "")
    }

    /// Returns the URL that is told of a recording. Carriers that do not say what made it are told it in the URL.
    pub fn url_of_recording(&self, source: RecordingSource) -> String {
        let of = match source {
            RecordingSource::Forward => "of=forward",
            RecordingSource::Voicemail => "of=voicemail",
            RecordingSource::Other => "",
        };
        self.url_with(Hook::Recording, if self.carrier.names_call_and_source() { "" } else { of })
    }

    /// Returns the URL of a hook that answers one step of a flow.
    ///
    /// The turn makes the answer to it a matter of the URL alone: a webhook that is sent again is answered the same,
    /// however far the call has come since.
    pub fn url_of_turn(&self, hook: Hook, turn: &Turn) -> String {
        self.url_with(hook, &query_of(turn))
    }

    /// Returns the URL of what whoever answers hears. Whether they are asked for a key, or their having heard all is told, stands
    /// in it: such a leg is not connected before, and who hangs up first tells of nothing.
    pub fn url_of_whisper(&self, turn: &Turn, asks: bool) -> String {
        let asks = if asks { "&asks=1" } else { "" };
        self.url_with(Hook::Whisper, &format!("{}{asks}", query_of(turn)))
    }

    /// Returns the URL that connects whoever answered, when they have heard all and nothing is asked of them.
    pub fn url_of_taking(&self, turn: &Turn) -> String {
        self.url_with(Hook::Accept, &format!("{}&taken=1", query_of(turn)))
    }

    /// Returns the URL of a hook that answers a fail-open document.
    pub fn url_of_fail_open(&self, hook: Hook) -> String {
        self.url_with(hook, "fail_open=1")
    }

    fn url_with(&self, hook: Hook, query: &str) -> String {
        let mut url = String::with_capacity(USUAL_BYTES);
        url.extend([self.origin.as_str(), "/carrier/", self.carrier.id(), "/", hook.id()]);
        if !query.is_empty() {
            url.extend(["?", query]);
        }
        if let Some(call) = &self.call {
            url.push_str(if query.is_empty() { "?call=" } else { "&call=" });
            url.extend(form_urlencoded::byte_serialize(call.as_str().as_bytes()));
        }
        if !hook.wants_document() {
            url.push_str(self.carrier.asks_for_repeats());
        }
        url
    }

    /// Returns the URL the carrier must have called, given path and query as they were received.
    pub fn received(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.origin)
    }
}

fn query_of(Turn { number, attempt, flow, step }: &Turn) -> String {
    let mut query = format!("step={step}&turn={number}");
    if *attempt > 0 {
        query.extend(["&try=", &attempt.to_string()]);
    }
    if let Some(flow) = flow {
        query.extend(["&flow=", flow.as_str()]);
    }
    query
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
        assert_eq!(hooks.url_of_whisper(&turn, false), format!("{base}/whisper?step=office&turn=2"));
        assert_eq!(hooks.url_of_whisper(&turn, true), format!("{base}/whisper?step=office&turn=2&asks=1"));
        assert_eq!(hooks.url_of_taking(&turn), format!("{base}/accept?step=office&turn=2&taken=1"));
        let later = Turn { attempt: 1, flow: "night".parse().ok(), ..turn };
        assert_eq!(
            hooks.url_of_turn(Hook::Gather, &later),
            format!("{base}/gather?step=office&turn=2&try=1&flow=night")
        );
        assert_eq!(hooks.url_of_fail_open(Hook::Record), format!("{base}/record?fail_open=1"));
    }

    #[test]
    fn urls_that_name_the_call() {
        let call = CarrierCallId::parse("v3:a&b").unwrap();
        let turn = Turn::new(2, "office".parse().unwrap());
        let base = "https://h/carrier/telnyx";
        let hooks = Hooks::new(Carrier::Telnyx, "https://h").unwrap().of_call(&call);
        assert_eq!(hooks.url(Hook::Leg), format!("{base}/leg?call=v3%3Aa%26b"));
        assert_eq!(hooks.url_of_turn(Hook::Dial, &turn), format!("{base}/dial?step=office&turn=2&call=v3%3Aa%26b"));
        assert_eq!(hooks.url_of_fail_open(Hook::Dial), format!("{base}/dial?fail_open=1&call=v3%3Aa%26b"));
        let recording = hooks.url_of_recording(RecordingSource::Voicemail);
        assert_eq!(recording, format!("{base}/recording?of=voicemail&call=v3%3Aa%26b"));
        let twilio = Hooks::new(Carrier::Twilio, "https://h").unwrap().of_call(&call);
        let recording = twilio.url_of_recording(RecordingSource::Forward);
        assert_eq!(recording, "https://h/carrier/twilio/recording#rc=5&rp=5xx,ct,rt");
    }

    #[test]
    fn what_nobody_waits_for_is_asked_for_again() {
        let words = |carrier, hook| {
            Hooks::new(carrier, "https://h").unwrap().url(hook).split_once('#').map(|(_, words)| words.to_owned())
        };
        for hook in [Hook::Voice, Hook::Dial, Hook::Whisper, Hook::Leg, Hook::Status, Hook::Recording] {
            let asked = (!hook.wants_document()).then(|| "rc=5&rp=5xx,ct,rt".to_owned());
            assert_eq!(words(Carrier::Twilio, hook), asked, "{hook:?}");
        }
        for carrier in Carrier::ALL.iter().copied().filter(|carrier| *carrier != Carrier::Twilio) {
            assert_eq!(words(carrier, Hook::Leg), None, "{carrier:?} has no such words, or may sign them");
        }
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
    fn ids_name_each_carrier_once() {
        for carrier in Carrier::ALL.iter().copied() {
            assert_eq!(Carrier::from_id(carrier.id()), Some(carrier));
            assert_eq!(serde_json::to_value(carrier).unwrap(), carrier.id());
        }
        assert_eq!(Carrier::from_id("pigeon"), None);
    }
}
