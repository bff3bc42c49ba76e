//! The marks on a landing page's address that are no ad's click ids: for reports, at the edge and in tools.
//!
//! Kept apart from [`Campaign`](super::Campaign), which the visitor's browser reads too: but for Google's aggregate parameters,
//! which stand for a click whose id was taken out, nothing here starts a new touch.

use serde::{Deserialize, Serialize};

use super::PageUrl;
use super::tag::{MAX_VALUE, bounded, read_tags};

/// Most marks kept from one address: what tools put on one link stays below a dozen.
const MAX_MARKS: usize = 24;
/// The medium of an ad's click.
const AD: &str = "cpc";

/// What a mark proves about the link it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Proof {
    /// Nothing about its kind: it stands beside a click id, or sources disagree on what it is.
    Nothing,
    /// It stood among a search engine's unpaid results.
    Organic,
    /// It was shared in a social network.
    Social,
    /// It was sent to a subscriber.
    Email,
    /// It stood in a text message to a subscriber.
    Sms,
    /// It stood in an ad of the mark's owner.
    Ad,
    /// It stood in an ad, whose place something else on the address names.
    AdElsewhere,
}

impl Proof {
    /// Returns the medium of a visit of which nothing else is known; none if the mark proves nothing.
    pub const fn medium(self) -> Option<&'static str> {
        match self {
            Self::Nothing | Self::AdElsewhere => None,
            Self::Organic => Some("organic"),
            Self::Social => Some("social"),
            Self::Email => Some("email"),
            Self::Sms => Some("sms"),
            Self::Ad => Some(AD),
        }
    }

    /// Says whether it was bought.
    pub const fn is_ad(self) -> bool {
        matches!(self, Self::Ad | Self::AdElsewhere)
    }
}

/// One mark, as a platform or a tool put it on a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkMark {
    /// Which mark.
    pub kind: MarkKind,
    /// The value, byte for byte; none where it stands for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl LinkMark {
    /// Reads the marks of a landing page's address, in its order, each kind once.
    ///
    /// The same rules as for [`Campaign`](super::Campaign): names without regard to case, the first value that is not
    /// absent wins. At most 24 marks, each value at most 255 bytes. The value of a mark that stands for a person (a
    /// subscriber, whoever shared the link) is not kept: that there was one tells the source, and nothing that this
    /// project does needs to know whose it was.
    ///
    /// ```
    /// use dni_core::visit::{LinkMark, PageUrl, Proof};
    ///
    /// let landing = PageUrl::from_serialized("https://harbor.example/?mc_cid=9b1f&mc_eid=77e0&srsltid=AfmBOo");
    /// let marks = LinkMark::read(&landing);
    /// assert_eq!(marks[0].kind.owner(), "mailchimp");
    /// assert_eq!(marks[0].value.as_deref(), Some("9b1f"), "a mailing's id");
    /// assert_eq!(marks[1].value, None, "a subscriber's id");
    /// assert_eq!(marks[2].kind.proof(), Proof::Organic);
    /// ```
    pub fn read(landing: &PageUrl) -> Vec<Self> {
        let mut read: Vec<Self> = Vec::new();
        read_tags(landing, |name, value| {
            let Some(kind) = MarkKind::from_name(name) else { return };
            if read.len() < MAX_MARKS && read.iter().all(|mark| mark.kind != kind) {
                read.push(Self { kind, value: (!kind.is_personal()).then(|| bounded(value, MAX_VALUE)) });
            }
        });
        read
    }
}

/// Declares the kinds of mark from one table: name of the parameter, its owner, what it proves, and whether its value stands
/// for a `person` or for a `thing`.
macro_rules! marks {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $owner:literal, $proof:ident, $whose:ident;)*) => {
        /// The parameters that platforms and tools put on links, beside the ids of ads' clicks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum MarkKind { $($(#[$doc])* $kind,)* }

        impl MarkKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// Returns the parameter's name, in lower case.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// Returns the platform or tool that puts it on links.
            pub const fn owner(self) -> &'static str {
                match self { $(Self::$kind => $owner,)* }
            }

            /// Returns what it proves.
            pub const fn proof(self) -> Proof {
                match self { $(Self::$kind => Proof::$proof,)* }
            }

            /// Says whether its value stands for a person.
            pub fn is_personal(self) -> bool {
                let whose = match self { $(Self::$kind => stringify!($whose),)* };
                whose == "person"
            }

            fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$kind),)* _ => None }
            }
        }
    };
}

marks! {
    /// Says what kind a `gclid` is: `aw.ds` for a click managed in Search Ads 360.
    Gclsrc = "gclsrc", "google", Nothing, thing;
    /// Google Ads' network, on every link of an ad (Google Ads help 16193746): what is left where a click's id is taken out.
    GadSource = "gad_source", "google", Ad, thing;
    /// The older name of `gad_source`.
    Gad = "gad", "google", Ad, thing;
    /// Google Ads' campaign, the same for all its clicks.
    GadCampaignid = "gad_campaignid", "google", Ad, thing;
    /// Naver's search ads: the ad.
    NAd = "n_ad", "naver", Ad, thing;
    /// Naver's search ads: the group.
    NAdGroup = "n_ad_group", "naver", Ad, thing;
    /// Naver's search ads: the keyword.
    NKeywordId = "n_keyword_id", "naver", Ad, thing;
    /// Naver's search ads: the kind of campaign.
    NCampaignType = "n_campaign_type", "naver", Ad, thing;
    /// Google Merchant Center: on free listings and on ordinary results.
    Srsltid = "srsltid", "google", Organic, thing;
    /// Yandex: on search results.
    Ysclid = "ysclid", "yandex", Organic, thing;
    /// Yandex: on the offers of its market.
    Ymclid = "ymclid", "yandex", Nothing, thing;
    /// Amazon: one list only names it.
    Awclid = "awclid", "amazon", Nothing, thing;
    /// Teads: one list only names it.
    Auctid = "auctid", "teads", Nothing, thing;
    /// Outbrain by its name, Taboola by one guide.
    Obclid = "obclid", "outbrain", Nothing, thing;
    /// Adobe Advertising's keyword.
    SKwcid = "s_kwcid", "adobe", AdElsewhere, thing;
    /// Adobe Advertising's click, which repeats the platform's own id.
    EfId = "ef_id", "adobe", AdElsewhere, thing;
    /// `HubSpot`'s ad tracking: account.
    HsaAcc = "hsa_acc", "hubspot", AdElsewhere, thing;
    /// `HubSpot`'s ad tracking: campaign.
    HsaCam = "hsa_cam", "hubspot", AdElsewhere, thing;
    /// `HubSpot`'s ad tracking: ad group.
    HsaGrp = "hsa_grp", "hubspot", AdElsewhere, thing;
    /// `HubSpot`'s ad tracking: ad.
    HsaAd = "hsa_ad", "hubspot", AdElsewhere, thing;
    /// `HubSpot`'s ad tracking: network's source.
    HsaSrc = "hsa_src", "hubspot", AdElsewhere, thing;
    /// `HubSpot`'s ad tracking: target.
    HsaTgt = "hsa_tgt", "hubspot", AdElsewhere, thing;
    /// `HubSpot`'s ad tracking: keyword.
    HsaKw = "hsa_kw", "hubspot", AdElsewhere, thing;
    /// `HubSpot`'s ad tracking: match type.
    HsaMt = "hsa_mt", "hubspot", AdElsewhere, thing;
    /// `HubSpot`'s ad tracking: ad network.
    HsaNet = "hsa_net", "hubspot", AdElsewhere, thing;
    /// `HubSpot`'s ad tracking: version.
    HsaVer = "hsa_ver", "hubspot", AdElsewhere, thing;
    /// Mailchimp's mailing.
    McCid = "mc_cid", "mailchimp", Email, thing;
    /// Mailchimp's subscriber.
    McEid = "mc_eid", "mailchimp", Email, person;
    /// `HubSpot`'s mailing.
    Hsmi = "_hsmi", "hubspot", Email, thing;
    /// `HubSpot`'s recipient, encrypted.
    Hsenc = "_hsenc", "hubspot", Email, person;
    /// Klaviyo's recipient.
    Kx = "_kx", "klaviyo", Email, person;
    /// Marketo's recipient.
    MktTok = "mkt_tok", "marketo", Email, person;
    /// Vero's recipient.
    VeroId = "vero_id", "vero", Email, person;
    /// Vero's mailing.
    VeroConv = "vero_conv", "vero", Email, thing;
    /// Omeda's reader, encrypted.
    OlyEncId = "oly_enc_id", "omeda", Email, person;
    /// Omeda's anonymous reader.
    OlyAnonId = "oly_anon_id", "omeda", Email, person;
    /// Drip's subscriber.
    DripS = "__s", "drip", Email, person;
    /// `ConvertKit`'s subscriber.
    CkSubscriberId = "ck_subscriber_id", "convertkit", Email, person;
    /// `ActiveCampaign`'s contact.
    VgoEe = "vgo_ee", "activecampaign", Email, person;
    /// `MailerLite`'s subscriber.
    MlSubscriber = "ml_subscriber", "mailerlite", Email, person;
    /// `MailerLite`'s subscriber, hashed.
    MlSubscriberHash = "ml_subscriber_hash", "mailerlite", Email, person;
    /// Omnisend's contact.
    OmnisendContactId = "omnisendcontactid", "omnisend", Email, person;
    /// Omnisend's mailing.
    OmnisendAttributionId = "omnisendattributionid", "omnisend", Email, thing;
    /// Dotdigital's mailing and contact.
    DmI = "dm_i", "dotdigital", Email, person;
    /// Beehiiv's reader.
    Bhlid = "_bhlid", "beehiiv", Email, person;
    /// Brevo's recipient.
    Se = "_se", "brevo", Email, person;
    /// Bluecore's recipient.
    Bbeml = "bbeml", "bluecore", Email, person;
    /// Blueshift's click.
    BsftClkid = "bsft_clkid", "blueshift", Email, person;
    /// Blueshift's recipient.
    BsftUid = "bsft_uid", "blueshift", Email, person;
    /// Salesforce Marketing Cloud's recipient.
    EtRid = "et_rid", "salesforce", Email, person;
    /// Salesforce Marketing Cloud's subscriber.
    SfmcSub = "sfmc_sub", "salesforce", Email, person;
    /// Salesforce Marketing Cloud's mailing.
    SfmcId = "sfmc_id", "salesforce", Email, thing;
    /// Eloqua's recipient.
    ElqTrackId = "elqtrackid", "eloqua", Email, person;
    /// Eloqua's contact.
    Elq = "elq", "eloqua", Email, person;
    /// Eloqua's mailing.
    Elqaid = "elqaid", "eloqua", Email, thing;
    /// Eloqua's kind of mailing.
    Elqat = "elqat", "eloqua", Email, thing;
    /// Eloqua's campaign.
    ElqCampaignId = "elqcampaignid", "eloqua", Email, thing;
    /// Emarsys's recipient.
    ScUid = "sc_uid", "emarsys", Email, person;
    /// Emarsys's customer.
    ScCustomer = "sc_customer", "emarsys", Email, person;
    /// Emarsys's link.
    ScEh = "sc_eh", "emarsys", Email, person;
    /// Emarsys's mailing.
    ScLlid = "sc_llid", "emarsys", Email, thing;
    /// Klaviyo's recipient, by an older name.
    Ke = "_ke", "klaviyo", Email, person;
    /// Listrak's contact.
    TrkContact = "trk_contact", "listrak", Email, person;
    /// Listrak's mailing.
    TrkMsg = "trk_msg", "listrak", Email, thing;
    /// Bronto's recipient.
    BtaTid = "_bta_tid", "bronto", Email, person;
    /// Bronto's contact.
    BtaC = "_bta_c", "bronto", Email, person;
    /// Acoustic's mailing.
    SpMailingId = "spmailingid", "acoustic", Email, thing;
    /// Acoustic's recipient.
    SpUserId = "spuserid", "acoustic", Email, person;
    /// Acoustic's job.
    SpJobId = "spjobid", "acoustic", Email, thing;
    /// Customer.io's recipient.
    CioId = "cio_id", "customer.io", Email, person;
    /// Iterable's mailing.
    IterableEmailCampaignId = "iterableemailcampaignid", "iterable", Email, thing;
    /// `SharpSpring`'s mailing.
    SsEmailId = "ss_email_id", "sharpspring", Email, thing;
    /// `AWeber`'s list.
    AwtL = "awt_l", "aweber", Email, thing;
    /// `AWeber`'s message.
    AwtM = "awt_m", "aweber", Email, thing;
    /// Piano's recipient.
    AtRecipientId = "at_recipient_id", "piano", Email, person;
    /// Piano's list of recipients.
    AtRecipientList = "at_recipient_list", "piano", Email, thing;
    /// A text message's click.
    SmsClick = "sms_click", "sms", Sms, person;
    /// A text message's source.
    SmsSource = "sms_source", "sms", Sms, thing;
    /// Recipient of a text message.
    SmsUph = "sms_uph", "sms", Sms, person;
    /// Instagram: whoever shared the link.
    Igshid = "igshid", "instagram", Social, person;
    /// Instagram: whoever shared the link, by its newer name.
    Igsh = "igsh", "instagram", Social, person;
    /// `YouTube` and Spotify: whoever shared the link. Two letters that a site may use for something of its own.
    Si = "si", "youtube", Nothing, person;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::{Campaign, CampaignDetails, ClickIdKind};

    #[test]
    fn every_mark_is_read_by_its_own_name_and_is_no_campaign() {
        for kind in MarkKind::ALL {
            let landing = landing(&format!("{}=AbC-_123", kind.name().to_ascii_uppercase()));
            let value = (!kind.is_personal()).then(|| "AbC-_123".to_owned());
            assert_eq!(LinkMark::read(&landing), [LinkMark { kind: *kind, value }], "{kind:?}");
            assert!(Campaign::read(&landing).is_empty(), "{kind:?}");
            assert!(!kind.owner().is_empty() && kind.name() == kind.name().to_ascii_lowercase());
        }
    }

    #[test]
    fn a_name_stands_in_one_table_only() {
        let clicks = ClickIdKind::ALL.iter().map(|kind| kind.name());
        let marks = MarkKind::ALL.iter().map(|kind| kind.name());
        let mut names: Vec<_> = clicks.chain(marks).chain(CampaignDetails::NAMES.iter().copied()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn values() {
        /// Query, and the marks read from it.
        type Case<'a> = (&'a str, &'a [(&'a str, Option<&'a str>)]);
        let cases: &[Case] = &[
            ("", &[]),
            ("mc_cid=", &[]),
            ("mc_cid=*|CAMPAIGN_UID|*", &[]),
            ("mc_cid=null&mc_cid=7", &[("mc_cid", Some("7"))]),
            ("gclid=x&gclsrc=aw.ds&gad_source=1", &[("gclsrc", Some("aw.ds")), ("gad_source", Some("1"))]),
            ("x=1&amp;srsltid=a%2Bb", &[("srsltid", Some("a+b"))]),
            ("mc_eid=a@b.example", &[("mc_eid", None)]),
        ];
        for (query, marks) in cases {
            let read = LinkMark::read(&landing(query));
            let got: Vec<_> = read.iter().map(|mark| (mark.kind.name(), mark.value.as_deref())).collect();
            assert_eq!(got, *marks, "{query}");
        }
    }

    #[test]
    fn marks_are_bounded_and_no_persons_value_is_written() {
        let query: Vec<_> = MarkKind::ALL.iter().map(|kind| format!("{}={}", kind.name(), "ä".repeat(20))).collect();
        assert_eq!(LinkMark::read(&landing(&query.join("&"))).len(), MAX_MARKS);
        assert_eq!(
            LinkMark::read(&landing(&format!("ef_id={}", "ä".repeat(400))))[0].value.as_ref().unwrap().len(),
            254
        );
        let told = serde_json::to_string(&LinkMark::read(&landing("mkt_tok=secret&_hsmi=9"))).unwrap();
        assert_eq!(told, r#"[{"kind":"mkt_tok"},{"kind":"hsmi","value":"9"}]"#);
    }

    fn landing(query: &str) -> PageUrl {
        PageUrl::from_serialized(&format!("https://harbor.example/?{query}"))
    }
}
