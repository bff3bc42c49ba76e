//! How the log tells a call.

use call_router::after_call::Tasks;
use call_router::carrier::Hook;
use call_router::event::Caller;
use call_router::lookup::LookupResult;
use dni_core::pii::Pii;
use edge_core::call::record::{AttributionState, CallRecord, EvidenceRecord};
use edge_core::call::state::CallState;
use edge_core::call::task_results::TaskResults;
use serde_json::{Value, json};

use super::harbor::*;

const PUBLIC_URL: &str = "https://calls.example.com";

fn record(state: &CallState, results: &TaskResults) -> CallRecord {
    CallRecord::of(state, results, PUBLIC_URL, RINGS_AT)
}

fn nothing_yet() -> TaskResults {
    TaskResults::default()
}

/// A ring with the answer of Twilio's carrier add-on.
fn ring_with_add_on(line_type: &str) -> String {
    let add_ons = json!({
        "status": "successful",
        "results": { "twilio_carrier_info": { "status": "successful", "result": { "carrier": { "type": line_type } } } },
    });
    let encoded: String = url::form_urlencoded::byte_serialize(add_ons.to_string().as_bytes()).collect();
    format!("CallStatus=ringing&AddOns={encoded}")
}

fn looked_up(line_type: &Value) -> TaskResults {
    let found = json!({ "name": "JANE DOE", "line_type": line_type, "company": "Verizon" });
    let lookup: LookupResult = serde_json::from_value(found).unwrap();
    TaskResults { lookup: Some(lookup), ..nothing_yet() }
}

#[test]
fn the_line_type_is_the_carriers_else_what_was_looked_up() {
    let told = |body: &str| call(POOL_NUMBER, &[(Hook::Voice, "", body)]);
    let (mobile, silent) = (told(&ring_with_add_on("mobile")), told("CallStatus=ringing"));
    let table = [
        ("the add-on alone", &mobile, nothing_yet(), Some("mobile")),
        ("the add-on stands above a look-up", &mobile, looked_up(&json!("landline")), Some("mobile")),
        ("the add-on, where a look-up found nothing", &mobile, looked_up(&Value::Null), Some("mobile")),
        ("a look-up alone", &silent, looked_up(&json!("landline")), Some("landline")),
        ("nobody", &silent, nothing_yet(), None),
    ];
    for (what, state, results, expected) in table {
        let written = serde_json::to_string(&record(state, &results)).unwrap();
        assert_eq!(written.matches("\"line_type\"").count(), 1, "{what}");
        let read: CallRecord = serde_json::from_str(&written).unwrap();
        assert_eq!(read.line_type.as_deref(), expected, "{what}");
    }
}

#[test]
fn a_name_is_the_carriers_else_what_was_looked_up() {
    let named = call(POOL_NUMBER, &[(Hook::Voice, "", "CallStatus=ringing&CallerName=J%20DOE")]);
    let table = [
        (&named, looked_up(&Value::Null), Some("J DOE"), Some("carrier")),
        (&call(POOL_NUMBER, &[RING]), looked_up(&Value::Null), Some("JANE DOE"), Some("lookup")),
        (&call(POOL_NUMBER, &[RING]), nothing_yet(), None, None),
    ];
    for (state, results, name, from) in table {
        let told = record(state, &results);
        assert_eq!(told.customer_name.as_ref().map(|name| name.expose().as_str()), name);
        assert_eq!(told.customer_name_from.as_deref(), from);
    }
}

#[test]
fn a_place_is_the_carriers_else_the_numbers() {
    let placed = "CallStatus=ringing&FromCity=OAK%20PARK&FromState=IL&FromZip=60301&FromCountry=US";
    let (of_carrier, of_number) = (call(POOL_NUMBER, &[(Hook::Voice, "", placed)]), call(POOL_NUMBER, &[RING]));
    for (state, city, from) in [(of_carrier, Some("OAK PARK"), "carrier"), (of_number, None, "number")] {
        let told = record(&state, &nothing_yet());
        assert_eq!(told.customer_city.as_ref().map(|city| city.expose().as_str()), city);
        assert_eq!(told.customer_state.as_ref().map(|state| state.expose().as_str()), Some("IL"));
        assert_eq!(told.customer_location_from.as_deref(), Some(from));
    }
}

#[test]
fn flow_and_log_know_the_same_place() {
    let placed = "CallStatus=ringing&FromCity=OAK%20PARK&FromState=WI&FromCountry=US";
    for (body, expected) in [("CallStatus=ringing", "IL"), (placed, "WI")] {
        let state = call(POOL_NUMBER, &[(Hook::Voice, "", body)]);
        let told = record(&state, &nothing_yet());
        let facts = state.facts.as_ref().unwrap();
        assert_eq!(facts.place.state.as_ref().unwrap().as_str(), expected);
        assert_eq!(told.customer_state.unwrap().expose(), expected);
        assert_eq!(told.customer_country.unwrap().expose(), facts.place.country.as_ref().unwrap().as_str());
    }
}

#[test]
fn what_a_caller_showed_is_told() {
    let shown = |text: &str| {
        let mut state = call(POOL_NUMBER, &[RING]);
        state.call.caller = Some(Pii::new(Caller::shown(text)));
        let told = record(&state, &nothing_yet());
        let text = |part: Option<Pii<String>>| part.map(Pii::into_inner);
        (text(told.customer_phone_number), text(told.customer_address))
    };
    let table = [
        ("+13125550123", Some("+13125550123"), None),
        ("sip:+13125550123@pbx.example", Some("+13125550123"), None),
        ("sip:alice@example.com", None, Some("sip:alice@example.com")),
        ("12345", None, Some("12345")),
        ("anonymous", None, None),
    ];
    for (from, number, address) in table {
        let expected = (number.map(str::to_owned), address.map(str::to_owned));
        assert_eq!(shown(from), expected, "{from}");
    }
}

#[test]
fn times_are_told_in_utc_and_by_the_clocks_of_the_site() {
    let state = CallState { attribution: Some(attributed()), ..call(POOL_NUMBER, &[RING]) };
    let told = record(&state, &nothing_yet());
    assert_eq!(told.time_zone.as_deref(), Some("America/Chicago"));
    assert_eq!(told.start_time, "2026-11-22T21:00:00.000Z");
    assert_eq!(told.start_time_local.as_deref(), Some("2026-11-22T15:00:00.000-06:00"));
    assert_eq!(told.updated_at_local.as_deref(), Some("2026-11-22T15:00:00.000-06:00"));
    let first = told.milestones.first_touch.unwrap();
    assert_eq!(first.event_date_local.as_deref(), Some("2026-11-22T14:56:00.000-06:00"));
    let Some(EvidenceRecord::Lease(lease)) = told.attribution.evidence else { panic!("no lease") };
    assert_eq!(lease.leased_at_local.as_deref(), Some("2026-11-22T14:56:00.000-06:00"));
    assert_eq!(lease.intent_at_local.as_deref(), Some("2026-11-22T14:59:00.000-06:00"));
    // A call that began with an earlier build knows no zone.
    let mut old = state;
    old.dialled.as_mut().unwrap().time_zone = None;
    let told = record(&old, &nothing_yet());
    assert_eq!((told.time_zone, told.start_time_local), (None, None));
}

#[test]
fn why_a_forward_failed_and_who_hung_up_is_told() {
    let failed = (
        Hook::Dial,
        "step=office&turn=1",
        "CallStatus=in-progress&DialCallStatus=failed&ErrorCode=13227&ErrorMessage=No%20permission",
    );
    let told = record(&call(POOL_NUMBER, &[RING, failed]), &nothing_yet());
    let [failure] = &told.forward_failures[..] else { panic!("{:?}", told.forward_failures) };
    assert_eq!((&*failure.status, failure.code.as_deref()), ("failed", Some("13227")));
    assert!(failure.explanation.as_ref().unwrap().contains("allow it"), "{failure:?}");
    let leg = (Hook::Leg, "", "ParentCallSid=CA1&CallStatus=failed&SipResponseCode=503");
    let result = (Hook::Dial, "step=office&turn=1", "CallStatus=in-progress&DialCallStatus=failed&DialCallSid=CA1");
    let told = record(&call(POOL_NUMBER, &[RING, leg, result]), &nothing_yet());
    let [failure] = &told.forward_failures[..] else { panic!("{:?}", told.forward_failures) };
    assert_eq!((failure.phone_number.is_some(), failure.code.as_deref()), (true, Some("sip_503")));
    assert_eq!(record(&call(POOL_NUMBER, &[RING, NOBODY_ANSWERS]), &nothing_yet()).forward_failures, []);
    // The flow ends the call after the conversation.
    let told = record(&call(POOL_NUMBER, &[RING, LEG_ANSWERS, DIAL_ENDS]), &nothing_yet());
    assert_eq!((told.hung_up_by.as_deref(), told.ended_by.as_deref()), (Some("flow"), Some("flow")));
    assert_eq!(told.outcome.code(), "answered");
}

#[test]
fn a_call_is_told_with_the_visit_that_caused_it() {
    let state = CallState { attribution: Some(attributed()), ..call(POOL_NUMBER, &[RING]) };
    let told = record(&state, &nothing_yet());
    let texts = [
        (told.source.as_deref(), "google"),
        (told.medium.as_deref(), "cpc"),
        (told.channel.as_deref(), "Paid Search"),
        (told.campaign.as_deref(), "winter"),
        (told.keywords.as_deref(), "furnace repair"),
        (told.utm_source.as_deref(), "google"),
        (told.referring_url.as_deref(), "https://www.google.com/"),
        (told.last_requested_url.as_deref(), "https://harbor.example/contact"),
        (told.visitor_id.as_deref(), "0123456789abcdef0123456789abcdef"),
    ];
    for (told, expected) in texts {
        assert_eq!(told, Some(expected));
    }
    assert_eq!(told.click_ids.first(), Some(("gclid", "Cj0K")));
    assert_eq!(told.attribution.state, AttributionState::Attributed);
    assert_eq!(told.attribution.rule.as_deref(), Some("intent"));
    let Some(EvidenceRecord::Lease(lease)) = &told.attribution.evidence else { panic!("no lease") };
    assert_eq!(lease.intent_at.as_deref(), Some("2026-11-22T20:59:00.000Z"));
    assert_eq!(told.milestones.first_touch, told.milestones.last_touch);
}

#[test]
fn a_number_that_stands_for_a_source_names_it() {
    let table = [
        (SOURCE_NUMBER, "attributed", Some("yellow-pages"), None),
        (SEARCH_OVERFLOW_NUMBER, "attributed", None, Some("Paid Search")),
        (OVERFLOW_NUMBER, "unattributed", None, None),
        ("+13125550100", "unattributed", None, None),
        (POOL_NUMBER, "pending", None, None),
    ];
    for (number, state, source, channel) in table {
        let told = record(&call(number, &[RING]), &nothing_yet());
        assert_eq!(serde_json::to_value(told.attribution.state).unwrap(), state, "{number}");
        assert_eq!((told.source.as_deref(), told.channel.as_deref()), (source, channel), "{number}");
        assert!(told.attribution.explanation.ends_with('.'), "{number}: {}", told.attribution.explanation);
    }
}

#[test]
fn what_is_written_is_read_again() {
    let all = [RING, LEG_ANSWERS, DIAL_ENDS, RECORDED, ENDS];
    let answered = call(POOL_NUMBER, &all);
    let mut tasks = Tasks::default();
    tasks.plan(&answered.needs(&tasks, core::time::Duration::from_mins(15)), RINGS_AT);
    let table = [
        (
            CallState { attribution: Some(attributed()), ..answered },
            TaskResults { tasks, ..looked_up(&json!("mobile")) },
        ),
        (call(POOL_NUMBER, &[RING]), nothing_yet()),
        (call(SOURCE_NUMBER, &all), nothing_yet()),
        (call(SEARCH_OVERFLOW_NUMBER, &[RING, NOBODY_ANSWERS, ENDS]), nothing_yet()),
    ];
    for (state, results) in table {
        let written = record(&state, &results);
        let read: CallRecord = serde_json::from_str(&serde_json::to_string(&written).unwrap()).unwrap();
        assert_eq!(read, written);
    }
}

#[test]
fn a_record_of_an_earlier_build_is_still_read() {
    // With both of its line types, of which the second, as ever, is null; and with a field that no build has any more.
    let mut old: Value = serde_json::to_value(record(&call(POOL_NUMBER, &[RING]), &nothing_yet())).unwrap();
    old["retired_field"] = json!({ "any": ["thing"] });
    let text = old.to_string();
    let read: CallRecord = serde_json::from_str(&text).unwrap();
    assert_eq!(read.id, "CAL1");
    assert_eq!(read.click_ids.first(), None);
}

#[test]
fn a_record_has_the_fields_that_the_api_promises() {
    let told = serde_json::to_value(record(&call(POOL_NUMBER, &[RING]), &nothing_yet())).unwrap();
    let promised = [
        "id",
        "start_time",
        "customer_phone_number",
        "customer_name",
        "customer_city",
        "customer_state",
        "tracking_phone_number",
        "business_phone_number",
        "duration",
        "answered",
        "voicemail",
        "outcome",
        "source",
        "medium",
        "campaign",
        "keywords",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_term",
        "utm_content",
        "gclid",
        "fbclid",
        "msclkid",
        "landing_page_url",
        "referring_url",
        "attribution",
        "milestones",
        "recordings",
        "tasks",
        "ended_by",
        "transcription",
        "call_summary",
        "line_type",
        "caller_carrier",
        "risk_score",
        "first_call",
    ];
    for name in promised {
        assert!(told.get(name).is_some(), "{name}");
    }
    assert_eq!(told["gclid"], Value::Null);
    assert_eq!(told["outcome"], "in_progress");
    for part in ["state", "reason", "rule", "evidence"] {
        assert!(told["attribution"].get(part).is_some(), "{part}");
    }
}

#[test]
fn no_person_is_shown_where_a_record_is_debugged() {
    let state = call(POOL_NUMBER, &[(Hook::Voice, "", "CallStatus=ringing&CallerName=JANE&FromCity=OAK%20PARK")]);
    let shown = format!("{:?}", record(&state, &nothing_yet()));
    for planted in ["JANE", "OAK PARK", "5550123", "555-0123"] {
        assert!(!shown.contains(planted), "{planted}");
    }
}
