//! Menus and challenges: asking for a key, and what follows it.

use super::{Run, Taken};
use crate::{
    carrier::Hook,
    document::{Gather, Party, Prompt, Speaker, Verb},
    flow::{Challenge, Challenged, Facts, Key, Menu, Step, StepId, Turn},
    language::ENGLISH,
    text::Text,
};

/// What stands for the key in a challenge's words.
pub(in crate::flow) const KEY: &str = "[key]";

impl Run<'_> {
    /// Says something and waits for a key.
    pub(super) fn listen(&mut self, prompt: Option<Prompt>, wait_seconds: u16, turn: &Turn) -> Taken {
        let action = self.context.hooks.url_of_turn(Hook::Gather, turn);
        self.document.push(Verb::Gather(Gather { who: Party::Caller, prompt, wait_seconds, action: action.clone() }));
        // Reached only if no key was pressed: not every carrier calls the action then.
        self.document.push(Verb::Redirect { url: action });
        Taken::Waits
    }

    /// Asks for a key. The speaker is the flow's, for words that the owner did not write.
    pub(super) fn challenge(&mut self, challenge: &Challenge, speaker: &Speaker, turn: &Turn) -> Taken {
        let key = key_of(challenge, &turn.step, self.context.facts).to_string();
        let message = challenge.message();
        let prompt = match message.say.map(Text::as_str) {
            Some(said) if said == ENGLISH.press_key => {
                Some(message.speaker().or(speaker).say_fixed(|words| words.press_key))
            }
            _ => message.prompt(speaker),
        };
        let prompt = match prompt {
            Some(Prompt::Say { text, speaker }) => Some(speaker.say(&text.as_str().replace(KEY, &key))),
            other => other,
        };
        self.listen(prompt, challenge.wait_seconds, turn)
    }

    pub(super) fn after_keys(&mut self, turn: &Turn, digits: Option<&str>) -> Turn {
        if turn.is_at_gate() {
            return self.after_gate(turn, digits);
        }
        match self.step_of(turn) {
            Some(Step::Menu(menu)) => self.after_menu(menu, turn, digits),
            Some(Step::Challenge(challenge)) => self.after_challenge(challenge, turn, digits),
            _ => self.give_up(turn),
        }
    }

    fn after_menu(&mut self, menu: &Menu, turn: &Turn, digits: Option<&str>) -> Turn {
        let chosen = digits.and_then(|digits| menu.next.keys.get_key_value(&Key::parse(digits).ok()?));
        if let Some((key, step)) = chosen {
            return self.go_on(turn, &key.to_string(), Some(step));
        }
        let (outcome, next) = match digits {
            Some(_) => ("invalid", &menu.next.invalid),
            None => ("no_input", &menu.next.no_input),
        };
        if turn.attempt.saturating_add(1) < menu.tries {
            return self.try_again(turn, outcome);
        }
        self.go_on(turn, outcome, next.as_ref())
    }

    fn after_challenge(&mut self, challenge: &Challenge, turn: &Turn, digits: Option<&str>) -> Turn {
        if self.is_key(challenge, turn, digits) {
            self.challenged = Some(Challenged::Passed);
            return self.go_on(turn, "passed", challenge.next.passed.as_ref());
        }
        if turn.attempt.saturating_add(1) < challenge.tries {
            return self.try_again(turn, "failed");
        }
        self.challenged = Some(Challenged::without_the_key(digits));
        self.go_on(turn, "failed", challenge.next.failed.as_ref())
    }

    /// Says whether the caller pressed the key they were asked for.
    pub(super) fn is_key(&self, challenge: &Challenge, turn: &Turn, digits: Option<&str>) -> bool {
        let pressed = digits.and_then(|digits| Key::parse(digits).ok());
        pressed == Some(key_of(challenge, &turn.step, self.context.facts))
    }

    fn try_again(&mut self, turn: &Turn, outcome: &str) -> Turn {
        self.came_through(turn, Some(outcome.to_owned()));
        self.run(turn.again())
    }

    /// Goes on with the step that follows an outcome. Where the owner named none, the business is rung.
    fn go_on(&mut self, turn: &Turn, outcome: &str, next: Option<&StepId>) -> Turn {
        self.came_through(turn, Some(outcome.to_owned()));
        match next {
            Some(next) => self.run(turn.then(next)),
            None => self.give_up(turn),
        }
    }

    pub(super) fn give_up(&mut self, turn: &Turn) -> Turn {
        self.document = self.lost();
        turn.clone()
    }
}

fn key_of(challenge: &Challenge, step: &StepId, facts: &Facts) -> Key {
    challenge.key.unwrap_or_else(|| Key::drawn(facts.drawn_for(step)))
}
