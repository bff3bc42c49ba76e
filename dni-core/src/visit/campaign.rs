//! What the landing page's address says about the ad: UTM parameters and click ids.

use serde::{Deserialize, Serialize};

use super::PageUrl;
use super::tag::{MAX_VALUE, bounded, read_tags, read_tags_roughly};
use super::tag_names::place_of;

/// Longest click id kept, in bytes: a longer one is none, for platforms know no part of it. The longest seen are Meta's with
/// about 160 characters.
const MAX_CLICK_ID: usize = 512;
/// Most click ids kept from one address: a click has one, sometimes with its companions.
const MAX_CLICK_IDS: usize = 8;

/// The campaign parameters and click ids of one landing page.
///
/// Names are matched without regard to case, values are kept byte for byte after one decoding. The first value that is
/// not empty wins; a macro that the ad platform did not fill in (`{keyword}`) and a program's `null` count as absent.
///
/// ```
/// use dni_core::visit::{Campaign, PageUrl};
///
/// let landing = PageUrl::from_serialized("https://harbor.example/?utm_source=google&UTM_MEDIUM=cpc&gclid=Cj0KCQ");
/// let campaign = Campaign::read(&landing);
/// assert_eq!(campaign.source.as_deref(), Some("google"));
/// assert_eq!(campaign.medium.as_deref(), Some("cpc"));
/// assert_eq!(campaign.click_ids[0].kind.name(), "gclid");
/// assert_eq!(campaign.click_ids[0].value, "Cj0KCQ");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// `utm_source`.
    pub source: Option<String>,
    /// `utm_medium`.
    pub medium: Option<String>,
    /// `utm_campaign`.
    pub campaign: Option<String>,
    /// `utm_term`: the keyword.
    pub term: Option<String>,
    /// `utm_content`.
    pub content: Option<String>,
    /// The click ids, in the order of the address.
    pub click_ids: Vec<ClickId>,
}

impl Campaign {
    /// Reads the parameters of a landing page's address.
    pub fn read(landing: &PageUrl) -> Self {
        let mut read = Self::default();
        read_tags(landing, |name, value| read.take(name, value));
        read
    }

    /// Says whether the address says nothing about a campaign.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the value of a click id by its parameter's name, such as `gclid`.
    pub fn click_id(&self, name: &str) -> Option<&str> {
        self.click_ids.iter().find(|id| id.kind.name() == name).map(|id| id.value.as_str())
    }

    fn take(&mut self, name: &str, value: &str) {
        let field = match name {
            "utm_source" => &mut self.source,
            "utm_medium" => &mut self.medium,
            "utm_campaign" => &mut self.campaign,
            "utm_term" => &mut self.term,
            "utm_content" => &mut self.content,
            _ => return self.take_click_id(name, value),
        };
        if field.is_none() {
            *field = Some(bounded(value, MAX_VALUE));
        }
    }

    fn take_click_id(&mut self, name: &str, value: &str) {
        let Some(kind) = ClickIdKind::from_name(name) else { return };
        let taken = self.click_ids.iter().any(|id| id.kind == kind);
        if !taken && self.click_ids.len() < MAX_CLICK_IDS && value.len() <= MAX_CLICK_ID {
            self.click_ids.push(ClickId { kind, value: value.to_owned() });
        }
    }
}

/// What tells one campaign or click from another, without the rest of [`Campaign`]: the visitor's browser needs no more.
///
/// The values with their names' places in [`TAG_NAMES`](super::tag_names::TAG_NAMES), each once.
pub(super) struct Fingerprint(Vec<(usize, Vec<u8>)>);

impl Fingerprint {
    /// Reads the same parameters as [`Campaign::read`], by the same rules, and what is left of a click on Google's ads where its
    /// id was taken out; as long as the address allows.
    pub(super) fn of(landing: &PageUrl) -> Self {
        let mut values: Vec<(usize, Vec<u8>)> = Vec::new();
        read_tags_roughly(landing, |name, value| {
            let Some(place) = place_of(name) else { return };
            if values.iter().all(|(other, _)| *other != place) {
                values.push((place, value.to_owned()));
            }
        });
        Self(values)
    }

    /// Says whether the address says nothing about a campaign.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for Fingerprint {
    /// An address may have its tags in any order.
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|value| other.0.contains(value))
    }
}

/// One click's id, as the ad platform put it into the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClickId {
    /// Which platform's id.
    pub kind: ClickIdKind,
    /// The value, byte for byte: uploads to the platform need it unchanged.
    pub value: String,
}

/// Declares the kinds of click id from one table: name of the parameter, the source it speaks for, and its medium.
macro_rules! click_ids {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $source:literal, $medium:literal;)*) => {
        /// The parameters in which ad platforms pass a click's id.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum ClickIdKind { $($(#[$doc])* $kind,)* }

        impl ClickIdKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The parameters' names, in lower case, in the order of the kinds.
            pub const NAMES: &[&str] = &[$($name,)*];

            /// Returns the parameter's name, in lower case.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// Returns the source the click came from.
            pub const fn source(self) -> &'static str {
                match self { $(Self::$kind => $source,)* }
            }

            /// Returns the medium that the click id alone proves: `cpc` where only ads carry it.
            pub const fn medium(self) -> &'static str {
                match self { $(Self::$kind => $medium,)* }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$kind),)* _ => None }
            }
        }
    };
}

// Here stands what an ad's click alone carries and whose owner is known (and Meta's, which says it on every link). The other
// marks of platforms and tools stand in `mark.rs`: they start no touch and prove no ad.
click_ids! {
    /// Google Ads.
    Gclid = "gclid", "google", "cpc";
    /// Google Ads, from an app on iOS.
    Gbraid = "gbraid", "google", "cpc";
    /// Google Ads, from the web on iOS.
    Wbraid = "wbraid", "google", "cpc";
    /// Google's display ads (Campaign Manager, Display & Video 360).
    Dclid = "dclid", "google", "display";
    /// Microsoft Advertising.
    Msclkid = "msclkid", "bing", "cpc";
    /// Meta puts it on every outgoing link, ad or not, so alone it is no proof of an ad.
    Fbclid = "fbclid", "facebook", "social";
    /// `TikTok`.
    Ttclid = "ttclid", "tiktok", "cpc";
    /// X.
    Twclid = "twclid", "twitter", "cpc";
    /// `LinkedIn`.
    LiFatId = "li_fat_id", "linkedin", "cpc";
    /// Snapchat.
    Sccid = "sccid", "snapchat", "cpc";
    /// Pinterest.
    Epik = "epik", "pinterest", "cpc";
    /// Reddit.
    RdtCid = "rdt_cid", "reddit", "cpc";
    /// Quora.
    Qclid = "qclid", "quora", "cpc";
    /// Yandex.
    Yclid = "yclid", "yandex", "cpc";
    /// Yahoo's ad platform.
    Vmcid = "vmcid", "yahoo", "cpc";
    /// Taboola.
    Tblci = "tblci", "taboola", "cpc";
    /// Outbrain.
    Dicbo = "dicbo", "outbrain", "cpc";
    /// Outbrain, by the name that its macro gives.
    ObClickId = "ob_click_id", "outbrain", "cpc";
    /// Impact, an affiliate network.
    Irclickid = "irclickid", "impact", "affiliate";
    /// Impact, by its older name.
    Irclid = "irclid", "impact", "affiliate";
    /// `OpenAI`'s ads in `ChatGPT`.
    Oppref = "oppref", "chatgpt", "cpc";
    /// Nextdoor.
    Ndclid = "ndclid", "nextdoor", "cpc";
    /// Baidu.
    BdVid = "bd_vid", "baidu", "cpc";
    /// 360 Search.
    Qhclickid = "qhclickid", "360", "cpc";
    /// VK's ads, by the name that they had at myTarget.
    RbClickid = "rb_clickid", "vk", "cpc";
    /// CJ, an affiliate network.
    Cjevent = "cjevent", "cj", "affiliate";
    /// Awin.
    Awc = "awc", "awin", "affiliate";
    /// Partnerize.
    Clickref = "clickref", "partnerize", "affiliate";
    /// Rakuten Advertising.
    Ransiteid = "ransiteid", "rakuten advertising", "affiliate";
    /// `ShareASale`.
    Sscid = "sscid", "shareasale", "affiliate";
    /// Tradedoubler.
    Tduid = "tduid", "tradedoubler", "affiliate";
    /// Zanox, which became Awin.
    Zanpid = "zanpid", "awin", "affiliate";
    /// Admitad.
    AdmitadUid = "admitad_uid", "admitad", "affiliate";
    /// Webgains.
    Wgu = "wgu", "webgains", "affiliate";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::visit::MarkKind;
    use crate::visit::tag_names::TAG_NAMES;

    #[test]
    fn utm_parameters() {
        let cases = [
            ("utm_source=google", Some("google")),
            ("UTM_Source=Google", Some("Google")),
            ("utm_source=&utm_source=second", Some("second")),
            ("utm_source=first&utm_source=second", Some("first")),
            ("utm_source=%20%20", None),
            ("utm_source={source}", None),
            ("utm_source={{site_source_name}}", None),
            ("utm_source=%7Bsource%7D", None),
            ("utm_source=%257Bsource%257D", Some("%7Bsource%7D")),
            ("utm_source=[source]", None),
            ("utm_source=$publisher_name$", None),
            ("utm_source=__SOURCE__", None),
            ("utm_source=${SOURCE}", None),
            ("utm_source=%%SOURCE%%", None),
            ("utm_source=*|SOURCE|*", None),
            ("utm_source=autumn_{keyword}", Some("autumn_{keyword}")),
            ("utm_source={a}_b", Some("{a}_b")),
            ("utm_source=null", None),
            ("utm_source=NULL&utm_source=second", Some("second")),
            ("utm_source=undefined", None),
            ("utm_source=nullify", Some("nullify")),
            ("utm_source=0", Some("0")),
            ("page=2?utm_source=second", Some("second")),
            ("utm_source=a?utm_medium=b", Some("a")),
            ("utm_source=a%3Fb", Some("a?b")),
            ("?utm_source=doubled", Some("doubled")),
            ("x=1&amp;utm_source=html", Some("html")),
            ("x=1&amp;amp;utm_source=twice", Some("twice")),
            ("x=1&stamp;utm_source=no", None),
            ("x=1;utm_source=no", None),
            ("utm_source=a=b", Some("a=b")),
            ("utm_source=a+b", Some("a b")),
            ("utm_source", None),
            ("#utm_source=fragment", Some("fragment")),
            ("#/route?utm_source=route", Some("route")),
            ("#top&utm_source=behind", Some("behind")),
            ("utm_source=query#utm_source=fragment", Some("query")),
            ("UTM_medium=x#utm_source=no", None),
            ("gclid=x#utm_source=fragment", Some("fragment")),
            ("utm_source=bing/", Some("bing")),
            ("utm_source=Z%FCrich", Some("Zürich")),
            ("utm_source=uns_footer%", Some("uns_footer%")),
            ("utm_source=a%2Bb", Some("a+b")),
            ("xutm_source=no", None),
            ("utm_source_platform=no", None),
        ];
        for (query, source) in cases {
            assert_eq!(read(query).source.as_deref(), source, "{query}");
        }
        let all = read("utm_source=s&utm_medium=m&utm_campaign=c&utm_term=t&utm_content=n");
        let fields = [all.source, all.medium, all.campaign, all.term, all.content].map(Option::unwrap);
        assert_eq!(fields, ["s", "m", "c", "t", "n"]);
    }

    #[test]
    fn every_click_id_is_read_by_its_own_name() {
        for kind in ClickIdKind::ALL {
            let campaign = read(&format!("{}=AbC-_123", kind.name().to_ascii_uppercase()));
            assert_eq!(campaign.click_ids, [ClickId { kind: *kind, value: "AbC-_123".to_owned() }]);
            assert_eq!(campaign.click_id(kind.name()), Some("AbC-_123"));
        }
    }

    #[test]
    fn values_are_bounded() {
        let campaign =
            read(&format!("utm_source={}&gclid={}&msclkid={}", "ä".repeat(400), "a".repeat(513), "b".repeat(512)));
        assert_eq!(campaign.source.unwrap().len(), 254, "255 bytes would cut a character in two");
        assert_eq!(campaign.click_ids.len(), 1, "a part of a click id is none");
        assert_eq!(campaign.click_ids[0].value.len(), 512);
        let names: Vec<_> = ClickIdKind::ALL.iter().map(|kind| format!("{}=1", kind.name())).collect();
        assert_eq!(read(&names.join("&")).click_ids.len(), MAX_CLICK_IDS);
    }

    #[test]
    fn what_a_touch_is_told_by_is_what_the_tables_name() {
        let utm = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];
        let google = [MarkKind::GadSource, MarkKind::GadCampaignid].map(MarkKind::name);
        let names: Vec<_> = utm.into_iter().chain(ClickIdKind::NAMES.iter().copied()).chain(google).collect();
        assert_eq!(TAG_NAMES, names.join(" "));
    }

    #[test]
    fn click_ids_are_kept_byte_for_byte() {
        let cases = [
            ("gclid=Cj0-_KCQ", Some("Cj0-_KCQ")),
            ("GCLID=Cj0-_KCQ", Some("Cj0-_KCQ")),
            ("gclid=x&gclid=y", Some("x")),
            ("gclid=&gclid=y", Some("y")),
            ("gclid={gclid}", None),
            ("gclid=null", None),
            ("amp;gclid=x", Some("x")),
            ("utm_source=a?gclid=x", Some("x")),
            ("#gclid=x", Some("x")),
            ("utm_source=a#gclid=x", Some("x")),
            ("utm_source=a#prices?gclid=x", Some("x")),
            ("gclid=x/", Some("x")),
            ("gclid=100%", Some("100%")),
        ];
        for (query, value) in cases {
            assert_eq!(read(query).click_id("gclid"), value, "{query}");
        }
    }

    #[test]
    fn an_address_without_campaign_is_empty() {
        assert!(read("").is_empty());
        assert!(read("page=2&srsltid=AfmBOo&gad_source=1").is_empty());
        assert!(read("mc_eid=1&_hsenc=1&mkt_tok=1&igshid=1&gclsrc=aw.ds&gad_campaignid=1&ysclid=1").is_empty());
    }

    proptest! {
        #[test]
        fn fingerprints_differ_where_campaigns_do(one in query(), other in query()) {
            let same_campaign = sorted(read(&one)) == sorted(read(&other));
            let [one, other] = [landing(&one), landing(&other)];
            prop_assert_eq!(Fingerprint::of(&one) == Fingerprint::of(&other), same_campaign);
            prop_assert_eq!(Fingerprint::of(&one).is_empty(), Campaign::read(&one).is_empty());
        }
    }

    fn query() -> impl Strategy<Value = String> {
        let name = prop_oneof![
            proptest::sample::select(vec!["utm_source", "UTM_medium", "gclid", "fbclid", "amp;gclid", "utm_id", "x"]),
            proptest::sample::select(ClickIdKind::NAMES),
        ];
        let value = proptest::sample::select(vec!["", "a", "b", "%7Bx%7D", "null", "a+b", "%"]);
        let end = proptest::sample::select(vec!["&", "?", "#"]);
        let part = (name, value, end).prop_map(|(name, value, end)| format!("{name}={value}{end}"));
        proptest::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
    }

    /// Their order is the address's, not the campaign's.
    fn sorted(mut campaign: Campaign) -> Campaign {
        campaign.click_ids.sort_by_key(|id| id.kind);
        campaign
    }

    fn read(query: &str) -> Campaign {
        Campaign::read(&landing(query))
    }

    fn landing(query: &str) -> PageUrl {
        PageUrl::from_serialized(&format!("https://harbor.example/?{query}"))
    }
}
