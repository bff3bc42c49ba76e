//! Who calls, at each carrier: shown, withheld in whatever words, or asked not to be shown.

use call_router::{
    call::{Call, PlaceSource},
    carrier::{Carrier, Hook, read},
    event::{CallEvent, Caller},
};
use dni_core::{phone::E164, pii::Pii, time::Millis};

const NOW: Millis = Millis::from_unix_ms(1_790_000_000_000);
const TWIML: [Carrier; 3] = [Carrier::Twilio, Carrier::SignalWire, Carrier::Telnyx];

fn event(carrier: Carrier, hook: Hook, body: &str) -> CallEvent {
    let content_type = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
    read(carrier, hook, "", content_type, body.as_bytes(), NOW)
        .unwrap_or_else(|error| panic!("{carrier:?} {body}: {error}"))
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The first webhook of a call from somebody, at each carrier.
fn rings(from: &str) -> Vec<(Carrier, String)> {
    let json = |call: &str, other: &str| {
        let mut body = serde_json::json!({ call: "c", "from": from, "to": "+13125550142" });
        body.as_object_mut().unwrap().extend(serde_json::from_str::<serde_json::Map<_, _>>(other).unwrap());
        body.to_string()
    };
    let twiml = TWIML.map(|carrier| {
        (carrier, form(&[("CallSid", "c"), ("From", from), ("FromCountry", "TH"), ("CallerName", "BANGKOK")]))
    });
    let others = [
        (Carrier::Plivo, form(&[("CallUUID", "c"), ("From", from), ("To", "13125550142"), ("CallerName", "BANGKOK")])),
        (Carrier::Vonage, json("uuid", "{}")),
        (Carrier::Bandwidth, json("callId", r#"{"eventType": "initiate"}"#)),
        (Carrier::Jambonz, json("call_sid", r#"{"direction": "inbound", "caller_name": "BANGKOK"}"#)),
    ];
    twiml.into_iter().chain(others).collect()
}

#[test]
fn a_withheld_caller_comes_from_nowhere_at_every_carrier() {
    let spellings = [
        "Anonymous",
        "anonymous",
        "Restricted",
        "UNAVAILABLE",
        "+266696687",
        "266696687",
        "+7378742883",
        "+8566696",
        "0000000000",
        "sip:anonymous@anonymous.invalid",
        "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=9",
        "sip:unavailable@unknown.invalid",
        "sip:restricted@10.0.0.1:5060",
    ];
    for from in spellings {
        for (carrier, body) in rings(from) {
            let call = Call::from_event(&event(carrier, Hook::Voice, &body));
            assert_eq!(call.caller.as_ref().map(Pii::expose), Some(&Caller::Withheld), "{carrier:?} {from}");
            assert_eq!(call.known_place(), Default::default(), "{carrier:?} {from}");
            assert_eq!(call.caller_name, None, "{carrier:?} {from}");
        }
    }
}

#[test]
fn who_asks_not_to_be_shown_is_not() {
    let number = "+13125550123";
    let jambonz = |headers: &str| {
        format!(
            r#"{{"call_sid": "c", "direction": "inbound", "from": "{number}", "caller_name": "DOE", "sip": {{"headers": {headers}}}}}"#
        )
    };
    let cases = [
        (Carrier::Jambonz, jambonz(r#"{"privacy": "id"}"#), true),
        (Carrier::Jambonz, jambonz(r#"{"Privacy": "user;id;critical"}"#), true),
        (Carrier::Jambonz, jambonz(r#"{"remote-party-id": "<sip:+13125550123@pbx>;privacy=full"}"#), true),
        (Carrier::Jambonz, jambonz(r#"{"privacy": "none"}"#), false),
        (Carrier::Jambonz, jambonz(r#"{"privacy": "session"}"#), false),
        (Carrier::Jambonz, jambonz("{}"), false),
        (Carrier::Twilio, form(&[("CallSid", "c"), ("From", number), ("SipHeader_Privacy", "id")]), true),
        (Carrier::SignalWire, form(&[("CallSid", "c"), ("From", number), ("SipHeader_Privacy", "header;id")]), true),
        (Carrier::Telnyx, form(&[("CallSid", "c"), ("From", number), ("SipHeader_Privacy", "none")]), false),
        (Carrier::Plivo, form(&[("CallUUID", "c"), ("From", "13125550123"), ("SIP-H-Privacy", "id")]), true),
        (Carrier::Vonage, r#"{"uuid": "c", "from": "13125550123", "SipHeader_Privacy": "id"}"#.to_owned(), true),
        (
            Carrier::Bandwidth,
            format!(r#"{{"callId": "c", "eventType": "initiate", "from": "{number}", "privacy": true}}"#),
            true,
        ),
        (
            Carrier::Bandwidth,
            format!(r#"{{"callId": "c", "eventType": "initiate", "from": "{number}", "privacy": false}}"#),
            false,
        ),
    ];
    for (carrier, body, is_hidden) in cases {
        let mut call = Call::from_event(&event(carrier, Hook::Voice, &body));
        assert_eq!(call.caller_number().is_none(), is_hidden, "{carrier:?} {body}");
        // A later webhook repeats the number without the header.
        let later = event(carrier, Hook::Gather, &body.replace("rivacy", "x"));
        assert!(later.caller.as_ref().unwrap().expose().number().is_some(), "{carrier:?}");
        call.merge(&later);
        assert_eq!(call.caller_number().is_none(), is_hidden, "{carrier:?} {body}");
        let mut other_way = Call::from_event(&later);
        other_way.merge(&event(carrier, Hook::Voice, &body));
        assert_eq!(other_way, call, "{carrier:?} {body}");
    }
}

#[test]
fn an_address_with_a_number_is_that_number() {
    let number = |text| Some(E164::parse(text).unwrap());
    for from in ["sip:+442079460018@sbc.example", "<sip:+442079460018@1.1.1.1:5060;user=phone>", "tel:+442079460018"] {
        for (carrier, body) in rings(from) {
            let call = Call::from_event(&event(carrier, Hook::Voice, &body));
            assert_eq!(call.caller_number(), number("+442079460018"), "{carrier:?} {from}");
        }
    }
    let dialled = [
        (Carrier::Twilio, form(&[("CallSid", "c"), ("To", "sip:+13125550142@harbor.sip.twilio.com")])),
        (Carrier::Jambonz, r#"{"call_sid": "c", "to": "sip:13125550142@10.0.0.1"}"#.to_owned()),
        (Carrier::Bandwidth, r#"{"callId": "c", "to": "sip:+13125550142@voice.bandwidth.com"}"#.to_owned()),
        (Carrier::Vonage, r#"{"uuid": "c", "to": "sip:13125550142@sip.nexmo.com"}"#.to_owned()),
    ];
    for (carrier, body) in dialled {
        assert_eq!(event(carrier, Hook::Voice, &body).number, number("+13125550142"), "{carrier:?}");
    }
}

#[test]
fn where_a_number_is_from_is_known_by_the_carrier_or_else_by_the_number() {
    let told = form(&[("CallSid", "c"), ("From", "+442079460018"), ("FromCountry", "FR")]);
    let cases = [
        (
            Carrier::Telnyx,
            form(&[("CallSid", "c"), ("From", "+442079460018")]),
            Some("GB"),
            None,
            Some(PlaceSource::Number),
        ),
        (Carrier::Twilio, told, Some("FR"), None, Some(PlaceSource::Carrier)),
        (
            Carrier::Plivo,
            form(&[("CallUUID", "c"), ("From", "13125550123")]),
            Some("US"),
            Some("IL"),
            Some(PlaceSource::Number),
        ),
        (
            Carrier::Vonage,
            r#"{"uuid": "c", "from": "14165550123"}"#.to_owned(),
            Some("CA"),
            Some("ON"),
            Some(PlaceSource::Number),
        ),
        (Carrier::Bandwidth, r#"{"callId": "c", "from": "+18005550123"}"#.to_owned(), None, None, None),
        (Carrier::Jambonz, r#"{"call_sid": "c", "from": "sip:alice@pbx.example"}"#.to_owned(), None, None, None),
    ];
    for (carrier, body, country, state, source) in cases {
        let (place, from) = Call::from_event(&event(carrier, Hook::Voice, &body)).known_place();
        let text = |part: &Option<call_router::text::Text<64>>| part.as_ref().map(ToString::to_string);
        assert_eq!(
            (text(&place.country).as_deref(), text(&place.state).as_deref(), from),
            (country, state, source),
            "{carrier:?} {body}"
        );
    }
}
