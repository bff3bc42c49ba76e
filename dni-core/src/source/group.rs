//! Groups of places that visitors come from.

use serde::{Deserialize, Serialize};

use crate::visit::{Channel, Referrer, Touch, TouchRule, advertised};

/// Declares the groups from one table: what each is, and which origins belong to it.
macro_rules! groups {
    ($($(#[$doc:meta])* $group:ident = $has:expr;)*) => {
        /// A group of places, by the names that owners of sites use.
        ///
        /// Whose a visit is follows from its source, and where that names none of the platforms, from its click id; whether
        /// it was bought follows from its channel.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Group { $($(#[$doc])* $group,)* }

        impl Group {
            /// Every group.
            pub const ALL: &[Self] = &[$(Self::$group,)*];

            fn has(self, origin: Origin) -> bool {
                let has: fn(Platform, Channel) -> bool = match self { $(Self::$group => $has,)* };
                has(origin.platform, origin.channel)
            }
        }
    };
}

groups! {
    /// Google's ads.
    GoogleAds = |by, channel| by == Platform::Google && channel.is_paid();
    /// Google's unpaid search results.
    GoogleOrganic = |by, channel| by == Platform::Google && channel == Channel::OrganicSearch;
    /// Microsoft's ads.
    BingAds = |by, channel| by == Platform::Bing && channel.is_paid();
    /// Bing's unpaid search results.
    BingOrganic = |by, channel| by == Platform::Bing && channel == Channel::OrganicSearch;
    /// Facebook, ads and all.
    Facebook = |by, _| by == Platform::Facebook;
    /// Facebook's ads.
    FacebookAds = |by, channel| by == Platform::Facebook && channel.is_paid();
    /// All search engines, ads and all.
    Search = |_, channel| matches!(channel, Channel::PaidSearch | Channel::OrganicSearch);
    /// All social networks, ads and all.
    Social = |_, channel| matches!(channel, Channel::PaidSocial | Channel::OrganicSocial);
    /// All AI assistants.
    AiAssistant = |_, channel| channel == Channel::AiAssistants;
    /// Links in mail.
    Email = |_, channel| channel == Channel::Email;
    /// Ads of every kind.
    Paid = |_, channel| channel.is_paid();
    /// Links on other sites.
    Referral = |_, channel| channel == Channel::Referral;
    /// Visitors of whom nothing is known.
    Direct = |_, channel| channel == Channel::Direct;
}

/// The platforms that have groups of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Platform {
    Google,
    Bing,
    Facebook,
    Other,
}

impl Platform {
    const ALL: [Self; 4] = [Self::Google, Self::Bing, Self::Facebook, Self::Other];

    fn of(touch: &Touch) -> Self {
        match Self::named(&touch.source) {
            // Where a page names the source, it stands above the click id.
            Self::Other if touch.rule != TouchRule::Referrer => {
                touch.campaign.click_ids.first().map_or(Self::Other, |id| Self::named(id.kind.source()))
            }
            named => named,
        }
    }

    /// Reads a source as campaigns and referrers write it: a name, a short name, a host, or that of the platform's ads.
    fn named(source: &str) -> Self {
        let source = advertised(source).unwrap_or_else(|| source.to_ascii_lowercase());
        match source.as_str() {
            "fb" | "fb.com" | "fb.me" | "meta" => Self::Facebook,
            name => match Referrer::of_host(name).source {
                "google" => Self::Google,
                "bing" => Self::Bing,
                "facebook" => Self::Facebook,
                _ => Self::Other,
            },
        }
    }
}

/// Where a visit is from, as far as groups and channels tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    platform: Platform,
    channel: Channel,
}

impl Origin {
    /// Reads it from a touch.
    pub(super) fn of(touch: &Touch) -> Self {
        Self { platform: Platform::of(touch), channel: Channel::of(touch).0 }
    }

    /// Lists every origin that an arrival can have: what a platform's name or click id stands on is never direct, and some
    /// rule always names its channel.
    fn all() -> impl Iterator<Item = Self> {
        let nameless = [Channel::Direct, Channel::Unassigned, Channel::AiAssistants];
        let pairs = Platform::ALL
            .into_iter()
            .flat_map(|platform| Channel::ALL.iter().map(move |channel| Self { platform, channel: *channel }));
        pairs.filter(move |one| one.platform == Platform::Other || !nameless.contains(&one.channel))
    }
}

/// A set of origins: what groups and channels cover, alone or together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Origins(u128);

// One bit for each.
const _: () = assert!(Platform::ALL.len() * Channel::ALL.len() <= u128::BITS as usize);

impl Origins {
    /// Returns all of them.
    pub(super) fn every() -> Self {
        Self::that(|_| true)
    }

    /// Returns those of a group.
    pub(super) fn of_group(group: Group) -> Self {
        Self::that(|origin| group.has(origin))
    }

    /// Returns those of a channel.
    pub(super) fn of_channel(channel: Channel) -> Self {
        Self::that(|origin| origin.channel == channel)
    }

    fn that(has: impl Fn(Origin) -> bool) -> Self {
        Self(Origin::all().enumerate().filter(|(_, origin)| has(*origin)).fold(0, |set, (bit, _)| set | 1 << bit))
    }

    /// Says whether the origin is among them.
    pub(super) fn has(self, origin: Origin) -> bool {
        Origin::all().position(|one| one == origin).is_some_and(|bit| self.0 & 1 << bit != 0)
    }

    /// Says whether all of `other` are among them.
    pub(super) const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// Says whether some of `other` are among them.
    pub(super) const fn meets(self, other: Self) -> bool {
        other.0 & self.0 != 0
    }

    /// Returns both together.
    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;
    use crate::visit::{Arrival, PageUrl};

    #[test]
    fn members() {
        use Group::{
            AiAssistant, BingAds, BingOrganic, Direct, Email, Facebook, FacebookAds, GoogleAds, GoogleOrganic, Paid,
            Referral, Search, Social,
        };
        let cases: &[(&str, &str, &[Group])] = &[
            ("?gclid=x", "https://www.google.com/", &[GoogleAds, Search, Paid]),
            ("?utm_source=Google&utm_medium=cpc", "", &[GoogleAds, Search, Paid]),
            ("?utm_source=partner&utm_medium=banner&gclid=x", "", &[GoogleAds, Paid]),
            ("", "https://www.google.co.uk/", &[GoogleOrganic, Search]),
            ("?utm_source=google&utm_medium=organic", "", &[GoogleOrganic, Search]),
            ("?msclkid=x", "", &[BingAds, Search, Paid]),
            ("", "https://www.bing.com/", &[BingOrganic, Search]),
            ("", "https://duckduckgo.com/", &[Search]),
            ("?fbclid=x", "https://l.facebook.com/", &[Facebook, Social]),
            ("?utm_source=fb&utm_medium=paid&fbclid=x", "", &[Facebook, FacebookAds, Social, Paid]),
            ("?utm_source=bing_ads", "", &[BingAds, Search, Paid]),
            ("?utm_source=adwords&utm_medium=cpc", "", &[GoogleAds, Search, Paid]),
            ("?utm_source=FB-Ads", "", &[Facebook, FacebookAds, Social, Paid]),
            ("?gad_source=1", "https://www.google.com/", &[GoogleAds, Search, Paid]),
            ("?gclid=x", "https://m.youtube.com/", &[GoogleAds, Paid]),
            ("?utm_campaign=open-day", "", &[]),
            ("", "https://www.instagram.com/", &[Social]),
            ("?fbclid=x", "https://www.instagram.com/", &[Social]),
            ("?ttclid=x", "", &[Social, Paid]),
            ("", "https://chatgpt.com/", &[AiAssistant]),
            ("?utm_source=news&utm_medium=email", "", &[Email]),
            ("", "https://mail.google.com/", &[Email]),
            ("", "https://chamber.example/", &[Referral]),
            ("", "", &[Direct]),
            ("?utm_source=newsletter", "", &[]),
            ("", "https://www.youtube.com/", &[]),
        ];
        for (query, referrer, groups) in cases {
            let origin = Origin::of(&touch(query, referrer));
            let found: Vec<_> = Group::ALL.iter().copied().filter(|group| group.has(origin)).collect();
            assert_eq!(found, *groups, "{query} from {referrer:?}");
        }
    }

    #[test]
    fn every_origin_that_is_counted_can_be_and_no_other_is() {
        let words = [
            "google",
            "bing",
            "fb",
            "duckduckgo",
            "instagram",
            "youtube",
            "etsy",
            "chatgpt",
            "newsletter",
            "email",
            "sms",
            "push",
            "(direct)",
            "",
        ];
        let media = [
            "cpc",
            "organic",
            "referral",
            "email",
            "affiliate",
            "audio",
            "sms",
            "push",
            "video",
            "banner",
            "social",
            "x",
            "(none)",
            "chatbot",
            "",
        ];
        let mut seen = Vec::new();
        for source in words {
            for medium in media {
                for campaign in ["", "cross-network", "shop"] {
                    for click in ["", "gclid", "msclkid", "fbclid", "ttclid"] {
                        let click = if click.is_empty() { String::new() } else { format!("&{click}=x") };
                        let query = format!("?utm_source={source}&utm_medium={medium}&utm_campaign={campaign}{click}");
                        let origin = Origin::of(&touch(&query, ""));
                        assert!(Origin::all().any(|one| one == origin), "{query}: {origin:?}");
                        seen.push(origin);
                    }
                }
            }
        }
        let unseen: Vec<_> = Origin::all().filter(|origin| !seen.contains(origin)).collect();
        assert_eq!(unseen, [], "a rule for these could never be chosen");
    }

    fn touch(query: &str, referrer: &str) -> Touch {
        let arrival = Arrival {
            at: Millis::from_unix_ms(1_790_000_000_000),
            url: PageUrl::from_serialized(&format!("https://harbor.example/{query}")),
            referrer: PageUrl::from_serialized(referrer),
        };
        Touch::read(&arrival, &[])
    }
}
