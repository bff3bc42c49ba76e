//! Carries a call through its flow, one document at a time.

mod gate;
mod input;
mod listen;
mod ring;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use dni_core::{
    phone::{Callee, E164},
    time::Millis,
};
use serde::{Deserialize, Serialize};

use super::{Challenged, Facts, Flow, Flows, Message, PathStep, Reject, Step, StepId, TagName, Turn, Voicemail};
use crate::{
    carrier::{Hook, Hooks},
    document::{self, Document, MAX_VERBS, RejectReason, Speaker, Verb},
    event::{Caller, DialStatus, RecordingSource},
    fail_open,
    language::ENGLISH,
};

pub(in crate::flow) use listen::KEY;

pub use input::Input;

/// Most steps of one call. No honest flow comes near; one that goes round in circles ends here.
pub const MAX_TURNS: u16 = 50;
/// Most texts said before something happens: a document's verbs less one for the announcement of a recording and the three
/// that a voicemail needs. A caller who has heard so much wants to be connected, so what is left is not said.
const MAX_GREETINGS: usize = MAX_VERBS - 4;

/// Where a call is in its flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The flow's version, the same for the whole call.
    pub version: u32,
    /// The last step that was entered.
    pub turn: Turn,
    /// The marks the call has got, and by which turn: what comes later in the call decides nothing earlier.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<TagName, u16>,
    /// What came of asking the caller for a key, if that was done: the best of several times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenged: Option<Challenged>,
    /// By the turn that rang several numbers at once, and by what it was told first: those that need not be rung again, as
    /// somebody answered there and would not take the call, or they rang to their end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settled: BTreeMap<String, BTreeSet<E164>>,
}

impl Progress {
    /// Notes which numbers need not be rung again after a turn. Only the first time counts, so that a webhook that comes again
    /// is answered the same.
    pub fn settle(&mut self, turn: &Turn, numbers: BTreeSet<E164>) {
        if !numbers.is_empty() {
            self.settled.entry(turn.to_string()).or_insert(numbers);
        }
    }
}

/// What a flow has to know of the call. It must be the same for every webhook of the call.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Makes the URLs of the documents.
    pub hooks: &'a Hooks,
    /// The tracking number dialled.
    pub number: Option<E164>,
    /// Who calls.
    pub caller: Option<&'a Caller>,
    /// When the call began: a schedule that opens while it lasts opens for the next call.
    pub started_at: Millis,
    /// What conditions go by.
    pub facts: &'a Facts,
    /// The flows it can go on in.
    pub flows: &'a Flows,
    /// Where calls go when the flow cannot go on and names no fallback of its own.
    pub destination: Option<&'a Callee>,
}

/// What one input leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How far the call is then.
    pub progress: Progress,
    /// What the carrier is told.
    pub document: Document,
    /// The steps the call came through for it.
    pub path: Vec<PathStep>,
}

impl Flow {
    /// Answers one input with the next document, and says how far the call is then.
    ///
    /// The document depends on flow, input, context and the tags of earlier turns alone. `progress` only ever moves
    /// forward: an input that comes again, or late, leaves it where it is. Whatever is wrong with the flow, the caller is
    /// never left in silence.
    pub fn answer(&self, progress: Option<&Progress>, input: &Input, context: &Context) -> Answer {
        let tags = progress.map(|progress| progress.tags.clone()).unwrap_or_default();
        let challenged = None;
        let settled = progress.map(|progress| progress.settled.clone()).unwrap_or_default();
        let (document, path, rings_others) = (Document::default(), Vec::new(), Vec::new());
        let run = Run { flow: self, context, document, path, tags, challenged, settled, rings_others };
        run.answer(input, progress)
    }

    /// Returns the step of a turn; `None` if the site has it no longer.
    pub fn step_at<'a>(&'a self, turn: &Turn, flows: &'a Flows) -> Option<&'a Step> {
        self.of(turn, flows)?.steps.get(&turn.step)
    }

    /// Returns the flow a turn is in; `None` if the site has it no longer.
    fn of<'a>(&'a self, turn: &Turn, flows: &'a Flows) -> Option<&'a Self> {
        turn.flow.as_ref().map_or(Some(self), |name| flows.get(name))
    }
}

/// One input on its way through the flow.
struct Run<'a> {
    /// The flow the call began with.
    flow: &'a Flow,
    context: &'a Context<'a>,
    document: Document,
    path: Vec<PathStep>,
    tags: BTreeMap<TagName, u16>,
    /// What came of asking the caller for a key, if this input tells.
    challenged: Option<Challenged>,
    /// The numbers that need not be rung again, by the turn that rang them.
    settled: BTreeMap<String, BTreeSet<E164>>,
    /// The numbers that are rung instead of all.
    rings_others: Vec<Callee>,
}

impl<'a> Run<'a> {
    fn answer(mut self, input: &Input, before: Option<&Progress>) -> Answer {
        let turn = self.enter(input);
        let challenged = self.challenged.max(before.and_then(|before| before.challenged));
        let settled = self.settled;
        let reached = Progress { version: self.flow.version, turn, tags: self.tags, challenged, settled };
        let progress = match before.filter(|before| before.turn >= reached.turn) {
            Some(before) => Progress { tags: reached.tags, challenged, ..before.clone() },
            None => reached,
        };
        Answer { progress, document: self.document, path: self.path }
    }

    /// Finds the step that follows the input and runs from there; returns the last turn.
    fn enter(&mut self, input: &Input) -> Turn {
        match input {
            Input::Start => self.begin(),
            Input::Resume { turn } => self.resume(turn),
            Input::DialResult { turn, status, connected } => self.after_dial(turn, *status, *connected),
            Input::Recorded { turn, message } => self.after_record(turn, *message),
            Input::Gathered { turn, digits } => self.after_keys(turn, digits.as_deref()),
            Input::LegAnswered { turn } => self.whisper(turn),
            Input::LegAsked { turn, digits } => self.after_whisper(turn, digits.as_deref()),
            // To a leg that was answered, an empty document means to connect it.
            Input::LegTaken { turn } => turn.clone(),
        }
    }

    /// Does what was to be done at a turn, without what was said before it. Who is recorded is told so again.
    fn resume(&mut self, turn: &Turn) -> Turn {
        if turn.is_at_gate() {
            return self.begin();
        }
        let reached = self.run(turn.clone());
        let records = |verb: &Verb| matches!(verb, Verb::Forward(forward) if forward.recording_url.is_some());
        if self.document.verbs().iter().any(records) {
            self.announce();
        }
        reached
    }

    /// Runs steps until one has to wait for somebody or ends the call.
    fn run(&mut self, mut turn: Turn) -> Turn {
        while turn.number <= MAX_TURNS {
            let Some(flow) = self.flow.of(&turn, self.context.flows) else { break };
            let Some(step) = flow.steps.get(&turn.step) else { break };
            match self.take(flow, step, &turn) {
                Taken::GoesOn { outcome, next: Some(next) } => {
                    self.came_through(&turn, Some(outcome));
                    turn = next;
                }
                Taken::GoesOn { outcome, next: None } => {
                    // Where nothing follows a greeting or tag, the owner wants the call to end.
                    self.came_through(&turn, Some(outcome));
                    if matches!(step, Step::Greeting(_) | Step::Tag(_)) {
                        self.document.push(Verb::Hangup);
                        return turn;
                    }
                    break;
                }
                Taken::Waits => {
                    self.came_through(&turn, None);
                    return turn;
                }
            }
        }
        self.document = self.lost();
        turn
    }

    /// Takes one step.
    fn take(&mut self, flow: &'a Flow, step: &'a Step, turn: &Turn) -> Taken {
        let facts = self.context.facts;
        let on = |outcome: &str, next: Option<&StepId>| Taken::GoesOn {
            outcome: outcome.to_owned(),
            next: next.map(|next| turn.then(next)),
        };
        match step {
            Step::Greeting(greeting) => {
                self.say(greeting.message(), &flow.speaker());
                on("done", greeting.next.done.as_ref())
            }
            Step::Tag(tag) => {
                for name in &tag.add {
                    self.tags.entry(name.clone()).or_insert(turn.number);
                }
                on("done", tag.next.done.as_ref())
            }
            Step::Schedule(schedule) if schedule.is_open(self.context.started_at) => {
                on("open", schedule.next.open.as_ref())
            }
            Step::Schedule(schedule) => on("closed", schedule.next.closed.as_ref()),
            Step::Geo(geo) => {
                let outcome = geo.outcome(facts);
                on(outcome, geo.after(outcome))
            }
            Step::Condition(condition) => {
                let has_tag = |name: &TagName| self.tags.get(name).is_some_and(|since| *since < turn.number);
                if condition.test.holds(facts, &turn.step, has_tag) {
                    on("yes", condition.next.yes.as_ref())
                } else {
                    on("no", condition.next.no.as_ref())
                }
            }
            Step::GoTo(go_to) => {
                let start = self.context.flows.get(&go_to.flow).map(|flow| &flow.start);
                let next = start.map(|start| Turn { flow: Some(go_to.flow.clone()), ..turn.then(start) });
                Taken::GoesOn { outcome: "done".to_owned(), next }
            }
            Step::Forward(forward) => self.ring(flow.records(step), forward, turn),
            Step::Menu(menu) => self.listen(menu.message().prompt(&flow.speaker()), menu.wait_seconds, turn),
            Step::Challenge(challenge) => self.challenge(challenge, &flow.usual_speaker(), turn),
            Step::Voicemail(voicemail) => self.take_message(voicemail, &flow.speaker(), turn),
            Step::Hangup(_) => self.end(Verb::Hangup),
            Step::Reject(reject) => self.refuse(*reject),
        }
    }

    fn say(&mut self, message: Message, speaker: &Speaker) {
        if let Some(prompt) = message.prompt(speaker).filter(|_| self.document.verbs().len() < MAX_GREETINGS) {
            self.document.push(Verb::Hear(prompt));
        }
    }

    fn take_message(&mut self, step: &Voicemail, speaker: &Speaker, turn: &Turn) -> Taken {
        let action = self.context.hooks.url_of_turn(Hook::Record, turn);
        if let Some(prompt) = step.message().prompt(speaker) {
            self.document.push(Verb::Hear(prompt));
        }
        self.document.push(Verb::Record(document::Record {
            max_seconds: step.max_seconds,
            action: action.clone(),
            recording_url: self.context.hooks.url_of_recording(RecordingSource::Voicemail),
        }));
        // Reached only if nothing was said: the carrier does not call the action then.
        self.document.push(Verb::Redirect { url: action });
        Taken::Waits
    }

    fn after_record(&mut self, turn: &Turn, message: bool) -> Turn {
        let Some(Step::Voicemail(step)) = self.step_of(turn) else {
            self.document = fail_open::after_record(&self.speaker_at(turn));
            return turn.clone();
        };
        let (outcome, next) = if message { ("recorded", &step.next.recorded) } else { ("nothing", &step.next.nothing) };
        self.came_through(turn, Some(outcome.to_owned()));
        if let Some(next) = next {
            return self.run(turn.then(next));
        }
        let speaker = step.message().speaker().or(&self.speaker_at(turn));
        self.document = fail_open::after_record(&speaker);
        turn.clone()
    }

    /// Refuses a call that nothing was done with yet; one that was answered can only be ended.
    fn refuse(&mut self, step: Reject) -> Taken {
        let untouched = self.document.verbs().is_empty() && self.path.iter().all(|visit| !self.waited(visit));
        let reason = if step.busy { RejectReason::Busy } else { RejectReason::Rejected };
        self.end(if untouched { Verb::Reject { reason } } else { Verb::Hangup })
    }

    fn end(&mut self, verb: Verb) -> Taken {
        self.document.push(verb);
        Taken::Waits
    }

    /// Says whether the call was answered for a step of this path, or before it began.
    fn waited(&self, visit: &PathStep) -> bool {
        visit.turn.is_at_gate() || self.step_of(&visit.turn).is_none_or(Step::waits)
    }

    /// Tells the caller that the call may be recorded, before anything else is heard. Recording begins with a forward,
    /// which is never before that was said.
    fn announce(&mut self) {
        let recording = &self.flow.settings.recording;
        let is_told = self.flow.may_record(self.context.flows) && recording.announces(self.context.facts);
        let is_refused = matches!(self.document.verbs(), [Verb::Reject { .. }]);
        if is_told && !is_refused {
            let speaker = Speaker { language: recording.language.clone(), voice: None }.or(&self.flow.usual_speaker());
            let words = match recording.say.as_str() {
                said if said == ENGLISH.recorded => speaker.say_fixed(|words| words.recorded),
                said => speaker.say(said),
            };
            self.document.put_first(Verb::Hear(words));
        }
    }

    fn step_of(&self, turn: &Turn) -> Option<&'a Step> {
        self.flow.step_at(turn, self.context.flows)
    }

    fn came_through(&mut self, turn: &Turn, outcome: Option<String>) {
        self.path.push(PathStep { turn: turn.clone(), outcome });
    }

    /// Returns who says what the owner did not write at a turn.
    fn speaker_at(&self, turn: &Turn) -> Speaker {
        self.flow.of(turn, self.context.flows).unwrap_or(self.flow).usual_speaker()
    }

    /// Rings the business, the one thing that is always right, when the flow cannot go on.
    fn lost(&self) -> Document {
        let Context { hooks, caller, number, destination, .. } = *self.context;
        match self.flow.settings.fallback.as_ref().or(destination) {
            Some(to) => fail_open::incoming(to, fail_open::caller_id(hooks.carrier(), caller, number), hooks),
            None => fail_open::nothing_known(&self.flow.usual_speaker()),
        }
    }
}

/// What became of a step.
enum Taken {
    /// It is done, and a step follows by its outcome; `None` if the owner named none.
    GoesOn { outcome: String, next: Option<Turn> },
    /// Somebody has to answer first, or the call is over.
    Waits,
}
