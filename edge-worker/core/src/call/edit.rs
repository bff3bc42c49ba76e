//! What people add to a call by hand: a note, tags, what it was worth, whether it was a lead.

use std::collections::BTreeSet;

use dni_core::pii::Pii;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::fault::Fault;

/// Longest note, in characters: about a page.
const MAX_NOTE: usize = 5_000;
/// Most tags of a call.
const MAX_TAGS: usize = 50;
/// Longest tag, in characters.
const MAX_TAG: usize = 64;
/// Longest name of a caller, in characters.
const MAX_NAME: usize = 120;
/// Highest value, in a currency's units: beyond it sums of many calls would lose digits.
const MAX_VALUE: f64 = 1e9;
/// Parts that a currency's unit is kept in: no currency in use has more than three decimals (ISO 4217).
const PARTS: f64 = 1_000.0;

/// What people added to a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallEdit {
    /// Their note.
    #[serde(default)]
    pub note: Option<Pii<String>>,
    /// Tags beside those of the flow.
    #[serde(default)]
    pub added_tags: BTreeSet<String>,
    /// Tags of the flow that were taken off.
    #[serde(default)]
    pub removed_tags: BTreeSet<String>,
    /// What the call was worth.
    #[serde(default)]
    pub value: Option<CallValue>,
    /// Whether it was a lead; `None` if nobody said.
    #[serde(default)]
    pub lead_status: Option<LeadStatus>,
    /// Whether somebody said that it was spam.
    #[serde(default)]
    pub spam: bool,
    /// What the caller is called.
    #[serde(default)]
    pub customer_name: Option<Pii<String>>,
}

/// What a call was worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallValue {
    /// Thousandths of the currency's unit.
    pub thousandths: u64,
    /// Three letters (ISO 4217): `USD`.
    pub currency: String,
}

/// Whether a call was a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeadStatus {
    /// It was.
    GoodLead,
    /// It was not.
    NotALead,
}

impl LeadStatus {
    /// Returns its word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::GoodLead => "good_lead",
            Self::NotALead => "not_a_lead",
        }
    }
}

/// What is to be changed of a call. What is not named stays; null takes it away.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallChange {
    /// The note.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub note: Option<Option<String>>,
    /// All tags that it has then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeSet<String>>,
    /// What it was worth, in the currency's units.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub value: Option<Option<f64>>,
    /// The currency of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Whether it was a lead.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<LeadStatus>)]
    pub lead_status: Option<Option<LeadStatus>>,
    /// Whether it was spam.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spam: Option<bool>,
    /// What the caller is called.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub customer_name: Option<Option<String>>,
}

impl CallChange {
    /// Finds what is wrong with it, for a call that is worth so much so far.
    pub fn check(&self, value: Option<f64>, currency: Option<&str>) -> Vec<Fault> {
        let note = self.note.iter().flatten().find(|note| note.chars().count() > MAX_NOTE);
        let note = note.map(|_| Fault::new("too_long", "note", "The note can have 5,000 characters at the most."));
        let name = self.customer_name.iter().flatten().find(|name| {
            name.trim().is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control)
        });
        let message =
            "The name must have 1 to 120 characters and no line breaks; null brings back the one that is known.";
        let name = name.map(|_| Fault::new("bad_name", "customer_name", message));
        let faults = [note, name, self.check_value(value, currency)].into_iter().flatten();
        faults.chain(self.check_tags()).collect()
    }

    fn check_tags(&self) -> Vec<Fault> {
        let Some(tags) = &self.tags else { return Vec::new() };
        let too_many = tags.len() > MAX_TAGS;
        let too_many = too_many.then(|| Fault::new("too_many", "tags", "A call can have 50 tags at the most."));
        let is_bad =
            |tag: &&String| tag.trim().is_empty() || tag.chars().count() > MAX_TAG || tag.chars().any(char::is_control);
        let message = "A tag must have 1 to 64 characters and no line breaks.";
        let bad = tags.iter().find(is_bad).map(|_| Fault::new("bad_tag", "tags", message));
        [too_many, bad].into_iter().flatten().collect()
    }

    fn check_value(&self, value: Option<f64>, currency: Option<&str>) -> Option<Fault> {
        let is_currency = |text: &String| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        let has_value = self.value.unwrap_or(value).is_some();
        let has_currency = self.currency.is_some() || currency.is_some();
        if self.currency.as_ref().is_some_and(|text| !is_currency(text)) {
            let message = "The currency must be three capital letters of ISO 4217, such as USD.";
            Some(Fault::new("bad_currency", "currency", message))
        } else if self.value.flatten().is_some_and(|value| thousandths(value).is_none()) {
            let message = "The value must be a number from 0 to 1,000,000,000 with three decimals at the most.";
            Some(Fault::new("bad_value", "value", message))
        } else if has_value && !has_currency {
            Some(Fault::new("missing_field", "currency", "Say in which currency the value is, such as USD."))
        } else if !has_value && self.currency.is_some() {
            Some(Fault::new("missing_field", "value", "A currency needs a value; send both, or leave it out."))
        } else {
            None
        }
    }
}

impl CallEdit {
    /// Says whether nobody added anything.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Takes a change in that was checked; `flow_tags` are those that the call's flow gave it. Says whether anything is different.
    pub fn apply(&mut self, change: &CallChange, flow_tags: &BTreeSet<String>) -> bool {
        let before = self.clone();
        if let Some(note) = &change.note {
            self.note = note.clone().filter(|note| !note.is_empty()).map(Pii::new);
        }
        if let Some(tags) = &change.tags {
            self.added_tags = tags.difference(flow_tags).cloned().collect();
            self.removed_tags = flow_tags.difference(tags).cloned().collect();
        }
        self.apply_value(change);
        if let Some(lead_status) = change.lead_status {
            self.lead_status = lead_status;
        }
        if let Some(spam) = change.spam {
            self.spam = spam;
        }
        if let Some(name) = &change.customer_name {
            self.customer_name = name.clone().map(Pii::new);
        }
        *self != before
    }

    fn apply_value(&mut self, change: &CallChange) {
        let known = self.value.take();
        let amount = match change.value {
            Some(value) => value.and_then(thousandths),
            None => known.as_ref().map(|value| value.thousandths),
        };
        let currency = change.currency.clone().or_else(|| known.map(|value| value.currency));
        self.value = amount.zip(currency).map(|(thousandths, currency)| CallValue { thousandths, currency });
    }

    /// Returns the tags of a call whose flow gave it these.
    pub fn tags(&self, flow_tags: BTreeSet<String>) -> Vec<String> {
        let mut tags = flow_tags;
        tags.retain(|tag| !self.removed_tags.contains(tag));
        tags.extend(self.added_tags.iter().cloned());
        tags.into_iter().collect()
    }
}

impl CallValue {
    /// Returns the value in the currency's units.
    #[expect(clippy::cast_precision_loss, reason = "at most 10^12, far below 2^53")]
    pub fn units(&self) -> f64 {
        self.thousandths as f64 / PARTS
    }
}

/// Reads a value; `None` if it is too high, below zero, or has more than three decimals.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the bounds that are checked")]
fn thousandths(value: f64) -> Option<u64> {
    let parts = (value * PARTS).round();
    let is_exact = (parts / PARTS - value).abs() < f64::EPSILON * value.abs().max(1.0);
    ((0.0..=MAX_VALUE).contains(&value) && is_exact).then_some(parts as u64)
}

/// Reads a field that is there, be it null.
#[expect(clippy::option_option, reason = "not there, null and a value are three things")]
fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use call_router::config_json;

    use super::*;

    fn read(json: &str) -> CallChange {
        config_json::read(json.as_bytes()).unwrap()
    }

    fn check(json: &str, expected: &[&str]) {
        let found: Vec<_> = match config_json::read::<CallChange>(json.as_bytes()) {
            Ok(change) => change.check(None, None).iter().map(|f| format!("{}: {}", f.place, f.code)).collect(),
            Err(error) => vec![format!("{}: {}", error.place, error.code)],
        };
        assert_eq!(found, expected, "{json}");
    }

    #[test]
    fn a_change_is_checked_field_by_field() {
        let long = |length: usize| "x".repeat(length);
        check("{}", &[]);
        check(r#"{"note":null,"tags":[],"value":null,"lead_status":null,"spam":false,"customer_name":null}"#, &[]);
        check(r#"{"note":"Called back","tags":["vip"],"value":149.5,"currency":"USD","lead_status":"good_lead"}"#, &[]);
        check(&format!(r#"{{"note":"{}"}}"#, long(5_001)), &["note: too_long"]);
        check(r#"{"tags":[""]}"#, &["tags: bad_tag"]);
        check(&format!(r#"{{"tags":["{}"]}}"#, long(65)), &["tags: bad_tag"]);
        let many: Vec<_> = (0..51).map(|n| format!("\"t{n}\"")).collect();
        check(&format!(r#"{{"tags":[{}]}}"#, many.join(",")), &["tags: too_many"]);
        check(r#"{"value":149.5}"#, &["currency: missing_field"]);
        check(r#"{"currency":"USD"}"#, &["value: missing_field"]);
        check(r#"{"value":1,"currency":"usd"}"#, &["currency: bad_currency"]);
        for value in ["-1", "1000000001", "0.0001", "1e300"] {
            check(&format!(r#"{{"value":{value},"currency":"USD"}}"#), &["value: bad_value"]);
        }
        check(r#"{"value":"149","currency":"USD"}"#, &["value: wrong_type"]);
        check(r#"{"lead_status":"maybe"}"#, &["lead_status: unknown_word"]);
        check(r#"{"customer_name":" "}"#, &["customer_name: bad_name"]);
        check(r#"{"outcome":"missed"}"#, &["outcome: unknown_field"]);
    }

    #[test]
    fn what_is_not_named_stays_and_null_takes_away() {
        let none = BTreeSet::new();
        let mut edit = CallEdit::default();
        assert!(!edit.apply(&read("{}"), &none));
        assert!(
            edit.apply(
                &read(r#"{"note":"Called back","value":149.5,"currency":"USD","lead_status":"good_lead"}"#),
                &none
            )
        );
        let value = edit.value.clone().unwrap();
        assert_eq!((value.thousandths, value.currency.as_str(), value.units()), (149_500, "USD", 149.5));
        assert!(edit.apply(&read(r#"{"value":0.1}"#), &none));
        assert_eq!(edit.value.clone().unwrap(), CallValue { thousandths: 100, currency: "USD".to_owned() });
        assert_eq!(edit.note.as_ref().unwrap().expose(), "Called back");
        assert!(edit.apply(&read(r#"{"note":null,"value":null,"lead_status":null}"#), &none));
        assert_eq!(edit, CallEdit::default());
    }

    #[test]
    fn tags_of_the_flow_that_come_later_are_kept() {
        let set = |tags: &[&str]| tags.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        let mut edit = CallEdit::default();
        assert!(edit.apply(&read(r#"{"tags":["sales","vip"]}"#), &set(&["sales", "night"])));
        assert_eq!(edit.tags(set(&["sales", "night"])), ["sales", "vip"]);
        assert_eq!(edit.tags(set(&["sales", "night", "second"])), ["sales", "second", "vip"]);
        assert!(edit.apply(&read(r#"{"tags":["sales","night"]}"#), &set(&["sales", "night"])));
        assert_eq!(edit, CallEdit::default());
    }
}
