//! The answers for the moment when storage, pool or call objects do not answer: the phone still rings.
//!
//! Each is computed from the published configuration alone, and none of them is silence.

use dni_core::phone::E164;

use crate::{
    carrier::{Hook, Hooks},
    document::{Document, ForwardVerb, Record, Verb},
    event::RecordingSource,
};

/// How long the business rings, in seconds: what carriers take where nothing is said, and about six rings.
const RING_SECONDS: u16 = 30;
/// How long a message may be, in seconds.
const MESSAGE_SECONDS: u16 = 120;

/// Rings the business for a call about which nothing else is known.
pub fn incoming(destination: E164, hooks: &Hooks) -> Document {
    let action = hooks.url_of_fail_open(Hook::Dial);
    Document::from([Verb::Forward(ForwardVerb::new(&[destination], RING_SECONDS, action, hooks.url(Hook::Leg)))])
}

/// Takes a message if caller and business were not connected ([`crate::event::DialResult::connected`]), and ends the call
/// if they were.
pub fn after_dial(connected: bool, hooks: &Hooks) -> Document {
    if connected {
        return Document::from([Verb::Hangup]);
    }
    Document::from([
        Verb::say("Sorry, nobody can take your call right now. Please leave a message after the tone."),
        Verb::Record(Record {
            max_seconds: MESSAGE_SECONDS,
            action: hooks.url_of_fail_open(Hook::Record),
            recording_url: hooks.url_of_recording(RecordingSource::Voicemail),
        }),
        Verb::Hangup,
    ])
}

/// Thanks for the message and ends the call.
pub fn after_record() -> Document {
    Document::from([Verb::say("Thank you. Goodbye."), Verb::Hangup])
}

/// Ends the call politely when not even the business's number is known.
pub fn nothing_known() -> Document {
    Document::from([
        Verb::say("Sorry, we cannot take your call right now. Please try again in a few minutes."),
        Verb::Hangup,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::Carrier;

    #[test]
    fn the_phone_rings_first() {
        let destination = E164::parse("+13125550199").unwrap();
        let document = incoming(destination, &hooks());
        let [Verb::Forward(forward)] = document.verbs() else { panic!("{document:?}") };
        assert_eq!(forward.to(), [destination]);
        assert_eq!(forward.action, "https://calls.example.com/carrier/twilio/dial?fail_open=1");
    }

    #[test]
    fn voicemail_second() {
        let document = after_dial(false, &hooks());
        let [Verb::Hear(_), Verb::Record(record), Verb::Hangup] = document.verbs() else { panic!("{document:?}") };
        assert_eq!(record.action, "https://calls.example.com/carrier/twilio/record?fail_open=1");
        assert_eq!(after_dial(true, &hooks()), Document::from([Verb::Hangup]));
    }

    #[test]
    fn never_silence() {
        for document in [nothing_known(), after_record()] {
            assert!(matches!(document.verbs(), [Verb::Hear(_), Verb::Hangup]));
        }
    }

    fn hooks() -> Hooks {
        Hooks::new(Carrier::Twilio, "https://calls.example.com").unwrap()
    }
}
