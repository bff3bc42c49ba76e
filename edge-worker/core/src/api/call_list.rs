//! Calls of the log as an answer.

use std::collections::BTreeMap;

use dni_core::time::Millis;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::WORDS;
use super::{CallSlice, Cursor, Fields, InList, Order};

/// A call found in the log.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StoredCall {
    /// The call's id.
    pub id: String,
    /// Its site; `None` in lists, and for a call that belongs to none.
    #[serde(default)]
    pub site: Option<String>,
    /// When it began.
    pub started_at: Millis,
    /// When it last changed.
    pub updated_at: Millis,
    /// The whole record, as JSON.
    pub record: String,
    /// What was said in it, as JSON; `None` in lists.
    #[serde(default)]
    pub transcript: Option<String>,
}

impl InList for StoredCall {
    fn cursor(&self, order: Order) -> Cursor {
        Cursor::of(order, self.started_at, self.updated_at, &self.id)
    }
}

/// Writes a page of the call log as JSON: `{"calls":[…],"next_cursor":…}`, and `"total"` if somebody counted.
///
/// Records are handed through as they are stored: reading and writing a page of them anew costs a hundred times as much. Only where
/// some fields are wanted is a record taken apart.
///
/// # Errors
/// A stored record of which fields are wanted is no JSON object, which would be a fault of ours.
pub fn call_list(
    calls: &[StoredCall],
    slice: &CallSlice,
    fields: &Fields,
    total: Option<u64>,
) -> serde_json::Result<String> {
    let is_full = u32::try_from(calls.len()).is_ok_and(|len| len == slice.limit);
    let next_cursor = calls.last().filter(|_| is_full).map(|last| last.cursor(slice.order).encode());
    let mut body = String::from("{\"calls\":[");
    for (place, call) in calls.iter().enumerate() {
        if place > 0 {
            body.push(',');
        }
        if fields.are_all() {
            body.push_str(&call.record);
        } else {
            let mut record: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&call.record)?;
            fields.choose(&mut record);
            body.push_str(&serde_json::to_string(&record)?);
        }
    }
    body.push_str("],\"next_cursor\":");
    body.push_str(&serde_json::to_string(&next_cursor)?);
    if let Some(total) = total {
        body.push_str(",\"total\":");
        body.push_str(&total.to_string());
    }
    body.push('}');
    Ok(body)
}

/// Writes one call as JSON, with what was said in it.
///
/// # Errors
/// The stored record is no JSON object, which would be a fault of ours.
pub fn call_with_words(call: &StoredCall, fields: &Fields) -> serde_json::Result<String> {
    let mut record: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&call.record)?;
    for name in WORDS {
        record.insert(name.to_owned(), RawValue::from_string("null".to_owned())?);
    }
    if let Some(transcript) = &call.transcript {
        record.extend(serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(transcript)?);
    }
    fields.choose(&mut record);
    serde_json::to_string(&record)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::Query;
    use super::*;

    fn stored(id: &str, at: u64) -> StoredCall {
        let record = json!({ "id": id, "source": "google", "attribution": { "state": "attributed" } }).to_string();
        let (started_at, updated_at) = (Millis::from_unix_ms(at), Millis::from_unix_ms(at + 50));
        StoredCall { id: id.to_owned(), site: None, started_at, updated_at, record, transcript: None }
    }

    fn fields(names: &str) -> Fields {
        Fields::parse(&Query::parse(&format!("fields={names}"))).unwrap()
    }

    fn page(limit: u32) -> CallSlice {
        CallSlice { limit, ..CallSlice::default() }
    }

    fn read(body: &str) -> Value {
        serde_json::from_str(body).unwrap()
    }

    #[test]
    fn records_are_handed_through_as_they_are_stored() {
        let odd = StoredCall { record: "{ \"id\" :\t\"CAL1\",\"new_field\":1.50}".to_owned(), ..stored("CAL1", 9) };
        let body = call_list(&[odd.clone(), stored("CAL2", 8)], &page(100), &Fields::default(), None).unwrap();
        assert!(body.starts_with(&format!("{{\"calls\":[{},{{", odd.record)), "{body}");
        assert_eq!(read(&body)["calls"][1]["id"], "CAL2");
        let empty = call_list(&[], &page(100), &Fields::default(), None).unwrap();
        assert_eq!(empty, "{\"calls\":[],\"next_cursor\":null}");
        let counted = call_list(&[], &page(100), &Fields::default(), Some(0)).unwrap();
        assert_eq!(counted, "{\"calls\":[],\"next_cursor\":null,\"total\":0}");
    }

    #[test]
    fn a_full_page_says_where_the_next_begins() {
        let calls = [stored("CAL2", 9), stored("CAL1", 8)];
        let next = |page| read(&call_list(&calls, &page, &Fields::default(), None).unwrap())["next_cursor"].clone();
        assert_eq!(next(page(3)), Value::Null);
        for (order, at) in [(Order::NewestFirst, 8), (Order::OldestFirst, 8), (Order::FirstChangedFirst, 58)] {
            let cursor = Cursor::parse(next(CallSlice { order, ..page(2) }).as_str().unwrap()).unwrap();
            assert_eq!((cursor.order, cursor.at, cursor.id.as_str()), (order, Millis::from_unix_ms(at), "CAL1"));
        }
    }

    #[test]
    fn only_the_fields_wanted_are_told_and_the_id() {
        let body = call_list(&[stored("CAL1", 9)], &page(100), &fields("source,no_such_field"), None).unwrap();
        assert_eq!(read(&body)["calls"], json!([{ "id": "CAL1", "source": "google" }]));
        let broken = StoredCall { record: "[]".to_owned(), ..stored("CAL1", 9) };
        assert!(call_list(&[broken], &page(100), &fields("source"), None).is_err());
        let many: Vec<_> = (0..101).map(|n| format!("f{n}")).collect();
        assert!(Fields::parse(&Query::parse(&format!("fields={}", many.join(",")))).is_err());
        assert!(Fields::parse(&Query::parse("fields=,,")).unwrap().are_all());
    }

    #[test]
    fn one_call_is_told_with_its_words() {
        let silent = read(&call_with_words(&stored("CAL1", 9), &Fields::default()).unwrap());
        assert_eq!((&silent["transcript"], &silent["conversational_transcript"]), (&Value::Null, &Value::Null));
        let transcript = json!({ "transcript": "Hello", "conversational_transcript": [{ "text": "Hello" }] });
        let heard = StoredCall { transcript: Some(transcript.to_string()), ..stored("CAL1", 9) };
        let told = read(&call_with_words(&heard, &Fields::default()).unwrap());
        assert_eq!((&told["transcript"], &told["source"]), (&json!("Hello"), &json!("google")));
        let chosen = read(&call_with_words(&heard, &fields("transcript")).unwrap());
        assert_eq!(chosen, json!({ "id": "CAL1", "transcript": "Hello" }));
    }
}
