//! One arrival of a visitor on a page.

use serde::{Deserialize, Serialize};

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

    /// Says whether the page before is one for paying or signing in: whoever comes from it was here before.
    pub fn comes_back(&self) -> bool {
        Referrer::of(&self.referrer).kind == ReferrerKind::Return
    }
}

fn plain(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}
