//! Carries a call through its flow, one document at a time.

use dni_core::phone::E164;
use serde::{Deserialize, Serialize};

use super::{Flow, Forward, Greeting, Reject, Step, StepId, Turn, Voicemail};
use crate::{
    carrier::{Hook, Hooks},
    document::{self, Document, MAX_LANGUAGE, MAX_SAY, MAX_VERBS, RejectReason, Verb},
    event::{CallEvent, Caller, DialStatus, EventKind},
    fail_open,
    text::Text,
};

/// Most steps of one call. No honest flow comes near; one that goes round in circles ends here.
pub const MAX_TURNS: u16 = 50;
/// Most texts said before something happens: a document's verbs less the two that a voicemail needs after them, and one
/// for its own text. A caller who has heard so much wants to be connected, so what is left is not said.
const MAX_GREETINGS: usize = MAX_VERBS - 3;

/// Where a call is in its flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The flow's version, the same for the whole call.
    pub version: u32,
    /// The last step that was entered.
    pub turn: Turn,
}

/// What a flow has to answer to. Each names the turn it answers, so that the same webhook sent again gets the same
/// document, however far the call has come since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A call came in.
    Start,
    /// A forward step ended.
    DialResult {
        /// Which.
        turn: Turn,
        /// How the leg ended.
        status: DialStatus,
        /// Says whether caller and business were connected.
        connected: bool,
    },
    /// A voicemail step ended.
    Recorded {
        /// Which.
        turn: Turn,
        /// Says whether there is a message.
        message: bool,
    },
}

impl Input {
    /// Reads the input out of an event; `None` if it asks nothing of the flow, or belongs to a fail-open document.
    pub fn from_event(event: &CallEvent) -> Option<Self> {
        match &event.kind {
            EventKind::Incoming(_) => Some(Self::Start),
            EventKind::DialResult(dial) => {
                Some(Self::DialResult { turn: event.turn.clone()?, status: dial.status, connected: dial.connected() })
            }
            EventKind::RecordResult { recording, .. } => {
                Some(Self::Recorded { turn: event.turn.clone()?, message: recording.is_some() })
            }
            EventKind::CallStatus { .. } | EventKind::LegStatus { .. } | EventKind::Recording { .. } => None,
        }
    }
}

/// What a flow has to know of the call.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Makes the URLs of the documents.
    pub hooks: &'a Hooks,
    /// The tracking number dialled.
    pub number: Option<E164>,
    /// Who calls.
    pub caller: Option<&'a Caller>,
}

impl Flow {
    /// Answers one input with the next document, and says how far the call is then.
    ///
    /// The document depends on flow, input and context alone. `progress` only ever moves forward: an input that comes
    /// again, or late, leaves it where it is. Whatever is wrong with the flow, the caller is never left in silence.
    pub fn answer(&self, progress: Option<&Progress>, input: &Input, context: &Context) -> (Progress, Document) {
        let (turn, document) = self.enter(input, context);
        let reached = Progress { version: self.version, turn };
        let progress = progress.filter(|before| before.turn >= reached.turn).cloned().unwrap_or(reached);
        (progress, document)
    }

    /// Finds the step that follows the input and runs from there.
    fn enter(&self, input: &Input, context: &Context) -> (Turn, Document) {
        match input {
            Input::Start => self.run(Turn { number: 1, step: self.start.clone() }, context),
            Input::DialResult { turn, status, connected } => match self.after_dial(turn, *status, *connected) {
                Some(step) => self.run(following(turn, step), context),
                None => (turn.clone(), fail_open::after_dial(*connected, context.hooks)),
            },
            Input::Recorded { turn, message } => match self.after_record(turn, *message) {
                Some(step) => self.run(following(turn, step), context),
                None => (turn.clone(), fail_open::after_record()),
            },
        }
    }

    fn after_dial(&self, turn: &Turn, status: DialStatus, connected: bool) -> Option<&StepId> {
        let Some(Step::Forward(Forward { next, .. })) = self.steps.get(&turn.step) else { return None };
        let following = match status {
            _ if connected => &next.answered,
            DialStatus::Busy => &next.busy,
            DialStatus::Failed => &next.failed,
            DialStatus::Canceled => &next.canceled,
            // Somebody answered and would not take the call, or was not given it: to the caller nobody answered.
            DialStatus::NoAnswer | DialStatus::Answered | DialStatus::Completed => &next.no_answer,
        };
        following.as_ref()
    }

    fn after_record(&self, turn: &Turn, message: bool) -> Option<&StepId> {
        let Some(Step::Voicemail(Voicemail { next, .. })) = self.steps.get(&turn.step) else { return None };
        if message { next.recorded.as_ref() } else { next.nothing.as_ref() }
    }

    /// Runs steps until one has to wait for the carrier or ends the call.
    fn run(&self, mut turn: Turn, context: &Context) -> (Turn, Document) {
        let mut document = Document::default();
        while turn.number <= MAX_TURNS {
            match self.steps.get(&turn.step) {
                Some(Step::Greeting(greeting)) => {
                    say(&mut document, greeting);
                    let Some(next) = &greeting.next.done else {
                        document.push(Verb::Hangup);
                        return (turn, document);
                    };
                    turn = following(&turn, next);
                }
                Some(Step::Forward(step)) => {
                    document.push(Verb::Forward(forward(step, &turn, context)));
                    return (turn, document);
                }
                Some(Step::Voicemail(step)) => {
                    take_message(&mut document, step, &turn, context.hooks);
                    return (turn, document);
                }
                Some(Step::Hangup(_)) => {
                    document.push(Verb::Hangup);
                    return (turn, document);
                }
                Some(Step::Reject(step)) => {
                    document.push(reject(*step, turn.number));
                    return (turn, document);
                }
                None => break,
            }
        }
        (turn, fail_open::nothing_known())
    }
}

fn following(turn: &Turn, step: &StepId) -> Turn {
    Turn { number: turn.number.saturating_add(1), step: step.clone() }
}

fn say(document: &mut Document, Greeting { say, language, .. }: &Greeting) {
    if document.verbs().len() < MAX_GREETINGS {
        document.push(spoken(say, language.as_ref()));
    }
}

fn spoken(text: &Text<MAX_SAY>, language: Option<&Text<MAX_LANGUAGE>>) -> Verb {
    Verb::Say { text: text.clone(), language: language.cloned() }
}

fn forward(step: &Forward, turn: &Turn, context: &Context) -> document::Forward {
    let action = context.hooks.url_of_turn(Hook::Dial, turn);
    let mut forward = document::Forward::new(&[step.to], step.ring_seconds, action, context.hooks.url(Hook::Leg));
    forward.caller_id = step.caller_id.or_else(|| stand_in(context));
    forward
}

/// Shows the tracking number where the caller's own address is none the telephone network could show: carriers refuse
/// to dial with such a caller id.
fn stand_in(context: &Context) -> Option<E164> {
    match context.caller {
        Some(Caller::Number(_)) => None,
        Some(Caller::Withheld | Caller::Other(_)) | None => context.number,
    }
}

fn take_message(document: &mut Document, step: &Voicemail, turn: &Turn, hooks: &Hooks) {
    let action = hooks.url_of_turn(Hook::Record, turn);
    document.push(spoken(&step.say, step.language.as_ref()));
    document.push(Verb::Record(document::Record {
        max_seconds: step.max_seconds,
        action: action.clone(),
        recording_url: hooks.url(Hook::Recording),
    }));
    // Reached only if nothing was said: the carrier does not call the action then.
    document.push(Verb::Redirect { url: action });
}

/// Refuses a call that nothing was done with yet; one that was answered can only be ended.
fn reject(step: Reject, turn: u16) -> Verb {
    let reason = if step.busy { RejectReason::Busy } else { RejectReason::Rejected };
    if turn == 1 { Verb::Reject { reason } } else { Verb::Hangup }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::carrier::{Carrier, twilio};

    const BASE: &str = "https://calls.example.com/carrier/twilio";

    #[test]
    fn a_call_through_the_whole_flow() {
        let flow = office();
        let forward = format!(
            r#"<Say>Hello.</Say><Dial answerOnBridge="true" timeout="25" timeLimit="14400" action="{BASE}/dial?step=office&amp;turn=2""#
        );
        let message = format!(
            r#"<Say>Leave a message.</Say><Record action="{BASE}/record?step=message&amp;turn=3" maxLength="120""#
        );
        let redirect = format!("<Redirect>{BASE}/record?step=message&amp;turn=3</Redirect>");
        let hang_up = "<Response><Hangup/></Response>";
        let cases = [
            (Input::Start, "2.office", forward.as_str()),
            (dialled("office", 2, DialStatus::Completed, true), "3.end", hang_up),
            (dialled("office", 2, DialStatus::NoAnswer, false), "3.message", &message),
            (dialled("office", 2, DialStatus::NoAnswer, false), "3.message", &redirect),
            (dialled("office", 2, DialStatus::Busy, false), "4.message", "<Say>The line is busy.</Say>"),
            (dialled("office", 2, DialStatus::Failed, false), "3.message", &message),
            (dialled("office", 2, DialStatus::Canceled, false), "3.message", &message),
            // Answered by somebody who would not take the call.
            (dialled("office", 2, DialStatus::Completed, false), "3.message", &message),
            (recorded("message", 3, true), "4.end", hang_up),
            (recorded("message", 3, false), "4.end", hang_up),
        ];
        for (input, turn, expected) in cases {
            let (progress, document) = flow.answer(None, &input, &context(&hooks(), None));
            let xml = twilio::render(&document);
            assert!(xml.contains(expected), "{input:?}: {xml}");
            assert_eq!((progress.version, progress.turn.to_string()), (7, turn.to_owned()), "{input:?}");
        }
    }

    #[test]
    fn the_same_webhook_gets_the_same_document_later() {
        let (flow, hooks) = (office(), hooks());
        let context = context(&hooks, None);
        let inputs = [Input::Start, dialled("office", 2, DialStatus::Busy, false), recorded("message", 4, true)];
        let mut progress = None;
        let mut first = Vec::new();
        for input in &inputs {
            let (reached, document) = flow.answer(progress.as_ref(), input, &context);
            progress = Some(reached);
            first.push(document);
        }
        for (input, document) in inputs.iter().zip(first) {
            let (reached, again) = flow.answer(progress.as_ref(), input, &context);
            assert_eq!(again, document);
            assert_eq!(Some(reached), progress, "a webhook that comes again moves nothing");
        }
    }

    #[test]
    fn what_the_owner_forgot_is_never_silence() {
        let flow = flow(
            r#"{"version": 7, "start": "hello", "steps": {
                "hello": {"type": "greeting", "say": "Hello."},
                "office": {"type": "forward", "to": "+13125550199"},
                "message": {"type": "voicemail", "say": "Leave a message."},
                "lost": {"type": "greeting", "say": "Hello.", "next": {"done": "nowhere"}}}}"#,
        );
        let cases = [
            (Input::Start, "<Say>Hello.</Say><Hangup/>"),
            (dialled("office", 1, DialStatus::Busy, false), "<Record "),
            (dialled("office", 1, DialStatus::Completed, true), "<Response><Hangup/>"),
            (dialled("gone", 1, DialStatus::NoAnswer, false), "<Record "),
            (recorded("message", 1, true), "<Say>Thank you. Goodbye.</Say>"),
            (recorded("gone", 1, false), "<Say>Thank you. Goodbye.</Say>"),
        ];
        for (input, expected) in cases {
            check(&flow, &input, None, expected);
        }
        let lost = Flow { start: "lost".parse().unwrap(), ..flow.clone() };
        check(&lost, &Input::Start, None, "<Say>Sorry, we cannot take your call right now.");
        let gone = Flow { start: "gone".parse().unwrap(), ..flow };
        check(&gone, &Input::Start, None, "<Say>Sorry, we cannot take your call right now.");
    }

    #[test]
    fn circles_end() {
        let circle = flow(
            r#"{"version": 1, "start": "a", "steps": {
                "a": {"type": "greeting", "say": "A", "next": {"done": "b"}},
                "b": {"type": "greeting", "say": "B", "next": {"done": "a"}}}}"#,
        );
        check(&circle, &Input::Start, None, "<Say>Sorry, we cannot take your call right now.");
        let again = flow(
            r#"{"version": 1, "start": "office", "steps": {
                "office": {"type": "forward", "to": "+13125550199", "next": {"no_answer": "office"}}}}"#,
        );
        check(&again, &dialled("office", MAX_TURNS - 1, DialStatus::NoAnswer, false), None, "<Dial ");
        check(&again, &dialled("office", MAX_TURNS, DialStatus::NoAnswer, false), None, "<Say>Sorry");
        check(&again, &dialled("office", u16::MAX, DialStatus::NoAnswer, false), None, "<Say>Sorry");
    }

    #[test]
    fn a_long_speech_still_connects() {
        let greeting = |turn: u32| {
            let next = if turn == 20 { "message".to_owned() } else { format!("s{}", turn + 1) };
            format!(r#""s{turn}": {{"type": "greeting", "say": "S{turn}", "next": {{"done": "{next}"}}}},"#)
        };
        let steps: String = (1..=20).map(greeting).collect::<Vec<_>>().concat();
        let message = r#""message": {"type": "voicemail", "say": "Leave a message."}"#;
        let flow = flow(&format!(r#"{{"version": 1, "start": "s1", "steps": {{{steps} {message}}}}}"#));
        check(&flow, &Input::Start, None, "<Say>S5</Say><Say>Leave a message.</Say><Record ");
        check(&flow, &Input::Start, None, "</Redirect></Response>");
    }

    #[test]
    fn the_business_sees_a_number_that_exists() {
        let (plain, set) = (
            office(),
            flow(
                r#"{"version": 1, "start": "office", "steps": {
                "office": {"type": "forward", "to": "+13125550199", "caller_id": "+13125550177"}}}"#,
            ),
        );
        let number = Caller::Number(E164::parse("+13125550123").unwrap());
        let tracking = r#"callerId="+13125550142""#;
        check(&plain, &Input::Start, Some(&Caller::Withheld), tracking);
        check(&plain, &Input::Start, Some(&Caller::Other("sip:alice@example.com".into())), tracking);
        check(&plain, &Input::Start, Some(&number), r#"dial?step=office&amp;turn=2"><Number"#);
        check(&set, &Input::Start, Some(&number), r#"callerId="+13125550177""#);
    }

    #[test]
    fn refusing_is_for_calls_not_answered_yet() {
        let first = flow(r#"{"version": 1, "start": "no", "steps": {"no": {"type": "reject", "busy": true}}}"#);
        check(&first, &Input::Start, None, r#"<Reject reason="busy"/>"#);
        let later = flow(
            r#"{"version": 1, "start": "a", "steps": {
                "a": {"type": "greeting", "say": "A", "next": {"done": "no"}}, "no": {"type": "reject"}}}"#,
        );
        check(&later, &Input::Start, None, "<Say>A</Say><Hangup/>");
    }

    #[test]
    fn which_events_ask_something() {
        let body = b"CallSid=CA1&CallStatus=completed&DialCallStatus=busy&RecordingSid=RE1&RecordingStatus=completed";
        let input = |hook, query| {
            let event = twilio::read(hook, query, body, dni_core::time::Millis::default()).unwrap();
            Input::from_event(&event)
        };
        assert_eq!(input(Hook::Voice, ""), Some(Input::Start));
        assert_eq!(input(Hook::Dial, "step=a&turn=2"), Some(dialled("a", 2, DialStatus::Busy, false)));
        assert_eq!(input(Hook::Record, "step=a&turn=2"), Some(recorded("a", 2, true)));
        assert_eq!(input(Hook::Dial, "fail_open=1"), None);
        assert_eq!(input(Hook::Record, "fail_open=1"), None);
        assert_eq!(input(Hook::Status, ""), None);
        assert_eq!(input(Hook::Recording, ""), None);
    }

    proptest! {
        /// Whatever the flow, every answer ends the call, refuses it, or hands it on.
        #[test]
        fn no_answer_leaves_the_caller_hanging(
            kinds in proptest::collection::vec((0..5_u8, 0..8_usize), 1..8), from in 0..8_usize, number in any::<u16>(), connected: bool
        ) {
            let name = |index: usize| format!("s{index}");
            let steps: Vec<_> = kinds.iter().enumerate().map(|(index, (kind, next))| {
                let next = name(*next);
                let step = match kind {
                    0 => format!(r#"{{"type": "greeting", "say": "Hi", "next": {{"done": "{next}"}}}}"#),
                    1 => format!(r#"{{"type": "forward", "to": "+13125550199", "next": {{"no_answer": "{next}"}}}}"#),
                    2 => format!(r#"{{"type": "voicemail", "say": "Hi", "next": {{"nothing": "{next}"}}}}"#),
                    3 => r#"{"type": "hangup"}"#.to_owned(),
                    _ => r#"{"type": "reject"}"#.to_owned(),
                };
                format!(r#""{}": {step}"#, name(index))
            }).collect();
            let flow = flow(&format!(r#"{{"version": 1, "start": "s0", "steps": {{{}}}}}"#, steps.join(",")));
            let inputs = [Input::Start, dialled(&name(from), number, DialStatus::NoAnswer, connected), recorded(&name(from), number, false)];
            for input in inputs {
                let (_, document) = flow.answer(None, &input, &context(&hooks(), None));
                let ends = matches!(
                    document.verbs().last(),
                    Some(Verb::Hangup | Verb::Reject { .. } | Verb::Forward(_) | Verb::Redirect { .. })
                );
                prop_assert!(ends, "{:?}", document);
            }
        }
    }

    fn check(flow: &Flow, input: &Input, caller: Option<&Caller>, expected: &str) {
        let (_, document) = flow.answer(None, input, &context(&hooks(), caller));
        let xml = twilio::render(&document);
        assert!(xml.contains(expected), "{input:?}: {xml}");
    }

    fn office() -> Flow {
        flow(
            r#"{"version": 7, "start": "hello", "steps": {
                "hello": {"type": "greeting", "say": "Hello.", "next": {"done": "office"}},
                "office": {"type": "forward", "to": "+13125550199", "ring_seconds": 25, "next": {"no_answer": "message",
                    "busy": "busy", "failed": "message", "canceled": "message", "answered": "end"}},
                "busy": {"type": "greeting", "say": "The line is busy.", "next": {"done": "message"}},
                "message": {"type": "voicemail", "say": "Leave a message.", "next": {"recorded": "end", "nothing": "end"}},
                "end": {"type": "hangup"}}}"#,
        )
    }

    fn flow(json: &str) -> Flow {
        serde_json::from_str(json).unwrap()
    }

    fn dialled(step: &str, number: u16, status: DialStatus, connected: bool) -> Input {
        Input::DialResult { turn: Turn { number, step: step.parse().unwrap() }, status, connected }
    }

    fn recorded(step: &str, number: u16, message: bool) -> Input {
        Input::Recorded { turn: Turn { number, step: step.parse().unwrap() }, message }
    }

    fn hooks() -> Hooks {
        Hooks::new(Carrier::Twilio, "https://calls.example.com").unwrap()
    }

    fn context<'a>(hooks: &'a Hooks, caller: Option<&'a Caller>) -> Context<'a> {
        Context { hooks, number: E164::parse("+13125550142").ok(), caller }
    }
}
