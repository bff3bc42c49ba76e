//! The steps that need little: greeting, voicemail, tag, go to, hangup, reject.

use serde::{Deserialize, Serialize};

use super::message::{AudioUrl, Message, words};
use crate::{
    document::{MAX_LANGUAGE, MAX_SAY, MAX_VOICE},
    flow::{FlowId, StepId, TagName},
    text::Text,
};

/// Shortest limit of a message, in seconds.
pub const MIN_MESSAGE_SECONDS: u16 = 5;
/// Longest limit of a message, in seconds.
pub const MAX_MESSAGE_SECONDS: u16 = 600;
/// Limit of a message where the owner says nothing, in seconds.
const MESSAGE_SECONDS: u16 = 120;

/// Says something, or plays a sound file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Greeting {
    /// What is said, at most [`MAX_SAY`] bytes.
    #[serde(default, deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    pub say: Option<Text<MAX_SAY>>,
    /// The sound file that is played instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play: Option<AudioUrl>,
    /// The language it is said in, such as `en-US`; the carrier's own choice if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Text<MAX_LANGUAGE>>,
    /// The voice that says it, by the carrier's name for it; the carrier's own choice if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Text<MAX_VOICE>>,
    /// What follows.
    #[serde(default)]
    pub next: GreetingNext,
}

impl Greeting {
    /// Returns what is heard.
    pub fn message(&self) -> Message<'_> {
        Message {
            say: self.say.as_ref(),
            play: self.play.as_ref(),
            language: self.language.as_ref(),
            voice: self.voice.as_ref(),
        }
    }
}

/// What follows a greeting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GreetingNext {
    /// It was said.
    pub done: Option<StepId>,
}

/// Takes a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Voicemail {
    /// What is said before the tone, at most [`MAX_SAY`] bytes.
    #[serde(default, deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    pub say: Option<Text<MAX_SAY>>,
    /// The sound file that is played before the tone instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play: Option<AudioUrl>,
    /// The language it is said in, such as `en-US`; the carrier's own choice if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Text<MAX_LANGUAGE>>,
    /// The voice that says it, by the carrier's name for it; the carrier's own choice if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Text<MAX_VOICE>>,
    /// How long the message may be, in seconds, [`MIN_MESSAGE_SECONDS`] to [`MAX_MESSAGE_SECONDS`].
    #[serde(default = "message_seconds")]
    #[cfg_attr(feature = "schema", schemars(range(min = MIN_MESSAGE_SECONDS, max = MAX_MESSAGE_SECONDS)))]
    pub max_seconds: u16,
    /// What follows.
    #[serde(default)]
    pub next: VoicemailNext,
}

impl Voicemail {
    /// Returns what is heard before the tone.
    pub fn message(&self) -> Message<'_> {
        Message {
            say: self.say.as_ref(),
            play: self.play.as_ref(),
            language: self.language.as_ref(),
            voice: self.voice.as_ref(),
        }
    }
}

/// What follows a voicemail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VoicemailNext {
    /// There is a message.
    pub recorded: Option<StepId>,
    /// Nothing was said.
    pub nothing: Option<StepId>,
}

/// Marks the call for reports and later conditions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// The marks.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 50)))]
    pub add: Vec<TagName>,
    /// What follows.
    #[serde(default)]
    pub next: TagNext,
}

/// What follows a tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TagNext {
    /// It was noted.
    pub done: Option<StepId>,
}

/// Goes on in another flow of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GoTo {
    /// The flow.
    pub flow: FlowId,
}

/// Ends the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Hangup {}

/// Refuses the call without answering it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reject {
    /// Says whether the caller hears the busy tone instead of that the number is not in service.
    #[serde(default)]
    pub busy: bool,
}

const fn message_seconds() -> u16 {
    MESSAGE_SECONDS
}
