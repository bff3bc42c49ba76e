//! Writes a document as an NCCO.

use dni_core::phone::Callee;
use serde_json::{Value, json};

use crate::{
    carrier::json::with_some,
    document::{Document, ForwardVerb, Gather, Party, Prompt, Record, Verb},
    text::Text,
};

/// Longest wait for a key, in seconds.
const MAX_WAIT_SECONDS: u16 = 10;
/// The shortest and the longest message, in seconds.
const MESSAGE_SECONDS: (u16, u16) = (3, 7_200);
/// The shortest and the longest conversation, in seconds.
const MAX_SECONDS: (u32, u32) = (1, 7_200);
/// The silence that ends a message, in seconds; 3 to 10 are allowed.
const SILENCE_SECONDS: u8 = 5;

/// Writes a document as an NCCO: a list of actions, after the last of which the call ends.
///
/// An NCCO cannot refuse a call, nor let go whoever answered it: [`Verb::Reject`] and [`Verb::Hangup`] end the list.
pub(super) fn render(document: &Document) -> String {
    let mut actions = Vec::new();
    for verb in document.verbs() {
        match verb {
            Verb::Hear(prompt) => actions.push(of_prompt(prompt, false)),
            Verb::Gather(gather) => of_gather(&mut actions, gather),
            Verb::Pause { seconds } => actions.push(json!({"action": "wait", "timeout": seconds})),
            Verb::Forward(forward) => of_forward(&mut actions, forward),
            Verb::Record(record) => actions.push(of_record(record)),
            Verb::Redirect { url } => actions.push(ask(url)),
            Verb::Hangup | Verb::Reject { .. } => break,
        }
    }
    Value::from(actions).to_string()
}

fn of_prompt(prompt: &Prompt, can_be_cut_short: bool) -> Value {
    match prompt {
        Prompt::Say { text, speaker } => {
            let talk = json!({"action": "talk", "text": text.as_str(), "bargeIn": can_be_cut_short});
            let talk = with_some(talk, "language", speaker.language.as_ref().map(Text::as_str));
            // A voice of Vonage's is a style of its language, by a number.
            let style = speaker.voice.as_ref().and_then(|voice| voice.as_str().parse::<u8>().ok());
            with_some(talk, "style", style)
        }
        Prompt::Play { url } => json!({"action": "stream", "streamUrl": [url], "bargeIn": can_be_cut_short}),
    }
}

fn of_gather(actions: &mut Vec<Value>, gather: &Gather) {
    let of_caller = gather.who == Party::Caller;
    actions.extend(gather.prompt.as_ref().map(|prompt| of_prompt(prompt, of_caller)));
    if of_caller {
        actions.push(json!({
            "action": "input",
            "type": ["dtmf"],
            "dtmf": {"maxDigits": 1, "timeOut": gather.wait_seconds.min(MAX_WAIT_SECONDS), "submitOnHash": false},
            "eventUrl": [gather.action],
            "eventMethod": "POST",
        }));
    }
}

/// Connects the first number: an NCCO connects to one at a time.
fn of_forward(actions: &mut Vec<Value>, forward: &ForwardVerb) {
    if let Some(url) = &forward.recording_url {
        let split = json!({"action": "record", "eventUrl": [url], "eventMethod": "POST", "split": "conversation", "channels": 2});
        actions.push(split);
    }
    let Some(callee) = forward.to().first() else { return };
    let (least, most) = MAX_SECONDS;
    let endpoint = of_callee(callee);
    // A SIP endpoint has no word for it.
    let whisper = forward.whisper_url.as_ref().filter(|_| !callee.is_sip()).map(|url| json!({"url": url}));
    let endpoint = with_some(endpoint, "onAnswer", whisper);
    let connect = json!({
        "action": "connect",
        "endpoint": [endpoint],
        "timeout": forward.ring_seconds,
        "limit": forward.max_seconds.clamp(least, most),
        // What the hook answers to an unhappy end takes the place of the rest.
        "eventType": "synchronous",
        "eventUrl": [forward.action],
        "eventMethod": "POST",
    });
    // Vonage shows only numbers of the account; where none is named it may choose.
    actions.push(match forward.caller_id {
        Some(number) => with_some(connect, "from", Some(number.digits())),
        None => with_some(connect, "randomFromNumber", Some(true)),
    });
}

fn of_callee(callee: &Callee) -> Value {
    match callee {
        Callee::Number(number, keys) => with_some(
            json!({"type": "phone", "number": number.digits()}),
            "dtmfAnswer",
            keys.as_ref().map(|keys| keys.with_half_seconds('p')),
        ),
        Callee::Sip(address) => json!({"type": "sip", "uri": address.as_str()}),
    }
}

/// Takes a message. The recording is told by itself; what follows the message is asked for by the next action.
fn of_record(record: &Record) -> Value {
    let (least, most) = MESSAGE_SECONDS;
    json!({
        "action": "record",
        "eventUrl": [record.recording_url],
        "eventMethod": "POST",
        "endOnSilence": SILENCE_SECONDS,
        "endOnKey": "#",
        "beepStart": true,
        "timeOut": record.max_seconds.clamp(least, most),
    })
}

/// Asks a URL what to do: an NCCO that is answered to a notification takes the place of the rest.
fn ask(url: &str) -> Value {
    json!({"action": "notify", "payload": {"asks": "next"}, "eventUrl": [url], "eventMethod": "POST"})
}

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;

    use super::*;

    #[test]
    fn every_verb() {
        let number = |text| E164::parse(text).unwrap();
        let numbers = [number("+13125550199"), number("+13125550198")];
        let mut forward = ForwardVerb::new(&numbers, 25, "https://h/dial".to_owned(), "https://h/leg".to_owned());
        forward.caller_id = Some(number("+13125550142"));
        forward.recording_url = Some("https://h/recording".to_owned());
        forward.whisper_url = Some("https://h/whisper".to_owned());
        let gather = |who| {
            let prompt = Some(Prompt::say("Press 1."));
            Verb::Gather(Gather { who, prompt, wait_seconds: 30, action: "https://h/g".to_owned() })
        };
        let message =
            Record { max_seconds: 120, action: "https://h/r".to_owned(), recording_url: "https://h/c".to_owned() };
        let cases = [
            (Verb::say("Hi"), json!([{"action": "talk", "text": "Hi", "bargeIn": false}])),
            (
                gather(Party::Caller),
                json!([
                    {"action": "talk", "text": "Press 1.", "bargeIn": true},
                    {"action": "input", "type": ["dtmf"], "dtmf": {"maxDigits": 1, "timeOut": 10, "submitOnHash": false},
                        "eventUrl": ["https://h/g"], "eventMethod": "POST"},
                ]),
            ),
            (gather(Party::Business), json!([{"action": "talk", "text": "Press 1.", "bargeIn": false}])),
            (
                Verb::Forward(forward),
                json!([
                    {"action": "record", "eventUrl": ["https://h/recording"], "eventMethod": "POST", "split": "conversation",
                        "channels": 2},
                    {"action": "connect", "timeout": 25, "limit": 7200, "from": "13125550142", "eventType": "synchronous",
                        "eventUrl": ["https://h/dial"], "eventMethod": "POST",
                        "endpoint": [{"type": "phone", "number": "13125550199", "onAnswer": {"url": "https://h/whisper"}}]},
                ]),
            ),
            (
                Verb::Record(message),
                json!([{"action": "record", "eventUrl": ["https://h/c"], "eventMethod": "POST", "endOnSilence": 5,
                    "endOnKey": "#", "beepStart": true, "timeOut": 120}]),
            ),
            (
                Verb::Redirect { url: "https://h/n".to_owned() },
                json!([{"action": "notify", "payload": {"asks": "next"}, "eventUrl": ["https://h/n"], "eventMethod": "POST"}]),
            ),
            (Verb::Pause { seconds: 2 }, json!([{"action": "wait", "timeout": 2}])),
            (Verb::Hangup, json!([])),
        ];
        for (verb, expected) in cases {
            let written: Value = serde_json::from_str(&render(&Document::from([verb]))).unwrap();
            assert_eq!(written, expected);
        }
        let ended = Document::from([Verb::Hangup, Verb::say("never")]);
        assert_eq!(render(&ended), "[]");
        let unnamed = ForwardVerb::new(&numbers, 25, "https://h/dial".to_owned(), "https://h/leg".to_owned());
        assert!(render(&Document::from([Verb::Forward(unnamed)])).contains(r#""randomFromNumber":true"#));
    }
}
