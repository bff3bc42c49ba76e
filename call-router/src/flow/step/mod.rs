//! The kinds of step.

mod branch;
mod forward;
mod listen;
mod message;
mod schedule;
mod small;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Value};

use super::StepId;
use crate::config_json::Reader;

pub use branch::{Area, CallerKind, Condition, ConditionNext, Geo, GeoNext, Test};
pub use forward::{
    CallerId, Destination, Forward, ForwardNext, MAX_DESTINATIONS, MAX_RING_SECONDS, MIN_RING_SECONDS, Strategy,
    callee_to_ring, callee_to_ring_if_any,
};
pub use listen::{Challenge, ChallengeNext, Key, MAX_TRIES, MAX_WAIT_SECONDS, Menu, MenuNext, NoSuchKey};
pub use message::{AudioUrl, Message};
pub use schedule::{Day, Holiday, Hours, Schedule, ScheduleNext, Span, Weekday};
pub use small::{
    GoTo, Greeting, GreetingNext, Hangup, MAX_MESSAGE_SECONDS, MIN_MESSAGE_SECONDS, Reject, Tag, TagNext, Voicemail,
    VoicemailNext,
};

/// One step of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Step {
    /// Says something, or plays a sound file.
    Greeting(Greeting),
    /// Rings the business and connects it.
    Forward(Forward),
    /// Lets the caller choose by pressing a key.
    Menu(Menu),
    /// Goes by the time of the call.
    Schedule(Schedule),
    /// Goes by where the caller's number is registered.
    Geo(Geo),
    /// Goes by what is known of the call.
    Condition(Condition),
    /// Takes a message.
    Voicemail(Voicemail),
    /// Marks the call for reports and later conditions.
    Tag(Tag),
    /// Lets only those on who press a key: people can, most machines cannot.
    Challenge(Challenge),
    /// Goes on in another flow of the site.
    GoTo(GoTo),
    /// Ends the call.
    Hangup(Hangup),
    /// Refuses the call without answering it.
    Reject(Reject),
}

/// The word that says which kind of step it is.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Greeting,
    Forward,
    Menu,
    Schedule,
    Geo,
    Condition,
    Voicemail,
    Tag,
    Challenge,
    GoTo,
    Hangup,
    Reject,
}

impl Kind {
    fn read<'de, D: Deserializer<'de>>(self, fields: D) -> Result<Step, D::Error> {
        match self {
            Self::Greeting => Deserialize::deserialize(fields).map(Step::Greeting),
            Self::Forward => Deserialize::deserialize(fields).map(Step::Forward),
            Self::Menu => Deserialize::deserialize(fields).map(Step::Menu),
            Self::Schedule => Deserialize::deserialize(fields).map(Step::Schedule),
            Self::Geo => Deserialize::deserialize(fields).map(Step::Geo),
            Self::Condition => Deserialize::deserialize(fields).map(Step::Condition),
            Self::Voicemail => Deserialize::deserialize(fields).map(Step::Voicemail),
            Self::Tag => Deserialize::deserialize(fields).map(Step::Tag),
            Self::Challenge => Deserialize::deserialize(fields).map(Step::Challenge),
            Self::GoTo => Deserialize::deserialize(fields).map(Step::GoTo),
            Self::Hangup => Deserialize::deserialize(fields).map(Step::Hangup),
            Self::Reject => Deserialize::deserialize(fields).map(Step::Reject),
        }
    }
}

/// Reads the kind and then the fields of that kind. Where the kind stands first, as it does in all that is stored, the
/// fields are read as they come: serde's own way would keep a copy of them all, and lose the places of errors.
impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct OfAnyKind;
        impl<'de> Visitor<'de> for OfAnyKind {
            type Value = Step;

            fn expecting(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                out.write_str("a step such as {\"type\": \"hangup\"}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Step, A::Error> {
                let mut before = Map::new();
                while let Some(name) = fields.next_key::<String>()? {
                    if name != "type" {
                        before.insert(name, fields.next_value()?);
                        continue;
                    }
                    let kind: Kind = fields.next_value()?;
                    if before.is_empty() {
                        return kind.read(MapAccessDeserializer::new(fields));
                    }
                    while let Some((name, value)) = fields.next_entry()? {
                        before.insert(name, value);
                    }
                    return kind.read(Reader(&Value::Object(before))).map_err(de::Error::custom);
                }
                Err(de::Error::missing_field("type"))
            }
        }
        from.deserialize_map(OfAnyKind)
    }
}

impl Step {
    /// Returns every outcome of the step with the step that follows it, `None` where the owner named none.
    pub fn exits(&self) -> Vec<(String, Option<&StepId>)> {
        match self {
            Self::Greeting(Greeting { next, .. }) => exits([("done", &next.done)]),
            Self::Tag(Tag { next, .. }) => exits([("done", &next.done)]),
            Self::Forward(Forward { next, .. }) => exits([
                ("answered", &next.answered),
                ("no_answer", &next.no_answer),
                ("busy", &next.busy),
                ("failed", &next.failed),
                ("canceled", &next.canceled),
            ]),
            Self::Menu(Menu { next, .. }) => next.exits(),
            Self::Schedule(Schedule { next, .. }) => exits([("open", &next.open), ("closed", &next.closed)]),
            Self::Geo(geo) => geo.exits(),
            Self::Condition(Condition { next, .. }) => exits([("yes", &next.yes), ("no", &next.no)]),
            Self::Voicemail(Voicemail { next, .. }) => {
                exits([("recorded", &next.recorded), ("nothing", &next.nothing)])
            }
            Self::Challenge(Challenge { next, .. }) => exits([("passed", &next.passed), ("failed", &next.failed)]),
            Self::GoTo(_) | Self::Hangup(_) | Self::Reject(_) => Vec::new(),
        }
    }

    /// Says whether the step waits for somebody: caller, business or the end of a message. Circles of steps that wait for
    /// nobody never end.
    pub fn waits(&self) -> bool {
        matches!(self, Self::Forward(_) | Self::Menu(_) | Self::Voicemail(_) | Self::Challenge(_))
    }

    /// Returns what the caller hears first, for steps that say something.
    pub fn message(&self) -> Option<Message<'_>> {
        match self {
            Self::Greeting(step) => Some(step.message()),
            Self::Menu(step) => Some(step.message()),
            Self::Voicemail(step) => Some(step.message()),
            Self::Challenge(step) => Some(step.message()),
            _ => None,
        }
    }
}

fn exits<'a, const N: usize>(list: [(&str, &'a Option<StepId>); N]) -> Vec<(String, Option<&'a StepId>)> {
    list.into_iter().map(|(outcome, next)| (outcome.to_owned(), next.as_ref())).collect()
}
