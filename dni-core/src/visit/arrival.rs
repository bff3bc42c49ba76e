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
    /// Says whether the page before is another site's: neither this page's nor one of the `own_hosts`, `www.` or not.
    pub fn comes_from_outside(&self, own_hosts: &[String]) -> bool {
        let from = plain(self.referrer.host());
        // A port alone, which only a made-up referrer has, is no page.
        !plain(self.referrer.host_name()).is_empty()
            && from != plain(self.url.host())
            && !own_hosts.iter().any(|own| plain(own) == from)
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

fn plain(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}
