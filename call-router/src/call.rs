//! The record of one call, put together from its events in whatever order they come.

mod merge;
mod outcome;

use std::collections::{BTreeMap, BTreeSet};

use dni_core::{phone::E164, pii::Pii, time::Millis};
use serde::{Deserialize, Serialize};

use crate::{
    event::{
        Attestation, CallStatus, Caller, CallerPlace, CarrierCallId, DialFailure, DialResult, HungUpBy, MAX_NAME,
        MAX_URL, RecordingId, RecordingSource, RecordingStatus, Reputation,
    },
    text::Text,
};

pub use outcome::{ABANDONED_BEFORE_SECONDS, CallOutcome, EndedBy};

/// Most legs, dial results or recordings that one call keeps: a flow of 50 steps, each a forward, stays below.
pub const MAX_PARTS: usize = 64;

/// The record of one call.
///
/// It is the sum of what its events say: [`Call::merge`] takes them in any order and any number of times, and the
/// record is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The carrier's id of the caller's own call.
    pub id: CarrierCallId,
    /// When the first sign of the call was received.
    pub started_at: Millis,
    /// When the first sign of its end was received.
    pub ended_at: Option<Millis>,
    /// Who called.
    pub caller: Option<Pii<Caller>>,
    /// Whether the caller withheld their number when the call came: a webhook that tells it later is not believed.
    #[serde(default)]
    pub is_withheld: bool,
    /// The name the telephone network has for the caller's number.
    pub caller_name: Option<Pii<Text<MAX_NAME>>>,
    /// Where the caller's number is registered.
    pub caller_place: Pii<CallerPlace>,
    /// What the caller's own carrier vouches for.
    pub attestation: Option<Attestation>,
    /// The number that forwarded the call to the tracking number.
    pub forwarded_from: Option<Pii<Caller>>,
    /// What services that the carrier asked think of the caller's number.
    #[serde(default)]
    #[serde(rename = "opinion")]
    pub reputation: Reputation,
    /// The tracking number dialled.
    pub number: Option<E164>,
    /// How far the caller's own call got.
    pub status: CallStatus,
    /// Seconds the caller's own call lasted after the carrier answered it.
    pub duration: Option<u32>,
    /// The legs that forward steps dialled.
    pub legs: BTreeMap<CarrierCallId, Leg>,
    /// The results of the forward steps.
    pub dials: BTreeSet<DialResult>,
    /// The recordings, voicemail messages among them.
    pub recordings: BTreeMap<RecordingId, Recording>,
    /// When it was taken for over, although no webhook had told its end.
    #[serde(default)]
    pub swept_at: Option<Millis>,
    /// Whether the flow ended it: the carrier was told to hang up, or to refuse the call, while the caller was there.
    #[serde(default)]
    pub let_go: bool,
    /// When that was: it is over then, whenever the carrier tells it.
    #[serde(default)]
    pub let_go_at: Option<Millis>,
    /// Whether the caller was asked for a message.
    #[serde(default)]
    pub asked_for_message: bool,
    /// Who ended it, where the carrier says so.
    #[serde(default)]
    pub hung_up_by: Option<HungUpBy>,
}

/// Who says where a caller's number is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceSource {
    /// The carrier.
    Carrier,
    /// The number's first digits.
    Number,
}

impl PlaceSource {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Carrier => "carrier",
            Self::Number => "number",
        }
    }
}

/// One leg that a forward step dialled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The number dialled.
    pub to: Option<E164>,
    /// How far it got.
    pub status: CallStatus,
    /// Seconds it lasted after it was answered.
    pub duration: Option<u32>,
    /// When the first sign of its being answered was received.
    pub answered_at: Option<Millis>,
    /// Whether who answered took the call, by a key where one was asked for; `None` as long as neither is told.
    #[serde(default)]
    pub accepted: Option<bool>,
    /// Whether who answered heard something before being connected, so that lasting alone does not mean that they were.
    #[serde(default)]
    pub whispered: bool,
    /// Whether it is told if who answered takes the call: who hangs up before need not have told of anything.
    #[serde(default)]
    pub asked: bool,
    /// Why it could not be put through, as the carrier says.
    #[serde(default)]
    pub failure: Option<DialFailure>,
}

/// One recording.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// Where the carrier keeps it.
    pub url: Option<Text<MAX_URL>>,
    /// How far it got; `None` as long as only a dial or voicemail result has mentioned it.
    pub status: Option<RecordingStatus>,
    /// Seconds of sound.
    pub duration: Option<u32>,
    /// 1 = both voices mixed, 2 = caller and business apart.
    pub channels: Option<u8>,
    /// What made it.
    pub source: RecordingSource,
}

impl Call {
    /// Returns the caller's number, if they showed one.
    pub fn caller_number(&self) -> Option<E164> {
        self.caller.as_ref()?.expose().number()
    }

    /// Leaves of a call that is to be forgotten what it takes to delete its recordings, and to know that it is over: nothing of who
    /// called, and nothing of whom they spoke with.
    #[must_use]
    pub fn recordings_alone(&self) -> Self {
        Self {
            ended_at: self.ended_at,
            number: self.number,
            status: self.status,
            recordings: self.recordings.clone(),
            swept_at: self.swept_at,
            let_go: self.let_go,
            let_go_at: self.let_go_at,
            ..Self::unknown(self.id.clone(), self.started_at)
        }
    }

    /// Returns where the caller's number is registered, and who says so: the carrier, or the number itself.
    pub fn known_place(&self) -> (CallerPlace, Option<PlaceSource>) {
        let told = self.caller_place.expose();
        if !told.is_unknown() {
            return (told.clone(), Some(PlaceSource::Carrier));
        }
        let of_number = self.caller_number().and_then(CallerPlace::of_number);
        of_number.map_or_else(Default::default, |place| (place, Some(PlaceSource::Number)))
    }
}

impl Recording {
    /// Says whether there is, or will be, something to hear.
    pub fn exists(&self) -> bool {
        !matches!(self.status, Some(RecordingStatus::Absent | RecordingStatus::Failed))
    }
}
