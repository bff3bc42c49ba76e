//! Pages that a visitor lands on or comes from.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::MAX_TEXT;
use crate::visit::PageUrl;

/// A page, or all pages of a host or below a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PageMatch {
    /// The host, with all hosts below it and with or without `www.`: `yelp.com` means `m.yelp.com` too. Of landing pages
    /// it may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_TEXT)))]
    pub host: Option<String>,
    /// One page's path, with or without a slash at its end: `/spring`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_TEXT)))]
    pub path: Option<String>,
    /// The path of a page and of all pages below it: `/services` means `/services/heating` too, not `/services-old`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_TEXT)))]
    pub under: Option<String>,
}

impl PageMatch {
    /// Says whether the page is meant.
    pub(super) fn matches(&self, page: &PageUrl) -> bool {
        let path = trimmed(page.path());
        self.host.as_ref().is_none_or(|host| is_at_or_below(page.host_name(), host))
            && self.path.as_ref().is_none_or(|wanted| path == trimmed(wanted))
            && self.under.as_ref().is_none_or(|top| is_under(path, trimmed(top)))
    }

    /// Says whether every page that `other` means is meant here too.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let host = self
            .host
            .as_ref()
            .is_none_or(|host| other.host.as_ref().is_some_and(|theirs| is_at_or_below(theirs, host)));
        let path = self
            .path
            .as_ref()
            .is_none_or(|wanted| other.path.as_ref().is_some_and(|theirs| trimmed(theirs) == trimmed(wanted)));
        let top = self.under.as_deref().map_or("", trimmed);
        let theirs = [&other.path, &other.under];
        let under = top.is_empty() || theirs.into_iter().flatten().any(|theirs| is_under(trimmed(theirs), top));
        host && path && under
    }

    /// Says whether one page can be meant by both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let hosts = match (&self.host, &other.host) {
            (Some(one), Some(two)) => is_at_or_below(one, two) || is_at_or_below(two, one),
            _ => true,
        };
        let paths = |one: &Self, two: &Self| {
            let of_path = Self { host: None, ..one.clone() };
            of_path.covers(&Self { host: None, ..two.clone() })
        };
        hosts && (paths(self, other) || paths(other, self))
    }

    /// Says whether nothing at all is asked of the page.
    pub(super) fn asks_nothing(&self) -> bool {
        self.host.is_none() && self.path.is_none() && self.under.as_deref().map_or("", trimmed).is_empty()
    }
}

/// Says whether `host` is `top`, or stands below it on the boundary of a label.
pub(super) fn is_at_or_below(host: &str, top: &str) -> bool {
    let top = top.strip_prefix("www.").unwrap_or(top);
    host.strip_suffix(top).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn is_under(path: &str, top: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A slash at the end tells no pages apart.
fn trimmed(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages() {
        let yelp = page(Some("yelp.com"), None, None);
        let biz = page(Some("www.yelp.com"), None, Some("/biz/"));
        let spring = page(None, Some("/spring"), None);
        let services = page(None, None, Some("/services"));
        let cases = [
            (&yelp, "https://yelp.com/", true),
            (&yelp, "https://www.yelp.com/biz/harbor", true),
            (&yelp, "https://m.yelp.com/", true),
            (&yelp, "https://notyelp.com/", false),
            (&yelp, "https://yelp.com.example/", false),
            (&yelp, "https://yelp.com:8443/", true),
            (&yelp, "", false),
            (&biz, "https://yelp.com/biz/harbor", true),
            (&biz, "https://yelp.com/biz", true),
            (&biz, "https://yelp.com/bizarre", false),
            (&spring, "https://harbor.example/spring", true),
            (&spring, "https://harbor.example/spring/?promo=1", true),
            (&spring, "https://harbor.example/spring/sale", false),
            (&spring, "https://harbor.example/Spring", false),
            (&services, "https://harbor.example/services/heating#top", true),
            (&services, "https://harbor.example/services-old", false),
            (&services, "https://harbor.example/", false),
            (&page(None, Some("/"), None), "https://harbor.example/", true),
            (&page(None, Some("/"), None), "https://harbor.example/x", false),
        ];
        for (rule, url, expected) in cases {
            assert_eq!(rule.matches(&PageUrl::from_serialized(url)), expected, "{rule:?}: {url}");
        }
    }

    #[test]
    fn relations() {
        let yelp = page(Some("yelp.com"), None, None);
        let mobile = page(Some("m.yelp.com"), None, None);
        let biz = page(Some("yelp.com"), None, Some("/biz"));
        let harbor = page(Some("yelp.com"), Some("/biz/harbor/"), None);
        let about = page(Some("yelp.com"), Some("/about"), None);
        let bing = page(Some("bing.com"), None, None);
        let mobile_harbor = page(Some("m.yelp.com"), Some("/biz/harbor"), None);
        // one, another, whether the first covers the second, whether they meet
        let cases = [
            (&yelp, &mobile, true, true),
            (&mobile, &yelp, false, true),
            (&yelp, &biz, true, true),
            (&biz, &harbor, true, true),
            (&harbor, &biz, false, true),
            (&biz, &about, false, false),
            (&yelp, &bing, false, false),
            (&mobile, &harbor, false, true),
            (&harbor, &mobile_harbor, true, true),
            (&mobile, &mobile_harbor, true, true),
            (&biz, &biz, true, true),
            (&page(None, None, Some("/")), &about, true, true),
        ];
        for (one, two, covers, meets) in cases {
            assert_eq!(
                (one.covers(two), one.meets(two), two.meets(one)),
                (covers, meets, meets),
                "{one:?} and {two:?}"
            );
        }
    }

    fn page(host: Option<&str>, path: Option<&str>, under: Option<&str>) -> PageMatch {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        PageMatch { host: owned(host), path: owned(path), under: owned(under) }
    }
}
