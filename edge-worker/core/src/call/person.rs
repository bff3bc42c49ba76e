//! A person who asks to be forgotten: a caller by their number, or a visitor by their id; and what came of it.

use dni_core::id::{SiteId, VisitorId};
use dni_core::phone::E164;
use dni_core::pii::Pii;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::Code;
use crate::fault::Fault;

/// Who is to be forgotten, as it is asked for: one of the two.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonToErase {
    /// The number that they called from, with its country code.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub customer_phone_number: Option<Pii<String>>,
    /// The id that their browser has: `dni.getSession()` tells it, and so does a call's `visitor_id`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub visitor_id: Option<Pii<String>>,
    /// At this site only; else at all that whoever asks may see.
    #[serde(default)]
    pub site_id: Option<String>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Person {
    /// Who called.
    Caller(Pii<E164>),
    /// Who visited pages.
    Visitor(VisitorId),
}

impl PersonToErase {
    /// Reads who is meant.
    ///
    /// # Errors
    /// Neither or both are named, or what is named is no number or no id.
    ///
    /// ```
    /// use edge_core::call::person::{Person, PersonToErase};
    ///
    /// let read = |text: &str| serde_json::from_str::<PersonToErase>(text).unwrap().person();
    /// assert!(matches!(read(r#"{ "customer_phone_number": "+1 773 555 0140" }"#), Ok(Person::Caller(_))));
    /// assert_eq!(read("{}").unwrap_err()[0].code, "one_of_two");
    /// ```
    pub fn person(&self) -> Result<Person, Vec<Fault>> {
        match (&self.customer_phone_number, &self.visitor_id) {
            (Some(number), None) => {
                E164::parse(number.expose()).map(|number| Person::Caller(Pii::new(number))).map_err(|_| {
                    let message = "Write the number with its country code, such as +17735550140.";
                    vec![Fault::new("bad_number", "customer_phone_number", message)]
                })
            }
            (None, Some(visitor)) => VisitorId::parse(visitor.expose()).map(Person::Visitor).map_err(|_| {
                let message = "A visitor's id has 32 digits, 0 to 9 and a to f.";
                vec![Fault::new("bad_visitor_id", "visitor_id", message)]
            }),
            _ => {
                let message = "Name the caller's number or the visitor's id: one of the two.";
                Err(vec![Fault::new("one_of_two", "customer_phone_number", message)])
            }
        }
    }

    /// Reads the site, if one is meant.
    ///
    /// # Errors
    /// No site can have this name.
    pub fn site(&self) -> Result<Option<SiteId>, Vec<Fault>> {
        let read = |text: &String| SiteId::parse(text);
        self.site_id.as_ref().map(read).transpose().map_err(|_| unknown_site())
    }
}

/// Says that there is no such site, or none that whoever asks may see.
pub fn unknown_site() -> Vec<Fault> {
    vec![Fault::new("unknown_site", "site_id", "There is no such site.")]
}

/// What came of forgetting a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonErasureRecord {
    /// Whether nothing of them was left when this was answered. If not, ask again: nothing counts twice. Of calls that an earlier request
    /// deleted nothing is known here any more: `GET /v1/erasures?done=false` tells whose recordings are still to be deleted.
    pub done: bool,
    /// What was removed by this request.
    pub removed: RemovedRecord,
    /// What is left, and why.
    pub left: Vec<LeftRecord>,
}

/// How much of a person was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct RemovedRecord {
    /// Calls, with all that belongs to them.
    pub calls: u32,
    /// Visits that pools kept with their numbers.
    pub visits: u32,
    /// Visits among those that a call of somebody else may have belonged to.
    pub candidates: u32,
    /// What pools knew the caller again by.
    pub callers: u32,
    /// Webhooks that could not be taken in, and answers kept for requests that are sent again.
    pub kept_texts: u32,
}

/// Something that is left of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftRecord {
    /// What.
    #[schema(value_type = String)]
    pub kind: Code,
    /// The call that it belongs to.
    pub call_id: Option<String>,
    /// Why it is left, and what to do.
    pub message: String,
}

/// Why something is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The call goes on.
    CallGoesOn,
    /// Its recordings are being deleted, here or at the carrier.
    Recordings,
    /// Its object did not answer.
    CallUnavailable,
    /// There are more calls than one request forgets.
    MoreCalls,
    /// There are more sites than one request asks.
    MoreSites,
    /// A pool or a caller history did not answer.
    SiteUnavailable,
    /// Kept webhooks belong to the whole account.
    KeptTexts,
}

impl Left {
    /// Tells it.
    pub fn record(self, call: Option<&str>) -> LeftRecord {
        let (kind, message) = match self {
            Self::CallGoesOn => ("call", "The call goes on; ask again when it is over."),
            Self::Recordings => (
                "recordings",
                "They are being deleted, here and at the carrier; GET /v1/erasures/{call} says how far that is.",
            ),
            Self::CallUnavailable => ("call", "It could not be reached at the moment; ask again."),
            Self::MoreCalls => ("calls", "There are more calls than one request forgets; ask again."),
            Self::MoreSites => ("sites", "There are more sites than one request asks; ask for each with 'site_id'."),
            Self::SiteUnavailable => {
                ("visits", "A site's pool or caller history could not be reached at the moment; ask again.")
            }
            Self::KeptTexts => (
                "webhooks",
                "Webhooks that could not be taken in name them. They belong to the whole account: ask with a key for all sites, without 'site_id'.",
            ),
        };
        LeftRecord { kind: kind.into(), call_id: call.map(str::to_owned), message: message.to_owned() }
    }
}

impl PersonErasureRecord {
    /// Notes what is left.
    pub fn leave(&mut self, left: Left, call: Option<&str>) {
        self.left.push(left.record(call));
    }

    /// Says whether it is done, now that all was asked.
    #[must_use]
    pub fn concluded(self) -> Self {
        Self { done: self.left.is_empty(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_named() {
        let visitor = "0123456789abcdef0123456789abcdef";
        for (text, code) in [
            (r#"{"customer_phone_number": "+17735550140"}"#.to_owned(), None),
            (format!(r#"{{"visitor_id": "{visitor}"}}"#), None),
            (format!(r#"{{"visitor_id": "{visitor}", "customer_phone_number": "+17735550140"}}"#), Some("one_of_two")),
            ("{}".to_owned(), Some("one_of_two")),
            (r#"{"customer_phone_number": "5550140"}"#.to_owned(), Some("bad_number")),
            (r#"{"visitor_id": "42"}"#.to_owned(), Some("bad_visitor_id")),
        ] {
            let read = serde_json::from_str::<PersonToErase>(&text).unwrap().person();
            assert_eq!(read.err().map(|faults| faults[0].code.to_string()).as_deref(), code, "{text}");
        }
    }

    #[test]
    fn nothing_is_done_as_long_as_something_is_left() {
        assert!(PersonErasureRecord::default().concluded().done);
        let mut record = PersonErasureRecord::default();
        record.leave(Left::CallGoesOn, Some("CAL1"));
        assert!(!record.concluded().done);
    }
}
