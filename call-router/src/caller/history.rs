//! A site's history: who called how often, and what came of it.

use core::time::Duration;

use dni_core::{phone::E164, time::Millis};
use serde::{Deserialize, Serialize};

use crate::flow::Challenged;

/// How long a caller is remembered who does not call again: whoever calls once a year is still known, with a month to spare.
pub const REMEMBER_CALLERS: Duration = Duration::from_hours(400 * 24);
/// Most callers remembered of one site, those who called last. At about 150 bytes each that is 30 MB of an object's 10 GB.
pub const MAX_CALLERS: u32 = 200_000;
/// How long a call is remembered by its id, so that a webhook that comes late is known: a call lasts four hours at most, and
/// what could not be delivered is tried again for days.
pub const REMEMBER_CALLS: Duration = Duration::from_hours(7 * 24);
/// Most calls of one site remembered by their ids.
pub const MAX_CALLS: u32 = 100_000;

/// What a site remembers of one caller. All but the two counts is a maximum or a minimum, so that the order in which calls
/// end cannot matter, nor how often their end is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallerRecord {
    /// Their calls so far.
    pub calls: u32,
    /// Those of them that are over and of which is known how long they lasted.
    pub ended: u32,
    /// When they first called.
    pub first_at: Option<Millis>,
    /// When they last called.
    pub last_at: Option<Millis>,
    /// The longest of their calls, in seconds from the ring to the end.
    pub longest_call_seconds: u32,
    /// The longest of their conversations, in seconds.
    pub longest_talk_seconds: u32,
    /// Whom they last spoke with.
    pub spoke: Option<Conversation>,
    /// When the last of their calls began in which they pressed the key they were asked for.
    pub passed_at: Option<Millis>,
    /// When the last of their calls began in which they pressed nothing where a key was asked for.
    pub silent_at: Option<Millis>,
}

/// Whom a caller spoke with. The order is that of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conversation {
    /// When that call began.
    pub at: Millis,
    /// The number of the business that was rung.
    pub with: E164,
}

/// What is remembered of one call, so that it counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedCall {
    /// When it began.
    pub at: Millis,
    /// The site's calls before it.
    pub site_calls: u32,
    /// The caller's calls before it.
    pub caller_calls: u32,
    /// Whether it counts among those that are over.
    pub is_over: bool,
}

/// What is known of a call when it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierCalls {
    /// The site's calls before this one.
    pub site_calls: u32,
    /// What is remembered of the caller; `None` if they show no number. Two such callers are never the same caller.
    pub caller: Option<CallerRecord>,
}

/// How a call ended. Told again when more is known, it counts as told once, with all that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallEnding {
    /// Seconds from the ring to the end; `None` of a call whose end nobody told, which must not pass for a short one.
    pub call_seconds: Option<u32>,
    /// Seconds caller and business spoke.
    pub talk_seconds: u32,
    /// The number of the business that they spoke with.
    pub spoke_with: Option<E164>,
    /// What they did where a key was asked for.
    pub challenged: Option<Challenged>,
}

/// A site's history, as far as one call touches them: a store reads them, a method changes them, the store writes them back.
///
/// ```
/// use call_router::caller::{CallerHistory, CallEnding, CallerRecord};
/// use dni_core::time::Millis;
///
/// let now = Millis::from_unix_ms(1_790_000_000_000);
/// let mut history = CallerHistory { site_calls: 7, caller: Some(CallerRecord::default()), call: None };
/// assert_eq!(history.begin(now).site_calls, 7);
/// assert_eq!(history.begin(now).site_calls, 7, "the same call again");
/// history.over(now, &CallEnding { talk_seconds: 90, ..CallEnding::default() });
///
/// let mut next = CallerHistory { call: None, ..history };
/// let before = next.begin(now).caller.unwrap();
/// assert_eq!((before.calls, before.longest_talk_seconds), (1, 90));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerHistory {
    /// The site's calls so far.
    pub site_calls: u32,
    /// What is remembered of the caller: the default if they never called, `None` if they show no number.
    pub caller: Option<CallerRecord>,
    /// What is remembered of the call; `None` if nothing was told of it yet.
    pub call: Option<CountedCall>,
}

impl CallerHistory {
    /// Counts a call that began at `at`, unless it is counted already, and says what was known before it.
    pub fn begin(&mut self, at: Millis) -> EarlierCalls {
        let mark = self.mark(at);
        let caller = self.caller.clone().map(|history| CallerRecord { calls: mark.caller_calls, ..history });
        EarlierCalls { site_calls: mark.site_calls, caller }
    }

    /// Notes how a call ended that began at `at`. The call is counted if its beginning was never told.
    pub fn over(&mut self, at: Millis, ended: &CallEnding) {
        let mark = self.mark(at);
        let counts = !mark.is_over && ended.call_seconds.is_some();
        self.call = Some(CountedCall { is_over: mark.is_over || counts, ..mark });
        let Some(history) = &mut self.caller else { return };
        history.ended = history.ended.saturating_add(u32::from(counts));
        history.longest_call_seconds = history.longest_call_seconds.max(ended.call_seconds.unwrap_or(0));
        history.longest_talk_seconds = history.longest_talk_seconds.max(ended.talk_seconds);
        history.spoke = history.spoke.max(ended.spoke_with.map(|with| Conversation { at: mark.at, with }));
        match ended.challenged {
            Some(Challenged::Passed) => history.passed_at = history.passed_at.max(Some(mark.at)),
            Some(Challenged::Silent) => history.silent_at = history.silent_at.max(Some(mark.at)),
            Some(Challenged::Failed) | None => {}
        }
    }

    /// Returns what is remembered of the call, counting it if nothing is.
    fn mark(&mut self, at: Millis) -> CountedCall {
        if let Some(mark) = self.call {
            return mark;
        }
        if let Some(history) = self.caller.as_mut().filter(|history| !history.is_remembered(at)) {
            *history = CallerRecord::default();
        }
        let caller_calls = self.caller.as_ref().map_or(0, |history| history.calls);
        let mark = CountedCall { at, site_calls: self.site_calls, caller_calls, is_over: false };
        self.site_calls = self.site_calls.saturating_add(1);
        if let Some(history) = &mut self.caller {
            history.calls = history.calls.saturating_add(1);
            history.first_at = history.first_at.into_iter().chain([at]).min();
            history.last_at = history.last_at.max(Some(at));
        }
        self.call = Some(mark);
        mark
    }
}

impl CallerRecord {
    /// Says whether it still counts at `at`.
    fn is_remembered(&self, at: Millis) -> bool {
        self.last_at.is_none_or(|last_at| at.since(last_at) <= REMEMBER_CALLERS)
    }

    /// Says whether they pressed the key they were last asked for.
    pub fn has_passed(&self) -> bool {
        self.passed_at.is_some() && self.passed_at >= self.silent_at
    }

    /// Says whether they pressed nothing when they were last asked for a key.
    pub fn was_silent(&self) -> bool {
        self.silent_at > self.passed_at
    }
}
