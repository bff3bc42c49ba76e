//! A touch: one arrival with its source.

use serde::{Deserialize, Serialize};

use super::tag::read_tags;
use super::{Arrival, Campaign, ClickIdKind, LinkMark, MarkKind, PageUrl, Proof, Referrer, ReferrerKind};
use crate::time::Millis;

/// What GA4 writes where an address is tagged and does not say it.
const NOT_SET: &str = "(not set)";

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
    /// The address has `utm_source`, or other UTM parameters and nothing that names a source.
    Utm,
    /// The address has a click id, which names its platform.
    ClickId,
    /// The visitor came from an outside page. Meta's click id, which stands on every link, leaves it to the page which of
    /// Meta's places it was.
    Referrer,
    /// The address has what is left of an ad's click, or the mark of a mailing, a search result or a shared link, and nothing
    /// else names a source.
    Mark,
    /// None of these: typed in, bookmarked, or hidden by the browser.
    Direct,
}

impl Touch {
    /// Reads an arrival. `own_hosts` are the site's hosts (with port, if they have one): a referrer among them is none, nor is
    /// a page for paying or signing in, from which visitors only come back.
    pub fn read(arrival: &Arrival, own_hosts: &[String]) -> Self {
        let campaign = Campaign::read(&arrival.url);
        let before = arrival.comes_from_outside(own_hosts).then(|| Referrer::of(&arrival.referrer));
        let before = before.filter(|before| before.kind != ReferrerKind::Return);
        let outside = before.is_some();
        let (source, medium, rule) = source_of(arrival, &campaign, before);
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
fn source_of<'a>(
    arrival: &'a Arrival,
    campaign: &Campaign,
    before: Option<Referrer<'a>>,
) -> (&'a str, &'static str, TouchRule) {
    let click = campaign.click_ids.first().map(|id| id.kind);
    let marks: Vec<MarkKind> = LinkMark::read(&arrival.url).into_iter().map(|mark| mark.kind).collect();
    let ad = marks.iter().find(|kind| kind.proof() == Proof::Ad);
    if campaign.source.is_some() {
        let medium = click.map(ClickIdKind::medium).or_else(|| ad?.proof().medium());
        return ("", medium.unwrap_or(NOT_SET), TouchRule::Utm);
    }
    if let Some(kind) = click {
        return match before {
            Some(before) if kind == ClickIdKind::Fbclid && is_metas(&before) => {
                (before.source, before.kind.medium(), TouchRule::Referrer)
            }
            _ => (kind.source(), kind.medium(), TouchRule::ClickId),
        };
    }
    if let Some((ad, medium)) = ad.and_then(|kind| Some((kind, kind.proof().medium()?)))
        && !before.as_ref().is_some_and(passes_links_on)
    {
        return (ad.owner(), medium, TouchRule::Mark);
    }
    if let Some(before) = before {
        return (before.source, before.kind.medium(), TouchRule::Referrer);
    }
    // Last, for a marked link that was passed on came from where it was passed on.
    if let Some((owner, medium)) = marks.iter().find_map(|kind| Some((kind.owner(), kind.proof().medium()?))) {
        return (owner, medium, TouchRule::Mark);
    }
    // A tagged link is not typed in.
    if is_tagged(&arrival.url) { (NOT_SET, NOT_SET, TouchRule::Utm) } else { ("(direct)", "(none)", TouchRule::Direct) }
}

/// Says whether the place is one of those of Meta's that its click id is put on links of, beside Facebook.
fn is_metas(place: &Referrer<'_>) -> bool {
    matches!(place.source, "instagram" | "threads" | "whatsapp" | "workplace")
}

/// Says whether people pass links on at such a place, with whatever stands on them: no ad of another platform's stands there.
fn passes_links_on(place: &Referrer<'_>) -> bool {
    matches!(place.kind, ReferrerKind::Social | ReferrerKind::Email | ReferrerKind::Assistant)
}

fn is_tagged(landing: &PageUrl) -> bool {
    let mut found = false;
    read_tags(landing, |name, _| found |= name.starts_with("utm_"));
    found
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
            ("?si=x&hsa_cam=1&mc_cid=x", "", "mailchimp", "email", Mark),
            ("?gclsrc=aw.ds&si=x&awclid=1&auctid=1&obclid=1&hsa_cam=1", "", "(direct)", "(none)", Direct),
            ("?gad_source=2&gad_campaignid=20887766554", "https://www.google.com/", "google", "cpc", Mark),
            ("?gad_campaignid=20887766554&gad_source=1", "", "google", "cpc", Mark),
            ("?gad=1", "https://www.google.de/", "google", "cpc", Mark),
            ("?gad_source=5", "https://news.example/", "google", "cpc", Mark),
            ("?gad_source=1", "android-app://com.google.android.googlequicksearchbox/", "google", "cpc", Mark),
            ("?gad_source=1&mc_cid=x", "", "google", "cpc", Mark),
            ("?gad_source=1", "https://m.facebook.com/", "facebook", "social", Referrer),
            (
                "?gad_source=1",
                "https://mail03.lakeside-telecom.example/",
                "mail03.lakeside-telecom.example",
                "email",
                Referrer,
            ),
            ("?gad_source=1&utm_source=google", "", "google", "cpc", Utm),
            ("?gad_source={source}", "", "(direct)", "(none)", Direct),
            ("?n_ad=nad-1&n_media=27758", "https://m.search.naver.com/", "naver", "cpc", Mark),
            ("?fbclid=x", "https://www.instagram.com/", "instagram", "social", Referrer),
            ("?fbclid=x", "https://l.instagram.com/?u=y", "instagram", "social", Referrer),
            ("?fbclid=x", "https://l.threads.com/", "threads", "social", Referrer),
            ("?fbclid=x", "android-app://com.instagram.android/", "instagram", "social", Referrer),
            ("?fbclid=x", "https://web.whatsapp.com/", "whatsapp", "social", Referrer),
            ("?fbclid=x", "https://www.google.com/", "facebook", "social", ClickId),
            ("?fbclid=x", "", "facebook", "social", ClickId),
            ("?gclid=x", "https://www.instagram.com/", "google", "cpc", ClickId),
            ("?oppref=x", "https://chatgpt.com/", "chatgpt", "cpc", ClickId),
            ("?cjevent=x", "https://deals.example/", "cj", "affiliate", ClickId),
            ("?awc=1_2_x", "", "awin", "affiliate", ClickId),
            ("?ck_subscriber_id=1", "", "convertkit", "email", Mark),
            ("?omnisendContactID=1", "", "omnisend", "email", Mark),
            ("?sms_click=1", "", "sms", "sms", Mark),
            ("?utm_campaign=open-day-2026", "", "(not set)", "(not set)", Utm),
            ("?utm_id=7", "", "(not set)", "(not set)", Utm),
            ("?utm_medium=email", "", "(not set)", "email", Utm),
            ("?utm_campaign=open-day-2026", "https://www.bing.com/", "bing", "organic", Referrer),
            ("?utm_campaign=open-day-2026&mc_cid=1", "", "mailchimp", "email", Mark),
            ("?utm_campaign={campaign}", "", "(direct)", "(none)", Direct),
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
