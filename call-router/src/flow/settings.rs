//! What holds for a whole flow: recording, and where calls go when the flow fails.

use dni_core::phone::Callee;
use serde::{Deserialize, Serialize};

use super::{Facts, callee_to_ring_if_any};
use crate::{
    document::{MAX_LANGUAGE, MAX_SAY, MAX_VOICE},
    event::MAX_PLACE,
    language::ENGLISH,
    text::Text,
};

/// States of the United States in which, by one list or another, everybody on a call must agree to its recording.
///
/// The lists of lawyers' and vendors' guides differ (11 to 14 states); this is their union, so that a doubt means an
/// announcement. Where the caller really is nobody knows: a number's state is where it was given out.
pub const ALL_PARTY_STATES: [&str; 15] =
    ["CA", "CT", "DE", "FL", "IL", "MD", "MA", "MI", "MT", "NV", "NH", "OR", "PA", "VT", "WA"];

/// What holds for a whole flow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[serde(rename = "Settings")]
pub struct FlowSettings {
    /// The language of all that is said, such as `de-DE`, where a step names none; the carrier's own choice if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Text<MAX_LANGUAGE>>,
    /// The voice that says it, by the carrier's name for it, where a step names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<Text<MAX_VOICE>>,
    /// Whether conversations are recorded, and how callers are told.
    pub recording: RecordingSettings,
    /// Where calls go when the flow cannot go on; the site's destination if absent.
    #[serde(deserialize_with = "callee_to_ring_if_any", skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Callee>,
}

/// Whether conversations are recorded, and how callers are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[serde(rename = "Recording")]
pub struct RecordingSettings {
    /// Whether forward steps that say nothing else record the conversation.
    pub on: bool,
    /// When callers are told.
    pub announce: Announce,
    /// What they are told, at most [`MAX_SAY`] bytes.
    pub say: Text<MAX_SAY>,
    /// The language it is said in, such as `en-US`; the carrier's own choice if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Text<MAX_LANGUAGE>>,
    /// The state the business is in: `IL`. Its law counts as well as the caller's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Text<MAX_PLACE>>,
}

/// When callers are told that the conversation is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Announce {
    /// Always.
    #[default]
    Always,
    /// Unless the business and the caller's number are both of places where one side's consent is enough; a caller
    /// whose place is not known is told.
    WhereRequired,
    /// Never: the owner has their consent by other means.
    Never,
}

impl FlowSettings {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for RecordingSettings {
    /// Nothing is recorded; once it is, everybody is told.
    fn default() -> Self {
        Self { on: false, announce: Announce::default(), say: Text::cut(ENGLISH.recorded), language: None, state: None }
    }
}

impl RecordingSettings {
    /// Says whether this caller is told.
    pub fn announces(&self, facts: &Facts) -> bool {
        match self.announce {
            Announce::Always => true,
            Announce::Never => false,
            Announce::WhereRequired => {
                let requires =
                    |state: &Option<Text<MAX_PLACE>>| state.as_ref().is_none_or(|state| is_all_party(state.as_str()));
                let elsewhere = facts.place.country.as_ref().is_some_and(|country| country.as_str() != "US");
                requires(&self.state) || elsewhere || requires(&facts.place.state)
            }
        }
    }
}

/// Says whether everybody on a call must agree to its recording in a state of the United States.
pub(super) fn is_all_party(state: &str) -> bool {
    ALL_PARTY_STATES.iter().any(|known| known.eq_ignore_ascii_case(state))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::CallerPlace;

    #[test]
    fn who_is_told() {
        use Announce::{Always, Never, WhereRequired};
        // when, the business's state, the caller's state and country
        let cases = [
            (Always, Some("TX"), Some("TX"), Some("US"), true),
            (Never, Some("CA"), Some("CA"), Some("US"), false),
            (WhereRequired, Some("TX"), Some("TX"), Some("US"), false),
            (WhereRequired, Some("TX"), Some("TX"), None, false),
            (WhereRequired, Some("TX"), Some("ca"), Some("US"), true),
            (WhereRequired, Some("CA"), Some("TX"), Some("US"), true),
            (WhereRequired, None, Some("TX"), Some("US"), true),
            (WhereRequired, Some("TX"), None, None, true),
            (WhereRequired, Some("TX"), Some("ON"), Some("CA"), true),
        ];
        for (announce, business, caller, country, expected) in cases {
            let recording =
                RecordingSettings { announce, state: business.map(Text::cut), ..RecordingSettings::default() };
            let place =
                CallerPlace { state: caller.map(Text::cut), country: country.map(Text::cut), ..CallerPlace::default() };
            let facts = Facts { place, ..Facts::default() };
            assert_eq!(recording.announces(&facts), expected, "{announce:?} {business:?} {caller:?} {country:?}");
        }
    }

    #[test]
    fn states_are_listed_once() {
        let mut sorted = ALL_PARTY_STATES.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), ALL_PARTY_STATES.len());
    }
}
