//! How many numbers a pool needs.

use core::fmt;
use core::time::Duration;

use super::PoolRules;

/// Most numbers that are advised: an end for every loop here, far beyond the few hundred that products allow in a pool.
const MAX_NUMBERS: u32 = 100_000;
/// Most visitors in an hour, so that no sum leaves the exact range of a float.
const MAX_PER_HOUR: f64 = 1_000_000.0;
/// Longest span: a year, as far back as a pool looks.
const MAX_SPAN: Duration = Duration::from_hours(365 * 24);
/// Highest price of a number.
const MAX_PRICE: f64 = 1_000_000.0;
/// Hours of a histogram: of a day, or of a week.
const HISTOGRAM_HOURS: [usize; 2] = [24, 168];
/// Sizes shown around the answer, in percent of it.
const CHOICES: [u32; 8] = [50, 70, 80, 90, 100, 110, 125, 150];
/// Both targets if nobody asks for others: one visitor in a hundred.
const ONE_PERCENT: f64 = 0.01;

/// Means above this put all of the distribution above [`MAX_NUMBERS`]: the rest is far below the smallest float.
const MAX_MEAN: f64 = 200_000.0;
/// Terms smaller than this, beside a largest term of 1, are left out.
const SMALLEST_TERM: f64 = 1e-300;
/// Most terms on either side of the largest: [`SMALLEST_TERM`] lies 38 standard deviations out, 17,000 at [`MAX_MEAN`].
const MAX_TERMS: u32 = 50_000;

/// What is asked of a pool.
///
/// Spans may be zero and are a year at most.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// How many visitors come who have no number yet.
    pub arrivals: Arrivals,
    /// How long a visit lasts on average, from the first page to the last sign of life.
    pub visit: Duration,
    /// How long a number stays with its visitor after their last sign of life.
    pub hold: Duration,
    /// How long it then rests.
    pub cooldown: Duration,
    /// How long after a visitor was given their number a call should still be theirs; the visit counts.
    pub window: Duration,
    /// Which share of visitors may find every number taken; above 0 and below 1.
    pub overflow: f64,
    /// Which share of visitors may see their number go to somebody else within the window; above 0 and below 1.
    pub reuse: f64,
    /// What a number costs a month, in whatever currency; 0 to 1,000,000.
    pub price: f64,
}

/// How many visitors without a number come, people and bots alike: 1,000,000 an hour at most.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// As many in every hour: take the busiest.
    PerHour(f64),
    /// The mean of each hour of a day (24 values) or a week (168), each after the other.
    Hourly(Vec<f64>),
}

/// How many numbers a pool needs, and what fewer or more would bring.
#[derive(Clone, Debug, PartialEq)]
pub struct Sizing {
    /// The numbers that meet both targets.
    pub numbers: u32,
    /// The fewest that meet the target for overflow.
    pub for_overflow: u32,
    /// The fewest that meet the target for re-use.
    pub for_reuse: u32,
    /// How many numbers would be taken at the busiest time if there were no end of them, in erlangs.
    pub offered: f64,
    /// Sizes from half to one and a half times `numbers`, fewest first, with the answer among them.
    pub choices: Vec<PoolSize>,
}

/// What one size of the pool brings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolSize {
    /// The numbers.
    pub numbers: u32,
    /// What they cost a month.
    pub monthly_cost: f64,
    /// The share of visitors who find every number taken, 0 to 1.
    pub overflow: f64,
    /// The share of visitors whose number goes to somebody else within the window, 0 to 1.
    pub reuse: f64,
}

/// Advises how many numbers a pool needs. Nothing is resized: the owner decides.
///
/// With λ visitors an hour, a number is out of reach for L = visit + hold + cooldown.
///
/// - **Overflow** is Erlang's B with N numbers and λL erlangs offered. It depends on the mean of L only, not on how visits
///   are spread.
/// - **Re-use** is P(Poisson(λW) ≥ N) for the window W: the pool gives out the number that has been unused for longest,
///   so a number comes round again with the N-th visitor after. It is an upper bound: visitors who get the overflow
///   number do not bring it nearer. And it is zero for W ≤ hold + cooldown, because until then the number is kept back.
/// - The answer is the larger of the two sizes.
///
/// For a product that has no cooldown set it to zero: L is then the visit plus the time-out.
///
/// With a histogram, λL and λW are the most visitors that any span of L and of W sees, running on from the last hour to
/// the first. Bursts within an hour are not seen.
///
/// # Errors
/// [`SizingError`] names what is not usable.
///
/// ```
/// use core::time::Duration;
/// use dni_core::pool::{Arrivals, Demand, PoolRules, size_pool};
///
/// let visit = Duration::from_mins(3);
/// let demand = Demand::under(&PoolRules::default(), Arrivals::PerHour(60.0), visit);
/// let sizing = size_pool(&demand).unwrap();
/// assert_eq!((sizing.offered, sizing.numbers), (68.0, 83));
///
/// let with_price = Demand { price: 1.15, ..demand.clone() };
/// let answer = size_pool(&with_price).unwrap().choices.into_iter().find(|choice| choice.numbers == 83).unwrap();
/// assert!((answer.monthly_cost - 95.45).abs() < 1e-9 && answer.overflow < 0.01);
///
/// let no_cooldown = Demand { hold: Duration::from_mins(30), cooldown: Duration::ZERO, ..demand };
/// let sizing = size_pool(&no_cooldown).unwrap();
/// assert_eq!((sizing.offered, sizing.for_overflow, sizing.for_reuse), (33.0, 45, 80));
/// ```
pub fn size_pool(demand: &Demand) -> Result<Sizing, SizingError> {
    demand.check()?;
    let offered = demand.arrivals.most_in(demand.visit + demand.hold + demand.cooldown);
    let kept_back = demand.window <= demand.hold + demand.cooldown;
    let within_window = if kept_back { 0.0 } else { demand.arrivals.most_in(demand.window) };

    let for_overflow = fewest_for_overflow(offered, demand.overflow)?;
    let for_reuse = fewest_for_reuse(within_window, demand.reuse)?;
    let numbers = for_overflow.max(for_reuse);
    let choice = |numbers| PoolSize {
        numbers,
        monthly_cost: f64::from(numbers) * demand.price,
        overflow: erlang_b(offered, numbers),
        reuse: poisson_tail(within_window, numbers),
    };
    let choices = sizes_around(numbers).into_iter().map(choice).collect();
    Ok(Sizing { numbers, for_overflow, for_reuse, offered, choices })
}

impl Demand {
    /// Asks for what `rules` promise, with both targets at one percent.
    ///
    /// The hold is what a renewal writes (one step beyond the rule's hold), so that the advice errs on the safe side. The
    /// window is hold and grace, which the cooldown keeps free of re-use; lengthen it for the sake of late calls.
    pub fn under(rules: &PoolRules, arrivals: Arrivals, visit: Duration) -> Self {
        Self {
            arrivals,
            visit,
            hold: rules.hold.saturating_add(rules.renew_step()),
            cooldown: rules.cooldown.max(rules.grace),
            window: rules.hold.saturating_add(rules.grace),
            overflow: ONE_PERCENT,
            reuse: ONE_PERCENT,
            price: 0.0,
        }
    }

    fn check(&self) -> Result<(), SizingError> {
        let hours = self.arrivals.hours();
        if matches!(self.arrivals, Arrivals::Hourly(_)) && !HISTOGRAM_HOURS.contains(&hours.len()) {
            return Err(SizingError::HistogramLength);
        }
        if !hours.iter().all(|visitors| (0.0..=MAX_PER_HOUR).contains(visitors)) {
            return Err(SizingError::Arrivals);
        }
        if [self.visit, self.hold, self.cooldown, self.window].iter().any(|span| *span > MAX_SPAN) {
            return Err(SizingError::SpanTooLong);
        }
        if !(0.0..=MAX_PRICE).contains(&self.price) {
            return Err(SizingError::Price);
        }
        if [self.overflow, self.reuse].iter().all(|share| *share > 0.0 && *share < 1.0) {
            Ok(())
        } else {
            Err(SizingError::Target)
        }
    }
}

impl Arrivals {
    fn hours(&self) -> &[f64] {
        match self {
            Self::PerHour(visitors) => core::slice::from_ref(visitors),
            Self::Hourly(hours) => hours,
        }
    }

    /// Returns the mean number of visitors in the busiest `span`.
    ///
    /// The visitors of a span grow and shrink evenly while it slides along, until one of its ends meets a full hour: so
    /// the busiest span begins or ends at one.
    fn most_in(&self, span: Duration) -> f64 {
        let hours = self.hours();
        let span = span.as_secs_f64() / 3600.0;
        #[allow(clippy::cast_precision_loss, reason = "168 at most")]
        let cycle = hours.len() as f64;
        let whole_cycles = (span / cycle).floor() * hours.iter().sum::<f64>();
        let rest = span % cycle;

        let from = |start| visitors_in(hours.iter().cycle().skip(start).take(hours.len()), rest);
        let back_from = |end| visitors_in(hours.iter().rev().cycle().skip(end).take(hours.len()), rest);
        let busiest = (0..hours.len()).map(|hour| f64::max(from(hour), back_from(hour))).fold(0.0, f64::max);
        whole_cycles + busiest
    }
}

/// Sums up the visitors of the first `span` hours, the last of them in part.
fn visitors_in<'a>(hours: impl Iterator<Item = &'a f64>, span: f64) -> f64 {
    let in_part = |left: &mut f64, visitors: &f64| {
        let part = left.min(1.0);
        *left -= part;
        Some(visitors * part)
    };
    hours.scan(span, in_part).sum()
}

/// Returns the share of visitors who find all `numbers` taken (100,000 at most) when `offered` erlangs are asked of them.
///
/// This is Erlang's B by the recursion over the numbers, in which nothing grows large.
///
/// ```
/// assert!((dni_core::pool::erlang_b(33.0, 45) - 0.0085).abs() < 0.0001);
/// ```
pub fn erlang_b(offered: f64, numbers: u32) -> f64 {
    (1..=numbers.min(MAX_NUMBERS)).fold(1.0, |blocked, numbers| one_more_number(offered, numbers, blocked))
}

fn one_more_number(offered: f64, numbers: u32, blocked: f64) -> f64 {
    let refused = offered * blocked;
    refused / (f64::from(numbers) + refused)
}

/// Returns the probability that at least `count` visitors come where `mean` are expected.
///
/// Summed outwards from the largest term, which counts as 1, and divided by the whole sum: no factorial and no power that
/// could leave a float's range, and nothing but the four operations, so that every machine gets the same bits.
///
/// ```
/// assert!((dni_core::pool::poisson_tail(60.0, 80) - 0.0078).abs() < 0.0001);
/// ```
pub fn poisson_tail(mean: f64, count: u32) -> f64 {
    if mean > MAX_MEAN {
        return 1.0;
    }
    let count = f64::from(count);
    let (mut below, mut at_least) = (0.0, 0.0);
    let mut add = |visitors: f64, term: f64| *(if visitors < count { &mut below } else { &mut at_least }) += term;

    let likeliest = mean.floor();
    add(likeliest, 1.0);
    let (mut visitors, mut term) = (likeliest, 1.0);
    for _ in 0..MAX_TERMS {
        visitors += 1.0;
        term *= mean / visitors;
        if term < SMALLEST_TERM {
            break;
        }
        add(visitors, term);
    }
    (visitors, term) = (likeliest, 1.0);
    for _ in 0..MAX_TERMS {
        term *= visitors / mean;
        visitors -= 1.0;
        // Below zero visitors the term is zero, or no number at all if the mean is zero.
        if visitors < 0.0 || term < SMALLEST_TERM {
            break;
        }
        add(visitors, term);
    }
    at_least / (at_least + below)
}

fn fewest_for_overflow(offered: f64, target: f64) -> Result<u32, SizingError> {
    let mut blocked = 1.0;
    for numbers in 1..=MAX_NUMBERS {
        blocked = one_more_number(offered, numbers, blocked);
        if blocked <= target {
            return Ok(numbers);
        }
    }
    Err(SizingError::TooManyNumbers)
}

/// Halves the range of sizes until one is left: 17 times.
fn fewest_for_reuse(mean: f64, target: f64) -> Result<u32, SizingError> {
    let (mut fewest, mut most) = (1, MAX_NUMBERS);
    if poisson_tail(mean, most) > target {
        return Err(SizingError::TooManyNumbers);
    }
    while fewest < most {
        let middle = u32::midpoint(fewest, most);
        if poisson_tail(mean, middle) <= target {
            most = middle;
        } else {
            fewest = middle + 1;
        }
    }
    Ok(fewest)
}

fn sizes_around(numbers: u32) -> Vec<u32> {
    let part = |percent: u32| numbers.saturating_mul(percent).div_ceil(100).min(MAX_NUMBERS);
    let mut sizes: Vec<_> = CHOICES.into_iter().map(part).collect();
    sizes.dedup();
    sizes
}

/// Why no size can be advised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SizingError {
    /// A number of visitors is negative, above the limit, or no number.
    Arrivals,
    /// A histogram has neither 24 nor 168 values.
    HistogramLength,
    /// A span is longer than a year.
    SpanTooLong,
    /// The price is negative, above the limit, or no number.
    Price,
    /// A target is not above 0 and below 1.
    Target,
    /// More numbers than the limit would be needed.
    TooManyNumbers,
}

impl SizingError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Arrivals => "arrivals_out_of_range",
            Self::HistogramLength => "histogram_length",
            Self::SpanTooLong => "span_too_long",
            Self::Price => "price_out_of_range",
            Self::Target => "target_out_of_range",
            Self::TooManyNumbers => "too_many_numbers",
        }
    }
}

impl fmt::Display for SizingError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Arrivals => "visitors per hour must be a number from 0 to 1,000,000; correct the value.",
            Self::HistogramLength => {
                "an hourly histogram has 24 values (a day) or 168 (a week); give as many, with 0 for an empty hour."
            }
            Self::SpanTooLong => "visit, hold, cooldown and window may be a year at most; make them shorter.",
            Self::Price => "the price of a number for a month is 0 to 1,000,000; correct the value.",
            Self::Target => "a target is a share above 0 and below 1, such as 0.01 for one percent; correct the value.",
            Self::TooManyNumbers => {
                "more than 100,000 numbers would be needed; shorten hold, cooldown or window, or allow a larger share."
            }
        })
    }
}

impl core::error::Error for SizingError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_plain_sum_where_that_can_be_computed() {
        for mean in [0.0, 0.3, 1.0, 7.5, 60.0, 400.0] {
            let (mut term, mut below) = (f64::exp(-mean), 0.0);
            for count in 0..600_u32 {
                let plain = 1.0 - below;
                let tail = poisson_tail(mean, count);
                assert!((tail - plain).abs() < 1e-10, "{mean} {count}: {tail} {plain}");
                below += term;
                term *= mean / f64::from(count + 1);
            }
        }
    }

    #[test]
    fn the_tail_is_stable_for_large_means() {
        // Ramanujan: half of the distribution lies below the mean, but for about a third of the term at the mean.
        for mean in [10_000_u32, 100_000, 200_000] {
            let largest = 1.0 / (core::f64::consts::TAU * f64::from(mean)).sqrt();
            let expected = 0.5 + largest / 3.0;
            let tail = poisson_tail(f64::from(mean), mean);
            assert!((tail - expected).abs() < largest / 1000.0, "{mean}: {tail} {expected}");
        }
        assert!(poisson_tail(100_000.0, 98_000) > 0.999_999);
        let far = poisson_tail(98_000.0, 100_000);
        assert!(far > 1e-11 && far < 1e-9, "6.4 standard deviations out: {far}");
    }

    #[test]
    fn the_busiest_span_is_found_across_midnight() {
        let mut hours = vec![1.0; 24];
        hours[23] = 10.0;
        hours[0] = 20.0;
        let arrivals = Arrivals::Hourly(hours);
        let cases = [(15, 5.0), (60, 20.0), (90, 25.0), (120, 30.0), (150, 30.5), (24 * 60, 52.0), (25 * 60, 72.0)];
        for (minutes, expected) in cases {
            let most = arrivals.most_in(Duration::from_mins(minutes));
            assert!((most - expected).abs() < 1e-9, "{minutes}: {most}");
        }
    }
}
