//! Measures what one webhook of each carrier costs: check the signature, read it, take the flow's next step, write the
//! document; and of that the check and the writing alone, which is all that carriers' own libraries do. Prints one JSON
//! object, `{carrier: {answer: {median_ns, min_ns, max_ns}, check_and_write: {…}}}`:
//!
//! ```sh
//! cargo run --profile native --package call-router --example answer
//! ```
//!
//! With a carrier's id as its argument it measures that one alone, which is what a profiler wants.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement stops at the first surprise")]

use std::{collections::BTreeMap, fs, hint::black_box, path::Path, time::Instant};

use call_router::{
    carrier::{self, Carrier, Hook, Hooks, Request, Secrets},
    document::Document,
    event::Caller,
    flow::{Context, Facts, Flow, Flows, Input},
};
use dni_core::{pii::Pii, time::Millis};
use serde_json::{Value, json};

/// Rounds, of which the median is told.
const ROUNDS: usize = 101;
/// Webhooks of one round.
const WEBHOOKS: u32 = 200;
/// Rounds before them.
const WARM_UP_ROUNDS: usize = 10;
/// The vector that is answered: the first of each carrier's own, which is an incoming call with the right signature.
const INCOMING: usize = 0;

fn main() {
    let mut figures = BTreeMap::new();
    let only = std::env::args().nth(1);
    for carrier in Carrier::ALL.iter().copied().filter(|one| only.as_deref().is_none_or(|only| only == one.id())) {
        let webhook = Webhook::of(carrier);
        let document = webhook.answer().0;
        let answer = measured(|| drop(black_box(webhook.answer())));
        let check_and_write = measured(|| drop(black_box(webhook.check_and_write(&document))));
        figures.insert(carrier.id(), json!({ "answer": answer, "check_and_write": check_and_write }));
    }
    println!("{}", json!(figures));
}

/// Runs something many times and tells what once took, in nanoseconds.
fn measured(run: impl Fn()) -> Value {
    let mut nanoseconds: Vec<u128> = (0..WARM_UP_ROUNDS + ROUNDS).map(|_| round(&run)).skip(WARM_UP_ROUNDS).collect();
    nanoseconds.sort_unstable();
    json!({"median_ns": nanoseconds[ROUNDS / 2], "min_ns": nanoseconds[0], "max_ns": nanoseconds[ROUNDS - 1]})
}

#[allow(clippy::disallowed_methods, reason = "this runs on the machine alone, and its subject is the time")]
fn round(run: &impl Fn()) -> u128 {
    let started = Instant::now();
    for _ in 0..WEBHOOKS {
        run();
    }
    started.elapsed().as_nanos() / u128::from(WEBHOOKS)
}

/// A webhook and all that its answer takes.
struct Webhook {
    carrier: Carrier,
    vector: Value,
    headers: BTreeMap<String, String>,
    secrets: Secrets,
    hooks: Hooks,
    flow: Flow,
    now: Millis,
}

impl Webhook {
    fn of(carrier: Carrier) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{}.json", carrier.id()));
        let vectors: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let vector = vectors[INCOMING].clone();
        let mut headers = BTreeMap::new();
        let mut put = |name: &str, value: &Value| {
            headers.extend(value.as_str().map(|value| (name.to_ascii_lowercase(), value.to_owned())));
        };
        put("Content-Type", &vector["content_type"]);
        put("Authorization", &vector["authorization"]);
        put("X-Twilio-Signature", &vector["signature"]);
        put("X-Plivo-Signature-V3", &vector["signature"]);
        put("X-Plivo-Signature-V3-Nonce", &vector["nonce"]);
        for (name, value) in vector["headers"].as_object().into_iter().flatten() {
            put(name, value);
        }
        Self {
            carrier,
            secrets: Secrets::new(vector["key"].as_str().unwrap().to_owned(), None),
            headers,
            hooks: Hooks::new(carrier, "https://calls.example.com").unwrap(),
            flow: serde_json::from_value(json!({
                "version": 1, "start": "hello",
                "steps": {
                    "hello": {"type": "greeting", "say": "Thank you for calling. One moment, please.", "next": {"done": "office"}},
                    "office": {"type": "forward", "to": "+13125550199", "next": {}}
                }
            }))
            .unwrap(),
            now: Millis::from_unix_ms(vector["now"].as_u64().unwrap_or(1_790_000_000) * 1_000),
            vector,
        }
    }

    /// Answers it; also returns the document as it was before it was written.
    fn answer(&self) -> (Document, String) {
        self.check();
        let (url, body) = (self.text("url"), self.text("body").as_bytes());
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let event = carrier::read(self.carrier, Hook::Voice, query, self.text("content_type"), body, self.now).unwrap();
        let hooks = self.hooks.clone().of_call(&event.call);
        let (facts, flows) = (Facts::default(), Flows::default());
        let context = Context {
            hooks: &hooks,
            number: event.number,
            caller: event.caller.as_ref().map(Pii::expose as fn(&Pii<Caller>) -> &Caller),
            started_at: event.at,
            facts: &facts,
            flows: &flows,
            destination: None,
        };
        let answer = self.flow.answer(None, &Input::from_event(&event).unwrap(), &context);
        let text = self.write(&answer.document);
        (answer.document, text)
    }

    fn check_and_write(&self, document: &Document) -> String {
        self.check();
        self.write(document)
    }

    fn check(&self) {
        let header = |name: &str| self.headers.get(&name.to_ascii_lowercase()).cloned();
        let (url, body) = (self.text("url"), self.text("body").as_bytes());
        let request = Request { method: self.text("method"), url, header: &header, body };
        carrier::verify(self.carrier, &request, &self.secrets, self.now).unwrap();
    }

    fn write(&self, document: &Document) -> String {
        let rendered = carrier::render(self.carrier, document, &self.secrets);
        assert!(rendered.body.contains("3125550199"), "{}", rendered.body);
        rendered.body
    }

    fn text(&self, name: &str) -> &str {
        self.vector[name].as_str().unwrap()
    }
}
