//! What is told of calls while they happen, to whoever listens.

use core::time::Duration;

use dni_core::time::Millis;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::account::site_selection::SiteSelection;

/// How long somebody may listen before they must show their key again.
pub const LISTENS_FOR: Duration = Duration::from_hours(1);

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeedEvent {
    /// It began.
    #[serde(rename = "call.started")]
    Started,
    /// Something about it changed.
    #[serde(rename = "call.changed")]
    Changed,
    /// It ended. What is found out about it later are changes.
    #[serde(rename = "call.ended")]
    Ended,
    /// Somebody deleted it: of the call itself only its id and site are told.
    #[serde(rename = "call.deleted")]
    Deleted,
}

/// What a call's object tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedMessage {
    /// The call's site.
    pub site: Option<String>,
    /// What is sent to whoever may see the site.
    pub text: String,
}

/// Somebody who listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// Who: the id of a key or member; `None` for the first owner's key.
    pub actor: Option<String>,
    /// The sites that they see.
    pub sites: SiteSelection,
    /// Until when.
    pub until: Millis,
}

/// What becomes of a listener when there is something to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listening {
    /// They are told.
    Hears,
    /// It is not of their sites.
    IsNotTold,
    /// Their time is over.
    IsOver,
}

impl FeedEvent {
    /// Says what a write to the log tells of a call: of one that was over before it was written first, both that it began and that it
    /// ended.
    pub fn of(is_first: bool, has_ended: bool, end_was_told: bool) -> Vec<Self> {
        let ends = has_ended && !end_was_told;
        let told = [(is_first, Self::Started), (ends, Self::Ended), (!is_first && !ends, Self::Changed)];
        told.into_iter().filter(|(is_told, _)| *is_told).map(|(_, event)| event).collect()
    }

    /// Writes the message that listeners get, with the call's record as the log has it.
    ///
    /// # Errors
    /// The record is no JSON, which would be a fault of ours.
    ///
    /// ```
    /// use edge_core::call::feed::FeedEvent;
    ///
    /// let message = FeedEvent::Started.message(r#"{"id":"CAL1"}"#).unwrap();
    /// assert_eq!(message, r#"{"event":"call.started","call":{"id":"CAL1"}}"#);
    /// ```
    pub fn message(self, record: &str) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Message<'a> {
            event: FeedEvent,
            call: &'a RawValue,
        }
        serde_json::to_string(&Message { event: self, call: serde_json::from_str(record)? })
    }
}

impl Listener {
    /// Says what becomes of this listener when something of a site is told.
    pub fn hears(&self, site: Option<&str>, now: Millis) -> Listening {
        if now >= self.until {
            Listening::IsOver
        } else if self.sites.has_of(site) {
            Listening::Hears
        } else {
            Listening::IsNotTold
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_once() {
        let table = [
            ((true, false, false), vec![FeedEvent::Started]),
            ((false, false, false), vec![FeedEvent::Changed]),
            ((false, true, false), vec![FeedEvent::Ended]),
            ((true, true, false), vec![FeedEvent::Started, FeedEvent::Ended]),
            ((false, true, true), vec![FeedEvent::Changed]),
        ];
        for ((is_first, has_ended, end_was_told), expected) in table {
            assert_eq!(FeedEvent::of(is_first, has_ended, end_was_told), expected);
        }
        assert!(FeedEvent::Started.message("{").is_err());
    }

    #[test]
    fn a_listener_hears_of_their_sites_for_an_hour() {
        let until = Millis::from_unix_ms(1_000);
        let listener = |sites: &str| Listener { actor: None, sites: serde_json::from_str(sites).unwrap(), until };
        let (before, after) = (Millis::from_unix_ms(999), Millis::from_unix_ms(1_000));
        let some = listener(r#"["harbor"]"#);
        assert_eq!(some.hears(Some("harbor"), before), Listening::Hears);
        assert_eq!(some.hears(Some("valley"), before), Listening::IsNotTold);
        assert_eq!(some.hears(None, before), Listening::IsNotTold);
        assert_eq!(some.hears(Some("harbor"), after), Listening::IsOver);
        assert_eq!(listener("null").hears(None, before), Listening::Hears);
    }
}
