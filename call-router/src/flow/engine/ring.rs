//! Forward steps: whom to ring, what the business hears, and what follows.

use dni_core::phone::Callee;

use super::{Context, Run, Taken};
use crate::{
    carrier::Hook,
    document::{self, Document, Gather, Party, Speaker, Verb},
    event::{DialStatus, RecordingSource},
    fail_open,
    flow::{
        CallerId, Destination, Facts, Forward, Step, StepId, Strategy, Turn,
        whisper::{ACCEPT_KEY, filled},
    },
};

/// How long the business has to press the key, in seconds: long enough to find the keypad, too short for a voicemail's
/// greeting to end and its recording to begin unnoticed.
const ACCEPT_SECONDS: u16 = 6;

impl Run<'_> {
    pub(super) fn ring(&mut self, records: bool, step: &Forward, turn: &Turn) -> Taken {
        let others = core::mem::take(&mut self.rings_others);
        let to = if others.is_empty() { self.rung_at(step, turn) } else { others };
        let hooks = self.context.hooks;
        let mut forward = document::ForwardVerb::new(
            &to,
            step.ring_seconds,
            hooks.url_of_turn(Hook::Dial, turn),
            hooks.url(Hook::Leg),
        );
        let Context { caller, number, .. } = *self.context;
        forward.caller_id = match step.caller_id {
            CallerId::Caller => fail_open::caller_id(hooks.carrier(), caller, number),
            CallerId::Tracking => number,
            CallerId::Number(number) => Some(number),
        };
        forward.recording_url = records.then(|| hooks.url_of_recording(RecordingSource::Forward));
        let accepts = step.accept && hooks.carrier().lets_business_decline();
        let asks = accepts || hooks.carrier().asks_before_connecting();
        forward.whisper_url = (step.whisper.is_some() || accepts).then(|| hooks.url_of_whisper(turn, asks));
        forward.accept_key = accepts.then_some(ACCEPT_KEY);
        self.document.push(Verb::Forward(forward));
        Taken::Waits
    }

    /// Rings the next number, if several are rung in turn and there is one, or goes on by the outcome.
    pub(super) fn after_dial(&mut self, turn: &Turn, status: DialStatus, connected: bool) -> Turn {
        let Some(Step::Forward(step)) = self.step_of(turn) else { return self.after_unknown_dial(turn, connected) };
        let (outcome, next) = outcome_of(step, status, connected);
        self.came_through(turn, Some(outcome.to_owned()));
        let next_try = turn.again();
        if !connected {
            self.rings_others = self.cut_off(step, turn);
            if !self.rings_others.is_empty() || !self.rung_at(step, &next_try).is_empty() {
                return self.run(next_try);
            }
        }
        match next {
            Some(next) => self.run(turn.then(next)),
            None => self.after_unknown_dial(turn, connected),
        }
    }

    /// Returns the numbers that one try of a step rings; none after the last try. A carrier that rings one at a time is told of
    /// the next when the one before has not answered.
    fn rung_at(&self, step: &Forward, turn: &Turn) -> Vec<Callee> {
        let one_by_one = step.strategy == Strategy::Simultaneous && !self.context.hooks.carrier().rings_several();
        let strategy = if one_by_one { Strategy::Sequential } else { step.strategy };
        rung_at(step, strategy, turn, self.context.facts)
    }

    /// Returns the numbers whose ringing was cut off because somebody answered another of them who then would not take the call:
    /// carriers let all others go when the first is picked up, and a mailbox picks up quickest.
    fn cut_off(&self, step: &Forward, turn: &Turn) -> Vec<Callee> {
        let is_last = usize::from(turn.attempt) >= step.to.len();
        let settled =
            self.settled.get(&turn.to_string()).filter(|_| step.strategy == Strategy::Simultaneous && !is_last);
        let Some(settled) = settled else { return Vec::new() };
        // Of an address without a number carriers do not tell how its leg ended: it rings again.
        let is_settled = |callee: &Callee| callee.number().is_some_and(|number| settled.contains(&number));
        let mut others: Vec<_> =
            step.to.iter().map(|one| &one.number).filter(|callee| !is_settled(callee)).cloned().collect();
        if others.len() == step.to.len() {
            others.clear();
        }
        others
    }

    fn after_unknown_dial(&mut self, turn: &Turn, connected: bool) -> Turn {
        self.document = fail_open::after_dial(connected, self.context.hooks, &self.speaker_at(turn));
        turn.clone()
    }

    /// Tells the business what the call is about, and lets it take the call or not.
    pub(super) fn whisper(&mut self, turn: &Turn) -> Turn {
        if let Some(Step::Forward(step)) = self.step_of(turn) {
            self.document = self.whispered(step, turn);
        }
        turn.clone()
    }

    fn whispered(&self, step: &Forward, turn: &Turn) -> Document {
        let speaker = step.speaker().or(&self.speaker_at(turn));
        let (fixed, is_translated) = speaker.words();
        // English words stand in for those that are not translated, and are said as such where nothing else is.
        let speaker = if is_translated || step.whisper.is_some() { speaker } else { Speaker::default() };
        let words = step.whisper.as_ref().map_or(fixed.call_from, |words| words.as_str());
        let words = filled(words, self.context.facts, &speaker);
        let hooks = self.context.hooks;
        if !step.accept || !hooks.carrier().lets_business_decline() {
            let mut document = Document::from([Verb::Hear(speaker.say(words.as_str()))]);
            if hooks.carrier().asks_before_connecting() {
                document.push(Verb::Redirect { url: hooks.url_of_taking(turn) });
            }
            return document;
        }
        let gather = Gather {
            who: Party::Business,
            prompt: Some(speaker.say(&format!("{words} {}", fixed.press_one))),
            wait_seconds: ACCEPT_SECONDS,
            action: hooks.url_of_turn(Hook::Accept, turn),
        };
        Document::from([Verb::Gather(gather), Verb::Hangup])
    }

    /// Connects whoever pressed the key. An empty document does: the whisper is over.
    pub(super) fn after_whisper(&mut self, turn: &Turn, digits: Option<&str>) -> Turn {
        if digits != Some(ACCEPT_KEY) {
            self.document = Document::from([Verb::Hangup]);
        }
        turn.clone()
    }
}

fn outcome_of(step: &Forward, status: DialStatus, connected: bool) -> (&'static str, Option<&StepId>) {
    let next = &step.next;
    let (outcome, step) = match status {
        _ if connected => ("answered", &next.answered),
        DialStatus::Busy => ("busy", &next.busy),
        DialStatus::Failed => ("failed", &next.failed),
        DialStatus::Canceled => ("canceled", &next.canceled),
        // Somebody answered and would not take the call, or was not given it: to the caller nobody answered.
        DialStatus::NoAnswer | DialStatus::Answered | DialStatus::Completed => ("no_answer", &next.no_answer),
    };
    (outcome, step.as_ref())
}

/// Returns the numbers that one try of a step rings; none after the last try.
fn rung_at(step: &Forward, strategy: Strategy, turn: &Turn, facts: &Facts) -> Vec<Callee> {
    let attempt = usize::from(turn.attempt);
    if strategy == Strategy::Simultaneous {
        return if attempt == 0 { step.to.iter().map(|one| one.number.clone()).collect() } else { Vec::new() };
    }
    let first = first_of(step, &turn.step, facts);
    let order = match strategy {
        // The others follow as they stand, beginning with the one behind.
        Strategy::RoundRobin | Strategy::Sticky | Strategy::Sequential => {
            step.to.iter().cycle().skip(first).take(step.to.len()).collect::<Vec<_>>()
        }
        Strategy::Weighted | Strategy::Simultaneous => {
            let others = step.to.iter().enumerate().filter(|(place, _)| *place != first).map(|(_, one)| one);
            step.to.get(first).into_iter().chain(others).collect()
        }
    };
    order.get(attempt).map(|one| one.number.clone()).into_iter().collect()
}

/// Returns the place of the number that is rung first.
fn first_of(step: &Forward, id: &StepId, facts: &Facts) -> usize {
    let count = step.to.len().max(1);
    let in_turn = usize::try_from(facts.calls_before).unwrap_or(0) % count;
    match step.strategy {
        Strategy::Simultaneous | Strategy::Sequential => 0,
        Strategy::RoundRobin => in_turn,
        Strategy::Sticky => {
            let known = |one: &Destination| facts.spoke_with.is_some() && one.number.number() == facts.spoke_with;
            step.to.iter().position(known).unwrap_or(in_turn)
        }
        Strategy::Weighted => drawn_by_weight(&step.to, facts.drawn_for(id)),
    }
}

fn drawn_by_weight(to: &[Destination], drawn: u32) -> usize {
    let total: u32 = to.iter().map(|one| u32::from(one.weight)).sum();
    let mut left = drawn % total.max(1);
    for (place, one) in to.iter().enumerate() {
        match left.checked_sub(u32::from(one.weight)) {
            Some(rest) => left = rest,
            None => return place,
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;

    use super::*;

    #[test]
    fn who_is_rung_when() {
        let cases = [
            ("simultaneous", Facts::default(), vec!["123", ""]),
            ("sequential", Facts { calls_before: 1, ..Facts::default() }, vec!["1", "2", "3", ""]),
            ("round_robin", Facts { calls_before: 3, ..Facts::default() }, vec!["1", "2", "3", ""]),
            ("round_robin", Facts { calls_before: 5, ..Facts::default() }, vec!["3", "1", "2", ""]),
            ("sticky", Facts { spoke_with: Some(number("2")), ..Facts::default() }, vec!["2", "3", "1", ""]),
            ("sticky", Facts { spoke_with: Some(number("9")), calls_before: 2, ..Facts::default() }, vec!["3", "1"]),
        ];
        for (strategy, facts, expected) in cases {
            check(strategy, &facts, &expected);
        }
    }

    fn check(strategy: &str, facts: &Facts, expected: &[&str]) {
        let step = step(strategy, [1, 1, 1]);
        for (attempt, expected) in expected.iter().enumerate() {
            let turn = Turn { attempt: attempt.try_into().unwrap(), ..Turn::new(1, "office".parse().unwrap()) };
            let rung = rung_at(&step, step.strategy, &turn, facts);
            let expected: Vec<Callee> = expected.chars().map(|last| number(&last.to_string()).into()).collect();
            assert_eq!(rung, expected, "{strategy}, try {attempt}");
        }
    }

    #[test]
    fn weights_share_the_calls_out() {
        let step = step("weighted", [1, 0, 3]);
        let id = "office".parse().unwrap();
        let mut first = [0, 0, 0];
        for chance in 0..10_000 {
            first[first_of(&step, &id, &Facts { chance, ..Facts::default() })] += 1;
        }
        assert!((2_300..2_700).contains(&first[0]) && first[1] == 0, "{first:?}");
        let nobody =
            Forward { to: step.to.iter().map(|one| Destination { weight: 0, ..one.clone() }).collect(), ..step };
        assert_eq!(first_of(&nobody, &id, &Facts::default()), 0);
    }

    fn step(strategy: &str, weights: [u16; 3]) -> Forward {
        let to: Vec<_> = weights
            .iter()
            .zip(["1", "2", "3"])
            .map(|(weight, last)| format!(r#"{{"number": "{}", "weight": {weight}}}"#, number(last)))
            .collect();
        serde_json::from_str(&format!(r#"{{"to": [{}], "strategy": "{strategy}"}}"#, to.join(","))).unwrap()
    }

    fn number(last: &str) -> E164 {
        E164::parse(&format!("+1312555019{last}")).unwrap()
    }
}
