//! Documents of every carrier: what can be in one, and that text stays text.

use std::{collections::BTreeSet, env, fs, path::Path};

use call_router::{
    carrier::{Carrier, Hook, Hooks, MAX_DOCUMENT_BYTES, Secrets, acknowledge, render},
    document::{
        Document, ForwardVerb, Gather, MAX_FORWARD_NUMBERS, MAX_SAY, MAX_VERBS, Party, Prompt, Record, RejectReason,
        Speaker, Verb,
    },
    event::{CarrierCallId, MAX_ID, RecordingSource},
    fail_open,
};
use dni_core::phone::{Callee, E164};
use proptest::prelude::*;
use quick_xml::{Reader, XmlVersion, events::BytesStart, events::Event};
use serde_json::Value;

#[test]
fn dialects_use_only_their_own_attributes() {
    let Some(data) = super::conformance::load("dialects.json") else { return };
    for (carrier, dialect) in
        [(Carrier::Twilio, "twilio"), (Carrier::SignalWire, "signalwire"), (Carrier::Telnyx, "telnyx_texml")]
    {
        for document in every_document() {
            for element in elements(&render(carrier, &document, &secrets()).body) {
                check_element(&data[dialect], carrier, &element);
            }
        }
    }
}

fn check_element(dialect: &Value, carrier: Carrier, element: &Element) {
    let Element { name, parent, attributes, .. } = element;
    let elements = &dialect["elements"];
    if name == "Response" {
        return;
    }
    let allowed = &elements[name.as_str()];
    assert!(allowed.is_object(), "{}: there is no {name}", carrier.id());
    for (attribute, value) in attributes {
        let known = allowed["attributes"].as_array().unwrap().iter().any(|known| known == attribute);
        assert!(known, "{}: {name} has no {attribute}", carrier.id());
        if let Some(range) = dialect["ranges"].get(format!("{name}@{attribute}")) {
            let value = value.parse::<f64>().unwrap();
            let (least, most) = (range[0].as_f64().unwrap(), range[1].as_f64().unwrap());
            assert!((least..=most).contains(&value), "{}: {name}@{attribute}={value}", carrier.id());
        }
    }
    if let Some(children) = elements[parent.as_str()]["children"].as_array() {
        assert!(children.iter().any(|child| child == name), "{}: {name} in {parent}", carrier.id());
    }
}

/// The documents that the carriers' own libraries are asked about, each carrier's in `tests/documents/{carrier}.json`.
/// `UPDATE_DOCUMENTS=1 cargo test --package call-router --test all documents` writes them anew.
#[test]
fn documents_shown_to_official_libraries() {
    for carrier in Carrier::ALL.iter().copied() {
        let documents = every_document().into_iter().chain(whole_documents(carrier));
        let written: BTreeSet<_> = documents.map(|document| render(carrier, &document, &secrets()).body).collect();
        let written = serde_json::to_string_pretty(&written).unwrap() + "\n";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/documents/{}.json", carrier.id()));
        if env::var_os("UPDATE_DOCUMENTS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &written).unwrap();
        }
        assert!(fs::read_to_string(&path).unwrap() == written, "{}: write the documents anew", path.display());
    }
}

/// Documents of several verbs, as flows lead to.
fn whole_documents(carrier: Carrier) -> Vec<Document> {
    let hooks =
        Hooks::new(carrier, "https://calls.example.com").unwrap().of_call(&CarrierCallId::parse("c-1").unwrap());
    let to = number("+13125550199");
    // Vonage's voices are numbered for each language.
    let voice = if carrier == Carrier::Vonage { "2" } else { "Polly.Lupe" };
    let spanish = Speaker { language: Some("es-US".into()), voice: Some(voice.into()) };
    let mut menu = Document::from([Verb::say("Tom & Jerry's \"<shop>\""), Verb::Pause { seconds: 1 }]);
    let action = hooks.url_of_fail_open(Hook::Gather);
    let prompt = Some(Prompt::say("Press 1."));
    menu.push(Verb::Gather(Gather { who: Party::Caller, prompt, wait_seconds: 5, action: action.clone() }));
    menu.push(Verb::Redirect { url: action });
    let whisper = Gather {
        who: Party::Business,
        prompt: Some(Prompt::say("A call from Google. Press 1 to take it.")),
        wait_seconds: 6,
        action: hooks.url_of_fail_open(Hook::Accept),
    };
    vec![
        Document::default(),
        fail_open::incoming(&to.into(), Some(to), &hooks),
        fail_open::after_dial(false, &hooks, &spanish),
        fail_open::after_dial(true, &hooks, &Speaker::default()),
        fail_open::after_record(&Speaker::default()),
        fail_open::nothing_known(&Speaker::default()),
        menu,
        Document::from([Verb::Gather(whisper), Verb::Hangup]),
        Document::from([Verb::Forward(largest_forward(carrier))]),
    ]
}

#[test]
fn bxml_uses_only_its_own_attributes() {
    for document in every_document() {
        for Element { name, attributes, .. } in elements(&render(Carrier::Bandwidth, &document, &secrets()).body) {
            let allowed = BXML.iter().find(|(known, _)| *known == name).map(|(_, allowed)| *allowed);
            let allowed = allowed.unwrap_or_else(|| panic!("there is no {name}"));
            for (attribute, _) in attributes {
                assert!(allowed.split(' ').any(|known| known == attribute), "{name} has no {attribute}");
            }
        }
    }
}

/// The attributes that the elements of BXML have (dev.bandwidth.com/docs/voice/bxml).
const BXML: &[(&str, &str)] = &[
    ("Response", ""),
    ("SpeakSentence", "voice gender locale"),
    ("PlayAudio", "username password"),
    ("Pause", "duration"),
    ("Hangup", ""),
    (
        "Redirect",
        "redirectUrl redirectMethod redirectFallbackUrl redirectFallbackMethod username password fallbackUsername \
         fallbackPassword tag",
    ),
    (
        "Gather",
        "gatherUrl gatherMethod gatherFallbackUrl gatherFallbackMethod username password fallbackUsername fallbackPassword tag terminatingDigits maxDigits \
         interDigitTimeout firstDigitTimeout repeatCount",
    ),
    (
        "Transfer",
        "transferCallerId transferCallerDisplayName privacy callTimeout transferCompleteUrl transferCompleteMethod \
         transferCompleteFallbackUrl transferCompleteFallbackMethod username password fallbackUsername fallbackPassword tag diversionTreatment diversionReason",
    ),
    (
        "SipUri",
        "transferAnswerUrl transferAnswerMethod transferAnswerFallbackUrl transferAnswerFallbackMethod transferDisconnectUrl \
         transferDisconnectMethod username password fallbackUsername fallbackPassword tag uui",
    ),
    (
        "PhoneNumber",
        "transferAnswerUrl transferAnswerMethod transferAnswerFallbackUrl transferAnswerFallbackMethod transferDisconnectUrl \
         transferDisconnectMethod username password fallbackUsername fallbackPassword tag uui",
    ),
    (
        "Record",
        "recordCompleteUrl recordCompleteMethod recordCompleteFallbackUrl recordCompleteFallbackMethod recordingAvailableUrl \
         recordingAvailableMethod transcribe username password fallbackUsername fallbackPassword tag terminatingDigits maxDuration silenceTimeout fileFormat",
    ),
    (
        "StartRecording",
        "recordingAvailableUrl recordingAvailableMethod transcribe username password tag fileFormat multiChannel",
    ),
];

#[test]
fn all_urls_are_absolute() {
    for carrier in Carrier::ALL.iter().copied() {
        for document in every_document() {
            let body = render(carrier, &document, &secrets()).body;
            for text in texts(carrier, &body) {
                let is_path = text.starts_with('/') || text.starts_with("carrier/");
                assert!(!is_path, "{}: {text}", carrier.id());
            }
        }
    }
}

#[test]
fn the_largest_document_is_small_enough() {
    for carrier in Carrier::ALL.iter().copied() {
        // What is written longest: six bytes for each of a quotation mark in XML, and of a control character in JSON.
        for filling in ["\"", "\u{1}", "☎"] {
            let mut document = Document::default();
            while document.verbs().len() < MAX_VERBS - 1 {
                document.push(Verb::say(&filling.repeat(MAX_SAY)));
            }
            assert!(document.push(Verb::Forward(largest_forward(carrier))));
            assert!(!document.push(Verb::Hangup));
            let size = render(carrier, &document, &secrets()).body.len();
            assert!(size <= MAX_DOCUMENT_BYTES, "{}: {size}", carrier.id());
        }
    }
}

/// A forward with as much in it as the product puts there.
fn largest_forward(carrier: Carrier) -> ForwardVerb {
    let call = CarrierCallId::parse(&":".repeat(MAX_ID)).unwrap();
    let hooks = Hooks::new(carrier, &format!("https://{}.example.com", "h".repeat(60))).unwrap().of_call(&call);
    let numbers = ["+491234567890123"; MAX_FORWARD_NUMBERS + 1].map(number);
    let mut forward = ForwardVerb::new(&numbers, 25, hooks.url_of_fail_open(Hook::Dial), hooks.url(Hook::Leg));
    forward.caller_id = Some(numbers[0]);
    forward.recording_url = Some(hooks.url_of_recording(RecordingSource::Forward));
    forward.whisper_url = Some(hooks.url_of_fail_open(Hook::Whisper));
    forward.accept_key = Some("1");
    forward
}

#[test]
fn acknowledgements_change_nothing() {
    for carrier in Carrier::ALL.iter().copied() {
        let body = acknowledge(carrier).body;
        let is_nothing = body.is_empty() || body.ends_with("<Response></Response>");
        assert!(is_nothing, "{}: {body}", carrier.id());
    }
}

#[test]
fn hostile_text_stays_text() {
    let long = "\u{1f389}<&\">".repeat(2_000);
    for text in [
        "</Say><Dial>+19005550100</Dial><Say>",
        "</Speak></SpeakSentence><Transfer><PhoneNumber>+19005550100</PhoneNumber></Transfer>",
        "\"},{\"action\":\"connect\",\"endpoint\":[{\"type\":\"phone\",\"number\":\"19005550100\"}]},{\"x\":\"",
        "\\\"}]",
        "<!--",
        "]]>",
        "<![CDATA[<Dial/>]]>",
        "&amp;&lt;&#0;&unknown;",
        "\"quoted\" 'twice'",
        "\u{0}\u{1}\u{b}\u{1f}\u{fffe}\u{ffff}\r",
        "tab\tand\nline",
        "<?php ?>",
        &long,
    ] {
        check(text);
    }
}

proptest! {
    #[test]
    fn any_text_stays_text(text in any::<String>()) {
        check(&text);
    }
}

/// Says a text, and asks a URL that holds it, and reads both back.
fn check(text: &str) {
    let document = Document::from([Verb::say(text), Verb::Redirect { url: text.to_owned() }]);
    let Verb::Hear(Prompt::Say { text: said, .. }) = &document.verbs()[0] else { panic!("a text") };
    for carrier in Carrier::ALL.iter().copied() {
        let body = render(carrier, &document, &Secrets::default()).body;
        let found = texts(carrier, &body);
        let kept = |text: &str| if is_json(carrier) { text.to_owned() } else { printable(text) };
        for expected in [kept(said.as_str()), kept(text)] {
            assert!(expected.is_empty() || found.contains(&expected), "{}: {expected:?} in {body}", carrier.id());
        }
        let kinds = match carrier {
            Carrier::Vonage => vec!["talk", "notify"],
            Carrier::Jambonz => vec!["say", "redirect"],
            Carrier::Plivo => vec!["Response", "Speak", "Redirect"],
            Carrier::Bandwidth => vec!["Response", "SpeakSentence", "Redirect"],
            Carrier::Twilio | Carrier::SignalWire | Carrier::Telnyx => vec!["Response", "Say", "Redirect"],
        };
        assert_eq!(kinds_of(carrier, &body), kinds, "{}", carrier.id());
    }
}

/// Leaves out what XML 1.0 cannot carry.
fn printable(text: &str) -> String {
    text.chars().filter(|char| !matches!(char, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')).collect()
}

/// Documents with every verb and every choice of it.
fn every_document() -> Vec<Document> {
    let say = |language: Option<&str>| Speaker { language: language.map(Into::into), voice: None }.say("Hello.");
    let play = || Prompt::Play { url: "https://h/a.mp3".to_owned() };
    let mut verbs = vec![
        Verb::Hear(say(None)),
        Verb::Hear(say(Some("es-US"))),
        Verb::Hear(play()),
        Verb::Hangup,
        Verb::Reject { reason: RejectReason::Busy },
        Verb::Reject { reason: RejectReason::Rejected },
        Verb::Redirect { url: "https://h/?a=1&b=2".to_owned() },
    ];
    for seconds in [0, 5, 1_000] {
        verbs.push(Verb::Pause { seconds });
        verbs.push(Verb::Record(Record {
            max_seconds: seconds,
            action: "https://h/record".to_owned(),
            recording_url: "https://h/recording".to_owned(),
        }));
        for (who, prompt) in [(Party::Caller, None), (Party::Caller, Some(play())), (Party::Business, Some(say(None)))]
        {
            verbs.push(Verb::Gather(Gather {
                who,
                prompt,
                wait_seconds: seconds,
                action: "https://h/gather".to_owned(),
            }));
        }
        for choices in 0..16_u8 {
            let chosen = |bit: u8| choices & (1 << bit) != 0;
            let numbers = [number("+13125550198"), number("+13125550199")];
            let mut forward =
                ForwardVerb::new(&numbers, seconds, "https://h/dial".to_owned(), "https://h/leg".to_owned());
            forward.max_seconds = u32::from(seconds);
            forward.caller_id = chosen(0).then_some(numbers[0]);
            forward.recording_url = chosen(1).then(|| "https://h/recording".to_owned());
            forward.whisper_url = chosen(2).then(|| "https://h/whisper".to_owned());
            forward.accept_key = chosen(3).then_some("1");
            verbs.push(Verb::Forward(forward));
        }
        let callees = ["+13125550199,,12", "sip:desk@pbx.example"].map(|text| Callee::parse(text).unwrap());
        let mut forward = ForwardVerb::new(&callees, seconds, "https://h/dial".to_owned(), "https://h/leg".to_owned());
        forward.whisper_url = Some("https://h/whisper".to_owned());
        verbs.push(Verb::Forward(forward));
    }
    verbs.into_iter().map(|verb| Document::from([verb])).collect()
}

fn number(text: &str) -> E164 {
    E164::parse(text).unwrap()
}

fn secrets() -> Secrets {
    Secrets::new(format!("{}:{}", "u".repeat(40), "p".repeat(40)), None)
}

fn is_json(carrier: Carrier) -> bool {
    matches!(carrier, Carrier::Vonage | Carrier::Jambonz)
}

/// Returns the elements of an XML document, or the actions of a JSON one.
fn kinds_of(carrier: Carrier, body: &str) -> Vec<String> {
    if !is_json(carrier) {
        return elements(body).into_iter().map(|element| element.name).collect();
    }
    let verbs: Vec<Value> = serde_json::from_str(body).unwrap();
    let kind = |verb: &Value| verb.get("action").or_else(|| verb.get("verb")).unwrap().as_str().unwrap().to_owned();
    verbs.iter().map(kind).collect()
}

/// Returns every text and attribute of a document.
fn texts(carrier: Carrier, body: &str) -> BTreeSet<String> {
    if is_json(carrier) {
        let mut found = BTreeSet::new();
        texts_of(&serde_json::from_str(body).unwrap(), &mut found);
        return found;
    }
    let all = elements(body).into_iter();
    all.flat_map(|element| element.attributes.into_iter().map(|(_, value)| value).chain([element.text])).collect()
}

fn texts_of(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(values) => values.iter().for_each(|value| texts_of(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| texts_of(value, found)),
        _ => {}
    }
}

/// An element as it is read back.
struct Element {
    name: String,
    parent: String,
    attributes: Vec<(String, String)>,
    text: String,
}

fn elements(xml: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(xml);
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        let event = reader.read_event().unwrap();
        match event {
            Event::Start(start) => {
                let element = element(&start, &elements, &open);
                open.push(elements.len());
                elements.push(element);
            }
            Event::Empty(start) => elements.push(element(&start, &elements, &open)),
            Event::Text(text) => elements[*open.last().unwrap()].text.push_str(&text),
            Event::GeneralRef(name) => {
                let escaped = format!("&{};", &*name);
                elements[*open.last().unwrap()].text.push_str(&quick_xml::escape::unescape(&escaped).unwrap());
            }
            Event::End(_) => drop(open.pop()),
            Event::Decl(_) => {}
            Event::Eof => return elements,
            other => panic!("{other:?} in {xml}"),
        }
    }
}

fn element(start: &BytesStart, elements: &[Element], open: &[usize]) -> Element {
    let attributes = start.attributes().map(Result::unwrap).map(|attribute| {
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned();
        (attribute.key.as_ref().to_owned(), value)
    });
    Element {
        name: start.name().as_ref().to_owned(),
        parent: open.last().map(|place| elements[*place].name.clone()).unwrap_or_default(),
        attributes: attributes.collect(),
        text: String::new(),
    }
}
