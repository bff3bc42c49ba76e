//! What a carrier asks for at its fallback address: what it asked for before, at another of our URLs, and could not have.

use url::Url;

use super::{Carrier, Hook, profile::Webhook};

/// A webhook as it was asked first: the hook, and the query of the URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FirstAsked {
    pub(super) hook: Hook,
    pub(super) query: String,
}

impl FirstAsked {
    /// Finds out what was asked first; `None` if the webhook names no URL of ours that failed.
    pub(super) fn of(carrier: Carrier, webhook: &Webhook) -> Option<Self> {
        let url = (carrier.profile().failed_url)(webhook)?;
        let url = Url::parse(&url).ok()?;
        let mut path = url.path_segments()?;
        let ours = (path.next() == Some("carrier") && path.next() == Some(carrier.id())).then(|| path.next())??;
        let hook = Hook::from_id(ours).filter(|_| path.next().is_none())?;
        let mut query = url.query().unwrap_or_default().to_owned();
        if webhook.body.is_empty() && !webhook.query.is_empty() {
            // What is told by GET stands in the query of the fallback's own URL.
            query.extend(["&", webhook.query]);
        }
        Some(Self { hook, query })
    }

    /// Returns the webhook that it would have been.
    pub(super) fn webhook<'a>(&'a self, webhook: &Webhook<'a>) -> Webhook<'a> {
        Webhook { hook: self.hook, query: &self.query, is_fallback: true, ..*webhook }
    }
}

#[cfg(test)]
mod tests {
    use dni_core::time::Millis;

    use super::*;

    #[test]
    fn what_was_asked_first() {
        let ours = "https%3A%2F%2Fcalls.example.com%2Fcarrier%2Ftwilio%2F";
        let cases = [
            (
                format!("ErrorCode=11200&ErrorUrl={ours}dial%3Fstep%3Doffice%26turn%3D2"),
                Some((Hook::Dial, "step=office&turn=2")),
            ),
            (format!("ErrorUrl={ours}voice"), Some((Hook::Voice, ""))),
            (format!("ErrorUrl={ours}record%3Ffail_open%3D1"), Some((Hook::Record, "fail_open=1"))),
            (format!("ErrorUrl={ours}sms"), None),
            (format!("ErrorUrl={ours}dial%2Fmore"), None),
            ("ErrorUrl=https%3A%2F%2Fh%2Fcarrier%2Fplivo%2Fdial".to_owned(), None),
            ("ErrorUrl=https%3A%2F%2Fother.example.com%2Fvoice".to_owned(), None),
            ("ErrorUrl=dial".to_owned(), None),
            ("CallSid=CA1".to_owned(), None),
        ];
        for (body, expected) in cases {
            let asked = FirstAsked::of(Carrier::Twilio, &webhook("", body.as_bytes()));
            let expected = expected.map(|(hook, query)| FirstAsked { hook, query: query.to_owned() });
            assert_eq!(asked, expected, "{body}");
            assert_eq!(FirstAsked::of(Carrier::Plivo, &webhook("", body.as_bytes())), None, "Plivo names none");
        }
        let by_get = format!("CallSid=CA1&ErrorUrl={ours}dial%3Fstep%3Doffice");
        let asked =
            FirstAsked::of(Carrier::SignalWire, &webhook(&by_get.replace("twilio", "signalwire"), b"")).unwrap();
        assert!(asked.query.starts_with("step=office&CallSid=CA1"), "{}", asked.query);
    }

    fn webhook<'a>(query: &'a str, body: &'a [u8]) -> Webhook<'a> {
        Webhook { hook: Hook::Voice, query, content_type: "", body, at: Millis::default(), is_fallback: false }
    }
}
