//! For how long a site keeps what it knows.

use call_router::recording::KEEP_DAYS_ALLOWED;
use core::time::Duration;
use dni_core::id::SiteId;
use dni_core::time::Millis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::fault::Fault;

const DAY: Duration = Duration::from_hours(24);

/// For how many days a site keeps what it knows, 1 to 3650 of each; for good where it does not say. Recordings have a rule of their own.
///
/// ```
/// use edge_core::site::KeepDays;
///
/// let days: KeepDays = serde_json::from_str(r#"{ "calls": 730, "transcripts": 90 }"#).unwrap();
/// assert_eq!((days.calls, days.visits), (Some(730), None));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct KeepDays {
    /// Calls, with all that belongs to them: they are deleted so many days after they began.
    #[cfg_attr(feature = "schema", schemars(range(min = *KEEP_DAYS_ALLOWED.start(), max = *KEEP_DAYS_ALLOWED.end())))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<u32>,
    /// What was said in calls: transcripts and summaries.
    #[cfg_attr(feature = "schema", schemars(range(min = *KEEP_DAYS_ALLOWED.start(), max = *KEEP_DAYS_ALLOWED.end())))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcripts: Option<u32>,
    /// The carrier's webhooks as they came.
    #[cfg_attr(feature = "schema", schemars(range(min = *KEEP_DAYS_ALLOWED.start(), max = *KEEP_DAYS_ALLOWED.end())))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhooks: Option<u32>,
    /// How many visitors came, and from where.
    #[cfg_attr(feature = "schema", schemars(range(min = *KEEP_DAYS_ALLOWED.start(), max = *KEEP_DAYS_ALLOWED.end())))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visits: Option<u32>,
}

/// A kind of what is known, which is kept for a time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptKind {
    /// Calls, with all that belongs to them.
    Calls,
    /// What was said in calls.
    Transcripts,
    /// The carrier's webhooks as they came.
    Webhooks,
    /// How many visitors came.
    Visits,
}

impl KeptKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Calls, Self::Transcripts, Self::Webhooks, Self::Visits];

    const fn field(self) -> &'static str {
        match self {
            Self::Calls => "keep_days.calls",
            Self::Transcripts => "keep_days.transcripts",
            Self::Webhooks => "keep_days.webhooks",
            Self::Visits => "keep_days.visits",
        }
    }
}

impl KeepDays {
    /// Says whether everything is kept for good.
    pub fn is_for_good(&self) -> bool {
        *self == Self::default()
    }

    /// Returns for how many days one kind is kept; `None` for good.
    pub const fn of(&self, kind: KeptKind) -> Option<u32> {
        match kind {
            KeptKind::Calls => self.calls,
            KeptKind::Transcripts => self.transcripts,
            KeptKind::Webhooks => self.webhooks,
            KeptKind::Visits => self.visits,
        }
    }

    /// Finds everything that is wrong.
    pub fn check(&self, faults: &mut Vec<Fault>) {
        for kind in KeptKind::ALL {
            if self.of(kind).is_some_and(|days| !KEEP_DAYS_ALLOWED.contains(&days)) {
                let sentence = "It can be kept for 1 to 3650 days, or for good if the field is left out.";
                faults.push(Fault::new("bad_keep_days", kind.field(), sentence));
            }
        }
    }

    /// Lists before which instant each site forgets one kind. A site that keeps it for good is not among them, nor one whose number of days
    /// makes no sense, which would be a fault of ours.
    pub fn overdue(rules: &[(SiteId, Self)], kind: KeptKind, now: Millis) -> BTreeMap<SiteId, Millis> {
        let days = |rule: &Self| rule.of(kind).filter(|days| KEEP_DAYS_ALLOWED.contains(days));
        rules
            .iter()
            .filter_map(|(site, rule)| Some((site.clone(), now.before(DAY.saturating_mul(days(rule)?)))))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_make_no_sense_are_named() {
        for (text, places) in [
            ("{}", vec![]),
            (r#"{"calls": 1, "transcripts": 3650, "webhooks": null}"#, vec![]),
            (r#"{"calls": 0, "visits": 3651}"#, vec!["keep_days.calls", "keep_days.visits"]),
        ] {
            let mut faults = Vec::new();
            serde_json::from_str::<KeepDays>(text).unwrap().check(&mut faults);
            assert_eq!(faults.iter().map(|fault| fault.place.as_str()).collect::<Vec<_>>(), places, "{text}");
        }
        assert!(serde_json::from_str::<KeepDays>(r#"{"call": 1}"#).is_err());
    }

    #[test]
    fn each_kind_of_each_site_has_its_own_time() {
        let site = |name| SiteId::parse(name).unwrap();
        let rule = |text| serde_json::from_str(text).unwrap();
        let rules = [
            (site("harbor"), rule(r#"{"calls": 2}"#)),
            (site("valley"), rule(r#"{"calls": 1, "visits": 3}"#)),
            (site("broken"), rule(r#"{"calls": 0}"#)),
        ];
        let day = |days: u64| Millis::from_unix_ms(days * 86_400_000);
        let of = |kind| KeepDays::overdue(&rules, kind, day(10));
        assert_eq!(of(KeptKind::Calls), BTreeMap::from([(site("harbor"), day(8)), (site("valley"), day(9))]));
        assert_eq!(of(KeptKind::Visits), BTreeMap::from([(site("valley"), day(7))]));
        assert_eq!(of(KeptKind::Webhooks), BTreeMap::new());
    }
}
