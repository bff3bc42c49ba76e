//! Writes a document as BXML.

use dni_core::phone::Callee;

use crate::{
    carrier::{
        Secrets,
        xml::{self, Element},
    },
    document::{Document, ForwardVerb, Gather, Prompt, Record, Verb},
    text::Text,
};

/// How long Bandwidth lets a forward ring, in seconds.
const RING_SECONDS: (u16, u16) = (1, 300);
/// How long Bandwidth waits for a key, in seconds.
const WAIT_SECONDS: (u16, u16) = (1, 60);
/// The silence that ends a message, in seconds. Without it the caller would have to hang up or press a key.
const SILENCE_SECONDS: &str = "5";

/// Writes a document as BXML.
///
/// Each URL goes with the user name and password that Bandwidth is to call it with; the owner gave it the same for the
/// URLs set there.
pub(super) fn render(document: &Document, secrets: &Secrets) -> String {
    let login = Login(secrets.current().split_once(':'));
    let elements = document.verbs().iter().flat_map(|verb| of_verb(verb, login));
    xml::write(&Element::new("Response").inside(elements))
}

/// User name and password; `None` if they are not set up, when nothing that Bandwidth sends is taken.
#[derive(Clone, Copy)]
struct Login<'a>(Option<(&'a str, &'a str)>);

impl<'a> Login<'a> {
    fn on(self, element: Element<'a>) -> Element<'a> {
        match self.0 {
            Some((name, password)) => element.with("username", name).with("password", password),
            None => element,
        }
    }

    /// Names where it is asked again what could not be had: at the same URL, which answers the same. Without one Bandwidth ends the
    /// call at once.
    fn again(self, element: Element<'a>, attribute: &'static str, url: &'a str) -> Element<'a> {
        let element = self.on(element.with(attribute, url));
        match self.0 {
            Some((name, password)) => element.with("fallbackUsername", name).with("fallbackPassword", password),
            None => element,
        }
    }
}

fn of_verb<'a>(verb: &'a Verb, login: Login<'a>) -> Vec<Element<'a>> {
    let one = match verb {
        Verb::Hear(prompt) => of_prompt(prompt),
        Verb::Gather(gather) => of_gather(gather, login),
        Verb::Pause { seconds } => Element::new("Pause").with("duration", seconds.to_string()),
        Verb::Forward(forward) => return of_forward(forward, login),
        Verb::Record(record) => of_record(record, login),
        Verb::Redirect { url } => {
            let element = Element::new("Redirect").with("redirectUrl", url).with("redirectMethod", "POST");
            login.again(element, "redirectFallbackUrl", url)
        }
        // BXML has no word for refusing a call.
        Verb::Hangup | Verb::Reject { .. } => Element::new("Hangup"),
    };
    vec![one]
}

fn of_prompt(prompt: &Prompt) -> Element<'_> {
    match prompt {
        // Bandwidth writes a language with an underscore.
        Prompt::Say { text, speaker } => Element::new("SpeakSentence")
            .with_some("locale", speaker.language.as_ref().map(|language| language.as_str().replace('-', "_")))
            .with_some("voice", speaker.voice.as_ref().map(Text::as_str))
            .text(text.as_str()),
        Prompt::Play { url } => Element::new("PlayAudio").text(url),
    }
}

fn of_gather<'a>(gather: &'a Gather, login: Login<'a>) -> Element<'a> {
    let (least, most) = WAIT_SECONDS;
    let element = Element::new("Gather")
        .with("gatherUrl", &gather.action)
        .with("gatherMethod", "POST")
        .with("maxDigits", "1")
        // Every key is one that can be meant.
        .with("terminatingDigits", "")
        .with("firstDigitTimeout", gather.wait_seconds.clamp(least, most).to_string());
    login.again(element, "gatherFallbackUrl", &gather.action).inside(gather.prompt.iter().map(of_prompt))
}

/// A conversation is recorded by a recording that is begun before.
fn of_forward<'a>(forward: &'a ForwardVerb, login: Login<'a>) -> Vec<Element<'a>> {
    let (least, most) = RING_SECONDS;
    let recording = forward.recording_url.as_ref().map(|url| {
        let element = Element::new("StartRecording").with("recordingAvailableUrl", url);
        login.on(element.with("recordingAvailableMethod", "POST").with("multiChannel", "true"))
    });
    let transfer = Element::new("Transfer")
        .with("transferCompleteUrl", &forward.action)
        .with("transferCompleteMethod", "POST")
        .with("callTimeout", forward.ring_seconds.clamp(least, most).to_string())
        .with_some("transferCallerId", forward.caller_id.map(|number| number.to_string()));
    let numbers = forward.to().iter().map(|callee| {
        let element = Element::new(if callee.is_sip() { "SipUri" } else { "PhoneNumber" })
            .with_some("transferAnswerUrl", forward.whisper_url.as_ref())
            .with_some("transferAnswerMethod", forward.whisper_url.as_ref().map(|_| "POST"))
            .with("transferDisconnectUrl", &forward.leg_status_url)
            .with("transferDisconnectMethod", "POST");
        let element = match &forward.whisper_url {
            Some(url) => login.again(element, "transferAnswerFallbackUrl", url),
            None => login.on(element),
        };
        match callee {
            // A `<Transfer>` has no word for keys behind a number: the number alone is rung.
            Callee::Number(number, _) => element.text(number.as_str()),
            Callee::Sip(address) => element.text(address.as_str()),
        }
    });
    let transfer = login.again(transfer, "transferCompleteFallbackUrl", &forward.action);
    recording.into_iter().chain([transfer.inside(numbers)]).collect()
}

fn of_record<'a>(record: &'a Record, login: Login<'a>) -> Element<'a> {
    let element = Element::new("Record")
        .with("recordCompleteUrl", &record.action)
        .with("recordCompleteMethod", "POST")
        .with("recordingAvailableUrl", &record.recording_url)
        .with("recordingAvailableMethod", "POST")
        .with("maxDuration", record.max_seconds.to_string())
        .with("silenceTimeout", SILENCE_SECONDS)
        .with("terminatingDigits", "#");
    login.again(element, "recordCompleteFallbackUrl", &record.action)
}

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;

    use super::*;
    use crate::document::{Party, RejectReason, Speaker};

    #[test]
    fn every_verb() {
        let number = |text| E164::parse(text).unwrap();
        let numbers = [number("+13125550199"), number("+13125550198")];
        let mut forward = ForwardVerb::new(&numbers, 25, "https://h/dial".to_owned(), "https://h/leg".to_owned());
        let mut plain = forward.clone();
        plain.ring_seconds = 600;
        forward.caller_id = Some(number("+13125550142"));
        forward.recording_url = Some("https://h/recording".to_owned());
        forward.whisper_url = Some("https://h/whisper".to_owned());
        let message = Record {
            max_seconds: 120,
            action: "https://h/r?a=1&b=2".to_owned(),
            recording_url: "https://h/c".to_owned(),
        };
        let gather = Gather {
            who: Party::Business,
            prompt: Some(Prompt::say("Press 1.")),
            wait_seconds: 6,
            action: "https://h/g".to_owned(),
        };
        let login = r#"username="me" password="a:b&amp;c""#;
        let again = format!(r#"{login} fallbackUsername="me" fallbackPassword="a:b&amp;c""#);
        let leg = format!(r#"transferDisconnectUrl="https://h/leg" transferDisconnectMethod="POST" {login}"#);
        let told = format!(
            r#"transferAnswerUrl="https://h/whisper" transferAnswerMethod="POST" transferDisconnectUrl="https://h/leg" transferDisconnectMethod="POST" transferAnswerFallbackUrl="https://h/whisper" {again}"#
        );
        let done = r#"<Transfer transferCompleteUrl="https://h/dial" transferCompleteMethod="POST" callTimeout"#;
        let rung = |leg: &str| {
            format!("<PhoneNumber {leg}>+13125550199</PhoneNumber><PhoneNumber {leg}>+13125550198</PhoneNumber>")
        };
        let spanish = Speaker { language: Some("es-US".into()), voice: Some("esperanza".into()) };
        let cases = [
            (
                Verb::Hear(spanish.say("Hola.")),
                r#"<SpeakSentence locale="es_US" voice="esperanza">Hola.</SpeakSentence>"#.to_owned(),
            ),
            (
                Verb::Hear(Prompt::Play { url: "https://h/a.mp3".to_owned() }),
                "<PlayAudio>https://h/a.mp3</PlayAudio>".to_owned(),
            ),
            (
                Verb::Gather(gather),
                format!(
                    r#"<Gather gatherUrl="https://h/g" gatherMethod="POST" maxDigits="1" terminatingDigits="" firstDigitTimeout="6" gatherFallbackUrl="https://h/g" {again}><SpeakSentence>Press 1.</SpeakSentence></Gather>"#
                ),
            ),
            (Verb::Pause { seconds: 2 }, r#"<Pause duration="2"/>"#.to_owned()),
            (
                Verb::Forward(plain),
                format!(
                    r#"{done}="300" transferCompleteFallbackUrl="https://h/dial" {again}>{}</Transfer>"#,
                    rung(&leg)
                ),
            ),
            (
                Verb::Forward(forward),
                format!(
                    r#"<StartRecording recordingAvailableUrl="https://h/recording" recordingAvailableMethod="POST" multiChannel="true" {login}/>{done}="25" transferCallerId="+13125550142" transferCompleteFallbackUrl="https://h/dial" {again}>{}</Transfer>"#,
                    rung(&told)
                ),
            ),
            (
                Verb::Record(message),
                format!(
                    r##"<Record recordCompleteUrl="https://h/r?a=1&amp;b=2" recordCompleteMethod="POST" recordingAvailableUrl="https://h/c" recordingAvailableMethod="POST" maxDuration="120" silenceTimeout="5" terminatingDigits="#" recordCompleteFallbackUrl="https://h/r?a=1&amp;b=2" {again}/>"##
                ),
            ),
            (
                Verb::Redirect { url: "https://h/n".to_owned() },
                format!(
                    r#"<Redirect redirectUrl="https://h/n" redirectMethod="POST" redirectFallbackUrl="https://h/n" {again}/>"#
                ),
            ),
            (Verb::Hangup, "<Hangup/>".to_owned()),
            (Verb::Reject { reason: RejectReason::Busy }, "<Hangup/>".to_owned()),
        ];
        let secrets = Secrets::new("me:a:b&c".to_owned(), None);
        for (verb, expected) in cases {
            let xml = render(&Document::from([verb]), &secrets);
            assert_eq!(xml, format!(r#"<?xml version="1.0" encoding="UTF-8"?><Response>{expected}</Response>"#));
        }
        assert!(
            !render(&Document::from([Verb::Redirect { url: String::new() }]), &Secrets::default()).contains("username")
        );
    }
}
