//! Who is shown, in which language things are said, and what is not said twice.

use super::*;
use crate::flow::RecordingSettings;

#[test]
fn a_flow_that_cannot_go_on_shows_a_number_that_carriers_take() {
    let lost = flow(r#"{"version": 1, "start": "gone", "settings": {"fallback": "+13125550188"}, "steps": {}}"#);
    let number = Caller::Number(E164::parse("+17735550123").unwrap());
    for (caller, shown) in [(&number, false), (&Caller::Withheld, true), (&Caller::Other("client:desk".into()), true)] {
        let document = lost.answer(None, &Input::Start, &context(&hooks(), Some(caller))).document;
        let written = twilio::render(&document);
        assert_eq!(written.contains(r#"callerId="+13125550142""#), shown, "{caller:?}: {written}");
    }
}

#[test]
fn all_is_said_in_the_flows_language() {
    let forward = |more: &str| {
        format!(
            r#"{{"version": 1, "start": "office", "settings": {{"language": "fr-CA", "voice": "Polly.Gabrielle"}}, "steps": {{
                "office": {{"type": "forward", "to": "+15145550199", "accept": true, "record": true {more}}},
                "gate": {{"type": "challenge", "next": {{"passed": "office"}}}},
                "mail": {{"type": "voicemail", "say": "Laissez un message.", "language": "fr-FR"}}}}}}"#
        )
    };
    let french = r#"<Say language="fr-CA" voice="Polly.Gabrielle">"#;
    let (plain, own) = (flow(&forward("")), flow(&forward(r#", "whisper": "Anruf von [city].", "language": "de-DE""#)));
    let dialled = |turn: u16| dialled("office", turn, DialStatus::NoAnswer, false);
    let cases = [
        (&plain, Input::Start, format!("{french}Cet appel peut être enregistré.</Say>")),
        (
            &plain,
            Input::LegAnswered { turn: turn("office", 1) },
            format!("{french}Un appel de inconnu. Appuyez sur 1 pour le prendre.</Say>"),
        ),
        (
            &own,
            Input::LegAnswered { turn: turn("office", 1) },
            r#"<Say language="de-DE">Anruf von unbekannt. Drücken Sie die 1, um ihn anzunehmen.</Say>"#.to_owned(),
        ),
        (&plain, gathered("gate", 1, 0, None), format!("{french}Pour être mis en relation, appuyez sur ")),
        (&plain, dialled(1), format!("{french}Désolé, personne ne peut prendre votre appel")),
        (&plain, recorded("mail", 2, true), r#"<Say language="fr-FR">Merci. Au revoir.</Say>"#.to_owned()),
    ];
    for (flow, input, expected) in cases {
        check(flow, &input, None, &expected);
    }
    // Where nobody named the flow's language, it is the one that all its steps speak.
    let german = |second: &str| {
        flow(&format!(
            r#"{{"version": 1, "start": "hallo", "steps": {{
                "hallo": {{"type": "greeting", "say": "Hallo.", "language": "de-DE", "next": {{"done": "buero"}}}},
                "buero": {{"type": "forward", "to": "+4930123456", "accept": true}},
                "mail": {{"type": "voicemail", "say": "Bitte sprechen Sie." {second}}}}}}}"#
        ))
    };
    let whispered = Input::LegAnswered { turn: turn("buero", 2) };
    check(&german(r#", "language": "de-DE""#), &whispered, None, r#"<Say language="de-DE">Ein Anruf über unbekannt."#);
    check(&german(r#", "language": "en-GB""#), &whispered, None, "<Say>A call from unknown.");
    check(&german(""), &whispered, None, "<Say>A call from unknown.");
}

#[test]
fn what_was_not_done_is_done_without_what_was_said_before() {
    let flow = office();
    let resumed = |step: &str, number: u16| Input::Resume { turn: turn(step, number) };
    for (input, expected, lacks) in [
        (resumed("office", 2), "<Response><Dial", "Hello."),
        (resumed("message", 3), "<Response><Say>Leave a message.</Say><Record", "<Dial"),
        (resumed("end", 3), "<Response><Hangup/></Response>", "<Dial"),
    ] {
        check(&flow, &input, None, expected);
        let document = flow.answer(None, &input, &context(&hooks(), None)).document;
        assert!(!twilio::render(&document).contains(lacks), "{input:?}");
    }
    let recorded = Flow {
        settings: FlowSettings {
            recording: RecordingSettings { on: true, ..RecordingSettings::default() },
            ..FlowSettings::default()
        },
        ..flow
    };
    check(&recorded, &resumed("office", 2), None, "<Response><Say>This call may be recorded.</Say><Dial");
}
