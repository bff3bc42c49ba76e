//! How forwards and calls end, at each carrier: who answered, why a forward failed, who hung up, what was said after the tone.

use call_router::{
    call::{Call, CallOutcome, EndedBy},
    carrier::{Carrier, Hook, ReadError, read},
    document::{Document, Record, Verb},
    event::{CallEvent, EventKind, HungUpBy, RecordingId},
};
use dni_core::time::Millis;

type Webhook<'a> = (Hook, &'a str, &'a str);

fn read_at(carrier: Carrier, seconds: u64, (hook, query, body): Webhook) -> Result<CallEvent, ReadError> {
    let content_type = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
    read(carrier, hook, query, content_type, body.as_bytes(), Millis::from_unix_ms(1_790_000_000_000 + seconds * 1_000))
}

fn event(carrier: Carrier, seconds: u64, webhook: Webhook) -> CallEvent {
    read_at(carrier, seconds, webhook).unwrap_or_else(|error| panic!("{carrier:?} {webhook:?}: {error}"))
}

/// Puts a call together, from front and from back.
fn call(carrier: Carrier, webhooks: &[Webhook]) -> Call {
    let events: Vec<_> = (0..).step_by(3).zip(webhooks).map(|(at, webhook)| event(carrier, at, *webhook)).collect();
    let of = |order: Vec<&CallEvent>| {
        let mut call = Call::from_event(order[0]);
        for event in order {
            call.merge(event);
        }
        call
    };
    let call = of(events.iter().collect());
    assert_eq!(call, of(events.iter().rev().collect()), "{carrier:?}");
    call
}

#[test]
fn of_several_phones_the_one_that_was_answered_has_the_call() {
    let cut_off = r#"{"callId": "l1", "parentCallId": "c", "to": "+13125550197", "eventType": "transferDisconnect", "cause": "hangup", "endTime": "2026-11-30T01:00:07Z"}"#;
    let spoke = r#"{"callId": "l2", "parentCallId": "c", "to": "+13125550198", "eventType": "transferDisconnect", "cause": "hangup",
        "answerTime": "2026-11-30T01:00:07Z", "endTime": "2026-11-30T01:00:47Z"}"#;
    let cancelled = r#"{"callId": "l3", "parentCallId": "c", "to": "+13125550196", "eventType": "transferDisconnect", "cause": "cancel"}"#;
    let done = r#"{"callId": "c", "eventType": "transferComplete", "cause": "hangup"}"#;
    let ring =
        (Hook::Voice, "", r#"{"callId": "c", "eventType": "initiate", "from": "+17735550123", "to": "+14155551760"}"#);
    let end = (
        Hook::Status,
        "",
        r#"{"callId": "c", "eventType": "disconnect", "cause": "hangup",
        "answerTime": "2026-11-30T01:00:00Z", "endTime": "2026-11-30T01:00:50Z"}"#,
    );
    let dial = (Hook::Dial, "step=o&turn=1&call=c", done);
    let leg = |body| (Hook::Leg, "call=c", body);
    let bandwidth = call(Carrier::Bandwidth, &[ring, leg(cut_off), leg(cancelled), leg(spoke), dial, end]);
    assert_eq!(bandwidth.spoke_with().unwrap().as_str(), "+13125550198");
    assert_eq!((bandwidth.outcome(), bandwidth.talk_seconds()), (CallOutcome::Answered, 40));

    let jambonz = |to: &str| {
        let leg = format!(
            r#"{{"call_sid": "l", "direction": "outbound", "to": "{to}", "parent_call_sid": "c", "call_status": "completed", "duration": 61}}"#
        );
        call(
            Carrier::Jambonz,
            &[
                (
                    Hook::Voice,
                    "",
                    r#"{"call_sid": "c", "direction": "inbound", "from": "+447777777777", "to": "+14155552160"}"#,
                ),
                (Hook::Status, "", &leg),
                (
                    Hook::Dial,
                    "step=o&turn=1&call=c",
                    r#"{"call_sid": "c", "call_status": "in-progress", "dial_call_status": "completed", "dial_sip_status": 200, "dial_call_sid": "l"}"#,
                ),
                (
                    Hook::Status,
                    "",
                    r#"{"call_sid": "c", "direction": "inbound", "call_status": "completed", "duration": 70}"#,
                ),
            ],
        )
    };
    for to in [
        "sip:+447911123456@1.1.1.1:5060",
        "sip:447911123456@trunk.example",
        "<sip:+447911123456@trunk.example;user=phone>",
        "tel:+447911123456",
        "+447911123456",
    ] {
        assert_eq!(jambonz(to).spoke_with().unwrap().as_str(), "+447911123456", "{to}");
    }
}

#[test]
fn a_recording_is_listed_once_wherever_its_file_is() {
    let urls = [
        (Carrier::SignalWire, "https://files.signalwire.com/space/project/0a1b2c3d.wav", "0a1b2c3d"),
        (Carrier::SignalWire, "https://files.signalwire.com/space/project/other-name.mp3", "0a1b2c3d"),
        (Carrier::Telnyx, "https://s3.amazonaws.com/telnyx/2026/file.mp3?X-Amz-Date=1", "9f8e"),
        (Carrier::Twilio, "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1", "RE1"),
        (Carrier::Twilio, "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1.mp3", "RE1"),
        (Carrier::SignalWire, "https://space.signalwire.com/api/laml/2010-04-01/Accounts/p/Recordings/0a1b", "0a1b"),
    ];
    for (carrier, url, id) in urls {
        let url: String = form_urlencoded::byte_serialize(url.as_bytes()).collect();
        let dial = format!("CallSid=c&DialCallStatus=completed&DialCallSid=l&DialCallDuration=40&RecordingUrl={url}");
        let told =
            format!("CallSid=c&RecordingSid={id}&RecordingUrl={url}&RecordingStatus=completed&RecordingDuration=40");
        let call = call(
            carrier,
            &[
                (Hook::Voice, "", "CallSid=c&CallStatus=ringing"),
                (Hook::Dial, "step=o&turn=1&call=c", &dial),
                (Hook::Recording, "of=forward&call=c", &told),
            ],
        );
        assert_eq!(call.recordings.keys().map(RecordingId::as_str).collect::<Vec<_>>(), [id], "{carrier:?} {url}");
        // A message whose id is told later is a message all the same.
        let message = format!("CallSid=c&RecordingUrl={url}&RecordingDuration=9");
        let EventKind::RecordResult { recording, untold, .. } = event(carrier, 0, (Hook::Record, "", &message)).kind
        else {
            panic!("{url}")
        };
        assert!(recording.is_some() || untold, "{url}");
    }
}

#[test]
fn what_vonage_says_beside_its_statuses_is_not_answered() {
    let status = |word: &str| {
        format!(r#"{{"uuid": "l", "conversation_uuid": "CON-1", "direction": "outbound", "status": "{word}"}}"#)
    };
    for word in ["human", "machine", "answered", "ringing"] {
        let event = event(Carrier::Vonage, 0, (Hook::Dial, "step=o&turn=1&call=c", &status(word)));
        assert!(!event.kind.wants_document(), "{word}");
    }
    for word in ["disconnected", "record", "brand-new"] {
        let read = read_at(Carrier::Vonage, 0, (Hook::Dial, "step=o&turn=1&call=c", &status(word)));
        assert_eq!(read, Err(ReadError::UnknownStatus("/status")), "{word}");
    }
    for carrier in Carrier::ALL.iter().copied() {
        let waits = carrier != Carrier::Vonage;
        assert_eq!(carrier.ignores_unknown(Hook::Dial), !waits, "{carrier:?}");
        for hook in [Hook::Leg, Hook::Status, Hook::Recording] {
            assert!(carrier.ignores_unknown(hook), "{carrier:?} {hook:?}");
        }
        for hook in [Hook::Voice, Hook::Gather, Hook::Record, Hook::Whisper, Hook::Accept] {
            assert!(!carrier.ignores_unknown(hook), "{carrier:?} {hook:?}");
        }
    }
}

/// The carrier, hook and query, the body, and what is kept of the failure.
type Case<'a> = (Carrier, (Hook, &'a str), &'a str, Option<&'a str>);

#[test]
fn why_a_forward_failed_is_kept() {
    let dial = (Hook::Dial, "step=o&turn=1&call=c");
    let leg = (Hook::Leg, "call=c");
    let cases: [Case; 16] = [
        (
            Carrier::Twilio,
            dial,
            "CallSid=c&DialCallStatus=failed&ErrorCode=13227&ErrorMessage=No%20permission",
            Some("13227"),
        ),
        (
            Carrier::Twilio,
            leg,
            "CallSid=l&ParentCallSid=c&CallStatus=failed&ErrorCode=13224&SipResponseCode=404",
            Some("13224"),
        ),
        (Carrier::Twilio, leg, "CallSid=l&ParentCallSid=c&CallStatus=failed&SipResponseCode=503", Some("sip_503")),
        (Carrier::Twilio, leg, "CallSid=l&ParentCallSid=c&CallStatus=no-answer&SipResponseCode=487", None),
        (
            Carrier::Twilio,
            leg,
            "CallSid=l&ParentCallSid=c&CallStatus=completed&CallDuration=9&SipResponseCode=200&ErrorCode=0",
            None,
        ),
        (Carrier::SignalWire, leg, "CallSid=l&CallStatus=failed&SipResultCode=488", Some("sip_488")),
        (
            Carrier::Telnyx,
            leg,
            "CallSid=l&CallStatus=failed&HangupCause=unallocated_number",
            Some("unallocated_number"),
        ),
        (Carrier::Telnyx, leg, "CallSid=l&CallStatus=no-answer&HangupCause=normal_clearing", None),
        (
            Carrier::Plivo,
            dial,
            "CallUUID=c&DialStatus=failed&DialHangupCause=NO_ROUTE_DESTINATION",
            Some("NO_ROUTE_DESTINATION"),
        ),
        (
            Carrier::Plivo,
            leg,
            "DialBLegUUID=l&DialALegUUID=c&DialAction=hangup&DialBLegHangupCause=UNALLOCATED_NUMBER",
            Some("UNALLOCATED_NUMBER"),
        ),
        (
            Carrier::Vonage,
            dial,
            r#"{"uuid": "l", "status": "failed", "detail": "cannot_route", "sip_code": 404}"#,
            Some("cannot_route"),
        ),
        (Carrier::Vonage, dial, r#"{"uuid": "l", "status": "rejected", "sip_code": 603}"#, Some("sip_603")),
        (
            Carrier::Bandwidth,
            dial,
            r#"{"callId": "c", "eventType": "transferComplete", "cause": "account-limit", "errorMessage": "limit"}"#,
            Some("account-limit"),
        ),
        (
            Carrier::Bandwidth,
            leg,
            r#"{"callId": "l", "parentCallId": "c", "eventType": "transferDisconnect", "cause": "error"}"#,
            Some("error"),
        ),
        (
            Carrier::Jambonz,
            dial,
            r#"{"call_sid": "c", "call_status": "in-progress", "dial_call_status": "failed", "dial_sip_status": 503}"#,
            Some("sip_503"),
        ),
        (
            Carrier::Jambonz,
            (Hook::Status, ""),
            r#"{"call_sid": "l", "parent_call_sid": "c", "direction": "outbound", "call_status": "failed", "sip_status": 404, "sip_reason": "Not Found"}"#,
            Some("sip_404"),
        ),
    ];
    for (carrier, (hook, query), body, expected) in cases {
        let call = Call::from_event(&event(carrier, 0, (hook, query, body)));
        let of_leg = call.legs.values().filter_map(|leg| leg.failure.as_ref());
        let told: Vec<_> = of_leg.chain(call.dials.iter().filter_map(|dial| dial.failure.as_ref())).collect();
        assert_eq!(told.first().map(|failure| failure.code.as_str()), expected, "{carrier:?} {body}");
    }
}

#[test]
fn who_ended_a_call_where_the_carrier_says_so() {
    let form = "From=%2B13125550123&To=%2B13125550142&CallStatus=completed";
    let cases = [
        (Carrier::Telnyx, format!("CallSid=c&{form}&HangupSource=caller"), Some(HungUpBy::Caller)),
        (Carrier::Telnyx, format!("CallSid=c&{form}&HangupSource=callee"), Some(HungUpBy::Business)),
        (Carrier::Telnyx, format!("CallSid=c&{form}&HangupSource=unknown"), None),
        (Carrier::SignalWire, format!("CallSid=c&{form}&HangupBy=%2B13125550123"), Some(HungUpBy::Caller)),
        (Carrier::SignalWire, format!("CallSid=c&{form}&HangupBy=%2B13125550142"), Some(HungUpBy::Business)),
        (Carrier::Plivo, "CallUUID=c&CallStatus=completed&HangupSource=Caller".to_owned(), Some(HungUpBy::Caller)),
        (Carrier::Plivo, "CallUUID=c&CallStatus=completed&HangupSource=Callee".to_owned(), Some(HungUpBy::Business)),
        (Carrier::Plivo, "CallUUID=c&CallStatus=completed&HangupSource=Plivo".to_owned(), Some(HungUpBy::Carrier)),
        (
            Carrier::Vonage,
            r#"{"uuid": "c", "status": "completed", "disconnected_by": "user"}"#.to_owned(),
            Some(HungUpBy::Caller),
        ),
        (
            Carrier::Vonage,
            r#"{"uuid": "c", "status": "completed", "disconnected_by": "platform"}"#.to_owned(),
            Some(HungUpBy::Carrier),
        ),
        (
            Carrier::Jambonz,
            r#"{"call_sid": "c", "call_status": "completed", "call_termination_by": "caller"}"#.to_owned(),
            Some(HungUpBy::Caller),
        ),
        (
            Carrier::Jambonz,
            r#"{"call_sid": "c", "call_status": "completed", "call_termination_by": "jambonz"}"#.to_owned(),
            Some(HungUpBy::Carrier),
        ),
        (Carrier::Twilio, format!("CallSid=c&{form}"), None),
        (Carrier::Bandwidth, r#"{"callId": "c", "eventType": "disconnect", "cause": "hangup"}"#.to_owned(), None),
    ];
    for (carrier, body, expected) in cases {
        assert_eq!(
            Call::from_event(&event(carrier, 0, (Hook::Status, "", &body))).hung_up_by,
            expected,
            "{carrier:?} {body}"
        );
    }
    let at_the_tone =
        event(Carrier::Twilio, 0, (Hook::Record, "step=m&turn=1", "CallSid=c&Digits=hangup&CallStatus=completed"));
    assert_eq!(Call::from_event(&at_the_tone).hung_up_by, Some(HungUpBy::Caller));
}

#[test]
fn who_hangs_up_at_the_tone_has_missed_the_business() {
    const RING: Webhook = (Hook::Voice, "", "CallSid=c&CallStatus=ringing");
    let end = |seconds: u32| format!("CallSid=c&CallStatus=completed&CallDuration={seconds}");
    let recorded = |seconds: u32| {
        format!(
            "CallSid=c&RecordingSid=r&RecordingStatus=completed&RecordingSource=RecordVerb&RecordingDuration={seconds}"
        )
    };
    let absent = "CallSid=c&RecordingSid=r&RecordingStatus=absent&RecordingSource=RecordVerb".to_owned();
    let hung_up = "CallSid=c&CallStatus=completed&Digits=hangup&RecordingSid=r&RecordingDuration=1".to_owned();
    let nothing: [(Hook, String); 0] = [];
    let cases = [
        ("left at the tone, no webhook tells of the message", Vec::from(nothing), 8, CallOutcome::Missed),
        (
            "left at the tone, a second was recorded",
            vec![(Hook::Record, hung_up.clone()), (Hook::Recording, recorded(1))],
            9,
            CallOutcome::Missed,
        ),
        ("two seconds of it", vec![(Hook::Recording, recorded(2))], 9, CallOutcome::Missed),
        (
            "thrown away by the carrier",
            vec![(Hook::Record, hung_up), (Hook::Recording, absent)],
            9,
            CallOutcome::Missed,
        ),
        ("a short message", vec![(Hook::Recording, recorded(3))], 12, CallOutcome::Voicemail),
        ("a message", vec![(Hook::Recording, recorded(40))], 60, CallOutcome::Voicemail),
    ];
    let record = Verb::Record(Record { max_seconds: 120, action: String::new(), recording_url: String::new() });
    for (name, webhooks, seconds, expected) in cases {
        let ring = event(Carrier::Twilio, 0, RING);
        let mut call = Call::from_event(&ring);
        call.join(&Call::answered(&ring, &Document::from([record.clone()])));
        for (hook, body) in &webhooks {
            call.merge(&event(Carrier::Twilio, 5, (*hook, "", body)));
        }
        call.merge(&event(Carrier::Twilio, seconds.into(), (Hook::Status, "", &end(seconds))));
        assert_eq!(call.outcome(), expected, "{name}");
    }
    let mut left = Call::from_event(&event(Carrier::Twilio, 0, RING));
    left.merge(&event(Carrier::Twilio, 8, (Hook::Status, "", &end(8))));
    assert_eq!(left.outcome(), CallOutcome::Abandoned, "nobody was asked for a message");
}

#[test]
fn a_call_that_the_flow_ended_is_over_at_once() {
    let ring = event(Carrier::Twilio, 0, (Hook::Voice, "", "CallSid=c&CallStatus=ringing"));
    let dialled = event(
        Carrier::Twilio,
        50,
        (
            Hook::Dial,
            "step=o&turn=1",
            "CallSid=c&CallStatus=in-progress&DialCallStatus=completed&DialBridged=true&DialCallDuration=40",
        ),
    );
    let mut call = Call::from_event(&ring);
    call.join(&Call::answered(&ring, &Document::default()));
    assert!(!call.is_over());
    call.merge(&dialled);
    call.join(&Call::answered(&dialled, &Document::from([Verb::say("Goodbye."), Verb::Hangup])));
    assert_eq!(
        (call.outcome(), call.ended_by(), call.total_seconds()),
        (CallOutcome::Answered, Some(EndedBy::Flow), Some(50))
    );
    call.merge(&event(Carrier::Twilio, 52, (Hook::Status, "", "CallSid=c&CallStatus=completed&CallDuration=49")));
    assert_eq!(
        (call.outcome(), call.ended_by(), call.total_seconds()),
        (CallOutcome::Answered, Some(EndedBy::Told), Some(49))
    );
}
