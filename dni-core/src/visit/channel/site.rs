//! What kind of place a source is, by the names that campaigns and referrers give it.

use super::names::NAMES;
use crate::visit::{PageUrl, Referrer, ReferrerKind};

/// Words with which campaigns say that a name is that of a platform's ads, at its end or at its beginning.
const ADS: [&str; 6] = ["advertising", "adwords", "adverts", "ads", "ad", "paid"];
/// Names that stand for a platform only together with a word of ads, and the platform's own.
const ADVERTISERS: [(&str, &str); 5] =
    [("adwords", "google"), ("g", "google"), ("gads", "google"), ("microsoft", "bing"), ("ms", "bing")];
/// What stands between the words of a name: `google shopping`, `google_shopping`.
const BETWEEN_WORDS: [char; 4] = [' ', '_', '-', '+'];

/// Returns the kind of place that `source` names, if it is a known one: by a name (`fb`, `facebook`) or a host
/// (`m.facebook.com`), without regard to case and to what stands between words; a platform's ads (`bing_ads`) are that platform.
pub(super) fn of(source: &str) -> Option<ReferrerKind> {
    kind_of(source).or_else(|| kind_of(&advertised(source)?))
}

/// Returns the platform whose ads a source is named after: `pinterest` of `Pinterest-Ads`, `google` of `adwords`.
pub(crate) fn advertised(source: &str) -> Option<String> {
    let name = joined(source);
    if kind_of(source).is_some() {
        return None;
    }
    let of_advertiser =
        |name: &str| ADVERTISERS.iter().find(|(known, _)| *known == name).map(|(_, own)| (*own).to_owned());
    if let Some(platform) = of_advertiser(&name).filter(|_| ADS.iter().any(|word| name.ends_with(word))) {
        return Some(platform);
    }
    let stripped = ADS.iter().flat_map(|word| [name.strip_suffix(word), name.strip_prefix(word)]).flatten();
    let mut platforms =
        stripped.filter_map(|rest| of_advertiser(rest).or_else(|| kind_of(rest).map(|_| rest.to_owned())));
    platforms.next()
}

fn kind_of(source: &str) -> Option<ReferrerKind> {
    let name = joined(source);
    let at = NAMES.binary_search_by_key(&name.as_str(), |(name, _)| name).ok();
    at.and_then(|at| NAMES.get(at)).map(|(_, kind)| *kind).or_else(|| known(Referrer::of_host(source.trim()).kind))
}

/// Returns a name in lower case and without what stands between its words.
fn joined(source: &str) -> String {
    source.chars().filter(|one| !BETWEEN_WORDS.contains(one)).map(|one| one.to_ascii_lowercase()).collect()
}

/// Returns the kind of the place that a touch came from by its referrer.
pub(super) fn of_referrer(page: &PageUrl) -> Option<ReferrerKind> {
    known(Referrer::of(page).kind)
}

fn known(kind: ReferrerKind) -> Option<ReferrerKind> {
    Some(kind).filter(|kind| *kind != ReferrerKind::Other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::{ClickIdKind, MarkKind, Proof};

    #[test]
    fn kinds() {
        use ReferrerKind::{Assistant, Email, Search, Shopping, Social, Video};
        let cases = [
            ("google", Some(Search)),
            ("GOOGLE", Some(Search)),
            ("google.com", Some(Search)),
            ("www.google.co.uk", Some(Search)),
            ("googleads", Some(Search)),
            ("google ads", Some(Search)),
            ("adwords", Some(Search)),
            ("bing_ads", Some(Search)),
            ("Microsoft Advertising", Some(Search)),
            ("microsoft", None),
            ("pinterest-ads", Some(Social)),
            ("snapchat_ads", Some(Social)),
            ("tiktokads", Some(Social)),
            ("paid_facebook", Some(Social)),
            ("fb-ad", Some(Social)),
            ("youtube ads", Some(Video)),
            ("threads", Some(Social)),
            ("leads", None),
            ("ads", None),
            ("ad", None),
            ("newsletter-ads", None),
            ("Google Shopping", Some(Shopping)),
            ("tik_tok", Some(Social)),
            ("linked-in", Some(Social)),
            ("yahoo", Some(Search)),
            ("fb", Some(Social)),
            ("Facebook", Some(Social)),
            ("m.facebook.com", Some(Social)),
            ("notfacebook.com", None),
            ("fbx", None),
            ("x", Some(Social)),
            ("xx", None),
            ("yt", Some(Video)),
            ("youtube", Some(Video)),
            ("m.youtube.com", Some(Video)),
            ("vimeo.com", Some(Video)),
            ("amazon", Some(Shopping)),
            ("amazon.de", Some(Shopping)),
            ("etsy.com", Some(Shopping)),
            ("chatgpt", Some(Assistant)),
            ("chatgpt.com", Some(Assistant)),
            ("gmail", Some(Email)),
            ("newsletter", None),
            ("(direct)", None),
            ("", None),
        ];
        for (source, kind) in cases {
            check(source, kind);
        }
        for (name, kind) in NAMES {
            check(name, Some(*kind));
        }
    }

    fn check(source: &str, kind: Option<ReferrerKind>) {
        assert_eq!(of(source), kind, "{source:?}");
    }

    #[test]
    fn names_are_sorted_lower_case_and_no_hosts() {
        assert!(NAMES.is_sorted_by(|(one, _), (next, _)| one < next));
        for (name, _) in NAMES {
            assert_eq!(*name, joined(name));
            assert!(!name.contains('.'), "{name} is for the table of hosts");
        }
    }

    #[test]
    fn names_agree_with_hosts() {
        for name in
            ["google", "bing", "facebook", "youtube", "amazon", "chatgpt", "taboola", "yandex", "pinterest", "ebay"]
        {
            assert_eq!(of(name), of(&format!("{name}.com")), "{name}");
        }
    }

    #[test]
    fn what_click_ids_and_marks_speak_for_is_known() {
        for kind in ClickIdKind::ALL.iter().filter(|kind| kind.medium() != "affiliate") {
            assert!(of(kind.source()).is_some(), "{kind:?}");
        }
        let of_places = |kind: &&MarkKind| matches!(kind.proof(), Proof::Organic | Proof::Social | Proof::Ad);
        for source in MarkKind::ALL.iter().filter(of_places).map(|kind| kind.owner()) {
            assert!(of(source).is_some(), "{source}");
        }
    }
}
