//! Everything that an arrival tells about its source, in one answer: for tools, and for the edge's reports.

use serde::Serialize;

use super::{Arrival, Campaign, CampaignDetails, Channel, ChannelRule, Mark, PageUrl, Referrer, Touch, TouchRule};

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
    pub marks: Vec<Mark>,
    /// What was searched for, if a search engine's address says it.
    pub search_term: Option<String>,
    /// The page before; empty if unknown, one of the site's own, or one that visitors only return from.
    pub referrer: PageUrl,
    /// The landing page.
    pub landing: PageUrl,
}

/// Reads an arrival in full. `own_hosts` are the site's hosts (with port, if they have one): a referrer among them is none.
///
/// Never fails: an address that is none is empty, and what is unknown has no value.
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
    let touch = Touch::read(arrival, own_hosts);
    let (channel, channel_rule) = Channel::of(&touch);
    Classified {
        touch_rule: touch.rule,
        channel,
        channel_name: channel.name(),
        channel_rule,
        is_paid: channel.is_paid(),
        details: CampaignDetails::read(&touch.landing),
        marks: Mark::read(&touch.landing),
        search_term: Referrer::search_term(&touch.referrer),
        source: touch.source,
        medium: touch.medium,
        campaign: touch.campaign,
        referrer: touch.referrer,
        landing: touch.landing,
    }
}
