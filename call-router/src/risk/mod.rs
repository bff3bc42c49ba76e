//! How likely a call is a robocall, with the reasons.
//!
//! No signal is proof: numbers are spoofed, complaints are about whoever the number belongs to, and robocallers sign their calls
//! too. So each signal is worth some points, the sum is a risk of 0 to 100, and what is done about it is the owner's choice. The
//! one test that does not rest on a number is the challenge step of a flow.

mod complaints;
mod listed;
mod screening;
mod signals;

use dni_core::phone::{E164, is_valid};
use serde::{Deserialize, Serialize};

use crate::{
    caller::{CallerRecord, Velocity},
    event::{Attestation, AttestationLevel, Caller, Reputation},
};

pub use complaints::{
    BadComplaints, COUNTS_FOR, Complaint, Complaints, MAX_ROWS, Reported, read_complaint, read_complaints,
};
pub use listed::{BadEntry, CallerList, ListEntry, MAX_ENTRIES};
pub use screening::{BadThresholds, Screening};
pub use signals::Signal;

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
pub struct RiskFacts {
    /// Who calls.
    pub caller: Option<Caller>,
    /// The tracking number dialled.
    pub number: Option<E164>,
    /// What the caller's own carrier vouches for.
    pub attestation: Option<Attestation>,
    /// What services that the carrier asked think of the number.
    pub reputation: Reputation,
    /// What has been seen of the caller before.
    pub activity: Activity,
    /// What others have complained of the number.
    pub complaints: Complaints,
    /// Whether the caller pressed nothing where a key was asked for.
    pub was_silent: bool,
    /// Whether the owner lists the caller.
    pub listed: Option<Listed>,
}

/// What has been seen of a caller before this call: by the account in the last hour, by the site since they first called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Activity {
    /// Different tracking numbers they dialled in the last ten minutes, this one included.
    pub numbers_in_ten_minutes: u32,
    /// Calls they made in the last hour, this one included.
    pub calls_in_an_hour: u32,
    /// Their calls before that are over.
    pub ended_calls: u32,
    /// The longest of them from ring to end, in seconds.
    pub longest_call_seconds: u32,
    /// The longest conversation, in seconds.
    pub longest_talk_seconds: u32,
    /// Whether they pressed the key when they were last asked for one.
    pub has_passed: bool,
    /// Whether they pressed nothing when they were last asked for a key.
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
    /// The signals found, with the points of each.
    pub reasons: Vec<Reason>,
}

/// One signal that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Which.
    #[serde(rename = "sign")]
    pub signal: Signal,
    /// What it is worth; below zero if it speaks for the caller.
    pub points: i16,
}

/// From which risk on something is done; nothing where none is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// The call is marked in the log.
    #[cfg_attr(feature = "schema", schemars(range(max = 100)))]
    pub flag: Option<u8>,
    /// The caller must press a key.
    #[cfg_attr(feature = "schema", schemars(range(max = 100)))]
    pub challenge: Option<u8>,
    /// The call is refused.
    #[cfg_attr(feature = "schema", schemars(range(max = 100)))]
    pub reject: Option<u8>,
}

/// What is done about a risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
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
    /// Adds up the signals of a call.
    ///
    /// ```
    /// use call_router::{event::Caller, risk::{Risk, Signal, RiskFacts}};
    ///
    /// let withheld = RiskFacts { caller: Some(Caller::Withheld), ..RiskFacts::default() };
    /// let risk = Risk::of(&withheld);
    /// assert_eq!((risk.score, risk.reasons[0].signal), (10, Signal::Withheld));
    /// ```
    pub fn of(facts: &RiskFacts) -> Self {
        let mut reasons: Vec<_> =
            facts.signals().into_iter().map(|signal| Reason { signal, points: signal.points() }).collect();
        if let Some(points) = complaint_points(facts.complaints.count) {
            reasons.push(Reason { signal: Signal::Complaints, points });
        }
        Self::from_reasons(reasons)
    }

    /// Adds a signal that was found later, unless it is there already.
    #[must_use]
    pub fn with(mut self, signal: Signal) -> Self {
        if self.reasons.iter().all(|reason| reason.signal != signal) {
            self.reasons.push(Reason { signal, points: signal.points() });
        }
        Self::from_reasons(self.reasons)
    }

    /// Says where the owner lists the caller.
    pub fn listed(&self) -> Option<Listed> {
        self.reasons.iter().find_map(|reason| match reason.signal {
            Signal::Allowed => Some(Listed::Allowed),
            Signal::Blocked => Some(Listed::Blocked),
            _ => None,
        })
    }

    /// The owner's own word stands above all signals.
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
    /// Says what is done about a risk: the severest action whose threshold it reaches.
    pub fn action(&self, score: u8) -> Action {
        let reached = |threshold: Option<u8>| threshold.is_some_and(|least| score >= least);
        match (reached(self.reject), reached(self.challenge), reached(self.flag)) {
            (true, ..) => Action::Reject,
            (_, true, _) => Action::Challenge,
            (.., true) => Action::Flag,
            _ => Action::Pass,
        }
    }
}

impl RiskFacts {
    fn signals(&self) -> Vec<Signal> {
        let found = [
            (self.listed == Some(Listed::Allowed), Signal::Allowed),
            (self.listed == Some(Listed::Blocked), Signal::Blocked),
            (!self.reputation.reported_by.is_empty(), Signal::Reported),
            (self.was_silent, Signal::Silent),
            (self.activity.was_silent, Signal::SilentBefore),
            (self.activity.numbers_in_ten_minutes >= BURST_NUMBERS, Signal::ManyNumbers),
            (self.activity.calls_in_an_hour >= BURST_CALLS, Signal::ManyCalls),
            (self.activity.only_glimpses(), Signal::OnlyGlimpses),
            (self.activity.longest_talk_seconds >= CONVERSATION_SECONDS, Signal::SpokeBefore),
            (self.activity.has_passed, Signal::PassedBefore),
        ];
        let found = found.into_iter().filter(|(is_found, _)| *is_found).map(|(_, signal)| signal);
        found.chain(self.attestation.and_then(vouched)).chain(self.caller_signal()).collect()
    }

    /// Says whether nobody can have the caller's number. Of other countries' plans too little is known here.
    fn is_impossible(&self, caller: E164) -> bool {
        let is_unassigned = caller.nanp_digits().is_some() && is_valid(caller) == Some(false);
        is_unassigned || self.reputation.exists == Some(false)
    }

    /// Says whether digits that cannot be read may be how another country writes a number: the dialled one's own, in which there
    /// are short numbers too, or one that dials a zero first.
    fn may_be_from_abroad(&self, digits: &str) -> bool {
        /// Fewest digits behind which a zero is no slip.
        const FEWEST: usize = 7;
        let is_called_abroad = self.number.is_some_and(|number| number.nanp_digits().is_none());
        is_called_abroad || (digits.starts_with('0') && digits.len() >= FEWEST)
    }

    /// Returns what the caller's number itself tells.
    fn caller_signal(&self) -> Option<Signal> {
        match self.caller.as_ref()? {
            Caller::Withheld => Some(Signal::Withheld),
            Caller::Other(address) => {
                // A row of digits that is no number; a SIP address is an address.
                let is_digits = address.as_str().bytes().all(|byte| matches!(byte, b'+' | b'0'..=b'9'));
                (is_digits && !self.may_be_from_abroad(address.as_str())).then_some(Signal::InvalidNumber)
            }
            Caller::Number(caller) if self.is_impossible(*caller) => Some(Signal::InvalidNumber),
            Caller::Number(caller) if Some(*caller) == self.number => Some(Signal::OwnNumber),
            Caller::Number(caller) => is_neighbour(*caller, self.number?).then_some(Signal::Neighbour),
        }
    }
}

impl Activity {
    /// Puts together what a site remembers of a caller and what the account sees of them at the moment.
    pub fn of(history: Option<&CallerRecord>, velocity: Option<Velocity>) -> Self {
        let velocity = velocity.unwrap_or_default();
        let seen = Self {
            numbers_in_ten_minutes: velocity.numbers_in_ten_minutes,
            calls_in_an_hour: velocity.calls_in_an_hour,
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

/// Returns what the carrier's word is worth. That nothing was said is no signal: most honest calls come so.
fn vouched(attestation: Attestation) -> Option<Signal> {
    match (attestation.passed, attestation.level) {
        (false, _) => Some(Signal::Forged),
        (true, Some(AttestationLevel::A)) => Some(Signal::Vouched),
        (true, Some(AttestationLevel::C)) => Some(Signal::Gateway),
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
    use crate::event::ReputationProvider;

    #[test]
    fn signals_and_scores() {
        let caller = |text: &str| Some(Caller::Number(number(text)));
        let from =
            |text| RiskFacts { caller: caller(text), number: Some(number("+13125550142")), ..RiskFacts::default() };
        let stranger = || from("+12125550123");
        let said = |level, passed| Some(Attestation { level, passed, diverted: false });
        let seen = |activity| RiskFacts { activity, ..stranger() };
        let cases = [
            (stranger(), 0, vec![]),
            (RiskFacts::default(), 0, vec![]),
            (from("+13125550199"), 10, vec![Signal::Neighbour]),
            (from("+13125550142"), 40, vec![Signal::OwnNumber]),
            (from("+12225550142"), 40, vec![Signal::InvalidNumber]),
            (RiskFacts { caller: Some(Caller::Withheld), ..stranger() }, 10, vec![Signal::Withheld]),
            (RiskFacts { caller: Some(Caller::Other("12345".into())), ..stranger() }, 40, vec![Signal::InvalidNumber]),
            (RiskFacts { caller: Some(Caller::Other("sip:a@example.com".into())), ..stranger() }, 0, vec![]),
            // Other countries' numbers are not judged by the plan of North America.
            (from("+442079460018"), 0, vec![]),
            (from("+4930901820"), 0, vec![]),
            (from("+97180034567"), 0, vec![]),
            (from("+99912345678"), 0, vec![]),
            (RiskFacts { caller: Some(Caller::Other("01712345678".into())), ..stranger() }, 0, vec![]),
            (
                RiskFacts {
                    caller: Some(Caller::Other("12345".into())),
                    number: Some(number("+493012345678")),
                    ..stranger()
                },
                0,
                vec![],
            ),
            (RiskFacts { attestation: said(Some(AttestationLevel::A), true), ..stranger() }, 0, vec![Signal::Vouched]),
            (RiskFacts { attestation: said(Some(AttestationLevel::B), true), ..stranger() }, 0, vec![]),
            (RiskFacts { attestation: said(Some(AttestationLevel::C), true), ..stranger() }, 10, vec![Signal::Gateway]),
            (RiskFacts { attestation: said(Some(AttestationLevel::A), false), ..stranger() }, 40, vec![Signal::Forged]),
            (RiskFacts { attestation: said(None, true), ..stranger() }, 0, vec![]),
            (RiskFacts { reputation: reported(), ..stranger() }, 60, vec![Signal::Reported]),
            (
                RiskFacts { reputation: Reputation { exists: Some(false), ..Reputation::default() }, ..stranger() },
                40,
                vec![Signal::InvalidNumber],
            ),
            (RiskFacts { was_silent: true, ..stranger() }, 25, vec![Signal::Silent]),
            (seen(Activity { numbers_in_ten_minutes: 2, ..Activity::default() }), 0, vec![]),
            (seen(Activity { numbers_in_ten_minutes: 3, ..Activity::default() }), 30, vec![Signal::ManyNumbers]),
            (seen(Activity { calls_in_an_hour: 5, ..Activity::default() }), 15, vec![Signal::ManyCalls]),
            (
                seen(Activity { ended_calls: 2, longest_call_seconds: 5, ..Activity::default() }),
                15,
                vec![Signal::OnlyGlimpses],
            ),
            (seen(Activity { ended_calls: 2, longest_call_seconds: 6, ..Activity::default() }), 0, vec![]),
            (seen(Activity { ended_calls: 0, longest_call_seconds: 0, ..Activity::default() }), 0, vec![]),
            (seen(Activity { longest_talk_seconds: 60, ..Activity::default() }), 0, vec![Signal::SpokeBefore]),
            (seen(Activity { has_passed: true, ..Activity::default() }), 0, vec![Signal::PassedBefore]),
            (seen(Activity { was_silent: true, ..Activity::default() }), 25, vec![Signal::SilentBefore]),
            (RiskFacts { listed: Some(Listed::Blocked), ..stranger() }, 100, vec![Signal::Blocked]),
            (
                RiskFacts { listed: Some(Listed::Allowed), reputation: reported(), ..stranger() },
                0,
                vec![Signal::Allowed, Signal::Reported],
            ),
        ];
        for (facts, score, signals) in cases {
            let risk = Risk::of(&facts);
            let found: Vec<_> = risk.reasons.iter().map(|reason| reason.signal).collect();
            assert_eq!((risk.score, found), (score, signals), "{facts:?}");
        }
    }

    #[test]
    fn a_signal_found_later_adds_up_once() {
        let risk = Risk::of(&RiskFacts { reputation: reported(), ..RiskFacts::default() });
        let later = risk.clone().with(Signal::Silent);
        assert_eq!((risk.score, later.score), (60, 85));
        assert_eq!(later.clone().with(Signal::Silent), later);
        let listed =
            Risk::of(&RiskFacts { listed: Some(Listed::Allowed), reputation: reported(), ..RiskFacts::default() });
        assert_eq!(listed.with(Signal::Silent).score, 0);
    }

    #[test]
    fn what_site_and_account_have_seen() {
        let history =
            CallerRecord { ended: 3, longest_call_seconds: 9, longest_talk_seconds: 7, ..CallerRecord::default() };
        let velocity = Velocity { numbers_in_ten_minutes: 2, calls_in_an_hour: 4 };
        let seen = Activity {
            numbers_in_ten_minutes: 2,
            calls_in_an_hour: 4,
            ended_calls: 3,
            longest_call_seconds: 9,
            longest_talk_seconds: 7,
            has_passed: false,
            was_silent: false,
        };
        assert_eq!(Activity::of(Some(&history), Some(velocity)), seen);
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
            (0, Action::Pass),
            (40, Action::Flag),
            (60, Action::Challenge),
            (89, Action::Challenge),
            (90, Action::Reject),
        ];
        for (score, expected) in cases {
            assert_eq!(all.action(score), expected, "{score}");
        }
        assert_eq!(Thresholds::default().action(100), Action::Pass);
        let upside_down = Thresholds { flag: Some(90), challenge: None, reject: Some(10) };
        assert_eq!(upside_down.action(95), Action::Reject);
    }

    proptest! {
        #[test]
        fn a_signal_never_works_the_other_way(
            reported: bool, silent: bool, numbers in 0..6_u32, calls in 0..9_u32, count in 0..99_u32, withheld: bool
        ) {
            let facts = |silent, reported| RiskFacts {
                caller: withheld.then_some(Caller::Withheld),
                reputation: if reported { self::reported() } else { Reputation::default() },
                was_silent: silent,
                activity: Activity { numbers_in_ten_minutes: numbers, calls_in_an_hour: calls, ..Activity::default() },
                complaints: Complaints { count, ..Complaints::default() },
                ..RiskFacts::default()
            };
            let risk = Risk::of(&facts(silent, reported));
            prop_assert!(risk.score <= 100);
            prop_assert!(Risk::of(&facts(true, reported)).score >= risk.score);
            prop_assert!(Risk::of(&facts(silent, true)).score >= risk.score);
        }
    }

    fn reported() -> Reputation {
        Reputation { reported_by: [ReputationProvider::Nomorobo].into(), ..Reputation::default() }
    }

    fn number(text: &str) -> E164 {
        E164::parse(text).unwrap()
    }
}
