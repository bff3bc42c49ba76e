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

    /// Tells what will be different by a change, for the audit.
    pub fn difference_by(&self, change: &CallChange) -> Difference {
        let before = json!({
            "note": self.note, "tags": self.tags, "value": self.value, "currency": self.currency,
            "lead_status": self.lead_status, "spam": self.spam, "customer_name": self.customer_name,
        });
        let mut after = before.clone();
        if let (Some(after), Value::Object(named)) = (after.as_object_mut(), json!(change)) {
            after.extend(named);
            if change.value == Some(None) {
                after.remove("currency");
            }
        }
        difference(&before, &after)
    }
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
                { "place": "note", "after": "Ring again" }, { "place": "spam", "before": false, "after": true },
            ])
        );
        assert_eq!(found(r#"{"lead_status":null}"#), json!([]));
        let worth = CallRecord { value: Some(5.0), currency: Some("USD".to_owned()), ..record.clone() };
        let gone = worth.difference_by(&read(r#"{"value":null}"#));
        assert_eq!(gone.changes.iter().map(|change| change.place.as_str()).collect::<Vec<_>>(), ["currency", "value"]);
        assert_eq!(worth.faults_of(&read(r#"{"value":6}"#)), []);
        assert_eq!(record.faults_of(&read(r#"{"value":6}"#)).len(), 1);
    }
}
