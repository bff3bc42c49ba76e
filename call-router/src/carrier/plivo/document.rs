//! Writes a document as Plivo XML.

use dni_core::phone::Callee;

use crate::{
    carrier::xml::{self, Element},
    document::{Document, ForwardVerb, Gather, Party, Prompt, Record, RejectReason, Verb},
    text::Text,
};

/// How long Plivo waits for a key, in seconds, from and to.
const WAIT_SECONDS: (u16, u16) = (5, 60);
/// How long whoever answers has to press the key, in seconds, counted from the answer: the words and then the keypad.
/// Plivo's own 120 would let a voicemail record the words over and over.
const ACCEPT_SECONDS: &str = "30";
/// The silence that ends a message, in seconds. Plivo's own 15 leave much of it at the end.
const SILENCE_SECONDS: &str = "5";

/// Writes a document as Plivo XML.
pub(super) fn render(document: &Document) -> String {
    let mut elements = Vec::new();
    for verb in document.verbs() {
        elements.extend(of_verb(verb));
        // To whoever answers, Plivo only plays the words; it asks for the key by itself.
        if matches!(verb, Verb::Gather(Gather { who: Party::Business, .. })) {
            break;
        }
    }
    xml::write(&Element::new("Response").inside(elements))
}

fn of_verb(verb: &Verb) -> Vec<Element<'_>> {
    let one = match verb {
        Verb::Hear(prompt) => of_prompt(prompt),
        Verb::Gather(Gather { who: Party::Business, prompt, .. }) => return prompt.iter().map(of_prompt).collect(),
        Verb::Gather(gather) => of_gather(gather),
        Verb::Pause { seconds } => Element::new("Wait").with("length", seconds.to_string()),
        Verb::Forward(forward) => return of_forward(forward),
        Verb::Record(record) => of_record(record),
        Verb::Redirect { url } => Element::new("Redirect").with("method", "POST").text(url),
        Verb::Hangup => Element::new("Hangup"),
        Verb::Reject { reason: RejectReason::Busy } => Element::new("Hangup").with("reason", "busy"),
        Verb::Reject { reason: RejectReason::Rejected } => Element::new("Hangup").with("reason", "rejected"),
    };
    vec![one]
}

fn of_prompt(prompt: &Prompt) -> Element<'_> {
    match prompt {
        Prompt::Say { text, speaker } => Element::new("Speak")
            .with_some("language", speaker.language.as_ref().map(Text::as_str))
            .with_some("voice", speaker.voice.as_ref().map(Text::as_str))
            .text(text.as_str()),
        Prompt::Play { url } => Element::new("Play").text(url),
    }
}

fn of_gather(gather: &Gather) -> Element<'_> {
    let (least, most) = WAIT_SECONDS;
    Element::new("GetInput")
        .with("action", &gather.action)
        .with("method", "POST")
        .with("inputType", "dtmf")
        .with("numDigits", "1")
        // Every key is one that can be meant, the one that usually ends an input too.
        .with("finishOnKey", "none")
        .with("executionTimeout", gather.wait_seconds.clamp(least, most).to_string())
        .inside(gather.prompt.iter().map(of_prompt))
}

/// Plivo records a conversation by a recording that is set up before and begins when somebody answers.
fn of_forward(forward: &ForwardVerb) -> Vec<Element<'_>> {
    let recording = forward.recording_url.as_ref().map(|url| {
        Element::new("Record")
            .with("recordSession", "true")
            .with("startOnDialAnswer", "true")
            .with("redirect", "false")
            .with("maxLength", forward.max_seconds.to_string())
            .with("callbackUrl", url)
            .with("callbackMethod", "POST")
    });
    let mut dial = Element::new("Dial")
        .with("action", &forward.action)
        .with("method", "POST")
        .with("timeout", forward.ring_seconds.to_string())
        .with("timeLimit", forward.max_seconds.to_string())
        .with_some("callerId", forward.caller_id.map(|number| number.to_string()))
        .with("callbackUrl", &forward.leg_status_url)
        .with("callbackMethod", "POST")
        .with_some("confirmSound", forward.whisper_url.as_ref());
    if let Some(key) = forward.accept_key {
        dial = dial.with("confirmKey", key).with("confirmTimeout", ACCEPT_SECONDS);
    }
    let numbers = forward.to().iter().map(of_callee);
    recording.into_iter().chain([dial.inside(numbers)]).collect()
}

fn of_callee(callee: &Callee) -> Element<'_> {
    match callee {
        Callee::Number(number, keys) => Element::new("Number")
            .with_some("sendDigits", keys.as_ref().map(|keys| keys.with_half_seconds('w')))
            .text(number.as_str()),
        Callee::Sip(address) => Element::new("User").text(address.as_str()),
    }
}

fn of_record(record: &Record) -> Element<'_> {
    Element::new("Record")
        .with("action", &record.action)
        .with("method", "POST")
        .with("maxLength", record.max_seconds.to_string())
        .with("timeout", SILENCE_SECONDS)
        .with("playBeep", "true")
        .with("finishOnKey", "#")
        .with("callbackUrl", &record.recording_url)
        .with("callbackMethod", "POST")
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
        let plain = forward.clone();
        forward.caller_id = Some(number("+13125550142"));
        forward.recording_url = Some("https://h/recording".to_owned());
        forward.whisper_url = Some("https://h/whisper".to_owned());
        forward.accept_key = Some("1");
        let message = Record {
            max_seconds: 120,
            action: "https://h/r?a=1&b=2".to_owned(),
            recording_url: "https://h/c".to_owned(),
        };
        let gather = |who, wait_seconds| {
            let prompt = Some(Prompt::say("Press 1."));
            Verb::Gather(Gather { who, prompt, wait_seconds, action: "https://h/g".to_owned() })
        };
        let dial = r#"<Dial action="https://h/dial" method="POST" timeout="25" timeLimit="14400""#;
        let callback = r#"callbackUrl="https://h/leg" callbackMethod="POST""#;
        let rung = "<Number>+13125550199</Number><Number>+13125550198</Number>";
        let cases = [
            (Verb::say("Hello."), "<Speak>Hello.</Speak>".to_owned()),
            (Verb::Hear(Prompt::Play { url: "https://h/a.mp3".to_owned() }), "<Play>https://h/a.mp3</Play>".to_owned()),
            (
                gather(Party::Caller, 2),
                r#"<GetInput action="https://h/g" method="POST" inputType="dtmf" numDigits="1" finishOnKey="none" executionTimeout="5"><Speak>Press 1.</Speak></GetInput>"#.to_owned(),
            ),
            (gather(Party::Business, 2), "<Speak>Press 1.</Speak>".to_owned()),
            (Verb::Pause { seconds: 2 }, r#"<Wait length="2"/>"#.to_owned()),
            (Verb::Forward(plain), format!("{dial} {callback}>{rung}</Dial>")),
            (
                Verb::Forward(forward),
                format!(
                    r#"<Record recordSession="true" startOnDialAnswer="true" redirect="false" maxLength="14400" callbackUrl="https://h/recording" callbackMethod="POST"/>{dial} callerId="+13125550142" {callback} confirmSound="https://h/whisper" confirmKey="1" confirmTimeout="30">{rung}</Dial>"#
                ),
            ),
            (
                Verb::Record(message),
                r##"<Record action="https://h/r?a=1&amp;b=2" method="POST" maxLength="120" timeout="5" playBeep="true" finishOnKey="#" callbackUrl="https://h/c" callbackMethod="POST"/>"##.to_owned(),
            ),
            (Verb::Redirect { url: "https://h/?a&b".to_owned() }, r#"<Redirect method="POST">https://h/?a&amp;b</Redirect>"#.to_owned()),
            (Verb::Hangup, "<Hangup/>".to_owned()),
            (Verb::Reject { reason: RejectReason::Busy }, r#"<Hangup reason="busy"/>"#.to_owned()),
            (Verb::Reject { reason: RejectReason::Rejected }, r#"<Hangup reason="rejected"/>"#.to_owned()),
        ];
        for (verb, expected) in cases {
            let xml = render(&Document::from([verb]));
            assert_eq!(xml, format!(r#"<?xml version="1.0" encoding="UTF-8"?><Response>{expected}</Response>"#));
        }
        let whisper = Document::from([gather(Party::Business, 6), Verb::Hangup]);
        assert!(!render(&whisper).contains("Hangup"), "Plivo itself lets whoever presses nothing go");
    }
}
