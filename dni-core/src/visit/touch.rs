//! A touch: one arrival with its source.

use serde::{Deserialize, Serialize};

use super::{Arrival, Campaign, LinkMark, PageUrl, Referrer};
use crate::time::Millis;

/// One arrival, read: where it came from and by which rule that was found.
///
/// ```
/// use dni_core::time::Millis;
/// use dni_core::visit::{Arrival, PageUrl, Touch, TouchRule};
///
/// let arrival = Arrival {
///     at: Millis::from_unix_ms(1_790_000_000_000),
///     url: PageUrl::from_serialized("https://harbor.example/?gclid=Cj0KCQ"),
///     referrer: PageUrl::from_serialized("https://www.google.com/"),
/// };
/// let touch = Touch::read(&arrival, &[]);
/// assert_eq!((touch.source.as_str(), touch.medium.as_str()), ("google", "cpc"));
/// assert_eq!(touch.rule, TouchRule::ClickId);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// When the visitor arrived.
    pub at: Millis,
    /// The page they arrived on.
    pub landing: PageUrl,
    /// The page they came from; empty if unknown, one of the site's own, or one that visitors only come back from.
    pub referrer: PageUrl,
    /// The source: `google`, `newsletter`, `(direct)`.
    pub source: String,
    /// The medium: `cpc`, `organic`, `email`, `(none)`.
    pub medium: String,
    /// What the landing page's address says.
    pub campaign: Campaign,
    /// How source and medium were found.
    pub rule: TouchRule,
}

/// The rules that name a touch's source, first match wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TouchRule {
    /// The address has `utm_source`.
    Utm,
    /// The address has a click id, which names its platform.
    ClickId,
    /// The visitor came from an outside page.
    Referrer,
    /// The address has a mark of a mailing, a search result or a shared link, and nothing else names a source.
    Mark,
    /// None of these: typed in, bookmarked, or hidden by the browser.
    Direct,
}

impl Touch {
    /// Reads an arrival. `own_hosts` are the site's hosts (with port, if they have one): a referrer among them is none, nor is
    /// a page for paying or signing in, from which visitors only come back.
    pub fn read(arrival: &Arrival, own_hosts: &[String]) -> Self {
        let campaign = Campaign::read(&arrival.url);
        let outside = arrival.comes_from_outside(own_hosts) && !arrival.comes_back();
        let (source, medium, rule) = source_of(arrival, &campaign, outside);
        let named = |value: &Option<String>, found: &str| value.clone().unwrap_or_else(|| found.to_owned());
        Self {
            at: arrival.at,
            landing: arrival.url.clone(),
            referrer: if outside { arrival.referrer.clone() } else { PageUrl::default() },
            source: named(&campaign.source, source),
            medium: named(&campaign.medium, medium),
            campaign,
            rule,
        }
    }

    /// Says whether nothing is known of where the visitor came from.
    pub fn is_direct(&self) -> bool {
        self.rule == TouchRule::Direct
    }
}

/// Names source and medium by the first rule that applies; what the UTM parameters name outright stands above both.
fn source_of<'a>(arrival: &'a Arrival, campaign: &Campaign, outside: bool) -> (&'a str, &'static str, TouchRule) {
    let click = campaign.click_ids.first().map(|id| id.kind);
    if campaign.source.is_some() {
        return ("", click.map_or("(not set)", |kind| kind.medium()), TouchRule::Utm);
    }
    if let Some(kind) = click {
        return (kind.source(), kind.medium(), TouchRule::ClickId);
    }
    if outside {
        let known = Referrer::of(&arrival.referrer);
        return (known.source, known.kind.medium(), TouchRule::Referrer);
    }
    // Last, for a marked link that was passed on came from where it was passed on.
    let mut marks = LinkMark::read(&arrival.url).into_iter().map(|mark| mark.kind);
    let proven = marks.find_map(|kind| Some((kind.owner(), kind.proof().medium()?, TouchRule::Mark)));
    proven.unwrap_or(("(direct)", "(none)", TouchRule::Direct))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_applies_names_the_source() {
        use TouchRule::{ClickId, Direct, Mark, Referrer, Utm};
        let cases = [
            ("?utm_source=google&utm_medium=cpc&gclid=x", "https://www.google.com/", "google", "cpc", Utm),
            ("?utm_source=newsletter", "", "newsletter", "(not set)", Utm),
            ("?utm_source=fb&fbclid=x", "", "fb", "social", Utm),
            ("?gclid=x", "", "google", "cpc", ClickId),
            ("?msclkid=x", "https://www.bing.com/", "bing", "cpc", ClickId),
            ("?fbclid=x", "https://l.facebook.com/", "facebook", "social", ClickId),
            ("?utm_medium=email&gclid=x", "", "google", "email", ClickId),
            ("", "https://www.google.com/", "google", "organic", Referrer),
            ("", "https://chamber.example/members", "chamber.example", "referral", Referrer),
            ("", "https://://made-up", "(direct)", "(none)", Direct),
            ("", "https://www.:80/", "(direct)", "(none)", Direct),
            ("?mc_cid=x", "", "mailchimp", "email", Mark),
            ("?_kx=x", "https://harbor.example/about", "klaviyo", "email", Mark),
            ("?mc_cid=x", "https://m.facebook.com/", "facebook", "social", Referrer),
            ("?mc_cid=x&utm_source=news&utm_medium=email", "", "news", "email", Utm),
            ("?mkt_tok=x&gclid=y", "", "google", "cpc", ClickId),
            ("?srsltid=x", "", "google", "organic", Mark),
            ("?ysclid=x", "", "yandex", "organic", Mark),
            ("?igsh=x", "", "instagram", "social", Mark),
            ("?gad_source=1&si=x&hsa_cam=1&mc_cid=x", "", "mailchimp", "email", Mark),
            ("?gad_source=1&gclsrc=aw.ds&si=x&awclid=1&auctid=1&obclid=1", "", "(direct)", "(none)", Direct),
            ("", "https://harbor.example/about", "(direct)", "(none)", Direct),
            ("", "https://shop.harbor.example/", "(direct)", "(none)", Direct),
            ("", "https://www.harbor.example/", "(direct)", "(none)", Direct),
            ("", "https://www.paypal.com/checkoutnow?token=x", "(direct)", "(none)", Direct),
            ("", "https://checkout.stripe.com/", "(direct)", "(none)", Direct),
            ("?gclid=x", "https://www.paypal.com/", "google", "cpc", ClickId),
            ("", "https://doubleclick.net/", "doubleclick", "paid", Referrer),
            ("", "android-app://com.google.android.gm/", "gmail", "email", Referrer),
            ("", "", "(direct)", "(none)", Direct),
        ];
        for (query, referrer, source, medium, rule) in cases {
            let touch = Touch::read(&arrival(query, referrer), &["shop.harbor.example".to_owned()]);
            let got = (touch.source.as_str(), touch.medium.as_str(), touch.rule);
            assert_eq!(got, (source, medium, rule), "{query} from {referrer:?}");
        }
    }

    #[test]
    fn an_inside_referrer_is_dropped() {
        assert!(Touch::read(&arrival("", "https://harbor.example/about"), &[]).referrer.is_empty());
        assert!(Touch::read(&arrival("", "https://www.paypal.com/"), &[]).referrer.is_empty());
        assert!(!Touch::read(&arrival("", "https://chamber.example/"), &[]).referrer.is_empty());
    }

    fn arrival(query: &str, referrer: &str) -> Arrival {
        Arrival {
            at: Millis::from_unix_ms(1_790_000_000_000),
            url: PageUrl::from_serialized(&format!("https://harbor.example/{query}")),
            referrer: PageUrl::from_serialized(referrer),
        }
    }
}
