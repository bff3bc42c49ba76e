//! How likely a call is a robocall, with the reasons.
//!
//! No sign is proof: numbers are spoofed, complaints are about whoever the number belongs to, and robocallers sign their calls
//! too. So each sign is worth some points, the sum is a risk of 0 to 100, and what is done about it is the owner's choice. The
//! one test that does not rest on a number is the challenge step of a flow.

mod complaints;
mod listed;
mod screening;
mod signs;

use dni_core::phone::{E164, is_valid};
use serde::{Deserialize, Serialize};

use crate::{
    caller::{History, Rush},
    event::{Attestation, AttestationLevel, Caller, Opinion},
};

pub use complaints::{
    BadComplaints, COUNTS_FOR, Complaint, Complaints, MAX_ROWS, Reported, read_complaint, read_complaints,
};
pub use listed::{BadEntry, CallerList, ListEntry, MAX_ENTRIES};
pub use screening::{BadThresholds, Screening};
pub use signs::Sign;

/// Talk time after which an earlier call was a conversation, in seconds.
const CONVERSATION_SECONDS: u32 = 60;
/// Length from ring to end below which an earlier call was none, in seconds.
const GLIMPSE_SECONDS: u32 = 6;
/// Numbers of the account in ten minutes that nobody dials by mistake.
const BURST_NUMBERS: u32 = 3;
/// Calls in an hour that nobody makes to one business.
const BURST_CALLS: u32 = 5;
/// The most that complaints are worth, in points.
const MAX_COMPLAINT_POINTS: i16 = 30;
/// What each doubling of the complaints is worth, in points.
const COMPLAINT_STEP: i16 = 10;

/// What is known of a call and its caller. What is not known is worth nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Who calls.
    pub caller: Option<Caller>,
    /// The tracking number dialled.
    pub number: Option<E164>,
    /// What the caller's own carrier vouches for.
    pub attestation: Option<Attestation>,
    /// What services that the carrier asked think of the number.
    pub opinion: Opinion,
    /// What has been seen of the caller before.
    pub activity: Activity,
    /// What others have complained of the number.
    pub complaints: Complaints,
    /// Whether the caller pressed nothing where a key was asked for.
    pub was_silent: bool,
    /// Whether the owner lists the caller.
    pub listed: Option<Listed>,
}

/// What has been seen of a caller before this call: by the account in the last hour, by the site since he first called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Activity {
    /// Different tracking numbers he dialled in the last ten minutes, this one included.
    pub numbers_in_ten_minutes: u32,
    /// Calls he made in the last hour, this one included.
    pub calls_in_an_hour: u32,
    /// His calls before that are over.
    pub ended_calls: u32,
    /// The longest of them from ring to end, in seconds.
    pub longest_call_seconds: u32,
    /// The longest conversation, in seconds.
    pub longest_talk_seconds: u32,
    /// Whether he pressed the key when he was last asked for one.
    pub has_passed: bool,
    /// Whether he pressed nothing when he was last asked for a key.
    pub was_silent: bool,
}

/// Where the owner lists a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// Among those who are always let through.
    Allowed,
    /// Among those who never are.
    Blocked,
}

/// The risk of a call, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// 0 to 100.
    pub score: u8,
    /// The signs found, with the points of each.
    pub reasons: Vec<Reason>,
}

/// One sign that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Which.
    pub sign: Sign,
    /// What it is worth; below zero if it speaks for the caller.
    pub points: i16,
}

/// From which risk on something is done; nothing where none is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// The call is marked in the log.
    pub flag: Option<u8>,
    /// The caller must press a key.
    pub challenge: Option<u8>,
    /// The call is refused.
    pub reject: Option<u8>,
}

/// What is done about a risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Nothing.
    Pass,
    /// The call is marked in the log.
    Flag,
    /// The caller must press a key.
    Challenge,
    /// The call is refused.
    Reject,
}

impl Risk {
    /// Adds up the signs of a call.
    ///
    /// ```
    /// use call_router::{event::Caller, risk::{Risk, Sign, Signals}};
    ///
    /// let withheld = Signals { caller: Some(Caller::Withheld), ..Signals::default() };
    /// let risk = Risk::of(&withheld);
    /// assert_eq!((risk.score, risk.reasons[0].sign), (10, Sign::Withheld));
    /// ```
    pub fn of(signals: &Signals) -> Self {
        let mut reasons: Vec<_> =
            signals.signs().into_iter().map(|sign| Reason { sign, points: sign.points() }).collect();
        if let Some(points) = complaint_points(signals.complaints.count) {
            reasons.push(Reason { sign: Sign::Complaints, points });
        }
        Self::from_reasons(reasons)
    }

    /// Adds a sign that was found later, unless it is there already.
    #[must_use]
    pub fn with(mut self, sign: Sign) -> Self {
        if self.reasons.iter().all(|reason| reason.sign != sign) {
            self.reasons.push(Reason { sign, points: sign.points() });
        }
        Self::from_reasons(self.reasons)
    }

    /// Says where the owner lists the caller.
    pub fn listed(&self) -> Option<Listed> {
        self.reasons.iter().find_map(|reason| match reason.sign {
            Sign::Allowed => Some(Listed::Allowed),
            Sign::Blocked => Some(Listed::Blocked),
            _ => None,
        })
    }

    /// The owner's own word stands above all signs.
    fn from_reasons(reasons: Vec<Reason>) -> Self {
        let sum: i16 = reasons.iter().map(|reason| reason.points).fold(0, i16::saturating_add);
        let mut risk = Self { score: u8::try_from(sum.clamp(0, 100)).unwrap_or(0), reasons };
        match risk.listed() {
            Some(Listed::Allowed) => risk.score = 0,
            Some(Listed::Blocked) => risk.score = 100,
            None => {}
        }
        risk
    }
}

impl Thresholds {
    /// Says what is done about a risk: the severest measure whose threshold it reaches.
    pub fn measure(&self, score: u8) -> Measure {
        let reached = |threshold: Option<u8>| threshold.is_some_and(|least| score >= least);
        match (reached(self.reject), reached(self.challenge), reached(self.flag)) {
            (true, ..) => Measure::Reject,
            (_, true, _) => Measure::Challenge,
            (.., true) => Measure::Flag,
            _ => Measure::Pass,
        }
    }
}

impl Signals {
    fn signs(&self) -> Vec<Sign> {
        let found = [
            (self.listed == Some(Listed::Allowed), Sign::Allowed),
            (self.listed == Some(Listed::Blocked), Sign::Blocked),
            (!self.opinion.reported_by.is_empty(), Sign::Reported),
            (self.was_silent, Sign::Silent),
            (self.activity.was_silent, Sign::SilentBefore),
            (self.activity.numbers_in_ten_minutes >= BURST_NUMBERS, Sign::ManyNumbers),
            (self.activity.calls_in_an_hour >= BURST_CALLS, Sign::ManyCalls),
            (self.activity.only_glimpses(), Sign::OnlyGlimpses),
            (self.activity.longest_talk_seconds >= CONVERSATION_SECONDS, Sign::SpokeBefore),
            (self.activity.has_passed, Sign::PassedBefore),
        ];
        let found = found.into_iter().filter(|(is_found, _)| *is_found).map(|(_, sign)| sign);
        found.chain(self.attestation.and_then(vouched)).chain(self.caller_sign()).collect()
    }

    fn is_impossible(&self, caller: E164) -> bool {
        is_valid(caller) == Some(false) || self.opinion.exists == Some(false)
    }

    /// Returns what the caller's number itself tells.
    fn caller_sign(&self) -> Option<Sign> {
        match self.caller.as_ref()? {
            Caller::Withheld => Some(Sign::Withheld),
            Caller::Other(address) => {
                // A row of digits that is no number; a SIP address is an address.
                address.as_str().bytes().all(|byte| matches!(byte, b'+' | b'0'..=b'9')).then_some(Sign::InvalidNumber)
            }
            Caller::Number(caller) if self.is_impossible(*caller) => Some(Sign::InvalidNumber),
            Caller::Number(caller) if Some(*caller) == self.number => Some(Sign::OwnNumber),
            Caller::Number(caller) => is_neighbour(*caller, self.number?).then_some(Sign::Neighbour),
        }
    }
}

impl Activity {
    /// Puts together what a site remembers of a caller and what the account sees of him at the moment.
    pub fn of(history: Option<&History>, rush: Option<Rush>) -> Self {
        let rush = rush.unwrap_or_default();
        let seen = Self {
            numbers_in_ten_minutes: rush.numbers_in_ten_minutes,
            calls_in_an_hour: rush.calls_in_an_hour,
            ..Self::default()
        };
        let Some(history) = history else { return seen };
        Self {
            ended_calls: history.ended,
            longest_call_seconds: history.longest_call_seconds,
            longest_talk_seconds: history.longest_talk_seconds,
            has_passed: history.has_passed(),
            was_silent: history.was_silent(),
            ..seen
        }
    }

    fn only_glimpses(&self) -> bool {
        self.ended_calls > 0 && self.longest_call_seconds < GLIMPSE_SECONDS
    }
}

/// Returns what the carrier's word is worth. That nothing was said is no sign: most honest calls come so.
fn vouched(attestation: Attestation) -> Option<Sign> {
    match (attestation.passed, attestation.level) {
        (false, _) => Some(Sign::Forged),
        (true, Some(AttestationLevel::A)) => Some(Sign::Vouched),
        (true, Some(AttestationLevel::C)) => Some(Sign::Gateway),
        (true, Some(AttestationLevel::B) | None) => None,
    }
}

/// Says whether two numbers of North America share area code and exchange: robocallers borrow a neighbour's number.
fn is_neighbour(caller: E164, number: E164) -> bool {
    let exchange = |number: &E164| number.nanp_digits().and_then(|digits| digits.get(..6)).map(str::to_owned);
    exchange(&caller).is_some() && exchange(&caller) == exchange(&number)
}

/// Returns what complaints are worth: each doubling as much as the one before, up to a limit.
fn complaint_points(count: u32) -> Option<i16> {
    let doublings = i16::try_from(count.saturating_add(1).ilog2()).unwrap_or(i16::MAX);
    (doublings > 0).then(|| doublings.saturating_mul(COMPLAINT_STEP).min(MAX_COMPLAINT_POINTS))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::Service;

    #[test]
    fn signs_and_scores() {
        let caller = |text: &str| Some(Caller::Number(number(text)));
        let from = |text| Signals { caller: caller(text), number: Some(number("+13125550142")), ..Signals::default() };
        let stranger = || from("+12125550123");
        let said = |level, passed| Some(Attestation { level, passed, diverted: false });
        let seen = |activity| Signals { activity, ..stranger() };
        let cases = [
            (stranger(), 0, vec![]),
            (Signals::default(), 0, vec![]),
            (from("+13125550199"), 10, vec![Sign::Neighbour]),
            (from("+13125550142"), 40, vec![Sign::OwnNumber]),
            (from("+12225550142"), 40, vec![Sign::InvalidNumber]),
            (Signals { caller: Some(Caller::Withheld), ..stranger() }, 10, vec![Sign::Withheld]),
            (Signals { caller: Some(Caller::Other("12345".into())), ..stranger() }, 40, vec![Sign::InvalidNumber]),
            (Signals { caller: Some(Caller::Other("sip:a@example.com".into())), ..stranger() }, 0, vec![]),
            (Signals { attestation: said(Some(AttestationLevel::A), true), ..stranger() }, 0, vec![Sign::Vouched]),
            (Signals { attestation: said(Some(AttestationLevel::B), true), ..stranger() }, 0, vec![]),
            (Signals { attestation: said(Some(AttestationLevel::C), true), ..stranger() }, 10, vec![Sign::Gateway]),
            (Signals { attestation: said(Some(AttestationLevel::A), false), ..stranger() }, 40, vec![Sign::Forged]),
            (Signals { attestation: said(None, true), ..stranger() }, 0, vec![]),
            (Signals { opinion: reported(), ..stranger() }, 60, vec![Sign::Reported]),
            (
                Signals { opinion: Opinion { exists: Some(false), ..Opinion::default() }, ..stranger() },
                40,
                vec![Sign::InvalidNumber],
            ),
            (Signals { was_silent: true, ..stranger() }, 25, vec![Sign::Silent]),
            (seen(Activity { numbers_in_ten_minutes: 2, ..Activity::default() }), 0, vec![]),
            (seen(Activity { numbers_in_ten_minutes: 3, ..Activity::default() }), 30, vec![Sign::ManyNumbers]),
            (seen(Activity { calls_in_an_hour: 5, ..Activity::default() }), 15, vec![Sign::ManyCalls]),
            (
                seen(Activity { ended_calls: 2, longest_call_seconds: 5, ..Activity::default() }),
                15,
                vec![Sign::OnlyGlimpses],
            ),
            (seen(Activity { ended_calls: 2, longest_call_seconds: 6, ..Activity::default() }), 0, vec![]),
            (seen(Activity { ended_calls: 0, longest_call_seconds: 0, ..Activity::default() }), 0, vec![]),
            (seen(Activity { longest_talk_seconds: 60, ..Activity::default() }), 0, vec![Sign::SpokeBefore]),
            (seen(Activity { has_passed: true, ..Activity::default() }), 0, vec![Sign::PassedBefore]),
            (seen(Activity { was_silent: true, ..Activity::default() }), 25, vec![Sign::SilentBefore]),
            (Signals { listed: Some(Listed::Blocked), ..stranger() }, 100, vec![Sign::Blocked]),
            (
                Signals { listed: Some(Listed::Allowed), opinion: reported(), ..stranger() },
                0,
                vec![Sign::Allowed, Sign::Reported],
            ),
        ];
        for (signals, score, signs) in cases {
            let risk = Risk::of(&signals);
            let found: Vec<_> = risk.reasons.iter().map(|reason| reason.sign).collect();
            assert_eq!((risk.score, found), (score, signs), "{signals:?}");
        }
    }

    #[test]
    fn a_sign_found_later_adds_up_once() {
        let risk = Risk::of(&Signals { opinion: reported(), ..Signals::default() });
        let later = risk.clone().with(Sign::Silent);
        assert_eq!((risk.score, later.score), (60, 85));
        assert_eq!(later.clone().with(Sign::Silent), later);
        let listed = Risk::of(&Signals { listed: Some(Listed::Allowed), opinion: reported(), ..Signals::default() });
        assert_eq!(listed.with(Sign::Silent).score, 0);
    }

    #[test]
    fn what_site_and_account_have_seen() {
        let history = History { ended: 3, longest_call_seconds: 9, longest_talk_seconds: 7, ..History::default() };
        let rush = Rush { numbers_in_ten_minutes: 2, calls_in_an_hour: 4 };
        let seen = Activity {
            numbers_in_ten_minutes: 2,
            calls_in_an_hour: 4,
            ended_calls: 3,
            longest_call_seconds: 9,
            longest_talk_seconds: 7,
            has_passed: false,
            was_silent: false,
        };
        assert_eq!(Activity::of(Some(&history), Some(rush)), seen);
        assert_eq!(Activity::of(None, None), Activity::default());
    }

    #[test]
    fn complaints_count_by_their_doublings() {
        for (count, expected) in
            [(0, None), (1, Some(10)), (2, Some(10)), (3, Some(20)), (7, Some(30)), (u32::MAX, Some(30))]
        {
            assert_eq!(complaint_points(count), expected, "{count}");
        }
    }

    #[test]
    fn what_is_done() {
        let all = Thresholds { flag: Some(40), challenge: Some(60), reject: Some(90) };
        let cases = [
            (0, Measure::Pass),
            (40, Measure::Flag),
            (60, Measure::Challenge),
            (89, Measure::Challenge),
            (90, Measure::Reject),
        ];
        for (score, expected) in cases {
            assert_eq!(all.measure(score), expected, "{score}");
        }
        assert_eq!(Thresholds::default().measure(100), Measure::Pass);
        let upside_down = Thresholds { flag: Some(90), challenge: None, reject: Some(10) };
        assert_eq!(upside_down.measure(95), Measure::Reject);
    }

    proptest! {
        #[test]
        fn a_sign_never_works_the_other_way(
            reported: bool, silent: bool, numbers in 0..6_u32, calls in 0..9_u32, count in 0..99_u32, withheld: bool
        ) {
            let signals = |silent, reported| Signals {
                caller: withheld.then_some(Caller::Withheld),
                opinion: if reported { self::reported() } else { Opinion::default() },
                was_silent: silent,
                activity: Activity { numbers_in_ten_minutes: numbers, calls_in_an_hour: calls, ..Activity::default() },
                complaints: Complaints { count, ..Complaints::default() },
                ..Signals::default()
            };
            let risk = Risk::of(&signals(silent, reported));
            prop_assert!(risk.score <= 100);
            prop_assert!(Risk::of(&signals(true, reported)).score >= risk.score);
            prop_assert!(Risk::of(&signals(silent, true)).score >= risk.score);
        }
    }

    fn reported() -> Opinion {
        Opinion { reported_by: [Service::Nomorobo].into(), ..Opinion::default() }
    }

    fn number(text: &str) -> E164 {
        E164::parse(text).unwrap()
    }
}
