//! What a change by hand makes of a call's record.

use serde_json::{Value, json};

use super::CallRecord;
use crate::audit::{Difference, difference};
use crate::call::edit::CallChange;
use crate::fault::Fault;

impl CallRecord {
    /// Finds what is wrong with a change of this call.
    pub fn faults_of(&self, change: &CallChange) -> Vec<Fault> {
        change.check(self.value, self.currency.as_deref())
    }

    /// Says whether a change makes anything different.
    pub fn is_changed_by(&self, change: &CallChange) -> bool {
        let (before, after) = self.before_and_after(change);
        before != after
    }

    /// Tells what will be different by a change, for the audit. What is about a person is told by its length alone: the audit is not
    /// changed, and must not keep what somebody asks to forget.
    pub fn difference_by(&self, change: &CallChange) -> Difference {
        let (mut before, mut after) = self.before_and_after(change);
        for name in PERSONAL {
            if let (Some(old), Some(new)) = (before.get_mut(name), after.get_mut(name))
                && old != new
            {
                (*old, *new) = (told(old, ""), told(new, "other "));
            }
        }
        difference(&before, &after)
    }

    fn before_and_after(&self, change: &CallChange) -> (Value, Value) {
        let before = json!({
            "note": self.note, "tags": self.tags, "value": self.value, "currency": self.currency,
            "lead_status": self.lead_status, "spam": self.spam, "customer_name": self.customer_name,
        });
        let mut after = before.clone();
        if let (Some(after), Value::Object(named)) = (after.as_object_mut(), json!(change)) {
            after.extend(named);
            if change.value == Some(None) {
                after.insert("currency".to_owned(), Value::Null);
            }
        }
        (before, after)
    }
}

/// The fields that are about a person.
const PERSONAL: [&str; 2] = ["note", "customer_name"];

fn told(text: &Value, which: &str) -> Value {
    let length = text.as_str().map(|text| text.chars().count());
    length.map_or(Value::Null, |length| format!("({length} {which}characters)").into())
}

#[cfg(test)]
mod tests {
    use call_router::config_json;

    use super::*;

    const RECORD: &str = include_str!("../../../../tests/fixtures/call.json");

    #[test]
    fn the_audit_is_told_what_will_be_different() {
        let record: CallRecord = serde_json::from_str(RECORD).unwrap();
        let read = |json: &str| config_json::read::<CallChange>(json.as_bytes()).unwrap();
        let found = |json: &str| json!(record.difference_by(&read(json)).changes);
        assert_eq!(found("{}"), json!([]));
        assert_eq!(
            found(r#"{"spam":true,"note":"Ring again"}"#),
            json!([
                { "place": "note", "after": "(10 other characters)" }, { "place": "spam", "before": false, "after": true },
            ])
        );
        assert_eq!(found(r#"{"lead_status":null}"#), json!([]));
        let worth = CallRecord { value: Some(5.0), currency: Some("USD".to_owned()), ..record.clone() };
        let gone = worth.difference_by(&read(r#"{"value":null}"#));
        assert_eq!(gone.changes.iter().map(|change| change.place.as_str()).collect::<Vec<_>>(), ["currency", "value"]);
        let noted = CallRecord { note: Some(dni_core::pii::Pii::new("Ring Ann".to_owned())), ..record.clone() };
        let other = read(r#"{"note":"Ring Bea"}"#);
        assert!(noted.is_changed_by(&other) && !noted.is_changed_by(&read(r#"{"note":"Ring Ann"}"#)));
        assert_eq!(
            json!(noted.difference_by(&other).changes),
            json!([
                { "place": "note", "before": "(8 characters)", "after": "(8 other characters)" },
            ])
        );
        assert_eq!(worth.faults_of(&read(r#"{"value":6}"#)), []);
        assert_eq!(record.faults_of(&read(r#"{"value":6}"#)).len(), 1);
    }
}
