//! What happened to a call, in words that belong to no carrier.

mod attestation;
mod caller_shown;
mod carrier_id;
mod failure;
mod hung_up_by;
mod line_type;
mod national_forms;
mod reputation;
mod unanswered;

use dni_core::{
    phone::E164,
    pii::Pii,
    place::{LineKind, NumberPlace},
    time::Millis,
};
use serde::{Deserialize, Serialize};

use crate::{flow::Turn, text::Text};

pub use attestation::{Attestation, AttestationLevel};
pub(crate) use caller_shown::{SipAddress, is_private, is_withheld, phone_part, shown_number};
pub use carrier_id::{BadId, CarrierCallId, MAX_ID, RecordingId};
pub use failure::DialFailure;
pub use hung_up_by::HungUpBy;
pub use line_type::LineType;
pub use reputation::{Reputation, ReputationProvider};
pub use unanswered::Unanswered;

/// Longest caller's address that is no phone number, such as a SIP address, in bytes.
pub const MAX_ADDRESS: usize = 256;
/// Longest caller's name, in bytes. CNAM itself stops at 15 characters; SIP display names go further.
pub const MAX_NAME: usize = 128;
/// Longest city, state, postal code or country, in bytes.
pub const MAX_PLACE: usize = 64;
/// Most keys kept of what a caller pressed: a step asks for one.
pub const MAX_DIGITS: usize = 32;
/// Longest number as a carrier writes it, in bytes: what any country dials, with a prefix and signs between.
pub const MAX_WRITTEN_NUMBER: usize = 32;
/// Longest recording URL, in bytes. Twilio's have about 130.
pub const MAX_URL: usize = 1000;

/// One thing that happened to a call, as one webhook told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallEvent {
    /// The caller's own call, which every leg, dial result and recording belongs to.
    pub call: CarrierCallId,
    /// When the webhook was received.
    pub at: Millis,
    /// Who calls. Most webhooks repeat it, so that a call whose first webhook was lost can be rebuilt.
    pub caller: Option<Pii<Caller>>,
    /// The tracking number that was dialled; `None` if the webhook does not repeat it or it is no phone number.
    pub number: Option<E164>,
    /// What was dialled as the carrier wrote it, if that leaves the country open: `02079460018`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialled: Option<Text<MAX_WRITTEN_NUMBER>>,
    /// The step of the flow that this answers; `None` for webhooks that no step asked for, and for fail-open calls.
    pub turn: Option<Turn>,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventKind {
    /// Someone dials a tracking number and the carrier asks what to do.
    Incoming(CallerDetails),
    /// The carrier asks again what to do with a call, at its fallback address or at the first one, and repeats nothing of what it told
    /// first.
    AskedAgain {
        /// What could not be answered.
        after: Unanswered,
        /// What is known of the caller.
        details: CallerDetails,
    },
    /// The caller's own call reached a status.
    CallStatus {
        /// The status reached.
        status: CallStatus,
        /// Seconds the call lasted, told at its end.
        duration: Option<u32>,
        /// Who ended it.
        #[serde(default)]
        hung_up_by: Option<HungUpBy>,
    },
    /// A leg that a forward step dials reached a status.
    LegStatus {
        /// The leg's own id.
        leg: CarrierCallId,
        /// The status reached.
        status: CallStatus,
        /// Seconds the leg lasted after it was answered, told at its end.
        duration: Option<u32>,
        /// The number dialled.
        to: Option<E164>,
        /// The carrier's own count of the leg's events, if it keeps one.
        sequence: Option<u32>,
        /// Why it could not be put through.
        #[serde(default)]
        failure: Option<DialFailure>,
    },
    /// A forward step ended.
    DialResult(DialResult),
    /// A voicemail step ended.
    RecordResult {
        /// The message; `None` if nothing was said.
        recording: Option<RecordingRef>,
        /// Seconds of the message.
        duration: Option<u32>,
        /// Says whether the caller ended the message by hanging up; then the answer to this webhook is not carried out.
        hung_up: bool,
        /// Says whether the carrier does not tell here if anything was said. The caller is then taken to have said something.
        #[serde(default)]
        untold: bool,
    },
    /// A menu or challenge step ended.
    Gathered {
        /// The keys pressed; `None` if none was.
        digits: Option<Text<MAX_DIGITS>>,
        /// Says whether the caller had already hung up; then the answer to this webhook is not carried out.
        hung_up: bool,
    },
    /// Whoever answered a dialled leg is about to hear what the call is about.
    LegAnswered {
        /// The leg's own id.
        leg: CarrierCallId,
        /// Says whether it is then asked for a key, and connected only if it presses the right one; or, at carriers that do
        /// not tell who was connected, whether its having heard all is told.
        #[serde(default)]
        asked: bool,
        /// The number dialled.
        #[serde(default)]
        to: Option<E164>,
    },
    /// Whoever answered a dialled leg was asked to press a key.
    LegAsked {
        /// The leg's own id.
        leg: CarrierCallId,
        /// The keys pressed; `None` if none was.
        digits: Option<Text<MAX_DIGITS>>,
    },
    /// Whoever answered a dialled leg has heard what the call is about, and is connected.
    LegTaken {
        /// The leg's own id.
        leg: CarrierCallId,
    },
    /// A recording reached a status.
    Recording {
        /// The recording's id.
        id: RecordingId,
        /// Where the carrier keeps it.
        url: Option<Text<MAX_URL>>,
        /// The status reached.
        status: RecordingStatus,
        /// Seconds of sound.
        duration: Option<u32>,
        /// 1 = both voices mixed, 2 = caller and business apart.
        channels: Option<u8>,
        /// What made it.
        source: RecordingSource,
    },
}

impl CallEvent {
    /// Returns the event's identity: the same for a webhook that is sent again, different for any other of the call.
    ///
    /// When it was received is no part of it.
    pub fn key(&self) -> String {
        let turn = self.turn.as_ref().map(Turn::to_string).unwrap_or_default();
        let call = &self.call;
        match &self.kind {
            EventKind::Incoming(_) => format!("{call}/incoming"),
            EventKind::AskedAgain { after, .. } => format!("{call}/again/{turn}/{}", after.code()),
            EventKind::CallStatus { status, .. } => format!("{call}/status/{}", status.code()),
            EventKind::LegStatus { leg, status, sequence, .. } => {
                format!("{call}/leg/{leg}/{}/{}", status.code(), sequence.map_or(-1, i64::from))
            }
            EventKind::DialResult(dial) => {
                let leg = dial.leg.as_ref().map_or("", CarrierCallId::as_str);
                format!("{call}/dial/{turn}/{leg}/{}", dial.status.code())
            }
            EventKind::RecordResult { recording, .. } => {
                let id = recording.as_ref().map_or("", |message| message.id.as_str());
                format!("{call}/record/{turn}/{id}")
            }
            EventKind::Gathered { digits, .. } => format!("{call}/gather/{turn}/{}", pressed(digits.as_ref())),
            EventKind::LegAnswered { leg, .. } => format!("{call}/whisper/{turn}/{leg}"),
            EventKind::LegAsked { leg, digits } => format!("{call}/accept/{turn}/{leg}/{}", pressed(digits.as_ref())),
            EventKind::LegTaken { leg } => format!("{call}/taken/{turn}/{leg}"),
            EventKind::Recording { id, status, .. } => format!("{call}/recording/{id}/{}", status.code()),
        }
    }

    /// Returns the name the telephone network has for the caller's number, which comes with the first webhook.
    pub fn caller_name(&self) -> Option<&str> {
        match &self.kind {
            EventKind::Incoming(details) | EventKind::AskedAgain { details, .. } => {
                details.name.as_ref().map(|name| name.expose().as_str())
            }
            _ => None,
        }
    }

    /// Leaves out what is told of a withheld caller: carriers read place, name and reputation out of the digits that spell
    /// "anonymous", or send what the caller asked not to show.
    #[must_use]
    pub fn without_traces_of_withheld(mut self) -> Self {
        let is_hidden = self.caller.as_ref().is_some_and(|caller| *caller.expose() == Caller::Withheld);
        if let EventKind::Incoming(details) | EventKind::AskedAgain { details, .. } = &mut self.kind {
            if is_hidden {
                let CallerDetails { attestation, forwarded_from, .. } = core::mem::take(details);
                *details = CallerDetails { attestation, forwarded_from, ..CallerDetails::default() };
            }
            // A name may only say that there is none.
            details.name.take_if(|name| is_withheld(name.expose().as_str()));
        }
        self
    }

    /// Tells it as an event that was answered by a fail-open document, which connects whoever answers and asks for nothing.
    #[must_use]
    pub fn answered_fail_open(mut self) -> Self {
        self.kind = match self.kind {
            EventKind::LegAnswered { leg, to, .. } => EventKind::LegAnswered { leg, asked: false, to },
            EventKind::LegAsked { leg, .. } => EventKind::LegTaken { leg },
            other => other,
        };
        self
    }
}

impl EventKind {
    /// Says whether somebody on the line waits for the document that answers it.
    pub const fn wants_document(&self) -> bool {
        !matches!(self, Self::CallStatus { .. } | Self::LegStatus { .. } | Self::Recording { .. })
    }

    /// Says whether the document that answers it is carried out on the caller's own line: it is for them, and they are there.
    pub const fn reaches_caller(&self) -> bool {
        match self {
            Self::Incoming(_) | Self::AskedAgain { .. } => true,
            Self::DialResult(dial) => !dial.caller_gone,
            Self::RecordResult { hung_up, .. } | Self::Gathered { hung_up, .. } => !*hung_up,
            Self::LegAnswered { .. }
            | Self::LegAsked { .. }
            | Self::LegTaken { .. }
            | Self::CallStatus { .. }
            | Self::LegStatus { .. }
            | Self::Recording { .. } => false,
        }
    }
}

fn pressed(digits: Option<&Text<MAX_DIGITS>>) -> &str {
    digits.map_or("", Text::as_str)
}

/// What a carrier knows about the caller when the phone rings. None of it is certain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerDetails {
    /// The name the telephone network has for the number (CNAM).
    pub name: Option<Pii<Text<MAX_NAME>>>,
    /// Where the number is registered, which need not be where the caller is.
    pub place: Pii<CallerPlace>,
    /// What the caller's own carrier vouches for; `None` if nothing was said.
    pub attestation: Option<Attestation>,
    /// The number that forwarded the call to the tracking number.
    pub forwarded_from: Option<Pii<Caller>>,
    /// What services that the carrier asked think of the number.
    #[serde(default)]
    #[serde(rename = "opinion")]
    pub reputation: Reputation,
}

/// Where a caller's number is registered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerPlace {
    /// City, as the carrier writes it.
    pub city: Option<Text<MAX_PLACE>>,
    /// State or region, as the carrier writes it.
    pub state: Option<Text<MAX_PLACE>>,
    /// Postal code.
    pub zip: Option<Text<MAX_PLACE>>,
    /// Country, two letters.
    pub country: Option<Text<MAX_PLACE>>,
}

impl CallerPlace {
    /// Says where a number was given out, by its first digits; `None` of numbers that belong to no place.
    pub fn of_number(number: E164) -> Option<Self> {
        let place = NumberPlace::of(number).filter(|place| place.kind == LineKind::Ordinary)?;
        Some(Self {
            state: place.region.map(|region| region.code.into()),
            country: place.country.map(Text::cut),
            ..Self::default()
        })
    }

    /// Says whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// Who calls. The order is that of what is known, least first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caller {
    /// The caller keeps the number to themselves. Two withheld callers are never the same caller.
    Withheld,
    /// An address that is no phone number, such as a SIP address.
    Other(Text<MAX_ADDRESS>),
    /// A phone number.
    Number(E164),
}

impl Caller {
    /// Returns the phone number, if it is one.
    pub const fn number(&self) -> Option<E164> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Withheld | Self::Other(_) => None,
        }
    }
}

/// How far a call or leg got. The order is the rank: of two statuses the greater one stands.
///
/// Of two different endings, which only a confused carrier sends, the one that tells of the most contact stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    /// Known, nothing done yet.
    #[default]
    Queued,
    /// Being dialled.
    Initiated,
    /// Ringing.
    Ringing,
    /// Answered.
    InProgress,
    /// Ended: taken back before it was answered.
    Canceled,
    /// Ended: could not be put through.
    Failed,
    /// Ended: nobody answered.
    NoAnswer,
    /// Ended: the line was busy.
    Busy,
    /// Ended after it was answered.
    Completed,
}

impl CallStatus {
    /// Says whether it ended without anybody being spoken with, so that there is a reason to tell.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::NoAnswer | Self::Busy)
    }

    /// Says whether nothing can follow.
    pub fn is_final(self) -> bool {
        self > Self::InProgress
    }

    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::InProgress => "in_progress",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Completed => "completed",
        }
    }
}

/// How a forward step ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DialResult {
    /// The leg that decided it.
    pub leg: Option<CarrierCallId>,
    /// How the leg ended.
    pub status: DialStatus,
    /// Seconds the leg lasted after it was answered.
    pub duration: Option<u32>,
    /// Says whether caller and business were connected; `None` if the carrier does not tell.
    pub bridged: Option<bool>,
    /// Says whether the caller had already hung up; then the answer to this webhook is not carried out.
    pub caller_gone: bool,
    /// The recording of the conversation.
    pub recording: Option<RecordingRef>,
    /// Why it could not be put through.
    #[serde(default)]
    pub failure: Option<DialFailure>,
}

impl DialResult {
    /// Says whether caller and business were connected.
    ///
    /// The carrier's own word on it decides where there is one: a leg that was answered is not enough, as it can end
    /// while the business still hears who calls. Without that word, an answered leg that lasted has to do.
    pub fn connected(&self) -> bool {
        let answered = matches!(self.status, DialStatus::Answered | DialStatus::Completed);
        self.bridged.unwrap_or(answered && self.duration.unwrap_or(0) > 0)
    }
}

/// How a dialled leg ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialStatus {
    /// Taken back before it was answered.
    Canceled,
    /// Could not be put through.
    Failed,
    /// Nobody answered.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// Answered, and the leg goes on without the caller.
    Answered,
    /// Answered, and the leg ended.
    Completed,
}

impl DialStatus {
    /// Says whether somebody could have been rung and was not spoken with, so that there is a reason to tell.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::NoAnswer | Self::Busy)
    }

    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Canceled => "canceled",
            Self::Failed => "failed",
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Answered => "answered",
            Self::Completed => "completed",
        }
    }
}

/// A recording that another webhook mentions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordingRef {
    /// The recording's id.
    pub id: RecordingId,
    /// Where the carrier keeps it.
    pub url: Option<Text<MAX_URL>>,
}

/// How far a recording got. The order is the rank: a recording that exists is never lost to a later doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingStatus {
    /// Being made.
    InProgress,
    /// Thrown away by the carrier: too short or silent.
    Absent,
    /// Could not be made.
    Failed,
    /// Ready.
    Completed,
}

impl RecordingStatus {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Absent => "absent",
            Self::Failed => "failed",
            Self::Completed => "completed",
        }
    }
}

/// What made a recording. The order serves the merge only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingSource {
    /// Something this product did not ask for.
    #[default]
    Other,
    /// A forward step: the conversation.
    Forward,
    /// A voicemail step: the caller's message.
    Voicemail,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::carrier::{Hook, twilio};

    #[test]
    fn keys_tell_events_apart_and_repetitions_not() {
        let webhooks = [
            (Hook::Voice, "", "CallSid=CA1&CallStatus=ringing"),
            (Hook::Voice, "", "CallSid=CA9&CallStatus=ringing"),
            (Hook::Status, "", "CallSid=CA1&CallStatus=in-progress"),
            (Hook::Status, "", "CallSid=CA1&CallStatus=completed"),
            (Hook::Leg, "", "CallSid=CA2&ParentCallSid=CA1&CallStatus=ringing&SequenceNumber=1"),
            (Hook::Leg, "", "CallSid=CA3&ParentCallSid=CA1&CallStatus=ringing&SequenceNumber=1"),
            (Hook::Leg, "", "CallSid=CA2&ParentCallSid=CA1&CallStatus=in-progress&SequenceNumber=2"),
            (Hook::Dial, "step=a&turn=1", "CallSid=CA1&DialCallStatus=failed"),
            (Hook::Dial, "step=a&turn=2", "CallSid=CA1&DialCallStatus=failed"),
            (Hook::Dial, "step=b&turn=2", "CallSid=CA1&DialCallStatus=failed"),
            (Hook::Dial, "step=b&turn=2", "CallSid=CA1&DialCallStatus=busy&DialCallSid=CA4"),
            (Hook::Record, "step=c&turn=3", "CallSid=CA1"),
            (Hook::Record, "step=c&turn=3", "CallSid=CA1&RecordingSid=RE1"),
            (Hook::Gather, "step=d&turn=4", "CallSid=CA1"),
            (Hook::Gather, "step=d&turn=4", "CallSid=CA1&Digits=1"),
            (Hook::Gather, "step=d&turn=4&try=1", "CallSid=CA1&Digits=1"),
            (Hook::Gather, "step=d&turn=4&flow=night", "CallSid=CA1&Digits=1"),
            (Hook::Whisper, "step=a&turn=1", "CallSid=CA2&ParentCallSid=CA1"),
            (Hook::Accept, "step=a&turn=1", "CallSid=CA2&ParentCallSid=CA1"),
            (Hook::Accept, "step=a&turn=1", "CallSid=CA2&ParentCallSid=CA1&Digits=1"),
            (Hook::Recording, "", "CallSid=CA1&RecordingSid=RE1&RecordingStatus=in-progress"),
            (Hook::Recording, "", "CallSid=CA1&RecordingSid=RE1&RecordingStatus=completed"),
        ];
        let key = |(hook, query, body): (Hook, &str, &str), at| {
            twilio::read(hook, query, body.as_bytes(), Millis::from_unix_ms(at)).unwrap().key()
        };
        for webhook in webhooks {
            assert_eq!(key(webhook, 1), key(webhook, 2), "{webhook:?}");
        }
        let keys: BTreeSet<_> = webhooks.into_iter().map(|webhook| key(webhook, 1)).collect();
        assert_eq!(keys.len(), webhooks.len(), "{keys:?}");
    }

    #[test]
    fn what_was_answered_without_the_flow_asked_for_nothing() {
        let read =
            |hook, query| twilio::read(hook, query, b"CallSid=CA2&ParentCallSid=CA1&Digits=2", Millis::default());
        let leg = || CarrierCallId::parse("CA2").unwrap();
        let cases = [
            (Hook::Whisper, "asks=1", EventKind::LegAnswered { leg: leg(), asked: false, to: None }),
            (Hook::Accept, "", EventKind::LegTaken { leg: leg() }),
            (Hook::Gather, "", EventKind::Gathered { digits: Some("2".into()), hung_up: false }),
        ];
        for (hook, query, expected) in cases {
            assert_eq!(read(hook, query).unwrap().answered_fail_open().kind, expected, "{hook:?}");
        }
    }

    #[test]
    fn a_leg_that_was_answered_is_not_enough() {
        let cases = [
            (DialStatus::Completed, Some(true), None, true),
            (DialStatus::Completed, Some(false), Some(4), false),
            (DialStatus::Completed, None, Some(4), true),
            (DialStatus::Answered, None, Some(4), true),
            (DialStatus::Completed, None, Some(0), false),
            (DialStatus::Completed, None, None, false),
            (DialStatus::NoAnswer, None, None, false),
        ];
        for (status, bridged, duration, expected) in cases {
            let dial =
                DialResult { leg: None, status, duration, bridged, caller_gone: false, recording: None, failure: None };
            assert_eq!(dial.connected(), expected, "{dial:?}");
        }
    }
}
