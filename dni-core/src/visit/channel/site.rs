//! What kind of place a source is, by the names that campaigns and referrers give it.

use crate::visit::{Referrer, ReferrerKind};

/// Returns the kind of place that `source` names, if it is a known one: by a short name (`fb`), a source's own name
/// (`facebook`) or a host (`m.facebook.com`), without regard to case.
pub(super) fn of(source: &str) -> Option<ReferrerKind> {
    let source = source.to_ascii_lowercase();
    let alias = ALIASES.binary_search_by_key(&source.as_str(), |(name, _)| name).ok();
    if let Some((_, kind)) = alias.and_then(|at| ALIASES.get(at)) {
        return Some(*kind);
    }
    Referrer::of_source(&source).or_else(|| match Referrer::of_host(&source).kind {
        ReferrerKind::Other => None,
        kind => Some(kind),
    })
}

/// Names under which campaigns write well-known places, beside the hosts and names of referrers. Public facts: the
/// services' own names, short names and addresses. Sorted, for the search is binary.
const ALIASES: &[(&str, ReferrerKind)] = &[
    ("alibaba", ReferrerKind::Shopping),
    ("aliexpress", ReferrerKind::Shopping),
    ("ask", ReferrerKind::Search),
    ("ask.com", ReferrerKind::Search),
    ("bestbuy", ReferrerKind::Shopping),
    ("bluesky", ReferrerKind::Social),
    ("bsky.app", ReferrerKind::Social),
    ("dailymotion", ReferrerKind::Video),
    ("daum", ReferrerKind::Search),
    ("discord", ReferrerKind::Social),
    ("disneyplus", ReferrerKind::Video),
    ("dogpile", ReferrerKind::Search),
    ("fb", ReferrerKind::Social),
    ("fb.com", ReferrerKind::Social),
    ("fb.me", ReferrerKind::Social),
    ("flickr", ReferrerKind::Social),
    ("foursquare", ReferrerKind::Social),
    ("google-shopping", ReferrerKind::Shopping),
    ("hulu", ReferrerKind::Video),
    ("ig", ReferrerKind::Social),
    ("igshopping", ReferrerKind::Shopping),
    ("insta", ReferrerKind::Social),
    ("lycos", ReferrerKind::Search),
    ("mastodon", ReferrerKind::Social),
    ("medium.com", ReferrerKind::Social),
    ("mercadolibre", ReferrerKind::Shopping),
    ("messenger", ReferrerKind::Social),
    ("meta", ReferrerKind::Social),
    ("msn", ReferrerKind::Search),
    ("naver", ReferrerKind::Search),
    ("naver.com", ReferrerKind::Search),
    ("netflix", ReferrerKind::Video),
    ("pin.it", ReferrerKind::Social),
    ("redd.it", ReferrerKind::Social),
    ("seznam", ReferrerKind::Search),
    ("seznam.cz", ReferrerKind::Search),
    ("shopify", ReferrerKind::Shopping),
    ("shopping.google.com", ReferrerKind::Shopping),
    ("shopping.yahoo.com", ReferrerKind::Shopping),
    ("sogou", ReferrerKind::Search),
    ("target.com", ReferrerKind::Shopping),
    ("telegram", ReferrerKind::Social),
    ("tumblr", ReferrerKind::Social),
    ("tumblr.com", ReferrerKind::Social),
    ("vk", ReferrerKind::Social),
    ("vk.com", ReferrerKind::Social),
    ("wechat", ReferrerKind::Social),
    ("weibo", ReferrerKind::Social),
    ("whatsapp", ReferrerKind::Social),
    ("x", ReferrerKind::Social),
    ("yahoo.com", ReferrerKind::Search),
    ("yt", ReferrerKind::Video),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        use ReferrerKind::{Assistant, Email, Search, Shopping, Social, Video};
        let cases = [
            ("google", Some(Search)),
            ("GOOGLE", Some(Search)),
            ("google.com", Some(Search)),
            ("www.google.co.uk", Some(Search)),
            ("googleads", None),
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
        for (name, kind) in ALIASES {
            check(name, Some(*kind));
        }
    }

    fn check(source: &str, kind: Option<ReferrerKind>) {
        assert_eq!(of(source), kind, "{source:?}");
    }

    #[test]
    fn aliases_are_sorted_lower_case_and_needed() {
        assert!(ALIASES.is_sorted_by(|(one, _), (next, _)| one < next));
        for (name, kind) in ALIASES {
            assert_eq!(*name, name.to_ascii_lowercase());
            assert_ne!(Referrer::of_source(name), Some(*kind), "{name} is known already");
        }
    }
}
