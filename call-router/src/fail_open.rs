//! The answers for the moment when storage, pool or call objects do not answer: the phone still rings.
//!
//! Each is computed from the published configuration alone, and none of them is silence.

use dni_core::phone::{Callee, E164};

use crate::{
    carrier::{Carrier, Hook, Hooks},
    document::{Document, ForwardVerb, Record, Speaker, Verb},
    event::{Caller, RecordingSource},
};

/// How long the business rings, in seconds: what carriers take where nothing is said, and about six rings.
const RING_SECONDS: u16 = 30;
/// How long a message may be, in seconds.
const MESSAGE_SECONDS: u16 = 120;

/// Rings the business for a call about which nothing else is known. It is shown `shown`, or the caller's own number if that is
/// `None`: see [`caller_id`].
pub fn incoming(destination: &Callee, shown: Option<E164>, hooks: &Hooks) -> Document {
    let action = hooks.url_of_fail_open(Hook::Dial);
    let mut forward = ForwardVerb::new(core::slice::from_ref(destination), RING_SECONDS, action, hooks.url(Hook::Leg));
    forward.caller_id = shown;
    Document::from([Verb::Forward(forward)])
}

/// Returns the number that the business sees; `None` for the caller's own. The number dialled stands in for an address that the
/// telephone network could not show, and where the carrier shows nobody else's: carriers refuse to dial with such a caller id.
pub const fn caller_id(carrier: Carrier, caller: Option<&Caller>, dialled: Option<E164>) -> Option<E164> {
    match caller {
        Some(Caller::Number(_)) if carrier.shows_callers_number() => None,
        _ => dialled,
    }
}

/// Takes a message if caller and business were not connected ([`crate::event::DialResult::connected`]), and ends the call
/// if they were.
pub fn after_dial(connected: bool, hooks: &Hooks, speaker: &Speaker) -> Document {
    if connected {
        return Document::from([Verb::Hangup]);
    }
    Document::from([
        Verb::Hear(speaker.say_fixed(|words| words.leave_message)),
        Verb::Record(Record {
            max_seconds: MESSAGE_SECONDS,
            action: hooks.url_of_fail_open(Hook::Record),
            recording_url: hooks.url_of_recording(RecordingSource::Voicemail),
        }),
        Verb::Hangup,
    ])
}

/// Thanks for the message and ends the call.
pub fn after_record(speaker: &Speaker) -> Document {
    Document::from([Verb::Hear(speaker.say_fixed(|words| words.thanks)), Verb::Hangup])
}

/// Ends the call politely when not even the business's number is known.
pub fn nothing_known(speaker: &Speaker) -> Document {
    Document::from([Verb::Hear(speaker.say_fixed(|words| words.try_later)), Verb::Hangup])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Prompt;

    #[test]
    fn the_phone_rings_first() {
        let destination = Callee::parse("+13125550199").unwrap();
        let document = incoming(&destination, None, &hooks());
        let [Verb::Forward(forward)] = document.verbs() else { panic!("{document:?}") };
        assert_eq!(forward.to(), [destination]);
        assert_eq!(forward.action, "https://calls.example.com/carrier/twilio/dial?fail_open=1");
    }

    #[test]
    fn voicemail_second() {
        let document = after_dial(false, &hooks(), &Speaker::default());
        let [Verb::Hear(_), Verb::Record(record), Verb::Hangup] = document.verbs() else { panic!("{document:?}") };
        assert_eq!(record.action, "https://calls.example.com/carrier/twilio/record?fail_open=1");
        assert_eq!(after_dial(true, &hooks(), &Speaker::default()), Document::from([Verb::Hangup]));
    }

    #[test]
    fn never_silence() {
        for document in [nothing_known(&Speaker::default()), after_record(&Speaker::default())] {
            assert!(matches!(document.verbs(), [Verb::Hear(_), Verb::Hangup]));
        }
    }

    #[test]
    fn a_caller_who_cannot_be_shown_has_the_number_dialled_shown_for_them() {
        let dialled = E164::parse("+13125550142").ok();
        let number = Caller::Number(E164::parse("+17735550123").unwrap());
        let address = |text: &str| Caller::Other(text.into());
        let cases = [
            (Carrier::Twilio, Some(number.clone()), None),
            (Carrier::Twilio, Some(Caller::Withheld), dialled),
            (Carrier::Twilio, Some(address("client:desk")), dialled),
            (Carrier::Bandwidth, Some(address("sip:alice@example.com")), dialled),
            (Carrier::Jambonz, Some(address("12345")), dialled),
            (Carrier::Plivo, None, dialled),
            (Carrier::Vonage, Some(number), dialled),
        ];
        for (carrier, caller, expected) in cases {
            assert_eq!(caller_id(carrier, caller.as_ref(), dialled), expected, "{carrier:?} {caller:?}");
        }
    }

    #[test]
    fn what_is_said_is_in_the_flows_language() {
        let speaker = Speaker { language: Some("de-AT".into()), voice: Some("Polly.Hannah".into()) };
        for document in [nothing_known(&speaker), after_record(&speaker), after_dial(false, &hooks(), &speaker)] {
            let [Verb::Hear(Prompt::Say { text, speaker: by }), ..] = document.verbs() else { panic!("{document:?}") };
            assert_eq!(by, &speaker);
            assert!(text.as_str().contains("Wiederhören") || text.as_str().contains("Leider"), "{text}");
        }
        let icelandic = Speaker { language: Some("is-IS".into()), voice: Some("Polly.Dora".into()) };
        let document = after_record(&icelandic);
        let [Verb::Hear(Prompt::Say { speaker: by, .. }), ..] = document.verbs() else { panic!("{document:?}") };
        assert_eq!(by, &Speaker::default(), "English words are not said by an Icelandic voice");
    }

    fn hooks() -> Hooks {
        Hooks::new(Carrier::Twilio, "https://calls.example.com").unwrap()
    }
}
