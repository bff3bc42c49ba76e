//! Whole calls at each carrier, from webhooks in any order and with repetitions.

use call_router::{
    call::{Call, CallOutcome},
    carrier::{Carrier, Hook, read},
    event::CallEvent,
};
use dni_core::time::Millis;

/// When the first webhook is received, as Unix time in milliseconds; the others follow five seconds apart.
const RINGS_AT: u64 = 1_790_000_000_000;
const APART: u64 = 5_000;

/// A webhook: its hook, its query and its body.
type Webhook = (Hook, &'static str, &'static str);

/// Calls of 50 seconds, with how long the two spoke and how many recordings there are.
const ANSWERED: [(Carrier, u32, usize, &[Webhook]); 6] = [
    (
        Carrier::SignalWire,
        40,
        1,
        &[
            (Hook::Voice, "", "CallSid=c&From=%2B13125550123&To=%2B13125550142&CallStatus=ringing"),
            (Hook::Leg, "call=c", "CallSid=l&To=%2B13125550199&CallStatus=in-progress&SequenceNumber=2"),
            (Hook::Leg, "call=c", "CallSid=l&To=%2B13125550199&CallStatus=completed&CallDuration=40&SequenceNumber=3"),
            (
                Hook::Dial,
                "step=o&turn=1&call=c",
                "CallSid=c&CallStatus=in-progress&DialCallStatus=completed&DialCallSid=l&DialCallDuration=40",
            ),
            (
                Hook::Recording,
                "of=forward&call=c",
                "CallSid=c&RecordingSid=r&RecordingStatus=completed&RecordingDuration=40",
            ),
            (Hook::Status, "", "CallSid=c&CallStatus=completed&CallDuration=50"),
        ],
    ),
    (
        Carrier::Telnyx,
        40,
        1,
        &[
            (Hook::Voice, "", "CallSid=v3%3Ac&From=%2B13125550123&To=%2B13125550142&CallStatus=ringing"),
            (Hook::Whisper, "step=o&turn=1&call=v3%3Ac", "CallSid=v3%3Al&From=%2B13125550142&To=%2B13125550199"),
            (Hook::Leg, "call=v3%3Ac", "CallSid=v3%3Al&CallStatus=completed&CallDuration=40&SequenceNumber=3"),
            (
                Hook::Dial,
                "step=o&turn=1&call=v3%3Ac",
                "CallSid=v3%3Ac&DialCallStatus=completed&DialCallSid=v3%3Al&DialCallDuration=40",
            ),
            (
                Hook::Recording,
                "of=forward&call=v3%3Ac",
                "CallSid=v3%3Ac&RecordingSid=r&RecordingStatus=completed&RecordingSource=DialVerb",
            ),
            (Hook::Status, "", "CallSid=v3%3Ac&CallStatus=completed&CallDuration=50"),
        ],
    ),
    (
        Carrier::Plivo,
        40,
        1,
        &[
            (Hook::Voice, "", "CallUUID=c&From=13125550123&To=13125550142&CallStatus=ringing&Event=StartApp"),
            (Hook::Leg, "call=c", "DialALegUUID=c&DialBLegUUID=l&DialAction=answer&DialBLegTo=13125550199"),
            (
                Hook::Leg,
                "call=c",
                "DialALegUUID=c&DialBLegUUID=l&DialAction=hangup&DialBLegDuration=40&DialBLegHangupCause=NORMAL_CLEARING",
            ),
            (
                Hook::Dial,
                "step=o&turn=1&call=c",
                "CallUUID=c&CallStatus=in-progress&DialStatus=completed&DialBLegUUID=l",
            ),
            (
                Hook::Recording,
                "of=forward&call=c",
                "RecordingID=r&RecordUrl=https%3A%2F%2Fh%2Fr.mp3&RecordingDuration=40",
            ),
            (Hook::Status, "", "CallUUID=c&CallStatus=completed&Duration=50&Event=Hangup"),
        ],
    ),
    (
        Carrier::Vonage,
        40,
        1,
        &[
            (
                Hook::Voice,
                "",
                r#"{"uuid": "c", "conversation_uuid": "CON", "from": "13125550123", "to": "13125550142"}"#,
            ),
            (
                Hook::Dial,
                "step=o&turn=1&call=c",
                r#"{"uuid": "l", "conversation_uuid": "CON", "status": "ringing", "direction": "outbound"}"#,
            ),
            (
                Hook::Dial,
                "step=o&turn=1&call=c",
                r#"{"uuid": "l", "conversation_uuid": "CON", "status": "answered", "direction": "outbound"}"#,
            ),
            (
                Hook::Dial,
                "step=o&turn=1&call=c",
                r#"{"uuid": "l", "conversation_uuid": "CON", "status": "completed", "duration": "40"}"#,
            ),
            (
                Hook::Recording,
                "of=forward&call=c",
                r#"{"conversation_uuid": "CON", "recording_uuid": "r", "recording_url": "https://h/r"}"#,
            ),
            (Hook::Status, "", r#"{"uuid": "c", "conversation_uuid": "CON", "status": "completed", "duration": "50"}"#),
        ],
    ),
    (
        Carrier::Bandwidth,
        40,
        1,
        &[
            (
                Hook::Voice,
                "",
                r#"{"callId": "c", "eventType": "initiate", "from": "+13125550123", "to": "+13125550142"}"#,
            ),
            (
                Hook::Whisper,
                "step=o&turn=1&call=c",
                r#"{"callId": "l", "parentCallId": "c", "eventType": "transferAnswer"}"#,
            ),
            (
                Hook::Leg,
                "call=c",
                r#"{"callId": "l", "parentCallId": "c", "eventType": "transferDisconnect", "cause": "hangup",
                "answerTime": "2026-10-09T08:53:20Z", "endTime": "2026-10-09T08:54:00Z"}"#,
            ),
            (
                Hook::Dial,
                "step=o&turn=1&call=c",
                r#"{"callId": "c", "eventType": "transferComplete", "cause": "hangup"}"#,
            ),
            (
                Hook::Recording,
                "of=forward&call=c",
                r#"{"callId": "c", "recordingId": "r", "mediaUrl": "https://h/r", "duration": "PT40S"}"#,
            ),
            (
                Hook::Status,
                "",
                r#"{"callId": "c", "eventType": "disconnect", "cause": "hangup",
                "answerTime": "2026-10-09T08:53:10Z", "endTime": "2026-10-09T08:54:00Z"}"#,
            ),
        ],
    ),
    (
        Carrier::Jambonz,
        40,
        0,
        &[
            (
                Hook::Voice,
                "",
                r#"{"call_sid": "c", "direction": "inbound", "from": "+13125550123", "to": "+13125550142", "call_status": "trying"}"#,
            ),
            (
                Hook::Status,
                "",
                r#"{"call_sid": "l", "parent_call_sid": "c", "direction": "outbound", "call_status": "ringing"}"#,
            ),
            (
                Hook::Status,
                "",
                r#"{"call_sid": "l", "parent_call_sid": "c", "direction": "outbound", "call_status": "completed", "duration": 40}"#,
            ),
            (Hook::Accept, "step=o&turn=1&call=c", r#"{"call_sid": "l", "digits": "1", "reason": "dtmfDetected"}"#),
            (
                Hook::Dial,
                "step=o&turn=1&call=c",
                r#"{"call_sid": "c", "call_status": "in-progress", "dial_call_status": "completed", "dial_sip_status": 200,
                "dial_call_sid": "l"}"#,
            ),
            (
                Hook::Status,
                "",
                r#"{"call_sid": "c", "direction": "inbound", "call_status": "completed", "duration": 50}"#,
            ),
        ],
    ),
];

#[test]
fn answered_calls() {
    for (carrier, talk, recordings, webhooks) in ANSWERED {
        let call = check(carrier, webhooks);
        assert_eq!(call.outcome(), CallOutcome::Answered, "{}", carrier.id());
        assert_eq!((call.talk_seconds(), call.total_seconds()), (talk, Some(50)), "{}", carrier.id());
        assert_eq!(call.recordings.len(), recordings, "{}", carrier.id());
        assert_eq!(call.legs.len(), 1, "{}", carrier.id());
        assert_eq!(call.number.unwrap().as_str(), "+13125550142", "{}", carrier.id());
    }
}

#[test]
fn a_business_that_presses_nothing_was_not_connected() {
    let calls: [(Carrier, &[Webhook]); 2] = [
        (
            Carrier::Bandwidth,
            &[
                (
                    Hook::Voice,
                    "",
                    r#"{"callId": "c", "eventType": "initiate", "from": "+13125550123", "to": "+13125550142"}"#,
                ),
                (
                    Hook::Whisper,
                    "step=o&turn=1&call=c",
                    r#"{"callId": "l", "parentCallId": "c", "eventType": "transferAnswer"}"#,
                ),
                (
                    Hook::Accept,
                    "step=o&turn=1&call=c",
                    r#"{"callId": "l", "parentCallId": "c", "eventType": "gather", "digits": ""}"#,
                ),
                (
                    Hook::Dial,
                    "step=o&turn=1&call=c",
                    r#"{"callId": "c", "eventType": "transferComplete", "cause": "hangup"}"#,
                ),
                (
                    Hook::Status,
                    "",
                    r#"{"callId": "c", "eventType": "disconnect", "cause": "hangup",
                "answerTime": "2026-10-09T08:53:10Z", "endTime": "2026-10-09T08:54:00Z"}"#,
                ),
            ],
        ),
        (
            Carrier::Jambonz,
            &[
                (
                    Hook::Voice,
                    "",
                    r#"{"call_sid": "c", "direction": "inbound", "from": "+13125550123", "call_status": "trying"}"#,
                ),
                (Hook::Whisper, "step=o&turn=1&call=c", r#"{"call_sid": "l", "parent_call_sid": "c"}"#),
                (Hook::Accept, "step=o&turn=1&call=c", r#"{"call_sid": "l", "reason": "timeout"}"#),
                (
                    Hook::Dial,
                    "step=o&turn=1&call=c",
                    r#"{"call_sid": "c", "dial_call_status": "completed", "dial_call_sid": "l"}"#,
                ),
                (
                    Hook::Status,
                    "",
                    r#"{"call_sid": "c", "direction": "inbound", "call_status": "completed", "duration": 50}"#,
                ),
            ],
        ),
    ];
    for (carrier, webhooks) in calls {
        let call = check(carrier, webhooks);
        assert_eq!(call.outcome(), CallOutcome::Missed, "{}", carrier.id());
        assert_eq!(call.talk_seconds(), 0, "{}", carrier.id());
    }
}

/// A call at Bandwidth in which the business answers.
const BANDWIDTH_RINGS: Webhook =
    (Hook::Voice, "", r#"{"callId": "c", "eventType": "initiate", "from": "+13125550123", "to": "+13125550142"}"#);
const BANDWIDTH_WHISPERS: Webhook = (
    Hook::Whisper,
    "step=o&turn=1&asks=1&call=c",
    r#"{"callId": "l", "parentCallId": "c", "eventType": "transferAnswer"}"#,
);
const BANDWIDTH_LEG_ENDS: Webhook = (
    Hook::Leg,
    "call=c",
    r#"{"callId": "l", "parentCallId": "c", "eventType": "transferDisconnect", "cause": "hangup",
    "answerTime": "2026-10-09T08:53:20Z", "endTime": "2026-10-09T08:53:24Z"}"#,
);
const BANDWIDTH_FORWARD_ENDS: Webhook =
    (Hook::Dial, "step=o&turn=1&call=c", r#"{"callId": "c", "eventType": "transferComplete", "cause": "hangup"}"#);
const BANDWIDTH_ENDS: Webhook = (
    Hook::Status,
    "",
    r#"{"callId": "c", "eventType": "disconnect", "cause": "hangup", "answerTime": "2026-10-09T08:53:14Z",
    "endTime": "2026-10-09T08:53:24Z"}"#,
);

/// A call at jambonz in which the business answers.
const JAMBONZ_RINGS: Webhook = (
    Hook::Voice,
    "",
    r#"{"call_sid": "c", "direction": "inbound", "from": "+13125550123", "to": "+13125550142", "call_status": "trying"}"#,
);
const JAMBONZ_LEG_ENDS: Webhook = (
    Hook::Status,
    "",
    r#"{"call_sid": "l", "parent_call_sid": "c", "direction": "outbound", "call_status": "completed", "duration": 4}"#,
);
const JAMBONZ_ENDS: Webhook =
    (Hook::Status, "", r#"{"call_sid": "c", "direction": "inbound", "call_status": "completed", "duration": 10}"#);

/// Calls that end while the business hears who calls, or while it rings: who hangs up, and what becomes of the call.
const HEARD_ONLY: [(&str, Carrier, CallOutcome, &[Webhook]); 11] = [
    (
        "the business, asked for a key",
        Carrier::Bandwidth,
        CallOutcome::Missed,
        &[BANDWIDTH_RINGS, BANDWIDTH_WHISPERS, BANDWIDTH_LEG_ENDS, BANDWIDTH_FORWARD_ENDS, BANDWIDTH_ENDS],
    ),
    (
        "the caller",
        Carrier::Bandwidth,
        CallOutcome::Abandoned,
        &[BANDWIDTH_RINGS, BANDWIDTH_WHISPERS, BANDWIDTH_LEG_ENDS, BANDWIDTH_ENDS],
    ),
    (
        "nobody: it was heard to its end",
        Carrier::Bandwidth,
        CallOutcome::Answered,
        &[
            BANDWIDTH_RINGS,
            BANDWIDTH_WHISPERS,
            (
                Hook::Accept,
                "step=o&turn=1&taken=1&call=c",
                r#"{"callId": "l", "parentCallId": "c", "eventType": "redirect"}"#,
            ),
            BANDWIDTH_LEG_ENDS,
            BANDWIDTH_FORWARD_ENDS,
            BANDWIDTH_ENDS,
        ],
    ),
    (
        "the caller, while it rang",
        Carrier::Bandwidth,
        CallOutcome::Abandoned,
        &[
            BANDWIDTH_RINGS,
            (
                Hook::Dial,
                "step=o&turn=1&call=c",
                r#"{"callId": "c", "eventType": "transferComplete", "cause": "cancel"}"#,
            ),
            BANDWIDTH_ENDS,
        ],
    ),
    (
        "the business, asked for a key",
        Carrier::Jambonz,
        CallOutcome::Missed,
        &[
            JAMBONZ_RINGS,
            (Hook::Whisper, "step=o&turn=1&asks=1&call=c", r#"{"call_sid": "l", "parent_call_sid": "c"}"#),
            JAMBONZ_LEG_ENDS,
            (
                Hook::Dial,
                "step=o&turn=1&call=c",
                r#"{"call_sid": "c", "call_status": "in-progress", "dial_call_status": "completed", "dial_call_sid": "l"}"#,
            ),
            JAMBONZ_ENDS,
        ],
    ),
    (
        "the caller",
        Carrier::Jambonz,
        CallOutcome::Abandoned,
        &[
            JAMBONZ_RINGS,
            (Hook::Whisper, "step=o&turn=1&call=c", r#"{"call_sid": "l", "parent_call_sid": "c"}"#),
            JAMBONZ_LEG_ENDS,
            (
                Hook::Dial,
                "step=o&turn=1&call=c",
                r#"{"call_sid": "c", "call_status": "completed", "dial_call_status": "completed", "dial_call_sid": "l"}"#,
            ),
            JAMBONZ_ENDS,
        ],
    ),
    (
        "the caller",
        Carrier::SignalWire,
        CallOutcome::Abandoned,
        &[
            (Hook::Voice, "", "CallSid=c&From=%2B13125550123&To=%2B13125550142&CallStatus=ringing"),
            (Hook::Whisper, "step=o&turn=1&asks=1&call=c", "CallSid=l"),
            (Hook::Leg, "call=c", "CallSid=l&CallStatus=completed&CallDuration=4&SequenceNumber=3"),
            (
                Hook::Dial,
                "step=o&turn=1&call=c",
                "CallSid=c&CallStatus=completed&DialCallStatus=completed&DialCallSid=l&DialCallDuration=4",
            ),
            (Hook::Status, "", "CallSid=c&CallStatus=completed&CallDuration=10"),
        ],
    ),
    (
        "the business, asked for a key",
        Carrier::Telnyx,
        CallOutcome::Missed,
        &[
            (Hook::Voice, "", "CallSid=c&From=%2B13125550123&To=%2B13125550142&CallStatus=ringing"),
            (Hook::Whisper, "step=o&turn=1&asks=1&call=c", "CallSid=l"),
            (Hook::Leg, "call=c", "CallSid=l&CallStatus=completed&CallDuration=4&SequenceNumber=3"),
            (Hook::Dial, "step=o&turn=1&call=c", "CallSid=c&DialCallStatus=completed&DialCallSid=l&DialCallDuration=4"),
            (Hook::Status, "", "CallSid=c&CallStatus=completed&CallDuration=10"),
        ],
    ),
    (
        "the caller",
        Carrier::Plivo,
        CallOutcome::Abandoned,
        &[
            (Hook::Voice, "", "CallUUID=c&From=13125550123&To=13125550142&CallStatus=ringing&Event=StartApp"),
            (Hook::Whisper, "step=o&turn=1&asks=1&call=c", "CallUUID=l&DialBLegUUID=l"),
            (
                Hook::Leg,
                "call=c",
                "DialBLegUUID=l&DialAction=hangup&DialBLegDuration=4&DialBLegHangupCause=NORMAL_CLEARING",
            ),
            (Hook::Dial, "step=o&turn=1&call=c", "CallUUID=c&CallStatus=completed&DialStatus=no-answer&DialBLegUUID=l"),
            (Hook::Status, "", "CallUUID=c&CallStatus=completed&Duration=10&Event=Hangup"),
        ],
    ),
    (
        "the business",
        Carrier::Plivo,
        CallOutcome::Missed,
        &[
            (Hook::Voice, "", "CallUUID=c&From=13125550123&To=13125550142&CallStatus=ringing&Event=StartApp"),
            (Hook::Whisper, "step=o&turn=1&call=c", "CallUUID=l&DialBLegUUID=l"),
            (
                Hook::Leg,
                "call=c",
                "DialBLegUUID=l&DialAction=hangup&DialBLegDuration=4&DialBLegHangupCause=NORMAL_CLEARING",
            ),
            (
                Hook::Dial,
                "step=o&turn=1&call=c",
                "CallUUID=c&CallStatus=in-progress&DialStatus=no-answer&DialBLegUUID=l",
            ),
            (Hook::Status, "", "CallUUID=c&CallStatus=completed&Duration=10&Event=Hangup"),
        ],
    ),
    (
        "the caller, while it rang",
        Carrier::Vonage,
        CallOutcome::Abandoned,
        &[
            (
                Hook::Voice,
                "",
                r#"{"uuid": "c", "conversation_uuid": "CON", "from": "13125550123", "to": "13125550142"}"#,
            ),
            (Hook::Dial, "step=o&turn=1&call=c", r#"{"uuid": "l", "status": "cancelled"}"#),
            (Hook::Status, "", r#"{"uuid": "c", "status": "completed", "duration": "10"}"#),
        ],
    ),
];

#[test]
fn calls_that_end_while_the_business_hears_who_calls() {
    for (who, carrier, outcome, webhooks) in HEARD_ONLY {
        let call = check(carrier, webhooks);
        assert_eq!(call.outcome(), outcome, "{}: {who}", carrier.id());
        assert_eq!(call.talk_seconds() > 0, outcome == CallOutcome::Answered, "{}: {who}", carrier.id());
    }
}

#[test]
fn messages() {
    let calls: [(Carrier, &[Webhook]); 3] = [
        (
            Carrier::Plivo,
            &[
                (Hook::Voice, "", "CallUUID=c&From=13125550123&To=13125550142&CallStatus=ringing"),
                (
                    Hook::Dial,
                    "step=o&turn=1&call=c",
                    "CallUUID=c&CallStatus=in-progress&DialStatus=no-answer&DialBLegUUID=",
                ),
                (
                    Hook::Record,
                    "step=m&turn=2&call=c",
                    "CallUUID=c&RecordingID=r&RecordUrl=https%3A%2F%2Fh%2Fr.mp3&RecordingDuration=12",
                ),
                (
                    Hook::Recording,
                    "of=voicemail&call=c",
                    "CallUUID=c&RecordingID=r&RecordUrl=https%3A%2F%2Fh%2Fr.mp3&RecordingDuration=12",
                ),
                (Hook::Status, "", "CallUUID=c&CallStatus=completed&Duration=50"),
            ],
        ),
        (
            Carrier::Vonage,
            &[
                (
                    Hook::Voice,
                    "",
                    r#"{"uuid": "c", "conversation_uuid": "CON", "from": "13125550123", "to": "13125550142"}"#,
                ),
                (Hook::Dial, "step=o&turn=1&call=c", r#"{"uuid": "l", "status": "timeout"}"#),
                (Hook::Record, "step=m&turn=2&call=c", r#"{"conversation_uuid": "CON", "payload": {"asks": "next"}}"#),
                (
                    Hook::Recording,
                    "of=voicemail&call=c",
                    r#"{"conversation_uuid": "CON", "recording_uuid": "r", "recording_url": "https://h/r",
                "start_time": "2026-10-09T08:53:20Z", "end_time": "2026-10-09T08:53:32Z"}"#,
                ),
                (Hook::Status, "", r#"{"uuid": "c", "status": "completed", "duration": "50"}"#),
            ],
        ),
        (
            Carrier::Bandwidth,
            &[
                (
                    Hook::Voice,
                    "",
                    r#"{"callId": "c", "eventType": "initiate", "from": "+13125550123", "to": "+13125550142"}"#,
                ),
                (
                    Hook::Dial,
                    "step=o&turn=1&call=c",
                    r#"{"callId": "c", "eventType": "transferComplete", "cause": "timeout"}"#,
                ),
                (
                    Hook::Recording,
                    "of=voicemail&call=c",
                    r#"{"callId": "c", "recordingId": "r", "mediaUrl": "https://h/r", "duration": "PT12.4S"}"#,
                ),
                (
                    Hook::Status,
                    "",
                    r#"{"callId": "c", "eventType": "disconnect", "cause": "hangup",
                "answerTime": "2026-10-09T08:53:10Z", "endTime": "2026-10-09T08:54:00Z"}"#,
                ),
            ],
        ),
    ];
    for (carrier, webhooks) in calls {
        let call = check(carrier, webhooks);
        assert_eq!(call.outcome(), CallOutcome::Voicemail, "{}", carrier.id());
        assert_eq!(call.recordings.values().map(|message| message.duration).collect::<Vec<_>>(), [Some(12)]);
    }
}

/// Puts a call together in every order, each time with one webhook three times more, and returns its record.
fn check(carrier: Carrier, webhooks: &[Webhook]) -> Call {
    let events: Vec<_> = webhooks.iter().zip(0..).map(|(webhook, place)| event(carrier, webhook, place)).collect();
    let expected = record(events.iter());
    for (count, order) in orders(events.len()).into_iter().enumerate() {
        let again = &events[count % events.len()];
        let shuffled = order.iter().map(|&place| &events[place]);
        let shuffled = [again].into_iter().chain(shuffled).chain([again, again]);
        assert_eq!(record(shuffled), expected, "{}: order {order:?}, repeated {}", carrier.id(), again.key());
    }
    expected
}

fn event(carrier: Carrier, (hook, query, body): &Webhook, place: u64) -> CallEvent {
    let content_type = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
    let at = Millis::from_unix_ms(RINGS_AT + APART * place);
    read(carrier, *hook, query, content_type, body.as_bytes(), at).unwrap()
}

fn record<'a>(mut events: impl Iterator<Item = &'a CallEvent>) -> Call {
    let mut call = Call::from_event(events.next().unwrap());
    events.for_each(|event| call.merge(event));
    call
}

/// Gives every order of `count` places.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(count - 1);
    let with_last = |order: &Vec<usize>, at: usize| {
        let mut longer = order.clone();
        longer.insert(at, count - 1);
        longer
    };
    shorter.iter().flat_map(|order| (0..count).map(move |at| with_last(order, at))).collect()
}
