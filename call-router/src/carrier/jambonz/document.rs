//! Writes a document as a list of jambonz verbs.

use dni_core::phone::Callee;
use serde_json::{Value, json};

use crate::{
    carrier::json::with_some,
    document::{Document, ForwardVerb, Gather, Prompt, RejectReason, Speaker, Verb},
    text::Text,
};

/// Writes a document as a list of jambonz verbs.
///
/// jambonz has no verb that takes a message or records without a media server of the owner's: [`Verb::Record`] is left
/// out, and what follows is what the flow does if nothing was said.
pub(super) fn render(document: &Document) -> String {
    document.verbs().iter().filter_map(of_verb).collect::<Value>().to_string()
}

fn of_verb(verb: &Verb) -> Option<Value> {
    Some(match verb {
        Verb::Hear(prompt) => named(prompt),
        Verb::Gather(gather) => of_gather(gather),
        Verb::Pause { seconds } => json!({"verb": "pause", "length": seconds}),
        Verb::Forward(forward) => of_forward(forward),
        Verb::Record(_) => return None,
        Verb::Redirect { url } => json!({"verb": "redirect", "actionHook": url}),
        Verb::Hangup => json!({"verb": "hangup"}),
        Verb::Reject { reason: RejectReason::Busy } => {
            json!({"verb": "sip:decline", "status": 486, "reason": "Busy Here"})
        }
        Verb::Reject { reason: RejectReason::Rejected } => {
            json!({"verb": "sip:decline", "status": 603, "reason": "Decline"})
        }
    })
}

fn named(prompt: &Prompt) -> Value {
    with_some(of_prompt(prompt), "verb", Some(word(prompt)))
}

const fn word(prompt: &Prompt) -> &'static str {
    match prompt {
        Prompt::Say { .. } => "say",
        Prompt::Play { .. } => "play",
    }
}

fn of_prompt(prompt: &Prompt) -> Value {
    match prompt {
        Prompt::Say { text, speaker } => {
            let said = json!({"text": text.as_str()});
            let synthesizer = (*speaker != Speaker::default()).then(|| {
                let vendor = json!({"vendor": "default"});
                let spoken = with_some(vendor, "language", speaker.language.as_ref().map(Text::as_str));
                with_some(spoken, "voice", speaker.voice.as_ref().map(Text::as_str))
            });
            with_some(said, "synthesizer", synthesizer)
        }
        Prompt::Play { url } => json!({"url": url}),
    }
}

fn of_gather(gather: &Gather) -> Value {
    let verb = json!({
        "verb": "gather",
        "input": ["digits"],
        "numDigits": 1,
        "dtmfBargein": true,
        "timeout": gather.wait_seconds,
        "actionHook": gather.action,
    });
    let prompt = gather.prompt.as_ref();
    with_some(verb, prompt.map_or("say", word), prompt.map(of_prompt))
}

fn of_forward(forward: &ForwardVerb) -> Value {
    let targets: Vec<_> = forward.to().iter().map(of_callee).collect();
    let verb = json!({
        "verb": "dial",
        "target": targets,
        // The caller hears the business's own ringing, and the call counts as answered only when the business answers.
        "answerOnBridge": true,
        "timeout": forward.ring_seconds,
        "timeLimit": forward.max_seconds,
        "actionHook": forward.action,
    });
    let verb = with_some(verb, "callerId", forward.caller_id.map(|number| number.to_string()));
    with_some(verb, "confirmHook", forward.whisper_url.as_deref())
}

/// A `dial` has no word for keys behind a number: the number alone is rung.
fn of_callee(callee: &Callee) -> Value {
    match callee {
        Callee::Number(number, _) => json!({"type": "phone", "number": number.as_str()}),
        Callee::Sip(address) => json!({"type": "sip", "sipUri": address.as_str()}),
    }
}

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;

    use super::*;
    use crate::document::{Party, Record};

    #[test]
    fn every_verb() {
        let number = |text| E164::parse(text).unwrap();
        let numbers = [number("+13125550199"), number("+13125550198")];
        let mut forward = ForwardVerb::new(&numbers, 25, "https://h/dial".to_owned(), "https://h/leg".to_owned());
        forward.caller_id = Some(number("+13125550142"));
        forward.whisper_url = Some("https://h/whisper".to_owned());
        let gather = Gather {
            who: Party::Caller,
            prompt: Some(Prompt::Play { url: "https://h/a.mp3".to_owned() }),
            wait_seconds: 5,
            action: "https://h/g".to_owned(),
        };
        let message =
            Record { max_seconds: 120, action: "https://h/r".to_owned(), recording_url: "https://h/c".to_owned() };
        let spanish = Verb::Hear(Speaker { language: Some("es-US".into()), voice: None }.say("Hola"));
        let cases = [
            (Verb::say("Hi"), json!([{"verb": "say", "text": "Hi"}])),
            (
                spanish,
                json!([{"verb": "say", "text": "Hola", "synthesizer": {"vendor": "default", "language": "es-US"}}]),
            ),
            (
                Verb::Gather(gather),
                json!([{"verb": "gather", "input": ["digits"], "numDigits": 1, "dtmfBargein": true, "timeout": 5,
                    "actionHook": "https://h/g", "play": {"url": "https://h/a.mp3"}}]),
            ),
            (
                Verb::Forward(forward),
                json!([{"verb": "dial", "answerOnBridge": true, "timeout": 25, "timeLimit": 14400,
                    "actionHook": "https://h/dial", "callerId": "+13125550142", "confirmHook": "https://h/whisper",
                    "target": [{"type": "phone", "number": "+13125550199"}, {"type": "phone", "number": "+13125550198"}]}]),
            ),
            (Verb::Record(message), json!([])),
            (Verb::Pause { seconds: 2 }, json!([{"verb": "pause", "length": 2}])),
            (
                Verb::Redirect { url: "https://h/n".to_owned() },
                json!([{"verb": "redirect", "actionHook": "https://h/n"}]),
            ),
            (Verb::Hangup, json!([{"verb": "hangup"}])),
            (
                Verb::Reject { reason: RejectReason::Busy },
                json!([{"verb": "sip:decline", "status": 486, "reason": "Busy Here"}]),
            ),
            (
                Verb::Reject { reason: RejectReason::Rejected },
                json!([{"verb": "sip:decline", "status": 603, "reason": "Decline"}]),
            ),
        ];
        for (verb, expected) in cases {
            let written: Value = serde_json::from_str(&render(&Document::from([verb]))).unwrap();
            assert_eq!(written, expected);
        }
    }
}
