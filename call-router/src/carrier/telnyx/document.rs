//! What `TeXML` writes otherwise than TwiML.

use crate::carrier::twiml::Dialect;

/// `TeXML` of Telnyx. Silence ends a message after five seconds, the default of Twilio and `SignalWire`; Telnyx's is to wait
/// for ever.
pub(super) const DIALECT: Dialect = Dialect {
    answers_on_bridge: false,
    ring_seconds: (5, 120),
    max_seconds: (60, 14_400),
    wait_seconds: (1, 120),
    pause_seconds: (1, 180),
    recorded: &[("record", "record-from-answer"), ("recordingChannels", "dual")],
    message: &[("channels", "single"), ("timeout", "5")],
};

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;

    use super::*;
    use crate::{
        carrier::twiml::render,
        document::{Document, ForwardVerb, Gather, Party, Prompt, Record, Verb},
    };

    #[test]
    fn what_telnyx_writes_otherwise() {
        let numbers = [E164::parse("+13125550199").unwrap()];
        let mut forward = ForwardVerb::new(&numbers, 25, "https://h/dial".to_owned(), "https://h/leg".to_owned());
        forward.ring_seconds = 600;
        forward.max_seconds = 20;
        forward.recording_url = Some("https://h/recording".to_owned());
        let message =
            Record { max_seconds: 9, action: "https://h/r".to_owned(), recording_url: "https://h/c".to_owned() };
        let menu = Gather {
            who: Party::Caller,
            prompt: Some(Prompt::say("Press 1.")),
            wait_seconds: 0,
            action: "https://h/g".to_owned(),
        };
        let document = Document::from([
            Verb::Pause { seconds: 200 },
            Verb::Gather(menu),
            Verb::Record(message),
            Verb::Forward(forward),
        ]);
        let common = |text: &str| {
            assert!(text.contains(r#"<Number statusCallback="https://h/leg""#), "{text}");
            assert!(!text.contains("actionOnEmptyResult") && !text.contains("sequential"), "{text}");
        };
        let xml = render(&Dialect::TWILIO, &document);
        common(&xml);
        assert!(xml.contains(r#"<Pause length="200"/>"#), "{xml}");
        assert!(xml.contains(r#"<Dial answerOnBridge="true" timeout="600" timeLimit="20""#), "{xml}");
        assert!(xml.contains(r#"record="record-from-answer-dual""#), "{xml}");
        assert!(!xml.contains("hannels"), "{xml}");
        let xml = render(&DIALECT, &document);
        common(&xml);
        assert!(xml.contains(r#"<Pause length="180"/>"#), "{xml}");
        assert!(xml.contains(r#"finishOnKey="" timeout="1""#), "{xml}");
        assert!(xml.contains(r#"<Dial timeout="120" timeLimit="60""#), "{xml}");
        assert!(xml.contains(r#"record="record-from-answer" recordingChannels="dual""#), "{xml}");
        assert!(xml.contains(r#"recordingStatusCallback="https://h/c" channels="single" timeout="5"/>"#), "{xml}");
    }
}
