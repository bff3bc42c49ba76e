//! The gate before a flow: callers who may be machines press a key, or are not let in.

use super::Run;
use crate::{
    document::{RejectReason, Verb},
    flow::{Challenged, Gate, GateWords, Turn},
    language::ENGLISH,
};

impl Run<'_> {
    /// Answers a call that comes in.
    pub(super) fn begin(&mut self) -> Turn {
        match (&self.context.facts.gate, Turn::at_gate()) {
            (Gate::Asks(words), Some(turn)) => self.ask_at_gate(words, turn),
            (Gate::Closed, Some(turn)) => {
                self.document.push(Verb::Reject { reason: RejectReason::Rejected });
                self.came_through(&turn, None);
                turn
            }
            (Gate::Open, _) | (_, None) => self.let_in(),
        }
    }

    /// Lets in who pressed the key. A call whose gate does not ask is let in, too: somebody waits on the line.
    pub(super) fn after_gate(&mut self, turn: &Turn, digits: Option<&str>) -> Turn {
        let Gate::Asks(words) = &self.context.facts.gate else { return self.let_in() };
        if self.is_key(&words.challenge, turn, digits) {
            self.came_through(turn, Some("passed".to_owned()));
            self.challenged = Some(Challenged::Passed);
            return self.let_in();
        }
        self.came_through(turn, Some("failed".to_owned()));
        let next_try = turn.again();
        if next_try.attempt < words.challenge.tries {
            return self.ask_at_gate(words, next_try);
        }
        self.challenged = Some(Challenged::without_the_key(digits));
        let speaker = words.challenge.message().speaker().or(&self.flow.usual_speaker());
        let goodbye = match words.goodbye.as_str() {
            said if said == ENGLISH.not_connected => speaker.say_fixed(|words| words.not_connected),
            said => speaker.say(said),
        };
        self.document.push(Verb::Hear(goodbye));
        self.document.push(Verb::Hangup);
        next_try
    }

    fn ask_at_gate(&mut self, words: &GateWords, turn: Turn) -> Turn {
        self.challenge(&words.challenge, &self.flow.usual_speaker(), &turn);
        self.came_through(&turn, None);
        turn
    }

    fn let_in(&mut self) -> Turn {
        let turn = self.run(Turn::new(1, self.flow.start.clone()));
        self.announce();
        turn
    }
}
