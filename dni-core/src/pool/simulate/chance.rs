//! Random numbers that are the same on every machine.
//!
//! A simulation must be repeatable: its seed is an argument, and the same seed must give the same run in a browser, at
//! the edge and in a test. The generators of libraries do not promise their values from one version to the next, and
//! logarithms differ between machines in the last bit. So the generator is spelled out here, and exponential times are
//! drawn by comparing. Nothing here is fit for secrets.

use core::time::Duration;

/// The step of `SplitMix64`: 2^64 divided by the golden ratio, made odd.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
/// Most whole means of an exponential time. More come once in e^64 draws.
const MAX_WHOLE: u32 = 64;
/// Most numbers of one falling run. A longer one has a probability below 1 / 20!.
const MAX_FALLING: u32 = 20;

/// A stream of random numbers: `SplitMix64` (Steele, Lea and Flood 2014), after the public domain program by
/// Sebastiano Vigna, <https://prng.di.unimi.it/splitmix64.c>.
#[derive(Clone, Debug)]
pub(super) struct Chance {
    state: u64,
}

impl Chance {
    /// Starts the stream number `stream` of a seed.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self { state: mixed(seed ^ mixed(stream)) }
    }

    /// Says whether something of probability `share` happens.
    pub fn happens(&mut self, share: f64) -> bool {
        fraction(self.next()) < share
    }

    /// Draws one of `count` things, or `None` if there are none.
    pub fn one_of(&mut self, count: usize) -> Option<usize> {
        // The remainder favours the first few by less than one in 2^32 for any count that fits in memory here.
        let count = u64::try_from(count).ok()?;
        self.next().checked_rem(count).and_then(|one| usize::try_from(one).ok())
    }

    /// Draws an exponentially spread span.
    ///
    /// The method of von Neumann ("Various techniques used in connection with random digits", 1951): draw numbers for as
    /// long as they fall. If the run has an odd length, its first number is the fraction; else one whole is added and
    /// another run begins.
    pub fn exponential(&mut self, mean: Duration) -> Duration {
        for whole in 0..MAX_WHOLE {
            let first = self.next();
            if self.falls_for_an_odd_length(first) {
                return mean.mul_f64(f64::from(whole) + fraction(first));
            }
        }
        mean * MAX_WHOLE
    }

    fn falls_for_an_odd_length(&mut self, first: u64) -> bool {
        let mut last = first;
        let mut length = 1;
        for _ in 0..MAX_FALLING {
            let next = self.next();
            if next > last {
                break;
            }
            last = next;
            length += 1;
        }
        length % 2 == 1
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        finished(self.state)
    }
}

/// Spreads the bits of `value` over all 64.
pub(super) fn mixed(value: u64) -> u64 {
    finished(value.wrapping_add(STEP))
}

const fn finished(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Returns the upper half of the bits as a fraction of one: 0 to below 1.
fn fraction(bits: u64) -> f64 {
    let upper = u32::try_from(bits >> 32).unwrap_or(u32::MAX);
    f64::from(upper) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        let mut chance = Chance { state: 1_234_567 };
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423_u64];
        assert_eq!([chance.next(), chance.next(), chance.next()], expected);
    }

    #[test]
    fn exponential_spans_have_their_mean_and_their_tail() {
        let mean = Duration::from_secs(1000);
        let mut chance = Chance::new(7, 0);
        let spans: Vec<_> = (0..40_000).map(|_| chance.exponential(mean).as_secs_f64() / 1000.0).collect();
        let average = spans.iter().sum::<f64>() / 40_000.0;
        assert!((average - 1.0).abs() < 4.0 / 200.0, "{average}");
        for bound in [0.5, 1.0, 2.0, 3.0_f64] {
            let longer = spans.iter().filter(|span| **span > bound).map(|_| 1.0).sum::<f64>() / 40_000.0;
            let expected = (-bound).exp();
            let sigma = (expected * (1.0 - expected) / 40_000.0).sqrt();
            assert!((longer - expected).abs() < 4.0 * sigma, "{bound}: {longer} {expected}");
        }
    }
}
