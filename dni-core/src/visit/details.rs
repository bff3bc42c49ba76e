//! What a landing page's address says about the ad beyond its campaign: for reports, at the edge and in tools.
//!
//! Kept apart from [`Campaign`](super::Campaign), which the visitor's browser reads too: nothing here starts a new touch.

use serde::{Deserialize, Serialize};

use super::PageUrl;
use super::tag::{MAX_VALUE, bounded, read_tags};

/// Declares the details from one table: field, name of the parameter, and what it is.
macro_rules! campaign_details {
    ($($(#[$doc:meta])* $field:ident = $name:literal;)*) => {
        /// The rarer UTM parameters and the parameters that ad platforms fill in for the advertiser (ValueTrack).
        ///
        /// The same rules as for [`Campaign`](super::Campaign): names without regard to case, values byte for byte after
        /// one decoding and at most 255 bytes long, the first that is not empty wins, a macro left unfilled and a `null` are absent.
        /// The names without `utm_` are plain words, which a site may use for something of its own.
        ///
        /// ```
        /// use dni_core::visit::{CampaignDetails, PageUrl};
        ///
        /// let landing = "https://harbor.example/?utm_id=42&keyword=furnace+repair&MatchType=e&device={device}";
        /// let details = CampaignDetails::read(&PageUrl::from_serialized(landing));
        /// assert_eq!(details.id.as_deref(), Some("42"));
        /// assert_eq!(details.keyword.as_deref(), Some("furnace repair"));
        /// assert_eq!(details.match_type.as_deref(), Some("e"));
        /// assert_eq!(details.device, None, "the platform did not fill it in");
        /// ```
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        #[non_exhaustive]
        pub struct CampaignDetails {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<String>,)*
        }

        impl CampaignDetails {
            /// The parameters' names, in lower case, in the order of the fields.
            pub const NAMES: &[&str] = &[$($name,)*];

            /// Returns the field of a parameter by its name in lower case.
            fn field(&mut self, name: &str) -> Option<&mut Option<String>> {
                match name { $($name => Some(&mut self.$field),)* _ => None }
            }
        }
    };
}

campaign_details! {
    /// `utm_id`: the campaign's id in the advertiser's own books.
    id = "utm_id";
    /// `utm_source_platform`: the platform that directs the traffic, such as a budget manager.
    source_platform = "utm_source_platform";
    /// `utm_creative_format`: the kind of creative, such as `native`.
    creative_format = "utm_creative_format";
    /// `utm_marketing_tactic`: the targeting, such as `remarketing`.
    marketing_tactic = "utm_marketing_tactic";
    /// `matchtype`: how the keyword matched.
    match_type = "matchtype";
    /// `network`: where the ad stood.
    network = "network";
    /// `device`: the kind of device clicked on.
    device = "device";
    /// `keyword`: the keyword that brought up the ad.
    keyword = "keyword";
    /// `campaignid`.
    campaign_id = "campaignid";
    /// `adgroupid`.
    ad_group_id = "adgroupid";
    /// `creative`: the ad's id.
    creative = "creative";
    /// `placement`: the site or app on which the ad stood.
    placement = "placement";
}

impl CampaignDetails {
    /// Reads the parameters of a landing page's address.
    pub fn read(landing: &PageUrl) -> Self {
        let mut read = Self::default();
        read_tags(landing, |name, value| {
            if let Some(field @ None) = read.field(name) {
                *field = Some(bounded(value, MAX_VALUE));
            }
        });
        read
    }

    /// Says whether the address has none of the parameters.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::Campaign;

    #[test]
    fn values() {
        let cases = [
            ("utm_id=abc.123", Some("abc.123")),
            ("UTM_ID=AbC", Some("AbC")),
            ("utm_id=&utm_id=second", Some("second")),
            ("utm_id=first&utm_id=second", Some("first")),
            ("utm_id=+%20", None),
            ("utm_id={campaignid}", None),
            ("utm_id={campaignid}&utm_id=7", Some("7")),
            ("utm_id=100%free", Some("100%free")),
            ("utm_id=a%252Bb", Some("a%2Bb")),
            ("utm_idx=no&xutm_id=no&id=no", None),
            ("", None),
        ];
        for (query, id) in cases {
            check(query, id);
        }
    }

    fn check(query: &str, id: Option<&str>) {
        assert_eq!(read(query).id.as_deref(), id, "{query}");
    }

    #[test]
    fn every_detail_is_read_by_its_own_name_and_is_no_campaign() {
        for name in CampaignDetails::NAMES {
            let query = format!("{}=AbC-_123", name.to_ascii_uppercase());
            let mut details = read(&query);
            assert_eq!(details.field(name).unwrap().as_deref(), Some("AbC-_123"), "{name}");
            *details.field(name).unwrap() = None;
            assert!(details.is_empty(), "{name} fills one field only");
            let landing = PageUrl::from_serialized(&format!("https://harbor.example/?{query}"));
            assert!(Campaign::read(&landing).is_empty(), "{name}");
        }
    }

    #[test]
    fn values_are_bounded() {
        let details = read(&format!("keyword={}", "ä".repeat(400)));
        assert_eq!(details.keyword.unwrap().len(), 254, "255 bytes would cut a character in two");
    }

    #[test]
    fn absent_details_are_not_written() {
        let details = read("network=g");
        let json = serde_json::to_string(&details).unwrap();
        assert_eq!(json, r#"{"network":"g"}"#);
        assert_eq!(serde_json::from_str::<CampaignDetails>(&json).unwrap(), details);
    }

    fn read(query: &str) -> CampaignDetails {
        CampaignDetails::read(&PageUrl::from_serialized(&format!("https://harbor.example/?{query}")))
    }
}
