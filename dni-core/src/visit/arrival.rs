//! One arrival of a visitor on a page.

use serde::{Deserialize, Serialize};

use super::campaign::Fingerprint;
use super::{PageUrl, Referrer, ReferrerKind};
use crate::time::Millis;

/// One arrival as the browser sees it: the evidence of which a [`Touch`](super::Touch) is the reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// When, by the clock of whoever keeps the history.
    pub at: Millis,
    /// The landing page.
    pub url: PageUrl,
    /// The page before; empty if the browser names none.
    #[serde(default)]
    pub referrer: PageUrl,
}

impl Arrival {
    /// Says whether the page before is another site's: neither this page's nor one of the `own_hosts`, `www.` or not. An own host
    /// `*.harbor.example` stands for all below it, and for the one it is below.
    pub fn comes_from_outside(&self, own_hosts: &[String]) -> bool {
        let from = plain(self.referrer.host());
        // A port alone, which only a made-up referrer has, is no page.
        !plain(self.referrer.host_name()).is_empty()
            && from != plain(self.url.host())
            && !own_hosts.iter().any(|own| is_own(own, from))
    }

    /// Says whether the page before is one of the `own_hosts`, to the letter: a page of the web, with its port, and `www.` only where
    /// it is listed so or below a wildcard.
    ///
    /// ```
    /// use dni_core::visit::Arrival;
    ///
    /// let own = ["harbor.example".to_owned(), "*.harbor.test".to_owned()];
    /// let from = |referrer: &str| -> Arrival {
    ///     serde_json::from_str(&format!(r#"{{"at":0,"url":"https://harbor.test/","referrer":"{referrer}"}}"#)).unwrap()
    /// };
    /// assert!(from("https://harbor.example/contact").comes_from_own_page(&own));
    /// assert!(from("https://shop.harbor.test/").comes_from_own_page(&own));
    /// for other in ["", "android-app://harbor.example/", "https://harbor.example:444/", "https://notharbor.test/"] {
    ///     assert!(!from(other).comes_from_own_page(&own), "{other}");
    /// }
    /// ```
    pub fn comes_from_own_page(&self, own_hosts: &[String]) -> bool {
        let is_page = self.referrer.as_str().starts_with("https://") || self.referrer.as_str().starts_with("http://");
        let host = self.referrer.host();
        is_page
            && own_hosts.iter().any(|own| match own.strip_prefix("*.") {
                Some(top) => host.strip_suffix(top).is_some_and(|below| below.ends_with('.')),
                None => own == host,
            })
    }

    /// Says whether a page of the site's own that named a campaign sent the visitor on, to another language for one, and the
    /// campaign was lost on the way.
    pub(super) fn was_sent_on(&self, own_hosts: &[String]) -> bool {
        !self.comes_from_outside(own_hosts)
            && Fingerprint::of(&self.url).is_empty()
            && !Fingerprint::of(&self.referrer).is_empty()
    }

    /// Returns the arrival on the page that sent the visitor on; where they came from before it is not known.
    pub(super) fn on_the_page_before(self) -> Self {
        Self { at: self.at, url: self.referrer, referrer: PageUrl::default() }
    }

    /// Says whether the page before is one for paying or signing in: whoever comes from it was here before.
    pub fn comes_back(&self) -> bool {
        Referrer::of(&self.referrer).kind == ReferrerKind::Return
    }
}

/// Compares a host, without its `www.`, with one of the site's own.
fn is_own(own: &str, host: &str) -> bool {
    match own.strip_prefix("*.") {
        Some(top) => host.strip_suffix(top).is_some_and(|below| below.is_empty() || below.ends_with('.')),
        None => plain(own) == host,
    }
}

fn plain(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_among_the_own_hosts_stands_for_all_below_it() {
        let own = ["*.harbor.example".to_owned(), "*.harbor.test:8443".to_owned()];
        let cases = [
            ("https://shop.harbor.example/", false),
            ("https://de.shop.harbor.example/a", false),
            ("https://www.harbor.example/", false),
            ("https://harbor.example/", false),
            ("https://evilharbor.example/", true),
            ("https://harbor.example.evil.example/", true),
            ("https://shop.harbor.test:8443/", false),
            ("https://shop.harbor.test/", true),
            ("https://chamber.example/", true),
            ("", false),
        ];
        for (referrer, expected) in cases {
            let [url, referrer] = ["https://blog.harbor.example/", referrer].map(PageUrl::from_serialized);
            let arrival = Arrival { at: Millis::default(), url, referrer };
            assert_eq!(arrival.comes_from_outside(&own), expected, "{:?}", arrival.referrer);
        }
    }
}
