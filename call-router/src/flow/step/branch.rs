//! The steps that go by what is known: geo and condition.

use std::collections::BTreeMap;

use dni_core::phone::E164;
use serde::{Deserialize, Serialize};

use crate::{
    event::{CallerPlace, MAX_PLACE},
    flow::{Facts, StepId, TagName},
    text::Text,
};

/// Longest value that a condition compares with, in bytes: what the large analytics products report.
const MAX_VALUE: usize = 255;

/// Goes by where the caller's number is registered, which need not be where the caller is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Geo {
    /// The areas; the first that the caller is in decides.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 50)))]
    pub areas: Vec<Area>,
    /// What follows: a step for each area's name, and one for everywhere else.
    #[serde(default)]
    pub next: GeoNext,
}

/// A part of the world. A caller is in it if any one of the lists has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Its name, an outcome of the step.
    pub name: StepId,
    /// Countries, in two letters: `US`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<Text<MAX_PLACE>>,
    /// States or regions, as carriers write them: `IL`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<Text<MAX_PLACE>>,
    /// Postal codes, or how they begin: `606`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zips: Vec<Text<MAX_PLACE>>,
    /// How the caller's national number begins; in North America the area code: `312`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub area_codes: Vec<Text<MAX_PLACE>>,
}

/// What follows a geo step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct GeoNext(pub BTreeMap<StepId, StepId>);

/// The outcome of a geo step for callers who are in none of the areas, or nobody knows where.
const OTHERWISE: &str = "otherwise";

impl Geo {
    /// Returns the name of the area the caller is in, `otherwise` for none.
    pub fn outcome(&self, facts: &Facts) -> &str {
        self.areas.iter().find(|area| area.has(facts)).map_or(OTHERWISE, |area| area.name.as_str())
    }

    /// Returns the step that follows an outcome.
    pub fn after(&self, outcome: &str) -> Option<&StepId> {
        self.next.0.iter().find(|(name, _)| name.as_str() == outcome).map(|(_, step)| step)
    }

    pub(super) fn exits(&self) -> Vec<(String, Option<&StepId>)> {
        let names = self.areas.iter().map(|area| area.name.as_str()).chain([OTHERWISE]);
        names.map(|name| (name.to_owned(), self.after(name))).collect()
    }

    /// Returns the outcomes that `next` names and that no area has.
    pub fn strange_outcomes(&self) -> impl Iterator<Item = &StepId> {
        let known = |name: &StepId| name.as_str() == OTHERWISE || self.areas.iter().any(|area| area.name == *name);
        self.next.0.keys().filter(move |name| !known(name))
    }
}

impl Area {
    /// Says whether every list is empty, so that nobody is ever in it.
    pub fn is_nowhere(&self) -> bool {
        [&self.countries, &self.states, &self.zips, &self.area_codes].iter().all(|list| list.is_empty())
    }

    fn has(&self, facts: &Facts) -> bool {
        let CallerPlace { state, zip, country, .. } = &facts.place;
        let begins = |known: &str, list: &[Text<MAX_PLACE>]| {
            list.iter().any(|start| !start.as_str().is_empty() && known.starts_with(start.as_str()))
        };
        is_one_of(country.as_ref(), &self.countries)
            || is_one_of(state.as_ref(), &self.states)
            || zip.as_ref().is_some_and(|zip| begins(zip.as_str(), &self.zips))
            || facts.area_code().is_some_and(|code| begins(code, &self.area_codes))
    }
}

/// Goes by what is known of the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What must hold, all of it.
    #[serde(rename = "if")]
    pub test: Test,
    /// What follows.
    #[serde(default)]
    pub next: ConditionNext,
}

/// What follows a condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConditionNext {
    /// It holds.
    pub yes: Option<StepId>,
    /// It does not.
    pub no: Option<StepId>,
}

/// What must hold: of each list one, and all that is given. Words are compared without regard to case; what is not known
/// of a call is not one of any list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Test {
    /// Sources: `google`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<Text<MAX_VALUE>>,
    /// Media: `cpc`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub medium: Vec<Text<MAX_VALUE>>,
    /// Channels, under the names of the reports: `Paid Search`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channel: Vec<Text<MAX_VALUE>>,
    /// Campaigns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub campaign: Vec<Text<MAX_VALUE>>,
    /// Keywords.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keyword: Vec<Text<MAX_VALUE>>,
    /// Tracking numbers: the one dialled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub number: Vec<E164>,
    /// Pools: the one that the number dialled belongs to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pool: Vec<Text<MAX_VALUE>>,
    /// Targets: the business's own numbers that the number dialled stands in for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub target: Vec<E164>,
    /// Tags that an earlier step set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<TagName>,
    /// Whether the caller has called before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<CallerKind>,
    /// The least risk of a robocall, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(max = 100)))]
    pub risk_at_least: Option<u8>,
    /// This share of calls, 0 to 100, drawn once for each call.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(max = 100)))]
    pub percent: Option<u8>,
}

/// Whether a caller has called before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallerKind {
    /// This is their first call.
    New,
    /// They have called before.
    Returning,
}

impl Test {
    /// Says whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Says whether it holds for a call. `step` keeps the draws of two steps apart; `has_tag` knows the tags so far.
    pub fn holds(&self, facts: &Facts, step: &StepId, has_tag: impl Fn(&TagName) -> bool) -> bool {
        let words = [
            (&self.source, &facts.source),
            (&self.medium, &facts.medium),
            (&self.channel, &facts.channel),
            (&self.campaign, &facts.campaign),
            (&self.keyword, &facts.keyword),
            (&self.pool, &facts.pool),
        ];
        let caller = match (self.caller, facts.has_called_before) {
            (None, _) | (Some(CallerKind::New), Some(false)) | (Some(CallerKind::Returning), Some(true)) => true,
            (Some(_), _) => false,
        };
        words.iter().all(|(list, known)| list.is_empty() || is_one_of(known.as_ref(), list))
            && (self.number.is_empty() || facts.number.is_some_and(|number| self.number.contains(&number)))
            && (self.target.is_empty() || self.target.iter().any(|target| facts.targets.contains(target)))
            && (self.tag.is_empty() || self.tag.iter().any(has_tag))
            && caller
            && self.risk_at_least.is_none_or(|least| facts.risk.is_some_and(|risk| risk >= least))
            && self.percent.is_none_or(|percent| facts.drawn_for(step) % 100 < u32::from(percent))
    }
}

fn is_one_of<const N: usize>(known: Option<&Text<N>>, list: &[Text<N>]) -> bool {
    known.is_some_and(|known| list.iter().any(|one| one.as_str().eq_ignore_ascii_case(known.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas() {
        let geo: Geo = serde_json::from_str(
            r#"{"areas": [
                {"name": "city", "zips": ["606"], "area_codes": ["312", "872"]},
                {"name": "state", "states": ["IL"]},
                {"name": "abroad", "countries": ["CA", "GB"]}],
                "next": {"city": "a", "state": "b", "abroad": "c", "otherwise": "d"}}"#,
        )
        .unwrap();
        let place = |state: &str, zip: &str, country: &str| CallerPlace {
            state: Some(state.into()).filter(|_| !state.is_empty()),
            zip: Some(zip.into()).filter(|_| !zip.is_empty()),
            country: Some(country.into()).filter(|_| !country.is_empty()),
            city: None,
        };
        let cases = [
            (place("IL", "60614", "US"), None, "city"),
            (place("il", "62701", "us"), None, "state"),
            (place("", "", ""), Some("+13125550123"), "city"),
            (place("IL", "", "US"), Some("+12175550123"), "state"),
            (place("ON", "", "ca"), Some("+14165550123"), "abroad"),
            (place("", "", ""), Some("+442079460018"), "otherwise"),
            (place("NY", "10001", "US"), Some("+12125550123"), "otherwise"),
            (place("", "", ""), None, "otherwise"),
        ];
        for (place, number, expected) in cases {
            let caller = number.map(|number| E164::parse(number).unwrap());
            let facts = Facts { caller, place, ..Facts::default() };
            assert_eq!(geo.outcome(&facts), expected, "{facts:?}");
        }
        assert_eq!(geo.exits().len(), 4);
    }

    #[test]
    fn conditions() {
        let facts = Facts {
            source: Some("google".into()),
            channel: Some("Paid Search".into()),
            has_called_before: Some(true),
            risk: Some(60),
            chance: 7,
            number: E164::parse("+13125550151").ok(),
            pool: Some("service".into()),
            targets: vec![E164::parse("+13125550142").unwrap(), E164::parse("+13125550143").unwrap()],
            ..Facts::default()
        };
        let cases = [
            ("{}", true),
            (r#"{"number": ["+13125550152", "+1 312 555 0151"]}"#, true),
            (r#"{"number": ["+13125550152"]}"#, false),
            (r#"{"pool": ["Service"]}"#, true),
            (r#"{"pool": ["sales"]}"#, false),
            (r#"{"target": ["+13125550143"]}"#, true),
            (r#"{"target": ["+13125550144"]}"#, false),
            (r#"{"pool": ["service"], "source": ["bing"]}"#, false),
            (r#"{"source": ["bing", "Google"]}"#, true),
            (r#"{"source": ["bing"]}"#, false),
            (r#"{"source": ["google"], "channel": ["paid search"]}"#, true),
            (r#"{"source": ["google"], "channel": ["Direct"]}"#, false),
            (r#"{"campaign": ["winter"]}"#, false),
            (r#"{"tag": ["vip"]}"#, true),
            (r#"{"tag": ["sales", "vip"]}"#, true),
            (r#"{"tag": ["sales"]}"#, false),
            (r#"{"caller": "returning"}"#, true),
            (r#"{"caller": "new"}"#, false),
            (r#"{"risk_at_least": 60}"#, true),
            (r#"{"risk_at_least": 61}"#, false),
            (r#"{"percent": 100}"#, true),
            (r#"{"percent": 0}"#, false),
        ];
        for (json, expected) in cases {
            let test: Test = serde_json::from_str(json).unwrap();
            let holds = test.holds(&facts, &"a".parse().unwrap(), |tag| tag.as_str() == "vip");
            assert_eq!(holds, expected, "{json}");
        }
        let new: Test = serde_json::from_str(r#"{"caller": "new"}"#).unwrap();
        assert!(!new.holds(&Facts::default(), &"a".parse().unwrap(), |_| false), "nobody knows");
    }

    #[test]
    fn a_share_of_calls_is_drawn_by_call_and_step() {
        let test = Test { percent: Some(30), ..Test::default() };
        let holds = |chance: u32, step: &str| {
            test.holds(&Facts { chance, ..Facts::default() }, &step.parse().unwrap(), |_| false)
        };
        let share = (0..10_000).filter(|chance| holds(*chance, "split")).count();
        assert!((2_800..3_200).contains(&share), "{share}");
        let both = (0..10_000).filter(|chance| holds(*chance, "split") && holds(*chance, "other")).count();
        assert!((750..1_050).contains(&both), "two steps draw apart: {both}");
    }
}
