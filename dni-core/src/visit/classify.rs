//! Everything that an arrival tells about its source, in one answer: for tools, and for the edge's reports.

use serde::Serialize;

use super::wrapped::unwrapped;
use super::{Arrival, Campaign, CampaignDetails, Channel, ChannelRule, LinkMark, PageUrl, Referrer, Touch, TouchRule};

/// An arrival, read in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Classified {
    /// The source: `google`, `newsletter`, `(direct)`.
    pub source: String,
    /// The medium: `cpc`, `organic`, `email`, `(none)`.
    pub medium: String,
    /// By which rule source and medium were found.
    pub touch_rule: TouchRule,
    /// The channel.
    pub channel: Channel,
    /// The channel's name, as reports show it.
    pub channel_name: &'static str,
    /// By which rule the channel was found.
    pub channel_rule: ChannelRule,
    /// Whether the visit was bought, by [`Channel::is_paid`].
    pub is_paid: bool,
    /// The campaign parameters and click ids.
    pub campaign: Campaign,
    /// The rarer parameters.
    pub details: CampaignDetails,
    /// The marks of tools and platforms that are no ad's click ids.
    pub marks: Vec<LinkMark>,
    /// What was searched for, if a search engine's address says it.
    pub search_term: Option<String>,
    /// The page before; empty if unknown, one of the site's own, or one that visitors only return from.
    pub referrer: PageUrl,
    /// The landing page, without what its address came wrapped in.
    pub landing: PageUrl,
}

/// Reads an arrival in full. `own_hosts` are the site's hosts (with port, if they have one): a referrer among them is none.
///
/// A page of the site's own that sent the visitor on, with a campaign in its address that the next page's has not, is where they
/// landed. A landing page's address may be wrapped in a translator's or a mail program's, as it stands in logs and mails: what is
/// within counts. Never fails: an address that is none is empty, and what is unknown has no value.
///
/// ```
/// use dni_core::time::Millis;
/// use dni_core::visit::{Arrival, Channel, ChannelRule, PageUrl, TouchRule, classify};
///
/// let found = classify(
///     &Arrival {
///         at: Millis::from_unix_ms(1_790_000_000_000),
///         url: PageUrl::from_serialized("https://harbor.example/heating"),
///         referrer: PageUrl::from_serialized("https://www.bing.com/search?q=furnace+repair"),
///     },
///     &[],
/// );
/// assert_eq!((found.source.as_str(), found.touch_rule), ("bing", TouchRule::Referrer));
/// assert_eq!((found.channel, found.channel_rule), (Channel::OrganicSearch, ChannelRule::SearchSite));
/// assert_eq!(found.search_term.as_deref(), Some("furnace repair"));
/// ```
pub fn classify(arrival: &Arrival, own_hosts: &[String]) -> Classified {
    let mut arrival = Arrival { url: unwrapped(&arrival.url), ..arrival.clone() };
    if arrival.was_sent_on(own_hosts) {
        arrival = arrival.on_the_page_before();
    }
    let touch = Touch::read(&arrival, own_hosts);
    let (channel, channel_rule) = Channel::of(&touch);
    Classified {
        touch_rule: touch.rule,
        channel,
        channel_name: channel.name(),
        channel_rule,
        is_paid: channel.is_paid(),
        details: CampaignDetails::read(&touch.landing),
        marks: LinkMark::read(&touch.landing),
        search_term: Referrer::search_term(&touch.referrer),
        source: touch.source,
        medium: touch.medium,
        campaign: touch.campaign,
        referrer: touch.referrer,
        landing: touch.landing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;

    #[test]
    fn json() {
        let landing =
            "https://harbor.example/?utm_source=google&utm_medium=cpc&utm_id=7&gclid=Cj0&gad_source=1&mc_eid=secret";
        let told = serde_json::to_value(found(landing, "https://www.google.com/search?q=furnace")).unwrap();
        let expected = serde_json::json!({
            "source": "google",
            "medium": "cpc",
            "touch_rule": "utm",
            "channel": "paid_search",
            "channel_name": "Paid Search",
            "channel_rule": "paid_search_site",
            "is_paid": true,
            "campaign": {
                "source": "google", "medium": "cpc", "campaign": null, "term": null, "content": null,
                "click_ids": [{"kind": "gclid", "value": "Cj0"}],
            },
            "details": {"id": "7"},
            "marks": [{"kind": "gad_source", "value": "1"}, {"kind": "mc_eid"}],
            "search_term": "furnace",
            "referrer": "https://www.google.com/search?q=furnace",
            "landing": landing,
        });
        assert_eq!(told, expected);
    }

    #[test]
    fn what_came_wrapped() {
        let wrapped = "https://x.safelinks.protection.outlook.com/?url=https%3A%2F%2Fharbor.example%2F%3Fgclid%3Da";
        let found = found(wrapped, "");
        assert_eq!((found.source.as_str(), found.landing.as_str()), ("google", "https://harbor.example/?gclid=a"));
    }

    #[test]
    fn what_was_sent_on() {
        for (referrer, source) in [
            ("https://harbor.example/?gclid=a", "google"),
            ("https://shop.harbor.example/?utm_source=mail", "mail"),
            ("https://harbor.example/?page=2", "(direct)"),
            ("https://other.example/?gclid=a", "other.example"),
        ] {
            assert_eq!(found("https://harbor.example/en/", referrer).source, source, "{referrer}");
        }
        assert_eq!(
            found("https://harbor.example/?gclid=b", "https://harbor.example/?utm_source=mail").source,
            "google"
        );
    }

    #[test]
    fn own_hosts_and_returns_are_no_referrers() {
        for referrer in ["https://shop.harbor.example/?q=a", "https://www.paypal.com/", "https://harbor.example/", ""] {
            let found = found("https://harbor.example/", referrer);
            assert_eq!(
                (found.channel, found.referrer.as_str(), found.search_term),
                (Channel::Direct, "", None),
                "{referrer}"
            );
        }
    }

    #[test]
    fn no_addresses_at_all() {
        for (landing, referrer) in [("", ""), ("javascript:alert(1)", "about:blank"), ("not an address", "neither")] {
            let found = found(landing, referrer);
            assert_eq!((found.channel, found.touch_rule), (Channel::Direct, TouchRule::Direct), "{landing}");
        }
    }

    fn found(landing: &str, referrer: &str) -> Classified {
        let [url, referrer] = [landing, referrer].map(PageUrl::from_serialized);
        let arrival = Arrival { at: Millis::from_unix_ms(1_790_000_000_000), url, referrer };
        classify(&arrival, &["shop.harbor.example".to_owned()])
    }
}
