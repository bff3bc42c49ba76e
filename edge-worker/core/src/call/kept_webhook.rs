//! Webhooks that could not be taken in when they came: when they are tried again, and what is told of them.

use core::time::Duration;

use dni_core::time::Millis;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::timestamp::iso;

/// Why a webhook is kept that only found no object to take it: the one reason that passes by itself.
pub const OBJECT_UNAVAILABLE: &str = "object_unavailable";
/// The wait after the first try, doubled each time.
const WAIT_FIRST: Duration = Duration::from_mins(1);
/// The longest wait between two tries.
const WAIT_MOST: Duration = Duration::from_hours(1);
/// Most tries: with their waits a day, longer than the platform was ever down.
pub const MAX_TRIES: u32 = 30;
/// Longest error that is kept, in bytes.
const MAX_ERROR: usize = 500;

/// A webhook that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct KeptWebhook {
    /// Its row.
    pub id: u32,
    /// When it came.
    pub received_at: Millis,
    /// From which carrier.
    pub carrier: String,
    /// To which hook.
    pub hook: String,
    /// Why it is kept: a stable code.
    pub reason: String,
    /// The field by which it was not understood, if it was one.
    pub field: Option<String>,
    /// The query of its address; empty in lists.
    #[serde(default)]
    pub query: String,
    /// Its body; empty in lists.
    #[serde(default)]
    pub body: String,
    /// How often it was tried since.
    #[serde(default)]
    pub tries: u32,
    /// When it is tried again, if not at once.
    pub next_try_at: Option<Millis>,
    /// When it was set aside.
    pub set_aside_at: Option<Millis>,
    /// Why the last try failed.
    pub error: Option<String>,
}

/// What is noted of a try before it is made, so that one that ends the worker itself counts too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    /// How many tries that makes.
    pub tries: u32,
    /// When the next one is made if this one fails.
    pub next_try_at: Millis,
    /// Whether it is the last one: if it fails, the webhook is set aside.
    pub is_last: bool,
}

impl KeptWebhook {
    /// Begins another try.
    pub fn begin_try(&self, now: Millis) -> Try {
        let tries = self.tries.saturating_add(1);
        let wait = WAIT_FIRST.saturating_mul(2_u32.saturating_pow(self.tries)).min(WAIT_MOST);
        Try { tries, next_try_at: now.after(wait), is_last: tries >= MAX_TRIES }
    }

    /// Returns the word for what becomes of it: `waiting` to be tried again, `set_aside` until somebody says so, or
    /// `not_understood`.
    pub fn state(&self) -> &'static str {
        match (self.set_aside_at, self.reason.as_str()) {
            (Some(_), _) => "set_aside",
            (None, OBJECT_UNAVAILABLE) => "waiting",
            (None, _) => "not_understood",
        }
    }

    /// Tells it as the API answers it, without what it says itself.
    pub fn record(&self) -> Value {
        let waits = self.state() == "waiting";
        json!({
            "id": self.id,
            "received_at": iso(self.received_at),
            "carrier": self.carrier,
            "hook": self.hook,
            "reason": self.reason,
            "field": self.field,
            "state": self.state(),
            "tries": self.tries,
            "next_try_at": self.next_try_at.filter(|_| waits).map(iso),
            "set_aside_at": self.set_aside_at.map(iso),
            "error": self.error,
        })
    }

    /// Tells it with what it says, which is about a person.
    pub fn record_with_words(&self) -> Value {
        let mut record = self.record();
        if let Some(fields) = record.as_object_mut() {
            fields.insert("query".to_owned(), json!(self.query));
            fields.insert("body".to_owned(), json!(self.body));
        }
        record
    }
}

/// Cuts an error to what is kept of it.
pub fn kept_error(error: &str) -> &str {
    error.get(..error.floor_char_boundary(MAX_ERROR)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(tries: u32) -> KeptWebhook {
        KeptWebhook {
            id: 7,
            received_at: Millis::from_unix_ms(1_795_381_200_000),
            carrier: "twilio".to_owned(),
            hook: "status".to_owned(),
            reason: OBJECT_UNAVAILABLE.to_owned(),
            field: None,
            query: String::new(),
            body: "CallSid=CA1".to_owned(),
            tries,
            next_try_at: Some(Millis::from_unix_ms(1_795_381_260_000)),
            set_aside_at: None,
            error: None,
        }
    }

    #[test]
    fn tries_are_a_minute_apart_and_then_up_to_an_hour() {
        let now = Millis::from_unix_ms(1_795_381_200_000);
        for (tries, minutes) in [(0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (28, 60), (29, 60), (u32::MAX, 60)] {
            let next = kept(tries).begin_try(now);
            assert_eq!(next.next_try_at, now.after(Duration::from_mins(minutes)), "after {tries}");
            assert_eq!(next.is_last, tries >= MAX_TRIES - 1);
        }
        let mut webhook = kept(0);
        let mut at = now;
        while !webhook.begin_try(at).is_last {
            let next = webhook.begin_try(at);
            (webhook.tries, at) = (next.tries, next.next_try_at);
        }
        assert!(at.since(now) > Duration::from_hours(23), "an outage of most of a day sets nothing aside");
    }

    #[test]
    fn what_becomes_of_it_is_told() {
        let waiting = kept(2).record();
        assert_eq!((&waiting["state"], &waiting["tries"]), (&json!("waiting"), &json!(2)));
        assert_eq!(waiting["next_try_at"], "2026-11-22T21:01:00.000Z");
        assert_eq!(waiting.get("body"), None, "lists do not tell what was said");
        let aside = KeptWebhook { set_aside_at: Some(Millis::from_unix_ms(0)), ..kept(30) }.record();
        assert_eq!((&aside["state"], &aside["next_try_at"]), (&json!("set_aside"), &Value::Null));
        let odd = KeptWebhook { reason: "missing_field".to_owned(), field: Some("CallSid".to_owned()), ..kept(0) };
        assert_eq!((&odd.record()["state"], &odd.record()["field"]), (&json!("not_understood"), &json!("CallSid")));
        assert_eq!(odd.record_with_words()["body"], "CallSid=CA1");
        assert!(kept_error(&"é".repeat(1_000)).len() <= MAX_ERROR);
    }
}
