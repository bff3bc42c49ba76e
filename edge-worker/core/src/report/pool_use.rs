//! How a pool is used, and how many numbers it should have for the visitors that come.

use core::time::Duration;

use dni_core::pool::{Arrivals, Demand, PoolRules, erlang_b, size_pool};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rounding::rounded;

/// How far back a pool's own leases are looked at: four weeks have each weekday as often.
pub const LOOKS_BACK: Duration = Duration::from_hours(28 * 24);
/// Shortest time that means are made over: what came in the first hour says nothing of a day.
const SHORTEST_DAYS: f64 = 1.0;
/// Milliseconds of a day.
const DAY_MS: f64 = 86_400_000.0;

/// What a pool's own rows say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolUse {
    /// The rules by which it leases.
    pub rules: PoolRules,
    /// How many numbers it has.
    pub numbers: u32,
    /// How many are leased now.
    pub leased: u32,
    /// How many rest now after a lease.
    pub resting: u32,
    /// Leases that began since [`LOOKS_BACK`].
    pub leases: u32,
    /// Milliseconds since the first of them, or since then.
    pub span_ms: u64,
    /// Those leases by the hour of the day in UTC in which they began: 24.
    pub by_hour: Vec<u32>,
    /// Most numbers that were leased or resting at once.
    pub most_at_once: u32,
    /// Milliseconds that a lease lasted on average, its hold included.
    pub mean_lease_ms: f64,
    /// Milliseconds since the number that has waited for longest was last leased; `None` if one never was.
    pub longest_wait_ms: Option<u64>,
}

/// How a pool is used, as the API tells it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PoolUseRecord {
    /// The pool.
    pub pool: String,
    /// How many numbers it has.
    pub numbers: u32,
    /// How many are leased now.
    pub leased: u32,
    /// How many rest now after a lease.
    pub resting: u32,
    /// How many could be leased now.
    pub free: u32,
    /// Days that the figures below are made of, 28 at the most.
    pub days: f64,
    /// Leases that began in them: visitors who got a number of their own.
    pub leases: u32,
    /// Most numbers that were leased or resting at once.
    pub most_at_once: u32,
    /// Leases in the busiest hour of a day on average.
    pub busiest_hour: f64,
    /// Seconds that visitors stayed on average.
    pub mean_visit: f64,
    /// Seconds that the number has waited which waits for longest; null if one was never leased.
    #[schema(required)]
    pub longest_wait: Option<f64>,
    /// The share of visitors who find every number taken in the busiest time, 0 to 1, as reckoned.
    pub expected_overflow: f64,
    /// How many numbers it should have; null if nobody has come yet.
    #[schema(required)]
    pub advice: Option<PoolAdvice>,
}

/// How many numbers a pool should have.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PoolAdvice {
    /// So many: at most one visitor in a hundred finds every number taken, or sees theirs given away within its window.
    pub numbers: u32,
    /// The fewest for which few find every number taken.
    pub for_overflow: u32,
    /// The fewest for which few see their number given away.
    pub for_reuse: u32,
    /// What fewer or more would bring.
    pub choices: Vec<PoolChoice>,
}

/// What one size would bring.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct PoolChoice {
    /// The numbers.
    pub numbers: u32,
    /// The share of visitors who find every number taken, 0 to 1.
    pub overflow: f64,
    /// The share of visitors whose number goes to somebody else within its window, 0 to 1.
    pub reuse: f64,
}

impl PoolUseRecord {
    /// Reckons what a pool's rows mean.
    pub fn of(pool: &str, found: &PoolUse) -> Self {
        let days = (to_f64(found.span_ms) / DAY_MS).max(SHORTEST_DAYS);
        let per_day: Vec<f64> = found.by_hour.iter().map(|leases| f64::from(*leases) / days).collect();
        let busiest_hour = per_day.iter().copied().fold(0.0, f64::max);
        let visit = Duration::from_secs_f64((found.mean_lease_ms / 1_000.0).max(0.0)).saturating_sub(found.rules.hold);
        let demand = Demand::under(&found.rules, Arrivals::Hourly(per_day), visit);
        let sizing = size_pool(&demand).ok().filter(|_| found.leases > 0);
        let expected = sizing.as_ref().map_or(0.0, |sizing| erlang_b(sizing.offered, found.numbers));
        let advice = sizing.map(|sizing| PoolAdvice {
            numbers: sizing.numbers,
            for_overflow: sizing.for_overflow,
            for_reuse: sizing.for_reuse,
            choices: sizing
                .choices
                .iter()
                .map(|size| PoolChoice {
                    numbers: size.numbers,
                    overflow: rounded(size.overflow),
                    reuse: rounded(size.reuse),
                })
                .collect(),
        });
        Self {
            pool: pool.to_owned(),
            numbers: found.numbers,
            leased: found.leased,
            resting: found.resting,
            free: found.numbers.saturating_sub(found.leased + found.resting),
            days: rounded(days),
            leases: found.leases,
            most_at_once: found.most_at_once,
            busiest_hour: rounded(busiest_hour),
            mean_visit: visit.as_secs_f64().round(),
            longest_wait: found.longest_wait_ms.map(|ms| (to_f64(ms) / 1_000.0).round()),
            expected_overflow: rounded(expected),
            advice,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a few years, far below 2^53")]
const fn to_f64(ms: u64) -> f64 {
    ms as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used() -> PoolUse {
        let mut by_hour = vec![0; 24];
        by_hour[15] = 280;
        by_hour[16] = 140;
        PoolUse {
            rules: PoolRules::default(),
            numbers: 8,
            leased: 3,
            resting: 2,
            leases: 420,
            span_ms: 28 * 86_400_000,
            by_hour,
            most_at_once: 8,
            mean_lease_ms: 2_100_000.0,
            longest_wait_ms: Some(90_000),
        }
    }

    #[test]
    fn what_came_says_what_is_needed() {
        let told = PoolUseRecord::of("main", &used());
        assert_eq!((told.free, told.busiest_hour, told.days), (3, 10.0, 28.0));
        assert_eq!((told.mean_visit, told.longest_wait), (300.0, Some(90.0)));
        let advice = told.advice.unwrap();
        assert!(advice.numbers > 8 && told.expected_overflow > 0.01, "{advice:?}");
        let best = advice.choices.iter().find(|choice| choice.numbers == advice.numbers).unwrap();
        assert!(best.overflow <= 0.01 && best.reuse <= 0.01);
    }

    #[test]
    fn a_pool_that_nobody_asked_is_given_no_advice() {
        let new = PoolUse {
            leases: 0,
            by_hour: vec![0; 24],
            span_ms: 0,
            mean_lease_ms: 0.0,
            longest_wait_ms: None,
            ..used()
        };
        let told = PoolUseRecord::of("main", &new);
        assert_eq!((told.advice, told.expected_overflow, told.longest_wait, told.days), (None, 0.0, None, 1.0));
    }

    #[test]
    fn the_first_hour_is_not_taken_for_a_day() {
        let young = PoolUse { leases: 24, span_ms: 3_600_000, by_hour: vec![1; 24], ..used() };
        let told = PoolUseRecord::of("main", &young);
        assert_eq!((told.days, told.busiest_hour), (1.0, 1.0));
    }
}
