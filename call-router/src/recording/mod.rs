//! Recordings: how long they are kept, what may pass for one, and which part of one a player asks for.

mod audio;
mod range;

use core::fmt;
use core::ops::RangeInclusive;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::event::RecordingId;

pub use audio::{AudioFormat, BadAudio, MAX_BYTES};
pub use range::{RangePart, part_of};

/// How long recordings are kept where the owner says nothing, in days: what is needed to settle a question of this quarter.
const KEEP_DAYS: u32 = 90;
/// How long they, and anything else, may be kept, in days: up to ten years.
pub const KEEP_DAYS_ALLOWED: RangeInclusive<u32> = 1..=3650;
const DAY: Duration = Duration::from_hours(24);

/// What an owner says about a site's recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct RecordingRules {
    /// For how many days a copy is kept, 1 to 3650; for ever if it is null.
    #[cfg_attr(feature = "schema", schemars(range(min = *KEEP_DAYS_ALLOWED.start(), max = *KEEP_DAYS_ALLOWED.end())))]
    pub keep_days: Option<u32>,
    /// Whether the carrier's own copy is deleted once ours is stored.
    pub delete_at_carrier: bool,
}

impl Default for RecordingRules {
    fn default() -> Self {
        Self { keep_days: Some(KEEP_DAYS), delete_at_carrier: false }
    }
}

impl RecordingRules {
    /// Checks the number of days.
    ///
    /// # Errors
    /// [`BadKeepDays`] if it is not from 1 to 3650.
    pub fn check(&self) -> Result<(), BadKeepDays> {
        let fits = self.keep_days.is_none_or(|days| KEEP_DAYS_ALLOWED.contains(&days));
        if fits { Ok(()) } else { Err(BadKeepDays) }
    }

    /// Returns how long a copy is kept; `None` for ever.
    pub fn keep_for(&self) -> Option<Duration> {
        self.keep_days.map(|days| DAY.saturating_mul(days))
    }
}

/// A number of days for which nothing can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadKeepDays;

impl BadKeepDays {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        "bad_keep_days"
    }
}

impl fmt::Display for BadKeepDays {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Recordings are kept for 1 to 3650 days; write null to keep them for ever.")
    }
}

impl core::error::Error for BadKeepDays {}

/// Names a recording in a path: its id, with everything else than letters, digits, `*`, `-`, `.` and `_` percent-encoded.
///
/// ```
/// use call_router::{event::RecordingId, recording::path_name};
///
/// let id = RecordingId::parse("v3:a/b").unwrap();
/// assert_eq!(path_name(&id), "v3%3Aa%2Fb");
/// ```
pub fn path_name(id: &RecordingId) -> String {
    form_urlencoded::byte_serialize(id.as_str().as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        let cases = [
            ("{}", Ok(Some(90_u32))),
            (r#"{"keep_days": null}"#, Ok(None)),
            (r#"{"keep_days": 1}"#, Ok(Some(1))),
            (r#"{"keep_days": 3650}"#, Ok(Some(3650))),
            (r#"{"keep_days": 0}"#, Err(BadKeepDays)),
            (r#"{"keep_days": 3651}"#, Err(BadKeepDays)),
        ];
        for (json, expected) in cases {
            let rules: RecordingRules = serde_json::from_str(json).unwrap();
            let days = rules.check().map(|()| rules.keep_for().map(|kept| kept.as_secs() / 86_400));
            assert_eq!(days, expected.map(|days| days.map(u64::from)), "{json}");
        }
        assert!(serde_json::from_str::<RecordingRules>(r#"{"keep": 3}"#).is_err());
    }
}
