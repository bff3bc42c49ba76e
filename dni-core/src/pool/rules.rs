//! How long things last in a pool.

use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};

/// Shortest hold: two signs of life (60 s apart) must fit in, or a visitor on the page loses their number.
const MIN_HOLD: Duration = Duration::from_mins(2);
/// Longest hold, grace or cooldown: 90 days, the window in which ad platforms take a conversion.
const MAX_SPAN: Duration = Duration::from_hours(90 * 24);
/// Seconds in a day.
const DAY: u64 = 24 * 60 * 60;
/// Longest look-back: a year.
const MAX_LOOK_BACK: Duration = Duration::from_hours(365 * 24);
/// Largest reserve: a pool that keeps back more than nine numbers in ten is no pool for everybody.
const MAX_RESERVE: u8 = 90;
/// Most a lease is granted beyond the hold, so that a visible page costs one row written in five minutes, not one a beat.
const MAX_RENEW_STEP: Duration = Duration::from_mins(5);

/// The rules of a pool: how long things last, and who gets what.
///
/// The window in which a call belongs to a lease is the lease's life plus `grace`. A number is leased to somebody else
/// only after `cooldown`, which is never shorter than `grace`: so no two visitors' windows overlap on one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolRules {
    /// How long a lease lives after the last sign of life, in seconds.
    #[serde(rename = "hold_seconds", with = "seconds", default = "half_an_hour")]
    #[cfg_attr(feature = "schema", schemars(with = "u64", range(min = MIN_HOLD.as_secs(), max = MAX_SPAN.as_secs())))]
    pub hold: Duration,
    /// How long after the lease's end a call still belongs to it, in seconds.
    #[serde(rename = "grace_seconds", with = "seconds", default = "half_an_hour")]
    #[cfg_attr(feature = "schema", schemars(with = "u64", range(max = MAX_SPAN.as_secs())))]
    pub grace: Duration,
    /// How long after the lease's end the number rests before another visitor gets it, in seconds.
    #[serde(rename = "cooldown_seconds", with = "seconds", default = "half_an_hour")]
    #[cfg_attr(feature = "schema", schemars(with = "u64", range(max = MAX_SPAN.as_secs())))]
    pub cooldown: Duration,
    /// How long after the window's end a call may still belong to the last holder, in days.
    #[serde(rename = "look_back_days", with = "days", default = "a_week")]
    #[cfg_attr(feature = "schema", schemars(with = "u64", range(max = MAX_LOOK_BACK.as_secs() / DAY)))]
    pub look_back: Duration,
    /// How long a caller is remembered by the number they called, in days: one who calls it again is that visitor, whoever is
    /// shown the number by then. Zero remembers nobody.
    #[serde(rename = "remember_callers_days", with = "days", default = "a_year")]
    #[cfg_attr(feature = "schema", schemars(with = "u64", range(max = MAX_LOOK_BACK.as_secs() / DAY)))]
    pub remember_callers: Duration,
    /// Whether a visitor gets a number with an area code of their own region, if one is free.
    #[serde(default)]
    pub prefer_local: bool,
    /// The share of the numbers, in percent, that only visitors with a click id or an earlier visit get: the last free ones.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(max = MAX_RESERVE)))]
    pub reserve_percent: u8,
    /// Whether a number may be shown to a second visitor inside the first one's window once no other is free. Calls to it
    /// are ambiguous then.
    #[serde(default)]
    pub share_when_full: bool,
}

impl PoolRules {
    /// Checks the rules against each other.
    ///
    /// # Errors
    /// [`RulesError`] names the first rule that is broken.
    pub fn check(&self) -> Result<(), RulesError> {
        if self.hold < MIN_HOLD {
            return Err(RulesError::HoldTooShort);
        }
        if self.cooldown < self.grace {
            return Err(RulesError::CooldownShorterThanGrace);
        }
        if self.reserve_percent > MAX_RESERVE {
            return Err(RulesError::ReserveTooLarge);
        }
        let spans = [self.hold, self.grace, self.cooldown];
        if spans.iter().any(|span| *span > MAX_SPAN) || self.look_back.max(self.remember_callers) > MAX_LOOK_BACK {
            return Err(RulesError::TooLong);
        }
        Ok(())
    }

    /// Returns how much longer than the hold a renewal reaches: a quarter of the hold, at most five minutes.
    pub fn renew_step(&self) -> Duration {
        (self.hold / 4).min(MAX_RENEW_STEP)
    }
}

impl Default for PoolRules {
    /// Half an hour each of hold, grace and cooldown, as the session time-out of the products people know; a week of
    /// look-back; callers are remembered for a year. No locality, no reserve, no sharing.
    fn default() -> Self {
        Self {
            hold: half_an_hour(),
            grace: half_an_hour(),
            cooldown: half_an_hour(),
            look_back: a_week(),
            remember_callers: a_year(),
            prefer_local: false,
            reserve_percent: 0,
            share_when_full: false,
        }
    }
}

const fn half_an_hour() -> Duration {
    Duration::from_mins(30)
}

/// In the simulation a look-back of 1, 7, 30 and 90 days finds the same calls right; without memory for callers 7.6, 9.2, 12.1
/// and 13.4 percent are wrong then. A week leaves quiet sites, whose numbers are idle for days, their late calls.
const fn a_week() -> Duration {
    Duration::from_hours(7 * 24)
}

const fn a_year() -> Duration {
    MAX_LOOK_BACK
}

/// Spans as whole seconds in JSON.
mod seconds {
    use core::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(span.as_secs())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_secs)
    }
}

/// Spans as whole days in JSON.
mod days {
    use core::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::DAY;

    pub fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(span.as_secs() / DAY)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(|days| Duration::from_secs(days.saturating_mul(DAY)))
    }
}

/// What is wrong with a pool's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RulesError {
    /// The hold is under two minutes.
    HoldTooShort,
    /// The cooldown is shorter than the grace.
    CooldownShorterThanGrace,
    /// The reserve is larger than 90 percent.
    ReserveTooLarge,
    /// A span is longer than is allowed.
    TooLong,
}

impl RulesError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::HoldTooShort => "hold_too_short",
            Self::CooldownShorterThanGrace => "cooldown_shorter_than_grace",
            Self::ReserveTooLarge => "reserve_too_large",
            Self::TooLong => "span_too_long",
        }
    }
}

impl fmt::Display for RulesError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::HoldTooShort => {
                "hold_seconds is under 120: a visitor still on the page would lose the number; make it longer."
            }
            Self::CooldownShorterThanGrace => {
                "cooldown_seconds is shorter than grace_seconds: a number would go to a second visitor while the first \
                 may still call; raise the cooldown or lower the grace."
            }
            Self::ReserveTooLarge => {
                "reserve_percent is over 90: ordinary visitors would hardly get a number; make it smaller."
            }
            Self::TooLong => {
                "hold, grace and cooldown may be 90 days at most, look_back_days and remember_callers_days 365; make them \
                 shorter."
            }
        })
    }
}

impl core::error::Error for RulesError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_checked() {
        let cases = [
            (1800, 1800, 1800, 90, Ok(())),
            (120, 0, 0, 0, Ok(())),
            (119, 0, 0, 0, Err(RulesError::HoldTooShort)),
            (1800, 1800, 1799, 90, Err(RulesError::CooldownShorterThanGrace)),
            (1800, 1800, 8_000_000, 90, Err(RulesError::TooLong)),
            (1800, 1800, 1800, 366, Err(RulesError::TooLong)),
        ];
        for (hold, grace, cooldown, look_back, expected) in cases {
            let json = format!(
                r#"{{"hold_seconds":{hold},"grace_seconds":{grace},"cooldown_seconds":{cooldown},"look_back_days":{look_back}}}"#
            );
            let rules: PoolRules = serde_json::from_str(&json).unwrap();
            assert_eq!(rules.check(), expected, "{json}");
            let rest =
                r#","remember_callers_days":365,"prefer_local":false,"reserve_percent":0,"share_when_full":false}"#;
            assert_eq!(serde_json::to_string(&rules).unwrap(), json.replace('}', rest));
        }
    }

    #[test]
    fn who_gets_what_is_checked() {
        let cases = [
            (r#"{"reserve_percent":90,"prefer_local":true,"share_when_full":true}"#, Ok(())),
            (r#"{"reserve_percent":91}"#, Err(RulesError::ReserveTooLarge)),
            (r#"{"remember_callers_days":0}"#, Ok(())),
            (r#"{"remember_callers_days":366}"#, Err(RulesError::TooLong)),
        ];
        for (json, expected) in cases {
            let rules: PoolRules = serde_json::from_str(json).unwrap();
            assert_eq!(rules.check(), expected, "{json}");
            let again: PoolRules = serde_json::from_str(&serde_json::to_string(&rules).unwrap()).unwrap();
            assert_eq!(again, rules);
        }
        for json in [r#"{"reserve_percent":256}"#, r#"{"reserve_percent":-1}"#, r#"{"prefer_local":1}"#] {
            assert!(serde_json::from_str::<PoolRules>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let rules: PoolRules = serde_json::from_str("{}").unwrap();
        assert_eq!(rules, PoolRules::default());
        assert_eq!(rules.check(), Ok(()));
        assert!(serde_json::from_str::<PoolRules>(r#"{"holdd":1}"#).is_err());
        let absurd: PoolRules = serde_json::from_str(&format!(r#"{{"look_back_days":{}}}"#, u64::MAX)).unwrap();
        assert_eq!(absurd.check(), Err(RulesError::TooLong));
    }
}
