//! A call that was deleted, as the API tells it: that it is gone, and what of its recordings is not gone yet.

use call_router::after_call::{TaskState, Tasks};
use dni_core::id::SiteId;
use dni_core::time::Millis;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::feed::FeedEvent;
use super::record::TaskRecord;
use super::state::CallState;
use crate::account::site_selection::SiteSelection;
use crate::api::{BadParameter, Query, limit_parameter};
use crate::timestamp::iso;

/// A call that was deleted. It says nothing of who called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErasureRecord {
    /// The id that the call had.
    pub call_id: String,
    /// Its site.
    #[schema(value_type = Option<String>, required)]
    pub site_id: Option<SiteId>,
    /// When it was deleted.
    pub erased_at: String,
    /// Whether nothing is left of it, neither here nor at the carrier.
    pub done: bool,
    /// What is still to be deleted, or could not be, and why.
    pub left: Vec<TaskRecord>,
}

impl ErasureRecord {
    /// Writes what those who listen are told.
    ///
    /// # Errors
    /// Never, as far as is known.
    pub fn message(&self) -> serde_json::Result<String> {
        FeedEvent::Deleted.message(&json!({ "id": self.call_id, "site_id": self.site_id }).to_string())
    }

    /// Tells what is left of a call; `None` if nobody asked to forget it.
    pub fn of(state: &CallState, tasks: &Tasks) -> Option<Self> {
        let left: Vec<_> = tasks.iter().filter(|task| task.state != TaskState::Done).map(TaskRecord::of).collect();
        Some(Self {
            call_id: state.id.clone(),
            site_id: state.dialled.as_ref().map(|dialled| dialled.site.clone()),
            erased_at: iso(state.erased_at?),
            done: left.is_empty(),
            left,
        })
    }
}

/// A deleted call, as it is stored.
#[derive(Debug, Deserialize)]
pub struct StoredErasure {
    /// The id that the call had.
    pub call: String,
    /// Its site.
    pub site: Option<SiteId>,
    /// When it was deleted.
    pub erased_at: Millis,
    /// The carrier.
    pub carrier: String,
    /// The carrier's id of the call.
    pub carrier_call: String,
    /// The [`ErasureRecord`], JSON.
    pub record: String,
}

/// Which deleted calls are wanted, the latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureFilter {
    /// Of which sites.
    pub visible: SiteSelection,
    /// Only those of which something is left, or nothing.
    pub done: Option<bool>,
    /// Those behind this one.
    pub after: Option<(Millis, String)>,
    /// At most so many: 1 to 250.
    pub limit: u32,
}

impl ErasureFilter {
    /// Reads the parameters `done`, `cursor` and `limit`.
    ///
    /// # Errors
    /// One of them makes no sense.
    pub fn parse(query: &Query, visible: &SiteSelection) -> Result<Self, BadParameter> {
        Ok(Self {
            visible: visible.clone(),
            done: query.yes_or_no("done")?,
            after: query.get("cursor").map(cursor).transpose()?,
            limit: limit_parameter(query)?,
        })
    }

    /// Writes a page, with where the next one begins if this one is full.
    ///
    /// # Errors
    /// A stored record is no JSON, which would be a fault of ours.
    pub fn page(&self, found: &[StoredErasure]) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Page<'a> {
            erasures: Vec<&'a RawValue>,
            next_cursor: Option<String>,
        }
        let is_full = u32::try_from(found.len()).is_ok_and(|len| len >= self.limit);
        let last = found.last().filter(|_| is_full);
        serde_json::to_string(&Page {
            erasures: found.iter().map(|stored| serde_json::from_str(&stored.record)).collect::<Result<_, _>>()?,
            next_cursor: last.map(|last| format!("{}.{}", last.erased_at.unix_ms(), last.call)),
        })
    }
}

fn cursor(text: &str) -> Result<(Millis, String), BadParameter> {
    let read = || {
        let (at, call) = text.split_once('.')?;
        Some((Millis::from_unix_ms(at.parse().ok()?), call.to_owned()))
    };
    read().ok_or(BadParameter { name: "cursor", expected: "the next_cursor of an earlier answer" })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn stored(call: &str, at: u64) -> StoredErasure {
        StoredErasure {
            call: call.to_owned(),
            site: None,
            erased_at: Millis::from_unix_ms(at),
            carrier: "twilio".to_owned(),
            carrier_call: "CA1".to_owned(),
            record: json!({ "call_id": call }).to_string(),
        }
    }

    fn filter(query: &str) -> Result<ErasureFilter, &'static str> {
        ErasureFilter::parse(&Query::parse(query), &SiteSelection::All).map_err(|bad| bad.name)
    }

    #[test]
    fn a_full_page_says_where_the_next_begins() {
        let two = [stored("CAL2", 20), stored("CAL1", 10)];
        let page = |query: &str| serde_json::from_str::<Value>(&filter(query).unwrap().page(&two).unwrap()).unwrap();
        assert_eq!(
            page("limit=2"),
            json!({ "erasures": [{ "call_id": "CAL2" }, { "call_id": "CAL1" }], "next_cursor": "10.CAL1" })
        );
        assert_eq!(page("limit=3")["next_cursor"], Value::Null);
        let next = filter("cursor=10.CAL1").unwrap();
        assert_eq!(next.after, Some((Millis::from_unix_ms(10), "CAL1".to_owned())));
    }

    #[test]
    fn parameters_that_make_no_sense_are_named() {
        assert_eq!(filter("done=true").map(|filter| filter.done), Ok(Some(true)));
        for (query, name) in
            [("done=perhaps", "done"), ("limit=0", "limit"), ("cursor=x", "cursor"), ("cursor=x.CAL", "cursor")]
        {
            assert_eq!(filter(query), Err(name), "{query}");
        }
    }
}
