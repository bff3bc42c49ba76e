//! A log of page views, divided into sessions.

use serde::Serialize;

use super::{Arrival, PageUrl, SESSION};
use crate::time::Millis;

/// Most sessions of one log: a page view a day for more than two years.
const MAX_SESSIONS: usize = 1_000;

/// Page views of one visitor without a silence longer than [`SESSION`] between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VisitSession {
    /// The first page view.
    pub began: Millis,
    /// The last one.
    pub ended: Millis,
    /// The page it began on.
    pub entry: PageUrl,
    /// The page it was last seen on.
    pub exit: PageUrl,
    /// How many page views.
    pub page_views: usize,
}

impl VisitSession {
    /// Divides a visitor's page views into sessions, oldest first, whatever order the log is in.
    ///
    /// A session ends with 30 minutes of silence, and with nothing else: neither midnight nor another campaign ends it, as in
    /// the large analytics products. The latest 1,000 are returned. A session begins exactly where
    /// [`History::arrive`](super::History::arrive) finds a touch because the last session is over.
    ///
    /// ```
    /// use dni_core::time::Millis;
    /// use dni_core::visit::{Arrival, PageUrl, VisitSession};
    ///
    /// let page = |minute: u64| Arrival {
    ///     at: Millis::from_unix_ms(minute * 60_000),
    ///     url: PageUrl::from_serialized("https://harbor.example/"),
    ///     referrer: PageUrl::default(),
    /// };
    /// let sessions = VisitSession::divide(&[page(0), page(30), page(61)]);
    /// assert_eq!(sessions.len(), 2);
    /// assert_eq!(sessions[0].page_views, 2);
    /// ```
    pub fn divide(log: &[Arrival]) -> Vec<Self> {
        let mut in_time: Vec<&Arrival> = log.iter().collect();
        in_time.sort_by_key(|view| view.at); // stable: the log's order decides between equal times
        let mut sessions: Vec<Self> = Vec::new();
        for view in in_time {
            match sessions.last_mut() {
                Some(session) if view.at.since(session.ended) <= SESSION => session.go_on(view),
                _ => sessions.push(Self::begin(view)),
            }
        }
        let surplus = sessions.len().saturating_sub(MAX_SESSIONS);
        sessions.split_off(surplus)
    }

    fn begin(view: &Arrival) -> Self {
        Self { began: view.at, ended: view.at, entry: view.url.clone(), exit: view.url.clone(), page_views: 1 }
    }

    fn go_on(&mut self, view: &Arrival) {
        self.ended = view.at;
        self.exit.clone_from(&view.url);
        self.page_views = self.page_views.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions() {
        /// Minutes of the page views, and first minute, last minute and page views of each session.
        type Case<'a> = (&'a [u64], &'a [(u64, u64, usize)]);
        let cases: &[Case] = &[
            (&[], &[]),
            (&[7], &[(7, 7, 1)]),
            (&[0, 30, 60, 90], &[(0, 90, 4)]),
            (&[0, 31], &[(0, 0, 1), (31, 31, 1)]),
            (&[36, 0, 5], &[(0, 5, 2), (36, 36, 1)]),
            (&[5, 5, 5], &[(5, 5, 3)]),
            (&[1_430, 1_445], &[(1_430, 1_445, 2)]), // over midnight
        ];
        for (minutes, sessions) in cases {
            check(minutes, sessions);
        }
    }

    fn check(minutes: &[u64], sessions: &[(u64, u64, usize)]) {
        let log: Vec<_> = minutes.iter().map(|minute| view(*minute)).collect();
        let minute = |at: Millis| at.since(Millis::default()).as_secs() / 60;
        let divided = VisitSession::divide(&log);
        let got: Vec<_> =
            divided.iter().map(|found| (minute(found.began), minute(found.ended), found.page_views)).collect();
        assert_eq!(got, sessions, "{minutes:?}");
    }

    #[test]
    fn entry_and_exit() {
        let session = &VisitSession::divide(&[view(0), view(1), view(2)])[0];
        assert_eq!((session.entry.path(), session.exit.path()), ("/0", "/2"));
    }

    #[test]
    fn the_latest_are_kept() {
        let log: Vec<_> = (0..MAX_SESSIONS as u64 + 5).map(|at| view(at * 60)).collect();
        let sessions = VisitSession::divide(&log);
        assert_eq!((sessions.len(), sessions[0].entry.path()), (MAX_SESSIONS, "/300"));
    }

    fn view(minute: u64) -> Arrival {
        Arrival {
            at: Millis::from_unix_ms(minute * 60_000),
            url: PageUrl::from_serialized(&format!("https://harbor.example/{minute}")),
            referrer: PageUrl::default(),
        }
    }
}
