//! How events add up.
//!
//! Carriers send webhooks late, twice and in the wrong order, so the record must not depend on any of that. It is built
//! as a join-semilattice: there is one operation, [`Call::join`], and it is commutative (`a` with `b` is `b` with `a`),
//! associative (grouping does not matter) and idempotent (`a` with `a` is `a`). An event is first turned into the record
//! of a call of which nothing else is known; merging is then joining. That holds for the whole because it holds for
//! every field, each being one of four:
//!
//! - the greater of two (`max`): statuses by rank, durations, and plain facts, of which there is only one in truth;
//! - the earlier of two (`min`): first signs of something;
//! - the union of two sets;
//! - the union of two maps whose values are joined in the same way.
//!
//! Sets and maps keep their [`MAX_PARTS`] smallest members. That is again such an operation: a member that is dropped
//! once has that many smaller ones before it for ever.

use std::collections::{BTreeMap, BTreeSet};

use dni_core::{pii::Pii, time::Millis};

use super::{Call, Leg, MAX_PARTS, Recording};
use crate::document::Document;
use crate::event::{
    CallEvent, CallStatus, Caller, CallerDetails, CallerPlace, CarrierCallId, DialResult, EventKind, HungUpBy,
    RecordingRef, RecordingSource, Reputation,
};
use crate::flow::whisper::ACCEPT_KEY;

impl Call {
    /// Makes the record of a call from the one event that is known of it.
    pub fn from_event(event: &CallEvent) -> Self {
        let mut call =
            Self { caller: event.caller.clone(), number: event.number, ..Self::unknown(event.call.clone(), event.at) };
        match &event.kind {
            EventKind::Incoming(details) => {
                call.is_withheld = event.caller.as_ref().is_some_and(|caller| *caller.expose() == Caller::Withheld);
                call.take_caller_details(details);
            }
            EventKind::AskedAgain { details, .. } => {
                call.is_withheld = event.caller.as_ref().is_some_and(|caller| *caller.expose() == Caller::Withheld);
                call.take_caller_details(details);
                call.reach(CallStatus::InProgress, event.at);
            }
            EventKind::CallStatus { status, duration, hung_up_by } => {
                call.duration = *duration;
                call.hung_up_by = *hung_up_by;
                call.reach(*status, event.at);
            }
            EventKind::LegStatus { leg, status, duration, to, failure, .. } => {
                let answered_at = (*status == CallStatus::InProgress).then_some(event.at);
                let failure = failure.clone();
                let leg_so_far =
                    Leg { to: *to, status: *status, duration: *duration, answered_at, failure, ..Leg::default() };
                call.legs.insert(leg.clone(), leg_so_far);
            }
            EventKind::DialResult(dial) => call.take_dial_result(dial, event.at),
            EventKind::RecordResult { recording, duration, hung_up, .. } => {
                call.asked_for_message = true;
                call.hung_up_by = hung_up.then_some(HungUpBy::Caller);
                call.reach(if *hung_up { CallStatus::Completed } else { CallStatus::InProgress }, event.at);
                if let Some(message) = recording {
                    call.mention(message, *duration, RecordingSource::Voicemail);
                }
            }
            EventKind::Gathered { hung_up, .. } => {
                call.hung_up_by = hung_up.then_some(HungUpBy::Caller);
                call.reach(if *hung_up { CallStatus::Completed } else { CallStatus::InProgress }, event.at);
            }
            EventKind::LegAnswered { leg, asked, to } => {
                let answered =
                    Leg { to: *to, status: CallStatus::InProgress, whispered: true, asked: *asked, ..Leg::default() };
                call.legs.insert(leg.clone(), answered);
            }
            EventKind::LegAsked { leg, digits } => {
                let accepted = Some(digits.as_ref().is_some_and(|digits| digits.as_str() == ACCEPT_KEY));
                call.legs.insert(leg.clone(), Leg { status: CallStatus::InProgress, accepted, ..Leg::default() });
            }
            EventKind::LegTaken { leg } => {
                let taken = Leg { status: CallStatus::InProgress, accepted: Some(true), ..Leg::default() };
                call.legs.insert(leg.clone(), taken);
            }
            EventKind::Recording { id, url, status, duration, channels, source } => {
                let recording = Recording {
                    url: url.clone(),
                    status: Some(*status),
                    duration: *duration,
                    channels: *channels,
                    source: *source,
                };
                call.recordings.insert(id.clone(), recording);
            }
        }
        call.forget_withheld();
        call
    }

    /// Adds what an event says. An event of another call changes nothing.
    pub fn merge(&mut self, event: &CallEvent) {
        self.join(&Self::from_event(event));
    }

    /// Makes the record of a call of which only this is known: that it was taken for over, because no sign of it came for
    /// longer than a call can last. What its webhooks say, then or later, stands above that.
    pub fn swept(id: &CarrierCallId, at: Millis) -> Self {
        Self { swept_at: Some(at), ..Self::unknown(id.clone(), at) }
    }

    /// Makes the record of a call of which only this is known: how it ended, as its carrier said when it was asked.
    pub fn from_status_query(id: &CarrierCallId, at: Millis, status: CallStatus, duration: Option<u32>) -> Self {
        Self { status, duration, ..Self::unknown(id.clone(), at) }
    }

    /// Makes the record of a call of which only this is known: what one of its events was answered with.
    pub fn answered(event: &CallEvent, document: &Document) -> Self {
        let let_go = event.kind.reaches_caller() && document.ends_call();
        let asked_for_message = event.kind.reaches_caller() && document.takes_message();
        let let_go_at = let_go.then_some(event.at);
        Self { let_go, let_go_at, asked_for_message, ..Self::unknown(event.call.clone(), event.at) }
    }

    /// Adds what another record of the same call says. A record of another call changes nothing.
    pub fn join(&mut self, other: &Self) {
        if self.id != other.id {
            return;
        }
        self.started_at = self.started_at.min(other.started_at);
        self.ended_at = earlier(self.ended_at, other.ended_at);
        greatest(&mut self.caller, &other.caller);
        greatest(&mut self.caller_name, &other.caller_name);
        self.caller_place = Pii::new(join_places(self.caller_place.expose(), other.caller_place.expose()));
        greatest(&mut self.attestation, &other.attestation);
        greatest(&mut self.forwarded_from, &other.forwarded_from);
        self.reputation.join(&other.reputation);
        greatest(&mut self.number, &other.number);
        greatest(&mut self.status, &other.status);
        greatest(&mut self.duration, &other.duration);
        join_maps(&mut self.legs, &other.legs, join_legs);
        self.dials.extend(other.dials.iter().cloned());
        while self.dials.len() > MAX_PARTS {
            self.dials.pop_last();
        }
        join_maps(&mut self.recordings, &other.recordings, join_recordings);
        self.swept_at = earlier(self.swept_at, other.swept_at);
        greatest(&mut self.let_go, &other.let_go);
        self.let_go_at = earlier(self.let_go_at, other.let_go_at);
        greatest(&mut self.asked_for_message, &other.asked_for_message);
        greatest(&mut self.hung_up_by, &other.hung_up_by);
        greatest(&mut self.is_withheld, &other.is_withheld);
        self.forget_withheld();
    }

    /// Knows nothing of a caller who withheld their number, whatever another webhook tells.
    fn forget_withheld(&mut self) {
        if self.is_withheld {
            self.caller = Some(Pii::new(Caller::Withheld));
            self.caller_name = None;
            self.caller_place = Pii::default();
            self.reputation = Reputation::default();
        }
    }

    pub(super) fn unknown(id: CarrierCallId, at: Millis) -> Self {
        Self {
            id,
            started_at: at,
            ended_at: None,
            caller: None,
            is_withheld: false,
            caller_name: None,
            caller_place: Pii::default(),
            attestation: None,
            forwarded_from: None,
            reputation: Reputation::default(),
            number: None,
            status: CallStatus::default(),
            duration: None,
            legs: BTreeMap::new(),
            dials: BTreeSet::new(),
            recordings: BTreeMap::new(),
            swept_at: None,
            let_go: false,
            let_go_at: None,
            asked_for_message: false,
            hung_up_by: None,
        }
    }

    fn take_caller_details(&mut self, details: &CallerDetails) {
        self.status = CallStatus::Ringing;
        self.caller_name.clone_from(&details.name);
        self.caller_place = details.place.clone();
        self.attestation = details.attestation;
        self.forwarded_from.clone_from(&details.forwarded_from);
        self.reputation.clone_from(&details.reputation);
    }

    fn take_dial_result(&mut self, dial: &DialResult, at: Millis) {
        let status = match (dial.caller_gone, dial.connected()) {
            (true, true) => CallStatus::Completed,
            // The least of all endings, so that the carrier's own word on the call stands above it.
            (true, false) => CallStatus::Canceled,
            (false, _) => CallStatus::InProgress,
        };
        self.reach(status, at);
        if let Some(recording) = &dial.recording {
            self.mention(recording, None, RecordingSource::Forward);
        }
        self.dials.insert(dial.clone());
    }

    fn reach(&mut self, status: CallStatus, at: Millis) {
        self.status = status;
        self.ended_at = status.is_final().then_some(at);
    }

    fn mention(&mut self, recording: &RecordingRef, duration: Option<u32>, source: RecordingSource) {
        let mentioned = Recording { url: recording.url.clone(), duration, source, ..Recording::default() };
        self.recordings.insert(recording.id.clone(), mentioned);
    }
}

fn join_legs(leg: &mut Leg, other: &Leg) {
    greatest(&mut leg.to, &other.to);
    greatest(&mut leg.status, &other.status);
    greatest(&mut leg.duration, &other.duration);
    greatest(&mut leg.accepted, &other.accepted);
    greatest(&mut leg.whispered, &other.whispered);
    greatest(&mut leg.asked, &other.asked);
    greatest(&mut leg.failure, &other.failure);
    leg.answered_at = earlier(leg.answered_at, other.answered_at);
}

fn join_recordings(recording: &mut Recording, other: &Recording) {
    greatest(&mut recording.url, &other.url);
    greatest(&mut recording.status, &other.status);
    greatest(&mut recording.duration, &other.duration);
    greatest(&mut recording.channels, &other.channels);
    greatest(&mut recording.source, &other.source);
}

fn join_places(place: &CallerPlace, other: &CallerPlace) -> CallerPlace {
    let mut joined = place.clone();
    greatest(&mut joined.city, &other.city);
    greatest(&mut joined.state, &other.state);
    greatest(&mut joined.zip, &other.zip);
    greatest(&mut joined.country, &other.country);
    joined
}

fn join_maps<K: Ord + Clone, V: Clone>(map: &mut BTreeMap<K, V>, other: &BTreeMap<K, V>, join: fn(&mut V, &V)) {
    for (key, value) in other {
        map.entry(key.clone()).and_modify(|mine| join(mine, value)).or_insert_with(|| value.clone());
    }
    while map.len() > MAX_PARTS {
        map.pop_last();
    }
}

/// Keeps the greater of two; what is known is greater than what is not.
fn greatest<T: Ord + Clone>(mine: &mut T, other: &T) {
    if *other > *mine {
        mine.clone_from(other);
    }
}

/// Returns the earlier of two instants; what is known comes before what is not.
fn earlier(one: Option<Millis>, other: Option<Millis>) -> Option<Millis> {
    one.into_iter().chain(other).min()
}

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;
    use proptest::prelude::*;

    use super::*;
    use crate::document::{self, Verb};
    use crate::event::{
        Attestation, AttestationLevel, DialFailure, DialStatus, LineType, RecordingId, RecordingStatus,
        ReputationProvider, Unanswered,
    };

    proptest! {
        #[test]
        fn joining_is_commutative_associative_and_idempotent(a in record(), b in record(), c in record()) {
            prop_assert_eq!(joined(&a, &b), joined(&b, &a));
            prop_assert_eq!(joined(&joined(&a, &b), &c), joined(&a, &joined(&b, &c)));
            prop_assert_eq!(joined(&a, &a), a.clone());
            prop_assert_eq!(joined(&joined(&a, &b), &b), joined(&a, &b));
        }

        #[test]
        fn any_order_of_events_makes_the_same_record(
            (events, shuffled) in proptest::collection::vec(event(), 1..24)
                .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
        ) {
            prop_assert_eq!(of(&events), of(&shuffled));
        }
    }

    #[test]
    fn another_call_changes_nothing() {
        let one = Call::unknown(CarrierCallId::parse("CA1").unwrap(), Millis::from_unix_ms(1));
        let other = Call::unknown(CarrierCallId::parse("CA2").unwrap(), Millis::from_unix_ms(0));
        assert_eq!(joined(&one, &other), one);
    }

    #[test]
    fn parts_are_limited_in_any_order() {
        let events: Vec<_> = (0..MAX_PARTS + 20).map(|index| leg_event(&format!("CA{index:03}"))).collect();
        let backwards: Vec<_> = events.iter().rev().cloned().collect();
        assert_eq!(of(&events).legs.len(), MAX_PARTS);
        assert_eq!(of(&events), of(&backwards));
    }

    fn joined(one: &Call, other: &Call) -> Call {
        let mut joined = one.clone();
        joined.join(other);
        joined
    }

    fn of(events: &[CallEvent]) -> Call {
        let mut call = Call::from_event(&events[0]);
        for event in events {
            call.merge(event);
        }
        call
    }

    fn leg_event(leg: &str) -> CallEvent {
        CallEvent {
            call: CarrierCallId::parse("CA1").unwrap(),
            at: Millis::from_unix_ms(0),
            caller: None,
            number: None,
            dialled: None,
            turn: None,
            kind: EventKind::LegStatus {
                leg: CarrierCallId::parse(leg).unwrap(),
                status: CallStatus::Ringing,
                duration: None,
                to: None,
                sequence: None,
                failure: None,
            },
        }
    }

    /// A record made of a few events, as a store may hold it.
    fn record() -> impl Strategy<Value = Call> {
        let found = proptest::option::of((0..60_000_u64, any::<bool>()));
        (proptest::collection::vec((event(), document()), 1..6), found).prop_map(|(answered, found)| {
            let events: Vec<_> = answered.iter().map(|(event, _)| event.clone()).collect();
            let mut call = of(&events);
            for (event, document) in &answered {
                call.join(&Call::answered(event, document));
            }
            let found = found.map(|(at, told)| match (Millis::from_unix_ms(at), told) {
                (at, true) => Call::from_status_query(&call.id, at, CallStatus::Busy, Some(3)),
                (at, false) => Call::swept(&call.id, at),
            });
            if let Some(found) = found {
                call.join(&found);
            }
            call
        })
    }

    /// A document that ends the call, or one that does not.
    fn document() -> impl Strategy<Value = Document> {
        let record = document::Record { max_seconds: 9, action: String::new(), recording_url: String::new() };
        proptest::sample::select(vec![
            Document::default(),
            Document::from([Verb::Hangup]),
            Document::from([Verb::Record(record)]),
        ])
    }

    /// Any event of one call, of few enough values that events meet on the same leg or recording.
    fn event() -> impl Strategy<Value = CallEvent> {
        let caller =
            prop_oneof![Just(None), Just(Some(Pii::new(Caller::Withheld))), Just(Some(Pii::new(known_caller())))];
        (0..60_000_u64, caller, any::<bool>(), kind()).prop_map(|(at, caller, numbered, kind)| CallEvent {
            call: CarrierCallId::parse("CA1").unwrap(),
            at: Millis::from_unix_ms(at),
            caller,
            number: numbered.then(|| number("+13125550142")),
            dialled: None,
            turn: None,
            kind,
        })
    }

    fn kind() -> impl Strategy<Value = EventKind> {
        let status = || {
            proptest::sample::select(vec![
                CallStatus::Ringing,
                CallStatus::InProgress,
                CallStatus::Canceled,
                CallStatus::Busy,
                CallStatus::Completed,
            ])
        };
        let seconds = || proptest::option::of(0..90_u32);
        let leg = || proptest::sample::select(vec!["CA2", "CA3"]).prop_map(|id| CarrierCallId::parse(id).unwrap());
        let recording = || {
            proptest::option::of(proptest::sample::select(vec!["RE1", "RE2"]))
                .prop_map(|id| id.map(|id| RecordingRef { id: RecordingId::parse(id).unwrap(), url: Some(id.into()) }))
        };
        let dial_status = proptest::sample::select(vec![DialStatus::NoAnswer, DialStatus::Busy, DialStatus::Completed]);
        prop_oneof![
            any::<[bool; 4]>().prop_map(|known| EventKind::Incoming(caller_details(known))),
            any::<[bool; 4]>()
                .prop_map(|known| EventKind::AskedAgain { after: Unanswered::Forward, details: caller_details(known) }),
            (leg(), any::<bool>()).prop_map(|(leg, asked)| EventKind::LegAnswered { leg, asked, to: None }),
            (leg(), any::<bool>())
                .prop_map(|(leg, right)| EventKind::LegAsked { leg, digits: right.then(|| ACCEPT_KEY.into()) }),
            leg().prop_map(|leg| EventKind::LegTaken { leg }),
            (
                status(),
                seconds(),
                proptest::option::of(proptest::sample::select(vec![HungUpBy::Caller, HungUpBy::Carrier]))
            )
                .prop_map(|(status, duration, hung_up_by)| EventKind::CallStatus {
                    status,
                    duration,
                    hung_up_by
                }),
            (leg(), status(), seconds(), any::<bool>()).prop_map(|(leg, status, duration, named)| {
                EventKind::LegStatus {
                    leg,
                    status,
                    duration,
                    to: named.then(|| number("+13125550199")),
                    sequence: None,
                    failure: DialFailure::told(named.then_some("13227"), None, None),
                }
            }),
            (
                proptest::option::of(leg()),
                dial_status,
                seconds(),
                proptest::option::of(any::<bool>()),
                any::<bool>(),
                recording()
            )
                .prop_map(|(leg, status, duration, bridged, caller_gone, recording)| {
                    let failure = DialFailure::told(caller_gone.then_some("13227"), None, None);
                    EventKind::DialResult(DialResult {
                        leg,
                        status,
                        duration,
                        bridged,
                        caller_gone,
                        recording,
                        failure,
                    })
                }),
            (recording(), seconds(), any::<bool>()).prop_map(|(recording, duration, hung_up)| {
                EventKind::RecordResult { recording, duration, hung_up, untold: false }
            }),
            (proptest::bool::ANY, seconds(), 1..3_u8).prop_map(|(absent, duration, channels)| EventKind::Recording {
                id: RecordingId::parse("RE1").unwrap(),
                url: None,
                status: if absent { RecordingStatus::Absent } else { RecordingStatus::Completed },
                duration,
                channels: Some(channels),
                source: RecordingSource::Forward,
            }),
        ]
    }

    fn caller_details([named, city, state, attested]: [bool; 4]) -> CallerDetails {
        CallerDetails {
            name: named.then(|| Pii::new("DOE".into())),
            place: Pii::new(CallerPlace {
                city: city.then(|| "CHICAGO".into()),
                state: state.then(|| "IL".into()),
                zip: None,
                country: None,
            }),
            attestation: attested.then_some(Attestation {
                level: Some(AttestationLevel::A),
                passed: true,
                diverted: false,
            }),
            forwarded_from: named.then(|| Pii::new(known_caller())),
            reputation: Reputation {
                reported_by: [ReputationProvider::Nomorobo, ReputationProvider::Marchex]
                    .into_iter()
                    .filter(|_| city)
                    .collect(),
                exists: state.then_some(named),
                line_type: attested.then_some(LineType::Mobile),
            },
        }
    }

    fn known_caller() -> Caller {
        Caller::Number(number("+13125550123"))
    }

    fn number(text: &str) -> E164 {
        E164::parse(text).unwrap()
    }
}
