//! Plays a flow with a caller and a business that do as they are told.

use core::fmt;

use dni_core::{
    phone::{Callee, E164},
    time::Millis,
};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{Context, Facts, Flow, Flows, Input, PathStep, Progress, Step, Turn};
use crate::{
    carrier::{Carrier, Hooks},
    config_json::{self, ConfigError},
    document::{self, Document, Prompt, Verb},
    event::{Caller, CallerPlace, DialStatus},
};

/// Most documents of one simulated call: every step and every try of a flow that asks as often as it may stays below.
const MAX_DOCUMENTS: usize = 500;
/// The address in the documents of a simulated call, which nobody asks.
const NOWHERE: &str = "https://simulated.invalid";

/// A call to be simulated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Script {
    /// When the call begins: schedules go by it. Read from Unix milliseconds, from a text with an offset
    /// (`2026-11-01T01:30:00-05:00`), or from the clock of a time zone (`2026-11-01T01:30[America/Chicago]`; of a time that
    /// comes twice the first is meant).
    #[serde(deserialize_with = "instant")]
    pub at: Millis,
    /// The tracking number dialled.
    pub number: Option<E164>,
    /// Where calls go when the flow cannot go on and names no fallback of its own.
    pub destination: Option<Callee>,
    /// What is known of the call.
    pub facts: Facts,
    /// What caller and business do, each time somebody has to do something.
    pub replies: Vec<ScriptedReply>,
}

/// What caller or business do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[serde(rename = "Reply")]
pub enum ScriptedReply {
    /// The business answers, presses the key if it must, and speaks with the caller.
    Answer,
    /// The business, or its voicemail, answers and does not press the key.
    Decline,
    /// Nobody answers.
    NoAnswer,
    /// The line is busy.
    Busy,
    /// The number cannot be reached.
    Fail,
    /// The caller presses a key.
    Press(String),
    /// The caller presses nothing.
    Silence,
    /// The caller leaves a message.
    Message,
    /// The caller says nothing after the tone.
    NoMessage,
    /// The caller hangs up.
    HangUp,
}

/// How a simulated call went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedCall {
    /// The steps it came through, with their outcomes.
    pub path: Vec<PathStep>,
    /// What was heard, rung and recorded.
    pub heard: Vec<SimulatedEvent>,
    /// How it ended.
    pub ending: Ending,
}

/// One thing that happened on a simulated call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum SimulatedEvent {
    /// The caller heard words.
    Said {
        /// Which.
        text: String,
    },
    /// The caller heard a sound file.
    Played {
        /// Its address.
        url: String,
    },
    /// The caller was asked for a key.
    Asked {
        /// How long it was waited for, in seconds.
        wait_seconds: u16,
    },
    /// The business's telephone rang.
    Rang {
        /// Whose.
        to: Vec<Callee>,
        /// For how long at most, in seconds.
        seconds: u16,
        /// Whether the conversation would be recorded.
        recorded: bool,
    },
    /// Whoever answered heard words before being connected.
    Whispered {
        /// Which.
        text: String,
    },
    /// The caller heard the tone for a message.
    Tone {
        /// How long the message could be, in seconds.
        max_seconds: u16,
    },
}

/// How a simulated call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The flow hung up.
    HungUp,
    /// The caller hung up.
    CallerLeft,
    /// The flow refused the call.
    Refused,
    /// Somebody had to do something, and the script had nothing more, or nothing that fits.
    Waiting,
}

/// Plays `flow` by the script. It is the engine that answers carriers that runs here, too.
///
/// ```
/// use call_router::flow::{Ending, Flow, Flows, ScriptedReply, Script, simulate};
///
/// let flow: Flow = serde_json::from_str(r#"{"version": 1, "start": "office", "steps": {
///     "office": {"type": "forward", "to": "+13125550199", "next": {"no_answer": "message", "answered": "end"}},
///     "message": {"type": "voicemail", "say": "Please leave a message.", "next": {"recorded": "end"}},
///     "end": {"type": "hangup"}}}"#).unwrap();
/// let script = Script { replies: vec![ScriptedReply::NoAnswer, ScriptedReply::Message], ..Script::default() };
/// let walk = simulate(&flow, &Flows::new(), &script);
/// let steps: Vec<_> = walk.path.iter().filter(|visit| visit.outcome.is_some()).map(|visit| visit.turn.step.as_str()).collect();
/// assert_eq!((steps, walk.ending), (vec!["office", "message"], Ending::HungUp));
/// ```
pub fn simulate(flow: &Flow, flows: &Flows, script: &Script) -> SimulatedCall {
    let Ok(hooks) = Hooks::new(Carrier::Twilio, NOWHERE) else { return SimulatedCall::nowhere() };
    let caller = script.facts.caller.map_or(Caller::Withheld, Caller::Number);
    let facts = Facts { number: script.facts.number.or(script.number), ..with_place(&script.facts) };
    let context = Context {
        hooks: &hooks,
        number: script.number,
        caller: Some(&caller),
        started_at: script.at,
        facts: &facts,
        flows,
        destination: script.destination.as_ref(),
    };
    let play = Play { flow, context, progress: None, walk: SimulatedCall::nowhere() };
    play.through(&script.replies)
}

/// Where nobody says where a caller's number is registered, the number does, as on a real call.
fn with_place(facts: &Facts) -> Facts {
    let mut facts = facts.clone();
    if facts.place.is_unknown() {
        facts.place = facts.caller.and_then(CallerPlace::of_number).unwrap_or_default();
    }
    facts
}

impl Script {
    /// Reads a script that a developer wrote.
    ///
    /// # Errors
    /// [`ConfigError`] names the first place that is not as expected.
    pub fn read(json: &[u8]) -> Result<Self, ConfigError> {
        config_json::read(json)
    }
}

impl SimulatedCall {
    const fn nowhere() -> Self {
        Self { path: Vec::new(), heard: Vec::new(), ending: Ending::Waiting }
    }
}

fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<Millis, D::Error> {
    struct Clock;
    impl de::Visitor<'_> for Clock {
        type Value = Millis;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("a time such as \"2026-11-01T01:30:00-05:00\" or \"2026-11-01T01:30[America/Chicago]\"")
        }

        fn visit_u64<E: de::Error>(self, unix_ms: u64) -> Result<Millis, E> {
            Ok(Millis::from_unix_ms(unix_ms))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Millis, E> {
            let zoned = || text.parse::<Zoned>().map(|zoned| zoned.timestamp());
            let at = text.parse::<Timestamp>().or_else(|_| zoned()).ok();
            at.and_then(|at| u64::try_from(at.as_millisecond()).ok())
                .map(Millis::from_unix_ms)
                .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }
    from.deserialize_any(Clock)
}

struct Play<'a> {
    flow: &'a Flow,
    context: Context<'a>,
    progress: Option<Progress>,
    walk: SimulatedCall,
}

impl Play<'_> {
    fn through(mut self, replies: &[ScriptedReply]) -> SimulatedCall {
        let mut replies = replies.iter();
        let mut input = Some(Input::Start);
        for _ in 0..MAX_DOCUMENTS {
            let Some(next) = input.take() else { break };
            let document = self.answer(&next);
            let Some(pending) = self.hear(&document) else { break };
            input = match replies.next() {
                Some(ScriptedReply::HangUp) => {
                    self.walk.ending = Ending::CallerLeft;
                    None
                }
                Some(reply) => self.reply(reply, &pending),
                None => None,
            };
        }
        self.walk
    }

    fn answer(&mut self, input: &Input) -> Document {
        let answer = self.flow.answer(self.progress.as_ref(), input, &self.context);
        self.progress = Some(answer.progress);
        self.walk.path.extend(answer.path);
        answer.document
    }

    /// Carries a document out and returns what somebody has to do; `None` if the call is over.
    fn hear(&mut self, document: &Document) -> Option<Pending> {
        for verb in document.verbs() {
            match verb {
                Verb::Hear(prompt) => self.walk.heard.push(heard(prompt)),
                Verb::Pause { .. } | Verb::Redirect { .. } => {}
                Verb::Gather(gather) => {
                    self.walk.heard.extend(gather.prompt.as_ref().map(heard));
                    self.walk.heard.push(SimulatedEvent::Asked { wait_seconds: gather.wait_seconds });
                    return Some(Pending::Key);
                }
                Verb::Forward(forward) => {
                    self.walk.heard.push(rang(forward));
                    return Some(Pending::Business { whispers: forward.whisper_url.is_some() });
                }
                Verb::Record(record) => {
                    self.walk.heard.push(SimulatedEvent::Tone { max_seconds: record.max_seconds });
                    return Some(Pending::Message);
                }
                Verb::Hangup => {
                    self.walk.ending = Ending::HungUp;
                    return None;
                }
                Verb::Reject { .. } => {
                    self.walk.ending = Ending::Refused;
                    return None;
                }
            }
        }
        None
    }

    /// Turns what somebody does into the next input; `None` if it does not fit what was asked.
    fn reply(&mut self, reply: &ScriptedReply, pending: &Pending) -> Option<Input> {
        let turn = self.progress.as_ref()?.turn.clone();
        match (pending, reply) {
            (Pending::Key, ScriptedReply::Press(key)) => Some(Input::Gathered { turn, digits: Some(key.clone()) }),
            (Pending::Key, ScriptedReply::Silence) => Some(Input::Gathered { turn, digits: None }),
            (Pending::Message, ScriptedReply::Message) => Some(Input::Recorded { turn, message: true }),
            (Pending::Message, ScriptedReply::NoMessage | ScriptedReply::Silence) => {
                Some(Input::Recorded { turn, message: false })
            }
            (Pending::Business { whispers }, ScriptedReply::Answer | ScriptedReply::Decline) => {
                if *whispers {
                    self.whisper(&turn);
                }
                // Where no key is asked for, whoever answers has the call.
                let connected = *reply == ScriptedReply::Answer || !self.asks_for_key(&turn);
                Some(Input::DialResult { turn, status: DialStatus::Completed, connected })
            }
            (Pending::Business { .. }, ScriptedReply::NoAnswer) => Some(unanswered(turn, DialStatus::NoAnswer)),
            (Pending::Business { .. }, ScriptedReply::Busy) => Some(unanswered(turn, DialStatus::Busy)),
            (Pending::Business { .. }, ScriptedReply::Fail) => Some(unanswered(turn, DialStatus::Failed)),
            _ => None,
        }
    }

    fn whisper(&mut self, turn: &Turn) {
        let document = self.answer(&Input::LegAnswered { turn: turn.clone() });
        for verb in document.verbs() {
            let prompt = match verb {
                Verb::Hear(prompt) => Some(prompt),
                Verb::Gather(gather) => gather.prompt.as_ref(),
                _ => None,
            };
            if let Some(Prompt::Say { text, .. }) = prompt {
                self.walk.heard.push(SimulatedEvent::Whispered { text: text.to_string() });
            }
        }
    }

    fn asks_for_key(&self, turn: &Turn) -> bool {
        let flow = turn.flow.as_ref().map_or(Some(self.flow), |name| self.context.flows.get(name));
        let step = flow.and_then(|flow| flow.steps.get(&turn.step));
        matches!(step, Some(Step::Forward(forward)) if forward.accept)
    }
}

/// Who has to do something.
enum Pending {
    Key,
    Business { whispers: bool },
    Message,
}

fn unanswered(turn: Turn, status: DialStatus) -> Input {
    Input::DialResult { turn, status, connected: false }
}

fn heard(prompt: &Prompt) -> SimulatedEvent {
    match prompt {
        Prompt::Say { text, .. } => SimulatedEvent::Said { text: text.to_string() },
        Prompt::Play { url } => SimulatedEvent::Played { url: url.clone() },
    }
}

fn rang(forward: &document::ForwardVerb) -> SimulatedEvent {
    SimulatedEvent::Rang {
        to: forward.to().to_vec(),
        seconds: forward.ring_seconds,
        recorded: forward.recording_url.is_some(),
    }
}
