//! The kinds of step.

use dni_core::phone::E164;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::StepId;
use crate::{
    document::{MAX_LANGUAGE, MAX_SAY},
    text::Text,
};

/// Shortest ringing that a business can answer to, in seconds. Telnyx takes no less.
pub const MIN_RING_SECONDS: u16 = 5;
/// Longest ringing a caller is left with, in seconds. Telnyx takes no more.
pub const MAX_RING_SECONDS: u16 = 120;
/// Ringing where the owner says nothing, in seconds: what carriers take then, about six rings.
const RING_SECONDS: u16 = 30;
/// Shortest limit of a message, in seconds.
pub const MIN_MESSAGE_SECONDS: u16 = 5;
/// Longest limit of a message, in seconds.
pub const MAX_MESSAGE_SECONDS: u16 = 600;
/// Limit of a message where the owner says nothing, in seconds.
const MESSAGE_SECONDS: u16 = 120;
/// Numbers that reach help in an emergency and must stay free of machines: North America and its test number, Europe and
/// mobile networks everywhere, United Kingdom, Australia.
const EMERGENCY_NUMBERS: [&str; 5] = ["911", "933", "112", "999", "000"];

/// One step of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Step {
    /// Says something.
    Greeting(Greeting),
    /// Rings the business and connects it.
    Forward(Forward),
    /// Takes a message.
    Voicemail(Voicemail),
    /// Ends the call.
    Hangup(Hangup),
    /// Refuses the call without answering it.
    Reject(Reject),
}

impl Step {
    /// Returns every outcome of the step with the step that follows it, `None` where the owner named none.
    pub fn exits(&self) -> Vec<(&'static str, Option<&StepId>)> {
        match self {
            Self::Greeting(Greeting { next, .. }) => vec![("done", next.done.as_ref())],
            Self::Forward(Forward { next, .. }) => vec![
                ("answered", next.answered.as_ref()),
                ("no_answer", next.no_answer.as_ref()),
                ("busy", next.busy.as_ref()),
                ("failed", next.failed.as_ref()),
                ("canceled", next.canceled.as_ref()),
            ],
            Self::Voicemail(Voicemail { next, .. }) => {
                vec![("recorded", next.recorded.as_ref()), ("nothing", next.nothing.as_ref())]
            }
            Self::Hangup(_) | Self::Reject(_) => Vec::new(),
        }
    }
}

/// Says something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Greeting {
    /// What is said, at most [`MAX_SAY`] bytes.
    #[serde(deserialize_with = "words")]
    pub say: Text<MAX_SAY>,
    /// The language it is said in, such as `en-US`; the carrier's own choice if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Text<MAX_LANGUAGE>>,
    /// What follows.
    #[serde(default)]
    pub next: GreetingNext,
}

/// What follows a greeting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GreetingNext {
    /// It was said.
    pub done: Option<StepId>,
}

/// Rings the business and connects it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forward {
    /// The number it rings.
    #[serde(deserialize_with = "number_to_ring")]
    pub to: E164,
    /// How long it rings, in seconds, [`MIN_RING_SECONDS`] to [`MAX_RING_SECONDS`].
    #[serde(default = "ring_seconds")]
    pub ring_seconds: u16,
    /// The number the business sees; the caller's own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_id: Option<E164>,
    /// What follows.
    #[serde(default)]
    pub next: ForwardNext,
}

/// What follows a forward.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForwardNext {
    /// Caller and business spoke, and the business hung up.
    pub answered: Option<StepId>,
    /// Nobody answered, or whoever did would not take the call.
    pub no_answer: Option<StepId>,
    /// The line was busy.
    pub busy: Option<StepId>,
    /// The number could not be reached.
    pub failed: Option<StepId>,
    /// The ringing was taken back.
    pub canceled: Option<StepId>,
}

/// Takes a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voicemail {
    /// What is said before the tone, at most [`MAX_SAY`] bytes.
    #[serde(deserialize_with = "words")]
    pub say: Text<MAX_SAY>,
    /// The language it is said in, such as `en-US`; the carrier's own choice if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Text<MAX_LANGUAGE>>,
    /// How long the message may be, in seconds, [`MIN_MESSAGE_SECONDS`] to [`MAX_MESSAGE_SECONDS`].
    #[serde(default = "message_seconds")]
    pub max_seconds: u16,
    /// What follows.
    #[serde(default)]
    pub next: VoicemailNext,
}

/// What follows a voicemail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoicemailNext {
    /// There is a message.
    pub recorded: Option<StepId>,
    /// Nothing was said.
    pub nothing: Option<StepId>,
}

/// Ends the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hangup {}

/// Refuses the call without answering it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reject {
    /// Says whether the caller hears the busy tone instead of that the number is not in service.
    #[serde(default)]
    pub busy: bool,
}

/// Reads a number that may be rung. What is no phone number at all says so by itself.
fn number_to_ring<'de, D: Deserializer<'de>>(from: D) -> Result<E164, D::Error> {
    let text = Text::<64>::deserialize(from)?;
    let digits: String = text.as_str().chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix('1').unwrap_or(&digits);
    if EMERGENCY_NUMBERS.contains(&national) || EMERGENCY_NUMBERS.contains(&digits.as_str()) {
        return Err(de::Error::custom(
            "emergency_number: A call must never be forwarded to an emergency number; name the business's own number.",
        ));
    }
    E164::parse(text.as_str()).map_err(de::Error::custom)
}

/// Reads words to be said. An owner is told that they are too many; a carrier's texts are cut without a word.
fn words<'de, D: Deserializer<'de>>(from: D) -> Result<Text<MAX_SAY>, D::Error> {
    let text = String::deserialize(from)?;
    if text.len() > MAX_SAY {
        return Err(de::Error::custom(format_args!(
            "too_much_to_say: A step says at most {MAX_SAY} bytes; shorten the text or split it into two greetings."
        )));
    }
    Ok(Text::cut(&text))
}

const fn ring_seconds() -> u16 {
    RING_SECONDS
}

const fn message_seconds() -> u16 {
    MESSAGE_SECONDS
}
