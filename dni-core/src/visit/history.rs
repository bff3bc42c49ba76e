//! A visitor's arrivals, and which of them are touches.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::campaign::Fingerprint;
use super::{Arrival, PageUrl, Touch};
use crate::time::Millis;

/// How long a visitor may be silent before their next page is a new session: 30 minutes, as in the large analytics products.
pub const SESSION: Duration = Duration::from_mins(30);
/// Most touches kept for a visitor: the first, and the latest of the others.
const MAX_TOUCHES: usize = 20;

/// A visitor's touches, oldest first, and when they were last seen.
///
/// Kept in the visitor's own browser and sent along with a lease. At most 20 touches: the first is never dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The arrivals that are touches, oldest first.
    #[serde(default)]
    pub touches: Vec<Arrival>,
    /// The last page view.
    #[serde(default)]
    pub seen_at: Millis,
}

impl History {
    /// Takes in a page view and says whether it is a new touch.
    ///
    /// It is one if it is the visitor's first, if their last session is over, if its address names another campaign or
    /// click than the last touch's, or if they come from an outside page that the last touch did not come from. A reload
    /// of the landing page and a walk through the site are none.
    ///
    /// A page of the site's own that named a campaign and that no touch knows of has sent them on before it was counted, to
    /// another language for one: they arrived there.
    ///
    /// ```
    /// use dni_core::time::Millis;
    /// use dni_core::visit::{Arrival, History, PageUrl};
    ///
    /// let page = |ms, url: &str| Arrival {
    ///     at: Millis::from_unix_ms(ms),
    ///     url: PageUrl::from_serialized(url),
    ///     referrer: PageUrl::default(),
    /// };
    /// let mut history = History::default();
    /// assert!(history.arrive(page(1_000, "https://harbor.example/?gclid=a"), &[]));
    /// assert!(!history.arrive(page(2_000, "https://harbor.example/contact"), &[]));
    /// assert!(history.arrive(page(3_000, "https://harbor.example/?gclid=b"), &[]));
    /// assert_eq!(history.touches.len(), 2);
    /// ```
    pub fn arrive(&mut self, mut arrival: Arrival, own_hosts: &[String]) -> bool {
        if arrival.was_sent_on(own_hosts) && self.is_news(&arrival.referrer) {
            arrival = arrival.on_the_page_before();
        }
        let session_is_over = arrival.at.since(self.seen_at) > SESSION;
        self.seen_at = self.seen_at.max(arrival.at);
        let is_touch = match self.touches.last() {
            None => true,
            Some(_) if session_is_over => true,
            Some(last) => names_another_source(last, &arrival, own_hosts),
        };
        if is_touch {
            self.touches.push(arrival);
            self.forget_the_middle();
        }
        is_touch
    }

    /// Takes in the touches of the same person on another of the site's domains, each at its time, and says whether one of them
    /// is new here. None that is here already goes for them, but by the limit of 20.
    pub fn join(&mut self, other: Self) -> bool {
        let before = self.touches.len();
        for touch in other.touches.into_iter().take(MAX_TOUCHES) {
            if !self.touches.contains(&touch) {
                let place = self.touches.iter().position(|own| own.at > touch.at);
                self.touches.insert(place.unwrap_or(self.touches.len()), touch);
            }
        }
        self.seen_at = self.seen_at.max(other.seen_at);
        let is_news = self.touches.len() > before;
        self.forget_the_middle();
        is_news
    }

    /// Returns the history with its times moved from the visitor's clock to ours, none later than `now`, and bounded:
    /// what comes from a browser may say anything.
    #[must_use]
    pub fn received(mut self, their_now: Millis, now: Millis) -> Self {
        let ours = |theirs: Millis| now.before(their_now.since(theirs)).min(now);
        self.seen_at = ours(self.seen_at);
        for touch in &mut self.touches {
            touch.at = ours(touch.at);
        }
        self.forget_the_middle();
        self
    }

    /// Reads the touches of the time up to `at`, oldest first.
    ///
    /// A return from paying or signing in that names no campaign is none, unless there is nothing before it: the browser
    /// keeps it, for it has no list of such pages.
    pub fn read(&self, at: Millis, own_hosts: &[String]) -> Vec<Touch> {
        let mut touches: Vec<Touch> = Vec::new();
        for arrival in self.touches.iter().filter(|arrival| arrival.at <= at) {
            let touch = Touch::read(arrival, own_hosts);
            if touches.is_empty() || !touch.is_direct() || !arrival.comes_back() {
                touches.push(touch);
            }
        }
        touches
    }

    /// Says whether no touch names the campaign or click that a page's address does.
    fn is_news(&self, page: &PageUrl) -> bool {
        let campaign = Fingerprint::of(page);
        self.touches.iter().all(|touch| Fingerprint::of(&touch.url) != campaign)
    }

    fn forget_the_middle(&mut self) {
        let surplus = self.touches.len().saturating_sub(MAX_TOUCHES);
        let mut place = 0;
        self.touches.retain(|_| {
            place += 1;
            place == 1 || place > surplus + 1
        });
    }
}

fn names_another_source(last: &Arrival, next: &Arrival, own_hosts: &[String]) -> bool {
    let campaign = Fingerprint::of(&next.url);
    if !campaign.is_empty() && campaign != Fingerprint::of(&last.url) {
        return true;
    }
    next.comes_from_outside(own_hosts) && next.referrer.host() != last.referrer.host()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::PageUrl;

    const START: u64 = 1_790_000_000_000;

    #[test]
    fn what_starts_a_touch() {
        let google = "https://www.google.com/";
        // minutes since the first arrival, query, referrer, whether it is a touch
        let cases: &[&[(u64, &str, &str, bool)]] = &[
            &[(0, "?gclid=a", google, true), (0, "?gclid=a", google, false)],
            &[(0, "?gclid=a", google, true), (5, "?gclid=b", google, true)],
            &[(0, "?gclid=a", google, true), (5, "?utm_source=mail", "", true)],
            &[(0, "", google, true), (5, "", "https://harbor.example/", false)],
            &[(0, "", google, true), (5, "", "https://www.bing.com/", true)],
            &[(0, "", "", true), (30, "", "", false), (60, "", "", false)],
            &[(0, "", "", true), (31, "", "", true)],
            &[(0, "?gclid=a", "", true), (31, "?gclid=a", "", true)],
            &[(0, "", "", true), (5, "", "https://shop.harbor.example/", false)],
            &[(0, "", "", true), (5, "", "https://www.harbor.example/", false)],
            &[(0, "", "", true), (5, "", "https://www.shop.harbor.example/", false)],
            &[(0, "", "", true), (5, "", "https://wwwharbor.example/", true)],
            &[(0, "?gclid=a", "", true), (5, "?srsltid=b&mc_cid=c&gclsrc=aw.ds", "", false)],
            &[(0, "", google, true), (5, "?gad_source=1&gad_campaignid=7", google, true)],
            &[(0, "?gclid=a&gad_source=1", google, true), (1, "?gclid=a&gad_source=1", google, false)],
            &[(0, "", "", true), (5, "?cjevent=a", "", true), (6, "?cjevent=a", "", false)],
            // Sent on by a page of the site's own before it was counted.
            &[
                (0, "en/", "https://harbor.example/?gclid=a", true),
                (1, "en/about", "https://harbor.example/en/", false),
            ],
            &[(0, "", "", true), (5, "en/", "https://harbor.example/?gclid=a", true)],
            &[(0, "?gclid=a", google, true), (5, "about", "https://harbor.example/?gclid=a", false)],
            &[
                (0, "?gclid=a", google, true),
                (5, "?utm_source=mail", "", true),
                (6, "about", "https://harbor.example/?gclid=a", false),
            ],
            &[(0, "", "", true), (5, "about", "https://harbor.example/?page=2&gclid=%7Bgclid%7D", false)],
            &[(0, "?gclid=a", "", true), (5, "?gclid=a&utm_id=7&network=g", "", false)],
            &[(0, "", "", true), (5, "#utm_source=mail", "", true), (6, "#top", "", false)],
            &[(0, "", "", true), (5, "?utm_source={source}", "", false)],
            &[(9, "", "", true), (5, "", "", false)], // the clock went back
        ];
        for case in cases {
            let mut history = History::default();
            for (minute, query, referrer, is_touch) in *case {
                let got = history.arrive(arrival(*minute, query, referrer), &["shop.harbor.example".to_owned()]);
                assert_eq!(got, *is_touch, "minute {minute}: {query} from {referrer:?} in {case:?}");
            }
        }
    }

    #[test]
    fn who_was_sent_on_arrived_where_they_were_sent_from() {
        let mut history = History::default();
        history.arrive(arrival(0, "en/", "https://harbor.example/?gclid=a"), &[]);
        let read = &history.read(Millis::from_unix_ms(START), &[])[0];
        assert_eq!((read.source.as_str(), read.medium.as_str()), ("google", "cpc"));
        assert_eq!((read.landing.as_str(), read.referrer.as_str()), ("https://harbor.example/?gclid=a", ""));
        let elsewhere = "https://other.example/?gclid=a";
        let mut outside = History::default();
        outside.arrive(arrival(0, "en/", elsewhere), &[]);
        assert_eq!(outside.touches[0].referrer.as_str(), elsewhere, "another site's address says nothing of ours");
    }

    #[test]
    fn touches_of_another_domain_are_added_and_none_goes() {
        /// Arrivals here and there, by minute and query, the queries of the touches together, and whether one is new.
        type Case<'a> = (&'a [(u64, &'a str)], &'a [(u64, &'a str)], &'a [&'a str], bool);
        let of = |arrivals: &[(u64, &str)]| {
            let mut history = History::default();
            for (minute, query) in arrivals {
                history.arrive(arrival(*minute, query, ""), &[]);
            }
            history
        };
        let cases: &[Case] = &[
            (&[], &[(0, "?gclid=a")], &["?gclid=a"], true),
            (&[(5, "?gclid=b")], &[(0, "?gclid=a"), (9, "?gclid=c")], &["?gclid=a", "?gclid=b", "?gclid=c"], true),
            (&[(0, "?gclid=a")], &[(0, "?gclid=a")], &["?gclid=a"], false),
            (&[(0, "?gclid=a")], &[], &["?gclid=a"], false),
            (&[(0, "?gclid=a")], &[(0, "?gclid=b")], &["?gclid=a", "?gclid=b"], true),
        ];
        for (here, there, expected, is_news) in cases {
            let mut history = of(here);
            assert_eq!(history.join(of(there)), *is_news, "{here:?} and {there:?}");
            let queries: Vec<_> = history.touches.iter().filter_map(|touch| touch.url.as_str().get(23..)).collect();
            assert_eq!(queries, *expected, "{here:?} and {there:?}");
        }
        let mut full = History::default();
        for minute in 1..=30 {
            full.arrive(arrival(minute, &format!("?gclid={minute}"), ""), &[]);
        }
        full.join(of(&[(0, "?gclid=first")]));
        assert_eq!(full.touches.len(), MAX_TOUCHES);
        assert_eq!(full.seen_at, Millis::from_unix_ms(START + 30 * 60_000));
    }

    #[test]
    fn the_first_touch_is_never_forgotten() {
        let mut history = History::default();
        for minute in 0..100 {
            history.arrive(arrival(minute, &format!("?gclid={minute}"), ""), &[]);
        }
        assert_eq!(history.touches.len(), MAX_TOUCHES);
        assert_eq!(history.touches[0].url.as_str(), "https://harbor.example/?gclid=0");
        assert_eq!(history.touches[19].url.as_str(), "https://harbor.example/?gclid=99");
    }

    #[test]
    fn times_are_moved_to_our_clock() {
        let mut history = History::default();
        history.arrive(arrival(0, "", ""), &[]);
        let their_now = Millis::from_unix_ms(START + 60_000);
        let now = Millis::from_unix_ms(5_000_000);
        let received = history.clone().received(their_now, now);
        assert_eq!(received.touches[0].at, Millis::from_unix_ms(4_940_000));
        let from_the_future = history.received(Millis::default(), now);
        assert_eq!(from_the_future.touches[0].at, now);
    }

    #[test]
    fn a_return_from_paying_is_no_touch() {
        let sources = |arrivals: &[(u64, &str, &str)]| {
            let mut history = History::default();
            for (minute, query, referrer) in arrivals {
                history.arrive(arrival(*minute, query, referrer), &[]);
            }
            let read = history.read(Millis::from_unix_ms(START + 1_000 * 60_000), &[]);
            read.into_iter().map(|touch| touch.source).collect::<Vec<_>>()
        };
        let paypal = "https://www.paypal.com/checkoutnow";
        assert_eq!(sources(&[(0, "?gclid=a", ""), (5, "", paypal)]), ["google"]);
        assert_eq!(
            sources(&[(0, "?gclid=a", ""), (5, "", paypal), (6, "", "https://www.bing.com/")]),
            ["google", "bing"]
        );
        assert_eq!(sources(&[(0, "?gclid=a", ""), (500, "", "https://accounts.google.com/")]), ["google"]);
        assert_eq!(sources(&[(0, "?gclid=a", ""), (5, "?gclid=b", paypal)]), ["google", "google"]);
        assert_eq!(sources(&[(0, "", paypal)]), ["(direct)"]);
    }

    #[test]
    fn a_call_sees_only_the_touches_before_it() {
        let mut history = History::default();
        history.arrive(arrival(0, "?gclid=a", ""), &[]);
        history.arrive(arrival(10, "?utm_source=mail", ""), &[]);
        let sources = |minute: u64| {
            let read = history.read(Millis::from_unix_ms(START + minute * 60_000), &[]);
            read.into_iter().map(|touch| touch.source).collect::<Vec<_>>()
        };
        assert_eq!(sources(5), ["google"]);
        assert_eq!(sources(10), ["google", "mail"]);
    }

    fn arrival(minute: u64, query: &str, referrer: &str) -> Arrival {
        Arrival {
            at: Millis::from_unix_ms(START + minute * 60_000),
            url: PageUrl::from_serialized(&format!("https://harbor.example/{query}")),
            referrer: PageUrl::from_serialized(referrer),
        }
    }
}
