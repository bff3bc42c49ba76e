//! Which channel a touch belongs to, for reports at the edge and in tools.

mod ga4;
mod names;
mod site;

use serde::{Deserialize, Serialize};

use super::{ClickIdKind, LinkMark, Proof, Referrer, ReferrerKind, Touch, TouchRule};

pub(crate) use site::advertised;

/// The medium of an ad's click.
const AD: &str = "cpc";
/// Places of ads within Meta's apps, as its macro `{{placement}}` writes them behind the app's name: no rule of GA4's knows them.
const META_PLACEMENTS: [&str; 20] = [
    "mobile_feed",
    "desktop_feed",
    "feed",
    "right_column",
    "stories",
    "reels",
    "mobile_reels",
    "reels_overlay",
    "facebook_reels_overlay",
    "marketplace",
    "instream_video",
    "video_feeds",
    "groups_feed",
    "search",
    "explore",
    "explore_grid_home",
    "profile_feed",
    "profile_reels",
    "inbox",
    "sponsored_messages",
];
/// How the macro begins with the app.
const META_APPS: [&str; 6] = ["facebook_", "instagram_", "messenger_", "threads_", "audience_network_", "an_"];
/// Words of media that speak of an ad and that no rule of GA4's knows.
const AD_WORDS: [&str; 9] =
    ["ad", "ads", "advert", "advertising", "boost", "boosted", "remarketing", "sponsored", "promoted"];
/// What else than search Google's ads may stand in, by the name of the server that shows them.
const DISPLAY_SERVERS: [&str; 2] = ["doubleclick", "google display"];

/// Declares the channels from one table: the name reports show.
macro_rules! channels {
    ($($(#[$doc:meta])* $channel:ident = $name:literal;)*) => {
        /// The channels of GA4's default channel group, under its names, and our own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Channel { $($(#[$doc])* $channel,)* }

        impl Channel {
            /// Every channel.
            pub const ALL: &[Self] = &[$(Self::$channel,)*];

            /// Returns the name that reports show, as GA4 writes it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$channel => $name,)* }
            }
        }
    };
}

channels! {
    /// Typed in, bookmarked, or hidden by the browser.
    Direct = "Direct";
    /// Campaigns that run over several of the platform's networks.
    CrossNetwork = "Cross-network";
    /// Ads for a shop's goods.
    PaidShopping = "Paid Shopping";
    /// Ads in a search engine.
    PaidSearch = "Paid Search";
    /// Ads in a social network.
    PaidSocial = "Paid Social";
    /// Ads at a video site.
    PaidVideo = "Paid Video";
    /// Banners and their kin.
    Display = "Display";
    /// Other ads.
    PaidOther = "Paid Other";
    /// Links from a shopping site.
    OrganicShopping = "Organic Shopping";
    /// Links from a social network.
    OrganicSocial = "Organic Social";
    /// Links from a video site.
    OrganicVideo = "Organic Video";
    /// Results of a search engine.
    OrganicSearch = "Organic Search";
    /// Links from other sites.
    Referral = "Referral";
    /// Links in mail.
    Email = "Email";
    /// Links of affiliates, who are paid for the sale.
    Affiliates = "Affiliates";
    /// Ads in podcasts and the like.
    Audio = "Audio";
    /// Links in text messages.
    Sms = "SMS";
    /// Notifications on a phone.
    MobilePush = "Mobile Push Notifications";
    /// Our extension: answers of AI assistants.
    AiAssistants = "AI Assistants";
    /// No rule matches.
    Unassigned = "Unassigned";
}

/// Declares the rules from one table: stable code for machines (by the name) and sentence for people.
macro_rules! channel_rules {
    ($($rule:ident = $sentence:literal;)*) => {
        /// The rules that name a touch's channel, and what they go by.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum ChannelRule { $(#[doc = $sentence] $rule,)* }

        impl ChannelRule {
            /// Every rule: GA4's in its order, then ours.
            pub const ALL: &[Self] = &[$(Self::$rule,)*];
        }

        impl core::fmt::Display for ChannelRule {
            fn fmt(&self, to: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                to.write_str(match self { $(Self::$rule => $sentence,)* })
            }
        }
    };
}

channel_rules! {
    NoSource = "The source is (direct) and no medium is known.";
    CrossNetworkCampaign = "The campaign's name contains cross-network.";
    PaidShoppingSite = "The source is a shopping site and the medium a paid one.";
    PaidShoppingCampaign = "The campaign's name speaks of a shop and the medium is a paid one.";
    PaidSearchSite = "The source is a search engine and the medium a paid one.";
    PaidSocialSite = "The source is a social network and the medium a paid one.";
    PaidVideoSite = "The source is a video site and the medium a paid one.";
    DisplayMedium = "The medium is one of display ads.";
    PaidMedium = "The medium is a paid one.";
    ShoppingSite = "The source is a shopping site.";
    ShoppingCampaign = "The campaign's name speaks of a shop.";
    SocialSite = "The source is a social network.";
    SocialMedium = "The medium is one of social networks.";
    VideoSite = "The source is a video site.";
    VideoMedium = "The medium contains video.";
    SearchSite = "The source is a search engine.";
    OrganicMedium = "The medium is organic.";
    ReferralMedium = "The medium is one of links from other sites.";
    EmailName = "The source or the medium is email.";
    AffiliateMedium = "The medium is affiliate.";
    AudioMedium = "The medium is audio.";
    SmsName = "The source or the medium is sms.";
    PushName = "The medium or the source is one of push notifications.";
    ClickId = "No medium in the address decides, but its click id does, or what is left of one.";
    AdSource = "The source is named after a platform's ads.";
    PaidSite = "The source is a server of ads.";
    AssistantSite = "The source is an AI assistant.";
    AssistantMedium = "The medium is one of AI assistants.";
    NoRule = "No rule matches.";
}

impl Channel {
    /// Names the channel of a touch and the rule that decided.
    ///
    /// GA4's rules for manual traffic come first, in its order: they see the touch's source, medium and campaign without
    /// regard to case. Then come our extensions:
    ///
    /// - If the address names no medium, or one that no rule knows, its first click id stands for the medium: `gclid`,
    ///   `msclkid`, `ttclid` and their like make the visit a paid one, `fbclid` does not, for Meta puts it on every link, unless
    ///   the medium is one of Meta's places for ads. Marks that only ads have (`gad_source`) count as a click id does; others
    ///   (`srsltid`) decide nothing. Where the answer would be the same without them, the rule is that of the answer without.
    /// - A click on one of Google's ads is of the network that the referrer names: video, shopping or display; search where it
    ///   names none.
    /// - A source that only a paid click id names does not make an organic visit, whatever medium is named beside it.
    /// - A source named after a platform's ads (`bing_ads`) is that platform, and paid.
    /// - What GA4 leaves unassigned is paid if the source is a server of ads, and an AI assistant's if source or medium say so.
    ///
    /// ```
    /// use dni_core::time::Millis;
    /// use dni_core::visit::{Arrival, Channel, ChannelRule, PageUrl, Touch};
    ///
    /// let channel = |query: &str| {
    ///     let url = PageUrl::from_serialized(&format!("https://harbor.example/{query}"));
    ///     Channel::of(&Touch::read(&Arrival { at: Millis::from_unix_ms(1_000), url, referrer: PageUrl::default() }, &[]))
    /// };
    /// assert_eq!(channel("?utm_source=fb&utm_medium=cpm"), (Channel::PaidSocial, ChannelRule::PaidSocialSite));
    /// assert_eq!(channel("?utm_source=news.example&utm_medium=cpm"), (Channel::Display, ChannelRule::DisplayMedium));
    /// assert_eq!(channel("?gclid=Cj0KCQ"), (Channel::PaidSearch, ChannelRule::ClickId));
    /// assert_eq!(channel("?fbclid=IwAR0"), (Channel::OrganicSocial, ChannelRule::SocialSite));
    /// assert_eq!(Channel::PaidSocial.name(), "Paid Social");
    /// ```
    pub fn of(touch: &Touch) -> (Self, ChannelRule) {
        let named = touch.campaign.medium.as_deref().unwrap_or_default();
        let is_placement = is_meta_placement(named);
        let site = match touch.rule {
            TouchRule::Referrer => site::of_referrer(&touch.referrer),
            _ => site::of(&touch.source).or(is_placement.then_some(ReferrerKind::Social)),
        };
        let click = touch.campaign.click_ids.first().map(|id| id.kind);
        let proof = proof_of(touch, click, is_placement);
        let is_known = !is_placement && !named.is_empty() && ga4::knows_medium(named);
        let found = match proof {
            Some(medium) if !is_known => by_click(touch, site, medium),
            Some(medium) if touch.rule == TouchRule::ClickId && is_ad(medium) => by_ad(touch, site),
            _ => ga4::classify(&touch.source, &touch.medium, campaign(touch), site),
        };
        let found = match (found, proof) {
            // GA4 takes every medium with video in it for an unpaid one.
            ((Self::OrganicVideo, ChannelRule::VideoMedium), Some(medium)) if is_ad(medium) => {
                (Self::PaidVideo, ChannelRule::ClickId)
            }
            (found, _) if found.0.may_be_ads() && site::advertised(&touch.source).is_some() => {
                by_ad_source(touch, site)
            }
            (found, _) => found,
        };
        match found {
            (Self::Unassigned, _) => by_extension(touch, site),
            found => found,
        }
    }

    /// Says whether the visit was bought: ads of every kind, but not affiliates, whose reward hangs on the sale.
    pub const fn is_paid(self) -> bool {
        use Channel::{CrossNetwork, Display, PaidOther, PaidSearch, PaidShopping, PaidSocial, PaidVideo};
        matches!(self, CrossNetwork | PaidShopping | PaidSearch | PaidSocial | PaidVideo | Display | PaidOther)
    }

    const fn is_organic(self) -> bool {
        matches!(self, Self::OrganicShopping | Self::OrganicSocial | Self::OrganicVideo | Self::OrganicSearch)
    }

    /// Says whether the rules' answer leaves it open that a source named after ads is right.
    const fn may_be_ads(self) -> bool {
        self.is_organic() || matches!(self, Self::Unassigned | Self::Referral)
    }
}

/// Returns the medium that click ids and marks prove: that of ads where one of them stands on ads alone.
fn proof_of(touch: &Touch, click: Option<ClickIdKind>, is_placement: bool) -> Option<&'static str> {
    let named = touch.campaign.medium.as_deref().unwrap_or_default().to_ascii_lowercase();
    let speaks_of_ads = || named.split(['_', '-', ' ']).any(|word| AD_WORDS.contains(&word));
    let mut marks = LinkMark::read(&touch.landing).into_iter().map(|mark| mark.kind.proof());
    match click {
        Some(ClickIdKind::Fbclid) if is_placement || speaks_of_ads() || marks.any(Proof::is_ad) => Some(AD),
        Some(click) => Some(click.medium()),
        // Elsewhere than at a known source nobody knows what was bought.
        None if touch.rule == TouchRule::Utm => marks.any(Proof::is_ad).then_some(AD),
        None => (touch.rule == TouchRule::Mark && touch.medium == AD).then_some(AD),
    }
}

/// Says whether a medium is what Meta's `{{placement}}` becomes: `Facebook_Mobile_Feed`.
fn is_meta_placement(medium: &str) -> bool {
    let medium = medium.to_ascii_lowercase();
    let place = META_APPS.iter().find_map(|app| medium.strip_prefix(app));
    place.is_some_and(|place| META_PLACEMENTS.contains(&place))
}

/// Lets the click id stand for the medium; the campaign's name may still decide alone.
fn by_click(touch: &Touch, site: Option<ReferrerKind>, medium: &'static str) -> (Channel, ChannelRule) {
    let (site, medium) = network(touch, site, medium);
    let without = ga4::classify(&touch.source, "", campaign(touch), site);
    let with = ga4::classify(&touch.source, medium, campaign(touch), site);
    if with.1 == without.1 { with } else { (with.0, ChannelRule::ClickId) }
}

/// Returns in which of Google's networks one of its ads stood, as kind of place and medium, if the referrer says it.
fn network(touch: &Touch, site: Option<ReferrerKind>, medium: &'static str) -> (Option<ReferrerKind>, &'static str) {
    if medium != AD || site != Some(ReferrerKind::Search) || !touch.source.to_ascii_lowercase().contains("google") {
        return (site, medium);
    }
    let before = Referrer::of(&touch.referrer);
    match before.kind {
        ReferrerKind::Video | ReferrerKind::Shopping => (Some(before.kind), medium),
        ReferrerKind::Paid if DISPLAY_SERVERS.contains(&before.source) => (None, "display"),
        _ => (site, medium),
    }
}

/// Classifies a touch whose source is named after a platform's ads: paid, unless the medium is another channel's by itself.
fn by_ad_source(touch: &Touch, site: Option<ReferrerKind>) -> (Channel, ChannelRule) {
    let by_medium = ga4::classify("", &touch.medium, campaign(touch), None);
    if !by_medium.0.may_be_ads() {
        return by_medium;
    }
    let is_video = by_medium.0 == Channel::OrganicVideo;
    let site = if is_video { Some(ReferrerKind::Video) } else { site };
    (ga4::classify("", AD, campaign(touch), site).0, ChannelRule::AdSource)
}

/// Classifies a touch whose source is known from a paid click id only: the platform was the ad's place, and a medium that
/// speaks of no ad does not make it a place of organic visits.
fn by_ad(touch: &Touch, site: Option<ReferrerKind>) -> (Channel, ChannelRule) {
    let found = ga4::classify(&touch.source, &touch.medium, campaign(touch), site);
    if found.0.is_organic() { ga4::classify("", &touch.medium, campaign(touch), None) } else { found }
}

/// Classifies what GA4's rules leave unassigned.
fn by_extension(touch: &Touch, site: Option<ReferrerKind>) -> (Channel, ChannelRule) {
    if site == Some(ReferrerKind::Paid) {
        return (Channel::PaidOther, ChannelRule::PaidSite);
    }
    if site == Some(ReferrerKind::Assistant) {
        return (Channel::AiAssistants, ChannelRule::AssistantSite);
    }
    // Ours for referrers, and the one that Snowplow writes.
    if ["ai-assistant", "chatbot"].iter().any(|medium| touch.medium.eq_ignore_ascii_case(medium)) {
        return (Channel::AiAssistants, ChannelRule::AssistantMedium);
    }
    (Channel::Unassigned, ChannelRule::NoRule)
}

fn campaign(touch: &Touch) -> &str {
    touch.campaign.campaign.as_deref().unwrap_or_default()
}

/// Says whether only ads carry a click id of this medium. An affiliate's link is no ad.
fn is_ad(medium: &str) -> bool {
    matches!(medium, AD | "display")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;
    use crate::visit::{Arrival, PageUrl};

    #[test]
    fn click_ids_and_marks() {
        use Channel as C;
        use ChannelRule as R;
        let cases = [
            // Click ids decide where no medium does.
            ("?gclid=x", "", C::PaidSearch, R::ClickId),
            ("?gclid=x", "https://www.google.com/", C::PaidSearch, R::ClickId),
            ("?gbraid=x", "", C::PaidSearch, R::ClickId),
            ("?wbraid=x", "", C::PaidSearch, R::ClickId),
            ("?dclid=x", "", C::Display, R::ClickId),
            ("?msclkid=x", "", C::PaidSearch, R::ClickId),
            ("?ttclid=x", "", C::PaidSocial, R::ClickId),
            ("?twclid=x", "", C::PaidSocial, R::ClickId),
            ("?li_fat_id=x", "", C::PaidSocial, R::ClickId),
            ("?ScCid=x", "", C::PaidSocial, R::ClickId),
            ("?epik=x", "", C::PaidSocial, R::ClickId),
            ("?rdt_cid=x", "", C::PaidSocial, R::ClickId),
            ("?qclid=x", "", C::PaidSocial, R::ClickId),
            ("?yclid=x", "", C::PaidSearch, R::ClickId),
            ("?tblci=x", "", C::PaidOther, R::ClickId),
            ("?dicbo=x", "", C::PaidOther, R::ClickId),
            ("?ob_click_id=x", "", C::PaidOther, R::ClickId),
            ("?irclickid=x", "", C::Affiliates, R::ClickId),
            ("?irclid=x", "", C::Affiliates, R::ClickId),
            ("?utm_source=google&gclid=x", "", C::PaidSearch, R::ClickId),
            ("?utm_source=google&utm_medium=autumn&gclid=x", "", C::PaidSearch, R::ClickId),
            ("?utm_source=partner&msclkid=x", "", C::PaidOther, R::ClickId),
            ("?utm_campaign=eshop&gclid=x", "", C::PaidShopping, R::ClickId),
            ("?utm_campaign=Cross-Network&gclid=x", "", C::CrossNetwork, R::CrossNetworkCampaign),
            // Not by themselves: Meta's id is on every link, the others are no click ids.
            ("?fbclid=x", "", C::OrganicSocial, R::SocialSite),
            ("?fbclid=x", "https://l.facebook.com/", C::OrganicSocial, R::SocialSite),
            ("?utm_source=fb&fbclid=x", "", C::OrganicSocial, R::SocialSite),
            ("?utm_source=flyer&fbclid=x", "", C::OrganicSocial, R::ClickId),
            ("?srsltid=x", "https://www.google.com/", C::OrganicSearch, R::SearchSite),
            ("?gad_source=1", "https://www.google.com/", C::PaidSearch, R::ClickId),
            ("?srsltid=x", "", C::OrganicSearch, R::SearchSite),
            ("?gad_source=1", "", C::PaidSearch, R::ClickId),
            ("?gad=1", "", C::PaidSearch, R::ClickId),
            ("?gad_campaignid=1&gad_source=1", "https://www.google.com/", C::PaidSearch, R::ClickId),
            ("?utm_source=google&utm_medium=performance_max&gad_source=1", "", C::PaidSearch, R::ClickId),
            ("?utm_source=google&utm_medium=demand_gen&gad_campaignid=1", "", C::PaidSearch, R::ClickId),
            ("?utm_source=google&gad_source=1", "", C::PaidSearch, R::ClickId),
            ("?utm_source=google&utm_medium=organic&gad_source=1", "", C::OrganicSearch, R::SearchSite),
            ("?utm_source=news&utm_medium=email&gad_source=1", "", C::Email, R::EmailName),
            ("?gad_source=1", "https://m.facebook.com/", C::OrganicSocial, R::SocialSite),
            ("?utm_source=naver&utm_medium=powerlink&n_ad=1", "", C::PaidSearch, R::ClickId),
        ];
        for (query, referrer, channel, rule) in cases {
            check(query, referrer, (channel, rule));
        }
    }

    #[test]
    fn networks_placements_and_names() {
        use Channel as C;
        use ChannelRule as R;
        let cases = [
            // The network of one of Google's ads.
            ("?gclid=x", "https://m.youtube.com/", C::PaidVideo, R::ClickId),
            ("?wbraid=x", "android-app://com.google.android.youtube/", C::PaidVideo, R::ClickId),
            ("?gad_source=2", "https://www.youtube.com/", C::PaidVideo, R::ClickId),
            ("?utm_source=google&gclid=x", "https://www.youtube.com/", C::PaidVideo, R::ClickId),
            ("?utm_source=google&utm_medium=video&gclid=x", "", C::PaidVideo, R::ClickId),
            ("?gclid=x", "https://9f8e7d6c.safeframe.googlesyndication.com/", C::Display, R::ClickId),
            ("?gclid=x", "https://googleads.g.doubleclick.net/", C::Display, R::ClickId),
            ("?gbraid=x", "https://tpc.googlesyndication.com/", C::Display, R::ClickId),
            ("?gclid=x", "https://syndicatedsearch.goog/", C::PaidSearch, R::ClickId),
            ("?gclid=x", "https://www.google.com/shopping", C::PaidShopping, R::ClickId),
            ("?gclid=x", "https://shopping.google.de/", C::PaidShopping, R::ClickId),
            ("?utm_source=google&utm_medium=cpc&gclid=x", "https://www.youtube.com/", C::PaidSearch, R::PaidSearchSite),
            ("?msclkid=x", "https://www.youtube.com/", C::PaidSearch, R::ClickId),
            // Sources named after ads.
            ("?utm_source=pinterest-ads", "", C::PaidSocial, R::AdSource),
            ("?utm_source=bing_ads", "", C::PaidSearch, R::AdSource),
            ("?utm_source=tiktokads&utm_medium=cpc", "", C::PaidSocial, R::PaidSocialSite),
            ("?utm_source=Facebook Ads&utm_medium=social", "", C::PaidSocial, R::AdSource),
            ("?utm_source=youtube-ads&utm_medium=video", "", C::PaidVideo, R::AdSource),
            ("?utm_source=google_ads&utm_medium=video", "", C::PaidVideo, R::AdSource),
            ("?utm_source=google_ads&utm_medium=display", "", C::Display, R::DisplayMedium),
            ("?utm_source=amazonads", "", C::PaidShopping, R::AdSource),
            ("?utm_source=amazon_ads&utm_medium=cpc", "", C::PaidShopping, R::PaidShoppingSite),
            ("?utm_source=taboola-ads", "", C::PaidOther, R::AdSource),
            ("?utm_source=google_ads&utm_medium=email", "", C::Email, R::EmailName),
            ("?utm_source=linkedin&utm_medium=social", "", C::OrganicSocial, R::SocialSite),
            // Meta's places for ads, whose names GA4 takes for something else, where the id says that it was Meta's.
            ("?utm_source=fb&utm_medium=Facebook_Mobile_Feed&fbclid=x", "", C::PaidSocial, R::ClickId),
            ("?utm_source=ig&utm_medium=Instagram_Stories&fbclid=x", "", C::PaidSocial, R::ClickId),
            ("?utm_source=an&utm_medium=an_feed&fbclid=x", "", C::PaidSocial, R::ClickId),
            ("?utm_source=facebook&utm_medium=sponsored_post&fbclid=x", "", C::PaidSocial, R::ClickId),
            ("?utm_source=facebook&utm_medium=autumn&hsa_cam=1&fbclid=x", "", C::PaidSocial, R::ClickId),
            ("?utm_source=facebook&utm_medium=autumn&hsa_cam=1", "", C::PaidSocial, R::ClickId),
            ("?utm_source=facebook&utm_medium=facebook_page&fbclid=x", "", C::OrganicSocial, R::SocialSite),
            ("?utm_source=fb&utm_medium=Facebook_Mobile_Feed", "", C::OrganicSocial, R::SocialSite),
            ("?fbclid=x", "https://www.instagram.com/", C::OrganicSocial, R::SocialSite),
            ("?fbclid=x", "https://l.threads.com/", C::OrganicSocial, R::SocialSite),
            // Others' ids and marks.
            ("?oppref=x", "https://chatgpt.com/", C::PaidOther, R::ClickId),
            ("?ndclid=x", "", C::PaidSocial, R::ClickId),
            ("?bd_vid=x", "", C::PaidSearch, R::ClickId),
            ("?cjevent=x", "", C::Affiliates, R::ClickId),
            ("?awc=x", "https://deals.example/", C::Affiliates, R::ClickId),
            ("?ck_subscriber_id=x", "", C::Email, R::EmailName),
            ("?sms_source=x", "", C::Sms, R::SmsName),
            // Tagged, and nothing names a source.
            ("?utm_campaign=open-day-2026", "", C::Unassigned, R::NoRule),
            ("?utm_campaign=spring-shop", "", C::OrganicShopping, R::ShoppingCampaign),
            ("?utm_campaign=cross-network-1", "", C::CrossNetwork, R::CrossNetworkCampaign),
            ("?utm_medium=cpc", "", C::PaidOther, R::PaidMedium),
            ("?utm_term=furnace", "", C::Unassigned, R::NoRule),
            ("?awclid=x", "", C::Direct, R::NoSource),
        ];
        for (query, referrer, channel, rule) in cases {
            check(query, referrer, (channel, rule));
        }
    }

    #[test]
    fn media_assistants_and_referrers() {
        use Channel as C;
        use ChannelRule as R;
        let cases = [
            // Marks of tools, where nothing else names a source.
            ("?mc_cid=x", "", C::Email, R::EmailName),
            ("?_hsenc=x", "", C::Email, R::EmailName),
            ("?igsh=x", "", C::OrganicSocial, R::SocialSite),
            // A medium that a rule knows decides before any click id.
            ("?utm_source=google&utm_medium=organic&gclid=x", "", C::OrganicSearch, R::SearchSite),
            ("?utm_source=facebook&utm_medium=paid&fbclid=x", "", C::PaidSocial, R::PaidSocialSite),
            ("?utm_source=news&utm_medium=email&fbclid=x", "", C::Email, R::EmailName),
            ("?utm_source=news&utm_medium=email&gclid=x", "", C::Email, R::EmailName),
            ("?utm_medium=cpc&gclid=x", "", C::PaidSearch, R::PaidSearchSite),
            ("?utm_medium=banner&gclid=x", "", C::Display, R::DisplayMedium),
            // The ad's platform is no place of organic visits.
            ("?utm_medium=email&gclid=x", "", C::Email, R::EmailName),
            ("?utm_medium=organic&gclid=x", "", C::OrganicSearch, R::OrganicMedium),
            ("?utm_medium=social&ttclid=x", "", C::OrganicSocial, R::SocialMedium),
            ("?utm_medium=email&fbclid=x", "", C::OrganicSocial, R::SocialSite),
            // AI assistants, after all of GA4's rules.
            ("", "https://chatgpt.com/", C::AiAssistants, R::AssistantSite),
            ("", "https://gemini.google.com/app", C::AiAssistants, R::AssistantSite),
            ("?utm_source=chatgpt.com", "", C::AiAssistants, R::AssistantSite),
            ("?utm_source=Perplexity&utm_medium=answer", "", C::AiAssistants, R::AssistantSite),
            ("?utm_source=helper&utm_medium=AI-Assistant", "", C::AiAssistants, R::AssistantMedium),
            ("?utm_source=helper&utm_medium=chatbot", "", C::AiAssistants, R::AssistantMedium),
            ("?utm_source=chatgpt.com&utm_medium=referral", "", C::Referral, R::ReferralMedium),
            ("?utm_source=chatgpt.com&utm_medium=cpc", "", C::PaidOther, R::PaidMedium),
            // Servers of ads.
            ("", "https://googleads.g.doubleclick.net/pagead/ads", C::PaidOther, R::PaidMedium),
            ("", "https://trc.taboola.com/", C::PaidOther, R::PaidMedium),
            ("?utm_source=taboola", "", C::PaidOther, R::PaidSite),
            ("?utm_source=Outbrain&utm_medium=native", "", C::PaidOther, R::PaidSite),
            ("?utm_source=taboola&utm_medium=referral", "", C::Referral, R::ReferralMedium),
            // Referrers.
            ("", "android-app://com.google.android.googlequicksearchbox/", C::OrganicSearch, R::SearchSite),
            ("", "android-app://com.google.android.gm/", C::Email, R::EmailName),
            ("", "android-app://com.example.news/", C::Referral, R::ReferralMedium),
            ("", "https://search.goo.ne.jp/", C::OrganicSearch, R::SearchSite),
            ("", "https://www.paypal.com/", C::Direct, R::NoSource),
            ("", "https://accounts.google.com/", C::Direct, R::NoSource),
            ("", "https://docs.google.com/", C::Referral, R::ReferralMedium),
            ("", "", C::Direct, R::NoSource),
            ("", "https://harbor.example/about", C::Direct, R::NoSource),
            ("", "https://www.google.co.uk/", C::OrganicSearch, R::SearchSite),
            ("", "https://m.facebook.com/", C::OrganicSocial, R::SocialSite),
            ("", "https://www.youtube.com/watch?v=1", C::OrganicVideo, R::VideoSite),
            ("", "https://www.amazon.co.uk/dp/1", C::OrganicShopping, R::ShoppingSite),
            ("", "https://mail.google.com/", C::Email, R::EmailName),
            ("", "https://chamber.example/", C::Referral, R::ReferralMedium),
            ("?utm_medium=email", "", C::Email, R::EmailName),
            ("?utm_source=newsletter", "", C::Unassigned, R::NoRule),
        ];
        for (query, referrer, channel, rule) in cases {
            check(query, referrer, (channel, rule));
        }
    }

    fn check(query: &str, referrer: &str, found: (Channel, ChannelRule)) {
        let arrival = Arrival {
            at: Millis::from_unix_ms(1_790_000_000_000),
            url: PageUrl::from_serialized(&format!("https://harbor.example/{query}")),
            referrer: PageUrl::from_serialized(referrer),
        };
        assert_eq!(Channel::of(&Touch::read(&arrival, &[])), found, "{query} from {referrer:?}");
    }

    #[test]
    fn names_and_codes_are_distinct_and_read_back() {
        let mut names: Vec<_> = Channel::ALL.iter().map(|channel| channel.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Channel::ALL.len());
        let cases = [
            (Channel::CrossNetwork, "cross_network"),
            (Channel::Sms, "sms"),
            (Channel::AiAssistants, "ai_assistants"),
            (Channel::MobilePush, "mobile_push"),
        ];
        for (channel, code) in cases {
            assert_eq!(serde_json::to_value(channel).unwrap(), code);
        }
        for channel in Channel::ALL {
            let json = serde_json::to_string(channel).unwrap();
            assert_eq!(serde_json::from_str::<Channel>(&json).unwrap(), *channel);
        }
        for rule in ChannelRule::ALL {
            let json = serde_json::to_string(rule).unwrap();
            assert_eq!(serde_json::from_str::<ChannelRule>(&json).unwrap(), *rule);
            assert!(rule.to_string().ends_with('.'));
        }
    }
}
