//! What a carrier is told to do next, in words that belong to no carrier.

use dni_core::phone::{Callee, E164};

use crate::{
    language::{self, Words},
    text::Text,
};

/// Longest text of one say verb, in bytes. Written as XML every byte can become six (`"` is `&quot;`), so a full
/// document stays under the 64 KB that is the least any carrier takes: 8 times 6 KB and a forward of 10 numbers with
/// two URLs of [`crate::event::MAX_URL`] bytes at the very most.
pub const MAX_SAY: usize = 1000;
/// Most verbs of one document.
pub const MAX_VERBS: usize = 8;
/// Most numbers that one forward rings at once (Twilio's and `SignalWire`'s limit of nouns in a Dial).
pub const MAX_FORWARD_NUMBERS: usize = 10;
/// Longest language tag, in bytes (`cmn-Hant-TW` has 11).
pub const MAX_LANGUAGE: usize = 16;
/// Longest name of a voice, in bytes (`Google.cmn-CN-Chirp3-HD-Sadachbia` has 33).
pub const MAX_VOICE: usize = 64;

/// What a carrier is told to do next: its verbs are carried out one after the other.
///
/// All URLs in it are absolute: carriers resolve relative ones differently, and refuse some (Twilio's error 21609).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    verbs: Vec<Verb>,
}

impl Document {
    /// Adds a verb; a full document keeps as it is and gives `false`.
    pub fn push(&mut self, verb: Verb) -> bool {
        let room = self.verbs.len() < MAX_VERBS;
        if room {
            self.verbs.push(verb);
        }
        room
    }

    /// Puts a verb before the others; a full document loses its last.
    pub fn put_first(&mut self, verb: Verb) {
        self.verbs.insert(0, verb);
        self.verbs.truncate(MAX_VERBS);
    }

    /// Returns the verbs, at most [`MAX_VERBS`].
    pub fn verbs(&self) -> &[Verb] {
        &self.verbs
    }

    /// Says whether all it does is end the call, at most after some words: nobody is rung, asked or listened to.
    pub fn ends_call(&self) -> bool {
        let decides = |verb: &&Verb| !matches!(verb, Verb::Hear(_) | Verb::Pause { .. });
        matches!(self.verbs.iter().find(decides), Some(Verb::Hangup | Verb::Reject { .. }))
    }
}

impl Document {
    /// Says whether the caller is asked for a message.
    pub fn takes_message(&self) -> bool {
        self.verbs.iter().any(|verb| matches!(verb, Verb::Record(_)))
    }
}

impl<const N: usize> From<[Verb; N]> for Document {
    fn from(verbs: [Verb; N]) -> Self {
        const { assert!(N <= MAX_VERBS, "a document has at most MAX_VERBS verbs") };
        Self { verbs: verbs.into() }
    }
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Lets something be heard.
    Hear(Prompt),
    /// Waits.
    Pause {
        /// How long.
        seconds: u16,
    },
    /// Says something and waits for keys. What follows is reached only if none was pressed.
    Gather(Gather),
    /// Rings the business and connects it. Nothing after it is reached.
    Forward(ForwardVerb),
    /// Takes a message. What follows is reached only if nothing was said.
    Record(Record),
    /// Asks another URL what to do.
    Redirect {
        /// Which.
        url: String,
    },
    /// Ends the call.
    Hangup,
    /// Refuses the call without answering it; only as the first verb, and then nothing is billed.
    Reject {
        /// What the caller is told.
        reason: RejectReason,
    },
}

impl Verb {
    /// Makes a say verb in the carrier's own choice of language.
    pub fn say(text: &str) -> Self {
        Self::Hear(Prompt::say(text))
    }
}

/// Something to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// A text is spoken.
    Say {
        /// What is said.
        text: Text<MAX_SAY>,
        /// Who says it.
        speaker: Speaker,
    },
    /// A sound file is played.
    Play {
        /// Where it is.
        url: String,
    },
}

impl Prompt {
    /// Makes a spoken text in the carrier's own choice of language.
    pub fn say(text: &str) -> Self {
        Speaker::default().say(text)
    }
}

/// Who says a text: in which language, and by which of the carrier's voices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speaker {
    /// The language, such as `en-US`; the carrier's own choice if `None`.
    pub language: Option<Text<MAX_LANGUAGE>>,
    /// The voice, by the carrier's name for it; the carrier's own choice if `None`.
    pub voice: Option<Text<MAX_VOICE>>,
}

impl Speaker {
    /// Makes a spoken text.
    pub fn say(&self, text: &str) -> Prompt {
        Prompt::Say { text: Text::cut(text), speaker: self.clone() }
    }

    /// Makes a spoken text of words that the owner did not write. What is not translated is said as the carrier says English.
    pub(crate) fn say_fixed(&self, words: impl FnOnce(&'static Words) -> &'static str) -> Prompt {
        let (known, is_translated) = self.words();
        if is_translated { self.say(words(known)) } else { Prompt::say(words(known)) }
    }

    /// Returns what is said where the owner wrote nothing, and whether it is in the speaker's language.
    pub(crate) fn words(&self) -> (&'static Words, bool) {
        language::words_in(self.language.as_ref().map(Text::as_str))
    }

    /// Returns the speaker with what another one says where this one says nothing. A voice goes with its language.
    #[must_use]
    pub(crate) fn or(self, other: &Self) -> Self {
        let voice = match (&self.language, &other.language) {
            (Some(own), Some(others)) if own != others => None,
            _ => other.voice.clone(),
        };
        Self { language: self.language.or_else(|| other.language.clone()), voice: self.voice.or(voice) }
    }
}

/// Who is on the line that a document is carried out on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The caller.
    Caller,
    /// Whoever answered a forward, before being connected.
    Business,
}

/// Says something and waits for one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gather {
    /// Who is asked. Some carriers ask the business for the key by themselves ([`ForwardVerb::accept_key`]).
    pub who: Party,
    /// What is heard; a key may be pressed meanwhile.
    pub prompt: Option<Prompt>,
    /// How long a key is waited for after that, in seconds.
    pub wait_seconds: u16,
    /// Where the key is told and the next document is asked for.
    pub action: String,
}

/// What a refused caller hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// The busy tone.
    Busy,
    /// That the number is not in service.
    Rejected,
}

/// Rings one or more numbers at once and connects the first that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardVerb {
    to: Vec<Callee>,
    /// How long it may ring, in seconds.
    pub ring_seconds: u16,
    /// How long the conversation may last, in seconds.
    pub max_seconds: u32,
    /// The number the business sees; the caller's own if `None`.
    pub caller_id: Option<E164>,
    /// Where the result is told and the next document is asked for.
    pub action: String,
    /// Where every status of the dialled legs is told.
    pub leg_status_url: String,
    /// Where the recording of the conversation is told; nothing is recorded if `None`.
    pub recording_url: Option<String>,
    /// Where it is asked what whoever answers hears before being connected; nothing if `None`.
    pub whisper_url: Option<String>,
    /// The key that whoever answers must press to be connected; none if `None`. Most carriers ask for it by the document
    /// of the whisper, and need it not here.
    pub accept_key: Option<&'static str>,
}

impl ForwardVerb {
    /// How long a conversation may last unless told otherwise, in seconds: Twilio's own default, four hours.
    pub const MAX_SECONDS: u32 = 4 * 60 * 60;

    /// Rings `to`, of which the first [`MAX_FORWARD_NUMBERS`] count, without a recording and with the caller's own number.
    pub fn new(to: &[impl Clone + Into<Callee>], ring_seconds: u16, action: String, leg_status_url: String) -> Self {
        Self {
            to: to.iter().take(MAX_FORWARD_NUMBERS).cloned().map(Into::into).collect(),
            ring_seconds,
            max_seconds: Self::MAX_SECONDS,
            caller_id: None,
            action,
            leg_status_url,
            recording_url: None,
            whisper_url: None,
            accept_key: None,
        }
    }

    /// Returns whom it rings.
    pub fn to(&self) -> &[Callee] {
        &self.to
    }
}

/// Takes the caller's message after a tone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// How long the message may be, in seconds.
    pub max_seconds: u16,
    /// Where the result is told and the next document is asked for.
    pub action: String,
    /// Where every status of the recording is told.
    pub recording_url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_call() {
        let number = E164::parse("+13125550199").unwrap();
        let url = || "https://h".to_owned();
        let ring = || Verb::Forward(ForwardVerb::new(&[number], 25, url(), url()));
        let gather = || Verb::Gather(Gather { who: Party::Caller, prompt: None, wait_seconds: 5, action: url() });
        let record = || Verb::Record(Record { max_seconds: 9, action: url(), recording_url: url() });
        let cases = [
            (Document::from([Verb::Hangup]), true),
            (Document::from([Verb::Reject { reason: RejectReason::Busy }]), true),
            (Document::from([Verb::say("Goodbye."), Verb::Pause { seconds: 1 }, Verb::Hangup]), true),
            (Document::from([ring(), Verb::Hangup]), false),
            (Document::from([gather(), Verb::Hangup]), false),
            (Document::from([Verb::say("After the tone."), record(), Verb::Hangup]), false),
            (Document::from([Verb::Redirect { url: url() }, Verb::Hangup]), false),
            (Document::default(), false),
        ];
        for (document, expected) in cases {
            assert_eq!(document.ends_call(), expected, "{document:?}");
        }
    }
}
