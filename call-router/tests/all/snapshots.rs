//! What each carrier is answered with, to read: the same documents in every language.
//!
//! `INSTA_UPDATE=always cargo test --package call-router --test all snapshots` writes them anew.

use call_router::{
    carrier::{Carrier, Hook, Hooks, Secrets, acknowledge, render},
    document::{Document, ForwardVerb, Gather, Party, Prompt, Record, RejectReason, Speaker, Verb},
    event::{CarrierCallId, RecordingSource},
    fail_open,
    flow::Turn,
};
use dni_core::phone::E164;

#[test]
fn every_carrier() {
    for carrier in Carrier::ALL.iter().copied() {
        let secrets = Secrets::new("user:password".to_owned(), None);
        let written =
            documents(carrier).into_iter().map(|(name, document)| (name, render(carrier, &document, &secrets)));
        let texts: Vec<_> = written
            .chain([("nobody waits for a document", acknowledge(carrier))])
            .map(|(name, rendered)| format!("# {name}: {}\n{}\n", rendered.content_type, in_lines(&rendered.body)))
            .collect();
        insta::assert_snapshot!(carrier.id(), texts.join("\n"));
    }
}

/// The documents by what they are for.
fn documents(carrier: Carrier) -> Vec<(&'static str, Document)> {
    let call = CarrierCallId::parse("c-1").unwrap();
    let hooks = Hooks::new(carrier, "https://calls.example.com").unwrap().of_call(&call);
    let turn = Turn::new(1, "office".parse().unwrap());
    let office = number("+13125550199");
    let forward = |numbers: &[E164]| {
        ForwardVerb::new(numbers, 25, hooks.url_of_turn(Hook::Dial, &turn), hooks.url_of_turn(Hook::Leg, &turn))
    };
    let mut recorded = forward(&[office, number("+13125550198")]);
    recorded.caller_id = Some(number("+13125550142"));
    recorded.recording_url = Some(hooks.url_of_recording(RecordingSource::Forward));
    recorded.whisper_url = Some(hooks.url_of_whisper(&turn, true));
    let gather = |who, hook| Gather {
        who,
        prompt: Some(Prompt::say("Press 1.")),
        wait_seconds: 5,
        action: hooks.url_of_turn(hook, &turn),
    };
    let message = Record {
        max_seconds: 120,
        action: hooks.url_of_turn(Hook::Record, &turn),
        recording_url: hooks.url_of_recording(RecordingSource::Voicemail),
    };
    let next = Verb::Redirect { url: hooks.url_of_turn(Hook::Gather, &turn) };
    vec![
        ("nothing", Document::default()),
        ("words", Document::from([Verb::say("Tom & Jerry's \"<shop>\""), Verb::Pause { seconds: 1 }, Verb::Hangup])),
        ("a file", Document::from([Verb::Hear(Prompt::Play { url: "https://h/a.mp3?b=1&c=2".to_owned() })])),
        ("a menu", Document::from([Verb::Gather(gather(Party::Caller, Hook::Gather)), next])),
        ("a forward", Document::from([Verb::Forward(forward(&[office]))])),
        ("a recorded forward to two", Document::from([Verb::Forward(recorded)])),
        ("a whisper", Document::from([Verb::Gather(gather(Party::Business, Hook::Accept)), Verb::Hangup])),
        ("a voicemail", Document::from([Verb::say("Please leave a message."), Verb::Record(message)])),
        ("busy", Document::from([Verb::Reject { reason: RejectReason::Busy }])),
        ("refused", Document::from([Verb::Reject { reason: RejectReason::Rejected }])),
        ("fail-open", fail_open::incoming(&office.into(), None, &hooks)),
        ("fail-open, nothing known", fail_open::nothing_known(&Speaker::default())),
    ]
}

/// Breaks a document into lines: at each element, or at each entry of its JSON.
fn in_lines(body: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(body) {
        Ok(json) => serde_json::to_string_pretty(&json).unwrap(),
        Err(_) => body.replace("><", ">\n<"),
    }
}

fn number(text: &str) -> E164 {
    E164::parse(text).unwrap()
}
