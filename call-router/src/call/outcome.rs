//! What became of a call.

use std::collections::{BTreeMap, BTreeSet};

use dni_core::{phone::E164, time::Millis};
use serde::{Deserialize, Serialize};

use super::{Call, Leg};
use crate::event::{CallStatus, CarrierCallId, DialResult, DialStatus, HungUpBy, RecordingSource};

/// How long a caller who hangs up must have waited for the call to count as missed instead of abandoned, in seconds:
/// `CallRail`'s threshold, which owners who compare know.
pub const ABANDONED_BEFORE_SECONDS: u32 = 15;

/// The least seconds of a message in which something was said: what is left of a caller who hangs up at the tone is a second or
/// two, which is less than it takes to say a name.
pub const MIN_MESSAGE_SECONDS: u32 = 3;

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// It goes on.
    InProgress,
    /// Caller and business were connected.
    Answered,
    /// Nobody answered, and the caller did not leave early: they waited, the line turned them away, the flow ended the call, or
    /// they were asked for a message and said nothing.
    Missed,
    /// Nobody answered, and the caller left a message.
    Voicemail,
    /// The caller hung up before anybody could have answered, with something still to come for them.
    Abandoned,
}

/// What the end of a call rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndedBy {
    /// A webhook of the carrier told it.
    Told,
    /// No webhook did, and the carrier told it when it was asked.
    Asked,
    /// No sign of the call came for longer than it can last.
    Sweep,
    /// The flow ended it, and the carrier has not told its end yet.
    Flow,
}

impl EndedBy {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Told => "carrier",
            Self::Asked => "carrier_asked",
            Self::Sweep => "sweep",
            Self::Flow => "flow",
        }
    }
}

impl CallOutcome {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Answered => "answered",
            Self::Missed => "missed",
            Self::Voicemail => "voicemail",
            Self::Abandoned => "abandoned",
        }
    }
}

impl Call {
    /// Says what became of the call, by what is known of it so far.
    pub fn outcome(&self) -> CallOutcome {
        if !self.is_over() {
            CallOutcome::InProgress
        } else if self.connected() {
            CallOutcome::Answered
        } else if self.has_message() {
            CallOutcome::Voicemail
        } else if self.left_early() {
            CallOutcome::Abandoned
        } else {
            CallOutcome::Missed
        }
    }

    /// Says whether its end was told, or need not be waited for any more.
    pub fn is_end_told(&self) -> bool {
        self.status.is_final() || self.swept_at.is_some()
    }

    /// Says whether nothing more will happen: its end was told, the flow ended it, or it was taken for over.
    pub fn is_over(&self) -> bool {
        self.is_end_told() || self.let_go
    }

    /// Says what the end of the call rests on; `None` as long as it goes on.
    pub fn ended_by(&self) -> Option<EndedBy> {
        match (self.status.is_final(), self.ended_at) {
            (true, Some(_)) => Some(EndedBy::Told),
            (true, None) => Some(EndedBy::Asked),
            (false, _) if self.let_go => Some(EndedBy::Flow),
            (false, _) => self.swept_at.map(|_| EndedBy::Sweep),
        }
    }

    /// Says whether caller and business were connected.
    pub fn connected(&self) -> bool {
        self.dials.iter().any(|dial| self.connected_by(dial))
            || self.legs_without_result().any(|(_, seconds)| seconds > 0)
            || self.swept_while_connected()
    }

    /// Of a call whose end was never told, an answered leg is all that is known of the conversation.
    fn swept_while_connected(&self) -> bool {
        let answered = |leg: &Leg| leg.status == CallStatus::InProgress && leg.may_have_spoken();
        self.ended_by() == Some(EndedBy::Sweep) && self.dials.is_empty() && self.legs.values().any(answered)
    }

    /// Says whether a forward connected caller and business, by all that is known of its legs: some carriers do not tell a
    /// leg that was asked for a key and pressed none from one that was connected.
    pub fn connected_by(&self, dial: &DialResult) -> bool {
        dial.connected() && !self.declined(dial)
    }

    fn declined(&self, dial: &DialResult) -> bool {
        if let Some(leg) = dial.leg.as_ref() {
            // Where the carrier itself tells who was bridged, a key of which nothing is known is one that got lost.
            let told_of_no_key = |leg: &Leg| leg.asked && leg.accepted.is_none() && dial.bridged.is_none();
            return self.legs.get(leg).is_some_and(|leg| leg.accepted == Some(false) || told_of_no_key(leg));
        }
        // The result does not name its leg, so that any that was answered and not asked, or took the call, may be it.
        self.legs.values().any(Leg::would_not_take_it) && !self.legs.values().any(Leg::may_have_spoken)
    }

    /// Says how a forward ended of which no result was told, by the legs that no result names: what became of it, and whether caller
    /// and business were connected. `None` if there is no such leg.
    pub fn untold_dial(&self) -> Option<(DialStatus, bool)> {
        let has_result = |id: &CarrierCallId| self.dials.iter().any(|dial| dial.leg.as_ref() == Some(id));
        let legs: Vec<_> = self.legs.iter().filter(|(id, _)| !has_result(id)).map(|(_, leg)| leg).collect();
        if legs.iter().any(|leg| leg.may_have_spoken() && leg.duration != Some(0)) {
            return Some((DialStatus::Completed, true));
        }
        let status = match legs.iter().map(|leg| leg.status).max()? {
            CallStatus::Busy => DialStatus::Busy,
            CallStatus::Failed => DialStatus::Failed,
            CallStatus::Canceled => DialStatus::Canceled,
            _ => DialStatus::NoAnswer,
        };
        Some((status, false))
    }

    /// Returns the number that the caller spoke with; of several the one that answered last. Where the carrier does not say
    /// which leg it was, only one leg may have been answered.
    pub fn spoke_with(&self) -> Option<E164> {
        if let Some(leg) = self.connected_legs().max_by_key(|leg| leg.answered_at) {
            return leg.to;
        }
        let mut answered = self.legs.values().filter(|leg| leg.may_have_spoken());
        match (answered.next(), answered.next()) {
            (Some(only), None) if self.connected() => only.to,
            _ => None,
        }
    }

    /// Lists the legs of which the carrier tells that caller and business were connected on them.
    fn connected_legs(&self) -> impl Iterator<Item = &Leg> {
        let connected = |id: &CarrierCallId| {
            self.dials.iter().any(|dial| dial.leg.as_ref() == Some(id) && self.connected_by(dial))
                || self.legs_without_result().any(|(leg, seconds)| leg == id && seconds > 0)
        };
        self.legs.iter().filter(move |(id, _)| connected(id)).map(|(_, leg)| leg)
    }

    /// Returns the seconds that caller and business spoke.
    pub fn talk_seconds(&self) -> u32 {
        let mut by_leg = BTreeMap::new();
        for dial in self.dials.iter().filter(|dial| self.connected_by(dial)) {
            let longest = by_leg.entry(dial.leg.as_ref()).or_insert(0);
            let seconds = dial.duration.or_else(|| self.leg_seconds(dial.leg.as_ref()));
            *longest = seconds.unwrap_or(0).max(*longest);
        }
        by_leg.extend(self.legs_without_result().map(|(leg, seconds)| (Some(leg), seconds)));
        by_leg.into_values().fold(0, u32::saturating_add)
    }

    /// Returns the numbers that need not be rung again at once after somebody answered and would not take the call: theirs, and
    /// those that rang to their end. The others were cut off, and a mailbox may have done it. None if nobody declined.
    pub fn settled_numbers(&self) -> BTreeSet<E164> {
        let declined = |leg: &Leg| leg.would_not_take_it() && leg.status >= CallStatus::InProgress;
        if !self.legs.values().any(declined) {
            return BTreeSet::new();
        }
        let settled = self.legs.values().filter(|leg| declined(leg) || leg.status.is_failure());
        settled.filter_map(|leg| leg.to).collect()
    }

    /// Returns how long the leg of a forward lasted; the longest that may be it where the forward does not name it.
    fn leg_seconds(&self, leg: Option<&CarrierCallId>) -> Option<u32> {
        match leg {
            Some(leg) => self.legs.get(leg)?.duration,
            None => self.legs.values().filter(|leg| !leg.would_not_take_it()).filter_map(|leg| leg.duration).max(),
        }
    }

    /// Returns the seconds from the first sign of the call to its being answered, or to its end if nobody answered;
    /// `None` as long as neither is known. Who answered and was not connected has not answered the caller.
    pub fn ring_seconds(&self) -> Option<u32> {
        if self.connected() {
            let known = self.connected_legs().filter_map(|leg| leg.answered_at).min();
            let may_be =
                || self.legs.values().filter(|leg| leg.may_have_spoken()).filter_map(|leg| leg.answered_at).min();
            return self.seconds_until(known.or_else(may_be)?);
        }
        let speaks = |leg: &&Leg| leg.status == CallStatus::InProgress && leg.accepted.unwrap_or(!leg.whispered);
        let answered_at = || self.legs.values().filter(speaks).filter_map(|leg| leg.answered_at).min();
        self.seconds_until(self.ended_at.or(self.let_go_at).or_else(answered_at)?)
    }

    /// Returns the seconds from the first sign of the call to its end; `None` as long as it goes on.
    ///
    /// The carrier counts from its own answering. A call that rang through to the business and was never answered has a
    /// count of zero there, so the times of the webhooks stand in.
    pub fn total_seconds(&self) -> Option<u32> {
        self.duration.filter(|seconds| *seconds > 0).or_else(|| self.seconds_until(self.ended_at.or(self.let_go_at)?))
    }

    /// Says whether the caller left a message: who hung up at the tone did not.
    pub fn has_message(&self) -> bool {
        self.recordings.values().any(|recording| {
            let was_said = recording.duration.is_none_or(|seconds| seconds >= MIN_MESSAGE_SECONDS);
            recording.source == RecordingSource::Voicemail && recording.exists() && was_said
        })
    }

    /// Says whether the caller hung up so soon that nobody could have answered. Not every carrier tells who ended a call, so
    /// it is what is left of the short ones: those in which nobody else is known to have ended it or turned them away, and
    /// voicemail had not taken it.
    fn left_early(&self) -> bool {
        let turned_away = self.dials.iter().any(|dial| !self.connected_by(dial) && !dial.caller_gone);
        let refused = matches!(self.status, CallStatus::Failed | CallStatus::Busy);
        let by_others = matches!(self.hung_up_by, Some(HungUpBy::Business | HungUpBy::Carrier));
        let stayed = self.let_go || self.asked_for_message || turned_away || refused || by_others;
        !stayed && self.total_seconds().is_some_and(|seconds| seconds < ABANDONED_BEFORE_SECONDS)
    }

    /// Lists legs that were answered and ended and whose dial result never came, with the seconds they lasted: what is
    /// known of the conversation if that webhook was lost. Of several legs rung at once the result names one: the others
    /// that heard something were let go.
    fn legs_without_result(&self) -> impl Iterator<Item = (&CarrierCallId, u32)> {
        let has_result = |leg| {
            self.dials.iter().any(|dial| match &dial.leg {
                Some(named) => named == leg,
                None => dial.connected(),
            })
        };
        let heard_only = |leg: &Leg| leg.accepted.is_none() && leg.whispered && !self.dials.is_empty();
        self.legs
            .iter()
            .filter(move |(id, leg)| {
                let spoke = leg.status == CallStatus::Completed && leg.may_have_spoken() && !heard_only(leg);
                spoke && !has_result(*id)
            })
            .filter_map(|(id, leg)| Some((id, leg.duration?)))
    }

    fn seconds_until(&self, end: Millis) -> Option<u32> {
        u32::try_from(end.since(self.started_at).as_secs()).ok()
    }
}

impl Leg {
    /// Says whether it took the call, or was answered and not asked.
    fn may_have_spoken(&self) -> bool {
        let answered = matches!(self.status, CallStatus::InProgress | CallStatus::Completed);
        self.accepted.unwrap_or(answered && !self.asked)
    }

    /// Says whether it was asked for a key and the right one is not known to have been pressed.
    fn would_not_take_it(&self) -> bool {
        self.accepted.map_or(self.asked, |accepted| !accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{Carrier, Hook, Hooks, twilio};
    use crate::document::{Document, RejectReason, Speaker, Verb};
    use crate::event::CallEvent;
    use crate::fail_open;

    /// The events of one call: after how many seconds, where and what.
    type Events<'a> = &'a [(u64, Hook, &'a str)];

    /// Events of one call, and what each was answered with.
    type Answered<'a> = &'a [((u64, Hook, &'a str), Document)];

    /// Where something is told, and what.
    type Told<'a> = &'a [(Hook, &'a String)];

    const RING: (u64, Hook, &str) = (0, Hook::Voice, "CallStatus=ringing");

    #[test]
    fn what_is_known_of_a_call_whose_end_was_never_told() {
        const TOLD: (u64, Hook, &str) = (20_000, Hook::Status, "CallStatus=no-answer&CallDuration=0");
        let answered = (9, Hook::Leg, "CallSid=CA2&CallStatus=in-progress");
        let dialled = (60, Hook::Dial, "CallStatus=in-progress&DialCallStatus=completed&DialBridged=true");
        let turned_away = (60, Hook::Dial, "CallStatus=in-progress&DialCallStatus=busy&DialCallSid=CA2");
        let cases: [(&str, Events, CallOutcome, EndedBy); 6] = [
            ("it rang", &[RING], CallOutcome::Missed, EndedBy::Sweep),
            ("the business answered", &[RING, answered], CallOutcome::Answered, EndedBy::Sweep),
            ("they spoke", &[RING, dialled], CallOutcome::Answered, EndedBy::Sweep),
            ("the leg ended otherwise", &[RING, answered, turned_away], CallOutcome::Missed, EndedBy::Sweep),
            ("its end was told late", &[RING, TOLD], CallOutcome::Missed, EndedBy::Told),
            (
                "its end was told late, and all there was is a leg",
                &[RING, answered, TOLD],
                CallOutcome::Missed,
                EndedBy::Told,
            ),
        ];
        for (name, events, outcome, by) in cases {
            let mut swept = call(events);
            swept.join(&Call::swept(&swept.id.clone(), Millis::from_unix_ms(15_000_000)));
            assert_eq!((swept.outcome(), swept.ended_by()), (outcome, Some(by)), "{name}");
        }
        assert_eq!(call(&[RING]).ended_by(), None);
        let mut asked = call(&[RING]);
        asked.join(&Call::from_status_query(
            &asked.id.clone(),
            Millis::from_unix_ms(900_000),
            CallStatus::Completed,
            Some(42),
        ));
        assert_eq!((asked.ended_by(), asked.total_seconds()), (Some(EndedBy::Asked), Some(42)));
        asked.join(&call(&[RING, (50, Hook::Status, "CallStatus=completed&CallDuration=43")]));
        assert_eq!((asked.ended_by(), asked.total_seconds()), (Some(EndedBy::Told), Some(43)));
    }

    #[test]
    fn outcomes() {
        let cases: [(&str, Events, CallOutcome); 16] = [
            ("ringing", &[RING], CallOutcome::InProgress),
            ("speaking", &[RING, (9, Hook::Leg, "CallSid=CA2&CallStatus=in-progress")], CallOutcome::InProgress),
            (
                "connected, no end told",
                &[RING, (60, Hook::Dial, "CallStatus=in-progress&DialCallStatus=completed&DialBridged=true")],
                CallOutcome::InProgress,
            ),
            (
                "connected, the caller hung up",
                &[RING, (60, Hook::Dial, "CallStatus=completed&DialCallStatus=completed&DialBridged=true")],
                CallOutcome::Answered,
            ),
            (
                "connected, by a carrier that does not tell so",
                &[RING, (60, Hook::Dial, "CallStatus=completed&DialCallStatus=completed&DialCallDuration=40")],
                CallOutcome::Answered,
            ),
            (
                "the dial result was lost",
                &[
                    RING,
                    (50, Hook::Leg, "CallSid=CA2&CallStatus=completed&CallDuration=40"),
                    (50, Hook::Status, "CallStatus=completed&CallDuration=50"),
                ],
                CallOutcome::Answered,
            ),
            (
                "left while it rang, 6 s by the carrier's count",
                &[RING, (90, Hook::Status, "CallStatus=completed&CallDuration=6")],
                CallOutcome::Abandoned,
            ),
            (
                "left while it rang, never answered by the carrier either",
                &[RING, (6, Hook::Status, "CallStatus=no-answer&CallDuration=0")],
                CallOutcome::Abandoned,
            ),
            (
                "rang for long, never answered by the carrier either",
                &[RING, (28, Hook::Status, "CallStatus=no-answer&CallDuration=0")],
                CallOutcome::Missed,
            ),
            ("15 s are long", &[RING, (0, Hook::Status, "CallStatus=completed&CallDuration=15")], CallOutcome::Missed),
            (
                "turned away at once",
                &[
                    RING,
                    (1, Hook::Dial, "CallStatus=in-progress&DialCallStatus=busy"),
                    (3, Hook::Status, "CallStatus=completed&CallDuration=3"),
                ],
                CallOutcome::Missed,
            ),
            (
                "left a message of which the carrier made nothing",
                &[
                    RING,
                    (30, Hook::Record, "CallStatus=completed&RecordingSid=RE1&RecordingDuration=1"),
                    (31, Hook::Recording, "RecordingSid=RE1&RecordingStatus=absent&RecordingSource=RecordVerb"),
                ],
                CallOutcome::Missed,
            ),
            ("refused as busy", &[RING, (1, Hook::Status, "CallStatus=busy&CallDuration=0")], CallOutcome::Missed),
            ("the carrier failed", &[RING, (1, Hook::Status, "CallStatus=failed&CallDuration=0")], CallOutcome::Missed),
            (
                "who answered would not take the call",
                &[
                    RING,
                    (1, Hook::Dial, "CallStatus=in-progress&DialCallStatus=completed&DialBridged=false"),
                    (3, Hook::Status, "CallStatus=completed&CallDuration=3"),
                ],
                CallOutcome::Missed,
            ),
            (
                "left while the business heard who calls",
                &[
                    RING,
                    (3, Hook::Dial, "CallStatus=completed&DialCallStatus=completed&DialBridged=false"),
                    (3, Hook::Status, "CallStatus=completed&CallDuration=3"),
                ],
                CallOutcome::Abandoned,
            ),
        ];
        for (name, events, expected) in cases {
            assert_eq!(call(events).outcome(), expected, "{name}");
        }
    }

    #[test]
    fn who_is_let_go_by_the_flow_did_not_leave() {
        let goodbye = || Document::from([Verb::say("We are closed."), Verb::Hangup]);
        let refusal = || Document::from([Verb::Reject { reason: RejectReason::Rejected }]);
        let message =
            || fail_open::after_dial(false, &Hooks::new(Carrier::Twilio, "https://h").unwrap(), &Speaker::default());
        let menu = || Document::from([Verb::say("Press 1."), Verb::Redirect { url: "https://h/again".to_owned() }]);
        let end = (6, Hook::Status, "CallStatus=completed&CallDuration=6");
        let key = (4, Hook::Gather, "CallStatus=in-progress&Digits=1");
        let hung_up = (4, Hook::Gather, "CallStatus=completed&Digits=hangup");
        let no_answer = (4, Hook::Dial, "CallStatus=completed&DialCallStatus=no-answer&DialBridged=false");
        let declined = (4, Hook::Accept, "ParentCallSid=CA1&CallSid=CA2&Digits=2");
        let cases: [(&str, Answered, CallOutcome); 9] = [
            ("closed for the day", &[(RING, goodbye())], CallOutcome::Missed),
            ("refused", &[(RING, refusal())], CallOutcome::Missed),
            ("left in the menu", &[(RING, menu())], CallOutcome::Abandoned),
            ("left before the tone, with voicemail on the line", &[(RING, message())], CallOutcome::Missed),
            ("let go behind the menu", &[(RING, menu()), (key, goodbye())], CallOutcome::Missed),
            ("had hung up in the menu", &[(RING, menu()), (hung_up, goodbye())], CallOutcome::Abandoned),
            ("had hung up while it rang", &[(RING, menu()), (no_answer, goodbye())], CallOutcome::Abandoned),
            ("the business was let go", &[(RING, menu()), (declined, goodbye())], CallOutcome::Abandoned),
            ("nothing was answered", &[], CallOutcome::Abandoned),
        ];
        for (name, answered, expected) in cases {
            let told = [(RING, Document::default()), (end, Document::default())];
            let parts: Vec<_> = answered
                .iter()
                .chain(&told)
                .flat_map(|((second, hook, fields), document)| {
                    let event = event(*second, *hook, fields);
                    [Call::answered(&event, document), Call::from_event(&event)]
                })
                .collect();
            for order in orders(parts.len()) {
                let mut call = parts[order[0]].clone();
                order.iter().chain(&order[..1]).for_each(|part| call.join(&parts[*part]));
                assert_eq!(call.outcome(), expected, "{name}, {order:?}");
            }
        }
    }

    #[test]
    fn seconds() {
        let answered = call(&[
            RING,
            (9, Hook::Leg, "CallSid=CA2&CallStatus=in-progress"),
            (49, Hook::Leg, "CallSid=CA2&CallStatus=completed&CallDuration=40"),
            (49, Hook::Dial, "DialCallSid=CA2&DialCallStatus=completed&DialCallDuration=40&DialBridged=true"),
            (50, Hook::Status, "CallStatus=completed&CallDuration=49"),
        ]);
        assert_eq!(
            (answered.ring_seconds(), answered.talk_seconds(), answered.total_seconds()),
            (Some(9), 40, Some(49))
        );
        let missed = call(&[RING, (28, Hook::Status, "CallStatus=no-answer&CallDuration=0")]);
        assert_eq!((missed.ring_seconds(), missed.talk_seconds(), missed.total_seconds()), (Some(28), 0, Some(28)));
        let ringing = call(&[RING]);
        assert_eq!((ringing.ring_seconds(), ringing.talk_seconds(), ringing.total_seconds()), (None, 0, None));
        let twice = call(&[
            RING,
            (20, Hook::Dial, "DialCallSid=CA2&DialCallStatus=completed&DialCallDuration=10&DialBridged=true"),
            (50, Hook::Dial, "DialCallSid=CA3&DialCallStatus=completed&DialCallDuration=20&DialBridged=true"),
        ]);
        assert_eq!(twice.talk_seconds(), 30);
    }

    #[test]
    fn whom_the_caller_spoke_with() {
        let leg = |id, to, status| format!("CallSid={id}&To=%2B1312555019{to}&CallStatus={status}&CallDuration=9");
        let dial = |id: &str, bridged: bool| format!("DialCallSid={id}&DialCallStatus=completed&DialBridged={bridged}");
        let (first, second) = (leg("CA2", 1, "no-answer"), leg("CA3", 2, "completed"));
        let (spoke, declined) = (dial("CA3", true), dial("CA3", false));
        let unnamed = "DialCallStatus=completed&DialBridged=true".to_owned();
        let both = leg("CA2", 1, "completed");
        let cases: [(Told, Option<&str>); 6] = [
            (&[(Hook::Leg, &first), (Hook::Leg, &second), (Hook::Dial, &spoke)], Some("+13125550192")),
            (&[(Hook::Leg, &first), (Hook::Leg, &second), (Hook::Dial, &unnamed)], Some("+13125550192")),
            (&[(Hook::Leg, &both), (Hook::Leg, &second), (Hook::Dial, &unnamed)], None),
            (&[(Hook::Leg, &first), (Hook::Leg, &second)], Some("+13125550192")),
            (&[(Hook::Leg, &second), (Hook::Dial, &declined)], None),
            (&[(Hook::Leg, &first)], None),
        ];
        for (events, expected) in cases {
            let events: Vec<_> =
                [RING].into_iter().chain(events.iter().map(|(hook, fields)| (1, *hook, fields.as_str()))).collect();
            assert_eq!(call(&events).spoke_with(), expected.map(|number| E164::parse(number).unwrap()), "{events:?}");
        }
    }

    #[test]
    fn who_only_heard_what_the_call_is_about_was_not_spoken_with() {
        let heard = |asks| twilio_event(3, Hook::Whisper, asks, "ParentCallSid=CA1&CallSid=CA2");
        let end = event(13, Hook::Leg, "CallSid=CA2&CallStatus=completed&CallDuration=10");
        let answered = event(3, Hook::Leg, "CallSid=CA2&CallStatus=in-progress");
        let key = |digits| twilio_event(9, Hook::Accept, "", &format!("ParentCallSid=CA1&CallSid=CA2&Digits={digits}"));
        // The result of a forward that rang two: it names the other one.
        let other =
            event(20, Hook::Dial, "DialCallSid=CA3&DialCallStatus=completed&DialCallDuration=9&DialBridged=false");
        let unsaid = event(20, Hook::Dial, "DialCallSid=CA2&DialCallStatus=completed&DialCallDuration=10");
        let bridged =
            event(20, Hook::Dial, "DialCallSid=CA2&DialCallStatus=completed&DialCallDuration=10&DialBridged=true");
        let ended = event(30, Hook::Status, "CallStatus=completed&CallDuration=30");
        let cases = [
            ("asked, pressed nothing", vec![heard("asks=1"), end.clone(), other.clone()], false, 30),
            ("asked, pressed another key", vec![heard("asks=1"), key("2"), end.clone(), other.clone()], false, 30),
            ("not asked, hung up", vec![heard(""), end.clone(), other], false, 30),
            (
                "asked, by a carrier that does not tell who was bridged",
                vec![heard("asks=1"), end.clone(), unsaid.clone()],
                false,
                30,
            ),
            ("took it, at such a carrier", vec![heard("asks=1"), key("1"), end.clone(), unsaid], true, 3),
            (
                "the key was lost, and the carrier says they were bridged",
                vec![heard("asks=1"), end.clone(), bridged],
                true,
                3,
            ),
            ("the result was lost", vec![heard(""), end.clone()], true, 3),
            ("key and result were lost", vec![heard("asks=1"), end], false, 30),
        ];
        for (name, events, connected, rang) in cases {
            let mut call = call(&[RING]);
            events.iter().chain([&answered, &ended]).for_each(|event| call.merge(event));
            assert_eq!((call.connected(), call.ring_seconds()), (connected, Some(rang)), "{name}");
        }
    }

    #[test]
    fn the_carriers_own_word_on_the_end_stands() {
        let gone = (6, Hook::Dial, "CallStatus=completed&DialCallStatus=no-answer&DialBridged=false");
        assert_eq!(call(&[RING, gone]).status, CallStatus::Canceled);
        let told = (6, Hook::Status, "CallStatus=no-answer");
        assert_eq!(call(&[RING, gone, told]).status, CallStatus::NoAnswer);
        assert_eq!(call(&[RING, told, gone]).status, CallStatus::NoAnswer);
    }

    /// Gives every rotation of `count` places, and the same backwards.
    fn orders(count: usize) -> Vec<Vec<usize>> {
        let turned = |by: usize| (0..count).map(move |place| (place + by) % count).collect::<Vec<_>>();
        (0..count).flat_map(|by| [turned(by), turned(by).into_iter().rev().collect()]).collect()
    }

    fn call(events: Events) -> Call {
        let mut events = events.iter().map(|(second, hook, fields)| event(*second, *hook, fields));
        let mut call = Call::from_event(&events.next().unwrap());
        events.for_each(|event| call.merge(&event));
        call
    }

    fn event(second: u64, hook: Hook, fields: &str) -> CallEvent {
        let parent = if hook == Hook::Leg { "ParentCallSid=CA1" } else { "CallSid=CA1" };
        twilio_event(second, hook, "", &format!("{parent}&{fields}"))
    }

    fn twilio_event(second: u64, hook: Hook, query: &str, fields: &str) -> CallEvent {
        twilio::read(hook, query, fields.as_bytes(), Millis::from_unix_ms(second * 1_000)).unwrap()
    }
}
