//! The steps that listen for a key: menu and challenge.

use core::fmt;
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};

use super::message::{AudioUrl, Message, words};
use crate::{
    document::{MAX_LANGUAGE, MAX_SAY, MAX_VOICE},
    flow::StepId,
    language::ENGLISH,
    text::Text,
};

/// Most tries a caller has; who has not chosen by then is not going to.
pub const MAX_TRIES: u8 = 5;
/// Tries where the owner says nothing.
const MENU_TRIES: u8 = 3;
/// Tries at a challenge where the owner says nothing: one slip is human.
const CHALLENGE_TRIES: u8 = 2;
/// Longest wait for a key after the words, in seconds.
pub const MAX_WAIT_SECONDS: u16 = 60;
/// Wait where the owner says nothing, in seconds: what carriers take then.
const WAIT_SECONDS: u16 = 5;

/// Lets the caller choose by pressing a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Menu {
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
    /// How often the words are said to a caller who presses nothing, or a wrong key: 1 to [`MAX_TRIES`].
    #[serde(default = "menu_tries")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_TRIES)))]
    pub tries: u8,
    /// How long a key is waited for after the words, in seconds: 1 to [`MAX_WAIT_SECONDS`].
    #[serde(default = "wait_seconds")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_WAIT_SECONDS)))]
    pub wait_seconds: u16,
    /// What follows.
    #[serde(default)]
    pub next: MenuNext,
}

impl Menu {
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

/// What follows a menu: a step for each key that means something, `no_input` and `invalid`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MenuNext {
    /// The keys.
    pub keys: BTreeMap<Key, StepId>,
    /// Nothing was pressed in any of the tries.
    pub no_input: Option<StepId>,
    /// A key was pressed that means nothing, in the last of the tries.
    pub invalid: Option<StepId>,
}

impl MenuNext {
    pub(super) fn exits(&self) -> Vec<(String, Option<&StepId>)> {
        let keys = self.keys.iter().map(|(key, step)| (key.to_string(), Some(step)));
        let rest = [("no_input", &self.no_input), ("invalid", &self.invalid)];
        keys.chain(rest.into_iter().map(|(name, step)| (name.to_owned(), step.as_ref()))).collect()
    }
}

/// Lets only those on who press a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// What is said; `[key]` stands for the key that must be pressed.
    #[serde(default = "challenge_words", deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    pub say: Option<Text<MAX_SAY>>,
    /// The language it is said in, such as `en-US`; the carrier's own choice if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Text<MAX_LANGUAGE>>,
    /// The voice that says it, by the carrier's name for it; the carrier's own choice if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Text<MAX_VOICE>>,
    /// The key; another one for each call if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// How often the caller may try: 1 to [`MAX_TRIES`].
    #[serde(default = "challenge_tries")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_TRIES)))]
    pub tries: u8,
    /// How long a key is waited for after the words, in seconds: 1 to [`MAX_WAIT_SECONDS`].
    #[serde(default = "wait_seconds")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_WAIT_SECONDS)))]
    pub wait_seconds: u16,
    /// What follows.
    #[serde(default)]
    pub next: ChallengeNext,
}

impl Default for Challenge {
    /// Asks for another key in each call, twice at the most.
    fn default() -> Self {
        Self {
            say: challenge_words(),
            language: None,
            voice: None,
            key: None,
            tries: challenge_tries(),
            wait_seconds: wait_seconds(),
            next: ChallengeNext::default(),
        }
    }
}

impl Challenge {
    /// Returns what is heard, `[key]` still in it.
    pub fn message(&self) -> Message<'_> {
        Message { say: self.say.as_ref(), play: None, language: self.language.as_ref(), voice: self.voice.as_ref() }
    }
}

/// What follows a challenge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChallengeNext {
    /// The right key was pressed.
    pub passed: Option<StepId>,
    /// It was not, in any of the tries.
    pub failed: Option<StepId>,
}

/// A key of a telephone: `0` to `9`, `*`, `#`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(char);

impl Key {
    /// Takes one of the twelve keys.
    ///
    /// # Errors
    /// [`NoSuchKey`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NoSuchKey> {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(key @ ('0'..='9' | '*' | '#')), None) => Ok(Self(key)),
            _ => Err(NoSuchKey),
        }
    }

    /// Returns a digit key, 1 to 9, drawn by `chance`. Zero is left out: callers press it for an operator by habit.
    pub fn drawn(chance: u32) -> Self {
        let digit = u8::try_from(chance % 9).unwrap_or(0);
        Self(char::from(b'1' + digit))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}

/// A text that is no key of a telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchKey;

impl fmt::Display for NoSuchKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("no_such_key: A telephone has the keys 0 to 9, * and #; write one of them.")
    }
}

impl core::error::Error for NoSuchKey {}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(de::Error::custom)
    }
}

impl Serialize for MenuNext {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        for (key, step) in &self.keys {
            map.serialize_entry(key, step)?;
        }
        for (name, step) in [("no_input", &self.no_input), ("invalid", &self.invalid)] {
            if let Some(step) = step {
                map.serialize_entry(name, step)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for MenuNext {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut next = Self::default();
        for (outcome, step) in BTreeMap::<MenuOutcome, Option<StepId>>::deserialize(from)? {
            match outcome {
                MenuOutcome::NoInput => next.no_input = step,
                MenuOutcome::Invalid => next.invalid = step,
                MenuOutcome::Pressed(key) => next.keys.extend(step.map(|step| (key, step))),
            }
        }
        Ok(next)
    }
}

/// What a caller does at a menu.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum MenuOutcome {
    Pressed(Key),
    NoInput,
    Invalid,
}

impl<'de> Deserialize<'de> for MenuOutcome {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = String::deserialize(from)?;
        match word.as_str() {
            "no_input" => Ok(Self::NoInput),
            "invalid" => Ok(Self::Invalid),
            key => Key::parse(key).map(Self::Pressed).map_err(|_| {
                de::Error::custom(
                    "no_such_outcome: A menu has no such outcome; write one of the keys 0 to 9, * and #, no_input or invalid.",
                )
            }),
        }
    }
}

#[allow(clippy::unnecessary_wraps, reason = "a default has its field's type")]
fn challenge_words() -> Option<Text<MAX_SAY>> {
    Some(Text::cut(ENGLISH.press_key))
}

const fn menu_tries() -> u8 {
    MENU_TRIES
}

const fn challenge_tries() -> u8 {
    CHALLENGE_TRIES
}

const fn wait_seconds() -> u16 {
    WAIT_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        for text in ["0", "9", "*", "#"] {
            assert_eq!(Key::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "10", "a", "\u{0664}", " "] {
            assert_eq!(Key::parse(text), Err(NoSuchKey), "{text:?}");
        }
        for chance in [0, 8, 9, u32::MAX] {
            assert!(('1'..='9').contains(&Key::drawn(chance).0));
        }
    }

    #[test]
    fn what_follows_a_menu() {
        let json = r##"{"1":"sales","no_input":"office","#":"again"}"##;
        let next: MenuNext = serde_json::from_str(json).unwrap();
        let exits: Vec<_> =
            next.exits().into_iter().map(|(name, step)| (name, step.map(StepId::as_str).map(str::to_owned))).collect();
        let some = |text: &str| Some(text.to_owned());
        let expected = [
            ("#".to_owned(), some("again")),
            ("1".to_owned(), some("sales")),
            ("no_input".to_owned(), some("office")),
            ("invalid".to_owned(), None),
        ];
        assert_eq!(exits, expected);
        let stored = serde_json::to_string(&next).unwrap();
        assert_eq!(serde_json::from_str::<MenuNext>(&stored).unwrap(), next);
        let why = serde_json::from_str::<MenuNext>(r#"{"12":"sales"}"#).unwrap_err().to_string();
        assert!(why.contains("no_such_outcome"), "{why}");
    }
}
